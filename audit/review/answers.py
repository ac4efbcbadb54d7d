"""From a person's answers to decisions: completed from the queue they answer, and joined with those made before."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from audit.errors import UsageError
from audit.matching.cluster import components
from audit.matching.decisions import ACCEPT, COLUMNS, DIFFERENT, LEAVE_OUT, MORE_COLUMNS, REJECT, SAME
from audit.review.queue import Queue
from audit.schema import TEXT

ALL_COLUMNS = [*COLUMNS, *MORE_COLUMNS]
PAIR_WORDS = (SAME, DIFFERENT, LEAVE_OUT)
_FROM_QUEUE = "entity left_key left_source left_id right_key right_source right_id rule fix finding".split()
_FITTING: Mapping[str, tuple[str, ...]] = {"pair": PAIR_WORDS, "merge": (ACCEPT, REJECT), "fix": (ACCEPT, REJECT)}


@dataclass(frozen=True)
class Applied:
    """The decisions afterwards, and what the answers changed.

    `counts` are lines by decision; `replaced` earlier ones that say something else now, `known` those that were there
    already, `stale` answers to what the run does not ask, `merges` the pairs joined and the merges accepted.
    """

    decisions: pd.DataFrame
    counts: Mapping[str, int] = field(default_factory=dict)
    replaced: int = 0
    known: int = 0
    stale: int = 0
    merges: int = 0
    contradictions: tuple[str, ...] = ()


def complete(answers: pd.DataFrame, queue: Queue, *, other_run: bool = False) -> tuple[pd.DataFrame, int]:
    """The answers with everything that the queue knows of the question, and how many it does not ask.

    Lines without a run are taken as they are. Raises UsageError for answers to another run, unless `other_run` lets
    them be looked up by their keys, and for a decision that does not fit its question.
    """
    own = answers["run"].isna().to_numpy(dtype=bool)
    foreign = ~own & answers["run"].ne(queue.run).fillna(False).to_numpy(dtype=bool)
    if foreign.any() and not other_run:
        runs = ", ".join(sorted(set(answers["run"][foreign].astype(str))))
        raise UsageError(
            f"These answers belong to run {runs}, but the report is of run {queue.run}.",
            hint="Name the folder of their run with --report, or take what this run still asks with --other-run.",
        )
    lines = queue.lines.assign(item=queue.lines["item"].astype(TEXT))
    lines = lines.assign(about=_about(lines, lines["kind"].eq("pair")))
    answers = answers.assign(about=_about(answers, answers["decision"].isin(PAIR_WORDS)))
    mine = answers[~own & ~foreign]
    by_item = _looked_up(mine, lines, ["item"])
    by_key = _looked_up(answers[foreign], lines, ["about"])
    found = pd.concat([by_item, by_key]).sort_index()
    _check(found)
    stale = len(mine) - len(by_item) + int(foreign.sum()) - len(by_key)
    kept = pd.concat([answers[own], found]).sort_index().reindex(columns=ALL_COLUMNS)
    return kept.astype(TEXT).reset_index(drop=True), stale


def _looked_up(answers: pd.DataFrame, lines: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """The answers whose question is in the queue, with its columns and `kind`."""
    index = [lines[name].astype(object).fillna("") for name in by]
    known = pd.MultiIndex.from_arrays(index)
    asked = pd.MultiIndex.from_arrays([answers[name].astype(object).fillna("") for name in by])
    first = ~known.duplicated()
    place = known[first].get_indexer(asked)
    there = place >= 0
    question = lines[first].iloc[place[there]]
    kept = answers[there].copy()
    for name in _FROM_QUEUE:
        kept[name] = question[name].astype(TEXT).array
    return kept.assign(kind=question["kind"].to_numpy(dtype=object))


def _about(lines: pd.DataFrame, pair: pd.Series) -> pd.Series:
    """What a line is about without the ids that a page does not have: a pair's keys, or the fix."""
    keys = _told(lines, ["entity", "left_key", "right_key"])
    return keys.where(pair.to_numpy(dtype=bool), _told(lines, ["entity", "rule", "fix", "finding"]))


