"""The CRM of Halmera (HubSpot) and of its subsidiary (Salesforce): companies, contacts and leads as entered."""

import string
from datetime import datetime, timedelta
from random import Random

from company import AS_OF, REGIONS, Account, Person, World, moment, stream, weighted
from exports import Record
from phones import Phone
from vocabulary import COUNTRY_NAMES

HUBSPOT_SOURCES = {
    "Organic Search": 25,
    "Paid Search": 17,
    "Direct Traffic": 14,
    "Offline Sources": 16,
    "Email Marketing": 9,
    "Referrals": 8,
    "Organic Social": 7,
    "Paid Social": 4,
}
SOURCE_DETAIL = {
    "Organic Search": "google",
    "Paid Search": "google / brand",
    "Offline Sources": "IMPORT",
    "Email Marketing": "newsletter",
    "Organic Social": "LinkedIn",
    "Paid Social": "LinkedIn",
    "Referrals": "partner site",
    "Direct Traffic": "",
}
SALESFORCE_SOURCES = {
    "Web": 34,
    "Trade Show": 24,
    "Partner Channel": 14,
    "Phone Inquiry": 13,
    "Purchased List": 9,
    "Word of Mouth": 6,
}
LEAD_STATUSES = {
    "New": 22,
    "Open": 15,
    "In Progress": 14,
    "Attempted to Contact": 18,
    "Connected": 16,
    "Unqualified": 9,
    "Bad Timing": 6,
}
SF_STATUSES = {"Open - Not Contacted": 26, "Working - Contacted": 42, "Closed - Not Converted": 20}
NOTES = (
    "Asked for a quote on {n} loggers for the new {site}.",
    "Met at a trade fair, wants a call after the holidays.",
    "Replaces a competitor's system next year, {n} sensors.",
    "Prefers mail over phone. Audit by the health authority in spring.",
    "Needs calibration certificates for {n} probes.",
    "Tender expected, decision with the board.",
    "Interested in reefer monitoring, {n} trucks.",
    "Wants a demo of the alarm escalation.",
)
_BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase


def salesforce_id(prefix: str, random: Random) -> str:
    """A 15-character id: object prefix, pod, and a serial number in base 62."""
    return f"{prefix}8d00000" + "".join(random.choice(_BASE62) for _ in range(5))


def eighteen(short: str) -> str:
    """The case-safe form: three letters that encode which of the 15 characters are capitals."""
    letters = string.ascii_uppercase + "012345"
    parts = (short[start : start + 5] for start in (0, 5, 10))
    return short + "".join(letters[sum(1 << at for at, mark in enumerate(part) if mark.isupper())] for part in parts)


class Membership:
    """Which person is kept in which system."""

    def __init__(self, world: World) -> None:
        random = stream("membership")
        self.hubspot: list[Person] = []
        self.salesforce: list[Person] = []
        self.excel: list[Person] = []
        self.mailchimp: list[Person] = []
        for person in world.people:
            assert person.account is not None
            systems, draw = person.account.systems, random.random()
            if systems == ("hubspot",):
                (self.hubspot if draw < 0.87 or person.special else self.mailchimp).append(person)
            elif systems == ("salesforce",):
                if draw < 0.84 or person.special:
                    self.salesforce.append(person)
                else:
                    self.mailchimp.append(person)
            else:
                if draw < 0.72:
                    self.hubspot.append(person)
                if draw > 0.46:
                    self.salesforce.append(person)
        near = [p for p in self.hubspot if p.country in ("DE", "AT", "CH", "NL") and not _stale(p) and p.email]
        near_sf = [p for p in self.salesforce if p.country in ("DE", "AT", "CH", "NL") and not _stale(p)]
        only = [p for p in self.mailchimp if p.country in ("DE", "AT", "CH", "NL")]
        known = {p.id for p in self.hubspot}
        self.excel = random.sample(near, 148) + random.sample([p for p in near_sf if p.id not in known], 24) + only[:46]
        used = {p.id for p in self.excel}
        self.mailchimp = [p for p in self.mailchimp if p.id not in used]


def _stale(person: Person) -> bool:
    return person.old and person.engaged is None


def hubspot_phone(phone: Phone | None, random: Random) -> str | None:
    """Most are stored the standard way, the rest as somebody typed them."""
    if phone is None:
        return None
    return weighted(random, ((phone.e164, 88), (phone.international(), 8), (phone.national(), 4)))


