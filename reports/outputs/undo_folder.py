"""What `crm-audit undo` writes: the tables without some of a run's changes, the lines taken back, and import files."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from audit.cleaning.undo import CELL_KINDS, GONE_KINDS, falling, without
from audit.errors import UsageError
from audit.schema import TEXT, entities
from reports.outputs.cleaning_csv import CHANGES, UNDO, named
from reports.outputs.import_columns import files_of_summary
from reports.outputs.import_files import write_edits
from reports.outputs.import_lines import LINEAGE, ORDER, Records, import_lines
from reports.outputs.import_pack import FOLDER, by_hand
from reports.outputs.saved import SavedRun
from reports.outputs.tables import write_table

AGAIN = "Run the audit again."
_README = """The run's cleaned tables without the changes listed in undone.csv.

tables/ holds every table twice: .parquet to the letter, with each cell as its source wrote it, and .csv, in which cells
that a spreadsheet would run as formulas have an apostrophe in front. Changes that stay are in them.

imports/ takes the same changes back in the systems, for those who have imported them: 'update' and 'empty' files as in
the run's own imports folder, by_hand.csv for what no import can do. No import parts records that a system has merged or
deleted; restore/ holds what such records held, to be entered as new ones.
"""


@dataclass(frozen=True)
class Run:
    """A saved run as far as undoing needs it: the log (columns of CHANGE_TYPES) and the records as they were read."""

    log: pd.DataFrame
    texts: dict[str, pd.DataFrame]
    lineage: dict[str, pd.DataFrame]

    @classmethod
    def read(cls, saved: SavedRun) -> "Run":
        """Raises UsageError where the run kept no exact log."""
        path = saved.folder / UNDO / CHANGES
        if not path.is_file():
            raise UsageError(f"{saved.folder} keeps no log to undo.", hint=AGAIN)
        log = pq.read_table(path).to_pandas(types_mapper=_types)
        log = log.assign(record=numbers(log["record"]), origin=numbers(log["origin"]))
        texts, lineage = {}, {}
        for entity in saved.entities:
            records = saved.records(entity)
            records.index = pd.Index(numbers(records["record"]))
            texts[entity] = records[[name for name in records.columns if name in entities()[entity].fields]]
            lineage[entity] = pd.DataFrame({name: records[f"{name} of record"] for name in LINEAGE})
        return cls(log, texts, lineage)


def numbers(names: pd.Series) -> np.ndarray:
    """The numbers of records by their names in the report (C-0412 is 411); -1 for none."""
    return names.str.rpartition("-")[2].astype("Int64").fillna(0).to_numpy(dtype="int64") - 1


def chosen_lines(
    run: Run, *, whole: bool = False, rule: str | None = None, cluster: str | None = None, record: str | None = None
) -> np.ndarray:
    """The lines of the log that are asked for. Raises UsageError where there are none."""
    log = run.log
    if whole:
        found, asked = np.ones(len(log), dtype=bool), "the run"
    elif rule is not None:
        found, asked = log["rule_id"].eq(rule.upper()).to_numpy(dtype=bool), f"rule {rule.upper()}"
    elif cluster is not None:
        found, asked = log["cluster"].eq(cluster).fillna(False).to_numpy(dtype=bool), f"cluster {cluster}"
    else:
        entity, number, asked = _record(run, str(record))
        own = log["record"].eq(number) | (log["origin"].eq(number) & log["kind"].isin(["merge", "survivorship"]))
        found = (log["entity"].eq(entity) & own).to_numpy(dtype=bool)
    if not found.any():
        raise UsageError(f"Cleaning changed nothing by {asked}.", hint="changes.csv lists every change of the run.")
    return found


def write_undone(saved: SavedRun, run: Run, chosen: np.ndarray, folder: Path) -> pd.DataFrame:
    """Writes everything into a new folder and returns the lines taken back. Raises UsageError where it is in use."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} is in use.", hint="Name a new or empty folder with -o.")
    falls = falling(run.log, chosen)
    (folder / "tables").mkdir(parents=True)
    for entity, table in without(run.texts, run.log, falls).items():
        lineage = run.lineage[entity].loc[table.index, ["source", "file", "row"]]
        whole = pd.concat([lineage, table], axis=1)
        write_table(whole, folder / "tables" / f"{entity}.csv")
        columns = [pa.array(whole[name].astype(TEXT), pa.large_string(), from_pandas=True) for name in whole.columns]
        pq.write_table(pa.Table.from_arrays(columns, list(whole.columns)), folder / "tables" / f"{entity}.parquet")
    undone = run.log[falls].assign(why=np.where(chosen[falls], "asked for", "cannot stand without it"))
    write_table(named(undone, "record", "origin"), folder / "undone.csv")
    _write_imports(saved, run, falls, folder / FOLDER)
    (folder / "README.txt").write_text(_README, encoding="utf-8", newline="\n")
    return undone


