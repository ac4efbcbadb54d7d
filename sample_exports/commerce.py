"""Deals, and the payments that follow them."""

import math
from datetime import date, datetime, timedelta
from random import Random

from company import AS_OF, Account, Person, World, moment, stream, weighted
from crm import SALESFORCE_SOURCES, eighteen, salesforce_id
from exports import Record
from vocabulary import PRICE_LIST, PRODUCTS, SITES

HUBSPOT_STAGES = (
    ("Appointment Scheduled", 0.2),
    ("Qualified To Buy", 0.4),
    ("Presentation Scheduled", 0.6),
    ("Decision Maker Bought-In", 0.8),
    ("Contract Sent", 0.9),
)
SALESFORCE_STAGES = (
    ("Prospecting", 0.1),
    ("Qualification", 0.2),
    ("Proposal/Price Quote", 0.6),
    ("Negotiation/Review", 0.8),
)
NEXT_STEPS = (
    "Send revised quote",
    "Site survey",
    "Call with quality team",
    "Contract review",
    "Pilot at one site",
    "Reference visit",
)
LOST_REASONS = {"Price": 34, "No budget": 22, "Chose a competitor": 20, "No decision": 16, "Missing feature": 8}
RATES = {"EUR": 1.0, "USD": 0.92, "IDR": 1 / 17500}
LIST_PRICES = {name: price for name, _, price in PRICE_LIST}
WIN_RATE = {
    "Referrals": 0.42,
    "Organic Search": 0.31,
    "Direct Traffic": 0.3,
    "Offline Sources": 0.26,
    "Email Marketing": 0.27,
    "Paid Search": 0.22,
    "Organic Social": 0.19,
    "Paid Social": 0.14,
}
FIRST_DEAL, FIRST_CLOSE = datetime(2024, 9, 2), datetime(2024, 11, 4)


def _amount(random: Random, typical: float, spread: float, country: str) -> tuple[float, str]:
    currency = {"US": "USD", "ID": "IDR" if random.random() < 0.3 else "EUR"}.get(country, "EUR")
    euros = typical * math.exp(random.gauss(0, spread))
    if currency == "IDR":
        return float(round(euros * 17500 / 500_000) * 500_000), currency
    return float(round(euros / RATES[currency] / 10) * 10), currency


def deal_values(
    random: Random,
    account: Account,
    number: int,
    stages: tuple[tuple[str, float], ...],
    chance: float,
    ongoing: bool = False,
) -> dict:
    """A deal from first talk to its end, or as far as it has got."""
    product, typical, spread = random.choice(PRODUCTS)
    created = moment(random, datetime(2026, 5, 15) if ongoing else FIRST_DEAL, datetime(2026, 10, 22))
    # Business grows over the two years, in size and in luck.
    progress = (created - FIRST_DEAL) / (AS_OF - FIRST_DEAL)
    amount, currency = _amount(random, typical * (0.75 + 0.65 * progress), spread * 0.85, account.country)
    cycle = int(min(max(random.lognormvariate(4.0, 0.45), 20), 150))
    if ongoing:
        cycle = (AS_OF - created).days + random.randrange(4, 110)
    opening = FIRST_CLOSE + timedelta(days=random.randrange(26))
    cycle = max(cycle, (opening - created).days)
    close = (created + timedelta(days=cycle)).date()
    closed = close < AS_OF.date()
    activity = (
        created + timedelta(days=random.randrange(1, cycle))
        if closed
        else moment(random, max(created, datetime(2026, 8, 20)), AS_OF)
    )
    stage, probability = random.choice(stages)
    won = closed and random.random() < chance * (0.78 + 0.3 * progress)
    if closed:
        stage, probability = ("Closed Won", 1.0) if won else ("Closed Lost", 0.0)
        updated = datetime(close.year, close.month, close.day, 17, 5) + timedelta(hours=random.randrange(0, 60))
    else:
        updated = min(activity + timedelta(hours=random.randrange(1, 70)), AS_OF - timedelta(hours=9))
    activity = min(max(activity, created), AS_OF - timedelta(hours=10))
    return {
        "name": f"{account.short} - {product} {random.choice(SITES)}",
        "stage": stage,
        "amount": amount,
        "currency": currency,
        "amount_base": round(amount * RATES[currency], 2),
        "close_date": close,
        "created_at": created,
        "updated_at": max(min(updated, AS_OF - timedelta(hours=9)), activity),
        "last_activity_at": activity,
        "probability": probability,
        "is_closed": closed,
        "is_won": won,
        "type": "Existing Business" if number else "New Business",
        "next_step": None if closed else random.choice(NEXT_STEPS),
        "lost_reason": weighted(random, LOST_REASONS) if closed and not won else None,
        "product": product,
        "quantity": max(1, round(amount * RATES[currency] / LIST_PRICES[product])),
    }


