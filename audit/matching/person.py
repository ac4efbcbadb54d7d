"""Comparing people: names, dates of birth, gender."""

import numpy as np
import pandas as pd

from audit.matching import levels
from audit.matching.codes import BLANK, Column
from audit.matching.similarity import DistinctPairs, WordPairs
from audit.matching.view import BINS, View, outcome
from audit.values.nicknames import formal_names, related

_NICKNAME, _INITIAL, _PART, _TYPO, _ALIKE, _FAR, _DIFFERENT = range(1, 8)


def family_grades(pairs: WordPairs) -> np.ndarray:
    """How alike two unequal names are, by the grades above."""
    grade = np.full(len(pairs), _DIFFERENT, dtype=np.uint8)
    likeness, errors, short = pairs.jaro_winkler, pairs.edits, pairs.short
    grade[likeness >= 0.72] = _FAR
    grade[(likeness >= 0.88) | ((errors <= 2) & (short >= 5)) | ((errors <= 3) & (short >= 8))] = _ALIKE
    grade[pairs.same_letters & (short >= 4)] = _ALIKE
    grade[(errors <= 1) & (short >= 3)] = _ALIKE
    grade[((errors <= 1) & (short >= 5)) | ((errors <= 2) & (short >= 8)) | (likeness >= 0.97)] = _TYPO
    grade[(grade > _ALIKE) & pairs.begins & (short >= 3)] = _ALIKE
    grade[(grade > _TYPO) & pairs.holds_words] = _PART
    grade[(grade > _TYPO) & pairs.begins & (short <= 2)] = _INITIAL
    return grade


def given_grades(pairs: WordPairs) -> np.ndarray:
    """The same for given names, where nicknames count."""
    grade = family_grades(pairs)
    grade[(grade >= _PART) & are_nicknames(pairs)] = _NICKNAME
    return grade


def are_nicknames(pairs: WordPairs) -> np.ndarray:
    """Where two given names are nicknames of each other or of one formal name."""
    formal, listed = formal_names(), related()
    known = np.zeros(len(pairs.column.values), dtype=bool)
    known[pairs.one] = known[pairs.other] = True
    used = np.flatnonzero(known)
    known[used] = [word in formal for word in pairs.column.words[used]]
    at = np.flatnonzero(known[pairs.one] & known[pairs.other])
    found = np.zeros(len(pairs), dtype=bool)
    found[at] = [
        formal[a] == formal[b] or (a, b) in listed for a, b in zip(pairs.left[at], pairs.right[at], strict=True)
    ]
    return found


def given(view: View) -> np.ndarray:
    grade = view.graded("given", given_grades)
    bits = view.bits("given", view.codes("given")[0])
    result = outcome(levels.GIVEN, len(grade)).set("same", view.equal("given"), bits)
    for name, value in (("nickname", _NICKNAME), ("initial", _INITIAL), ("part", _PART), ("typo", _TYPO)):
        result.set(name, grade == value)
    return result.set("alike", grade == _ALIKE).set("far", grade == _FAR).set("different", grade == _DIFFERENT).values


def family(view: View) -> np.ndarray:
    one, other = view.codes("family")
    grade = view.graded("family", family_grades)
    result = outcome(levels.FAMILY, len(one)).set("same", view.equal("family"), view.bits("family", one))
    if view.has("maiden"):
        born_one, born_other = view.codes("maiden")
        for before, after in ((born_one, other), (born_other, one), (born_one, born_other)):
            result.set("maiden", (before == after) & (before != BLANK), view.bits("family", before))
    result.set("part", (grade == _PART) | (grade == _INITIAL)).set("typo", grade == _TYPO)
    return result.set("alike", grade == _ALIKE).set("far", grade == _FAR).set("different", grade == _DIFFERENT).values


def middle(view: View) -> np.ndarray:
    grade = view.graded("middle", given_grades)
    bits = view.bits("middle", view.codes("middle")[0])
    result = outcome(levels.MIDDLE, len(grade)).set("same", view.equal("middle"), bits)
    result.set("initial", (grade == _INITIAL) | (grade == _PART))
    result.set("alike", (grade > 0) & (grade < _FAR))
    return result.set("different", grade >= _FAR).values


