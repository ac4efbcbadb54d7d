"""Tables small enough to compute every metric by hand, and what computes it."""

from collections.abc import Mapping

import pandas as pd

from audit.dataset import Dataset, table_from_frame
from audit.metric import Business, Measured, MetricContext, Period
from reports.metrics.catalogue import METRICS

BY_ID = {metric.id: metric for metric in METRICS}
AS_OF = pd.Timestamp("2026-11-01")
OCTOBER = {"period": Period("2026-10", pd.Timestamp("2026-10-01"), pd.Timestamp("2026-11-01"))}
NAN = float("nan")
Tables = Mapping[str, Mapping[str, list]]

DEALS = {
    "status": ["won", "won", "won", "lost", "open"],
    "amount": [100.0, 300.0, 200.0, 50.0, 80.0],
    "company_id": ["a", "a", "b", "c", "a"],
    "product": ["P", "Q", "P", "P", "P"],
    "owner": ["Ann", "Ann", "Ben", "Ann", "Ben"],
    "created_at": ["2026-09-01", "2026-09-11", "2026-10-01", "2026-10-01", "2026-10-05"],
    "close_date": ["2026-09-15", "2026-10-10", "2026-10-31", "2026-10-20", "2026-12-01"],
    "profit": [20.0, 90.0, NAN, 10.0, NAN],
    "type": ["Renewal", "Renewal", "New", "renewal ", "Renewal"],
    "campaign": ["Spring", None, "spring", "Spring", None],
    "updated_at": ["2026-10-30", "2026-01-01", None, "2026-10-30", "2026-10-30"],
    "stage_changed_at": ["2026-10-01", None, None, None, "2026-10-22"],
}
ACTIVITIES = {
    "type": ["Call", "call", "Meeting", "Quote sent", "Call", "Task", "Call"],
    "direction": ["inbound", "Incoming", None, None, "out", None, "in"],
    "outcome": ["Abandoned", "connected", None, None, "called back", None, "Missed"],
    "duration_seconds": [0.0, 120.0, 3600.0, NAN, 240.0, NAN, NAN],
    "at": ["2026-10-01", "2026-10-02", "2026-10-03", "2026-10-04", "2026-10-10", "2026-11-03", "2026-10-30"],
    "owner": ["Ann", "Ann", "Ann", "Ben", "Ben", "Ann", "Ben"],
}
MAILS = {
    "type": ["sent", "sent", "sent", "open", "open", "click", "bounce", "sent", "unsubscribe"],
    "contact_id": ["1", "2", "3", "1", "1", "1", "3", "1", "2"],
    "campaign": ["A", "A", "A", "A", "A", "A", None, "A", "A"],
    "at": ["2026-10-01"] * 3 + ["2026-10-02"] * 4 + ["2026-10-01", "2026-10-03"],
}
CAMPAIGNS = {
    "name": ["A", "B"],
    "sent": [100.0, 300.0],
    "delivered": [90.0, 270.0],
    "opens": [45.0, 90.0],
    "clicks": [9.0, 27.0],
    "hard_bounces": [6.0, 20.0],
    "soft_bounces": [4.0, NAN],
    "unsubscribes": [0.0, 9.0],
    "impressions": [1000.0, 500.0],
    "date": ["2026-10-01", "2026-09-01"],
}
PAYMENTS = {
    "customer_id": ["x", "x", "y", "z", "y"],
    "amount": [10.0, 20.0, 40.0, 5.0, 7.0],
    "paid_at": ["2025-06-01", "2026-06-01", "2025-07-01", "2026-08-01", "2024-12-01"],
}
TICKETS = {
    "created_at": ["2026-10-01 08:00", "2026-10-01 20:00", "2026-10-03 08:00", "2026-10-31 08:00", "2026-10-20"],
    "closed_at": ["2026-10-01 18:00", "2026-10-02 02:00", "2026-10-03 09:00", None, None],
    "first_reply_minutes": [30.0, 300.0, 10.0, NAN, NAN],
    "owner": ["Ann", "Ann", "Ben", None, "Ann"],
    "contact_email": ["a@x.example", "A@x.example", "b@x.example", None, "c@x.example"],
    "type": ["Complaint", "Question", "complaint", "Complaint", None],
    "csat": ["10", "6", "8", "9", None],
}
CONTACTS = {
    "email": ["a@x.example", "b@x.example", "c@x.example", "d@x.example", None],
    "created_at": ["2026-10-05", "2026-01-01", "2026-02-01", "2026-03-01", "2026-10-10"],
    "unsubscribed_at": [None, "2026-10-20", None, "2026-05-01", None],
    "bounced_at": [None, None, None, None, None],
    "lead_source": ["Customer Referral", "Web", "Word-of-mouth", None, "Trade show"],
    "updated_at": ["2026-10-05", "2026-10-06", "2026-01-01", None, "2026-10-10"],
}
USERS = {
    "active": [True, True, False, True],
    "last_login_at": ["2026-10-31", "2026-10-22", "2026-10-31", None],
    "team": ["Sales", "Sales", "Sales", "Ops"],
    "full_name": ["Ann", "Ben", "Cy", "Di"],
}
SPEND = {
    "period": ["2026-10-01", "2026-10-01", "2026-09-01"],
    "amount": [60.0, 40.0, 100.0],
    "kind": ["marketing", "Customer support", "marketing"],
    "clicks": [30.0, NAN, 20.0],
    "impressions": [600.0, NAN, 400.0],
    "conversions": [2.0, NAN, 2.0],
    "campaign": ["Spring", None, "Autumn"],
}
MEMBERS = {
    "status": ["Sent", "Responded", "sent", "Attended"],
    "responded": [None, None, True, None],
    "created_at": ["2026-10-01", "2026-10-02", "2026-09-02", "2026-09-03"],
}
VISITS = {
    "at": ["2026-10-01", "2026-10-02", "2026-09-01"],
    "duration_seconds": [60.0, 180.0, -5.0],
    "goal": ["sign-up", None, None],
}
CHANGES = {
    "object": ["Deal", "Deal", "Deal", "Contact", "Deal", "Deal"],
    "record_id": ["1", "1", "1", "1", "2", "2"],
    "field": ["dealstage", "dealstage", "dealstage", "dealstage", "amount", "dealstage"],
    "new_value": ["Qualified", "Offer", "Won", "Offer", "5", "Qualified"],
    "changed_at": ["2026-10-01", "2026-10-05", "2026-10-15", "2026-10-16", "2026-10-01", "2026-10-02"],
}
SLA = {"business": Business(first_reply_hours=1)}
CYCLE = {"business": Business(customer_cycle_days=365)}
LIVE = {"investment": {"go_live": "2026-10-01"}}


