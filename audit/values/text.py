"""Text: blanks, folding for comparison, placeholders, invisible characters and encoding damage."""

from collections.abc import Callable, Sequence
from typing import TypeVar, cast

import ftfy
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from unidecode import unidecode

TEXT = pd.StringDtype("pyarrow")
"""The type of every text column: Arrow strings with pd.NA for blank."""

_SAMPLE = 20_000
_DIFFERING = 0.6
"""Share of distinct values from which a column is not worth encoding."""

Aligned = TypeVar("Aligned", pd.Series, pd.DataFrame, np.ndarray)

_INVISIBLE = (
    r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\x{ad}\x{34f}\x{61c}\x{180e}\x{200b}\x{200e}\x{200f}"
    r"\x{202a}-\x{202e}\x{2060}-\x{206f}\x{feff}\x{fff9}-\x{fffb}]"
)
# Joiners belong to Arabic, Indic and emoji spelling; beside Latin text or at an end they are residue.
_STRAY_JOINER = r"(^|[\x00-\x{24f}])[\x{200c}\x{200d}]+|[\x{200c}\x{200d}]+($|[\x00-\x{24f}])"
_PLACEHOLDERS = frozenset(
    """
    nil none null nul nothing blank empty undefined unknown unkown unspecified unassigned unnamed
    notavailable notapplicable notprovided notknown notspecified notset notgiven notdisclosed notsure noname nodata
    noinfo novalue noanswer noresponse noemail nophone nocompany tba tbd tbc tobedetermined tobeconfirmed
    tobeannounced select selectone pleaseselect choose chooseone pleasechoose
    test tests testing tester testtest test1 test123 testuser testlead dummy fake placeholder
    lorem loremipsum foo bar foobar foobaz baz asd asdf asdfg asdfgh asdfghj asdfghjk asdfghjkl sdf sdfg dfg dfgh
    fgh fghj ghj ghjk hjk hjkl jkl qwe qwer qwert qwerty qwertyu qwertyui qwertyuiop wer wert werty qwertz qwertzuiop
    azerty azertyuiop zxc zxcv zxcvb zxcvbn zxcvbnm yxcv yxcvbnm qaz qazwsx wasd abc abcd abcde abcdef abcdefg
    123 1234 12345 123456 1234567 12345678 123456789 1234567890 0123456789 987654321 654321 54321 4321
    testlead dummydata dummydataforfullname 000000000000000aaa 000000000000000
    keineangabe keineangaben keine kein unbekannt ohne leer inconnu nonrenseigne neant aucun aucune
    ninguno ninguna desconocido sindato sindatos noaplica nodisponible desconhecido nenhum naoinformado naoaplicavel
    semdados sconosciuto nessuno onbekend geen tidakada tidakdiketahui belumada belumdiisi kosong
    """.split()
)


def as_text(values: pd.Series) -> pd.Series:
    """The same values as a text column."""
    return values if values.dtype == TEXT else values.astype(TEXT)


def arrow(values: pd.Series) -> pa.Array:
    """The values as one Arrow array of large_string."""
    chunks = as_text(values).array.__arrow_array__()
    if not isinstance(chunks, pa.ChunkedArray):
        return chunks
    # combine_chunks copies even a single chunk.
    return chunks.chunk(0) if chunks.num_chunks == 1 else chunks.combine_chunks()


def text_series(data: object, index: pd.Index | None = None) -> pd.Series:
    """A text column of an Arrow array or of anything holding str or None."""
    if not isinstance(data, pa.Array | pa.ChunkedArray):
        data = pa.array(data, pa.large_string(), from_pandas=True)
    return pd.Series(TEXT.construct_array_type()(data), index=index)


def objects(values: pd.Series) -> np.ndarray:
    """The values as str objects, None where blank; the caller may write to it."""
    return np.array(arrow(values).to_pylist(), dtype=object)


def matches(values: pd.Series, pattern: str) -> np.ndarray:
    """Where the RE2 `pattern` is found; False where blank."""
    found = pc.match_substring_regex(arrow(values), pattern)
    return found.fill_null(False).to_numpy(zero_copy_only=False)


def substitute(values: pd.Series, pattern: str, replacement: str) -> pd.Series:
    """The values with every match of the RE2 `pattern` replaced."""
    return text_series(pc.replace_substring_regex(arrow(values), pattern, replacement), values.index)


def joined(separator: str, *parts: pa.Array) -> pa.Array:
    """The parts row by row with the separator between; null where one is."""
    return pc.binary_join_element_wise(*parts, pa.scalar(separator, pa.large_string()))


def filled(values: pd.Series, *others: pd.Series) -> pd.Series:
    """The values, where blank those of the others; pandas' own `fillna` looks at each text in turn."""
    return text_series(pc.coalesce(arrow(values), *map(arrow, others)), values.index)


