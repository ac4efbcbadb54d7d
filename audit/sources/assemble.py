"""Raw tables made canonical: mapped columns in their types, with the original text and the lineage of every record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from audit.dataset import ColumnMapping, SourceInfo, Table
from audit.schema import MULTI_SEPARATOR, TEXT, Entity, empty_column, entities
from audit.sources import derive
from audit.sources.detect import Detection
from audit.sources.headers import header_currency, header_key
from audit.sources.mapping import Guess
from audit.sources.opinions import typed
from audit.sources.raw import RawTable
from audit.sources.systems import SystemObject

_LIST_NAMES = frozenset("source datasource sourcesystem sourcelist sourcename list listname origensystem".split())
_CHANNEL = (
    r"(?i)google|linked|facebook|instagram|social|web|organic|direct|referr|email|e-mail|event|ads?\b|advert|call|partner"
    r"|search|trade|campaign|news|walk|word|inbound|outbound|chat|unknown|other|seminar|webinar|api\b|import|form"
)
_LINES = frozenset("payment activity ticket campaign_member spend product web_visit".split())
"""Entities of which a row may repeat another to the letter, also in the columns that nobody maps."""
_CONCLUDED = {"deal": "status", "contact": "lifecycle"}
_AMOUNT_FIELDS = ("amount", "cost", "budget", "value", "annual_revenue", "price")


@dataclass(frozen=True)
class Part:
    """The canonical records of one raw table, before the tables of an entity are put together."""

    entity: str
    frame: pd.DataFrame
    text: pd.DataFrame
    source: pd.Series | str
    file: pd.Series | str
    sheet: str
    rows: np.ndarray
    unread: np.ndarray | None = None


def canonical(
    raw: RawTable, found: Detection, guesses: Sequence[Guess], *, day_first: bool | None = None
) -> tuple[Part, SourceInfo]:
    """The records of a table of a known entity, and the account of how they were read."""
    assert found.entity is not None
    entity = entities()[found.entity]
    known = found.known
    lists = _list_names(raw, guesses, found)
    label = known.label if known else _label(raw.file)
    source = raw.frame[lists].fillna(label) if lists else label
    # Taken out of the raw table, so that what is not mapped is given back to the system and nothing is held twice.
    columns = {name: raw.frame.pop(name) for name in list(raw.frame.columns)}
    unread = unread_codes(columns, guesses, entity) if entity.name in _LINES else None
    fields, scales = _fields(columns, guesses, entity, known)
    derive.constants(fields, known, raw.file, raw.frame.index)
    derive.repairs(fields, entity, known)
    concluded = _CONCLUDED.get(found.entity, "")
    said_text = fields.get(concluded)
    derive.conclusions(fields, entity, raw.frame.index)
    pa.default_memory_pool().release_unused()
    frame: dict[str, pd.Series] = {}
    text: dict[str, pd.Series] = {}
    opinions: dict[str, str] = {}
    day_first = day_first if day_first is not None else (known.day_first if known else None)
    for name, spec in entity.fields.items():
        if name not in fields:
            continue
        if spec.is_text:
            frame[name] = fields[name]
            continue
        read = typed(
            fields[name],
            spec,
            day_first=day_first,
            blank_is_false=known.blank_is_false if known else False,
            scale=scales.get(name, 1.0),
        )
        frame[name], text[name], opinions[name] = read.values, fields[name], read.opinion
        # Reading dates takes several times a column's memory; kept, it would add up over the columns.
        pa.default_memory_pool().release_unused()
        if read.currency is not None and name in _AMOUNT_FIELDS and "currency" in entity.fields:
            held = frame.get("currency", fields.get("currency", empty_column(entity["currency"], raw.frame.index)))
            frame["currency"] = held.fillna(read.currency)
    if said_text is not None and not said_text.equals(frame[concluded]):
        text[concluded] = said_text
    said = _header_currencies(frame, guesses, entity)
    opinions.update(
        {name: f"{opinions.get(name, '')}; in {code}, as the header says".lstrip("; ") for name, code in said.items()}
    )
    part = Part(
        found.entity,
        pd.DataFrame(frame, index=raw.frame.index, copy=False),
        pd.DataFrame(text, index=raw.frame.index, copy=False),
        source,
        raw.files if raw.files is not None else raw.file,
        raw.sheet,
        raw.rows,
        unread,
    )
    return part, account(raw, found, guesses, opinions, label, lists)


def account(
    raw: RawTable,
    found: Detection,
    guesses: Sequence[Guess],
    opinions: Mapping[str, str] | None = None,
    label: str = "",
    lists: str | None = None,
) -> SourceInfo:
    """What was read from a table and what became of its columns."""
    mapping = []
    for guess in guesses:
        field, reason = guess.field, guess.reason
        if lists == guess.column.name:
            field, reason = None, "names the list each record came from: taken as its source"
        opinion = (opinions or {}).get(field, "") if field else ""
        header = guess.column.header or guess.column.name
        confidence = guess.confidence if field else 0.0
        seen = guess.column
        mapping.append(
            ColumnMapping(
                header,
                field,
                confidence,
                reason,
                opinion,
                seen.filled,
                seen.distinct,
                seen.kind,
                seen.odd,
                seen.odd_rows,
                seen.same_as,
                seen.alike,
                seen.standard,
                seen.fillers,
                seen.filler,
            )
        )
    return SourceInfo(
        source=label or (found.known.label if found.known else _label(raw.file)),
        file=raw.file,
        sheet=raw.sheet,
        system=found.system,
        object=found.object,
        entity=found.entity,
        confidence=found.confidence,
        reason=found.reason,
        rows_present=raw.rows_present,
        rows_read=len(raw.frame),
        rows_set_aside=len(raw.set_aside),
        mapping=tuple(mapping),
        notes=raw.notes,
    )


def together(parts: Sequence[Part]) -> dict[str, Table]:
    """One table per entity, in the order in which the entities first occur; records numbered in file order."""
    grouped: dict[str, list[Part]] = {}
    for part in parts:
        grouped.setdefault(part.entity, []).append(part)
    return {entity: _table(entities()[entity], members) for entity, members in grouped.items()}


def _table(entity: Entity, parts: Sequence[Part]) -> Table:
    index = pd.RangeIndex(sum(len(part.frame) for part in parts))
    frame = {
        name: _stacked([part.frame.get(name) for part in parts], parts, index, spec.dtype, entity, name)
        for name, spec in entity.fields.items()
        if any(name in part.frame.columns for part in parts)
    }
    text = {
        name: _stacked([part.text.get(name) for part in parts], parts, index, TEXT, entity, name)
        for name in entity.fields
        if any(name in part.text.columns for part in parts)
    }
    lineage = pd.DataFrame(
        {
            "source": _category([part.source for part in parts], parts, index),
            "file": _category([part.file for part in parts], parts, index),
            "sheet": _category([part.sheet for part in parts], parts, index),
            "row": pd.Series(_numbers(parts), index=index, dtype="int64", copy=False),
        },
        copy=False,
    )
    if any(part.unread is not None for part in parts):
        lineage["unread"] = np.concatenate(
            [np.zeros(len(part.frame), np.int64) if part.unread is None else part.unread for part in parts]
        )
    return Table(
        entity.name, pd.DataFrame(frame, index=index, copy=False), pd.DataFrame(text, index=index, copy=False), lineage
    )


def _numbers(parts: Sequence[Part]) -> np.ndarray:
    return parts[0].rows if len(parts) == 1 else np.concatenate([part.rows for part in parts])


def _stacked(
    pieces: list[pd.Series | None], parts: Sequence[Part], index: pd.Index, dtype: object, entity: Entity, name: str
) -> pd.Series:
    if len(pieces) == 1 and pieces[0] is not None:
        return pieces[0].set_axis(index, copy=False)
    filled = [
        piece if piece is not None else _blank(dtype, len(part.frame))
        for piece, part in zip(pieces, parts, strict=True)
    ]
    return pd.concat(filled, ignore_index=True).astype(dtype).set_axis(index)


def _blank(dtype: object, count: int) -> pd.Series:
    if dtype == TEXT:
        return pd.Series(pd.arrays.ArrowStringArray(pa.chunked_array([pa.nulls(count, pa.large_string())])), dtype=TEXT)
    return pd.Series(pd.NA if dtype == "boolean" else None, index=pd.RangeIndex(count), dtype=dtype)


def _category(values: list[pd.Series | str], parts: Sequence[Part], index: pd.Index) -> pd.Series:
    names: dict[str, int] = {}
    codes = []
    small = np.int8 if len(parts) < 100 and all(isinstance(value, str) for value in values) else np.int32
    for value, part in zip(values, parts, strict=True):
        if isinstance(value, str):
            codes.append(np.full(len(part.frame), names.setdefault(value, len(names)), dtype=small))
        else:
            local, distinct = pd.factorize(value)
            lookup = np.array([names.setdefault(str(name), len(names)) for name in distinct], dtype=np.int32)
            codes.append(lookup[local])
    return pd.Series(pd.Categorical.from_codes(np.concatenate(codes), list(names)), index=index)


def _fields(
    columns: dict[str, pd.Series], guesses: Sequence[Guess], entity: Entity, known: SystemObject | None
) -> tuple[dict[str, pd.Series], dict[str, float]]:
    """The mapped columns by field, still text; the columns of a field with several values joined. Empties `columns`."""
    fields: dict[str, pd.Series] = {}
    scales: dict[str, float] = {}
    taken = {guess.column.name for guess in guesses if guess.field in entity.fields}
    for name in columns.keys() - taken:
        del columns[name]
    for guess in sorted(guesses, key=lambda guess: guess.rank):
        if guess.field is None or guess.field not in entity.fields:
            continue
        name, values = guess.field, columns.pop(guess.column.name)
        values = _cleared(values, known)
        if known and name in known.prefixed:
            values = values.str.replace(known.prefixed[name], "", regex=True)
        key = header_key(guess.column.header)
        if known and key in known.scale:
            scales[name] = known.scale[key]
        if known and key in known.inverse:
            values = derive.negated(values)
        if entity[name].is_multi:
            values = derive.separated(values, known.separators.get(name, "") if known else "", entity[name].type)
            if name in fields:
                values = _joined(fields[name], values)
        elif name in fields:
            values = fields[name].fillna(values)
        fields[name] = values
    return fields, scales


def unread_codes(columns: Mapping[str, pd.Series], guesses: Sequence[Guess], entity: Entity) -> np.ndarray | None:
    """A number per row for what its unmapped columns say: equal, within the table, where all of them are.

    Columns that count the rows say nothing of a row. None where nothing is left to tell rows apart.
    """
    code: np.ndarray | None = None
    for guess in guesses:
        if guess.field in entity.fields or guess.column.name not in columns:
            continue
        found = pa.chunked_array(columns[guess.column.name].array.__arrow_array__()).combine_chunks()
        found = found.dictionary_encode()
        here = found.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
        if len(found.dictionary) < 2 or _counts_rows(found, here):
            continue
        code = here if code is None else np.unique(code * (len(found.dictionary) + 1) + here, return_inverse=True)[1]
    return code


def _counts_rows(found: pa.DictionaryArray, codes: np.ndarray) -> bool:
    """Whether a column numbers the rows of its export: whole numbers that only ever grow, or only ever fall."""
    if (
        len(found.dictionary) < len(codes)
        or not pc.all(pc.match_substring_regex(found.dictionary, r"^\d{1,15}$")).as_py()
    ):
        return False
    steps = np.diff(pc.cast(found.dictionary, pa.int64()).to_numpy())
    return bool((steps > 0).all() or (steps < 0).all())


def _cleared(values: pd.Series, known: SystemObject | None) -> pd.Series:
    """The column without the system's own spellings of nothing."""
    if known is None or not known.empty:
        return values
    empty = values.isin(list(known.empty))
    return values.mask(empty) if empty.any() else values


