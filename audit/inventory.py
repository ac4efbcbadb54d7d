"""The inventory: every column of every file, what it holds, how full and varied it is, and which say the same."""

import hashlib

import numpy as np
import pandas as pd

from audit.dataset import Dataset, SourceInfo
from audit.schema import TEXT, entities

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
        twins = _twins(dataset, info)
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
                    twins.get(column.header),
                )
            )
    return pd.DataFrame(lines, columns=list(COLUMNS))


def _twins(dataset: Dataset, info: SourceInfo) -> dict[str, str]:
    """Header to the first header of the same file with the same values, over the mapped columns of one file."""
    if info.entity is None or info.entity not in dataset:
        return {}
    table = dataset[info.entity]
    here = (table.lineage["file"].astype(object) == info.file) & (table.lineage["sheet"].astype(object) == info.sheet)
    rows = here.to_numpy(dtype=bool)
    first: dict[bytes, str] = {}
    twins = {}
    for column in info.mapping:
        if column.field is None or column.field not in table or column.distinct < 2:
            continue
        text = table.original(column.field)
        codes, values = table.distinct(column.field) if table[column.field].dtype == TEXT else pd.factorize(text)
        digests = np.append(pd.util.hash_array(np.asarray(values, dtype=object)), np.uint64(0))
        print_of = hashlib.blake2b(digests[codes[rows]].tobytes()).digest()
        if print_of in first:
            twins[column.header] = first[print_of]
        first.setdefault(print_of, column.header)
    return twins


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
