"""What is true about contacts and companies as written, by the rules' definitions and the world they came from."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from mailbox import Letter

from assembly import Sample
from company import AS_OF, STALE_BEFORE
from exports import Record
from vocabulary import COUNTRY_NAMES

ROLES = frozenset("info sales support admin office contact hello billing noreply no-reply".split())
DISPOSABLE = frozenset(
    "mailinator.com guerrillamail.com yopmail.com trashmail.com sharklasers.com 10minutemail.com maildrop.cc".split()
)
FREE_MAIL = frozenset("gmail.com yahoo.com outlook.com hotmail.com ymail.com mail.com gmx.net email.com".split())
CRM = ("hs_contact", "sf_lead")
_MISSPELT = frozenset("Germnay Germny Indonisia Indonesa".split())


def normal(email: object) -> str:
    return str(email or "").strip().lower()


def system(record: Record) -> str:
    return "mailchimp" if record.table.startswith("mc_") else record.table


def derive_contacts(sample: Sample, letters: list[Letter]) -> None:
    contacts = sample.contacts()
    _people(contacts)
    _cells(contacts)
    _addresses(contacts, letters)
    _stale(sample, contacts, letters)
    _accounts(sample)
    _ownership(sample, contacts)
    _facts(sample, contacts)
    _with_deals(sample)
    _private_mailboxes(contacts)
    _consent(contacts)


def by(records: Iterable[Record], name: str) -> dict[str, list[Record]]:
    groups: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        key = normal(record[name]) if name == "email" else getattr(record, name)
        if key:
            groups[key].append(record)
    return groups


def _people(contacts: list[Record]) -> None:
    """UNQ001 and UNQ002: the first record of a person stands, later ones are of its own system or of another."""
    for records in by(contacts, "person").values():
        home, seen = system(records[0]), set()
        for record in records:
            if system(record) in seen:
                record.flag("UNQ001", "source_id")
            elif system(record) != home:
                record.flag("UNQ002", "source_id")
            seen.add(system(record))


def _cells(contacts: list[Record]) -> None:
    """What one cell tells by itself."""
    canonical = set(COUNTRY_NAMES.values())
    for record in contacts:
        flagged = {(rule, name) for rule, name, _ in record.defects}
        for name in ("phone", "mobile"):
            text = record.text(name)
            broken = any((rule, name) in flagged for rule in ("VAL020", "VAL010", "VAL011", "VAL012", "VAL027"))
            broken |= ("VAL046", "city") in flagged
            if text and not broken and not re.fullmatch(r"\+\d{8,15}( x\d+)?", text):
                record.flag("VAL021", name)
        country = record.text("country")
        if (
            country
            and country not in canonical | _MISSPELT
            and ("VAL031", "country") not in flagged
            and ("CON005", "country") not in flagged
        ):
            record.flag("CON030", "country", COUNTRY_NAMES.get(country, ""))
        for name in ("first_name", "last_name", "full_name"):
            letters = [mark for mark in record.text(name) if mark.isalpha()]
            text = "".join(letters)
            shouted = (len(letters) >= 4 and text.isupper()) or (letters and text.islower())
            if shouted and ("VAL011", name) not in flagged:
                record.flag("VAL030", name)
        if not any(record[name] for name in ("first_name", "last_name", "full_name")):
            record.flag("CMP001", "last_name")
        if not any(record[name] for name in ("email", "phone", "mobile")):
            record.flag("CMP002", "email")
        if record.table in CRM and not record["lead_source"]:
            record.flag("CMP003", "lead_source")
        created, updated = record.when("created_at"), record.when("updated_at")
        if created and updated and updated < created:
            record.flag("CON033", "updated_at")
        active = record.when("last_activity_at")
        if created and active and created.year >= 1990 and _days_before(record, active, created) > 1:
            record.flag("CON034", "last_activity_at", "after the creation")
        if record["lifecycle_stage"] == "Customer" and not record["owner"]:
            record.flag("OWN002", "owner")


def _days_before(record: Record, active: datetime, created: datetime) -> float:
    """How long before its creation a contact was active; Salesforce's report of leads knows days only."""
    if record.table == "sf_lead":
        return (created.date() - active.date()).days
    return (created - active) / timedelta(days=1)


def _addresses(contacts: list[Record], letters: list[Letter]) -> None:
    bounced = {letter.email for letter in letters if letter.kind == "hard"}
    bounced |= {normal(r["email"]) for r in contacts if r["bounce_reason"] or r.table == "mc_cleaned"}
    for email, records in by(contacts, "email").items():
        local, _, domain = email.rpartition("@")
        people = {record.person for record in records}
        for record in records:
            if local in ROLES:
                record.flag("VAL003", "email")
            if domain in DISPOSABLE:
                record.flag("VAL002", "email")
            if email in bounced:
                record.flag("ACC002", "email", "hard bounce")
            if len(people) >= 3:
                record.flag("UNQ006", "email", f"{len(people)} people")


