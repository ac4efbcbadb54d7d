"""clusters.csv, pairs.csv, groups.csv, crosswalk.csv: which records are the same or related, why, and by which ids."""

from pathlib import Path

import pandas as pd

from audit.findings import record_columns
from audit.matching import MatchResult
from audit.matching.record_key import record_keys
from audit.result import AuditResult
from audit.schema import TEXT
from reports.outputs.tables import pseudonyms, write_table

CLUSTER_COLUMNS = "entity source file row source_id cluster_id cluster_size confidence record".split()
PAIR_COLUMNS = (
    "left_file left_row left_source_id right_file right_row right_source_id probability decision explanation entity "
    "left_source right_source left_record right_record decided left_key right_key"
).split()
GROUP_COLUMNS = "entity kind group_id source file row source_id cluster_id record".split()
LABELS = {"contact": "person", "account": "organisation"}
"""The derived column that names a record's cluster."""


def write_duplicates(result: AuditResult, folder: Path) -> list[Path]:
    clusters = [_clusters(result, entity, match) for entity, match in result.matches.items()]
    pairs = [_pairs(result, entity, match) for entity, match in result.matches.items()]
    groups = [_groups(result, entity, match) for entity, match in result.matches.items()]
    return [
        write_table(_stacked(clusters, CLUSTER_COLUMNS), folder / "clusters.csv"),
        write_table(_stacked(pairs, PAIR_COLUMNS), folder / "pairs.csv"),
        write_table(_stacked(groups, GROUP_COLUMNS), folder / "groups.csv"),
        write_table(_crosswalk(result), folder / "crosswalk.csv"),
    ]


def _clusters(result: AuditResult, entity: str, match: MatchResult) -> pd.DataFrame:
    label = result.dataset[entity].column(LABELS[entity]).reindex(match.clusters.index)
    frame = _records(result, entity, match.clusters.index.to_series())
    return frame.assign(
        cluster_id=label.to_numpy(),
        cluster_size=match.clusters["size"].to_numpy(),
        confidence=match.clusters["confidence"].round(4).to_numpy(),
    )[CLUSTER_COLUMNS]


def _pairs(result: AuditResult, entity: str, match: MatchResult) -> pd.DataFrame:
    sides = [
        _records(result, entity, match.pairs[side])[["source", "file", "row", "source_id", "record"]].add_prefix(
            f"{side}_"
        )
        for side in ("left", "right")
    ]
    frame = pd.concat(sides, axis=1)
    table = result.dataset[entity]
    compared = pd.unique(match.pairs[["left", "right"]].to_numpy().ravel())
    keys = record_keys(table.take(table.index.isin(compared)))
    return frame.assign(
        probability=match.pairs["probability"].astype("float64").round(4).to_numpy(),
        decision=match.pairs["decision"].astype(TEXT).to_numpy(),
        explanation=match.explanation().to_numpy(),
        entity=entity,
        decided=match.pairs["decided"].astype(TEXT).to_numpy(),
        **{f"{side}_key": keys.loc[match.pairs[side].to_numpy()].array for side in ("left", "right")},
    )[PAIR_COLUMNS]


def _groups(result: AuditResult, entity: str, match: MatchResult) -> pd.DataFrame:
    label = result.dataset[entity].column(LABELS[entity])
    number = (match.groups["group"] + 1).astype(TEXT).str.zfill(5)
    return _records(result, entity, match.groups["record"]).assign(
        kind=match.groups["kind"].astype(TEXT).to_numpy(),
        group_id=("G" + entity[0].upper() + number).to_numpy(),
        cluster_id=label.loc[match.groups["record"].to_numpy()].to_numpy(),
    )[GROUP_COLUMNS]


def _records(result: AuditResult, entity: str, record: pd.Series) -> pd.DataFrame:
    """Where records of one entity came from, in the order given."""
    frame = pd.DataFrame({"entity": entity, "record": record.to_numpy()})
    frame = frame.join(record_columns(frame, result.dataset))
    return frame.assign(record=pseudonyms(frame["entity"], frame["record"]))


def _crosswalk(result: AuditResult) -> pd.DataFrame:
    crosswalk = result.cleaned.crosswalk
    return crosswalk.assign(
        record=pseudonyms(crosswalk["entity"], crosswalk["record"]),
        into=pseudonyms(crosswalk["entity"], crosswalk["into"]),
    )


def _stacked(parts: list[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    if not parts:
        return pd.DataFrame({name: pd.Series(dtype=TEXT) for name in columns})
    return pd.concat(parts, ignore_index=True)
