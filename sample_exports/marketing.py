"""Marketing's systems: the Mailchimp audience and what its members did, form submissions, Google Ads spend."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from company import AS_OF, Person, World, moment, stream, weighted
from exports import Record, Value
from vocabulary import COUNTRY_NAMES

CAMPAIGNS = (
    ("2025-03-vaccine-storage-webinar", "Vaccine Storage Webinar", datetime(2025, 3, 11, 9, 0)),
    ("2025-09-autumn-newsletter", "Autumn Newsletter 2025", datetime(2025, 9, 16, 8, 30)),
    ("2026-02-hm500-launch", "HM-500 Gateway Launch", datetime(2026, 2, 10, 9, 15)),
    ("2026-06-summer-newsletter", "Summer Newsletter 2026", datetime(2026, 6, 9, 8, 45)),
    ("2026-10-calibration-offer", "Calibration Offer Q4", datetime(2026, 10, 6, 9, 0)),
)
_UNSUB_REASONS = {"NORMAL": 62, "NOT_SIGNED_UP": 14, "SPAM": 6, "OTHER": 18}


@dataclass
class Audience:
    subscribed: list[Record]
    unsubscribed: list[Record]
    cleaned: list[Record]

    @property
    def members(self) -> list[Record]:
        return self.subscribed + self.unsubscribed + self.cleaned


def audience(world: World, contacts: dict[str, Record], leads: dict[str, Record], only: Sequence[Person]) -> Audience:
    """Members: people known to a CRM by the same address or by a private one, and people known to nobody else."""
    random = stream("mailchimp")
    people = {person.id: person for person in world.people}
    known = [people[number] for number in contacts if contacts[number]["email"]]
    chosen = random.sample(known, 880)
    members = [(person, person.email) for person in chosen]
    taken = {person.id for person in chosen}
    lead_people = [people[number] for number in leads if number not in contacts and not people[number].special]
    members += [(person, leads[person.id].text("email")) for person in random.sample(lead_people, 150)]
    members += [(person, person.email) for person in only]
    rest = [
        p
        for p in known
        if p.id not in taken and p.last and not p.special and not _stale(p) and p.email != p.private_email
    ]
    members += [(person, person.private_email) for person in random.sample(rest, 50)]
    random.shuffle(members)
    out = Audience([], [], [])
    for person, email in members:
        draw = random.random()
        contact = contacts.get(person.id)
        secondary = email != person.email
        if draw < 0.055 and not secondary and not _stale(person):
            out.cleaned.append(_member(random, "mc_cleaned", person, email))
        elif draw < 0.2 and not secondary and not _stale(person):
            out.unsubscribed.append(_member(random, "mc_unsubscribed", person, email))
            if contact:
                contact.values.update(email_opt_out=True, marketing_status="Non-marketing contact")
        else:
            out.subscribed.append(_member(random, "mc_subscribed", person, email))
            if contact and random.random() < 0.8 and not contact["email_opt_out"]:
                contact.values["marketing_status"] = "Marketing contact"
    for name, records in (("cleaned", out.cleaned), ("subscribed", out.subscribed), ("unsubscribed", out.unsubscribed)):
        records.sort(key=lambda record: (str(record["opt_in_at"] or record["updated_at"]), record.text("email")))
        for number, record in enumerate(records):
            record.values["source_id"] = str(
                {"cleaned": 1210, "subscribed": 2310, "unsubscribed": 5210}[name] * 1000 + number * 17
            )
            record.values["EUID"] = f"{random.randrange(16**10):010x}"
    return out


def _stale(person: Person) -> bool:
    return person.old and person.engaged is None


def _member(random: Random, table: str, person: Person, email: str) -> Record:
    stale = _stale(person)
    opted = person.created if stale or not person.old else moment(random, datetime(2024, 11, 4), datetime(2025, 10, 1))
    opted += timedelta(minutes=random.randrange(1, 50))
    signed_up = not stale and random.random() < 0.12
    company = person.account.name if person.account and (email != person.email or random.random() < 0.45) else None
    values: dict[str, Value] = {
        "email": email,
        "first_name": person.first,
        "last_name": person.last or None,
        "company_name": company,
        "phone": person.mobile.e164 if person.mobile and random.random() < 0.12 else None,
        "MEMBER_RATING": str(random.choice((2, 2, 3, 3, 4, 5)) if not stale else 1),
        "opt_in_at": opted,
        "confirmed_at": opted + timedelta(minutes=3) if signed_up else None,
        "country": person.country if signed_up else None,
        "TIMEZONE": None,
        "updated_at": moment(random, max(opted, datetime(2025, 1, 1)), AS_OF - timedelta(days=1)),
        "NOTES": None,
        "tags": random.choice(('"newsletter"', '"newsletter","food"', '"newsletter","pharma"', "")),
    }
    if random.random() < 0.06 and email == person.email:
        values["first_name"] = values["last_name"] = None
    if table == "mc_unsubscribed":
        gone = (
            moment(random, opted + timedelta(days=4), AS_OF - timedelta(days=2))
            if opted < datetime(2026, 10, 10)
            else AS_OF - timedelta(days=2)
        )
        gone = max(gone, opted + timedelta(hours=5))
        values.update(
            unsubscribed_at=gone,
            updated_at=gone,
            UNSUB_REASON=weighted(random, _UNSUB_REASONS),
            UNSUB_CAMPAIGN_TITLE=next((title for _, title, sent in reversed(CAMPAIGNS) if sent <= gone), None),
            UNSUB_CAMPAIGN_ID="b1c27a90ef",
        )
    if table == "mc_cleaned":
        cleaned = (
            moment(random, max(opted, datetime(2025, 3, 12)), datetime(2026, 10, 7))
            if opted < datetime(2026, 9, 20)
            else datetime(2026, 10, 7, 9)
        )
        values.update(
            bounced_at=cleaned,
            updated_at=cleaned,
            CLEAN_CAMPAIGN_TITLE=[title for _, title, sent in CAMPAIGNS if sent <= cleaned + timedelta(days=1)][-1],
            CLEAN_CAMPAIGN_ID="77d0c1f4a2",
        )
    return Record(table, values, person.id, person.account.id if person.account else "")


def activities(lists: Audience) -> dict[str, list[Record]]:
    """Per campaign: sent, opened, clicked. Nobody is mailed after unsubscribing; hard bounces open nothing."""
    random = stream("member activity")
    files: dict[str, list[Record]] = {}
    for slug, title, sent in CAMPAIGNS:
        rows = []
        for member in lists.members:
            opted, left = member.when("opt_in_at"), member.when("unsubscribed_at")
            if opted is None or opted > sent or (left and left < sent + timedelta(days=6)) or random.random() > 0.43:
                continue
            stamp = sent + timedelta(seconds=random.randrange(900))
            stale = opted.year < 2024
            rows.append(_activity(member, "sent", stamp, title))
            if member.table == "mc_cleaned" or stale or random.random() > 0.31:
                continue
            opened = stamp + timedelta(minutes=random.randrange(2, 6000))
            rows.append(_activity(member, "open", opened, title))
            if random.random() < 0.2:
                rows.append(
                    _activity(
                        member,
                        "click",
                        opened + timedelta(seconds=random.randrange(9, 200)),
                        title,
                        f"https://www.halmera.example/{slug}",
                    )
                )
        files[slug] = sorted(rows, key=lambda row: (str(row["at"]), row.text("contact_email")))
    return files


def _activity(member: Record, kind: str, at: datetime, title: str, url: str | None = None) -> Record:
    values = {"contact_email": member["email"], "type": kind, "at": at, "URL": url, "campaign": title}
    return Record("activity", values, member.person, member.account)


def submissions(world: World, contacts: dict[str, Record]) -> tuple[list[Record], list[Record]]:
    """One submission per person and form, here and there a second one days later."""
    random = stream("forms")
    people = {person.id: person for person in world.people}
    fresh = [
        people[number]
        for number, record in contacts.items()
        if record["email"] and not people[number].old and record["lead_source"] not in ("Offline Sources",)
    ]
    chosen = random.sample(fresh, 620)
    demo: list[Record] = []
    guide: list[Record] = []
    for at, person in enumerate(chosen):
        contact = contacts[person.id]
        created = contact.when("created_at") or AS_OF
        form, rows = ("form_demo", demo) if at % 5 < 3 else ("form_guide", guide)
        rows.append(submission(random, form, person, contact, created))
        if random.random() < 0.07 and created < datetime(2026, 9, 1):
            rows.append(
                submission(
                    random,
                    form,
                    person,
                    contact,
                    created + timedelta(days=random.randrange(3, 50), minutes=random.randrange(500)),
                )
            )
        elif random.random() < 0.09 and created < datetime(2026, 9, 1):
            other, target = ("form_guide", guide) if form == "form_demo" else ("form_demo", demo)
            target.append(
                submission(random, other, person, contact, created + timedelta(days=random.randrange(1, 50), minutes=7))
            )
    for record in contacts.values():
        record.values["form_count"] = "0"
    for row in demo + guide:
        contact = contacts[row.person]
        contact.values["form_count"] = str(int(contact.text("form_count")) + 1)
    return demo, guide


MESSAGES = (
    "We run {n} cold rooms and need alarms by text message.",
    "Please send prices for {n} loggers with calibration.",
    "Looking for a validated system for vaccine storage.",
    "How does the gateway connect without WLAN?",
    "Do you deliver to our depot within four weeks?",
    "",
    "",
    "We would like to see the alarm escalation in a demo.",
)


def submission(random: Random, form: str, person: Person, contact: Record, at: datetime) -> Record:
    demo = form == "form_demo"
    linked = random.random() < 0.74
    page = "https://www.halmera.example/demo" if demo else "https://www.halmera.example/vaccine-guide"
    return Record(
        form,
        {
            "first_name": person.first,
            "last_name": person.last or None,
            "email": contact["email"],
            "phone": person.mobile.e164 if demo and person.mobile else None,
            "company_name": person.account.name if person.account else None,
            "country": COUNTRY_NAMES[person.country],
            "job_title": person.title,
            "sites": random.choice(("1-5", "6-20", "21-100", "more than 100")),
            "message": random.choice(MESSAGES).format(n=random.randrange(2, 60)) or None,
            "honeypot": None,
            "consent": random.random() < 0.7,
            "submitted_at": at,
            "page": page,
            "page_title": "Request a demo" if demo else "Vaccine storage guide",
            "Contact first name": person.first if linked else None,
            "Contact last name": person.last if linked else None,
            "Contact email": contact["email"] if linked else None,
            "contact_id": contact["source_id"] if linked else None,
        },
        person.id,
        person.account.id if person.account else "",
    )


def advertising() -> tuple[list[Record], tuple[str, ...]]:
    """Spend by campaign and month, and the totals Google writes below."""
    random = stream("ads")
    campaigns = (
        ("Brand | EN", "21440187731", 420, 0.31),
        ("Cold Room Monitoring | DACH", "21440187902", 1450, 0.9),
        ("Vaccine Storage | ID, SG", "21440188115", 980, 0.55),
        ("Reefer Fleet | UK", "21440190026", 760, 0.82),
        ("Pharma GDP Compliance, EU", "21501776340", 1120, 1.1),
        ("Competitor Terms | US", "21501776981", 640, 1.9),
    )
    records, cost, clicks, shown, leads = [], 0.0, 0, 0, 0.0
    for month in range(24):
        period = date(2024 + (month + 10) // 12, (month + 10) % 12 + 1, 1)
        season = 0.6 if period.month == 12 else 0.8 if period.month in (7, 8) else 1.0
        for name, number, budget, price in campaigns:
            if name.startswith("Competitor") and period < date(2025, 6, 1):
                continue
            spent = round(budget * season * random.uniform(0.82, 1.15), 2)
            visits = int(spent / price / random.uniform(0.9, 1.2))
            views = int(visits * random.uniform(14, 34))
            gained = round(visits * random.uniform(0.012, 0.03), 1)
            cost, clicks, shown, leads = cost + spent, clicks + visits, shown + views, leads + gained
            records.append(_spend(name, number, period, spent, views, visits, gained))
    total = f'"{cost:,.2f}","{shown:,}","{clicks:,}",{clicks / shown:.2%},{cost / clicks:.2f},"{leads:,.1f}"'
    return records, (f"Total: Account,--,--,--,EUR,{total}", f"Total: Campaigns,--,--,--,EUR,{total}")


def _spend(name: str, number: str, period: date, spent: float, views: int, visits: int, gained: float) -> Record:
    return Record(
        "ads",
        {
            "Campaign status": "Enabled",
            "campaign": name,
            "campaign_id": number,
            "period": period,
            "currency": "EUR",
            "amount": f"{spent:,.2f}",
            "impressions": f"{views:,}",
            "clicks": f"{visits:,}",
            "CTR": f"{visits / views:.2%}",
            "Avg. CPC": f"{spent / visits:.2f}",
            "conversions": f"{gained:.1f}",
            "source_id": number,
        },
    )
