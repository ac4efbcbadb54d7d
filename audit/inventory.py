"""The inventory: every column of every file, what it holds, how full and varied it is, and which say the same."""

import pandas as pd

from audit.dataset import Dataset
from audit.schema import entities

COLUMNS = (
    "source",
    "file",
    "sheet",
    "system",
    "entity",
    "header",
    "field",
    "kind",
    "confidence",
    "reason",
    "opinion",
    "rows",
    "filled",
    "distinct",
    "same_as",
)


def inventory(dataset: Dataset) -> pd.DataFrame:
    """One line per column of every file that was read, in the files' order.

    `field` and `kind` (the type of the field) are blank where a header is not mapped. `same_as` names the first header
    of the file whose every value is the same.
    """
    lines = []
    for info in dataset.sources:
        for column in info.mapping:
            spec = entities()[info.entity].fields.get(column.field) if info.entity and column.field else None
            lines.append(
                (
                    info.source,
                    info.file,
                    info.sheet,
                    info.system,
                    info.entity,
                    column.header,
                    column.field,
                    spec.type if spec else None,
                    column.confidence,
                    column.reason,
                    column.opinion,
                    info.rows_read,
                    column.filled,
                    column.distinct,
                    column.same_as if column.alike == 1.0 else None,
                )
            )
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
