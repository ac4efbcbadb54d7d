from collections.abc import Mapping
from typing import ClassVar

import numpy as np
import pandas as pd

from audit.dataset import Dataset, Table
from audit.rule import Context, Dimension, Family, Flags, GroupRule, Severity, mask_of
from audit.schema import TEXT
from audit.values import text
from rules.evidence import everything, has_clock

WATCHED: Mapping[str, tuple[str, ...]] = {
    "contact": ("owner", "lifecycle_stage", "lead_status", "lead_source", "campaign", "industry", "country"),
    "account": ("owner", "lifecycle_stage", "type", "industry", "lead_source", "country"),
    "deal": ("owner", "stage", "pipeline", "lead_source", "campaign", "product", "type"),
}
"""Fields that an import or a workflow can set for many records at once."""


class BulkUpdate(GroupRule):
    """Many old records that were changed in one second and have the same value since.

    **What is flagged**
    The value of an owner, stage, status, source or the like on at least 30 records, and 5 % of their source, that were
    last updated in the same second, where nearly all of them have it and few other records do. Records created at that
    moment or, most of them, on one day are an import and left out, and so are moments that the field history tells of.

    **Why it matters**
    A mass edit or a workflow wrote one value over many. Where there is no field history, the time of the update is all
    that is left of it.

    **How to fix**
    Ask who ran something at that time. If it was a mistake, restore the field from the last backup or export.

    **Example**
    212 contacts updated at 2026-03-14 02:00:07, all of them now of lead source ``Offline Sources``.
    """

    id = "ACC024"
    title = "Bulk update"
    family = Family.AUTOMATION
    fields: ClassVar = tuple(f"{entity}.{name}" for entity, names in WATCHED.items() for name in names)
    keys: ClassVar = {
        "contact": "updated_at",
        "account": "updated_at",
        "deal": "updated_at",
        "field_change": "changed_at",
    }
    dimension = Dimension.ACCURACY
    severity = Severity.MEDIUM
    message = "{count} records of this source got {value} at {at}"
    args: ClassVar = ("count", "at")
    options: ClassVar = {"records": 30, "share": 0.05, "same": 0.95, "elsewhere": 0.2, "together": 0.5}
    systemic = False

    def key(self, table: Table) -> pd.Series:
        return everything(table)

    def check(self, tables: Dataset, ctx: Context) -> Mapping[str, Flags]:
        flags = {}
        for entity, names in WATCHED.items():
            if entity not in tables.tables or "updated_at" not in tables[entity]:
                continue
            batch = self._batches(tables[entity], tables.get("field_change"), ctx)
            for name in names:
                if name in tables[entity]:
                    flags[f"{entity}.{name}"] = self._same(tables[entity], name, batch, ctx)
        return flags

    def _batches(self, table: Table, history: Table, ctx: Context) -> pd.DataFrame:
        """Source and second (of the last update) of the records in batches: enough older ones share them."""
        rows = pd.DataFrame({"source": table.lineage["source"], "second": table["updated_at"].dt.floor("s")})
        new = mask_of(rows["second"] - table.column("created_at") < pd.Timedelta(minutes=1))
        rows = rows.assign(day=table.column("created_at").dt.normalize())[has_clock(table, "updated_at") & ~new]
        rows = rows[rows["day"].notna()]
        size = rows.groupby(["source", "second"], observed=True)["second"].transform("size")
        of_source = rows["source"].map(table.lineage["source"].value_counts()).astype("int64")
        rows = rows[(size >= self.option("records", ctx)) & (size >= self.option("share", ctx) * of_source)]
        # Records that were imported together have much in common from the start.
        together = rows.groupby(["source", "second", "day"], observed=True)["day"].transform("size")
        most = together.groupby([rows["source"], rows["second"]], observed=True).transform("max")
        rows = rows[most <= self.option("together", ctx) * size[rows.index]]
        told = pd.MultiIndex.from_arrays(
            [history.lineage["source"].astype(object), history.column("changed_at").dt.floor("min")]
        )
        minutes = pd.MultiIndex.from_arrays([rows["source"].astype(object), rows["second"].dt.floor("min")])
        return rows[~minutes.isin(told.unique())]

    def _same(self, table: Table, name: str, batches: pd.DataFrame, ctx: Context) -> Flags:
        """Records in a batch that nearly all have one value, which few records of the source have elsewhere."""
        codes, values = table.distinct(name)
        value = pd.Series(np.append(pd.factorize(text.fold(values))[0], -1)[codes], index=table.index)
        filled = value.to_numpy() >= 0
        flagged = pd.Series(False, index=table.index)
        count = pd.Series(0, index=table.index)
        if len(batches):
            rows = batches.assign(value=value)
            rows["here"] = rows.groupby(["source", "second", "value"], observed=True)["value"].transform("size")
            rows["members"] = rows.groupby(["source", "second"], observed=True)["value"].transform("size")
            everyone = pd.DataFrame({"source": table.lineage["source"], "value": value})
            everyone["with"] = everyone.groupby(["source", "value"], observed=True)["value"].transform("size")
            everyone["all"] = everyone.groupby("source", observed=True)["value"].transform("size")
            rows = rows.join(everyone[["with", "all"]])
            others = rows["all"] - rows["members"]
            same = (rows["value"] >= 0) & (rows["here"] >= self.option("same", ctx) * rows["members"])
            same &= others >= self.option("records", ctx)
            same &= rows["with"] - rows["here"] <= self.option("elsewhere", ctx) * others
            flagged[rows.index] = same
            count[rows.index] = rows["here"]
        hit = flagged.to_numpy()
        at = table["updated_at"][hit].dt.strftime("%Y-%m-%d %H:%M:%S").astype(TEXT).reindex(table.index)
        return Flags(
            hit,
            confidence=0.8,
            args={"count": count[hit].astype(TEXT).reindex(table.index), "at": at},
            group=f"{table.entity} {name} at " + at,
            checked=filled & table["updated_at"].notna().to_numpy(),
        )
