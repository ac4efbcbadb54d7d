"""Links: which matched person and company each record of any table belongs to."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from rapidfuzz import fuzz, process

from audit.dataset import Dataset, Table
from audit.schema import MULTI_SEPARATOR, TEXT
from audit.values import company_name, domain, email

NEAR = 92
"""From which likeness (RapidFuzz ratio, 0 to 100) two spellings of a company's name are taken for one."""
NEAR_LENGTH = 6
NEAR_PAIRS = 50_000_000
"""Above so many comparisons only equal names link."""

PERSON_IDS = ("contact_id", "lead_id", "customer_id")
PERSON_EMAILS = ("email", "contact_email")


def link(dataset: Dataset, clusters: Mapping[str, pd.DataFrame]) -> Dataset:
    """The dataset with `person` and `organisation` on every table that can be linked.

    `clusters` maps "contact" and "account" to frames with columns cluster and confidence, indexed by record. A record
    is linked by id within its source, else by an id that only one source knows, else by mail (persons) or by company
    name and mail domain (companies).
    """
    tables: dict[str, Table] = {}
    for entity, name, letter in (("contact", "person", "P"), ("account", "organisation", "A")):
        if entity in dataset and entity in clusters:
            frame = clusters[entity]
            label = letter + frame["cluster"].astype(str).str.zfill(6)
            tables[entity] = dataset[entity].with_columns(
                **{name: label.astype(TEXT), f"{name}_confidence": frame["confidence"].astype("float64")}
            )
    linked = dataset.replace(**tables)
    people = _people(linked.get("contact")) if "contact" in tables else None
    companies = _companies(linked.get("account")) if "account" in tables else None
    if companies is not None and "contact" in linked:
        contact = linked["contact"]
        linked = linked.replace(contact=contact.with_columns(organisation=_organisation(contact, companies, None)))
    homes = _homes(linked.get("contact")) if people is not None and companies is not None else None
    if homes is not None:
        contact = linked["contact"]
        known = contact["organisation"].fillna(contact["person"].map(homes).astype(TEXT))
        linked = linked.replace(contact=contact.with_columns(organisation=known))
    for entity in linked:
        table = linked[entity]
        columns = {}
        if people is not None and entity != "contact":
            columns["person"] = _person(table, people)
        if companies is not None and entity not in ("contact", "account"):
            known = columns.get("person")
            columns["organisation"] = _organisation(table, companies, None if known is None else known.map(homes))
        columns = {name: values for name, values in columns.items() if values.notna().any() or _could_link(table, name)}
        if columns:
            linked = linked.replace(**{entity: table.with_columns(**columns)})
    return linked


def _could_link(table: Table, name: str) -> bool:
    """Whether the table has any field by which this link is looked up; without one the column stays away."""
    fields = PERSON_IDS + PERSON_EMAILS if name == "person" else ("company_id", "company_name", "company_domain")
    return any(field in table for field in fields)


class _Lookup:
    """Label by key: (source, id), id that is known in one label only, and further keys such as mail or name."""

    def __init__(self) -> None:
        self.by_source_id = pd.Series(dtype=TEXT)
        self.by_id = pd.Series(dtype=TEXT)
        self.by_key = pd.Series(dtype=TEXT)
        self.by_domain = pd.Series(dtype=TEXT)


def _ids(table: Table, label: pd.Series, lookup: _Lookup) -> None:
    known = pd.DataFrame({"id": table.column("source_id"), "source": table.lineage["source"].astype(TEXT), "to": label})
    known = known.dropna()
    lookup.by_source_id = known.drop_duplicates(["source", "id"]).set_index(["source", "id"])["to"]
    lookup.by_id = _unambiguous(known["id"], known["to"])


def _unambiguous(keys: pd.Series, labels: pd.Series) -> pd.Series:
    """Label by key, for the keys that lead to one label only."""
    pairs = pd.DataFrame({"key": keys, "to": labels}).dropna().drop_duplicates()
    return pairs.drop_duplicates("key", keep=False).set_index("key")["to"]


def _people(contact: Table) -> _Lookup:
    lookup = _Lookup()
    _ids(contact, contact["person"], lookup)
    parts = [(contact.column("email"), contact["person"])]
    if "other_emails" in contact:
        others = contact["other_emails"].str.split(MULTI_SEPARATOR).explode()
        parts.append((others.astype(TEXT), contact["person"].loc[others.index]))
    keys = pd.concat([email.match_key(values.reset_index(drop=True)) for values, _ in parts], ignore_index=True)
    labels = pd.concat([label.reset_index(drop=True) for _, label in parts], ignore_index=True)
    known = pd.DataFrame({"key": keys, "to": labels}).dropna()
    lookup.by_key = known.drop_duplicates("key").set_index("key")["to"]
    return lookup


