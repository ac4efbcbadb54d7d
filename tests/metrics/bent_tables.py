"""One small business without a defect, and the defects that are planted in it."""

from collections.abc import Callable

import pandas as pd

FIRST = "Amelia Joko Dewi Elodie Farid Hanneke Ingrid Katarzyna Lestari Matteo Nurul Oksana".split()
LAST = (
    "Abernathy Castellanos Darmawan Eriksson Fitzgerald Hartono Jankowski Kusuma Lindqvist Novak Quintero Santoso"
).split()
SIZE = len(FIRST)
Frames = dict[str, pd.DataFrame]


def clean_tables() -> Frames:
    """One small business without a defect: people, companies, deals, mails, forms, tickets, payments, spend."""
    numbers = range(SIZE)
    people = [f"{first} {last}" for first, last in zip(FIRST, LAST, strict=True)]
    mails = [
        f"{first.lower()}.{last.lower()}@{last.lower()}-trading.com" for first, last in zip(FIRST, LAST, strict=True)
    ]
    months = [f"2026-{month:02}-10" for month in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 9, 10)]
    contacts = pd.DataFrame(
        {
            "source_id": [f"C{number}" for number in numbers],
            "record_type": "contact",
            "first_name": FIRST,
            "last_name": LAST,
            "email": mails,
            "phone": [f"+49 30 5550{number:03}{number:02}" for number in numbers],
            "company_name": [f"{last} Trading" for last in LAST],
            "lead_source": ["Web", "Fair", "Referral"] * 4,
            "converted": [True, False, False] * 4,
            "created_at": "2026-01-05",
            "last_open_at": "2026-10-01",
        }
    )
    deals = pd.DataFrame(
        {
            "source_id": [f"D{number}" for number in numbers],
            "name": [f"{last} Trading, gateways {number}" for number, last in enumerate(LAST)],
            "status": ["won", "lost", "won", "open"] * 3,
            "amount": [100.0 + 10 * number for number in numbers],
            "currency": "EUR",
            "contact_id": contacts["source_id"],
            "company_name": contacts["company_name"],
            "lead_source": contacts["lead_source"],
            "owner": ["Ann", "Ben"] * 6,
            "created_at": "2025-12-10",
            "close_date": months,
            "last_activity_at": "2026-10-20",
        }
    )
    deals.loc[deals["status"] == "open", "close_date"] = "2026-12-15"
    sent = pd.DataFrame({"type": "sent", "contact_id": contacts["source_id"], "campaign": "A", "at": "2026-10-01"})
    opened = sent[::2].assign(type="open", at="2026-10-02")
    activities = pd.concat([sent, opened], ignore_index=True)
    forms = pd.DataFrame(
        {"form": "Demo", "submitted_at": [f"{day} 10:15:00" for day in months], "email": mails, "full_name": people}
    )
    tickets = pd.DataFrame({"source_id": [f"T{n}" for n in numbers], "contact_id": contacts["source_id"],
                            "subject": [f"question {n}" for n in numbers], "created_at": months})  # fmt: skip
    payments = pd.DataFrame(
        {
            "source_id": [f"P{number}" for number in range(2 * SIZE)],
            "customer_id": [*contacts["source_id"]] * 2,
            "email": mails * 2,
            "amount": [50.0 + number for number in range(2 * SIZE)],
            "currency": "EUR",
            "status": "paid",
            "paid_at": ["2025-03-01"] * SIZE + ["2026-03-01"] * SIZE,
        }
    )
    spend = pd.DataFrame({"period": ["2026-01-01"], "amount": [1200.0], "currency": ["EUR"], "kind": ["marketing"]})
    return {"contact": contacts, "deal": deals, "activity": activities, "form_submission": forms, "ticket": tickets,
            "payment": payments, "spend": spend}  # fmt: skip


def twins(frames: Frames, rows: tuple[int, ...], **changes: object) -> Frames:
    """Second records of some people, as a second typist would make them."""
    again = frames["contact"].iloc[list(rows)].assign(**changes)
    again = again.assign(source_id=[f"X{row}" for row in rows])
    return {**frames, "contact": pd.concat([frames["contact"], again], ignore_index=True)}


def more_leads(frames: Frames) -> Frames:
    return twins(frames, (1, 4, 7), converted=False)


def double_forms(frames: Frames) -> Frames:
    forms = frames["form_submission"]
    again = forms.head(3).assign(submitted_at=pd.to_datetime(forms["submitted_at"].head(3)) + pd.Timedelta(seconds=3))
    return {**frames, "form_submission": pd.concat([forms, again.astype({"submitted_at": str})], ignore_index=True)}


def mailed_twice(frames: Frames) -> Frames:
    made = twins(frames, (0, 2, 4))
    again = frames["activity"].iloc[[0, 2, 4]].assign(contact_id=["X0", "X2", "X4"])
    return {**made, "activity": pd.concat([frames["activity"], again], ignore_index=True)}


