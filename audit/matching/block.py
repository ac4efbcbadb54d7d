"""Blocking: which pairs of records are worth comparing, with sizes known before any pair is made."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pandas as pd
from recordlinkage.base import BaseIndexAlgorithm

from audit.matching.codes import BLANK, in_order, sorted_distinct
from audit.matching.options import MatchOptions
from audit.matching.prepare import Records

ALL_PAIRS = 400_000
"""Below this many pairs in all, every pair is compared."""

_CAP = 400
"""No block above this size becomes pairs without a further key."""

_STRONG = {
    "contact": """
        national | customer | profile | email | phone
        family+call | name | family_letters+initial | birth+call | birth+family_sound | birth+initial | birth
        mailbox+initial | address+initial | postcode+family_sound | postcode+call | site+call | maiden+call
        company_key+family_sound | company_key+call | family+given_sound | family_sound+call
        """,
    "account": """
        national | email | site | phone | company_key | tokens | rare_pair | address
        company_start+postcode | company_start+city | company_sound+city | company_sound+postcode | rare+city
        rare+postcode | rare+company_sound
        """,
}
_WEAK = {
    "contact": """
        given+family | mailbox+family_start | mailbox | email_start+call | email_start+family_start
        address+family_sound | address | phone_end | house+family_sound | domain+call | domain+family_sound
        birth+family_start | birth+city | year_month+family_sound | year_day+family_sound | month_day+family_sound
        year_month+given_sound | year_day+given_sound | month_day+given_sound
        city+family_sound | city+call | family_sound+given_start | given_sound+family_start | family_letters
        middle+family_sound
        """,
    "account": """
        phone_end | domain | company_start | rare | company_sound
        house+street_sound | house+postcode | postcode+street_sound
        """,
}
"""Keys that find what the strong ones miss where a table has few fields; where it has many, they bring strangers."""
_ENOUGH = 8
"""So many strong keys need no weak ones beside them where the budget is short."""
_REFINE = "postcode call family_sound city year company_key".split()
"""Further keys that split blocks which are too large, three of them each time."""
_REFINING = 0.1
"""Part of the budget for splitting blocks that are too large."""
_TRIED = 8
"""For each pair that splitting may find, so many records are looked at."""


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


@dataclass(frozen=True)
class Blocks:
    """The records that share a key with another: `rows` (positions) block by block, `sizes` of the blocks, ascending.

    `largest` is the size up to which blocks become pairs.
    """

    rows: np.ndarray
    sizes: np.ndarray
    largest: int = _CAP

    @property
    def taken(self) -> int:
        """How many blocks become pairs."""
        return int(np.searchsorted(self.sizes, self.largest, side="right"))

    @property
    def left_out(self) -> int:
        """Pairs of the larger blocks."""
        return int(_cost(self.sizes[self.taken :]).sum())

    def pairs(self) -> tuple[np.ndarray, np.ndarray]:
        """All pairs inside the blocks taken."""
        sizes = self.sizes[: self.taken].astype(np.int64)
        rows = self.rows[: sizes.sum()]
        ends = np.repeat(np.cumsum(sizes), sizes)
        after = ends - np.arange(len(rows)) - 1
        left = np.repeat(np.arange(len(rows)), after)
        offset = np.arange(len(left)) - np.repeat(np.cumsum(after) - after, after)
        return rows[left], rows[left + 1 + offset]

    def larger(self) -> tuple[np.ndarray, np.ndarray]:
        """The records of the blocks that are not taken, and the number of each one's block."""
        sizes = self.sizes[self.taken :]
        return self.rows[len(self.rows) - sizes.sum() :], np.repeat(np.arange(len(sizes)), sizes)

    def up_to(self, largest: int) -> "Blocks":
        return Blocks(self.rows, self.sizes, largest)


class KeyIndex(BaseIndexAlgorithm):
    """recordlinkage's way to the pairs that agree on one blocking key, smallest blocks first within a budget."""

    def __init__(self, budget: int) -> None:
        super().__init__(verify_integrity=False)
        self.budget = budget

    def _dedup_index(self, df_a: pd.DataFrame) -> pd.MultiIndex:
        codes = df_a.iloc[:, 0].to_numpy()
        filled = np.flatnonzero(codes != BLANK)
        blocks = grouped(filled, codes[filled])
        left, right = blocks.up_to(largest_block([blocks], self.budget)).pairs()
        return pd.MultiIndex.from_arrays([df_a.index[left], df_a.index[right]])


