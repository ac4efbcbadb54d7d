"""What earlier runs held and this one does not, and the score held back for it."""

from dataclasses import replace

import pandas as pd

from audit.history.entry import held_fields
from audit.history.store import History
from audit.result import AuditResult
from audit.schema import entities
from audit.score import Vanished, hold_back

NAMED = 5
"""So many fields are named in the warning."""


def vanished(history: History, result: AuditResult) -> Vanished:
    """The fields of sources that an earlier run of the same score version held and this one does not."""
    runs = history.database.query(
        "SELECT id AS run_id, as_of AS since, score FROM run WHERE score_version = ? AND as_of <= ?",
        [result.score.version, result.as_of.strftime("%Y-%m-%d")],
    )
    held = history.database.query("SELECT entity, source, field, run_id FROM held")
    held = held[held["run_id"].isin(runs["run_id"])].sort_values("run_id", kind="stable")
    known = {(entity.name, name) for entity in entities().values() for name in entity.fields}
    held = held[pd.MultiIndex.from_frame(held[["entity", "field"]]).isin(known)]
    last = held.drop_duplicates(["entity", "source", "field"], keep="last")
    now = held_fields(result.dataset)
    names = ["entity", "source", "field"]
    missing = last[~pd.MultiIndex.from_frame(last[names]).isin(pd.MultiIndex.from_frame(now[names]))]
    fields = missing.merge(runs, on="run_id").sort_values(names, kind="stable")[[*names, "since", "score", "run_id"]]
    gone = fields[~fields["source"].isin(now["source"])].groupby("source")["run_id"].max()
    parts = history.database.query("SELECT run_id, name, cells, score FROM part WHERE kind = 'source'")
    sources = parts.merge(gone.rename_axis("name").reset_index(), on=["name", "run_id"])
    return Vanished(fields.drop(columns="run_id").reset_index(drop=True), sources[["name", "cells", "score"]])


def held_back(history: History, result: AuditResult) -> AuditResult:
    """The result with the score that it has while something is missing, and a warning that says so."""
    retired = result.settings.get("score", {}).get("retired", ())
    score = hold_back(result.score, vanished(history, result).without(retired))
    if score.vanished.empty:
        return result
    lost = score.vanished
    names = [f"{row.source}: {row.entity}.{row.field}" for row in lost.head(NAMED).itertuples()]
    more = f" and {len(lost) - NAMED} more" if len(lost) > NAMED else ""
    told = (
        f"Earlier runs held what this one does not: {', '.join(names)}{more}. The score is held at "
        f"{score.overall:.1f} (else {score.unheld:.1f}) until they are back or named in [score] retired."
    )
    return replace(result, score=score, dataset=replace(result.dataset, warnings=(*result.dataset.warnings, told)))