def deal_twice(which: str) -> Callable[[Frames], Frames]:
    def plant(frames: Frames) -> Frames:
        deals = frames["deal"]
        again = deals[deals["status"] == which].tail(2)
        again = again.assign(source_id=[f"Y{n}" for n in range(len(again))])
        return {**frames, "deal": pd.concat([deals, again], ignore_index=True)}

    return plant


def split_customer(frames: Frames) -> Frames:
    """The second payments of two customers are booked on a second record of theirs."""
    made = twins(frames, (0, 1))
    payments = frames["payment"].copy()
    payments.loc[[SIZE, SIZE + 1], "customer_id"] = ["X0", "X1"]
    return {**made, "payment": payments}


def split_tickets(frames: Frames) -> Frames:
    made = twins(frames, (0, 1))
    extra = frames["ticket"].head(2).assign(contact_id=["X0", "X1"], source_id=["T90", "T91"], subject=["a", "b"])
    return {**made, "ticket": pd.concat([frames["ticket"], extra], ignore_index=True)}


def same_tickets(frames: Frames) -> Frames:
    """The same two further tickets, on the records that the first ones are on."""
    extra = frames["ticket"].head(2).assign(source_id=["T90", "T91"], subject=["a", "b"])
    return {**frames, "ticket": pd.concat([frames["ticket"], extra], ignore_index=True)}


def sources_blank(frames: Frames) -> Frames:
    deals = frames["deal"].copy()
    deals.loc[deals.index[:4], "lead_source"] = None
    return {**frames, "deal": deals}


def closed_in_bulk(frames: Frames) -> Frames:
    deals = frames["deal"].copy()
    deals.loc[deals["status"] == "won", "close_date"] = "2026-10-31"
    return {**frames, "deal": deals}


def created_by_import(frames: Frames) -> Frames:
    return {**frames, "deal": frames["deal"].assign(created_at=frames["deal"]["close_date"])}


def zero_amounts(frames: Frames) -> Frames:
    deals = frames["deal"].copy()
    deals.loc[deals["status"] == "won", "amount"] = deals["amount"].where(deals.index != 0, 0.0)
    return {**frames, "deal": deals}


def owner_left(frames: Frames) -> Frames:
    deals = frames["deal"].copy()
    deals.loc[deals["owner"] == "Ben", "owner"] = None
    return {**frames, "deal": deals}


def refunds_unseen(frames: Frames) -> Frames:
    payments = frames["payment"].copy()
    payments.loc[[0, 1], "status"] = "paid"
    return {**frames, "payment": payments}


def refunds_seen(frames: Frames) -> Frames:
    payments = frames["payment"].copy()
    payments.loc[[0, 1], "status"] = "refunded"
    return {**frames, "payment": payments}


def joke_records(frames: Frames) -> Frames:
    """Two records that colleagues made to try a form."""
    made = frames["contact"].head(2).assign(source_id=["X8", "X9"], first_name=["Test", "Mickey"],
                                            last_name=["User", "Mouse"], email=["test@test.com", "mickey@test.com"],
                                            phone=None, company_name=None, converted=False)  # fmt: skip
    return {**frames, "contact": pd.concat([frames["contact"], made], ignore_index=True)}


def bots(frames: Frames) -> Frames:
    """Three submissions in which the hidden field is filled."""
    made = (
        frames["form_submission"]
        .head(3)
        .assign(
            email=["one@bots-trading.com", "two@bots-trading.com", "three@bots-trading.com"],
            honeypot="x",
            full_name=None,
        )
    )
    return {**frames, "form_submission": pd.concat([frames["form_submission"], made], ignore_index=True)}


def never_created(frames: Frames) -> Frames:
    """Four people who filled in a form, and did not buy, never came into the CRM."""
    contacts = frames["contact"]
    lost = contacts.index.isin(contacts.index[~contacts["converted"]][:4])
    return {**frames, "contact": contacts[~lost].reset_index(drop=True)}


def bought_again(frames: Frames, *ids: str) -> Frames:
    """Two customers have won deals without a company's name, the second one of each on the contacts `ids`."""
    deals = frames["deal"].assign(company_name=None)
    again = deals[deals["status"] == "won"].head(2)
    again = again.assign(source_id=["Y0", "Y1"], contact_id=list(ids), close_date="2026-10-29",
                         amount=[77.0, 88.0], name=["refill a", "refill b"])  # fmt: skip
    return {**frames, "deal": pd.concat([deals, again], ignore_index=True)}


def one_customer(frames: Frames) -> Frames:
    return bought_again(frames, "C0", "C2")


def duplicate_customers(frames: Frames) -> Frames:
    return bought_again(twins(frames, (0, 2)), "X0", "X2")


