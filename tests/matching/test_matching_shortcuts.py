"""The shortcuts of matching find exactly what the long way finds."""

import numpy as np
import pandas as pd
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz import fuzz
from rapidfuzz.distance import OSA, JaroWinkler

from audit.matching import normalise
from audit.matching.codes import BLANK, Column, encode
from audit.matching.derive import parted
from audit.matching.prepare import _lines
from audit.matching.similarity import WordPairs
from audit.values import company_name, text
from audit.values.legal_forms import endings, forms, spell_out

WORDS = st.text(alphabet="abcé 1.@", min_size=1, max_size=12).map(lambda word: " ".join(word.split())).filter(bool)
LINE = st.lists(
    st.sampled_from(
        ["Main", "St", "12", "7", "123456", "5th", "12b", "Königstraße", "2½", "\uff17", ",", "apt", "90210", "#4"]
    ),
    max_size=6,
).map(" ".join)


def pairs_of(words: list[str]) -> WordPairs:
    distinct = np.array(sorted(set(words)), dtype=object)
    one, other = np.triu_indices(len(distinct), k=1)
    return WordPairs(Column(np.arange(len(distinct)), distinct), one, other, 1)


@settings(max_examples=50, deadline=None)
@given(st.lists(WORDS, min_size=2, max_size=12), st.integers(1, 4))
def test_typing_errors_are_counted_as_without_a_look_at_the_letters(words: list[str], most: int) -> None:
    pairs = pairs_of(words)
    counted = [min(OSA.distance(a, b), most + 1) for a, b in zip(pairs.left, pairs.right, strict=True)]
    assert list(pairs.edits_up_to(most)) == counted


@settings(max_examples=50, deadline=None)
@given(st.lists(WORDS, min_size=2, max_size=12))
def test_likeness_is_the_scorer_s_wherever_it_counts(words: list[str]) -> None:
    pairs = pairs_of(words)
    for found, scorer, least in (
        (pairs.jaro_winkler, JaroWinkler.normalized_similarity, 0.7),
        (pairs.token_sort, lambda a, b: fuzz.token_sort_ratio(a, b) / 100, 0.8),
    ):
        whole = np.array([scorer(a, b) for a, b in zip(pairs.left, pairs.right, strict=True)], dtype=np.float32)
        assert np.allclose(np.where(whole >= least, whole, 0), np.where(found >= least, found, 0))
    begins = [a.startswith(b) or b.startswith(a) for a, b in zip(pairs.left, pairs.right, strict=True)]
    assert not (pairs.begins & ~np.array(begins, dtype=bool)).any()
    assert list(pairs.same_letters) == [
        sorted(a) == sorted(b) and JaroWinkler.normalized_similarity(a, b) >= 0.6
        for a, b in zip(pairs.left, pairs.right, strict=True)
    ]


@settings(max_examples=80, deadline=None)
@given(st.lists(st.none() | LINE, min_size=1, max_size=20))
def test_address_lines_are_read_the_same_without_their_number(lines: list[str | None]) -> None:
    values = text.text_series(lines)
    distinct, codes = text.factorise(values)
    parts = normalise.street(distinct)
    for column, name in zip(_lines(values), ("house", "street", "postcode"), strict=True):
        expected = [None if code < 0 else parts[name].iat[code] for code in codes]
        found = [None if code == BLANK else column.words[code] for code in column.codes]
        assert found == [None if pd.isna(value) else value for value in expected], name


def test_a_line_without_its_number_is_the_street() -> None:
    lines = text.text_series(
        ["12 Main St", "9 Main St", "Main St 9, Town", "12-14 Main St", "1 Main St 2", "12345 A", None]
    )
    bare, number = normalise.without_number(lines)
    assert number.fillna("").tolist() == ["12", "9", "9", "", "", "", ""]
    assert bare.fillna("").tolist()[:3] == ["7 Main St", "7 Main St", "Main St 7, Town"]
    assert bare.iloc[3:].equals(lines.iloc[3:])


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text(alphabet="ab@é", max_size=8), min_size=1, max_size=20))
def test_a_text_is_parted_at_its_last_mark(words: list[str]) -> None:
    distinct = sorted({word for word in words if word}) or ["a@b"]
    before, behind = parted(encode(text.text_series(distinct)), "@")
    for at, word in enumerate(distinct):
        halves = word.rpartition("@") if "@" in word else ("", "", "")
        for column, half in ((before, halves[0]), (behind, halves[2])):
            assert (column.words[column.codes[at]] if column.codes[at] != BLANK else "") == half


def test_letters_are_those_of_slices_too() -> None:
    whole = pa.array(["xx", "Ab 1", "", "é"], pa.large_string())
    data, at = text.bytes_of(whole.slice(1))
    kept = text.of_bytes(data, at, data < 128, whole.slice(1))
    assert kept.to_pylist() == ["Ab 1", "", ""]


def test_the_end_of_a_company_name_is_taken_off_as_word_by_word() -> None:
    ends = sorted({" ".join(form) for form in forms()} | set(endings()))
    heads = ["blue river", "river and", "blue co", "acme", "north west trading", "ag", "co kg river"]
    names = [f"{head} {end}" for head in heads for end in ends] + heads
    told = company_name.key(text.text_series(names)), company_name.legal_form(text.text_series(names))
    for place, name in enumerate(names):
        key, form = company_name._part(spell_out(name.split()))
        assert (told[0].iat[place], None if pd.isna(told[1].iat[place]) else told[1].iat[place]) == (key, form), name


def test_fillers_among_numbers_are_found_by_a_first_look() -> None:
    numbers = text.text_series(["0000000", "1111111111", "123456789", "5551234567", "987654321", "4321987", "5550123"])
    kept = normalise.phone_number(numbers)
    placeholder = text.is_placeholder(numbers.str.slice(-9))
    assert kept.isna().to_numpy().tolist() == placeholder.tolist()