def bytes_of(text: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """The UTF-8 of all texts one after the other, and where each begins (one more at the end)."""
    _, ends, data = text.buffers()
    at = np.frombuffer(ends, np.int64)[text.offset : text.offset + len(text) + 1] if ends else np.zeros(1, np.int64)
    whole = np.frombuffer(data, np.uint8) if data else np.zeros(0, np.uint8)
    return whole[at[0] : at[-1]], at - at[0]


def of_bytes(data: np.ndarray, at: np.ndarray, keep: np.ndarray, like: pa.Array) -> pa.Array:
    """The texts of those bytes that are to be kept; null where `like` is."""
    filled = np.flatnonzero(np.diff(at))
    sizes = np.zeros(len(at) - 1, dtype=np.int64)
    if len(filled):
        sizes[filled] = np.add.reduceat(keep, at[filled], dtype=np.int64)
    ends = np.append(0, np.cumsum(sizes))
    made = pa.LargeStringArray.from_buffers(len(sizes), pa.py_buffer(ends), pa.py_buffer(data[keep]))
    return pc.if_else(like.is_null(), pa.scalar(None, made.type), made) if like.null_count else made


def placed(values: pd.Series, rows: np.ndarray, index: pd.Index) -> pd.Series:
    """The values on the rows of a mask, as many as it has, NA on the others."""
    return spread(values, np.where(rows, np.cumsum(rows) - 1, -1), index)


def factorise(values: pd.Series) -> tuple[pd.Series, np.ndarray]:
    """The distinct values that are not blank, and for each row the position of its value there (-1 for blank)."""
    encoded = arrow(values).dictionary_encode()
    codes = encoded.indices.fill_null(-1).to_numpy().astype(np.int64)
    words = encoded.dictionary
    filled = pc.not_equal(pc.utf8_trim_whitespace(words), "").to_numpy(zero_copy_only=False)
    if not filled.all():
        position = np.where(filled, np.cumsum(filled) - 1, -1)
        codes = np.append(position, -1)[codes]
        words = words.filter(pa.array(filled))
    return text_series(words), codes


def spread(result: Aligned, codes: np.ndarray, index: pd.Index) -> Aligned:
    """What `function` gave for distinct values, back on the rows; the inverse of `factorise`."""
    if isinstance(result, pd.DataFrame):
        return pd.DataFrame({name: spread(result[name], codes, index) for name in result.columns}, index=index)
    if isinstance(result, pd.Series):
        if isinstance(result.dtype, np.dtype) and result.dtype.kind in "biuf":
            return pd.Series(spread(result.to_numpy(), codes, index), index=index)
        return pd.Series(result.array.take(codes, allow_fill=True), index=index)
    blank = np.array([False if result.dtype.kind == "b" else None if result.dtype.kind == "O" else np.nan])
    return np.append(result, blank.astype(result.dtype) if result.dtype.kind in "bfO" else blank)[codes]


def over_distinct(values: pd.Series, function: Callable[[pd.Series], Aligned]) -> Aligned:
    """`function` of the distinct values that are not blank, on the rows of `values`.

    Where nearly all values differ, looking for those that do not costs more than it saves: the function sees them all.
    """
    if nearly_all_differ(values):
        return _over_filled(values, function)
    distinct, codes = factorise(values)
    return spread(function(distinct), codes, values.index)


def nearly_all_differ(values: pd.Series) -> bool:
    """Whether more than half of many values are likely to be distinct, by how many of a sample are."""
    if len(values) <= _SAMPLE:
        return False
    sample = arrow(values.iloc[:: len(values) // _SAMPLE])
    repeated = len(sample) - sample.null_count - pc.count_distinct(sample).as_py()
    return repeated * 2 * _DIFFERING * len(values) < len(sample) ** 2


def _over_filled(values: pd.Series, function: Callable[[pd.Series], Aligned]) -> Aligned:
    """`function` of the values that are not blank, on the rows of `values`."""
    text = arrow(values)
    filled = pc.fill_null(pc.not_equal(pc.utf8_trim_whitespace(text), ""), False)
    mask = filled.to_numpy(zero_copy_only=False)
    codes = np.where(mask, np.cumsum(mask) - 1, -1)
    return spread(function(text_series(text if mask.all() else text.filter(filled))), codes, values.index)


def mapped(values: pd.Series, function: Callable[[str], str | None]) -> pd.Series:
    """`function` of each distinct value; for what no vectorised expression can do."""
    return over_distinct(values, lambda distinct: text_series([function(value) for value in distinct.to_list()]))


def blank_to_na(values: pd.Series) -> pd.Series:
    """Empty and whitespace-only values become NA."""
    text = arrow(values)
    blank = pc.equal(pc.utf8_trim_whitespace(text), "")
    return text_series(pc.if_else(blank, pa.scalar(None, text.type), text), values.index)


def squeeze(values: pd.Series) -> pd.Series:
    """Trimmed, with every run of blanks and line breaks made one blank."""
    text = pc.replace_substring_regex(arrow(values), r"[\s\x{85}\p{Z}]+", " ")
    return blank_to_na(text_series(pc.utf8_trim_whitespace(text), values.index))


def fold(values: pd.Series) -> pd.Series:
    """For comparing: ASCII, lower case, all but letters and digits made one blank; NA where nothing is left."""
    return over_distinct(values, _fold)


def key(values: pd.Series) -> pd.Series:
    """`fold` without its blanks: "mid-market" and "MidMarket" are the same."""
    folded = fold(values)
    return text_series(pc.replace_substring(arrow(folded), " ", ""), values.index)


def ascii_text(values: pd.Series) -> pd.Series:
    """Transliterated to ASCII."""
    text = arrow(values)
    foreign = ~pc.string_is_ascii(text).fill_null(True).to_numpy(zero_copy_only=False)
    if not foreign.any():
        return text_series(text, values.index)
    words = objects(values)
    words[foreign] = [unidecode(word) for word in words[foreign]]
    return text_series(words, values.index)


def is_placeholder(values: pd.Series) -> np.ndarray:
    """Where a value stands for "nothing": n/a, --, select, test, asdf, xxx, runs of one character or of keys."""
    return over_distinct(values, _is_placeholder)


def invisible(values: pd.Series) -> np.ndarray:
    """Where a value holds characters that nobody can see: control, zero-width and direction marks."""
    return matches(values, f"{_INVISIBLE}|{_STRAY_JOINER}")


def strip_invisible(values: pd.Series) -> pd.Series:
    """The values without invisible characters; NA where nothing else was there."""
    text = pc.replace_substring_regex(arrow(values), _INVISIBLE, "")
    text = pc.replace_substring_regex(text, _STRAY_JOINER, r"\1\2")
    return blank_to_na(text_series(text, values.index))


def mojibake(values: pd.Series) -> np.ndarray:
    """Where text was decoded with the wrong encoding ("Ã©") or lost characters (U+FFFD)."""

    def damaged(distinct: pd.Series) -> np.ndarray:
        return (_repair(distinct) != distinct).to_numpy(dtype=bool) | matches(distinct, r"\x{fffd}")

    return over_distinct(values, damaged)


def repair(values: pd.Series) -> pd.Series:
    """The values with encoding damage undone where that is possible; nothing else is touched."""
    return over_distinct(values, _repair)


def _fold(distinct: pd.Series) -> pd.Series:
    text = pc.ascii_lower(arrow(ascii_text(distinct)))
    text = pc.ascii_trim_whitespace(pc.replace_substring_regex(text, r"[^a-z0-9]+", " "))
    return text_series(pc.if_else(pc.equal(text, ""), pa.scalar(None, text.type), text))


def _is_placeholder(distinct: pd.Series) -> np.ndarray:
    longest = max(map(len, _PLACEHOLDERS))
    # Most texts are too long, or numbers of their own: only the others are folded and looked up.
    likely = matches(distinct, "[A-Za-z]") & ~matches(distinct, f"(?:[A-Za-z0-9]{_GAP}){{{longest + 1}}}")
    likely |= matches(distinct, _spaced([word for word in sorted(_PLACEHOLDERS) if word.isdigit()]))
    likely |= matches(distinct, _runs(_GAP)) | matches(distinct, r"[^\x00-\x7f]")
    folded = key(distinct[likely])
    listed = pc.is_in(arrow(folded), pa.array(sorted(_PLACEHOLDERS), pa.large_string()))
    found = likely.copy()
    found[likely] = listed.to_numpy(zero_copy_only=False) | matches(folded, _runs(""))
    return (
        found
        | ~matches(distinct, r"[\p{L}\p{N}]")
        # "Nan", "Na" and "Ka" are names of people.
        | matches(distinct, r"^\s*(?:[#(<-]*[Nn]\s*[./\\]\s*[Aa]\.?[)>-]*|#?NA|na|nan|NaN|NAN|k\. ?[Aa]\.?)\s*$")
        | matches(distinct, r"(?i)^\s*<.*(?:dummy|test lead).*>\s*$")
    )


def _spaced(words: Sequence[str]) -> str:
    """One of the words, whatever stands between and around its letters and digits."""
    return f"^{_GAP}(?:{'|'.join(_GAP.join(word) for word in words)}){_GAP}$"


def _runs(gap: str) -> str:
    """A run of one character; RE2 has no back-references, so they are spelled out."""
    runs = [f"(?:{letter}{gap}){{2,}}" for letter in "qwxz0"] + [f"(?:{c}{gap}){{3,}}" for c in _RUN_OF_THREE]
    return f"(?i)^{gap}(?:{'|'.join(runs)}|[xz]){gap}$"


_GAP = "[^A-Za-z0-9]*"
_RUN_OF_THREE = "abcdefghijklmnoprstuvy123456789"


def _repair(distinct: pd.Series) -> pd.Series:
    foreign = matches(distinct, r"[^\x00-\x7f]")
    if not foreign.any():
        return distinct
    words = objects(distinct)
    words[foreign] = [ftfy.fix_encoding(word) for word in words[foreign]]
    return cast(pd.Series, text_series(words))
