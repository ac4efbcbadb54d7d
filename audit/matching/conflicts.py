"""What speaks against a pair so strongly that it is held for a person whatever its score."""

import numpy as np

from audit.matching.codes import BLANK
from audit.matching.compare import Outcomes
from audit.matching.prepare import Records
from audit.matching.score import Model

REASONS = (
    "",
    "two different national or tax ids in one source",
    "two different customer ids in one source",
    "dates of birth that no typing error explains",
    "father and son: the name suffixes differ",
    "opposite sex at one address with one last name",
    "organisations in two countries of which nothing but the name agrees",
    "two records of a source that holds everybody once",
    "decisions about these records contradict each other",
)
ONE_SOURCE, CONTRADICTION = len(REASONS) - 2, len(REASONS) - 1

_RARE = 0.02
"""A difference is a conflict where this table's duplicates show it no more often than this."""


def conflicts(records: Records, outcomes: Outcomes, model: Model) -> np.ndarray:
    """Per pair the position of its reason in REASONS, 0 where nothing is against it.

    Where a table's own duplicates often differ in a field, as their other fields tell, that field is no proof of
    anything: ids and dates of birth count as conflicts only where the table keeps them well.
    """
    known = {comparison.name for comparison in outcomes.comparisons}
    reason = np.zeros(len(outcomes), dtype=np.int8)

    def is_level(name: str, *wanted: str) -> np.ndarray:
        if name not in known:
            return np.zeros(len(outcomes), dtype=bool)
        comparison = next(one for one in outcomes.comparisons if one.name == name)
        numbers = [1 + at for at, level in enumerate(comparison.levels) if level.name in wanted]
        return np.isin(outcomes.level(name), numbers)

    def reliable(name: str) -> bool:
        return name in known and bool(model.same[name][level_number(name, "different")] <= _RARE)

    def level_number(name: str, wanted: str) -> int:
        comparison = next(one for one in outcomes.comparisons if one.name == name)
        return 1 + next(at for at, level in enumerate(comparison.levels) if level.name == wanted)

    one_source = is_level("source", "same")
    same_id = is_level("national", "same")
    reason[
        is_level("gender", "different")
        & is_level("family", "same")
        & is_level("place", "same", "near")
        & ~same_id
        & ~is_level("given", "same", "nickname", "typo", "initial", "part")
    ] = 5
    reason[is_level("suffix", "different") & ~is_level("birth", "same") & ~same_id] = 4
    if reliable("birth"):
        reason[is_level("birth", "different") & ~same_id & _usual_births(records, outcomes)] = 3
    reason[is_level("customer", "different") & _identifies_people(records, outcomes) & one_source & ~same_id] = 2
    if reliable("national"):
        reason[is_level("national", "different") & one_source] = 1
    if "country" in records.columns:
        country = records.columns["country"].single
        here, there = country[outcomes.left], country[outcomes.right]
        alike = [
            ("site", "same"),
            ("email", "same"),
            ("phone", "same"),
            ("national", "same"),
            ("place", "same"),
            ("place", "near"),
        ]
        agrees = np.logical_or.reduce([is_level(name, level) for name, level in alike])
        reason[(here != there) & (here != BLANK) & (there != BLANK) & ~agrees & (reason == 0)] = 6
    return reason


def _usual_births(records: Records, outcomes: Outcomes) -> np.ndarray:
    """Pairs whose dates of birth are both whole and no default such as 1 January or 1900."""
    if "birth" not in records.columns:
        return np.zeros(len(outcomes), dtype=bool)
    column = records.columns["birth"]
    default = np.array([word.endswith(("0101", "0000")) or word < "19010102" for word in column.words], dtype=bool)
    usual = ~np.append(default, True)
    return usual[column.single[outcomes.left]] & usual[column.single[outcomes.right]]


def _identifies_people(records: Records, outcomes: Outcomes) -> np.ndarray:
    """Pairs from a source whose customer ids come more than once: there an id is a person and not a row."""
    if "customer" not in records.columns or "source" not in records.columns:
        return np.zeros(len(outcomes), dtype=bool)
    customer, source = records.columns["customer"].single, records.columns["source"].single
    filled = customer != BLANK
    weights = records.counts[filled]
    sources = len(records.columns["source"].values)
    key = source[filled].astype(np.int64) * (len(records.columns["customer"].values) + 1) + customer[filled]
    distinct, back = np.unique(key, return_inverse=True)
    repeated = np.bincount(back, weights) > 1
    owner = distinct // (len(records.columns["customer"].values) + 1)
    several = np.bincount(owner[owner >= 0], repeated[owner >= 0], minlength=sources) > 0
    return np.append(several, False)[source[outcomes.left]]
