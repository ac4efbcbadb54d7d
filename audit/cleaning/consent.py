"""Which merged records disagreed about consent, and what was kept."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from audit.cleaning.changes import own_ids
from audit.cleaning.policy import CONSENT
from audit.cleaning.survivorship import permission
from audit.dataset import Table
from audit.schema import TEXT, entities

CONSENT_TYPES: Mapping[str, object] = {
    "cluster": TEXT,
    "entity": "object",
    "field": "object",
    "kept": TEXT,
    "value": TEXT,
    "source": TEXT,
    "file": TEXT,
    "row": "int64",
    "source_id": TEXT,
    "record": "int64",
    "into": "int64",
}
"""One line per record of a merged group whose members said different things about consent: what it said (`value`),
and what the surviving record `into` says now (`kept`)."""


def settled(table: Table, merged: Table, label: pd.Series, into: pd.Series) -> pd.DataFrame:
    """The disagreements of the groups that were merged (columns of CONSENT_TYPES)."""
    parts = []
    member = label.notna().to_numpy()
    for name in CONSENT:
        if name not in table or not member.any():
            continue
        value = table[name][member]
        group = label[member]
        allowed = pd.Series(permission(value, entities()[table.entity][name]), index=value.index).where(value.notna())
        several = allowed.groupby(group.array, sort=False).nunique()
        mine = group.isin(several.index[several.to_numpy() > 1]).to_numpy(dtype=bool) & value.notna().to_numpy()
        if not mine.any():
            continue
        records = value.index[mine]
        records = records[np.lexsort((records, into.loc[records]))]
        place = table.index.get_indexer(records)
        parts.append(
            pd.DataFrame(
                {
                    "cluster": label.loc[records].array,
                    "entity": table.entity,
                    "field": name,
                    "kept": merged.column(name).loc[into.loc[records]].astype(TEXT).array,
                    "value": table[name].loc[records].astype(TEXT).array,
                    "source": table.lineage["source"].astype(object).to_numpy()[place],
                    "file": table.lineage["file"].astype(object).to_numpy()[place],
                    "row": table.lineage["row"].to_numpy()[place],
                    "source_id": own_ids(table).array.take(place),
                    "record": records,
                    "into": into.loc[records].to_numpy(),
                }
            ).astype(CONSENT_TYPES)
        )
    if not parts:
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in CONSENT_TYPES.items()})
    return pd.concat(parts, ignore_index=True)