def _stale(sample: Sample, contacts: list[Record], letters: list[Letter]) -> None:
    """TIM001, read strictly (signs of life, else the date of entry) and freely (any date); both must say the same."""
    signs: dict[str, list[datetime]] = defaultdict(list)
    for rows in sample.activity.values():
        for row in rows:
            if row["type"] in ("open", "click"):
                signs[normal(row["contact_email"])].append(row.when("at") or AS_OF)
    for table, name in (("form_demo", "submitted_at"), ("form_guide", "submitted_at"), ("payment", "paid_at")):
        for row in sample.tables[table]:
            signs[normal(row["email"])].append(row.when(name) or AS_OF)
    for letter in letters:
        if letter.kind == "letter":
            signs[normal(letter.email)].append(letter.at)
    for email, records in by(contacts, "email").items():
        own = signs[email] + [
            x for r in records for n in ("last_open_at", "last_click_at", "confirmed_at") if (x := r.when(n))
        ]
        entered = [x for r in records for n in ("created_at", "opt_in_at") if (x := r.when(n))]
        touched = [x for r in records if (x := r.when("last_activity_at"))]
        if not own + entered:
            continue
        strict = max(own or entered) < STALE_BEFORE
        free = max(own + entered + touched) < STALE_BEFORE
        if strict != free:
            raise ValueError(f"whether {email} is stale depends on how one reads its dates")
        if strict:
            for record in records:
                record.flag("TIM001", "email", f"{max(own or entered):%Y-%m-%d}")


def _accounts(sample: Sample) -> None:
    for records in by(sample.accounts(), "account").values():
        for record in records[1:]:
            record.flag("UNQ003", "source_id")
    for record in sample.accounts():
        created, updated = record.when("created_at"), record.when("updated_at")
        if created and updated and updated < created:
            record.flag("CON033", "updated_at")


def _ownership(sample: Sample, contacts: list[Record]) -> None:
    gone = {user.name.lower() for user in sample.world.users if not user.active}
    for record in [*contacts, *sample.accounts(), *sample.deals(), *sample.tables["ticket"]]:
        if " ".join(record.text("owner").lower().split()) in gone:
            record.flag("CON006", "owner")


def received(sample: Sample) -> list[Record]:
    """Payments that brought money in."""
    return [
        x
        for x in sample.tables["payment"]
        if x["status"] == "Paid" and (x.number("amount") or 0) > (x.number("refunded") or 0)
    ]


def is_won(deal: Record) -> bool:
    return deal.text("stage").lower() == "closed won"


def _facts(sample: Sample, contacts: list[Record]) -> None:
    """CON004 and CON040: the stage against deals and payments."""
    money = received(sample)
    accounts = {x.account for x in money} | {d.account for d in sample.deals() if is_won(d)}
    people = {x.person for x in money} | {d.person for d in sample.deals() if is_won(d)}
    paying = {x.person for x in money}
    for record in contacts:
        stage = record.text("lifecycle_stage").lower()
        if stage == "customer" and record.account not in accounts and record.person not in people:
            record.flag("CON004", "lifecycle_stage", "no won deal, no payment")
        if record.table in CRM and stage and stage not in ("customer", "evangelist") and record.person in paying:
            record.flag("CON040", "lifecycle_stage", "Customer")


def _with_deals(sample: Sample) -> None:
    """CON046: turned down though far ahead, or behind the deals that stand in the same system."""
    paying = {x.person for x in received(sample)}
    deals = [d for d in sample.tables["hs_deal"] if d["contact_id"] and d.person not in paying]
    done = {d.person for d in deals if d["is_won"] is True}
    begun = {d.person for d in deals if d["is_closed"] is False}
    early = ("subscriber", "lead")
    for record in sample.tables["hs_contact"]:
        stage = record.text("lifecycle_stage").lower()
        if record["lead_status"] == "Unqualified" and stage in ("opportunity", "customer"):
            record.flag("CON046", "lead_status", f"not of a {stage}")
        behind = record.person in done and stage in (*early, "marketing qualified lead", "sales qualified lead")
        if behind or (record.person in begun and stage in early):
            record.flag("CON046", "lifecycle_stage", "Customer" if record.person in done else "Opportunity")


def _private_mailboxes(contacts: list[Record]) -> None:
    """VAL007: a free mailbox at a company most of whose other addresses, at least three, are at its own domain."""
    told = {record.person for record in contacts if record["company_name"]}
    for records in by(contacts, "account").values():
        addresses = {normal(r["email"]) for r in records if normal(r["email"]).rpartition("@")[2] not in DISPOSABLE}
        homes = Counter(x.rpartition("@")[2] for x in addresses if x)
        own = max((count for domain, count in homes.items() if domain not in FREE_MAIL), default=0)
        for record in records:
            domain = normal(record["email"]).rpartition("@")[2]
            if domain in FREE_MAIL and record.person in told and own >= 3 and own > (sum(homes.values()) - 1) / 2:
                record.flag("VAL007", "email")


def _consent(contacts: list[Record]) -> None:
    """CON043: opted out here, still mailed there."""
    for records in by(contacts, "person").values():
        out = {system(r) for r in records if r["email_opt_out"] is True or r.table == "mc_unsubscribed"}
        for record in records:
            allowed = record["email_opt_out"] is False or record.table in ("mc_subscribed", "mc_cleaned")
            allowed |= record["email_opt_out"] is None and record["marketing_status"] == "Marketing contact"
            if allowed and out - {system(record)}:
                record.flag("CON043", "email_opt_out", "true")
