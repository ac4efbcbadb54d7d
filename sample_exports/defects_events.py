"""Plants what goes wrong in forms, field history, tickets, mailings, payments and ids."""

from collections import Counter
from datetime import date, datetime, timedelta

from company import AS_OF, moment, private_address
from exports import Record, Value
from marketing import CAMPAIGNS, submission
from planting import Planter, filled
from service import change

FORMS = ("form_demo", "form_guide")


def plant_events(p: Planter) -> None:
    _forms(p)
    _bots(p)
    _history(p)
    _tickets(p)
    _mailings(p)
    _payments(p)
    _repeated_ids(p)
    for name in FORMS:
        p.sample.tables[name].sort(key=lambda record: (str(record["submitted_at"]), record.text("email")))
    p.sample.tables["history"].sort(key=lambda record: (str(record["changed_at"]), record.text("record_id")))


def _again(p: Planter, record: Record, after: timedelta, **changed: Value) -> Record:
    values = {**record.values, **changed, "submitted_at": (record.when("submitted_at") or AS_OF) + after}
    copy = Record(record.table, values, record.person, record.account)
    copy.planted = True
    p.sample.tables[record.table].append(copy)
    return copy


def _forms(p: Planter) -> None:
    once = Counter((r.table, r.person) for name in FORMS for r in p.sample.tables[name])

    def lone(record: Record) -> bool:
        return once[record.table, record.person] == 1 and (record.when("submitted_at") or AS_OF) < AS_OF - timedelta(
            days=3
        )

    for record in p.pick(FORMS, 36, lone, single=False):
        _again(p, record, timedelta(seconds=p.random.randrange(1, 10)))
    for at, record in enumerate(p.pick(FORMS, 27, lone, single=False)):
        changed = {"message": "Please call before noon."} if at % 3 == 0 and record.table == "form_demo" else {}
        _again(p, record, timedelta(seconds=p.random.randrange(15, 580)), **changed)
    for record in p.pick(FORMS, 19, lone, single=False):
        changed = (
            {"sites": "6-20", "message": "Sorry, the number of sites was wrong."}
            if record.table == "form_demo"
            else {"job_title": "Head of Quality"}
        )
        _again(p, record, timedelta(minutes=p.random.randrange(14, 1200)), **changed)
    known = {r.text("email").lower() for r in p.sample.contacts() if r["email"]}
    for record in p.pick(FORMS, 15, lone, filled("company_name", "last_name"), single=False):
        person = p.people[record.person]
        email = private_address(p.random, person.first, person.last)
        assert email not in known
        _again(
            p,
            record,
            timedelta(minutes=p.random.randrange(2, 1100)),
            email=email,
            contact_id=None,
            consent=record["consent"],
            **{"Contact first name": None, "Contact last name": None, "Contact email": None},
        )
    for record in p.pick(FORMS, 4, lone, single=False):
        p.put(record, "VAL011", "first_name", p.random.choice(("Test", "asdf")))
    for record in p.pick(("form_demo",), 5, lone, filled("company_name"), single=False):
        p.put(record, "VAL011", "company_name", p.random.choice(("-", "n/a", "xxx")))
    for record in p.pick(("form_demo",), 1, lone, single=False):
        p.put(
            record,
            "VAL040",
            "message",
            "Charge my card 4111111111111111, we need two gateways quickly",
            "no card number",
        )
    # People who filled a form in but never reached the CRM.
    outside = [
        person
        for person in p.sample.world.people
        if person.id not in {r.person for r in p.sample.contacts()} and person.last
    ]
    for person in p.random.sample(outside, 13):
        ghost = Record("hs_contact", {"email": person.email, "source_id": None})
        row = submission(
            p.random,
            p.random.choice(FORMS),
            person,
            ghost,
            moment(p.random, datetime(2025, 1, 8), datetime(2026, 10, 20)),
        )
        row.values.update(
            contact_id=None, **{"Contact first name": None, "Contact last name": None, "Contact email": None}
        )
        row.planted = True
        p.sample.tables[row.table].append(row)


