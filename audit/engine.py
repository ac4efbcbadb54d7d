"""Runs rules over a dataset: one findings table and one account per rule, the same on the whole and on partitions."""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

from audit.dataset import Dataset, Table
from audit.rule import (
    Context,
    Family,
    FieldRule,
    FixKind,
    FixSafety,
    Flags,
    GroupRule,
    Outcome,
    RecordRule,
    Rule,
    RuleResult,
    VocabularyRule,
)
from audit.schema import TEXT

log = logging.getLogger(__name__)

MAX_ARGS = 3
FINDING_TYPES = {
    "rule_id": "object",
    "family": "object",
    "severity": "object",
    "entity": "object",
    "record": "int64",
    "field": "object",
    "value": TEXT,
    "confidence": "float64",
    "suggestion": TEXT,
    "fix_kind": "object",
    "fix_safety": "object",
    "group_id": TEXT,
    "into": "Int64",
    **{f"arg{n}": TEXT for n in range(1, MAX_ARGS + 1)},
    "systemic": "bool",
    "accepted": "bool",
}
"""Columns of the findings table, one line per record, field and rule, ordered by rule, entity, record, field.

`systemic` marks findings of a rule that hits most rows of one source: they are told as one finding. `accepted` marks
those that the user has accepted with a reason; they are counted apart. `into` is the record to merge into.
"""

SYSTEMIC_SHARE = 0.5
SYSTEMIC_ROWS = 20


@dataclass(frozen=True)
class _Hits:
    """Flagged rows of one field in one partition, and how many rows were judged per source."""

    table: Table
    field: str
    flags: Flags


def run_rules(
    rules: Sequence[Rule],
    dataset: Dataset,
    ctx: Context,
    *,
    partitions: int = 1,
    systemic_share: float = SYSTEMIC_SHARE,
    progress: Callable[[str], None] | None = None,
) -> tuple[pd.DataFrame, tuple[RuleResult, ...]]:
    """The findings (columns of FINDING_TYPES) and the account of every rule.

    A rule that crashes has outcome ERRORED and the others go on. With `partitions` > 1 every rule sees the data in that
    many parts; the findings are the same.
    """
    frames, results = [], []
    for rule in rules:
        if progress:
            progress(rule.title)
        missing = _missing(rule, dataset)
        if missing:
            results.append(RuleResult(rule.id, Outcome.NOT_EVALUATED, 0, 0, missing))
            continue
        try:
            found, checked = _run(rule, dataset, ctx, partitions, systemic_share)
        except Exception as error:  # noqa: BLE001 - a rule's bug must not end the audit; it is reported and exits with 3
            where = _where(error)
            log.error("rule %s crashed: %s at %s", rule.id, type(error).__name__, where)
            results.append(RuleResult(rule.id, Outcome.ERRORED, 0, 0, f"{type(error).__name__} at {where}"))
            continue
        if checked == 0:
            results.append(RuleResult(rule.id, Outcome.NOT_EVALUATED, 0, 0, "no row could be judged"))
            continue
        frames.append(found)
        outcome = Outcome.FAILED if len(found) else Outcome.PASSED
        results.append(RuleResult(rule.id, outcome, checked, len(found)))
    return _table(frames), tuple(results)


def _missing(rule: Rule, dataset: Dataset) -> str:
    """Why the rule cannot run on this dataset; empty if it can."""
    if not any(dataset.has(name) for name in rule.fields):
        return f"no source has {' or '.join(rule.fields[:3])}"
    absent = [name for name in rule.requires if not dataset.has(name)]
    return f"no source has {', '.join(absent)}" if absent else ""


def _run(
    rule: Rule, dataset: Dataset, ctx: Context, partitions: int, systemic_share: float
) -> tuple[pd.DataFrame, int]:
    frames = []
    total = 0
    judged: dict[tuple[str, str], list[pd.Series]] = {}
    for hits in _hits(rule, dataset, ctx, partitions):
        flags, table = hits.flags, hits.table
        mask = np.asarray(flags.mask, dtype=bool)
        if flags.checked is not None:
            checked = np.asarray(flags.checked, dtype=bool) | mask
        else:
            checked = mask | _filled(rule, table, hits.field)
        total += int(checked.sum())
        judged.setdefault((table.entity, hits.field), []).append(table.lineage["source"][checked])
        if mask.any():
            frames.append(_findings(rule, hits, mask))
    if not frames:
        return _table([]), total
    found = pd.concat(frames, ignore_index=True).sort_values(["entity", "record", "field"], kind="stable")
    if rule.systemic:
        found["systemic"] = _systemic(found, judged, dataset, systemic_share)
    return found, total


