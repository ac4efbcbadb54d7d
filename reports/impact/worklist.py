"""What to fix first: per check and metric, the records, and by how much the metric moves once they are mended."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from audit.metric import Metric, Period
from audit.result import MOVER_TYPES, WORKLIST_TYPES
from reports.impact.contributions import Entries, Totals, value_after
from reports.impact.doubt import Proposals

MOVERS = 5
"""Records named per metric as those that move it most."""

WHOLE = Period()


def worklist_of(
    metric: Metric, raw: Totals, changed: pd.DataFrame, proposals: Proposals
) -> tuple[list[tuple], list[tuple]]:
    """Lines of WORKLIST_TYPES and of MOVER_TYPES for one metric over all time.

    `changed` are the records that loose cleaning leaves adding differently than in the raw tables, `raw` the sums of
    those. A record that several checks flag counts for the first of its fixes: to drop or merge it comes before its
    cells.
    """
    if changed.empty:
        return [], []
    numbers = proposals.lines_of(changed, metric.inputs, open_only=False)
    entries = Entries.of(changed, WHOLE)
    before = float(value_after(raw, _some(entries, np.zeros(len(numbers), dtype=bool)))[0])
    lines, rules = [], proposals.lines
    named = numbers >= 0
    rule_of = rules["rule_id"].to_numpy()[np.maximum(numbers, 0)] if len(rules) else np.array([], dtype=object)
    for rule_id in sorted(set(rule_of[named])):
        mine = named & (rule_of == rule_id)
        after = float(value_after(raw, _some(entries, mine))[0])
        fixes = rules.iloc[np.unique(numbers[mine])]
        records = fixes.drop_duplicates(["entity", "record"])
        if np.isnan(after) or np.isnan(before) or np.isclose(after, before, rtol=1e-12, atol=0):
            continue
        share = (after - before) / abs(before) if before else np.nan
        first = fixes.iloc[0]
        lines.append(
            (rule_id, first["family"], metric.id, str(metric.unit), len(records), int(records["safe"].sum()),
             before, after, after - before, share)
        )  # fmt: skip
    return lines, _movers(metric, raw, changed, entries, numbers, proposals, before)


def _movers(
    metric: Metric,
    raw: Totals,
    changed: pd.DataFrame,
    entries: Entries,
    numbers: np.ndarray,
    proposals: Proposals,
    before: float,
) -> list[tuple]:
    """The records whose fixes move the metric most, each alone."""
    if raw.values is not None:
        return []
    weight = np.where(entries.side == 0, 1.0, -before) * entries.change
    if raw.bottom is not None:
        if not raw.bottom:
            return []
        weight = weight / raw.bottom
    # Numbers in the order of entity and record are grouped faster than both of them.
    entity, names = pd.factorize(changed["entity"], sort=True)
    size = int(changed["record"].max()) + 1
    grouped = pd.DataFrame({"change": weight, "line": numbers}).groupby(entity * size + changed["record"].to_numpy())
    summed, line = grouped["change"].sum(), grouped["line"].max().to_numpy()
    change, keys = summed.to_numpy(), summed.index.to_numpy()
    most = np.argsort(-np.abs(change), kind="stable")[:MOVERS]
    rules = proposals.lines["rule_id"].to_numpy()
    return [
        (
            metric.id,
            str(names[keys[place] // size]),
            int(keys[place] % size),
            str(rules[line[place]]) if line[place] >= 0 else "",
            float(change[place]),
        )
        for place in most
        if change[place] != 0
    ]


def _some(entries: Entries, applied: np.ndarray) -> Entries:
    return Entries(entries.side[applied], entries.old[applied], entries.new[applied])


def worklist_table(lines: Sequence[tuple]) -> pd.DataFrame:
    """All lines, what moves a metric most (as a share of it) first."""
    table = pd.DataFrame(list(lines), columns=list(WORKLIST_TYPES)).astype(dict(WORKLIST_TYPES))
    size = table["share"].abs().fillna(np.inf)
    return table.iloc[np.lexsort((table["metric_id"], table["rule_id"], -size))].reset_index(drop=True)


def mover_table(lines: Sequence[tuple]) -> pd.DataFrame:
    return pd.DataFrame(list(lines), columns=list(MOVER_TYPES)).astype(dict(MOVER_TYPES))
