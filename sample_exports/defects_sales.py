"""Plants what goes wrong in deals, tickets, advertising and companies: stages, prices, links, batches, columns."""

from collections import Counter, defaultdict
from datetime import datetime, timedelta

from commerce import RATES
from company import AS_OF, slug, stream
from exports import Record
from planting import HS, Planter, filled
from rapidfuzz.fuzz import ratio
from service import change

DEALS = ("hs_deal",)
TICKETS = ("ticket",)


def plant_sales(p: Planter) -> None:
    _amounts(p)
    _stages(p)
    _between_systems(p)
    _links(p)
    _tickets(p)
    _spend(p)
    _closed_lists(p)
    _batches(p)
    _admins(p)
    _newcomers(p)
    _rep_list(p)
    _columns(p)


def lost(record: Record) -> bool:
    return record["stage"] == "Closed Lost"


def won(record: Record) -> bool:
    return record["stage"] == "Closed Won"


def _in_euros(record: Record) -> bool:
    return record["currency"] == "EUR" and bool(record.number("amount"))


def _amounts(p: Planter) -> None:
    _wrong_currency(p)
    for at, record in enumerate(p.pick(DEALS, 9, lost, _in_euros, filled("product"))):
        amount = record.number("amount") or 0
        wrong = amount * 100 if at % 3 else round(amount / 100, 2)
        p.put(record, "ACC040", "amount", wrong, f"{amount:.2f}")
        record.values["amount_base"] = wrong
    for record in p.pick(DEALS, 8, lost, filled("amount", "currency")):
        p.put(record, "CMP011", "currency", None)
    for record in p.pick(DEALS, 8, lost, filled("close_date")):
        p.put(record, "CMP009", "close_date", None)
    sold: dict[str, list[Record]] = defaultdict(list)
    for deal in p.sample.tables["hs_deal"]:
        if won(deal) and _in_euros(deal) and (deal.number("amount") or 0) > 0 and deal["product"]:
            sold[deal.text("product")].append(deal)
    for _, deals in sorted(sold.items()):
        *wrong, cheaper = p.random.sample(deals, len(deals) // 12 + 1)
        for record in wrong:
            pieces = int(record.number("quantity") or 0)
            p.put(record, "CON056", "quantity", pieces * 3, str(pieces))
        # A discount of a quarter is none.
        cheaper.values["quantity"] = round((cheaper.number("quantity") or 0) * 4 / 3)


def _wrong_currency(p: Planter) -> None:
    """Deals of customers who pay in euros, entered in the rupiah that stood in the field."""
    table = p.sample.tables["hs_deal"]
    deals: dict[str, list[Record]] = defaultdict(list)
    for deal in table:
        if deal.account and deal["contact_id"]:
            deals[deal.account].append(deal)
    loyal = [account for account, own in sorted(deals.items()) if len(own) >= 3 and all(map(_in_euros, own))]
    for account in p.random.sample(loyal, 8):
        like = next(deal for deal in deals[account] if not deal["_system"])
        fresh = Record("hs_deal", dict(like.values), like.person, account, planted=True)
        amount = round((like.number("amount") or 0) * p.random.uniform(1.1, 1.8), -1)
        created = (like.when("created_at") or AS_OF) - timedelta(days=20)
        fresh.values.update(
            source_id=str(int(like.text("source_id")) - 1),
            name=f"{like.text('name').partition(' - ')[0]} - Spare parts",
            amount=amount,
            amount_base=round(amount * RATES["IDR"], 2),
            currency="IDR",
            stage="Closed Lost",
            probability=0.0,
            is_closed=True,
            is_won=False,
            lost_reason="Price",
            product=None,
            quantity=None,
            created_at=created,
            last_activity_at=None,
            updated_at=created + timedelta(days=15),
            close_date=(created + timedelta(days=15)).date(),
            next_step=None,
        )
        fresh.flag("CON036", "currency", "EUR")
        fresh.flag("ACC040", "amount", "right in EUR, far too little in IDR")
        table.insert(table.index(like), fresh)


def _stages(p: Planter) -> None:
    paying = {x.account for x in p.sample.tables["payment"] if x["status"] == "Paid"}
    for record in p.pick(DEALS, 8, won, lambda r: r.account in paying):
        p.put(record, "CON038", "stage", "Closed Won", "won or lost")
        record.values.update(is_won=False, lost_reason="No decision", probability=None)
    history = p.sample.tables["history"]
    slow = p.pick(
        DEALS, 8, lambda r: r["stage"] in ("Contract Sent", "Presentation Scheduled"), filled("owner", "amount")
    )
    before = {"Contract Sent": "Decision Maker Bought-In", "Presentation Scheduled": "Qualified To Buy"}
    ids = {record.text("source_id") for record in slow}
    history[:] = [row for row in history if row.text("record_id") not in ids or row["object"] != "Deal"]
    for record in slow:
        created = datetime(2025, 6, 2, 9) + timedelta(days=p.random.randrange(60), minutes=p.random.randrange(400))
        record.values["created_at"] = created
        stage, since = record.text("stage"), created + timedelta(days=p.random.randrange(20, 50))
        row = change("Deal", record, "dealstage", before[stage], stage, since, record.text("owner"), "CRM_UI")
        history.append(row)
        record.flag("TIM004", "stage", f"since {since:%Y-%m-%d}")


def _between_systems(p: Planter) -> None:
    """Deals of both systems whose amount was changed in one of them."""
    theirs = {(r.account, r["name"]): r for r in p.sample.tables["sf_opportunity"]}
    times = Counter((r.account, r["name"]) for r in p.sample.deals())
    copies = [
        record
        for record in p.sample.tables["hs_deal"]
        if record["_system"] == "copy" and not won(record) and times[record.account, record["name"]] == 2
    ]
    for record in p.random.sample(copies, 5):
        twin = theirs[record.account, record["name"]]
        amount = round((twin.number("amount") or 0) * p.random.choice((1.33, 1.42, 1.6)), -1)
        for one, other in ((record, twin), (twin, record)):
            one.flag("CON049", "amount", f"another amount in {other.table}")
        record.values.update(amount=amount, amount_base=round(amount * RATES[record.text("currency")], 2))


def _links(p: Planter) -> None:
    for record in p.pick(HS, 8, filled("company_id", "company_name")):
        p.put(record, "CMP012", "company_id", str(9990000 + p.random.randrange(9999)))
    staff: dict[str, set[str]] = defaultdict(set)
    for record in p.sample.contacts():
        domain = record.text("email").rpartition("@")[2]
        if domain == (p.people[record.person].account.domain if record.person in p.people else ""):
            staff[record.account].add(record.person)
    companies: dict[str, Record] = {}
    for record in p.sample.tables["hs_company"]:
        companies.setdefault(record.account, record)
    accounts = {account.id: account for account in p.sample.world.accounts}

    def crowded(record: Record) -> bool:
        own = record.text("email").endswith(f"@{p.company(record).domain}")
        return own and len(staff[record.account]) >= 5 and record["lifecycle_stage"] in ("Lead", "Subscriber")

    for record in p.pick(HS, 8, filled("company_id", "company_name"), crowded):
        own = accounts[record.account]
        while True:
            other = accounts[p.random.choice(sorted(companies))]
            if ratio(slug(other.short), slug(own.short)) < 35 and other.short.split()[-1] != own.short.split()[-1]:
                break
        record.flag("CON055", "company_name", own.name)
        record.values.update(company_name=other.name, company_id=companies[other.id]["source_id"])
        if record["phone"] == own.switchboard.e164:
            record.values["phone"] = None
    for record in p.pick(
        HS, 12, lambda r: r["lifecycle_stage"] in ("Opportunity", "Customer") and r["lead_status"] == "Connected",
        single=False,
    ):  # fmt: skip
        p.put(record, "CON046", "lead_status", "Unqualified")


def _tickets(p: Planter) -> None:
    def old(record: Record) -> bool:
        return (record.when("created_at") or AS_OF) < AS_OF - timedelta(days=45) and bool(record["closed_at"])

    for record in p.pick(TICKETS, 8, filled("owner", "closed_at"), single=False):
        p.put(record, "CMP015", "owner", None)
    for at, record in enumerate(p.pick(TICKETS, 8, old, single=False)):
        record.flag("TIM005", "created_at", "no reply")
        record.values.update(
            status=("New", "Open")[at % 2],
            closed_at=None,
            resolution_hours=None,
            first_reply_minutes=None,
            Replies="0",
            csat="Not Offered",
            updated_at=record["created_at"],
        )


def _spend(p: Planter) -> None:
    for record in p.pick(("ads",), 8, single=False):
        p.put(record, "CMP016", "campaign", None)
        record.values["campaign_id"] = None


def _closed_lists(p: Planter) -> None:
    for at, record in enumerate(p.pick(TICKETS, 6, filled("priority"), single=False)):
        p.put(record, "VAL048", "priority", ("ASAP", "P1", "Call back")[at % 3])
    for at, record in enumerate(p.pick(("hs_company",), 4, filled("type"), single=False)):
        p.put(record, "VAL048", "type", ("Uncle of the CEO", "see Excel list")[at % 2])


def _batches(p: Planter) -> None:
    """A workflow that made forty companies resellers in one second, and integrations that took the credit."""

    def earlier(record: Record) -> bool:
        return (record.when("created_at") or AS_OF) < datetime(2026, 8, 1)

    for record in p.pick(("hs_company",), 42, earlier, lambda r: r["type"] == "Prospect", single=False):
        p.put(record, "ACC024", "type", "Reseller")
        record.values["updated_at"] = datetime(2026, 8, 19, 2, 0)
    rows = p.sample.tables["history"]
    contacts = [r for r in p.sample.tables["hs_contact"] if not r.planted and r["lead_source"]]
    pairs = (("Referrals", "Direct Traffic"), ("Paid Search", "Email Marketing"), ("Organic Search", "Paid Social"))
    for at, record in enumerate(p.random.sample(contacts, 14)):
        stamp = datetime(2026, 1, 12, 8) + timedelta(days=at * 19, minutes=p.random.randrange(500))
        old, new = pairs[at % 3]
        by, source = ("Zapier form bridge", "INTEGRATION") if at % 2 else ("Webinar import", "IMPORT")
        if at >= 11:
            by, source = "Bettina Kornfeld", "CRM_UI"
        elif at >= 8:
            old = "Offline Sources"
        row = change("Contact", record, "hs_analytics_source", old, new, stamp, by, source)
        if at < 8:
            row.flag("ACC025", "new_value", old)
        rows.append(row)


def _admins(p: Planter) -> None:
    """Half the office was made administrators during the migration."""
    idle = ("Siobhan Carrick", "Gregor Vandamme", "Yusuf Hidayatullah", "Eleni Markopoulos", "Desmond Achterberg")
    busy = ("Paulina Gorecki", "Nadia Ferreira", "Bettina Kornfeld")
    for user in p.sample.tables["user"]:
        if user["full_name"] in (*idle, "Anton Brinkhaus", *busy):
            user.values["role"] = "Admin"
        login = user.when("last_login_at")
        if user["active"] is True and user["role"] == "Admin" and login and login < AS_OF - timedelta(days=31):
            user.flag("ACC031", "role", "administrator who does not sign in")


def _newcomers(p: Planter) -> None:
    """Sellers who were hired and whom nobody has given anything yet."""
    for number, name in enumerate(("Linus Abendroth", "Mirjam Castendyk", "Devi Larasati")):
        user = {
            "source_id": str(7455175 + 977 * number),
            "full_name": name,
            "email": f"{name.lower().replace(' ', '.')}@halmera.example",
            "role": "Sales",
            "team": "Sales",
            "active": True,
            "last_login_at": datetime(2026, 10, 30, 17, 12 + number),
            "created_at": datetime(2026, 6, 1, 9),
        }
        record = Record("user", user)
        record.flag("ACC032", "full_name", "a seller who owns nothing")
        p.sample.tables["user"].append(record)


def _rep_list(p: Planter) -> None:
    """Stage and date in a seller's own list: leads that were never called, a column that mostly says n/a."""
    random = stream("rep stages")
    stages = {record.person: record["lifecycle_stage"] for record in p.sample.tables["hs_contact"]}
    paying = {record.person for record in p.sample.tables["stripe_customer"]}
    for record in p.sample.tables["excel"]:
        record.values["Fair 2026"] = random.choice(("invited", "came", "n/a", "n/a", None))
        if record.person in paying or stages.get(record.person) not in (None, "Lead", "Subscriber"):
            continue
        last = record.when("last_contacted_at")
        record.values["lifecycle_stage"] = "Lead"
        record.values["created_at"] = (last or datetime(2026, 8, 1)) - timedelta(days=random.randrange(20, 300))
        if last is None:
            record.flag("TIM006", "last_contacted_at", "")


def _columns(p: Planter) -> None:
    """Columns that say nothing, say it twice, or say it in two ways."""
    for record in p.sample.tables["sf_account"]:
        record.values.update(Legacy_Industry__c=record["industry"], Pricebook__c="Standard")
    words = ("about 10", "tbc by Thilo", "5-8", "several", "two, soon three")
    for at, record in enumerate(p.sample.tables["hs_company"]):
        odd = at % 29 == 28
        record.values["Cold rooms"] = words[at // 29 % 5] if odd else str(int(p.random.lognormvariate(1.6, 0.9)) + 2)
    p.sample.columns += [
        ("sf_account", "UNQ020", "Legacy_Industry__c", "the same as Industry"),
        ("sf_account", "VAL060", "Pricebook__c", "Standard throughout"),
        ("hs_company", "VAL061", "Cold rooms", "numbers, and remarks in one of 29 rows"),
        ("excel", "VAL062", "Fair 2026", "n/a in two of five rows"),
        ("hs_company", "CMP021", "Secondary contact", "blank throughout"),
        ("stripe_customer", "CMP021", "Description", "blank throughout"),
    ]
    for table in ("mc_cleaned", "mc_subscribed", "mc_unsubscribed"):
        p.sample.columns.append((table, "CMP021", "NOTES", "blank throughout"))
        for header in ("Phone Number", "CC"):
            p.sample.columns.append((table, "CMP020", header, "next to nobody"))