def reorder(view: View, values: dict[str, np.ndarray]) -> None:
    """Names that differ part by part but agree as a whole in another order: one agreement, not two."""
    _cross(view, values)
    apart = (values["given"] // BINS > 2) & (values["family"] // BINS > 2)
    apart |= ((values["given"] == 0) | (values["family"] == 0)) & view.both("name")
    apart &= ~(view.equal("given") | view.equal("family"))
    given, family = _first_letters(view, "given"), _first_letters(view, "family")
    apart &= (given[view.left] == family[view.right]) | (family[view.left] == given[view.right])
    at = np.flatnonzero(apart)
    rows, back = np.unique(np.append(view.left[at], view.right[at]), return_inverse=True)
    column, bare = _whole_names(view, rows)
    one, other = column.codes[back[: len(at)]], column.codes[back[len(at) :]]

    def nearly(pairs: WordPairs) -> np.ndarray:
        two = column.spaced[pairs.one] & column.spaced[pairs.other]
        return (two & (pairs.edits_up_to(1) <= 1) & (pairs.short >= 6)) | (bare[pairs.one] == bare[pairs.other])

    agree = at[(DistinctPairs("name", nearly, view.workers).on_codes(column, one, other) > 0) | (one == other)]
    sides = [
        view.bits("given", view.codes("given")[at][agree]) + view.bits("family", view.codes("family")[at][agree])
        for at in (0, 1)
    ]
    bits = np.minimum(*sides)
    number = 1 + next(place for place, level in enumerate(levels.GIVEN.levels) if level.name == "reordered")
    values["given"][agree] = number * BINS + np.clip(bits, 1, BINS - 1)
    values["family"][agree] = 0


def _first_letters(view: View, name: str) -> np.ndarray:
    """The code point of the first letter of every record's name; unlike any other where it is blank."""
    column = view.column(name)

    def letters() -> np.ndarray:
        return np.append([ord(word[0]) for word in column.words], -1)[column.single]

    return view.records.once(f"first letters of {name}", letters)


def _whole_names(view: View, rows: np.ndarray) -> tuple[Column, np.ndarray]:
    """All name parts of records with their words in order of the alphabet, and a number for them without blanks."""
    parts = [view.column(name).texts(rows).to_pylist() for name in ("given", "middle", "family") if view.has(name)]
    whole = np.array([" ".join(sorted(" ".join(words).split())) for words in zip(*parts, strict=True)], dtype=object)
    codes, words = pd.factorize(whole)
    return Column(codes, words), pd.factorize(np.array([word.replace(" ", "") for word in words], dtype=object))[0]


def _cross(view: View, values: dict[str, np.ndarray]) -> None:
    """A record with one name only, which is the other record's name of the other kind."""
    given, family = view.codes("given"), view.codes("family")
    number = 1 + next(at for at, level in enumerate(levels.GIVEN.levels) if level.name == "crossed")
    for one, other in ((0, 1), (1, 0)):
        for lone, missing, match, name in (
            (given[one], family[one], family[other], "family"),
            (family[one], given[one], given[other], "given"),
        ):
            agree = (missing == BLANK) & (lone != BLANK) & (lone == match)
            if agree.any():
                values["given"][agree] = number * BINS + view.bits(name, match)[agree]
                values["family"][agree] = 0


def birth(view: View) -> np.ndarray:
    one = view.codes("birth")[0]

    def grade(pairs: WordPairs) -> np.ndarray:
        dates = view.records.once("dates of birth", lambda: _number(view.column("birth").words))
        left, right = dates[pairs.one], dates[pairs.other]
        year, month, day = (
            left // 10000 == right // 10000,
            left // 100 % 100 == right // 100 % 100,
            left % 100 == right % 100,
        )
        days = np.abs(_day_of_year(left) - _day_of_year(right))
        days = np.minimum(days, 366 - days)
        by_year = np.abs(left // 10000 - right // 10000)
        close_year = (by_year <= 1) | (_digits_apart(left // 10000, right // 10000) <= 1)
        result = np.full(len(pairs), 8, dtype=np.uint8)
        result[year] = 7
        result[pairs.edits == 2] = 6
        # Of some only the year is known.
        whole = (left % 10000 > 0) & (right % 10000 > 0)
        result[whole & close_year & (days <= 45)] = 5
        result[whole & close_year & (days <= 3)] = 4
        result[whole & ((year.astype(int) + month + day) == 2)] = 3
        result[pairs.edits <= 1] = 2
        result[year & (left // 100 % 100 == right % 100) & (left % 100 == right // 100 % 100)] = 1
        return result

    grades = view.graded("birth", grade)
    result = outcome(levels.BIRTH, len(one)).set("same", view.equal("birth"), view.bits("birth", one))
    for at, name in enumerate(("swapped", "digit", "parts", "close", "near", "digits", "year", "different"), start=1):
        result.set(name, grades == at)
    return result.values


def _number(words: np.ndarray) -> np.ndarray:
    return np.array([int(word) if word.isascii() and word.isdigit() else 0 for word in words], dtype=np.int64)


def _day_of_year(dates: np.ndarray) -> np.ndarray:
    """Roughly: months count 30.5 days."""
    return (dates // 100 % 100) * 30.5 + dates % 100


def _digits_apart(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    return sum(((left // 10**at) % 10 != (right // 10**at) % 10).astype(int) for at in range(4))


def gender(view: View) -> np.ndarray:
    result = outcome(levels.GENDER, len(view.left)).set("same", view.equal("gender"))
    return result.set("different", view.both("gender")).values


def suffix(view: View) -> np.ndarray:
    result = outcome(levels.SUFFIX, len(view.left)).set("same", view.equal("suffix"))
    return result.set("different", view.both("suffix")).values


def job(view: View) -> np.ndarray:
    alike = view.graded("job", lambda pairs: pairs.holds_words | (pairs.jaro_winkler >= 0.9))
    bits = view.bits("job", view.codes("job")[0])
    result = outcome(levels.JOB, len(alike)).set("same", view.equal("job"), bits).set("alike", alike > 0)
    return result.set("different", view.both("job")).values