def hubspot_contacts(world: World, members: Membership) -> list[Record]:
    random = stream("hubspot contacts")
    return [_hubspot_contact(world, person, random) for person in members.hubspot]


def _hubspot_contact(world: World, person: Person, random: Random) -> Record:
    account = person.account
    assert account is not None
    source = (
        weighted(random, HUBSPOT_SOURCES)
        if not person.old
        else weighted(random, {"Offline Sources": 7, "Organic Search": 2, "Referrals": 1})
    )
    stale = _stale(person)
    opened = person.engaged
    if stale and random.random() < 0.35:
        opened = person.created + timedelta(days=random.randrange(5, 100), hours=3)
    clicked = opened - timedelta(days=random.randrange(0, 20)) if opened and random.random() < 0.3 else None
    activity = None
    if stale:
        activity = person.created + timedelta(days=random.randrange(2, 90)) if random.random() < 0.3 else None
    elif random.random() < 0.7:
        activity = moment(random, max(person.created, datetime(2025, 2, 1)), AS_OF - timedelta(days=1))
        activity = max(activity, person.created + timedelta(minutes=20))
    latest = max(stamp for stamp in (person.created, opened, activity) if stamp)
    updated = min(latest + timedelta(hours=random.randrange(1, 500)), AS_OF - timedelta(hours=random.randrange(8, 60)))
    typed = account.name if random.random() < 0.85 else account.short
    return Record(
        "hs_contact",
        {
            "first_name": person.first,
            "last_name": person.last or None,
            "email": person.email,
            "phone": hubspot_phone(person.phone, random),
            "mobile": hubspot_phone(person.mobile, random),
            "job_title": person.title if random.random() < 0.86 else None,
            "company_name": typed,
            "city": account.city.name,
            "state": account.city.state or None,
            "postal_code": account.postcode,
            "street": account.street,
            "country": COUNTRY_NAMES[person.country],
            "owner": account.owner if random.random() < 0.8 else world.owner_of(REGIONS[person.country], random),
            "industry": account.industry if random.random() < 0.82 else None,
            "lead_source": source,
            "lead_source_detail": SOURCE_DETAIL[source] or None,
            "lead_status": weighted(random, LEAD_STATUSES),
            "created_at": person.created,
            "updated_at": max(updated, latest),
            "last_activity_at": activity,
            "last_open_at": opened,
            "last_click_at": max(clicked, person.created) if clicked else None,
            "marketing_status": "Marketing contact" if random.random() < 0.62 else "Non-marketing contact",
            "note": random.choice(NOTES).format(n=random.randrange(4, 120), site="cold store")
            if random.random() < 0.12
            else None,
            "lifecycle_stage": None,
            "email_opt_out": None,
            "bounce_reason": None,
            "_account": account.id,
        },
        person.id,
        account.id,
    )


def number_contacts(records: list[Record]) -> None:
    """HubSpot ids grow with the date of creation."""
    random = stream("hubspot ids")
    records.sort(key=lambda record: str(record["created_at"]))
    number = 20150
    for record in records:
        number += random.randrange(3, 41)
        record.values["source_id"] = str(number)
        record.values["_number"] = number


def hubspot_companies(world: World) -> list[Record]:
    random = stream("hubspot companies")
    records = []
    for account in world.accounts:
        if "hubspot" in account.systems:
            records.append(_company(account, random))
    return records


def _company(account: Account, random: Random) -> Record:
    updated = min(
        account.created + timedelta(days=random.randrange(1, 600)), AS_OF - timedelta(days=random.randrange(1, 40))
    )
    return Record(
        "hs_company",
        {
            "name": account.name,
            "annual_revenue": account.revenue if random.random() < 0.7 else None,
            "city": account.city.name,
            "domain": account.domain,
            "owner": account.owner,
            "country": COUNTRY_NAMES[account.country],
            "created_at": account.created,
            "industry": account.industry,
            "updated_at": max(updated, account.created),
            "lifecycle_stage": None,
            "employees": account.employees,
            "phone": account.switchboard.e164,
            "postal_code": account.postcode,
            "state": account.city.state or None,
            "street": account.street,
            "type": weighted(random, {"Prospect": 80, "Partner": 8, "Reseller": 7, "Vendor": 5}),
            "website": f"https://www.{account.domain}" if random.random() < 0.75 else None,
        },
        account=account.id,
    )