def _companies(account: Table) -> _Lookup:
    lookup = _Lookup()
    _ids(account, account["organisation"], lookup)
    lookup.by_key = _unambiguous(_name_key(account.column("name")), account["organisation"])
    hosts = [domain.clean(account.column(name)) for name in ("domain", "website")]
    lookup.by_domain = _unambiguous(hosts[0].fillna(hosts[1]), account["organisation"])
    return lookup


def _by_id(table: Table, field: str, lookup: _Lookup) -> pd.Series:
    """Labels by the id in `field`; of several ids in one cell the first counts."""
    first = table[field].str.split(MULTI_SEPARATOR).str[0].astype(TEXT) if _has_lists(table[field]) else table[field]
    keys = pd.MultiIndex.from_arrays([table.lineage["source"].astype(object), first.astype(object)])
    exact = pd.Series(lookup.by_source_id.reindex(keys).array, index=table.index, dtype=TEXT)
    return exact.fillna(first.map(lookup.by_id).astype(TEXT))


def _has_lists(values: pd.Series) -> bool:
    return bool(values.str.contains(MULTI_SEPARATOR, regex=False).fillna(False).any())


def _person(table: Table, people: _Lookup) -> pd.Series:
    found = pd.Series(pd.NA, index=table.index, dtype=TEXT)
    for field in PERSON_IDS:
        if field in table and found.isna().any():
            found = found.fillna(_by_id(table, field, people))
    for field in PERSON_EMAILS:
        if field in table and found.isna().any():
            found = found.fillna(email.match_key(table[field]).map(people.by_key).astype(TEXT))
    return found


def _organisation(table: Table, companies: _Lookup, homes: pd.Series | None) -> pd.Series:
    found = pd.Series(pd.NA, index=table.index, dtype=TEXT)
    if "company_id" in table:
        found = _by_id(table, "company_id", companies)
    if "company_name" in table and found.isna().any():
        found = found.fillna(_by_name(_name_key(table["company_name"]).where(found.isna()), companies.by_key))
    if "company_domain" in table and found.isna().any():
        found = found.fillna(domain.clean(table["company_domain"]).map(companies.by_domain).astype(TEXT))
    if homes is not None:
        found = found.fillna(homes.astype(TEXT))
    for field in PERSON_EMAILS:
        if field in table and found.isna().any():
            own = pd.Series(np.where(email.is_free(table[field]), None, email.domain(table[field]).astype(object)))
            found = found.fillna(own.set_axis(table.index).map(companies.by_domain).astype(TEXT))
    return found


def _name_key(names: pd.Series) -> pd.Series:
    """A company's name without legal form, case, punctuation and blanks: "GTX Pro Ltd" is "GTXPro"."""
    return company_name.key(names).str.replace(" ", "", regex=False)


def _by_name(keys: pd.Series, known: pd.Series) -> pd.Series:
    """Labels by name key: the same, else the one known key that it all but equals."""
    found = keys.map(known).astype(TEXT)
    strange = keys[found.isna()].dropna()
    strange = pd.Series(strange[strange.str.len() >= NEAR_LENGTH].unique())
    if strange.empty or known.empty or len(strange) * len(known) > NEAR_PAIRS:
        return found
    alike = process.cdist(strange, known.index, scorer=fuzz.ratio, score_cutoff=NEAR, workers=-1, dtype=np.uint8)
    # Two candidates are no answer, and neither is "Depot 7" for "Depot 8".
    sure = ((alike > 0).sum(axis=1) == 1) & ~strange.str.contains(r"\d").to_numpy(dtype=bool)
    near = pd.Series(known.to_numpy()[alike.argmax(axis=1)[sure]], index=strange[sure].to_numpy())
    return found.fillna(keys.map(near).astype(TEXT))


def _homes(contact: Table) -> pd.Series:
    """The organisation of each person: the one that most of the person's records name."""
    pairs = contact.frame[["person", "organisation"]].dropna()
    counts = pairs.value_counts(sort=False).rename("n").reset_index()
    counts = counts.sort_values(["person", "n", "organisation"], ascending=[True, False, True])
    return counts.drop_duplicates("person").set_index("person")["organisation"]