def _filled(rule: Rule, table: Table, field: str) -> np.ndarray:
    if rule.dimension == "completeness" or field not in table:
        return np.ones(len(table), dtype=bool)
    return table.original(field).notna().to_numpy(dtype=bool)


def _hits(rule: Rule, dataset: Dataset, ctx: Context, partitions: int) -> Iterator[_Hits]:
    if isinstance(rule, FieldRule):
        yield from _field_hits(rule, dataset, ctx, partitions)
    elif isinstance(rule, RecordRule):
        for entity in _entities_of(rule):
            if not any(dataset.has(name) for name in rule.fields if name.startswith(f"{entity}.")):
                continue
            for part in _slices(dataset[entity], partitions):
                flags = rule.check(part, ctx)
                if isinstance(flags, Flags):
                    yield _Hits(part, _first_field(rule, entity), flags)
                else:
                    for name, field_flags in flags.items():
                        yield _Hits(part, name, field_flags)
    elif isinstance(rule, GroupRule):
        for view in _group_views(rule, dataset, partitions):
            if not any(entity in view.tables for entity in _entities_of(rule)):
                continue
            flags = rule.check(view, ctx)
            for place, judged in ({rule.entity: flags} if isinstance(flags, Flags) else flags).items():
                entity, _, name = place.partition(".")
                yield _Hits(view[entity], name or _first_field(rule, entity), judged)
    elif isinstance(rule, VocabularyRule):
        yield from _vocabulary_hits(rule, dataset, ctx, partitions)
    else:
        raise TypeError(f"{rule.id} has no known shape")


def _entities_of(rule: Rule) -> list[str]:
    return list(dict.fromkeys(name.partition(".")[0] for name in rule.fields))


def _first_field(rule: Rule, entity: str) -> str:
    return next(name.partition(".")[2] for name in rule.fields if name.startswith(f"{entity}."))


def _field_hits(rule: FieldRule, dataset: Dataset, ctx: Context, partitions: int) -> Iterator[_Hits]:
    for qualified in rule.fields:
        if not dataset.has(qualified):
            continue
        entity, _, name = qualified.partition(".")
        for part in _slices(dataset[entity], partitions):
            codes, values = part.distinct(name)
            if len(values):
                yield _Hits(part, name, _spread(rule.check(values, ctx), codes, part.index))


def _vocabulary_hits(rule: VocabularyRule, dataset: Dataset, ctx: Context, partitions: int) -> Iterator[_Hits]:
    for qualified in rule.fields:
        if not dataset.has(qualified):
            continue
        entity, _, name = qualified.partition(".")
        counts = pd.Series(dtype="int64")
        parts = list(_slices(dataset[entity], partitions))
        for part in parts:
            codes, values = part.distinct(name)
            here = pd.Series(
                np.bincount(codes[codes >= 0], minlength=len(values)), index=pd.Index(values, dtype=object)
            )
            counts = counts.add(here, fill_value=0) if len(counts) else here
        counts = counts.sort_index().astype("int64")
        if not len(counts):
            continue
        flags = rule.check(counts, ctx)
        for part in parts:
            codes, values = part.distinct(name)
            if not len(values):
                continue
            position = counts.index.get_indexer(pd.Index(values, dtype=object))
            yield _Hits(part, name, _spread(flags, np.where(codes >= 0, position[codes], -1), part.index))


def _spread(flags: Flags, codes: np.ndarray, index: pd.Index) -> Flags:
    """Flags over values, mapped to the rows that hold them; code -1 is blank and never flagged."""
    held = codes >= 0

    def rows(values: pd.Series | None) -> pd.Series | None:
        if values is None:
            return None
        taken = values.reset_index(drop=True).reindex(codes)
        return taken.set_axis(index)

    def array(values: np.ndarray | None) -> np.ndarray | None:
        return None if values is None else np.where(held, np.asarray(values)[codes], False)

    confidence = flags.confidence
    if not isinstance(confidence, float | int):
        confidence = np.where(held, np.asarray(confidence)[codes], 0.0)
    return Flags(
        mask=np.where(held, np.asarray(flags.mask, dtype=bool)[codes], False),
        confidence=confidence,
        suggestion=rows(flags.suggestion),
        args={name: taken for name, value in flags.args.items() if (taken := rows(value)) is not None},
        group=rows(flags.group),
        safe=array(flags.safe),
        checked=held if flags.checked is None else array(flags.checked),
    )