def _bots(p: Planter) -> None:
    def bot(form: str, at: datetime, first: str, last: str, email: str, **more: str) -> None:
        page = (
            "https://www.halmera.example/demo" if form == "form_demo" else "https://www.halmera.example/vaccine-guide"
        )
        values: dict[str, Value] = {
            "first_name": first,
            "last_name": last,
            "email": email,
            "company_name": p.random.choice(("Google", "Bestdeals", "Growth Partner")),
            "submitted_at": at,
            "page": page,
            "page_title": "Request a demo",
            "consent": True,
            "sites": "1-5",
            "job_title": "Manager",
            **more,
        }
        row = Record(form, values)
        row.planted = True
        p.sample.tables[form].append(row)

    syllables = ("zor", "vek", "lam", "tri", "qua", "mel", "dov", "sak")

    def name() -> str:
        return "".join(p.random.sample(syllables, 2)).capitalize()

    for _ in range(13):
        at = moment(p.random, datetime(2025, 1, 8), datetime(2026, 10, 20))
        bot(
            p.random.choice(FORMS),
            at,
            name(),
            name(),
            f"{name().lower()}{p.random.randrange(99, 999)}@bulk-leads.example",
            honeypot=p.random.choice(("https://buy-links.example", "Yes", "SEO service")),
        )
    for form, start in (
        ("form_demo", datetime(2026, 3, 14, 3, 11, 20)),
        ("form_guide", datetime(2026, 8, 22, 2, 40, 1)),
    ):
        for number in range(8):
            bot(
                form,
                start + timedelta(seconds=number),
                name(),
                name(),
                f"{name().lower()}{p.random.randrange(99, 999)}@fastmail-{number}.example",
            )
    for _ in range(7):
        at = moment(p.random, datetime(2025, 1, 8), datetime(2026, 10, 20))
        bot(
            "form_demo",
            at,
            "Win a prize http://bonus.example/x",
            name(),
            f"{name().lower()}{p.random.randrange(99, 999)}@promo.example",
            message="Best offer for your site",
        )


def _history(p: Planter) -> None:
    rows = p.sample.tables["history"]
    contacts = [r for r in p.sample.tables["hs_contact"] if not r.planted and r["lead_source"]]
    deals = [r for r in p.sample.tables["hs_deal"] if r["owner"]]

    def burst(
        kind: str,
        records: list[Record],
        name: str,
        old: list[str],
        new: str,
        start: datetime,
        by: str,
        source: str,
        seconds: float,
    ) -> None:
        for at, record in enumerate(records):
            row = change(kind, record, name, old[at], new, start + timedelta(seconds=int(at * seconds)), by, source)
            row.flag("ACC020", "new_value", old[at])
            rows.append(row)

    targets = [r for r in contacts if r["lead_source"] == "Offline Sources"][:46]
    sources = ("Organic Search", "Paid Search", "Direct Traffic", "Referrals")
    burst(
        "Contact",
        targets,
        "hs_analytics_source",
        [sources[at % 4] for at in range(46)],
        "Offline Sources",
        datetime(2026, 4, 8, 7, 30, 2),
        "Import 2026-04-08",
        "IMPORT",
        0.8,
    )
    owned = [r for r in contacts if r["owner"] == "Bagas Adinegara" and r not in targets][:28]
    burst(
        "Contact",
        owned,
        "hubspot_owner_id",
        ["Rendra Wirasena"] * 28,
        "Bagas Adinegara",
        datetime(2026, 4, 1, 8, 5, 0),
        "Owner rotation workflow",
        "AUTOMATION",
        1.2,
    )
    pushed = [r for r in deals if r["close_date"] == date(2026, 12, 31)]
    old = [f"2026-{9 + at % 3:02d}-{12 + at % 15:02d}" for at in range(len(pushed))]
    burst(
        "Deal",
        pushed,
        "closedate",
        old,
        "2026-12-31",
        datetime(2026, 9, 29, 16, 58, 10),
        "Marguerite Ashdown",
        "CRM_UI",
        1.0,
    )
    pairs = (
        ("Bettina Kornfeld", "Salesforce sync"),
        ("Larissa Hohmann", "Lead scoring workflow"),
        ("Vikram Sethuraman", "Salesforce sync"),
    )
    for at, record in enumerate(
        p.random.sample([r for r in contacts if r["lifecycle_stage"] in ("Lead", "Marketing Qualified Lead")], 16)
    ):
        first, second = pairs[at % 3]
        stage = record.text("lifecycle_stage")
        other = "Sales Qualified Lead"
        stamp = moment(p.random, datetime(2026, 1, 5), datetime(2026, 10, 12))
        rows.append(change("Contact", record, "lifecyclestage_segment", stage, other, stamp, first, "CRM_UI"))
        back = change(
            "Contact",
            record,
            "lifecyclestage_segment",
            other,
            stage,
            stamp + timedelta(hours=p.random.randrange(1, 100)),
            second,
            "INTEGRATION" if "sync" in second else "AUTOMATION",
        )
        back.flag("ACC021", "new_value", other)
        rows.append(back)
    # A person who takes a change back, or an old value that returns after weeks, is no flip-flop.
    for record in p.random.sample(contacts, 6):
        stamp = moment(p.random, datetime(2026, 1, 5), datetime(2026, 8, 12))
        rows.append(
            change("Contact", record, "jobtitle", "Buyer", "Purchasing Manager", stamp, "Marlene Oehlers", "CRM_UI")
        )
        rows.append(
            change(
                "Contact",
                record,
                "jobtitle",
                "Purchasing Manager",
                "Buyer",
                stamp + timedelta(days=40),
                "Henrik Waldau",
                "CRM_UI",
            )
        )
    blanked = ("phone", "mobilephone", "jobtitle", "city")
    for at, record in enumerate(p.random.sample(contacts, 24)):
        name = blanked[at % 4]
        true = {
            "phone": "+49 30 23125 447",
            "mobilephone": "+62 812 5550 1877",
            "jobtitle": "Quality Manager",
            "city": "Hamburg",
        }[name]
        row = change(
            "Contact",
            record,
            name,
            true,
            None,
            moment(p.random, datetime(2025, 3, 1), datetime(2026, 10, 20)),
            "Salesforce sync" if at % 2 else "Zapier form bridge",
            "INTEGRATION",
        )
        row.flag("ACC022", "new_value", true)
        rows.append(row)
    for record in p.random.sample(contacts, 5):
        rows.append(
            change(
                "Contact",
                record,
                "mobilephone",
                "+6591231234",
                None,
                moment(p.random, datetime(2025, 3, 1), datetime(2026, 10, 20)),
                "Chua Wen Hui",
                "CRM_UI",
            )
        )
    for record in p.random.sample(contacts, 5):
        stamp, gap = moment(p.random, datetime(2026, 2, 1), datetime(2026, 10, 1)), p.random.choice((30, 60, 300))
        for at in range(5):
            row = change(
                "Contact",
                record,
                "hs_lead_status",
                "New",
                "Open",
                stamp + timedelta(seconds=at * gap),
                "Webhook retry service",
                "API",
            )
            if at:
                row.flag("ACC023", "new_value", "one change")
            rows.append(row)


