"""Plants what goes wrong in deals, companies, picklists and between systems."""

from datetime import date, datetime, timedelta

from company import AS_OF, moment
from exports import Record
from planting import Planter, filled, holds, plain_phones

DEALS, OPPORTUNITIES = ("hs_deal",), ("sf_opportunity",)
BOTH = DEALS + OPPORTUNITIES
LARGE = ("HM-500 Gateways", "Pharma Validation Package", "Fleet Monitoring Rollout")


def plant_crm(p: Planter) -> None:
    _guard_twins(p)
    _picklists(p)
    _deal_facts(p)
    _deal_dates(p)
    _companies(p)
    _between_systems(p)


def is_open(record: Record) -> bool:
    return record["is_closed"] is False


def lost(record: Record) -> bool:
    return record["stage"] == "Closed Lost"


def won(record: Record) -> bool:
    return record["stage"] == "Closed Won"


def _guard_twins(p: Planter) -> None:
    """Deals that were entered twice stay as they are."""
    seen: dict[tuple[str, float | None], Record] = {}
    for record in p.sample.deals():
        key = (record.account, record.number("amount"))
        if key in seen:
            record.planted = seen[key].planted = True
        seen.setdefault(key, record)


def _picklists(p: Planter) -> None:
    spellings: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
        ("hs_contact", "lead_source", "Paid Search", ("paid search",) * 5 + ("PaidSearch",) * 4),
        ("hs_contact", "lead_source", "Organic Search", ("organic search",) * 5 + ("Organic-Search",) * 3),
        ("hs_contact", "industry", "Food Distribution", ("food distribution",) * 4 + ("Food-Distribution",) * 3),
        ("hs_contact", "industry", "Cold Storage", ("COLD STORAGE",) * 3 + ("ColdStorage",) * 3),
        ("hs_contact", "lead_status", "In Progress", ("IN PROGRESS",) * 3 + ("In-Progress",) * 2),
        ("hs_contact", "lifecycle_stage", "Marketing Qualified Lead", ("marketing qualified lead",) * 3),
        ("hs_contact", "owner", "Sari Puspaningrum", ("sari puspaningrum",) * 4),
        ("sf_lead", "lead_source", "Trade Show", ("Tradeshow",) * 4 + ("trade show",) * 3),
        ("hs_company", "industry", "Cold Storage", ("cold storage",) * 3),
        ("hs_deal", "stage", "Closed Lost", ("closed lost",) * 4),
        ("hs_deal", "type", "New Business", ("new business",) * 4 + ("NewBusiness",) * 2),
    )
    for table, name, usual, variants in spellings:
        for variant, record in zip(
            variants, p.pick((table,), len(variants), holds(name, usual), single=False), strict=True
        ):
            p.put(record, "CON002", name, variant, usual)
    typos: tuple[tuple[str, str, str, str, int], ...] = (
        ("hs_contact", "lead_source", "Organic Search", "Ogranic Search", 3),
        ("hs_contact", "industry", "Pharmaceuticals", "Pharmaceuticls", 3),
        ("hs_contact", "industry", "Food Distribution", "Food Distribtion", 3),
        ("hs_contact", "lifecycle_stage", "Subscriber", "Subcriber", 2),
        ("sf_lead", "lead_source", "Partner Channel", "Partner Chanel", 2),
        ("hs_company", "industry", "Hospital Supply", "Hospital Suply", 2),
        ("sf_lead", "lead_status", "Working - Contacted", "Wroking - Contacted", 2),
    )
    for table, name, usual, typo, count in typos:
        for record in p.pick((table,), count, holds(name, usual), single=False):
            p.put(record, "CON003", name, typo, usual)


