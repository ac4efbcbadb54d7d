"""Plants what goes wrong between the fields of one record and between tables: products, order of dates, payers."""

from datetime import datetime, timedelta

from company import AS_OF, private_address
from exports import Record
from planting import BOTH, HS, Planter, filled, works_at_home
from vocabulary import FAMILY, GIVEN


def plant_records(p: Planter) -> None:
    _deals(p)
    _choices(p)
    _names(p)
    _templates(p)
    _order_of_dates(p)
    _payers(p)
    _repeated_rows(p)
    _field_sizes(p)


def _deals(p: Planter) -> None:
    def lost(record: Record) -> bool:
        return record["stage"] == "Closed Lost"

    for record in p.pick(("hs_deal",), 8, lost, filled("lost_reason")):
        record.values["lost_reason"] = None
    for record in p.pick(("hs_deal",), 9, lost):
        p.put(record, "CMP008", "company_name", None)
        record.values.update(company_id=None, contact_id=None)
        record.account = record.person = ""


def _choices(p: Planter) -> None:
    for usual, variants in (
        ("HM-200 Loggers", ("HM200 Loggers",) * 2 + ("hm-200 loggers",)),
        ("HM-500 Gateways", ("HM 500 Gateways",) * 3),
        ("Halmera Cloud Subscription", ("HalmeraCloud Subscription",) * 2),
    ):
        for variant, record in zip(
            variants,
            p.pick(("hs_deal",), len(variants), lambda r, usual=usual: r["product"] == usual),  # type: ignore[misc]
            strict=True,
        ):
            p.put(record, "CON007", "product", variant, usual)
            record.flag("CON002", "product", usual)
    for record in p.pick(("sf_account",), 9, filled("industry"), single=False):
        p.put(record, "VAL033", "industry", "Biotechnolgy", "Biotechnology")
    for at, record in enumerate(p.pick(("hs_deal",), 5, filled("product"))):
        p.put(record, "CON007", "product", ("Brackwell Tracker", "Spare parts", "HM-100 Loggers")[at % 3], "not listed")


def _names(p: Planter) -> None:
    def plain(record: Record) -> bool:
        return all(record.text(name).isalpha() and len(record.text(name)) > 3 for name in ("first_name", "last_name"))

    shapes = ("/{}", "...{}", "{}_", "{} -", ", {}", "{},", "{}..", "_{}")
    for at, record in enumerate(p.pick(BOTH, 12, plain, works_at_home)):
        name = "last_name" if at % 4 else "first_name"
        p.put(record, "VAL032", name, shapes[at % len(shapes)].format(record.text(name)))


def _templates(p: Planter) -> None:
    letters = (
        "Dear {{contact.firstname}}, thank you for visiting our stand",
        "Dear [First Name], please find the offer enclosed",
        "Hello *|FNAME|*, your guide is ready",
        "Sent: offer for {product_name}",
    )
    for at, record in enumerate(p.pick(HS, 6, filled("email"), lambda r: not r["note"], single=False)):
        record.values["note"] = letters[at % 4]
        record.flag("VAL042", "note", "the text with its blank filled in")
    for at, record in enumerate(p.pick(("ticket",), 5, filled("subject"), single=False)):
        subject = ("Your ticket {{ticket.id}} is waiting", "Replacement of {product_name}", "Re: [Company Name] audit")
        p.put(record, "VAL042", "subject", subject[at % 3])
    for record in p.pick(("hs_deal",), 3, filled("next_step")):
        p.put(record, "VAL042", "next_step", "Send offer to %FIRSTNAME%")


def _order_of_dates(p: Planter) -> None:
    def recent(record: Record) -> bool:
        return (record.when("created_at") or datetime(2000, 1, 1)) > datetime(2024, 11, 1)

    for record in p.pick(HS, 11, filled("last_activity_at"), recent):
        created = record.when("created_at") or AS_OF
        p.put(record, "CON034", "last_activity_at", created - timedelta(days=p.random.randrange(3, 90), hours=5))
    for record in p.pick(("ticket",), 12, filled("closed_at"), single=False):
        opened = record.when("created_at") or AS_OF
        p.put(record, "CON035", "closed_at", opened - timedelta(hours=p.random.randrange(1, 60)))


def _payers(p: Planter) -> None:
    """Payments of customers who were deleted in the payment system."""
    known = {record.text("email").lower() for record in p.sample.contacts() if record["email"]}
    payments = p.sample.tables["payment"]
    for number, like in enumerate(p.pick(("payment",), 10, lambda r: r["description"] == "Web shop order")):
        email = private_address(p.random, p.random.choice(GIVEN["GB"]), p.random.choice(FAMILY["GB"]))
        assert email not in known
        values = dict(like.values)
        values.update(
            source_id=f"ch_3{like.text('source_id')[:3:-1]}",
            customer_id=f"cus_{like.text('customer_id')[:3:-1]}",
            email=email,
            paid_at=(like.when("paid_at") or AS_OF) - timedelta(days=2, minutes=number),
            status="Paid",
            captured=True,
            refunded=0.0,
            refunded_base=0.0,
            refunded_at=None,
        )
        values["Decline Reason"] = None
        stranger = Record("payment", values, f"stranger {number}", f"stranger {number}", planted=True)
        stranger.flag("CON045", "customer_id", "a deleted customer")
        payments.append(stranger)
    payments.sort(key=lambda record: (str(record["paid_at"]), record.text("source_id")))


def _repeated_rows(p: Planter) -> None:
    """Lines of a log of sent mails that were written twice."""
    for rows in p.sample.activity.values():
        sent = [at for at, row in enumerate(rows) if row["type"] == "sent"]
        for at in sorted(p.random.sample(sent, 2), reverse=True):
            rows.insert(at + 1, Record("activity", dict(rows[at].values), rows[at].person, rows[at].account))


def _field_sizes(p: Planter) -> None:
    """Postal codes that a spreadsheet took for numbers, and next steps cut where Salesforce's field ends."""
    for record in p.pick(("hs_company", "sf_account"), 8, lambda r: r.text("postal_code").startswith("0")):
        p.put(record, "VAL034", "postal_code", record.text("postal_code").lstrip("0"))
    steps = (
        "call the quality manager about the mapping report of the cold store",
        "send the offer with and without calibration on site",
        "ask purchasing who signs above the limit and how long that takes",
        "agree on a date for the trial with two gateways in the loading bay",
        "find out which loggers of the other maker are still under contract",
        "bring the reference of the vaccine depot to the next meeting",
        "check with support whether the alarms can go to the night shift as well",
    )
    for record in p.pick(("sf_opportunity",), 8, filled("next_step")):
        text = ""
        while not text[-1:].isalpha():
            text = f"{record.text('next_step')}, then {', '.join(p.random.sample(steps, len(steps)))}"[:255]
        p.put(record, "VAL035", "next_step", text, "the end was cut off")
