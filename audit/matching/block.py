"""Blocking: which pairs of records are worth comparing, with sizes known before any pair is made."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from recordlinkage.base import BaseIndexAlgorithm

from audit.matching.codes import BLANK
from audit.matching.options import MatchOptions
from audit.matching.prepare import Records

ALL_PAIRS = 400_000
"""Below this many pairs in all, every pair is compared."""

_CAP = 400
"""No block above this size becomes pairs without a further key."""

_CONTACT_KEYS = """
national | customer | profile | email | phone
family+call | family+given_sound | family_sound+call | family_letters+initial
birth+call | birth+family_sound | birth+initial | birth+family_start | birth
name | given+family
mailbox+initial | mailbox+family_start | mailbox | email_start+call | email_start+family_start
address+initial | address+family_sound | address
phone_end | postcode+family_sound | postcode+call | house+family_sound
company_key+family_sound | company_key+call | domain+call | domain+family_sound | site+call
year_month+family_sound | year_day+family_sound | month_day+family_sound
year_month+given_sound | year_day+given_sound | month_day+given_sound
city+family_sound | city+call
family_sound+given_start | given_sound+family_start | family_letters | middle+family_sound | birth+city
maiden+call
"""
_ACCOUNT_KEYS = """
national | email | site | phone
company_key | tokens | rare_pair | address | phone_end | domain
company_start+postcode | company_start+city | company_sound+city | company_sound+postcode | rare+city | rare+postcode
rare+company_sound | company_start | rare | company_sound
house+street_sound | house+postcode | postcode+street_sound
"""
_REFINE = "postcode call family_sound city year company_key".split()
"""Further keys that split blocks which are too large, three of them each time."""


@dataclass(frozen=True)
class Candidates:
    """Pairs of record positions, left < right, sorted; per key how many blocks, pairs and pairs left out.

    `keys` counts the keys that found each pair (0 where every pair of the table is compared).
    """

    left: np.ndarray
    right: np.ndarray
    keys: np.ndarray
    blocks: pd.DataFrame
    never_compared: int


class KeyIndex(BaseIndexAlgorithm):
    """Pairs that agree on a blocking key, within a budget; blocks too large are split by further keys."""

    def __init__(self, budget: int, refine: list[np.ndarray] | None = None) -> None:
        super().__init__(verify_integrity=False)
        self.budget = budget
        self.refine = refine or []
        self.blocks = 0
        self.left_out = 0

    def _dedup_index(self, df_a: pd.DataFrame) -> pd.MultiIndex:
        codes = df_a.iloc[:, 0].to_numpy()
        filled = np.flatnonzero(codes != BLANK)
        left, right = self.pairs(filled, codes[filled])
        return pd.MultiIndex.from_arrays([df_a.index[left], df_a.index[right]])

    def pairs(self, rows: np.ndarray, codes: np.ndarray, depth: int = 0) -> tuple[np.ndarray, np.ndarray]:
        """Positions of the pairs; `rows` may name a record several times."""
        if depth or (len(codes) and codes.max() > 4 * len(codes)):
            codes = pd.factorize(codes)[0]
        sizes = np.bincount(codes)
        wanted = sizes[codes] > 1
        rows, codes = rows[wanted], codes[wanted]
        if not len(rows):
            return rows[:0], rows[:0]
        cost = sizes.astype(np.int64) * (sizes - 1) // 2
        by_size = np.argsort(sizes, kind="stable")
        spent = np.cumsum(cost[by_size])
        affordable = np.zeros(len(sizes), dtype=bool)
        affordable[by_size[(spent <= self.budget) & (sizes[by_size] <= _CAP)]] = True
        self.blocks += int((affordable & (sizes > 1)).sum())
        small = affordable[codes]
        found = [_within(rows[small], codes[small])]
        made = int(cost[affordable].sum())
        self.budget -= made
        if not small.all():
            large_rows, large_codes = rows[~small], codes[~small]
            left_out = int(cost[~affordable].sum())
            if depth < 1 and self.refine and self.budget > 0:
                share = self.budget // len(self.refine)
                for part in self.refine:
                    known = part[large_rows] != BLANK
                    finer = large_codes[known].astype(np.int64) * (int(part.max()) + 2) + part[large_rows[known]]
                    inner = KeyIndex(share)
                    found.append(inner.pairs(large_rows[known], finer, depth + 1))
                    self.blocks += inner.blocks
                    left_out = max(0, left_out - len(found[-1][0]))
            self.left_out += left_out
        return np.concatenate([one for one, _ in found]), np.concatenate([other for _, other in found])


def candidates(records: Records, options: MatchOptions) -> Candidates:
    """All pairs of a small table; of a large one those that share at least one key."""
    n = len(records)
    total = n * (n - 1) // 2
    if total <= min(ALL_PAIRS, options.max_pairs or ALL_PAIRS):
        left, right = np.triu_indices(n, k=1)
        blocks = pd.DataFrame({"key": ["every pair"], "blocks": [1], "pairs": [total], "left_out": [0]})
        return Candidates(left.astype(np.int64), right.astype(np.int64), np.zeros(len(left), np.int64), blocks, 0)
    budget = options.budget(n)
    spent = 0
    report = []
    packed: list[np.ndarray] = []
    refine = {name: records[name].single for name in _REFINE if name in records}
    keys = [
        key.strip().split("+")
        for key in (_CONTACT_KEYS if records.entity == "contact" else _ACCOUNT_KEYS).replace("\n", "|").split("|")
        if key.strip()
    ]
    for parts in keys:
        if not all(part in records for part in parts):
            continue
        share = max((budget - spent) // 4, 1)
        index = KeyIndex(share, [refine[name] for name in refine if name not in parts][:3])
        rows, codes = _codes(records, parts)
        left, right = index.pairs(rows, codes)
        low, high = np.minimum(left, right), np.maximum(left, right)
        packed.append(np.unique((low.astype(np.int64) * n + high)[low != high]))
        spent += len(packed[-1])
        report.append(("+".join(parts), index.blocks, len(packed[-1]), index.left_out))
    together, times = np.unique(np.concatenate([np.zeros(0, np.int64), *packed]), return_counts=True)
    blocks = pd.DataFrame(report, columns=["key", "blocks", "pairs", "left_out"])
    return Candidates(together // n, together % n, times, blocks, int(blocks["left_out"].max()) if len(blocks) else 0)


def _codes(records: Records, parts: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Record positions and key codes; a record comes once per combination of its values."""
    rows = np.arange(len(records))
    codes = np.zeros(len(records), dtype=np.int64)
    for at, part in enumerate(parts):
        column = records[part]
        if column.slots.shape[1] == 1:
            values = column.single[rows]
            known = values != BLANK
            rows, codes, values = rows[known], codes[known], values[known]
        else:
            slots = column.slots[rows]
            known, slot = np.nonzero(slots != BLANK)
            rows, codes, values = rows[known], codes[known], slots[known, slot]
        codes = codes * (len(column.words) + 1) + values if at else values.astype(np.int64)
        if at:
            codes = pd.factorize(codes)[0]
    return rows, codes


def _within(rows: np.ndarray, codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """All pairs inside each group of equal codes."""
    order = np.argsort(codes, kind="stable")
    rows, codes = rows[order], codes[order]
    starts = np.flatnonzero(np.append(True, codes[1:] != codes[:-1])) if len(codes) else np.zeros(0, np.int64)
    sizes = np.diff(np.append(starts, len(codes)))
    after = np.repeat(starts + sizes, sizes) - np.arange(len(codes)) - 1
    left = np.repeat(np.arange(len(codes)), after)
    offset = np.arange(len(left)) - np.repeat(np.cumsum(after) - after, after)
    return rows[left], rows[left + 1 + offset]
