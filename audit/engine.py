"""Runs rules over a dataset: one findings table and one account per rule, the same on the whole and on partitions."""

import logging
from collections.abc import Callable, Iterator, Sequence
from types import MappingProxyType

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from audit.dataset import Dataset, Table
from audit.hits import FINDING_TYPES, MAX_ARGS, Hits, column_findings, findings_table
from audit.rule import (
    ColumnRule,
    Context,
    FieldRule,
    Flags,
    GroupRule,
    Outcome,
    RecordRule,
    Rule,
    RuleResult,
    VocabularyRule,
)
from audit.values.text import arrow, text_series

__all__ = ["FINDING_TYPES", "MAX_ARGS", "run_rules"]

log = logging.getLogger(__name__)

SYSTEMIC_SHARE = 0.5
SYSTEMIC_ROWS = 20


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
            if isinstance(rule, ColumnRule):
                found, checked = _run_columns(rule, dataset, ctx)
            else:
                found, checked = _run(rule, dataset, ctx, partitions, systemic_share)
        except Exception as error:  # noqa: BLE001 - a rule's bug must not end the audit; it is reported and exits with 3
            where = _where(error)
            log.error("rule %s crashed: %s at %s", rule.id, type(error).__name__, where)
            results.append(RuleResult(rule.id, Outcome.ERRORED, 0, 0, f"{type(error).__name__} at {where}"))
            continue
        if checked == 0:
            what = "column" if isinstance(rule, ColumnRule) else "row"
            results.append(RuleResult(rule.id, Outcome.NOT_EVALUATED, 0, 0, f"no {what} could be judged"))
            continue
        frames.append(found)
        outcome = Outcome.FAILED if len(found) else Outcome.PASSED
        results.append(RuleResult(rule.id, outcome, checked, len(found)))
    ctx.memo.clear()
    for entity in dataset:
        dataset[entity].memo.clear()
        dataset[entity].codes.clear()
    pa.default_memory_pool().release_unused()
    return findings_table(frames), tuple(results)


def _missing(rule: Rule, dataset: Dataset) -> str:
    """Why the rule cannot run on this dataset; empty if it can."""
    if isinstance(rule, ColumnRule) and not rule.fields:
        return ""
    if not any(dataset.has(name) for name in rule.fields):
        return f"no source has {' or '.join(rule.fields[:3])}"
    absent = [name for name in rule.requires if not dataset.has(name)]
    return f"no source has {', '.join(absent)}" if absent else ""


def _run(
    rule: Rule, dataset: Dataset, ctx: Context, partitions: int, systemic_share: float
) -> tuple[pd.DataFrame, int]:
    frames: list[pd.DataFrame] = []
    places: list[tuple[str, str, pd.Series]] = []
    total = 0
    judged: dict[tuple[str, str], list[pd.Series]] = {}
    flagged: dict[tuple[str, str], list[pd.Series]] = {}
    for hits in _hits(rule, dataset, ctx, partitions):
        checked = hits.checked(rule)
        total += int(checked.sum())
        place = hits.table.entity, hits.field
        judged.setdefault(place, []).append(hits.sources(checked))
        if hits.mask.any():
            frames.append(hits.findings(rule))
            flagged.setdefault(place, []).append(hits.sources(hits.mask))
            places.append((*place, hits.table.lineage["source"].iloc[np.flatnonzero(hits.mask)]))
    if not frames:
        return findings_table([]), total
    found = findings_table(frames)
    if rule.systemic:
        most = {place: _mostly_hit(flagged[place], judged[place], systemic_share) for place in flagged}
        found["systemic"] = np.concatenate(
            [source.isin(most[entity, field]).to_numpy() for entity, field, source in places]
        )
    if len(frames) > 1:
        entities, fields = (sorted({place[part] for place in places}) for part in (0, 1))
        ranks = [(entities.index(entity), fields.index(field)) for entity, field, _ in places]
        rank = np.repeat(np.array(ranks), [len(frame) for frame in frames], axis=0)
        order = np.lexsort((rank[:, 1], found["record"].to_numpy(), rank[:, 0]))
        found = found.iloc[order].reset_index(drop=True)
    return found, total


