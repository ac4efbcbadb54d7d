"""The inventory: every column of every file, how full it is, how varied, and what it was read as."""

import pandas as pd

from audit.dataset import Dataset

COLUMNS = (
    "source",
    "file",
    "sheet",
    "system",
    "entity",
    "header",
    "field",
    "confidence",
    "reason",
    "opinion",
    "rows",
    "filled",
    "distinct",
)


def inventory(dataset: Dataset) -> pd.DataFrame:
    """One line per column of every file that was read, in the files' order; `field` is blank where not mapped."""
    lines = [
        (
            info.source,
            info.file,
            info.sheet,
            info.system,
            info.entity,
            column.header,
            column.field,
            column.confidence,
            column.reason,
            column.opinion,
            info.rows_read,
            column.filled,
            column.distinct,
        )
        for info in dataset.sources
        for column in info.mapping
    ]
    return pd.DataFrame(lines, columns=list(COLUMNS))


def overlap(dataset: Dataset) -> pd.DataFrame:
    """How many persons each pair of sources shares: a square table of sources, the diagonal being persons per source.

    Empty where contacts were not matched.
    """
    if "contact" not in dataset or "person" not in dataset["contact"]:
        return pd.DataFrame()
    contact = dataset["contact"]
    held = pd.DataFrame({"person": contact["person"], "source": contact.lineage["source"].astype(object)})
    held = held.dropna().drop_duplicates()
    present = pd.crosstab(held["person"], held["source"]).clip(upper=1)
    order = list(dict.fromkeys(contact.lineage["source"].astype(object)))
    present = present[[name for name in order if name in present]]
    return present.T.dot(present)
