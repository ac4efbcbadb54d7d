"""How bad data bends each figure: a defect planted in a clean table moves it one way, and cleaning takes it back."""

from collections.abc import Callable, Mapping

import pandas as pd
import pytest

from audit.cleaning import Strictness, clean
from audit.dataset import Dataset, Table, table_from_frame
from audit.engine import run_rules
from audit.matching import match
from audit.matching.links import link
from audit.metric import MetricContext, Period
from audit.rule import Context
from reports.impact import measure, open_questions
from reports.metrics.catalogue import METRICS
from rules.catalogue import RULES

AS_OF = pd.Timestamp("2026-11-01")
BY_ID = {metric.id: metric for metric in METRICS}
LIVE = {"cost": 500, "margin": 0.5, "go_live": "2026-05-01", "months": 6}
CTX = MetricContext(AS_OF, currency="EUR", investment=LIVE)
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


def as_dataset(frames: Frames) -> Dataset:
    tables: Mapping[str, Table] = {
        name: table_from_frame(name, frame, source="crm", file=f"{name}.csv") for name, frame in frames.items()
    }
    loaded = Dataset(tables)
    found = {"contact": match(loaded["contact"])}
    return link(loaded, {name: result.clusters for name, result in found.items()})


def value(metric: str, data: Dataset, group: str = "", breakdown: str = "") -> float:
    values = BY_ID[metric].compute(data, CTX, breakdown).values.set_index("group")["value"]
    return float(values.get(group, 0.0))


# Metric, defect, where the defect moves it, and whether cleaning has a fix for it.
PLANTED: list[tuple[str, Callable[[Frames], Frames], int]] = [
    ("new_leads", more_leads, 1),
    ("form_submissions", double_forms, 1),
    ("lead_conversion_rate", more_leads, -1),
    ("cost_per_lead", more_leads, -1),
    ("open_rate", mailed_twice, -1),
    ("list_size", more_leads, 1),
    ("open_pipeline_value", deal_twice("open"), 1),
    ("won_deals", deal_twice("won"), 1),
    ("win_rate", deal_twice("won"), 1),
    ("revenue", deal_twice("won"), 1),
    ("net_roi", deal_twice("won"), 1),
    ("churn_rate", split_customer, 1),
    ("customer_lifetime_value", split_customer, -1),
]


@pytest.mark.parametrize(("metric", "plant", "direction"), PLANTED, ids=[f"{row[0]}" for row in PLANTED])
def test_the_defect_bends_it_that_way_and_cleaning_takes_it_back(
    metric: str, plant: Callable[[Frames], Frames], direction: int
) -> None:
    truth = value(metric, as_dataset(clean_tables()))
    frames = plant(clean_tables())
    tables = {name: table_from_frame(name, frame, source="crm", file=f"{name}.csv") for name, frame in frames.items()}
    loaded = Dataset(tables)
    matches = {"contact": match(loaded["contact"])}
    raw = link(loaded, {name: found.clusters for name, found in matches.items()})
    ctx = Context(AS_OF, "DE", {})
    found, _ = run_rules(RULES, raw, ctx)
    questions = open_questions(found, raw, matches)

    def cleaner(families: frozenset[str] | None, strictness: Strictness) -> Dataset:
        lines = questions if strictness is Strictness.LOOSE else found
        return clean(raw, lines, RULES, ctx, matches, families=families, strictness=strictness).dataset

    measured = measure(raw, cleaner, (), [BY_ID[metric]], CTX, (Period(),), questions).metrics
    line = measured[measured["breakdown"] == ""].iloc[0]
    assert (line["raw"] - truth) * direction > 0, (line["raw"], truth)
    ends = (min(line["low"], line["cleaned"], line["loose"]), max(line["high"], line["cleaned"], line["loose"]))
    assert ends[0] - 1e-9 <= truth <= ends[1] + 1e-9, (truth, ends)
    assert abs(line["cleaned"] - truth) <= abs(line["raw"] - truth)


class TestBendsWithoutAFix:
    """Where only a person can tell what is right: the figure moves, and nothing is made up."""

    def test_revenue_moves_to_the_blank_source(self) -> None:
        clean_data, bent = (as_dataset(frames) for frames in (clean_tables(), sources_blank(clean_tables())))
        assert value("revenue", bent, "Web", "lead_source") < value("revenue", clean_data, "Web", "lead_source")
        assert value("revenue", bent, "(blank)", "lead_source") > 0

    def test_revenue_moves_between_months(self) -> None:
        clean_data, bent = (as_dataset(frames) for frames in (clean_tables(), closed_in_bulk(clean_tables())))
        assert value("revenue", bent, "2026-10", "month") > value("revenue", clean_data, "2026-10", "month")
        assert value("revenue", bent) == value("revenue", clean_data)

    def test_the_sales_cycle_shortens_by_an_import(self) -> None:
        clean_data, bent = (as_dataset(frames) for frames in (clean_tables(), created_by_import(clean_tables())))
        assert value("sales_cycle_days", bent) < value("sales_cycle_days", clean_data)

    def test_zero_amounts_pull_the_average_deal_down(self) -> None:
        clean_data, bent = (as_dataset(frames) for frames in (clean_tables(), zero_amounts(clean_tables())))
        assert value("average_deal_size", bent) < value("average_deal_size", clean_data)

    def test_refunds_that_the_crm_does_not_know_make_revenue_too_high(self) -> None:
        unseen, seen = (as_dataset(plant(clean_tables())) for plant in (refunds_unseen, refunds_seen))
        assert value("collected_revenue", unseen) > value("collected_revenue", seen)

    def test_a_rep_whose_name_is_gone_loses_the_deals(self) -> None:
        clean_data, bent = (as_dataset(frames) for frames in (clean_tables(), owner_left(clean_tables())))
        assert value("won_deals", bent, "Ben", "owner") < value("won_deals", clean_data, "Ben", "owner") or (
            value("lost_deals", bent, "Ben", "owner") < value("lost_deals", clean_data, "Ben", "owner")
        )
        assert value("lost_deals", bent, "(blank)", "owner") > 0

    def test_tickets_on_a_twin_make_support_per_customer_too_low(self) -> None:
        bent, truth = (as_dataset(plant(clean_tables())) for plant in (split_tickets, same_tickets))
        assert value("tickets_per_customer", bent) < value("tickets_per_customer", truth)