def _deal_facts(p: Planter) -> None:
    for record in p.pick(BOTH, 14, is_open, filled("amount")):
        p.put(record, "CMP004", "amount", None)
        record.values["amount_base"] = None
    for record in p.pick(DEALS, 5, won, filled("amount")):
        p.put(record, "CMP004", "amount", None)
        record.values["amount_base"] = None
    for record in p.pick(DEALS, 8, lost):
        record.values["amount"] = record.values["amount_base"] = None
    for record in p.pick(BOTH, 15):
        p.put(record, "CMP005", "owner", None)
        record.values["owner_id"] = None
    for record in p.pick(DEALS, 11, lost):
        p.put(record, "CMP006", "company_id", str(9990000 + p.random.randrange(9999)))
        record.values.update(company_name=None, contact_id=None)
        record.account = record.person = ""
    for record in p.pick(BOTH, 46):
        p.put(record, "CMP003", "lead_source", None)
    for at, record in enumerate(p.pick(DEALS, 10, lost, filled("amount"))):
        words = ("call for price", "see quote", "on request", "15-20", "to be agreed")
        p.put(record, "VAL028", "amount", words[at % 5])
        record.values["amount_base"] = None
    paying = {x.account for x in p.sample.tables["payment"] if x["status"] == "Paid"}
    for at, record in enumerate(p.pick(BOTH, 10, won, filled("amount"), lambda r: r.account in paying)):
        amount = record.number("amount") or 0
        p.put(record, "VAL029", "amount", -amount if at % 3 == 0 else 0.0)
        record.values["amount_base"] = -(record.number("amount_base") or 0) if at % 3 == 0 else 0.0
    for record in p.pick(DEALS, 11, won):
        p.put(record, "CON032", "probability", p.random.choice((0.9, 0.6, 0.2)), "1")
    for record in p.pick(BOTH, 11, lost):
        p.put(record, "CON032", "probability", p.random.choice((0.4, 0.2, 0.6)), "0")
    for at, record in enumerate(p.pick(DEALS, 7, is_open)):
        p.put(record, "VAL011", "next_step", ("tbd", "TBD", "n/a", "-")[at % 4])
    for record in p.pick(DEALS, 3, lost):
        p.put(record, "VAL011", "name", "test")
    large = [
        r
        for r in p.sample.tables["hs_deal"]
        if is_open(r) and not r.planted and r["currency"] == "EUR" and r["product"] in LARGE
    ]
    for record in p.random.sample(large, 12):
        record.planted = True
        record.values["amount"] = record.values["amount_base"] = float(p.random.randrange(5200, 9500) * 10)
        p.put(record, "OWN001", "next_step", None)
    for record in p.pick(DEALS, 6, filled("name"), lambda r: " " in r.text("name")):
        p.put(
            record,
            "VAL026",
            "name",
            p.random.choice((f" {record['name']}", f"{record['name']} ", record.text("name").replace(" - ", "  - "))),
        )


def _deal_dates(p: Planter) -> None:
    for record in p.pick(DEALS, 34, is_open):
        p.put(record, "CON020", "close_date", date(2026, 12, 31))
    for record in p.pick(BOTH, 16, lambda r: r["is_closed"] is True):
        close = record["close_date"]
        assert isinstance(close, date)
        true = record.text("created_at")
        late = datetime(close.year, close.month, close.day, 9, 12) + timedelta(days=p.random.randrange(2, 25))
        late = min(late, AS_OF - timedelta(days=1))
        record.values["created_at"] = late
        record.flag("CON031", "close_date", f"created {true}")
        record.values["last_activity_at"] = None
        record.values["updated_at"] = max(record.when("updated_at") or late, late)
    for record in p.pick(DEALS, 5):
        created = record.when("created_at") or AS_OF
        p.put(record, "CON033", "updated_at", created - timedelta(days=p.random.randrange(2, 60)))
    for at, record in enumerate(p.pick(DEALS, 8, lost)):
        p.put(
            record,
            "VAL022",
            "close_date",
            (
                "Q3 2025",
                "mid March",
                "2025-02-30 00:00",
                "after budget",
                "end of term",
                "summer",
                "next year",
                "KW 12/2026",
            )[at],
        )
    for record in p.pick(DEALS, 3, lost):
        p.put(record, "VAL023", "created_at", datetime(1970, 1, 1))
    for record in p.pick(DEALS, 3, lost):
        p.put(record, "VAL023", "close_date", date(1970, 1, 1))
    for record in p.pick(BOTH, 30, is_open):
        p.put(record, "TIM002", "close_date", (AS_OF - timedelta(days=p.random.randrange(4, 120))).date())
        if (record.when("created_at") or AS_OF) > AS_OF - timedelta(days=130):
            record.values["created_at"] = moment(p.random, datetime(2026, 2, 1), datetime(2026, 6, 10))
    contacts = {r["source_id"]: r for r in p.sample.tables["hs_contact"]}
    for at, record in enumerate(p.pick(BOTH, 26, lost, filled("amount"))):
        contact = contacts.get(record["contact_id"])
        if contact and contact["lifecycle_stage"] in ("Subscriber", "Lead"):
            contact.values.update(lifecycle_stage="Opportunity", lead_status="Connected")
        silent = AS_OF - timedelta(days=p.random.randrange(200, 420), hours=5)
        created = silent - timedelta(days=p.random.randrange(20, 80))
        created = max(created, datetime(2024, 11, 5, 9))
        stage = ("Qualified To Buy", 0.4) if record.table == "hs_deal" else ("Qualification", 0.2)
        due = (
            AS_OF + timedelta(days=p.random.randrange(10, 90))
            if at % 5 == 0
            else silent + timedelta(days=p.random.randrange(10, 100))
        )
        record.values.update(
            stage=stage[0],
            probability=stage[1],
            is_closed=False,
            is_won=False,
            lost_reason=None,
            created_at=created,
            last_activity_at=silent,
            last_activity_on=silent.date(),
            updated_at=silent,
            close_date=due.date(),
            next_step="Call with quality team",
        )
        record.flag("TIM003", "last_activity_at", "nothing happened since")


