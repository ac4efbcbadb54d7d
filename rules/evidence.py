"""What several rules read off the records in the same way: which deals are won, what was paid, who is a machine."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from audit.dataset import Dataset, Table
from audit.rule import mask_of
from audit.schema import TEXT, entities
from audit.values import country, email, text
from rules.columns import named

SHORT_TEXTS = tuple(
    spec.qualified
    for entity in entities().values()
    for spec in entity.fields.values()
    if spec.is_text and spec.type not in ("note", "tags")
)
"""Every text field of every entity but prose and lists, for rules about what any cell may suffer."""

EMAIL = r"[^\s@<>,;]+@[^\s@<>,;]+\.[A-Za-z]{2,}"
PHONE = r"^[\s+(]*(?:[0-9][\s().\-/]*){7,15}(?:(?:x|ext\.?)\s*[0-9]{1,6})?\s*$"
DATE = r"^\s*(?:[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}|[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{4})\s*$"
_OFFICE = r"(?:^| )(?:team|department|dept|desk|office|shared|reception|helpdesk|frontdesk)$|^(?:admin|general|sales)$"
URL = r"(?i)(?:https?://|^\s*www\.[^\s@]+$)"
_POSTCODE = r"^\s*[0-9]{4,6}(?:-[0-9]{3,4})?\s*$"
_WORDS = ("first_name", "last_name", "full_name", "name", "company_name", "job_title", "city", "state")
_MISPLACED: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "an email address": (("email",), (*_WORDS, "phone", "mobile", "postal_code", "country")),
    "a phone number": (("phone", "mobile"), (*_WORDS, "email", "country")),
    "a web address": (("website", "linkedin_url"), (*_WORDS, "phone", "mobile", "email", "postal_code", "country")),
    "a postcode": (("postal_code",), (*_WORDS, "country")),
    "a country": (("country",), ("phone", "mobile", "email", "city", "state", "postal_code")),
}
"""Kind of value: the fields it belongs into, and those in which it is out of place."""

PROSE = (
    "contact.note",
    "account.note",
    "deal.note",
    "deal.name",
    "deal.next_step",
    "activity.subject",
    "activity.body",
    "ticket.subject",
    "ticket.description",
    "ticket.resolution",
    "form_submission.message",
    "payment.description",
    "spend.description",
    "field_change.old_value",
    "field_change.new_value",
)
"""The fields into which people write freely, for rules about what must not stand there."""

PAID = ("paid", "succeeded", "success", "successful", "complete", "completed", "captured", "settled")
PARTLY_REFUNDED = ("partial refund", "partially refunded", "partly refunded")

_CLOSED_TICKET = (
    r"^(?:closed?|solved|resolved|done|completed?|cancell?ed|geschlossen|gelost|erledigt|cerrad[oa]|resuelt[oa]|ferme"
    r"|resolu|fechad[oa]|resolvid[oa]|selesai|ditutup)\b"
)

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


def is_shared_login(users: Table) -> np.ndarray:
    """Logins that belong to a role or a team: by their address, their user name, or what they are called."""
    by_role = email.is_role(users.column("email")) | email.is_role(users.column("username"))
    return by_role | text.matches(text.fold(name_of_user(users)), _OFFICE)


def name_of_user(users: Table) -> pd.Series:
    first, last = users.column("first_name").fillna(""), users.column("last_name").fillna("")
    return users.column("full_name").fillna(text.blank_to_na(first + " " + last))


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
    records = table.index.to_numpy(dtype="int64")
    group, size = np.zeros(len(records), dtype="int64"), 1
    for key in keys:
        codes, values = key.factorize()
        if size * (len(values) + 1) >= 1 << 62:
            blank, group = group < 0, np.unique(group, return_inverse=True)[1]
            group[blank], size = -1, len(group)
        group = np.where((group < 0) | (codes < 0), -1, group * len(values) + codes)
        size *= len(values) + 1
    found, place = np.unique(group, return_inverse=True)
    lowest = np.full(len(found), np.iinfo("int64").max)
    np.minimum.at(lowest, place, records)
    return pd.Series(pd.arrays.IntegerArray(lowest[place], group < 0), index=table.index)


def home_of(contacts: Table) -> pd.Series:
    """The system that a contact record stands in; a lead that was converted stands beside the contact it became.

    Salesforce keeps such leads: they are history, not a second contact.
    """
    source = contacts.lineage["source"].astype(TEXT)
    lead = mask_of(contacts.column("converted")) | contacts.column("converted_at").notna().to_numpy(dtype=bool)
    if not lead.any():
        return source
    kind = text.fold(contacts.column("record_type"))
    became = (mask_of(kind == "contact") & ~lead).astype("int64")
    beside = pd.Series(became, index=contacts.index).groupby([source, contacts["person"]], sort=False).transform("max")
    return source.mask(lead & mask_of(beside > 0), source + ", converted leads")


def is_later(table: Table, first: pd.Series) -> np.ndarray:
    """Where a row is not itself the first of its group, by `first_of`."""
    return mask_of(first != pd.Series(table.index, index=table.index).astype("Int64"))


def place_of(table: Table, records: pd.Series, rows: np.ndarray) -> pd.Series:
    """ "contacts.csv, row 12" of the record numbers in `records`, for the `rows` asked for; NA elsewhere."""
    there = table.lineage.loc[records[rows].to_numpy(dtype="int64")]
    return text.placed(there["file"].astype(TEXT) + ", row " + there["row"].astype(TEXT), rows, table.index)


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


def persons_sharing(table: Table, keys: pd.Series) -> pd.Series:
    """How many persons the rows with the same key belong to; NA where the key is blank."""
    person, persons = table.distinct("person")
    key = keys.factorize()[0]
    rows = np.bincount(key + 1)[1:]
    told = (key >= 0) & (person >= 0)
    count = np.bincount(key[told], minlength=len(rows))
    # Only keys of several rows may have less persons than rows with one.
    told &= np.append(rows, 0)[key] > 1
    pairs = np.unique(key[told] * (len(persons) + 1) + person[told])
    count = np.where(rows > 1, np.bincount(pairs // (len(persons) + 1), minlength=len(rows)), count)
    shared = pd.array(np.append(count, 0)[key], dtype="Int64")
    shared[key < 0] = pd.NA
    return pd.Series(shared, index=keys.index)


def without_contact(tables: Dataset, entity: str, keys: pd.Series, contact_keys: pd.Series) -> np.ndarray:
    """Rows whose address no contact has, and which are linked to no person in another way.

    A row that names a contact by id can only be judged where links were looked for.
    """
    table = tables[entity]
    unknown = keys.notna() & ~is_among(keys, contact_keys)
    linked = table.column("person").notna() | (table.column("contact_id").notna() & ("person" not in table))
    return mask_of(unknown & ~linked)


def out_of_place(table: Table) -> tuple[pd.DataFrame, np.ndarray]:
    """What each cell is that belongs into another field of its row, and the rows whose columns are shifted.

    The frame has a column per field, blank where a cell is in its place. Shifted is a row with two kinds of value out
    of place and in none of their own fields, at least one of which holds something else.
    """
    told: dict[str, np.ndarray] = {}
    kinds = np.zeros(len(table), dtype="int64")
    taken = np.zeros(len(table), dtype=bool)
    for kind, (homes, strange) in _MISPLACED.items():
        homes, strange = (tuple(name for name in names if name in table) for names in (homes, strange))
        if not homes:
            continue
        at_home = np.logical_or.reduce([_is_a(kind, table, name) for name in homes])
        astray = np.zeros(len(table), dtype=bool)
        for name in strange:
            here = _is_a(kind, table, name) & ~at_home
            cells = told.setdefault(name, np.full(len(table), -1))
            cells[here & (cells < 0)] = list(_MISPLACED).index(kind)
            astray |= here
        kinds += astray
        taken |= astray & np.logical_or.reduce([table[name].notna().to_numpy(dtype=bool) for name in homes])
    frame = pd.DataFrame({name: named(cells, list(_MISPLACED), table.index) for name, cells in told.items()})
    return frame, (kinds >= 2) & taken


def _is_a(kind: str, table: Table, name: str) -> np.ndarray:
    codes, values = table.distinct(name)
    if kind == "a country":
        # No country has a digit in its name, nor are mails and web addresses like one.
        found = ~text.matches(values, r"[0-9]|@.*\.|^\s*\S{0,3}\s*$")
        found[found] = country.validate(values[found])
    elif kind == "a phone number":
        found = text.matches(values, PHONE) & ~text.matches(values, f"{DATE}|{_POSTCODE}")
    else:
        patterns = {"an email address": rf"^\s*{EMAIL}\s*$", "a web address": URL, "a postcode": _POSTCODE}
        found = text.matches(values, patterns[kind])
    return np.append(found, False)[codes]


def is_closed_ticket(tickets: Table) -> np.ndarray:
    """Where a support case is closed, by its status or, where that is blank, by its time of closing."""
    status = text.fold(tickets.column("status"))
    return text.matches(status, _CLOSED_TICKET) | (status.isna() & tickets.column("closed_at").notna()).to_numpy(
        dtype=bool
    )
