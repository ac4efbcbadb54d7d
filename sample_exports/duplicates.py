"""Second records of the same person, company or deal, as people make them: nicknames, private mail, typing errors."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from random import Random

from company import AS_OF, Person, World, fold, moment, private_address, stream
from crm import Membership, eighteen, hubspot_phone, salesforce_id
from exports import Record
from vocabulary import NICKNAMES

_KEYBOARD = dict(zip("abcdefghijklmnopqrstuvwxyz", "svxfrdghuklxnmipwaedycsxtas", strict=False))


def mistype(word: str, random: Random) -> str:
    """One slip of the finger somewhere after the first letter: letters swapped, doubled, lost or hit next door."""
    letters = [at for at in range(1, len(word) - 1) if word[at].isalpha() and word[at + 1].isalpha()]
    if len(letters) < 2:
        return word
    at = random.choice(letters)
    kind = random.randrange(4)
    if kind == 0 and word[at] != word[at + 1]:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind == 1:
        return word[:at] + word[at] + word[at:]
    if kind == 2 and len(word) > 5:
        return word[:at] + word[at + 1 :]
    return word[:at] + _KEYBOARD.get(word[at].lower(), "e") + word[at + 1 :]


def respell(name: str, short: str, random: Random) -> str:
    """A company name the way somebody else writes it."""
    options = [
        short,
        short.upper() if len(short) < 14 else short,
        name.replace(".", "").replace(",", ""),
        fold(short).title(),
    ]
    if " & Co" in name:
        options.append(name.replace(" & Co. KG", ""))
    if name.startswith("PT "):
        options += [f"PT. {name[3:]}", f"{name[3:].removesuffix(' Tbk')}, PT"]
    if "Ltd" in name:
        options.append(name.replace("Ltd.", "Limited").replace("Ltd", "Limited"))
    return random.choice([option for option in options if option != name] or [short])


def duplicate_contacts(world: World, members: Membership, records: Sequence[Record], count: int) -> list[Record]:
    """Further HubSpot contacts of people already there; mails are unique in HubSpot, so each has another or none."""
    random = stream("hubspot duplicates")
    people = {person.id: person for person in world.people}
    eligible = [
        record
        for record in records
        if (person := people[record.person]).last
        and not person.special
        and not (person.old and not person.engaged)
        and person.account
        and not person.account.family
    ]
    made = []
    for record in random.sample(eligible, count):
        person = people[record.person]
        copies = 2 if random.random() < 0.06 else 1
        for _ in range(copies):
            made.append(_second_contact(record, person, random))
    return made


def _second_contact(record: Record, person: Person, random: Random) -> Record:
    values = dict(record.values)
    first = max(record.when("created_at") or AS_OF, datetime(2024, 11, 4))
    created = max(moment(random, first, AS_OF - timedelta(days=4)), first + timedelta(hours=1))
    # The slip is in the name or in the company, and there is always something else that tells who it is.
    values.update(
        created_at=created,
        last_open_at=None,
        last_click_at=None,
        last_activity_at=None,
        note=None,
        lead_source=random.choice(("Offline Sources", "Organic Search", "Paid Search", "Direct Traffic")),
    )
    values["updated_at"] = min(created + timedelta(days=random.randrange(20)), AS_OF - timedelta(hours=5))
    values["lead_source_detail"] = None
    how = random.choice(("private", "other work address", "phone only", "mail slip", "private", "other work address"))
    mobile = person.mobile or person.phone
    if how == "private":
        values["email"] = (
            person.private_email
            if person.email != person.private_email
            else private_address(random, person.first, person.last)
        )
    elif how == "other work address":
        assert person.account is not None
        local = f"{fold(person.first)[0]}{fold(person.last).replace(' ', '')[:8]}.{random.randrange(2, 9)}"
        values["email"] = f"{local}@{person.account.domain}"
    elif how == "phone only" and mobile is not None and person.mobile is not None:
        values["email"] = None
    else:
        local, _, domain = record.text("email").partition("@")
        values["email"] = f"{local.replace('.', '') if '.' in local else local + '1'}@{domain}"
    edits = random.sample(
        ("nickname", "typing error", "company", "no phone", "no title", "plain"), random.randrange(1, 4)
    )
    if "nickname" in edits and person.first in NICKNAMES:
        values["first_name"] = NICKNAMES[person.first]
    if "typing error" in edits and "nickname" not in edits:
        part = random.choice(("first_name", "last_name"))
        values[part] = mistype(str(values[part]), random)
    if "company" in edits and person.account:
        values["company_name"] = respell(person.account.name, person.account.short, random)
    if "plain" in edits:
        values["last_name"] = (
            str(values["last_name"]).replace("ü", "ue").replace("ö", "oe").replace("ä", "ae").replace("ß", "ss")
        )
    if "no phone" in edits and values["email"] is not None:
        values["phone"] = None
    else:
        values["phone"] = hubspot_phone(person.phone, random)
    if "no title" in edits:
        values["job_title"] = None
    return Record("hs_contact", values, record.person, record.account)


def duplicate_leads(world: World, records: Sequence[Record], count: int) -> list[Record]:
    """Salesforce leads entered twice; there the same mail may occur twice."""
    random = stream("salesforce duplicates")
    people = {person.id: person for person in world.people}
    eligible = [
        r
        for r in records
        if (p := people[r.person]).last
        and not p.special
        and not (p.old and not p.engaged)
        and p.account
        and not p.account.family
    ]
    made = []
    for record in random.sample(eligible, count):
        person = people[record.person]
        values = dict(record.values)
        created = moment(random, record.when("created_at") or AS_OF, AS_OF - timedelta(days=2)) + timedelta(minutes=3)
        values.update(
            source_id=salesforce_id("00Q", random),
            created_at=created,
            updated_at=created,
            last_activity_at=None,
            note=None,
            converted=False,
            lead_status="Open - Not Contacted",
        )
        draw = random.randrange(4)
        if draw == 0:
            values["first_name"] = NICKNAMES.get(person.first, person.first[0] + ".")
        elif draw == 1:
            values["last_name"] = mistype(str(values["last_name"]), random)
        elif draw == 2 and person.account:
            values["company_name"] = respell(person.account.name, person.account.short, random)
        elif values["email"] == person.email:
            values["email"] = person.private_email
        made.append(Record("sf_lead", values, record.person, record.account))
    return made


def duplicate_companies(world: World, records: Sequence[Record], count: int) -> list[Record]:
    """HubSpot companies created again by an import or from another office's domain field."""
    random = stream("company duplicates")
    accounts = {account.id: account for account in world.accounts}
    made = []
    for record in random.sample(list(records), count):
        account = accounts[record.account]
        values = dict(record.values)
        created = moment(
            random, max(record.when("created_at") or AS_OF, datetime(2024, 11, 4)), AS_OF - timedelta(days=3)
        )
        values.update(
            created_at=created + timedelta(hours=1), updated_at=created + timedelta(hours=2), annual_revenue=None
        )
        values["name"] = respell(account.name, account.short, random)
        if random.random() < 0.25:
            values["name"] = mistype(account.short, random)
        if random.random() < 0.35:
            values["domain"] = values["website"] = None
        elif random.random() < 0.4:
            values["phone"] = None
        made.append(Record("hs_company", values, account=account.id))
    return made