def number_companies(records: list[Record]) -> None:
    random = stream("hubspot company ids")
    records.sort(key=lambda record: str(record["created_at"]))
    number = 9100400
    for record in records:
        number += random.randrange(11, 190)
        record.values["source_id"] = str(number)


def salesforce_accounts(world: World) -> list[Record]:
    random = stream("salesforce accounts")
    owners = {user.name: user for user in world.users}
    records = []
    for account in world.accounts:
        if "salesforce" not in account.systems:
            continue
        owner = account.owner if account.systems == ("salesforce",) else world.owner_of("", random, "salesforce")
        created = (
            account.created if random.random() < 0.5 else moment(random, datetime(2021, 2, 1), datetime(2023, 10, 20))
        )
        updated = min(
            created + timedelta(days=random.randrange(1, 700)), AS_OF - timedelta(days=random.randrange(1, 60))
        )
        records.append(
            Record(
                "sf_account",
                {
                    "source_id": eighteen(salesforce_id("001", random)),
                    "name": account.name,
                    "type": weighted(random, {"Prospect": 6, "Customer - Direct": 3, "Customer - Channel": 1}),
                    "industry": account.industry,
                    "phone": account.switchboard.e164,
                    "website": f"www.{account.domain}",
                    "street": account.street,
                    "city": account.city.name,
                    "state": account.city.state or None,
                    "postal_code": account.postcode,
                    "country": COUNTRY_NAMES[account.country],
                    "employees": account.employees,
                    "annual_revenue": account.revenue if random.random() < 0.5 else None,
                    "owner": owner,
                    "owner_id": owners[owner].id,
                    "created_at": created,
                    "updated_at": max(updated, created),
                },
                account=account.id,
            )
        )
    return sorted(records, key=lambda record: (str(record["created_at"]), record.text("source_id")))


def salesforce_leads(world: World, members: Membership) -> list[Record]:
    random = stream("salesforce leads")
    return sorted((_lead(world, person, random) for person in members.salesforce), key=lambda r: str(r["created_at"]))


def _lead(world: World, person: Person, random: Random) -> Record:
    account = person.account
    assert account is not None
    stale = _stale(person)
    created = person.created if stale else moment(random, datetime(2024, 11, 4), datetime(2026, 10, 20))
    activity = None
    if random.random() < 0.6:
        activity = (
            created + timedelta(days=random.randrange(3, 60))
            if stale
            else moment(random, created, AS_OF - timedelta(days=2))
        )
    updated = max(stamp for stamp in (created, activity) if stamp) + timedelta(days=random.randrange(0, 40))
    written = weighted(random, (("e164", 76), ("international", 16), ("national", 8)))
    private = person.private_email if random.random() < 0.05 and not stale and not person.special else person.email
    converted = random.random() < 0.11
    return Record(
        "sf_lead",
        {
            "source_id": salesforce_id("00Q", random),
            "owner": world.owner_of("", random, "salesforce"),
            "first_name": person.first if person.last else None,
            "last_name": person.last or person.first,
            "full_name": person.name,
            "job_title": person.title,
            "company_name": account.name if random.random() < 0.8 else account.short,
            "email": private,
            "phone": _written(person.phone, written),
            "mobile": _written(person.mobile, written),
            "street": account.street,
            "city": account.city.name,
            "state": account.city.state or None,
            "postal_code": account.postcode,
            "country": COUNTRY_NAMES[person.country],
            "lead_source": weighted(random, SALESFORCE_SOURCES),
            "lead_status": "Closed - Converted" if converted else weighted(random, SF_STATUSES),
            "industry": account.industry if random.random() < 0.7 else None,
            "created_at": created,
            "updated_at": min(updated, AS_OF - timedelta(hours=20)),
            "last_activity_at": activity,
            "converted": converted,
            "email_opt_out": False,
            "note": random.choice(NOTES).format(n=random.randrange(4, 120), site="depot")
            if random.random() < 0.15
            else None,
        },
        person.id,
        account.id,
    )


def _written(phone: Phone | None, how: str) -> str | None:
    return (
        None
        if phone is None
        else {"e164": phone.e164, "international": phone.international(), "national": phone.national()}[how]
    )