def _mostly_hit(flagged: list[pd.Series], judged: list[pd.Series], share: float) -> list[str]:
    """The sources in which more than `share` of the rows judged are flagged; both are counts by source, in parts."""
    hit, checked = (pd.concat(counts).groupby(level=0).sum() for counts in (flagged, judged))
    return list(hit.index[((hit > share * checked.reindex(hit.index)) & (hit >= SYSTEMIC_ROWS)).to_numpy()])


def _hits(rule: Rule, dataset: Dataset, ctx: Context, partitions: int) -> Iterator[Hits]:
    if isinstance(rule, FieldRule):
        yield from _field_hits(rule, dataset, ctx, partitions)
    elif isinstance(rule, RecordRule):
        for entity in _entities_of(rule):
            if not any(dataset.has(name) for name in rule.fields if name.startswith(f"{entity}.")):
                continue
            for part in _slices(dataset[entity], partitions):
                flags = rule.check(part, ctx)
                if isinstance(flags, Flags):
                    yield Hits(part, _first_field(rule, entity), flags)
                else:
                    for name, field_flags in flags.items():
                        yield Hits(part, name, field_flags)
    elif isinstance(rule, GroupRule):
        for view in _group_views(rule, dataset, partitions):
            if not any(entity in view.tables for entity in _entities_of(rule)):
                continue
            flags = rule.check(view, ctx)
            for place, judged in ({rule.entity: flags} if isinstance(flags, Flags) else flags).items():
                entity, _, name = place.partition(".")
                yield Hits(view[entity], name or _first_field(rule, entity), judged)
    elif isinstance(rule, VocabularyRule):
        yield from _vocabulary_hits(rule, dataset, ctx, partitions)
    else:
        raise TypeError(f"{rule.id} has no known shape")


def _entities_of(rule: Rule) -> list[str]:
    return list(dict.fromkeys(name.partition(".")[0] for name in rule.fields))


def _first_field(rule: Rule, entity: str) -> str:
    return next(name.partition(".")[2] for name in rule.fields if name.startswith(f"{entity}."))


def _field_hits(rule: FieldRule, dataset: Dataset, ctx: Context, partitions: int) -> Iterator[Hits]:
    for qualified in rule.fields:
        if not dataset.has(qualified):
            continue
        entity, _, name = qualified.partition(".")
        for part in _slices(dataset[entity], partitions):
            codes, values = part.texts(name)
            if len(values):
                yield Hits(part, name, rule.check(values, ctx), codes)


def _vocabulary_hits(rule: VocabularyRule, dataset: Dataset, ctx: Context, partitions: int) -> Iterator[Hits]:
    for qualified in rule.fields:
        if not dataset.has(qualified):
            continue
        entity, _, name = qualified.partition(".")
        parts = [(part, *part.distinct(name)) for part in _slices(dataset[entity], partitions)]
        words = pd.concat([values for _, _, values in parts], ignore_index=True)
        if len(parts) > 1:
            words = words.drop_duplicates()
        if not len(words):
            continue
        order = pc.sort_indices(arrow(words))
        words = text_series(arrow(words).take(order))
        rows = np.zeros(len(words), dtype="int64")
        coded = []
        for part, codes, values in parts:
            if len(parts) == 1:
                position = np.argsort(order.to_numpy())
            else:
                position = pc.index_in(arrow(values), arrow(words)).to_numpy(zero_copy_only=False)
            codes = np.append(position, -1)[codes]
            rows += np.bincount(codes[codes >= 0], minlength=len(words))
            coded.append((part, codes))
        flags = rule.check(pd.Series(rows, index=pd.Index(words, dtype=object)), ctx)
        for part, codes in coded:
            if (codes >= 0).any():
                yield Hits(part, name, flags, codes)


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


def _run_columns(rule: ColumnRule, dataset: Dataset, ctx: Context) -> tuple[pd.DataFrame, int]:
    frames, total = [], 0
    for place, source in enumerate(dataset.sources):
        if source.entity is None or source.entity not in dataset:
            continue
        flags = rule.check(source, ctx)
        mask = np.asarray(flags.mask, dtype=bool)
        total += len(mask) if flags.checked is None else int((np.asarray(flags.checked, dtype=bool) | mask).sum())
        if mask.any():
            frames.append(column_findings(rule, source, -1 - place, flags, mask))
    return findings_table(frames), total


def _where(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "unknown place"
    return f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}"