def _joined(left: pd.Series, right: pd.Series) -> pd.Series:
    return (left + MULTI_SEPARATOR + right).fillna(left).fillna(right)


def _header_currencies(frame: dict[str, pd.Series], guesses: Sequence[Guess], entity: Entity) -> dict[str, str]:
    """Currencies that headers name ("budget_gbp"); fills the rows that name none themselves."""
    said = {}
    for guess in guesses:
        code = header_currency(guess.column.header)
        if guess.field in frame and code and entity[guess.field].type == "money":
            said[guess.field] = code
            if "currency" in entity.fields:
                present = frame[guess.field].notna()
                held = frame.get("currency", empty_column(entity["currency"], frame[guess.field].index))
                frame["currency"] = held.mask(held.isna() & present, code)
    return said


def _list_names(raw: RawTable, guesses: Sequence[Guess], found: Detection) -> str | None:
    """The column that names the list each record came from, if there is one and it names no marketing channels."""
    if found.known is not None or found.entity not in ("contact", "account"):
        return None
    for guess in guesses:
        if header_key(guess.column.header) in _LIST_NAMES and guess.confidence < 1.0:
            values = raw.frame[guess.column.name]
            distinct = values.dropna().unique()
            few = 1 <= len(distinct) <= max(2, min(40, len(values) // 5))
            exact = header_key(guess.column.header) != "source"
            if few and (exact or not pd.Series(distinct, dtype=TEXT).str.contains(_CHANNEL, regex=True).mean() > 0.5):
                return guess.column.name
    return None


def _label(file: str) -> str:
    """What a table of unknown origin is called: its file's name without ending."""
    name = PurePosixPath(file).name
    return name.rsplit(".", 1)[0] if "." in name else name