def duplicate_deals(
    hubspot: list[Record], opportunities: Sequence[Record], company_ids: dict[str, str]
) -> list[Record]:
    """Deals entered twice: by hand, by the form workflow, or in both systems after the merger."""
    random = stream("deal duplicates")
    won = [r for r in hubspot if r["stage"] == "Closed Won"]
    rest = [r for r in hubspot if r["stage"] != "Closed Won" and r["amount"]]
    made = []
    for record in random.sample(won, 13) + random.sample(rest, 19):
        values = dict(record.values)
        shift = random.choice((0, 0, 0, 1, 2, 4))
        created = (record.when("created_at") or AS_OF) + timedelta(minutes=random.randrange(1, 4000))
        closing = values["close_date"]
        assert isinstance(closing, date)
        closed = values["is_closed"]
        later = closing + timedelta(days=shift)
        values["close_date"] = later if not closed or later < AS_OF.date() else closing
        if created.date() >= (closing if values["close_date"] == closing else later):
            created = record.when("created_at") or AS_OF
        values.update(
            created_at=created, last_activity_at=None, updated_at=max(created, record.when("updated_at") or created)
        )
        if random.random() < 0.3:
            values["name"] = (
                f"{values['name']} (copy)" if random.random() < 0.5 else str(values["name"]).replace(" - ", " ")
            )
        made.append(Record("hs_deal", values, record.person, record.account))
    both = [r for r in opportunities if r.account in company_ids and r["amount"]]
    for record in random.sample(both, 14):
        values = {
            key: record[key]
            for key in ("name", "amount", "currency", "close_date", "created_at", "updated_at", "is_closed", "is_won")
        }
        won_or = {"Closed Won": ("Closed Won", 1.0), "Closed Lost": ("Closed Lost", 0.0)}
        stage, chance = won_or.get(record.text("stage"), ("Qualified To Buy", 0.4))
        values.update(
            stage=stage,
            probability=chance,
            owner=random.choice(("Oliver Tremlett", "Pippa Wainscott")),
            pipeline="Sales Pipeline",
            type="New Business",
            lead_source="Offline Sources",
            next_step="Move over from Brackwell",
            _system="copy",
            company_id=company_ids[record.account],
            amount_base=record["amount_base"],
            last_activity_at=record["_activity"],
            company_name=record["company_name"],
        )
        made.append(Record("hs_deal", values, record.person, record.account))
    return made


__all__ = [
    "duplicate_companies",
    "duplicate_contacts",
    "duplicate_deals",
    "duplicate_leads",
    "eighteen",
    "mistype",
    "respell",
]
