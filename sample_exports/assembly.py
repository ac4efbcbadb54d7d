"""Puts the sample together: the world, its records in every system, then what goes wrong with them."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from commerce import Stripe, deal_values, hubspot_deals, number_deals, products, salesforce_deals
from company import AS_OF, Person, World, build_world, moment, stream, weighted
from crm import (
    Membership,
    hubspot_companies,
    hubspot_contacts,
    number_companies,
    number_contacts,
    salesforce_accounts,
    salesforce_leads,
)
from duplicates import duplicate_companies, duplicate_contacts, duplicate_deals, duplicate_leads
from exports import Record
from marketing import Audience, activities, advertising, audience, submissions
from service import history, tickets, users
from vocabulary import COUNTRY_NAMES


@dataclass
class Sample:
    world: World
    tables: dict[str, list[Record]] = field(default_factory=dict)
    activity: dict[str, list[Record]] = field(default_factory=dict)
    ad_totals: tuple[str, ...] = ()
    columns: list[tuple[str, str, str, str]] = field(default_factory=list)
    """Table, rule, header and truth of what is wrong with a whole column."""

    def people(self) -> dict[str, Person]:
        return {person.id: person for person in self.world.people}

    def contacts(self) -> list[Record]:
        """All contact-like records in the order of their files."""
        names = ("hs_contact", "excel", "mc_cleaned", "mc_subscribed", "mc_unsubscribed", "sf_lead", "stripe_customer")
        return [record for name in names for record in self.tables[name]]

    def deals(self) -> list[Record]:
        return self.tables["sf_opportunity"] + self.tables["hs_deal"]

    def accounts(self) -> list[Record]:
        return self.tables["sf_account"] + self.tables["hs_company"]


def build() -> Sample:
    world = build_world()
    sample = Sample(world)
    members = Membership(world)
    _crm(sample, members)
    _commerce(sample)
    _marketing(sample, members)
    _service(sample)
    return sample


def _crm(sample: Sample, members: Membership) -> None:
    world, tables = sample.world, sample.tables
    contacts = hubspot_contacts(world, members)
    contacts += duplicate_contacts(world, members, contacts, 215)
    number_contacts(contacts)
    companies = hubspot_companies(world)
    companies += duplicate_companies(world, companies, 34)
    number_companies(companies)
    leads = salesforce_leads(world, members)
    leads += duplicate_leads(world, leads, 52)
    tables.update(
        hs_contact=contacts,
        hs_company=companies,
        sf_account=salesforce_accounts(world),
        sf_lead=sorted(leads, key=_created),
    )
    first_company = first_by_account(companies)
    for record in contacts:
        record.values["company_id"] = (
            first_company[record.account]["source_id"] if record.account in first_company else None
        )
    tables["excel"] = _rep_list(sample, members.excel)


def _created(record: Record) -> str:
    return str(record["created_at"])


def first_by_account(records: list[Record]) -> dict[str, Record]:
    found: dict[str, Record] = {}
    for record in records:
        found.setdefault(record.account, record)
    return found


def first_by_person(records: list[Record]) -> dict[str, Record]:
    found: dict[str, Record] = {}
    for record in records:
        found.setdefault(record.person, record)
    return found


def _rep_list(sample: Sample, people: list[Person]) -> list[Record]:
    """What a sales rep keeps for himself: whole names, titles in front, remarks."""
    random = stream("rep list")
    known = first_by_person(sample.tables["hs_contact"] + sample.tables["sf_lead"])
    remarks = (
        "Hunting partner of the plant manager, invite to fair",
        "call again in January",
        "old customer of the trainer",
        "decides alone",
        "wants written offers only",
        "knows our calibration lab",
        "",
        "",
        "",
        "prefers Thursday afternoons",
    )
    records = []
    for person in people:
        account, contact = person.account, known.get(person.id)
        assert account is not None
        phone = person.mobile or person.phone
        email = (contact["email"] if contact else person.email) if random.random() < 0.75 or not phone else None
        records.append(
            Record(
                "excel",
                {
                    "full_name": person.name,
                    "company_name": account.short if random.random() < 0.5 else account.name,
                    "job_title": person.title if random.random() < 0.5 else None,
                    "email": email,
                    "phone": (phone.international() if random.random() < 0.7 else phone.e164)
                    if phone and (email is None or random.random() < 0.8)
                    else None,
                    "city": account.city.name,
                    "country": COUNTRY_NAMES[account.country],
                    "last_contacted_at": moment(random, datetime(2025, 6, 1), AS_OF - timedelta(days=3))
                    if random.random() < 0.8
                    else None,
                    "note": random.choice(remarks) or None,
                },
                person.id,
                account.id,
            )
        )
    return sorted(records, key=lambda record: (record.text("company_name"), record.text("full_name")))


def _commerce(sample: Sample) -> None:
    world, tables = sample.world, sample.tables
    contacts = first_by_person(tables["hs_contact"])
    company_ids = {
        number: record.text("source_id") for number, record in first_by_account(tables["hs_company"]).items()
    }
    deals = hubspot_deals(world, contacts, company_ids, 448, 134)
    people = sample.people()
    by_account: dict[str, list[Person]] = {}
    for record in tables["sf_lead"]:
        if not (people[record.person].old and not people[record.person].engaged):
            by_account.setdefault(record.account, []).append(people[record.person])
    opportunities = salesforce_deals(world, by_account, tables["sf_account"], 176, 16)
    deals += duplicate_deals(deals, opportunities, company_ids)
    number_deals(deals)
    tables.update(hs_deal=deals, sf_opportunity=opportunities, product=products())
    stripe = Stripe(world)
    _payments(sample, stripe)
    stripe.total()
    tables["stripe_customer"] = sorted(stripe.customers, key=_created)
    tables["payment"] = sorted(stripe.payments, key=lambda record: (str(record["paid_at"]), record.text("source_id")))
    _lifecycle(sample, contacts)


def _payments(sample: Sample, stripe: Stripe) -> None:
    random = stripe.random
    people, tables = sample.people(), sample.tables
    known = first_by_person(tables["hs_contact"] + tables["sf_lead"])
    settled: set[tuple[str, object]] = set()
    won = sorted(
        (r for r in sample.deals() if r["stage"] == "Closed Won"),
        key=lambda r: (str(r["close_date"]), r.text("source_id")),
    )
    unpaid = set(random.sample(sorted({r.account for r in won}), 19))
    for deal in won:
        if deal.account in unpaid or (deal.account, deal["amount"]) in settled:
            continue
        settled.add((deal.account, deal["amount"]))
        stripe.settle(deal, people[deal.person])
    payers = [people[number] for number in sorted({p.person for p in stripe.payments})]
    for person in random.sample(payers, min(54, len(payers))):
        start = min(p.when("paid_at") or AS_OF for p in stripe.payments if p.person == person.id)
        stripe.subscribe(person, max(start, datetime(2025, 1, 15)) + timedelta(days=random.randrange(2, 200)))
    busy = {r.account for r in sample.deals()}
    shoppers = [
        people[number]
        for number, record in sorted(known.items())
        if record.account not in busy
        and record["email"] == people[number].email
        and not (people[number].old and not people[number].engaged)
    ]
    for person in random.sample(shoppers, 148):
        for _ in range(random.randrange(1, 4)):
            status = weighted(random, {"Paid": 80, "Failed": 9, "Refunded": 7, "requires_capture": 4})
            paid = moment(random, max(person.created, datetime(2024, 11, 10)), AS_OF - timedelta(days=5)) + timedelta(
                hours=2
            )
            stripe.pay(
                person,
                float(random.choice((189, 249, 349, 498, 747, 890))),
                "USD" if person.country == "US" else "EUR",
                paid,
                "Web shop order",
                status,
            )


def _lifecycle(sample: Sample, contacts: dict[str, Record]) -> None:
    """Stages that the facts support: customers have bought, opportunities have a deal."""
    random = stream("lifecycle")
    paid = {p.person for p in sample.tables["payment"] if p["status"] == "Paid"}
    buying = {d.account for d in sample.deals() if d["stage"] == "Closed Won"} | {
        p.account for p in sample.tables["payment"] if p["status"] == "Paid"
    }
    involved = {d.person for d in sample.deals()}
    open_at = {d.account for d in sample.deals() if not d["is_closed"]}
    stage_of: dict[str, str] = {}
    deal_ids: dict[str, list[str]] = {}
    for deal in sample.tables["hs_deal"]:
        deal_ids.setdefault(deal.text("contact_id"), []).append(deal.text("source_id"))
    for record in sample.tables["hs_contact"]:
        person = record.person
        if person not in stage_of:
            if person in paid or (record.account in buying and (person in involved or random.random() < 0.55)):
                stage_of[person] = "Customer"
            elif record.account in open_at and person in involved:
                stage_of[person] = "Opportunity"
            else:
                stage_of[person] = weighted(
                    random,
                    {
                        "Subscriber": 22,
                        "Lead": 40,
                        "Marketing Qualified Lead": 22,
                        "Sales Qualified Lead": 12,
                        "Other": 4,
                    },
                )
        record.values["lifecycle_stage"] = stage_of[person]
        if stage_of[person] in ("Customer", "Opportunity"):
            record.values["lead_status"] = "Connected"
        record.values["deal_ids"] = ";".join(deal_ids.get(record.text("source_id"), [])) or None
    for company in sample.tables["hs_company"]:
        company.values["lifecycle_stage"] = (
            "Customer" if company.account in buying else "Opportunity" if company.account in open_at else "Lead"
        )


def _marketing(sample: Sample, members: Membership) -> None:
    tables = sample.tables
    contacts, leads = first_by_person(tables["hs_contact"]), first_by_person(tables["sf_lead"])
    lists: Audience = audience(sample.world, contacts, leads, members.mailchimp[30:])
    tables.update(mc_subscribed=lists.subscribed, mc_unsubscribed=lists.unsubscribed, mc_cleaned=lists.cleaned)
    sample.activity = activities(lists)
    tables["form_demo"], tables["form_guide"] = submissions(sample.world, contacts)
    tables["ads"], sample.ad_totals = advertising()


def _service(sample: Sample) -> None:
    people, tables = sample.people(), sample.tables
    customers = [(people[r.person], r.text("email")) for r in tables["stripe_customer"]]
    others = [
        (people[r.person], r.text("email"))
        for r in tables["hs_contact"]
        if r["email"]
        and r["lifecycle_stage"] == "Customer"
        and not (people[r.person].old and not people[r.person].engaged)
    ]
    tables["ticket"] = tickets(sample.world, customers, others, 530)
    tables["user"] = users(sample.world)
    tables["history"] = sorted(history(tables["hs_deal"], tables["hs_contact"]), key=lambda r: str(r["changed_at"]))


__all__ = ["Random", "Sample", "build", "deal_values", "first_by_account", "first_by_person"]