def _write_imports(saved: SavedRun, run: Run, falls: np.ndarray, folder: Path) -> None:
    """Import files that take the changes back in the systems, and what the records held that went."""
    names = [entity for entity in ORDER if entity in run.texts]
    files = [file for file in files_of_summary(saved.summary["sources"]) if file.entity in names]
    records = Records(run.texts, run.lineage, files)
    back, rest = import_lines(_inverse(run, falls), records)
    gone = run.log[falls & run.log["kind"].isin(GONE_KINDS).to_numpy()]
    again, _ = import_lines(_whole_records(run, gone), records)
    for system in dict.fromkeys(file.system for file in files):
        places = [number for number, file in enumerate(files) if file.system == system]
        for lines, place in ((back, folder / system), (again, folder / system / "restore")):
            write_edits(lines[lines["place"].isin(places).to_numpy(dtype=bool)], records, place, "after")
        mine = rest[rest["place"].isin(places).to_numpy(dtype=bool)]
        if len(mine):
            (folder / system).mkdir(parents=True, exist_ok=True)
            write_table(by_hand(mine, records), folder / system / "by_hand.csv")


def _inverse(run: Run, falls: np.ndarray) -> pd.DataFrame:
    """The cells that systems have been given, from what they were given to what they held before.

    A value that survived from another source's record never went into a system.
    """
    log = run.log
    keys = ["entity", "record", "field"]
    home = pd.concat(
        [
            pd.Series(lineage["source"].array, index=pd.MultiIndex.from_product([[entity], lineage.index]))
            for entity, lineage in run.lineage.items()
        ]
    )
    own = home.reindex(pd.MultiIndex.from_frame(log[["entity", "record"]]))
    origin = home.reindex(pd.MultiIndex.from_frame(log[["entity", "origin"]]))
    same = pd.Series(own.array == origin.array).fillna(False).to_numpy(dtype=bool)
    kind = log["kind"].astype(object)
    given = kind.isin(["set", "clear"]).to_numpy() | (kind.eq("survivorship").to_numpy() & same)
    cells = log[falls & given & kind.isin(CELL_KINDS).to_numpy()]
    last = cells.drop_duplicates(keys, keep="last")
    first = cells.drop_duplicates(keys).set_index(keys)["before"]
    restored = first.reindex(pd.MultiIndex.from_frame(last[keys])).array
    return last.assign(before=last["after"], after=restored)[["entity", "record", "field", "before", "after", "kind"]]


def _whole_records(run: Run, gone: pd.DataFrame) -> pd.DataFrame:
    """Every filled cell of the records, as an edit of nothing."""
    parts = []
    for entity, lines in gone.groupby("entity", sort=False):
        held = run.texts[str(entity)].loc[lines["record"].unique()]
        cells = held.rename_axis("record").reset_index().melt("record", var_name="field", value_name="after").dropna()
        parts.append(cells.assign(entity=entity, before=pd.array([pd.NA] * len(cells), dtype=TEXT), kind="set"))
    columns: Sequence[str] = ["entity", "record", "field", "before", "after", "kind"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def _record(run: Run, name: str) -> tuple[str, int, str]:
    """Entity and number of the record of that name in the report, or of that id in its source."""
    log = run.log
    shown = named(log.drop_duplicates(["entity", "record"]), "record")
    found = shown[shown["record"].eq(name.upper()).fillna(False).to_numpy(dtype=bool)]
    if found.empty:
        found = shown[shown["source_id"].eq(name).fillna(False).to_numpy(dtype=bool)]
    if found.empty:
        raise UsageError(
            f"Cleaning changed no record {name}.", hint="Name it as the report does (C-0412), or by its id."
        )
    if len(found) > 1:
        names = ", ".join(found["record"].head(5))
        raise UsageError(f"{len(found)} records have the id {name}.", hint=f"Name one as the report does: {names}.")
    line = found.iloc[0]
    return str(line["entity"]), int(numbers(found["record"])[0]), f"record {line['record']}"


def _types(kind: pa.DataType) -> object:
    return TEXT if pa.types.is_large_string(kind) or pa.types.is_string(kind) else None