def _tickets(p: Planter) -> None:
    known = {r.text("email").lower() for r in p.sample.contacts() if r["email"]}
    for at, record in enumerate(p.pick(("ticket",), 42, single=False)):
        person = p.people[record.person]
        account = person.account
        assert account is not None
        email = (
            f"warehouse{at}@{account.domain}",
            f"lab{at}@{account.domain}",
            private_address(p.random, person.first, person.last),
        )[at % 3]
        assert email not in known
        record.flag("CON044", "contact_email", "nobody in the CRM")
        record.values["contact_email"] = email


def _mailings(p: Planter) -> None:
    """Mailed although unsubscribed: the suppression list was not loaded for the last two campaigns."""
    unique = Counter(r.text("email") for r in p.sample.contacts() if r["email"])
    gone = [
        r
        for r in p.sample.tables["mc_unsubscribed"]
        if unique[r.text("email")] == 1 and (r.when("unsubscribed_at") or AS_OF) < datetime(2026, 5, 20)
    ]
    for at, member in enumerate(p.random.sample(gone, min(16, len(gone)))):
        campaign, title, sent = CAMPAIGNS[3 + at % 2]
        stamp = sent + timedelta(seconds=p.random.randrange(900))
        rows = p.sample.activity[campaign]
        rows.append(
            Record(
                "activity",
                {"contact_email": member["email"], "type": "sent", "at": stamp, "campaign": title},
                member.person,
                member.account,
            )
        )
        rows.sort(key=lambda row: (str(row["at"]), row.text("contact_email")))
        member.flag("CON010", "unsubscribed_at", f"mailed {stamp:%Y-%m-%d}")


def _payments(p: Planter) -> None:
    several = Counter(r.person for r in p.sample.tables["payment"] if r["status"] == "Paid")
    options = [
        r for r in p.sample.tables["payment"] if r["status"] == "Paid" and several[r.person] > 3 and not r.planted
    ]
    for record in p.random.sample(options, 9):
        credit = dict(record.values)
        amount = -(record.number("amount") or 0)
        credit.update(
            source_id=record.text("source_id")[::-1].replace("3_hc", "") + "Cr",
            amount=amount,
            amount_base=-(record.number("amount_base") or 0),
            description="Manual credit note",
            paid_at=(record.when("paid_at") or AS_OF) + timedelta(hours=30),
            fee=0.0,
        )
        credit["source_id"] = "txn_" + str(credit["source_id"])[:20]
        row = Record("payment", credit, record.person, record.account)
        row.flag("VAL029", "amount", "a credit, not a payment")
        p.sample.tables["payment"].append(row)
    p.sample.tables["payment"].sort(key=lambda record: (str(record["paid_at"]), record.text("source_id")))


def _repeated_ids(p: Planter) -> None:
    """Rows that came twice because a page of the export was fetched again."""
    for table, count in (("hs_contact", 9), ("sf_lead", 6), ("hs_deal", 5), ("ticket", 7), ("hs_company", 4)):
        rows = p.sample.tables[table]
        start = p.random.randrange(len(rows) // 3, len(rows) // 2)
        page = [r for r in rows[start : start + 60] if not r.planted][:count]
        copies = []
        for record in page:
            copy = Record(table, dict(record.values), record.person, record.account, list(record.defects), planted=True)
            copy.flag("UNQ005", "source_id", "the same record again")
            copies.append(copy)
        at = start + 75
        rows[at:at] = copies
