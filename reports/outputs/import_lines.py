"""Changed cells as lines of import files: which record of which file, under which header, from what to what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from audit.schema import TEXT
from reports.outputs.import_columns import ExportFile
from reports.outputs.tables import defused

ORDER = ("account", "contact", "product", "deal", "ticket", "activity")
"""Tables that imports change, those that others point to first."""
LINEAGE = ("source", "file", "sheet", "row")
NO_IMPORT = frozenset({"mail"})
"""Systems that take no import."""

KEPT_BY_SYSTEM = frozenset(
    "created_at created_by updated_at updated_by last_activity_at last_contacted_at last_open_at last_click_at "
    "last_reply_at last_login_at last_purchase_at bounce_reason bounced_at score value payment_count converted "
    "converted_at stage_changed_at import_batch".split()
)
"""Fields that systems write themselves; whoever merges gets them merged."""
_FORMULA = "the cell would be a formula in a spreadsheet"
_LATER = "the address belongs to the record that is merged: change it after the merge"
EDIT_COLUMNS = ("entity", "record", "field", "before", "after", "kind")


@dataclass(frozen=True)
class Records:
    """The records of the tables that imports change, as their sources wrote them, by record number.

    `texts` are frames of text per entity, `lineage` frames with LINEAGE, `files` the tables of the sources.
    """

    texts: Mapping[str, pd.DataFrame]
    lineage: Mapping[str, pd.DataFrame]
    files: Sequence[ExportFile]

    def places(self, entity: str) -> pd.Series:
        """The number of the file of each record, in `files`; -1 for one that takes no import."""
        known = {
            file.place: number
            for number, file in enumerate(self.files)
            if file.entity == entity and file.system not in NO_IMPORT
        }
        lineage = self.lineage[entity]
        file, sheet = lineage["file"].astype(TEXT), lineage["sheet"].astype(TEXT).fillna("")
        codes, names = pd.factorize(file + "\0" + sheet)
        by_name = {"\0".join(place): number for place, number in known.items()}
        found = np.array([by_name.get(str(name), -1) for name in names] + [-1], dtype="int64")
        return pd.Series(found[codes], index=lineage.index)


def import_lines(edits: pd.DataFrame, records: Records) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The edits that can be imported, and those that a person has to make.

    The first has `entity, record, place` (the number of the file), `key, header, before, after`; the second also
    `field` and `reason`.
    """
    parts = []
    for entity in ORDER:
        mine = edits[edits["entity"].eq(entity).to_numpy(dtype=bool)]
        if len(mine) and entity in records.texts:
            parts.append(_of_entity(entity, mine, records))
    columns = [*EDIT_COLUMNS, "place", "key", "header", "reason"]
    lines = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
    able = lines["reason"].eq("").to_numpy(dtype=bool)
    return lines[able].reset_index(drop=True), lines[~able & lines["place"].ge(0).to_numpy()].reset_index(drop=True)


def _of_entity(entity: str, edits: pd.DataFrame, records: Records) -> pd.DataFrame:
    texts, places = records.texts[entity], records.places(entity)
    keys = keys_of(entity, records, places)
    lines = edits.assign(place=places.reindex(edits["record"]).to_numpy(), key=keys.reindex(edits["record"]).array)
    header = np.full(len(lines), None, dtype=object)
    reason = np.full(len(lines), "", dtype=object)
    for (place, field), part in lines.groupby(["place", "field"], sort=False).indices.items():
        if place < 0:
            reason[part] = "its file takes no import"
            continue
        here = places.to_numpy() == place
        filled = int(texts.loc[here, field].notna().sum()) if field in texts else 0
        header[part], reason[part] = records.files[place].header(field, filled)
        if field in KEPT_BY_SYSTEM:
            reason[part] = "the system writes it itself"
    blank = lines["key"].isna().to_numpy()
    reason[blank & (reason == "")] = "the record has no id of its own, or shares it with another"
    risky = (_unsafe(lines["before"]) | _unsafe(lines["after"])) & (reason == "")
    reason[risky] = _FORMULA
    taken = lines["kind"].eq("survivorship").to_numpy() & lines["field"].eq("email").to_numpy() & (reason == "")
    reason[taken] = _LATER
    lines = lines.assign(header=header, reason=reason)
    # What survives a merge in a place that no import reaches is the merge's own business (native_merge.csv).
    merged = lines["kind"].eq("survivorship").to_numpy() & ~np.isin(reason, ("", _LATER, _FORMULA))
    return lines[~merged]


def keys_of(entity: str, records: Records, places: pd.Series) -> pd.Series:
    """What each record is known by when it is imported, as its system writes it; blank where that is not sure."""
    texts = records.texts[entity]
    keys = pd.Series(pd.NA, index=texts.index, dtype=TEXT)
    for place in np.unique(places[places >= 0]):
        file = records.files[place]
        here = places.eq(place).to_numpy()
        if file.key_header is None or file.key not in texts:
            continue
        own = texts.loc[here, file.key]
        own = own.where(~own.duplicated(keep=False))
        prefix = file.own_id("")
        keys[here] = prefix + own if prefix else own
    return keys.mask(_unsafe(keys))


def _unsafe(text: pd.Series) -> np.ndarray:
    """Cells that a spreadsheet would run, or that hold what no file should."""
    array = pa.array(text.astype(TEXT), pa.large_string(), from_pandas=True)
    same = pc.equal(defused(array), array)
    return ~np.asarray(pc.fill_null(same, True)) | np.asarray(pc.fill_null(pc.match_substring(array, "\x00"), False))