def candidates(records: Records, options: MatchOptions) -> Candidates:
    """All pairs of a small table; of a large one those that share at least one key.

    Blocks of all keys compete for the budget by their size, since the pairs of a block of n are strangers but for about
    one in n: there is one largest size for the strong keys and one for the weak, and what is larger is split further.
    """
    n = len(records)
    total = n * (n - 1) // 2
    if total <= min(ALL_PAIRS, options.max_pairs or ALL_PAIRS):
        left, right = np.triu_indices(n, k=1)
        blocks = pd.DataFrame({"key": ["every pair"], "blocks": [1], "pairs": [total], "left_out": [0]})
        return Candidates(left.astype(np.int64), right.astype(np.int64), np.zeros(len(left), np.int64), blocks, 0)
    budget = options.budget(n)
    refining = int(_REFINING * budget)
    strong = _keys(records, _STRONG)
    chosen = _taken(records, strong, (budget - refining) * min(len(strong), _ENOUGH) // _ENOUGH, options.workers)
    rest = budget - refining - sum(int(_cost(blocks.sizes[: blocks.taken]).sum()) for blocks in chosen.values())
    if rest > budget // 4:
        chosen |= _taken(records, _keys(records, _WEAK), rest, options.workers)

    def pairs(key: tuple[str, ...]) -> tuple[list[np.ndarray], int]:
        """The pairs of a key's blocks, and how many are left out."""
        blocks = chosen[key]
        found = [_packed(*blocks.pairs(), n)]
        left_out = blocks.left_out
        if left_out:
            parts = [part for part in _REFINE if part in records and part not in key][:3]
            split = _split(records, blocks, parts, refining // len(chosen))
            found += [_packed(*part.pairs(), n) for part in split]
            left_out = max(left_out - sum(map(len, found[1:])), 0)
        return found, left_out

    report, packed = [], []
    with ThreadPoolExecutor(options.workers) as pool:
        for key, (found, left_out) in zip(chosen, pool.map(pairs, chosen), strict=True):
            packed += found
            report.append(("+".join(key), chosen[key].taken, sum(map(len, found)), left_out))
    together, times = _counted(np.concatenate([np.zeros(0, np.int64), *packed]))
    told = pd.DataFrame(report, columns=["key", "blocks", "pairs", "left_out"])
    return Candidates(together // n, together % n, times, told, int(told["left_out"].max()) if len(told) else 0)


def largest_block(blocks: Sequence[Blocks], budget: int) -> int:
    """The largest size of block for which the pairs of all blocks up to it stay within the budget."""
    cost = np.zeros(_CAP + 1)
    for part in blocks:
        within = part.sizes[part.sizes <= _CAP]
        cost += np.bincount(within, _cost(within), minlength=_CAP + 1)
    return int(np.searchsorted(np.cumsum(cost), budget, side="right")) - 1


def grouped(rows: np.ndarray, codes: np.ndarray) -> Blocks:
    """The blocks of equal codes; `rows` may name a record several times."""
    codes, order = in_order(codes)
    again = codes[1:] == codes[:-1]
    shared = np.append(again, np.zeros(min(len(codes), 1), dtype=bool))
    shared[1:] |= again
    codes, order = codes[shared], order[shared]
    starts = np.flatnonzero(np.append(True, codes[1:] != codes[:-1])) if len(codes) else np.zeros(0, np.int64)
    sizes = np.diff(np.append(starts, len(codes)))
    by_size = np.argsort(sizes, kind="stable")
    sizes = sizes[by_size]
    place = np.repeat(starts[by_size] - np.append(0, np.cumsum(sizes)[:-1]), sizes) + np.arange(sizes.sum())
    return Blocks(rows[order[place]].astype(np.int32), sizes)


def _keys(records: Records, known: Mapping[str, str]) -> list[tuple[str, ...]]:
    """The keys of which the records have all parts."""
    written = known[records.entity].replace("\n", "|").split("|")
    keys = [tuple(key.strip().split("+")) for key in written if key.strip()]
    return [key for key in keys if all(part in records for part in key)]


def _taken(
    records: Records, keys: Sequence[tuple[str, ...]], budget: int, workers: int
) -> dict[tuple[str, ...], Blocks]:
    """The blocks of several keys, up to one size for all of them."""
    with ThreadPoolExecutor(workers) as pool:
        blocks = list(pool.map(lambda key: _blocks(records, key), keys))
    largest = largest_block(blocks, budget)
    return {key: part.up_to(largest) for key, part in zip(keys, blocks, strict=True)}


def _blocks(records: Records, key: tuple[str, ...]) -> Blocks:
    """The blocks of a key; a record comes once per combination of its values."""
    rows, codes, width = np.zeros(0, np.int64), np.zeros(0, np.int64), 1
    for at, part in enumerate(key):
        column, size = records[part], len(records[part].values) + 1
        if at and width * size > 2**40:
            codes, width = pd.factorize(codes)[0], len(codes) + 1
        width *= size
        parts = []
        for slot in column.slots.T:
            values = slot[rows] if at else slot
            known = np.flatnonzero(values != BLANK)
            if at and len(known) == len(rows):
                parts.append((rows, codes * size + values))
            else:
                values = values[known].astype(np.int64)
                parts.append((rows[known], codes[known] * size + values) if at else (known, values))
        rows, codes = parts[0] if len(parts) == 1 else (np.concatenate(side) for side in zip(*parts, strict=True))
    return grouped(rows, codes)


def _split(records: Records, blocks: Blocks, parts: Sequence[str], budget: int) -> list[Blocks]:
    """Blocks that are too large, split by each of several further keys, within a budget; the largest stay whole where
    there are so many records that few of their pairs could be taken."""
    rows, codes = blocks.larger()
    rows, codes = rows[: _TRIED * budget], codes[: _TRIED * budget]
    split = []
    for part in parts:
        values = records[part].single[rows]
        known = values != BLANK
        finer = codes[known].astype(np.int64) * (len(records[part].values) + 1) + values[known]
        split.append(grouped(rows[known], finer))
    largest = largest_block(split, budget)
    return [part.up_to(largest) for part in split]


def _cost(sizes: np.ndarray) -> np.ndarray:
    return sizes.astype(np.int64) * (sizes - 1) // 2


def _counted(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The distinct values in order, and how often each is there; the values are several ordered parts."""
    values.sort(kind="stable")
    starts = np.flatnonzero(np.append(True, values[1:] != values[:-1])) if len(values) else np.zeros(0, np.int64)
    return values[starts], np.diff(np.append(starts, len(values)))


def _packed(left: np.ndarray, right: np.ndarray, records: int) -> np.ndarray:
    """Pairs as one number each, sorted and distinct; a record with itself is none."""
    low, high = np.minimum(left, right).astype(np.int64), np.maximum(left, right)
    return sorted_distinct((low * records + high)[low != high])
