"""imports/<system>/: the changes as files for the systems they came from, with a pilot, a way back, and what is left to
do by hand."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from audit.cleaning.survivorship import joined_texts
from audit.cleaning.undo import originals
from audit.result import AuditResult
from audit.schema import TEXT
from reports.outputs.import_columns import files_of_sources
from reports.outputs.import_files import pilot, slug, write_edits, write_exact
from reports.outputs.import_lines import EDIT_COLUMNS, ORDER, Records, import_lines, keys_of
from reports.outputs.import_merges import NATIVE, NATIVE_COLUMNS, SystemMerges, system_merges
from reports.outputs.import_readme import readme
from reports.outputs.tables import write_table

FOLDER = "imports"
BY_HAND_COLUMNS = ("object", "file", "row", "key", "field", "before", "after", "reason")


def write_imports(result: AuditResult, folder: Path) -> list[Path]:
    """Writes a pack for every system that has something to change, and returns its files."""
    records = records_of(result)
    merges = system_merges(result, records)
    edits = _edits(result, merges)
    lines, rest = import_lines(edits, records)
    drops = _drops(result, records)
    paths: list[Path] = []
    for system in dict.fromkeys(file.system for file in records.files):
        places = np.flatnonzero([file.system == system for file in records.files])
        pack = {
            name: frame[frame["place"].isin(places).to_numpy(dtype=bool)]
            for name, frame in (
                ("lines", lines),
                ("rest", rest),
                ("drops", drops),
                ("members", merges.members),
                ("native", merges.native),
            )
        }
        if any(len(frame) for frame in pack.values()):
            paths += write_pack(pack, records, folder / FOLDER / system, system)
    return paths


def records_of(result: AuditResult) -> Records:
    dataset = result.dataset
    names = [entity for entity in ORDER if entity in dataset]
    texts = originals(dataset)
    return Records(
        {entity: texts[entity] for entity in names},
        {entity: dataset[entity].lineage for entity in names},
        tuple(file for file in files_of_sources(dataset.sources) if file.entity in names),
    )


def write_pack(pack: Mapping[str, pd.DataFrame], records: Records, folder: Path, system: str) -> list[Path]:
    """One system's files: updates in safe order, merges and deletions last, pilot, rollback, the rest and README."""
    folder.mkdir(parents=True)
    lines = pack["lines"]
    trial = pilot(lines)
    paths = write_edits(lines, records, folder, "after")
    paths += _last_steps(pack, records, folder, len(paths))
    imported = [path.name for path in paths]
    paths += write_edits(lines, records, folder / "rollback", "before")
    paths += write_edits(trial, records, folder / "pilot", "after")
    paths += write_edits(trial, records, folder / "pilot" / "rollback", "before")
    if len(pack["rest"]):
        paths.append(write_table(by_hand(pack["rest"], records), folder / "by_hand.csv"))
    if system in NATIVE and len(pack["native"]):
        paths.append(write_table(_native(pack["native"], pack["members"], records), folder / "native_merge.csv"))
    note = folder / "README.txt"
    note.write_text(
        readme(system, imported, cells=len(lines), by_hand=len(pack["rest"]), merged=_lost(pack["members"])),
        encoding="utf-8",
        newline="\n",
    )
    return [*paths, note]


def by_hand(rest: pd.DataFrame, records: Records) -> pd.DataFrame:
    """The changes that no import can make, for a person: where, what, and why."""
    parts = []
    for entity, mine in rest.groupby("entity", sort=False):
        lineage = records.lineage[str(entity)].loc[mine["record"].to_numpy()]
        places = mine["place"].astype("int64")
        objects = places.map({place: slug(records.files[place], records) for place in places.unique()})
        parts.append(mine.assign(object=objects, file=lineage["file"].astype(object).array, row=lineage["row"].array))
    return pd.concat(parts, ignore_index=True)[list(BY_HAND_COLUMNS)]