def _companies(p: Planter) -> None:
    for record in p.pick(("hs_company", "sf_account"), 6, single=False):
        created = record.when("created_at") or AS_OF
        p.put(record, "CON033", "updated_at", created - timedelta(days=p.random.randrange(3, 200)))
    for record in p.pick(("hs_company",), 9, plain_phones, single=False):
        p.put(
            record,
            "CON030",
            "country",
            {"United Kingdom": "UK", "United States": "USA", "Germany": "Deutschland", "Indonesia": "ID"}.get(
                record.text("country"),
                {"Singapore": "SG", "Netherlands": "NL", "Malaysia": "MY", "Australia": "AU"}.get(
                    record.text("country"), "AT"
                ),
            ),
        )
    for record in p.pick(("hs_company",), 7, filled("name"), single=False):
        p.put(record, "VAL026", "name", f"{record['name']} " if p.random.random() < 0.6 else f" {record['name']}")
    for at, record in enumerate(p.pick(("hs_company",), 6, filled("city"), single=False)):
        p.put(record, "VAL011", "city", ("n/a", "-", "xxx")[at % 3])
    for record in p.pick(("hs_company",), 4, lambda r: any(mark in r.text("name") for mark in "äöü"), single=False):
        p.put(record, "VAL024", "name", record.text("name").encode().decode("cp1252"))
    for record in p.pick(("hs_company",), 4, filled("name", "phone", "domain"), single=False):
        p.put(record, "VAL010", "name", record["phone"])


def _between_systems(p: Planter) -> None:
    _refunds(p)
    tables = p.sample.tables
    bought = {d.account for d in p.sample.deals() if str(d["stage"]).lower() == "closed won"}
    bought |= {x.account for x in tables["payment"] if x["status"] == "Paid"}
    for record in p.pick(
        ("hs_contact",),
        26,
        lambda r: r.account not in bought and r["lifecycle_stage"] in ("Lead", "Subscriber", "Other"),
    ):
        p.put(record, "CON004", "lifecycle_stage", "Customer")
    paying = {x.person for x in tables["payment"] if x["status"] == "Paid"}
    for record in p.pick(
        ("hs_contact",), 22, lambda r: r.person in paying and r["lifecycle_stage"] == "Customer", single=False
    ):
        stage = p.random.choice(("Lead", "Marketing Qualified Lead", "Sales Qualified Lead", "Subscriber"))
        for other in tables["hs_contact"]:
            if other.person == record.person:
                p.put(other, "CON040", "lifecycle_stage", stage, "Customer")
    _consent(p)


def _refunds(p: Planter) -> None:
    """Won deals whose whole amount went back to the buyer."""
    pairs = []
    for deal in p.sample.deals():
        if deal["stage"] == "Closed Won" and not deal.planted and deal.number("amount"):
            for payment in p.sample.tables["payment"]:
                if (
                    payment.account == deal.account
                    and payment["amount"] == deal["amount"]
                    and payment["status"] == "Paid"
                ):
                    pairs.append((deal, payment))
    for deal, payment in p.random.sample(pairs, 11):
        deal.planted = True
        paid = payment.when("paid_at") or AS_OF
        payment.values.update(
            status="Refunded",
            refunded=payment["amount"],
            refunded_base=payment["amount_base"],
            refunded_at=min(paid + timedelta(days=p.random.randrange(5, 40)), AS_OF - timedelta(hours=20)),
        )
        deal.flag("CON042", "stage", "refunded in full")


def _consent(p: Planter) -> None:
    """Who opted out in one system is opted out in all, but for those chosen here."""
    tables = p.sample.tables
    out = {r.person for r in tables["mc_unsubscribed"]}
    for record in p.pick(("hs_contact",), 52, lambda r: r["email"] is not None, single=False):
        out.add(record.person)
    held = {r.person for r in tables["mc_cleaned"]}
    out -= held
    subscribed: dict[str, Record] = {r.person: r for r in tables["mc_subscribed"]}
    known = {r.person for r in tables["hs_contact"]}
    kept = set(p.random.sample(sorted(out & known & {r.person for r in tables["mc_unsubscribed"]}), 26))
    for record in tables["hs_contact"]:
        if record.person in out - kept:
            record.values.update(email_opt_out=True, marketing_status="Non-marketing contact")
        elif record.person in kept:
            record.values.update(
                email_opt_out=False if int(record.person[1:]) % 2 else None, marketing_status="Marketing contact"
            )
        else:
            record.values["email_opt_out"] = False if record.values.get("email_opt_out") is False else None
    leads = {r.person for r in tables["sf_lead"]} & out
    forgotten = set(p.random.sample(sorted(leads), min(9, len(leads))))
    for record in tables["sf_lead"]:
        record.values["email_opt_out"] = record.person in out and record.person not in forgotten
    still = sorted(person for person in out if person in subscribed)
    left = set(p.random.sample(still, min(15, len(still))))
    tables["mc_subscribed"][:] = [r for r in tables["mc_subscribed"] if r.person not in out or r.person in left]