def hubspot_deals(
    world: World, contacts: dict[str, Record], company_ids: dict[str, str], count: int, ongoing: int
) -> list[Record]:
    """Deals with a contact and a company each, and no two alike in one company."""
    random = stream("hubspot deals")
    people = {person.id: person for person in world.people}
    buyers: dict[str, list[Person]] = {}
    for record in contacts.values():
        person = people[record.person]
        if person.account and not (person.old and not person.engaged) and not person.special:
            buyers.setdefault(person.account.id, []).append(person)
    accounts = {account.id: account for account in world.accounts if account.id in buyers}
    records: list[Record] = []
    used: dict[str, set[float]] = {}
    for at in range(count + ongoing):
        account = accounts[random.choice(sorted(accounts))]
        person = random.choice(buyers[account.id])
        contact = contacts[person.id]
        number = len(used.setdefault(account.id, set()))
        source = contact.text("lead_source")
        while True:
            values = deal_values(random, account, number, HUBSPOT_STAGES, WIN_RATE.get(source, 0.28), at >= count)
            if all(abs(values["amount"] / other - 1) > 0.03 for other in used[account.id]):
                break
        used[account.id].add(values["amount"])
        values.update(
            owner=account.owner if len(account.systems) == 1 else contact["owner"],
            lead_source=contact["lead_source"],
            pipeline="Sales Pipeline",
            company_id=company_ids[account.id],
            company_name=account.name,
            contact_id=contact["source_id"],
        )
        records.append(Record("hs_deal", values, person.id, account.id))
    return records


def salesforce_deals(
    world: World, leads: dict[str, list[Person]], accounts: list[Record], count: int, ongoing: int
) -> list[Record]:
    random = stream("salesforce deals")
    known = {account.id: account for account in world.accounts}
    owners = {user.name: user.id for user in world.users}
    records: list[Record] = []
    used: dict[str, set[float]] = {}
    options = [record for record in accounts if record.account in leads]
    for at in range(count + ongoing):
        parent = random.choice(options)
        account = known[parent.account]
        number = len(used.setdefault(account.id, set()))
        while True:
            values = deal_values(random, account, number, SALESFORCE_STAGES, 0.29, at >= count)
            if values["currency"] != "IDR" and all(
                abs(values["amount"] / other - 1) > 0.03 for other in used[account.id]
            ):
                break
        used[account.id].add(values["amount"])
        owner = parent.text("owner")
        values.update(
            source_id=eighteen(salesforce_id("006", random)),
            company_id=parent["source_id"],
            company_name=account.name,
            owner=owner,
            owner_id=owners[owner],
            lead_source=weighted(random, SALESFORCE_SOURCES),
            _activity=values["last_activity_at"],
        )
        values["last_activity_on"] = values["last_activity_at"].date()
        records.append(Record("sf_opportunity", values, random.choice(leads[account.id]).id, account.id))
    return sorted(records, key=lambda record: (str(record["created_at"]), record.text("source_id")))


def number_deals(records: list[Record]) -> None:
    random = stream("hubspot deal ids")
    records.sort(key=lambda record: (str(record["created_at"]), record.text("name")))
    number = 3380100
    for record in records:
        number += random.randrange(7, 160)
        record.values["source_id"] = str(number)


def products() -> list[Record]:
    """The price list."""
    return [
        Record(
            "product",
            {"source_id": f"HI-{number}", "name": name, "category": kind, "price": float(price), "currency": "EUR"},
        )
        for number, (name, kind, price) in enumerate(PRICE_LIST, 101)
    ]


