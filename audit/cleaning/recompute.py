"""Cells that follow from others, worked out again after cleaning: a status from its stage, a sum from its events."""

import numpy as np
import pandas as pd

from audit.cleaning.changes import Lines, changes
from audit.cleaning.evidence import sales
from audit.cleaning.policy import Policy
from audit.cleaning.survivorship import plain_numbers
from audit.dataset import Dataset, Table
from audit.schema import TEXT
from audit.sources.stages import contact_lifecycle, deal_status

DERIVED = {
    "contact": ("lifecycle", ("lifecycle_stage", "lead_status")),
    "deal": ("status", ("stage", "is_won", "is_closed", "won_at", "lost_at")),
}
"""Per entity the field that is worked out when a source has no column for it, and from which it is."""
SUMS = ("value", "payment_count")
CENT = 0.005


def conclusions(raw: Dataset, working: Dataset, log: list[Lines]) -> tuple[Dataset, list[Lines]]:
    """The tables with what follows from changed cells, where the source has no column that says it."""
    lines: list[Lines] = []
    for entity, (target, inputs) in DERIVED.items():
        if entity not in working or target not in working[entity]:
            continue
        table = working[entity]
        records = _changed(log, entity, inputs)
        told = _changed(log, entity, (target,))
        records = np.setdiff1d(np.intersect1d(records, table.index.to_numpy()), told)
        at = table.index.isin(records) & _without_column(raw, table, target)
        if not at.any():
            continue
        part = table.take(at)
        fields = {name: part.original(name) for name in inputs if name in part}
        found = (contact_lifecycle if entity == "contact" else deal_status)(fields, part.index)
        if found is None:
            continue
        differs = ~(found.eq(part[target]).fillna(False) | (found.isna() & part[target].isna())).to_numpy(dtype=bool)
        if differs.any():
            table, line = _written(table, target, part.index[differs], found[differs])
            lines.append(line)
            working = working.replace(**{entity: table})
    return working, lines


def sums(raw: Dataset, working: Dataset, into: pd.Series | None, policy: Policy) -> tuple[Dataset, list[Lines]]:
    """The contacts with what they paid, and how often, added up again from the payments.

    Only where the sums agreed with the payments before cleaning, as far as any was given: a table that holds a part of
    the payments tells no sum. `into` names for every contact the one it became.
    """
    names = [name for name in SUMS if name in working.get("contact") and policy.choice(name) == "events"]
    before, after = raw.get("payment"), working.get("payment")
    if not names or "customer_id" not in before or (into is None and before is after):
        return working, []
    table, original = working["contact"], raw["contact"]
    became = into if into is not None else pd.Series(original.index, index=original.index)
    lines: list[Lines] = []
    for name in names:
        told = original[name]
        then = _events(original, before, name)
        covered = (told.isna() & then.isna()) | (told - then.fillna(0.0)).abs().le(CENT)
        whole = covered.groupby(became.to_numpy()).all() & then.notna().groupby(became.to_numpy()).any()
        # Payments name the contact that each became; its own id may be any of the ids that were merged.
        now = _events(original, after, name, became=became)
        able = table.index[whole.reindex(table.index).fillna(False).to_numpy(dtype=bool)]
        found, held = now.reindex(able).fillna(0.0), table[name].loc[able]
        differs = ((found - held).abs().gt(CENT) | held.isna()).to_numpy(dtype=bool)
        if differs.any():
            where = able[differs]
            text = pd.Series(plain_numbers(found[differs].round(2).to_numpy()), index=where, dtype=TEXT)
            table, line = _written(table, name, where, text, found[differs].round(2))
            lines.append(line)
    return working.replace(contact=table), lines


def _events(
    contacts: Table,
    payments: Table,
    name: str,
    *,
    became: pd.Series | None = None,
) -> pd.Series:
    """Per contact the sum, or the number, of the payments that name it by its source's id; blank without any."""
    made = payments.take(sales(payments))
    number = made["amount"] - made.column("refunded").fillna(0.0) if name == "value" else made["amount"].notna() * 1.0
    named = pd.DataFrame(
        {"source": made.lineage["source"].astype(TEXT), "id": made["customer_id"], "number": number.astype("float64")}
    ).dropna(subset=["id"])
    total = named.groupby(["source", "id"], as_index=False)["number"].sum()
    ids = pd.DataFrame({"source": contacts.lineage["source"].astype(TEXT), "id": contacts.column("source_id")})
    if became is None:
        return ids.merge(total, on=["source", "id"], how="left")["number"].set_axis(contacts.index)
    ids["into"] = became.to_numpy()
    new = pd.DataFrame(
        {"source": ids["source"], "id": contacts.column("source_id").loc[became].array, "into": ids["into"]}
    )
    every = pd.concat([ids, new]).dropna(subset=["id"]).drop_duplicates(["source", "id"])
    return every.merge(total, on=["source", "id"]).groupby("into")["number"].sum()


def _changed(log: list[Lines], entity: str, fields: tuple[str, ...]) -> np.ndarray:
    """The records of an entity with a line about one of the fields."""
    parts = [
        line["record"]
        for line in log
        if len(line["record"]) and line["entity"][0] == entity and line["field"][0] in fields
    ]
    return np.unique(np.concatenate(parts)) if parts else np.zeros(0, dtype="int64")


def _without_column(raw: Dataset, table: Table, field: str) -> np.ndarray:
    """Records of files that are known to have no column for a field."""
    files = {
        info.file
        for info in raw.sources
        if info.entity == table.entity and not any(column.field == field for column in info.mapping)
    }
    said = {info.file for info in raw.sources if info.entity == table.entity} - files
    return table.lineage["file"].isin(files - said).to_numpy(dtype=bool)


def _written(
    table: Table, name: str, where: pd.Index, text: pd.Series, values: pd.Series | None = None
) -> tuple[Table, Lines]:
    line = changes(
        table,
        where,
        field=name,
        before=table.original(name).loc[where].array,
        after=text.array,
        rule_id="",
        kind="recompute",
    )
    column = table[name].copy()
    column.loc[where] = (text if values is None else values).array
    texts = table.text
    if name in texts:
        original = texts[name].copy()
        original.loc[where] = text.array
        texts = texts.assign(**{name: original})
    return Table(table.entity, table.frame.assign(**{name: column}), texts, table.lineage), line