def data(tables: Tables) -> Dataset:
    return Dataset({name: table_from_frame(name, pd.DataFrame(columns)) for name, columns in tables.items()})


def without(table: Mapping[str, list], *names: str) -> dict[str, list]:
    return {name: values for name, values in table.items() if name not in names}


def some(table: Mapping[str, list], *rows: int) -> dict[str, list]:
    return {name: [values[row] for row in rows] for name, values in table.items()}


def run(metric: str, tables: Tables, breakdown: str = "", **context: object) -> Measured:
    return BY_ID[metric].compute(data(tables), MetricContext(AS_OF, **context), breakdown)  # type: ignore[arg-type]


D, A, M, P, T, C, U = (
    {"deal": DEALS}, {"activity": ACTIVITIES}, {"activity": MAILS}, {"payment": PAYMENTS}, {"ticket": TICKETS},
    {"contact": CONTACTS}, {"user": USERS},
)  # fmt: skip
CP, S, CM, W, F = (
    {"campaign": CAMPAIGNS}, {"spend": SPEND}, {"campaign_member": MEMBERS}, {"web_visit": VISITS},
    {"field_change": CHANGES},
)  # fmt: skip
FORMS = {"form": ["Demo", "Demo", "Guide"], "submitted_at": ["2026-10-01", "2026-10-31 23:59", "2026-09-30"]}
Case = tuple[str, Tables, dict, float | str]
"""Metric, tables, what the context holds beside them, and its value or what it says is missing."""