class Stripe:
    """Customers and payments: what won deals brought in, monthly fees, and small orders from the web shop."""

    def __init__(self, world: World) -> None:
        self.random = stream("stripe")
        self.people = {person.id: person for person in world.people}
        self.customers: list[Record] = []
        self.payments: list[Record] = []
        self._by_person: dict[str, Record] = {}

    def customer(self, person: Person, created: datetime) -> Record:
        """The person's customer, created at the first payment; now and then a second, as a new checkout makes it."""
        known = self._by_person.get(person.id)
        if known and self.random.random() > 0.05:
            return known
        account = person.account
        assert account is not None
        record = Record(
            "stripe_customer",
            {
                "source_id": "cus_" + self._token(14),
                "email": person.email,
                "full_name": person.name,
                "created_at": created - timedelta(minutes=self.random.randrange(2, 40)),
                "Delinquent": "false",
                "note": None,
                "company_name": account.name if self.random.random() < 0.8 else None,
            },
            person.id,
            account.id,
        )
        self.customers.append(record)
        self._by_person[person.id] = record
        return record

    def pay(
        self, person: Person, amount: float, currency: str, paid: datetime, description: str, status: str = "Paid"
    ) -> Record:
        customer = self.customer(person, paid)
        record = Record(
            "payment",
            {
                "source_id": "ch_3" + self._token(16),
                "description": description,
                "paid_at": paid,
                "amount": amount,
                "refunded": amount if status == "Refunded" else 0.0,
                "currency": currency.lower(),
                "amount_base": round(amount * RATES[currency], 2),
                "currency_base": "eur",
                "refunded_base": round(amount * RATES[currency], 2) if status == "Refunded" else 0.0,
                "fee": round(amount * RATES[currency] * 0.012 + 0.25, 2) if status in ("Paid", "Refunded") else 0.0,
                "status": status,
                "Decline Reason": self.random.choice(("insufficient_funds", "do_not_honor", "expired_card"))
                if status == "Failed"
                else None,
                "customer_id": customer["source_id"],
                "email": person.email,
                "captured": status in ("Paid", "Refunded"),
                "refunded_at": paid + timedelta(days=self.random.randrange(3, 30)) if status == "Refunded" else None,
            },
            person.id,
            person.account.id if person.account else "",
        )
        self.payments.append(record)
        return record

    def settle(self, deal: Record, person: Person, status: str = "Paid") -> Record | None:
        """The invoice of a won deal, paid some weeks later."""
        close = deal["close_date"]
        assert isinstance(close, date)
        paid = datetime(close.year, close.month, close.day, 10) + timedelta(
            days=self.random.randrange(3, 42), minutes=self.random.randrange(400)
        )
        if paid > AS_OF - timedelta(days=3):
            return None
        amount = deal.number("amount")
        assert amount is not None
        return self.pay(person, amount, deal.text("currency"), paid, f"Invoice {deal['name']}", status)

    def subscribe(self, person: Person, start: datetime) -> None:
        fee = float(self.random.choice((49, 79, 129, 190, 290)))
        day = start
        while day < AS_OF - timedelta(days=2):
            failed = self.random.random() < 0.07
            self.pay(person, fee, "EUR", day, "Halmera Cloud monthly", "Failed" if failed else "Paid")
            if failed and day + timedelta(days=3) < AS_OF - timedelta(days=2):
                self.pay(person, fee, "EUR", day + timedelta(days=3), "Halmera Cloud monthly")
            day += timedelta(days=30, minutes=self.random.randrange(-90, 90))
        customer = self._by_person[person.id]
        customer.values.update(
            Plan="Halmera Cloud", subscription_status=self.random.choice(("active", "active", "active", "past_due"))
        )

    def total(self) -> None:
        """Spend and counts per customer, as the dashboard sums them."""
        for customer in self.customers:
            own = [p for p in self.payments if p["customer_id"] == customer["source_id"]]
            paid = [p for p in own if p["status"] in ("Paid", "Refunded")]
            customer.values["value"] = round(
                sum((p.number("amount_base") or 0) - (p.number("refunded_base") or 0) for p in paid), 2
            )
            customer.values["payment_count"] = len(paid)
            customer.values["Refunded Volume"] = round(sum(p.number("refunded_base") or 0.0 for p in paid), 2)
            customer.values["Dispute Losses"] = 0.0

    def _token(self, length: int) -> str:
        return "".join(self.random.choices("ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz123456789", k=length))