def _slices(table: Table, partitions: int) -> Iterator[Table]:
    if partitions == 1:
        yield table
        return
    part = np.arange(len(table)) % partitions
    for number in range(min(partitions, max(len(table), 1))):
        yield table.take(part == number)


def _group_views(rule: GroupRule, dataset: Dataset, partitions: int) -> Iterator[Dataset]:
    """The tables of the rule's keys, cut so that rows with equal keys stay together."""
    tables = {entity: dataset[entity] for entity in rule.keys if entity in dataset}
    if partitions == 1:
        yield Dataset(MappingProxyType(tables))
        return
    parts = {
        entity: np.where(key.isna(), 0, pd.util.hash_array(key.astype(object).fillna("").to_numpy()) % partitions)
        for entity, key in ((entity, rule.key(table)) for entity, table in tables.items())
    }
    for number in range(partitions):
        yield Dataset(
            MappingProxyType({entity: table.take(parts[entity] == number) for entity, table in tables.items()})
        )


def _findings(rule: Rule, hits: _Hits, mask: np.ndarray) -> pd.DataFrame:
    flags, table = hits.flags, hits.table
    count = int(mask.sum())
    confidence = np.broadcast_to(np.asarray(flags.confidence, dtype="float64"), mask.shape)[mask]

    def taken(values: pd.Series | None) -> pd.Series:
        if values is None:
            return pd.Series(pd.NA, index=range(count), dtype=TEXT)
        return values[mask].astype(TEXT).reset_index(drop=True)

    suggestion = taken(flags.suggestion)
    safety = np.full(count, str(rule.fix_safety), dtype=object)
    if flags.safe is not None:
        safety = np.where(
            np.asarray(flags.safe, dtype=bool)[mask], str(FixSafety.SAFE), str(FixSafety.NEEDS_REVIEW)
        ).astype(object)
    kind = np.full(count, str(rule.fix_kind), dtype=object)
    if rule.fix_kind is FixKind.SET:
        without = suggestion.isna().to_numpy(dtype=bool)
        kind[without] = str(FixKind.NONE)
        safety[without] = str(FixSafety.NONE)
    columns: dict[str, object] = {
        "rule_id": rule.id,
        "family": str(rule.family),
        "severity": str(rule.severity),
        "entity": table.entity,
        "record": table.index[mask].to_numpy(),
        "field": hits.field,
        # What should not be kept is located, never repeated.
        "value": pd.NA if rule.family is Family.SENSITIVE else table.original(hits.field)[mask].reset_index(drop=True),
        "confidence": confidence,
        "suggestion": suggestion,
        "fix_kind": kind,
        "fix_safety": safety,
        "group_id": taken(flags.group),
        "into": pd.NA if flags.into is None else flags.into[mask].astype("Int64").array,
    }
    for number in range(MAX_ARGS):
        name = rule.args[number] if number < len(rule.args) else None
        columns[f"arg{number + 1}"] = taken(flags.args.get(name) if name else None)
    columns["systemic"] = False
    columns["accepted"] = False
    return pd.DataFrame(columns, index=range(count)).astype(FINDING_TYPES)


def _systemic(
    found: pd.DataFrame, judged: dict[tuple[str, str], list[pd.Series]], dataset: Dataset, share: float
) -> np.ndarray:
    """Which findings lie in a source where the rule hits more than `share` of the rows it judged."""
    systemic = np.zeros(len(found), dtype=bool)
    for (entity, field), parts in judged.items():
        here = ((found["entity"] == entity) & (found["field"] == field)).to_numpy()
        if not here.any():
            continue
        source = dataset[entity].lineage["source"].loc[found["record"][here]].astype(object)
        checked = pd.concat([part.astype(object) for part in parts]).value_counts()
        hit = source.value_counts()
        rates = hit / checked.reindex(hit.index)
        most = hit.index[((rates > share) & (hit >= SYSTEMIC_ROWS)).to_numpy()]
        systemic[here] = source.isin(most).to_numpy()
    return systemic


def _table(frames: list[pd.DataFrame]) -> pd.DataFrame:
    filled = [frame for frame in frames if len(frame)]
    if not filled:
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in FINDING_TYPES.items()})
    return pd.concat(filled, ignore_index=True)


def _where(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "unknown place"
    return f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}"