def _edits(result: AuditResult, merges: SystemMerges) -> pd.DataFrame:
    """Cells to change in their own system: mended ones, and what survives where records are merged there."""
    log = result.cleaned.changes
    cells = log[log["kind"].isin(["set", "clear"]).to_numpy(dtype=bool)]
    keys = ["entity", "record", "field"]
    last = cells.drop_duplicates(keys, keep="last")
    first = cells.drop_duplicates(keys).set_index(keys)["before"]
    mended = last.assign(before=first.reindex(pd.MultiIndex.from_frame(last[keys])).array)[list(EDIT_COLUMNS)]
    gone = merges.members[merges.members["into"].ne(merges.members["record"]).to_numpy(dtype=bool)]
    dropped = log[log["kind"].eq("drop").to_numpy(dtype=bool)]
    out = pd.MultiIndex.from_frame(
        pd.concat([gone[["entity", "record"]], dropped[["entity", "record"]]]).astype(object)
    )
    mended = mended[~pd.MultiIndex.from_frame(mended[["entity", "record"]].astype(object)).isin(out)]
    both = pd.concat([mended, merges.edits.astype(mended.dtypes.to_dict())], ignore_index=True)
    # A mended cell that another value then replaces: from what the system holds to what survives.
    held = both.drop_duplicates(keys).set_index(keys)["before"]
    both = both.drop_duplicates(keys, keep="last")
    both = both.assign(before=held.reindex(pd.MultiIndex.from_frame(both[keys])).array)
    same = both["before"].eq(both["after"]).fillna(False) | (both["before"].isna() & both["after"].isna())
    return both[~same.to_numpy(dtype=bool)].reset_index(drop=True)


def _drops(result: AuditResult, records: Records) -> pd.DataFrame:
    """Records that are to be deleted: entity, record, place, key."""
    log = result.cleaned.changes
    parts = []
    for entity, mine in log[log["kind"].eq("drop").to_numpy(dtype=bool)].groupby("entity", sort=False):
        if entity in records.texts:
            places = records.places(str(entity))
            keys = keys_of(str(entity), records, places)
            record = mine["record"].to_numpy()
            parts.append(
                pd.DataFrame(
                    {
                        "entity": entity,
                        "record": record,
                        "place": places.loc[record].array,
                        "key": keys.loc[record].array,
                    }
                )
            )
    found = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["entity", "record", "place", "key"])
    return found[found["place"].ge(0).to_numpy(dtype=bool) & found["key"].notna().to_numpy()]


def _last_steps(pack: Mapping[str, pd.DataFrame], records: Records, folder: Path, done: int) -> list[Path]:
    """Lists of what to merge, what others point to first, and of what to delete, what points to others first."""
    paths: list[Path] = []
    for entity in ORDER:
        members = pack["members"]
        mine = members[(members["entity"].eq(entity) & members["into"].ne(members["record"])).to_numpy(dtype=bool)]
        for place, part in mine.groupby("place", sort=True):
            file = records.files[int(str(place))]
            keys = keys_of(entity, records, records.places(entity))
            table = pd.DataFrame(
                {
                    "cluster": part["cluster"].array,
                    f"keep: {file.key_header}": keys.loc[part["into"]].array,
                    f"merge into it: {file.key_header}": keys.loc[part["record"]].array,
                }
            )
            table = table.dropna()
            if table.empty:
                continue
            name = f"{done + len(paths) + 1:02d}_merge_{slug(file, records)}.csv"
            paths.append(write_exact(table, folder / name))
    for entity in reversed(ORDER):
        mine = pack["drops"][pack["drops"]["entity"].eq(entity).to_numpy(dtype=bool)]
        for place, part in mine.groupby("place", sort=True):
            file = records.files[int(str(place))]
            name = f"{done + len(paths) + 1:02d}_delete_{slug(file, records)}.csv"
            paths.append(write_exact(pd.DataFrame({str(file.key_header): part["key"].array}), folder / name))
    return paths


def _native(native: pd.DataFrame, members: pd.DataFrame, records: Records) -> pd.DataFrame:
    """The comparison with ids and headers as the system has them."""
    parts = []
    for entity, mine in native.groupby("entity", sort=False):
        keys = keys_of(str(entity), records, records.places(str(entity)))
        joined = members[(members["entity"].eq(entity) & members["into"].ne(members["record"])).to_numpy(dtype=bool)]
        told = pd.DataFrame({"into": joined["into"].to_numpy(dtype="int64"), "value": keys.loc[joined["record"]].array})
        merged = joined_texts(told.fillna({"value": "(no id)"}), "into", " | ")
        places = mine["place"].astype("int64")
        names = {place: slug(records.files[place], records) for place in places.unique()}
        columns = mine[["place", "field"]].drop_duplicates()
        of_cell = {
            (place, field): records.files[place].headers.get(field, ((None, 0),))[0][0]
            for place, field in zip(columns["place"], columns["field"], strict=True)
        }
        headers = [of_cell[cell] for cell in zip(mine["place"], mine["field"], strict=True)]
        parts.append(
            mine.assign(
                object=places.map(names),
                header=pd.array(headers, dtype=TEXT),
                merge=merged.reindex(mine["keep"]).array,
                keep=keys.loc[mine["keep"]].array,
            )
        )
    return pd.concat(parts, ignore_index=True)[list(NATIVE_COLUMNS)]


def _lost(members: pd.DataFrame) -> int:
    return int(members["into"].ne(members["record"]).sum())