def clicked(frames: Frames) -> Frames:
    """Of every person who opened the mail we know a click and a reply too."""
    opened = frames["activity"][frames["activity"]["type"] == "open"]
    both = [opened.assign(type=kind, at="2026-10-03") for kind in ("click", "reply")]
    return {**frames, "activity": pd.concat([frames["activity"], *both], ignore_index=True)}


def clicked_twice_mailed(frames: Frames) -> Frames:
    return mailed_twice(clicked(frames))


def bounced_unseen(frames: Frames) -> Frames:
    """Two addresses that the mailing tool knows to be dead and the CRM mails on."""
    dead = frames["contact"].head(2)
    events = pd.DataFrame({"type": "bounce", "bounce_type": "hard", "contact_email": dead["email"], "campaign": "Z",
                           "at": "2026-09-01"})  # fmt: skip
    return {**frames, "activity": pd.concat([frames["activity"], events], ignore_index=True)}


def bounced_seen(frames: Frames) -> Frames:
    made = bounced_unseen(frames)
    return {**made, "contact": made["contact"].assign(email_bounced=[True, True] + [False] * (SIZE - 2))}


def gone_stale(frames: Frames) -> Frames:
    """Three further people without a sign of life for twelve years, at addresses that are dead by now."""
    made = frames["contact"].head(3).assign(
        source_id=["X5", "X6", "X7"], first_name=["Pieter", "Quirina", "Rasmus"],
        last_name=["Vandenberg", "Wolkenstein", "Yamaguchi"], converted=False, created_at="2014-10-01",
        email=["p@vandenberg-trading.com", "q@wolkenstein-trading.com", "r@yamaguchi-trading.com"],
        phone=None, company_name=None, last_open_at=None,
    )  # fmt: skip
    return {**frames, "contact": pd.concat([frames["contact"], made], ignore_index=True)}


def silent_deals(frames: Frames) -> Frames:
    """Three open deals that nobody has touched for a year."""
    deals = frames["deal"]
    made = deals[deals["status"] == "open"].assign(
        source_id=["Z0", "Z1", "Z2"], name=["old a", "old b", "old c"], company_name=["Aa", "Bb", "Cc"],
        contact_id=None, amount=[500.0, 600.0, 700.0], created_at="2025-01-10", last_activity_at="2025-06-01",
    )  # fmt: skip
    return {**frames, "deal": pd.concat([deals, made], ignore_index=True)}


def losers_left_open(frames: Frames) -> Frames:
    """Lost deals that nobody closes, last touched long ago."""
    deals = frames["deal"].copy()
    deals.loc[deals["status"] == "lost", ["status", "last_activity_at"]] = ["open", "2026-01-02"]
    return {**frames, "deal": deals}


def closed_late(frames: Frames) -> Frames:
    deals = frames["deal"].copy()
    deals.loc[deals["status"] == "won", "close_date"] = "2026-10-31"
    return {**frames, "deal": deals}


def in_rupiah(frames: Frames) -> Frames:
    """One won deal is booked in another currency, at what its amount is worth there."""
    deals = frames["deal"].copy()
    deals.loc[0, "currency"] = "IDR"
    deals.loc[0, "amount"] = deals.loc[0, "amount"] * 20_000
    return {**frames, "deal": deals}


def source_overwritten(frames: Frames) -> Frames:
    deals = frames["deal"].copy()
    deals.loc[deals["status"] == "won", "lead_source"] = "Import"
    return {**frames, "deal": deals}


def paid_twice(frames: Frames) -> Frames:
    """Three payments stand in their file twice."""
    payments = frames["payment"]
    return {**frames, "payment": pd.concat([payments, payments.head(3)], ignore_index=True)}


def failed_as_paid(frames: Frames) -> Frames:
    payments = frames["payment"].copy()
    payments.loc[[2, 3], "status"] = None
    return {**frames, "payment": payments}


def failed_known(frames: Frames) -> Frames:
    payments = frames["payment"].copy()
    payments.loc[[2, 3], "status"] = "failed"
    return {**frames, "payment": payments}


def other_owner(frames: Frames) -> Frames:
    """The second record of two won deals has another owner."""
    made = deal_twice("won")(frames)
    deals = made["deal"].copy()
    twice = deals["source_id"].str.startswith("Y")
    deals.loc[twice, "owner"] = deals.loc[twice, "owner"].map({"Ann": "Ben", "Ben": "Ann"})
    return {**made, "deal": deals}


def tickets_unlinked(frames: Frames) -> Frames:
    """Both tickets of two people, the second ones without a person."""
    made = same_tickets(frames)
    tickets = made["ticket"].copy()
    tickets.loc[tickets.index[-2:], "contact_id"] = None
    return {**made, "ticket": tickets}
