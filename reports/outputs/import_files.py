"""Writes import files: one per table of a source with its own headers, blank where nothing changes."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import numpy as np
import pandas as pd

from audit.schema import TEXT
from reports.outputs.import_columns import ExportFile
from reports.outputs.import_lines import ORDER, Records

PILOT = 10
"""Records that each file of the pilot changes."""


def write_edits(lines: pd.DataFrame, records: Records, folder: Path, value: str) -> list[Path]:
    """Writes the lines' `value` ("before" or "after") and returns the files, in the order in which to import them.

    Cells to set come first, a file per table of a source; cells to empty after them, a file per column, since a blank
    cell means no change anywhere else.
    """
    blank = lines[value].isna().to_numpy(dtype=bool)
    paths: list[Path] = []
    for verb, part in (("update", lines[~blank]), ("empty", lines[blank])):
        for file, mine in _by_file(part, records):
            tables = (
                [("", mine)] if verb == "update" else [(str(name), cells) for name, cells in mine.groupby("header")]
            )
            for header, cells in tables:
                folder.mkdir(parents=True, exist_ok=True)
                name = "_".join(filter(None, (f"{len(paths) + 1:02d}", verb, slug(file, records), _plain(header))))
                paths.append(write_exact(_wide(cells, file, value), folder / f"{name}.csv"))
    return paths


def pilot(lines: pd.DataFrame) -> pd.DataFrame:
    """The lines of ten records of each file: those with the most changes, then the first."""
    counts = lines.groupby(["place", "record"], sort=True).size().rename("cells").reset_index()
    counts = counts.sort_values(["place", "cells", "record"], ascending=[True, False, True], kind="stable")
    chosen = counts.groupby("place", sort=False).head(PILOT)
    keys = pd.MultiIndex.from_frame(chosen[["place", "record"]])
    return lines[pd.MultiIndex.from_frame(lines[["place", "record"]]).isin(keys)]


def slug(file: ExportFile, records: Records) -> str:
    """The name of a table in the names of files: its object, and its file where there are several of the object."""
    name = _plain(file.object if file.object not in ("", "table") else file.entity)
    alike = [
        one for one in records.files if (one.system, one.object, one.entity) == (file.system, file.object, file.entity)
    ]
    stem = _plain(PurePosixPath(file.file).stem + (f" {file.sheet}" if file.sheet else ""))
    return name if len(alike) == 1 else f"{name}_{stem}"


def write_exact(frame: pd.DataFrame, path: Path) -> Path:
    """Writes text as it is, for a program that imports it: nothing is defused."""
    cells = [frame.iloc[:, at].astype(TEXT).to_numpy(dtype=object, na_value=None) for at in range(frame.shape[1])]
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(frame.columns)
        writer.writerows(zip(*cells, strict=True))
    return path


def _by_file(lines: pd.DataFrame, records: Records) -> Iterator[tuple[ExportFile, pd.DataFrame]]:
    for entity in ORDER:
        mine = lines[lines["entity"].eq(entity).to_numpy(dtype=bool)]
        for place, part in mine.groupby("place", sort=True):
            yield records.files[int(str(place))], part


def _wide(cells: pd.DataFrame, file: ExportFile, value: str) -> pd.DataFrame:
    """One row per record and one column per header, the key first."""
    row, records = pd.factorize(cells["record"], sort=True)
    column, headers = pd.factorize(cells["header"])
    table = np.full((len(records), len(headers)), None, dtype=object)
    table[row, column] = cells[value].to_numpy(dtype=object, na_value=None)
    keys = np.full(len(records), None, dtype=object)
    keys[row] = cells["key"].to_numpy(dtype=object)
    wide = pd.DataFrame(table, columns=list(headers), dtype=TEXT)
    wide.insert(0, str(file.key_header), pd.array(keys, dtype=TEXT))
    return wide


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:60]
