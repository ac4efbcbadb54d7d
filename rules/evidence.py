"""What several rules read off the records in the same way: which deals are won, what was paid, who is a machine."""

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from audit.dataset import Dataset, Table
from audit.rule import mask_of
from audit.schema import TEXT, entities
from audit.values import text

SHORT_TEXTS = tuple(
    spec.qualified
    for entity in entities().values()
    for spec in entity.fields.values()
    if spec.is_text and spec.type not in ("note", "tags")
)
"""Every text field of every entity but prose and lists, for rules about what any cell may suffer."""

PAID = ("paid", "succeeded", "success", "successful", "complete", "completed", "captured", "settled")
PARTLY_REFUNDED = ("partial refund", "partially refunded", "partly refunded")

# RE2 knows no look-behind, and "_" is a letter to \b: "api_user", but not "Talbot".
_MACHINE = (
    r"(?i)(?:^|[^a-z])(?:bot|sync|synch|integrations?|integrator|automations?|automated|automatic|workflows?|apis?|"
    r"webhooks?|zapier|imports?|importer|etl|batch|script|migration|connector|process builder|flow)(?:[^a-z]|$)"
    r"|^system$"
)


def is_won(deals: Table) -> np.ndarray:
    return mask_of(deals.column("status") == "won")


def is_lost(deals: Table) -> np.ndarray:
    return mask_of(deals.column("status") == "lost")


def is_open(deals: Table) -> np.ndarray:
    return mask_of(deals.column("status") == "open")


def is_machine(names: pd.Series) -> np.ndarray:
    """Where the name of an actor is that of an integration, an import or an automation."""
    return text.matches(names, _MACHINE)


def net_paid(payments: Table) -> pd.Series:
    """What remains of each payment after refunds, in its own currency; 0 where it never went through or was a test.

    An export without a status holds payments only.
    """
    status = text.fold(payments.column("status"))
    through = status.isna() | status.isin([*PAID, *PARTLY_REFUNDED])
    through &= ~mask_of(~payments.column("captured")) & ~mask_of(text.fold(payments.column("mode")) == "test")
    net = payments.column("amount").fillna(0.0) - payments.column("refunded").fillna(0.0)
    return net.where(mask_of(through), 0.0)


def has_clock(table: Table, name: str) -> np.ndarray:
    """Where a time was given with its time of day, not as a bare date."""
    at = table.column(name)
    return at.notna().to_numpy() & (
        (at != at.dt.normalize()).to_numpy(dtype=bool) | text.matches(table.original(name), r"\d:\d\d")
    )


def first_of(table: Table, *keys: pd.Series) -> pd.Series:
    """The lowest record number among the rows with the same keys; NA where a key is blank."""
    records = pd.Series(table.index.to_numpy(dtype="int64"), index=table.index)
    blank = np.logical_or.reduce([key.isna().to_numpy(dtype=bool) for key in keys])
    first = records.groupby(list(keys), observed=True, sort=False).transform("min")
    return first.mask(blank).astype("Int64")


def home_of(contacts: Table) -> pd.Series:
    """The system that a contact record stands in; a lead that was converted stands beside the contact it became.

    Salesforce keeps such leads: they are history, not a second contact.
    """
    source = contacts.lineage["source"].astype(TEXT)
    lead = mask_of(contacts.column("converted")) | contacts.column("converted_at").notna().to_numpy(dtype=bool)
    kind = text.fold(contacts.column("record_type"))
    became = (mask_of(kind == "contact") & ~lead).astype("int64")
    beside = pd.Series(became, index=contacts.index).groupby([source, contacts["person"]], sort=False).transform("max")
    return source.mask(lead & mask_of(beside > 0), source + ", converted leads")


def is_later(table: Table, first: pd.Series) -> np.ndarray:
    """Where a row is not itself the first of its group, by `first_of`."""
    return mask_of(first != pd.Series(table.index, index=table.index).astype("Int64"))


def place_of(table: Table, records: pd.Series, rows: np.ndarray) -> pd.Series:
    """ "contacts.csv, row 12" of the record numbers in `records`, for the `rows` asked for; NA elsewhere."""
    told = pd.Series(pd.NA, index=table.index, dtype=TEXT)
    if rows.any():
        there = table.lineage.loc[records[rows].to_numpy(dtype="int64")]
        told[rows] = (there["file"].astype(TEXT) + ", row " + there["row"].astype(TEXT)).to_numpy()
    return told


def joined_key(*parts: pd.Series) -> pd.Series:
    """One key made of several columns; blank where any of them is."""
    key = parts[0].astype(TEXT)
    for part in parts[1:]:
        key = key + "\x1f" + part.astype(TEXT)
    return key


def everything(table: Table) -> pd.Series:
    """The key of rules that weigh a whole table against another: all rows together."""
    return pd.Series("all", index=table.index, dtype=TEXT)


def usually_filled(table: Table, rows: np.ndarray, filled: np.ndarray, least_share: float) -> np.ndarray:
    """Rows of the sources that fill a field for at least `least_share` of the `rows` asked about.

    A source without the field has it blank throughout and is not reproached for that.
    """
    source = table.lineage["source"].astype(TEXT)
    share = pd.Series(filled[rows], dtype="float64").groupby(source[rows].to_numpy(dtype=object)).mean()
    return mask_of(source.map(share) >= least_share)


def is_among(values: pd.Series, known: pd.Series) -> np.ndarray:
    """Where a text is one of `known`; False where blank. pandas' own `isin` makes a Python list of `known`."""
    found = pc.is_in(text.arrow(values), text.arrow(known.dropna()))
    return found.to_numpy(zero_copy_only=False)


def without_contact(tables: Dataset, entity: str, keys: pd.Series, contact_keys: pd.Series) -> np.ndarray:
    """Rows whose address no contact has, and which are linked to no person in another way.

    A row that names a contact by id can only be judged where links were looked for.
    """
    table = tables[entity]
    unknown = keys.notna() & ~is_among(keys, contact_keys)
    linked = table.column("person").notna() | (table.column("contact_id").notna() & ("person" not in table))
    return mask_of(unknown & ~linked)