def _check(found: pd.DataFrame) -> None:
    for kind, words in _FITTING.items():
        wrong = found[found["kind"].eq(kind) & ~found["decision"].isin(words)]
        if len(wrong):
            raise UsageError(
                f"Question {wrong['item'].iloc[0]} is answered with {wrong['decision'].iloc[0]!r}.",
                hint=f"Answer it with {' or '.join(words[:2])}.",
            )


def joined(earlier: pd.DataFrame | None, answers: pd.DataFrame, stale: int = 0) -> Applied:
    """The decisions of a project after some answers: of one question the last answer counts."""
    before = pd.DataFrame(columns=ALL_COLUMNS) if earlier is None else earlier.reindex(columns=ALL_COLUMNS)
    before = before.astype(TEXT)
    answers = answers[~_identity(answers).duplicated(keep="last")]
    old, new = _identity(before), _identity(answers)
    said = pd.Series(_said(before).to_numpy(dtype=object), index=old.to_numpy(dtype=object))
    said = said[~said.index.duplicated(keep="last")]
    again = said.reindex(new.to_numpy(dtype=object)).to_numpy(dtype=object)
    there = ~pd.isna(again)
    same = there & (again == _said(answers).to_numpy(dtype=object))
    kept = before[~old.isin(new[~same]).to_numpy(dtype=bool)]
    decisions = pd.concat([kept, answers[~same]], ignore_index=True).astype(TEXT)
    words = answers["decision"]
    counts = {word: int(words.eq(word).sum()) for word in (SAME, DIFFERENT, LEAVE_OUT, ACCEPT, REJECT)}
    accepted = words.eq(ACCEPT) & answers["right_key"].notna()
    return Applied(
        decisions=decisions,
        counts=counts,
        replaced=int((there & ~same).sum()),
        known=int(same.sum()),
        stale=stale,
        merges=counts[SAME] + int(accepted.sum()),
        contradictions=contradictions(decisions),
    )


def _identity(decisions: pd.DataFrame) -> pd.Series:
    """What a line is about, as text: the pair whichever side stands left, or the fix."""
    left, right = (_side(decisions, side) for side in ("left", "right"))
    swap = (left > right).to_numpy(dtype=bool)
    pair = left.mask(swap, right) + "\x1e" + right.mask(swap, left)
    fix = _told(decisions, ["rule", "fix", "finding", "left_key"])
    about = pair.where(decisions["decision"].isin(PAIR_WORDS).to_numpy(dtype=bool), fix)
    return _told(decisions, ["entity"]) + "\x1e" + about


def _side(decisions: pd.DataFrame, side: str) -> pd.Series:
    return _told(decisions, [f"{side}_{name}" for name in ("key", "source", "id")])


def _told(decisions: pd.DataFrame, names: list[str]) -> pd.Series:
    text = pd.Series("", index=decisions.index, dtype=TEXT)
    for name in names:
        text = text + "\x1f" + decisions[name].fillna("")
    return text


def _said(decisions: pd.DataFrame) -> pd.Series:
    return _told(decisions, ["decision", "keep", "value"])


def contradictions(decisions: pd.DataFrame) -> tuple[str, ...]:
    """Pairs decided different though other decisions join them, in words."""
    told = []
    for entity in sorted(decisions["entity"].dropna().unique()):
        mine = decisions[decisions["entity"].eq(entity) & decisions["decision"].isin([SAME, DIFFERENT])]
        left, right = (_side(mine, side) for side in ("left", "right"))
        codes, nodes = pd.factorize(pd.concat([left, right], ignore_index=True))
        one, other = np.split(codes, 2)
        same = mine["decision"].eq(SAME).to_numpy(dtype=bool)
        group = components(one[same], other[same], max(len(nodes), 1))
        against = ~same & (one != other) & (group[one] == group[other])
        for key_left, key_right in zip(mine["left_key"][against], mine["right_key"][against], strict=True):
            told.append(
                f"{entity}: {key_left} and {key_right} are decided different, but other decisions make them the same; "
                "none of them will be joined."
            )
    return tuple(told)
