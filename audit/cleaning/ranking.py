"""The records of each group in order: the master first, then the newest; and the same by other criteria."""

from functools import cached_property

import numpy as np
import pandas as pd

from audit.cleaning.policy import Policy
from audit.dataset import Table
from audit.values import email

_NEVER, _LAST = np.iinfo(np.int64).min, np.iinfo(np.int64).max


class Ranked:
    """The records of some groups, sorted by group and by rank within it.

    `order` holds their numbers, `starts` where each group begins, `group` the number of the group of each row. A rank
    is an array with one number per row, each once; of a group's rows the lowest wins.
    """

    def __init__(self, part: Table, labels: pd.Series, policy: Policy, links: np.ndarray, paying: np.ndarray) -> None:
        """`labels`, `links` (how many records point to each) and `paying` align with the rows of `part`."""
        self.policy = policy
        codes = pd.factorize(labels)[0]
        self._part = part
        filled = np.zeros(len(part), dtype="int64")
        for name in part.frame.columns:
            filled += part.frame[name].notna().to_numpy()
        created = _time(part, ("created_at", "submitted_at"))
        updated = _time(part, ("updated_at", "submitted_at"))
        trusted = {source: place for place, source in enumerate(policy.sources)}
        sources = part.lineage["source"].astype(object).map(trusted).fillna(len(trusted)).to_numpy(dtype="int64")
        first = np.where(created == _NEVER, _LAST, created)
        criteria = {
            "paying": ~paying,
            "mail": -_mail_rank(part),
            "links": -links,
            "complete": -filled,
            "oldest": first,
            "most_recent": np.where(updated == _NEVER, _LAST, -updated),
            "sources": sources,
        }
        records = part.index.to_numpy()
        wanted = [*policy.master]
        if policy.sources and "sources" not in wanted:
            wanted.insert(0, "sources")
        by_master = np.lexsort((records, *(criteria[name] for name in reversed(wanted)), codes))
        heads = np.append(True, codes[by_master][1:] != codes[by_master][:-1])
        master = np.zeros(len(part), dtype=bool)
        master[by_master[heads]] = True
        rows = np.lexsort((records, criteria["most_recent"], ~master, codes))
        self.rows = rows
        self.order = records[rows]
        self.codes = codes[rows]
        self.starts = np.flatnonzero(np.append(True, self.codes[1:] != self.codes[:-1])) if len(rows) else rows
        self.group = np.cumsum(np.append(False, self.codes[1:] != self.codes[:-1])) if len(rows) else rows
        self._keys = {
            "most_recent": criteria["most_recent"][rows],
            "oldest": first[rows],
            "most_complete": -filled[rows],
        }
        self._sources = part.lineage["source"].astype(object).to_numpy()[rows]

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def plain(self) -> np.ndarray:
        """The rank by master and then by newest."""
        return np.arange(len(self.rows))

    def rank(self, choice: str | tuple[str, ...]) -> np.ndarray:
        """The rank by a choice that looks at records, not at values; the master's for any other."""
        if not isinstance(choice, str):
            trusted = {source: place for place, source in enumerate(choice)}
            return self.by(np.array([trusted.get(source, len(trusted)) for source in self._sources]))
        return self.by(self._keys[choice]) if choice in self._keys else self.plain

    def by(self, key: np.ndarray) -> np.ndarray:
        """The rank by a key of each row, lowest first; equal ones by master."""
        rank = np.empty(len(self.rows), dtype="int64")
        rank[np.lexsort((self.plain, key, self.group))] = self.plain
        return rank

    def pick(self, rank: np.ndarray, able: np.ndarray) -> np.ndarray:
        """Per group the row with the lowest rank among those that are able; -1 where none is."""
        none = len(self.rows)
        best = np.minimum.reduceat(np.where(able, rank, none), self.starts)
        at = np.append(np.argsort(rank), -1)
        return at[best]


def _time(part: Table, names: tuple[str, ...]) -> np.ndarray:
    """The first of the fields that the table has, in microseconds; the lowest number for blank."""
    for name in names:
        if name in part:
            return part[name].astype("datetime64[us]").to_numpy().astype("int64")
    return np.full(len(part), _NEVER)


def _mail_rank(part: Table) -> np.ndarray:
    """3 for a business address, 2 free-mail, 1 role, 0 none, malformed or bounced."""
    if "email" not in part:
        return np.zeros(len(part), dtype="int64")
    address = part["email"]
    rank = np.full(len(part), 3)
    rank[email.is_free(address)] = 2
    rank[email.is_role(address)] = 1
    dead = ~email.validate(address) | address.isna().to_numpy(dtype=bool)
    if "email_bounced" in part:
        dead |= part["email_bounced"].fillna(False).to_numpy(dtype=bool)
    rank[dead] = 0
    return rank
