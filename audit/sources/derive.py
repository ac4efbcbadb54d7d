"""What follows from a table's cells without guessing: constants of its export, joined ids, stages reached."""

import csv
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from audit.schema import MULTI_SEPARATOR, TEXT, Entity
from audit.sources.stages import contact_lifecycle, deal_status
from audit.sources.systems import SystemObject
from audit.values import boolean
from audit.values.text import arrow, over_distinct, text_series

_CHECK = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_SHORT_ID = r"^[a-zA-Z0-9]{15}$"


def constants(fields: dict[str, pd.Series], known: SystemObject | None, file: str, index: pd.Index) -> None:
    """Sets what the kind of export or the file's name says of every row; a column of the file goes before it."""
    if known is None:
        return
    name = PurePosixPath(file).name.lower()
    by_file = next((rule.set for rule in known.by_file if fnmatchcase(name, rule.pattern)), {})
    for field, value in {**known.constants, **by_file}.items():
        constant = pd.Series(value, index=index, dtype=TEXT)
        fields[field] = fields[field].fillna(constant) if field in fields else constant


def repairs(fields: dict[str, pd.Series], entity: Entity, known: SystemObject | None) -> None:
    """Ids of one form, so that they join; an address that stands in a second column only is the address."""
    if known is not None and known.system == "salesforce":
        for name, values in fields.items():
            if entity[name].type in ("id", "reference"):
                fields[name] = full_ids(values)
        if entity.name == "activity" and "deal_id" in fields:
            _split_related(fields)
    if "email" in fields and "other_emails" in fields:
        _promote(fields, "email", "other_emails")
    elif "other_emails" in fields and "email" in entity.fields:
        fields["email"] = pd.Series(pd.NA, index=fields["other_emails"].index, dtype=TEXT)
        _promote(fields, "email", "other_emails")
    if "phone" in fields and "other_phones" in fields:
        _promote(fields, "phone", "other_phones")


def conclusions(fields: dict[str, pd.Series], entity: Entity, index: pd.Index) -> None:
    """What other fields decide: whether a deal is open, won or lost; how far a contact has come; that a bounce
    reason means a bounce."""
    if entity.name == "deal":
        status = deal_status(fields, index)
        if status is not None:
            fields["status"] = status
    if entity.name == "contact":
        stage = contact_lifecycle(fields, index)
        if stage is not None:
            fields["lifecycle"] = stage
    if entity.name == "contact" and "marketing_status" in fields:
        _from_marketing_status(fields)
    if entity.name == "contact" and "bounce_reason" in fields and "email_bounced" not in fields:
        reason = arrow(fields["bounce_reason"])
        told = pc.if_else(pc.is_valid(reason), pa.scalar("true", reason.type), pa.scalar(None, reason.type))
        fields["email_bounced"] = text_series(told, index)


def _from_marketing_status(fields: dict[str, pd.Series]) -> None:
    """A status of bounced or unsubscribed is a bounce or an opt-out where no column of its own says so."""
    status = fields["marketing_status"]
    for field, pattern in (
        ("email_bounced", r"(?i)bounced|^cleaned"),
        ("email_opt_out", r"(?i)^unsubscribed|opted.?out"),
    ):
        hit = status.str.contains(pattern, regex=True).fillna(False)
        if hit.any():
            told = pd.Series(pd.NA, index=status.index, dtype=TEXT).mask(hit, "true")
            fields[field] = fields[field].fillna(told) if field in fields else told


def full_ids(values: pd.Series) -> pd.Series:
    """Salesforce ids in their 18-character form; 15-character ids get their check letters, other text stays."""
    short = values.str.match(_SHORT_ID).fillna(False)
    if not short.any():
        return values
    return values.mask(short, over_distinct(values.where(short), lambda ids: ids.map(_full_id).astype(TEXT)))


def _full_id(short: str) -> str:
    """The id with its three check letters: each tells which of five characters are capitals."""
    bits = [sum(char.isupper() << place for place, char in enumerate(short[start : start + 5])) for start in (0, 5, 10)]
    return short + "".join(_CHECK[bit] for bit in bits)


def _split_related(fields: dict[str, pd.Series]) -> None:
    """Salesforce keeps deal and account in one column; the first three characters of an id tell which."""
    related = fields["deal_id"]
    is_account = related.str.startswith("001").fillna(False)
    held = fields.get("company_id", pd.Series(pd.NA, index=related.index, dtype=TEXT))
    fields["company_id"] = held.fillna(related.where(is_account))
    fields["deal_id"] = related.where(related.str.startswith("006").fillna(False))


def _promote(fields: dict[str, pd.Series], first: str, others: str) -> None:
    """Where the first field is blank, the first of the others moves up."""
    missing = (fields[first].isna() & fields[others].notna()).to_numpy()
    if not missing.any():
        return
    split = fields[others][missing].str.split(MULTI_SEPARATOR, n=1, expand=True).reindex(columns=[0, 1])
    lead = fields[first].copy()
    rest = fields[others].copy()
    lead[missing] = split[0].astype(TEXT)
    rest[missing] = split[1].astype(TEXT)
    fields[first], fields[others] = lead, rest


def negated(values: pd.Series) -> pd.Series:
    """Yes for no and no for yes: consent as refusal."""
    return (~boolean.parse(values)).astype(TEXT).str.lower()


def separated(values: pd.Series, separator: str, kind: str) -> pd.Series:
    """A column of several values a cell with the canonical separator between them."""
    if separator == "csv":
        return over_distinct(values, lambda distinct: distinct.map(_from_csv).astype(TEXT))
    pattern = {"": r"\s*(?:;|\||,| ::: |\n)\s*", " ": r"\s+"}.get(separator)
    if pattern is None:
        pattern = rf"\s*{separator if len(separator) > 1 else '[' + separator + ']'}\s*"
    if separator == "" and kind == "phones":
        pattern = r"\s*(?:;| ::: |\n)\s*"
    return values.str.strip().str.replace(pattern, MULTI_SEPARATOR, regex=True).astype(TEXT)


def _from_csv(cell: str) -> str:
    cells = next(csv.reader([cell], skipinitialspace=True), [])
    return MULTI_SEPARATOR.join(part.strip() for part in cells if part.strip())
