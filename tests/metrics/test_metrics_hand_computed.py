"""Metrics of every family against tables small enough to compute by hand."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest

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
Case = tuple[str, Tables, dict, float | str]
CASES: list[Case] = [
    ("deals_per_customer", D, {}, 1.5),
    ("deals_per_customer", D, OCTOBER, 1.0),
    ("deals_per_customer", {"deal": some(DEALS, 0)}, {}, 1.0),
    ("deals_per_customer", {"deal": without(DEALS, "company_id")}, {}, "No deal names its buyer."),
    ("new_revenue", D, {}, 300.0),
    ("new_revenue", D, OCTOBER, 200.0),
    ("new_revenue", {"deal": some(DEALS, 3)}, {}, 0.0),
    ("new_revenue", {"deal": without(DEALS, "amount")}, {}, "deal.amount"),
    ("renewal_rate", D, {}, 2 / 3),
    ("renewal_rate", D, OCTOBER, 0.5),
    ("renewal_rate", {"deal": some(DEALS, 2)}, {}, "No deal is called a renewal"),
    ("cross_sell_ratio", D, {}, 0.5),
    ("cross_sell_ratio", D, OCTOBER, 0.0),
    ("cross_sell_ratio", {"deal": some(DEALS, 0, 1)}, {}, 1.0),
    ("cross_sell_ratio", {"deal": without(DEALS, "product")}, {}, "deal.product"),
    ("up_sell_ratio", D, {}, 1.0),
    ("up_sell_ratio", {"deal": {**DEALS, "amount": [400.0, 300.0, 200.0, 50.0, 80.0]}}, {}, 0.0),
    ("up_sell_ratio", {"deal": some(DEALS, 0, 2)}, {}, "There are no repeat deals here."),
    # x and y bought between 2024-11 and 2025-11; of them x came back in the year after.
    ("retention_rate", P, CYCLE, 0.5),
    ("churn_rate", P, CYCLE, 0.5),
    ("retention_rate", P, {"business": Business(customer_cycle_days=10)}, "Nobody is known to have bought"),
    ("churn_rate", {"payment": some(PAYMENTS, 0, 2)}, CYCLE, 1.0),
    ("retention_rate", {"payment": without(PAYMENTS, "customer_id")}, {}, "No won deal or payment names its buyer."),
    ("churn_rate", {"payment": some(PAYMENTS, 0, 1)}, CYCLE, 0.0),
    ("churn_rate", {}, {}, "No won deal or payment names its buyer."),
    ("customer_lifetime_value", P, {}, 82 / 3),
    ("customer_lifetime_value", D, {}, 300.0),
    ("customer_lifetime_value", {"payment": some(PAYMENTS, 3)}, {}, 5.0),
    ("clv_to_cac", {**D, **S}, {}, 300.0 / (160.0 / 2)),
    ("clv_to_cac", D, {}, "No source gives spend or campaign costs."),
    ("clv_to_cac", {**P, **S}, {}, 82 / 3 / (160 / 3)),
    ("average_monthly_revenue", D, OCTOBER, 500.0),
    # From September, the month of the first won deal, to November, the month of the audit.
    ("average_monthly_revenue", D, {}, 200.0),
    ("average_monthly_revenue", {"deal": without(DEALS, "amount")}, {}, "deal.amount"),
    ("revenue_against_baseline", D, LIVE, 4.0),
    ("revenue_against_baseline", D, {}, "No go_live"),
    ("revenue_against_baseline", D, {"investment": {"go_live": "2026-05-01"}}, "Won deals do not reach back to"),
    ("profit", D, {}, 110.0),
    ("profit", D, OCTOBER, 90.0),
    ("profit", P, {}, "says its profit"),
    ("margin", D, {}, 110 / 400),
    ("margin", D, OCTOBER, 0.3),
    ("margin", {"deal": {**DEALS, "amount": [0.0, 0.0, 1.0, 1.0, 1.0]}}, {}, "add up to 0"),
    ("margin", {"payment": {"amount": [50.0], "profit": [-5.0]}}, {}, -0.1),
    ("revenue_per_employee", {**D, **U}, {}, 200.0),
    ("revenue_per_employee", D, {"business": Business(employees=4)}, 150.0),
    ("revenue_per_employee", D, {}, "how many people work here"),
    ("stage_days", F, {}, 7.0),
    ("stage_days", F, OCTOBER, 7.0),
    ("stage_days", {"field_change": some(CHANGES, 0, 5)}, {}, "passing from one stage to another"),
    ("stage_days", D, {}, "No source holds"),
    ("days_in_current_stage", D, {}, 10.0),
    ("days_in_current_stage", {"deal": without(DEALS, "stage_changed_at")}, {}, "deal.stage_changed_at"),
    ("days_in_current_stage", {"deal": some(DEALS, 0)}, {}, "There are no open deals here."),
    # Open: to close in December, touched in October.
    ("zombie_deals", D, {}, 0),
    ("zombie_deals", {"deal": {**DEALS, "close_date": ["2026-09-15"] * 5}}, {}, 1),
    ("zombie_deals", {"deal": {**DEALS, "updated_at": ["2026-07-01"] * 5}}, {}, 1),
    ("zombie_deals", {"deal": {**DEALS, "updated_at": ["2026-07-01"] * 5}}, {"business": Business(silent_days=200)}, 0),
    ("zombie_pipeline_value", {"deal": {**DEALS, "close_date": ["2026-09-15"] * 5}}, {}, 80.0),
    ("zombie_pipeline_value", D, {}, 0.0),
    ("zombie_pipeline_value", {"deal": without(DEALS, "amount")}, {}, "deal.amount"),
    ("calls", A, {}, 4),
    ("calls", {"activity": some(ACTIVITIES, 2)}, {}, "No activity is one of the calls."),
    ("calls", {}, {}, "No source holds activities."),
    ("meetings", A, {}, 1),
    ("meetings", {"activity": {"type": ["Demo", "On-site visit", "call"]}}, {}, 2),
    ("meetings", {"activity": some(ACTIVITIES, 0)}, {}, "No activity is one of the meetings."),
    ("proposals", A, {}, 1),
    ("proposals", {"activity": {"type": ["Angebot", "proposal", "Quotation", None]}}, {}, 3),
    ("proposals", {"activity": some(ACTIVITIES, 0)}, {}, "No activity is one of the proposals"),
    ("calls_per_won_deal", {**A, **D}, {}, 4 / 3),
    ("calls_per_won_deal", {**A, **D}, OCTOBER, 2.0),
    ("calls_per_won_deal", {**A, "deal": some(DEALS, 3)}, {}, "There are no won deals here."),
    ("meetings_per_won_deal", {**A, **D}, {}, 1 / 3),
    ("meetings_per_won_deal", {**A, "deal": some(DEALS, 0)}, {}, 1.0),
    ("meetings_per_won_deal", A, {}, "No source holds deals."),
    ("proposals_per_won_deal", {**A, **D}, {}, 1 / 3),
    ("proposals_per_won_deal", {**A, **D}, OCTOBER, 0.5),
    ("proposals_per_won_deal", D, {}, "No source holds activities."),
    ("calls_per_opportunity", {**A, **D}, {}, 0.8),
    ("calls_per_opportunity", {**A, **D}, OCTOBER, 4 / 3),
    ("calls_per_opportunity", A, {}, "No source holds deals."),
    ("new_opportunities", D, {}, 5),
    ("new_opportunities", D, OCTOBER, 3),
    ("new_opportunities", {"deal": without(DEALS, "created_at")}, {}, "deal.created_at"),
    ("activities_last_week", A, {}, 1),
    ("activities_next_week", A, {}, 1),
    ("activities_last_week", {"activity": some(ACTIVITIES, 0)}, {}, 0),
    ("activities_next_week", {"activity": {"type": ["task"], "at": [None], "due_at": ["2026-11-02"]}}, {}, 1),
    ("activities_last_week", {"activity": {"type": ["call"]}}, {}, "activity.at"),
    ("activities_next_week", {}, {}, "No source holds activities."),
    # Person 1 was mailed campaign A twice, which counts once; the bounce in the mailbox belongs to the mail before it.
    ("emails_sent", M, {}, 3),
    ("emails_sent", CP, {}, 400),
    ("emails_sent", CP, OCTOBER, 100),
    ("delivery_rate", M, {}, 2 / 3),
    ("delivery_rate", CP, {}, 1 - 30 / 400),
    ("delivery_rate", {}, {}, "No source logs mails sent one by one."),
    ("bounce_rate", M, {}, 1 / 3),
    ("bounce_rate", CP, OCTOBER, 0.1),
    ("bounce_rate", {"activity": some(MAILS, 0)}, {}, 0.0),
    ("open_rate", M, {}, 0.5),
    ("open_rate", CP, {}, 135 / 360),
    ("open_rate", {"activity": some(MAILS, 2, 6)}, {}, "There are no mails sent here."),
    ("click_rate", M, {}, 0.5),
    ("click_rate", CP, {}, 0.1),
    ("click_rate", {"activity": some(MAILS, 0, 1)}, {}, 0.0),
    ("unsubscribe_rate", M, {}, 0.5),
    ("unsubscribe_rate", CP, {}, 9 / 360),
    ("unsubscribe_rate", {"campaign": without(CAMPAIGNS, "unsubscribes")}, {}, "campaign.unsubscribes"),
    # New: a. Lost: b. There before: b and c (d had left in May).
    ("list_growth_rate", C, OCTOBER, 0.0),
    ("list_growth_rate", {"contact": some(CONTACTS, 0, 2)}, OCTOBER, 1.0),
    ("list_growth_rate", {"contact": some(CONTACTS, 0)}, OCTOBER, "No address was on the list before 2026-10-01."),
    ("campaign_responses", CM, {}, 3),
    ("campaign_responses", CM, OCTOBER, 1),
    ("campaign_responses", {"campaign_member": {"email": ["a@x.example"]}}, {}, "campaign_member.responded"),
    ("response_rate", CM, {}, 0.75),
    ("response_rate", CM, OCTOBER, 0.5),
    ("response_rate", {"campaign_member": some(MEMBERS, 0)}, {}, 0.0),
    ("click_through_rate", S, {}, 0.05),
    ("click_through_rate", CP, {}, 36 / 1500),
    ("click_through_rate", {"spend": without(SPEND, "clicks")}, {}, "spend.clicks"),
    ("cost_per_click", S, {}, 3.2),
    ("cost_per_click", S, OCTOBER, 2.0),
    ("cost_per_click", {"spend": {**SPEND, "amount": [0.0, 0.0, 0.0]}}, {}, 0.0),
    ("cost_per_conversion", S, {}, 40.0),
    ("cost_per_conversion", S, OCTOBER, 30.0),
    ("cost_per_conversion", {"spend": without(SPEND, "conversions")}, {}, "spend.conversions"),
    ("campaign_return", {**D, **S}, {}, 300 / 160 - 1),
    ("campaign_return", {**D, **S}, OCTOBER, 200 / 60 - 1),
    ("campaign_return", {"deal": some(DEALS, 1), **S}, {}, "No won deal names its campaign."),
    ("referral_leads", C, {}, 2),
    ("referral_leads", C, OCTOBER, 1),
    ("referral_leads", {"contact": without(CONTACTS, "lead_source")}, {}, "contact.lead_source"),
    ("referral_share", C, {}, 0.5),
    ("referral_share", C, OCTOBER, 0.5),
    ("referral_share", {"contact": some(CONTACTS, 3)}, {}, "There are no leads with a source here."),
    ("page_views", W, {}, 3),
    ("page_views", W, OCTOBER, 2),
    ("page_views", {}, {}, "No source holds web visits."),
    ("goal_completion_rate", W, {}, 1 / 3),
    ("goal_completion_rate", W, OCTOBER, 0.5),
    ("goal_completion_rate", {"web_visit": without(VISITS, "goal")}, {}, "web_visit.goal"),
    ("minutes_per_visit", W, {}, 2.0),
    ("minutes_per_visit", {"web_visit": some(VISITS, 0)}, {}, 1.0),
    ("minutes_per_visit", {"web_visit": some(VISITS, 2)}, {}, "None of the 1 visits has a value."),
    ("calls_received", A, {}, 3),
    ("calls_received", {"activity": some(ACTIVITIES, 4)}, {}, "No activity is an incoming call."),
    ("calls_received", {"activity": without(ACTIVITIES, "direction")}, {}, "activity.direction"),
    # 1 to 30 October.
    ("calls_per_day", A, {}, 4 / 30),
    ("calls_per_day", A, OCTOBER, 4 / 31),
    ("calls_per_day", {"activity": some(ACTIVITIES, 0)}, {}, 1.0),
    ("abandoned_call_rate", A, {}, 2 / 3),
    ("abandoned_call_rate", {"activity": some(ACTIVITIES, 1)}, {}, 0.0),
    ("abandoned_call_rate", {"activity": without(ACTIVITIES, "outcome")}, {}, "activity.outcome"),
    ("call_handling_minutes", A, {}, 3.0),
    ("call_handling_minutes", {"activity": some(ACTIVITIES, 1)}, {}, 2.0),
    ("call_handling_minutes", {"activity": some(ACTIVITIES, 0)}, {}, "None of the 1 calls has a value."),
    ("call_backs", A, {}, 1),
    ("call_backs", {"activity": some(ACTIVITIES, 0)}, {}, 0),
    ("call_backs", {"activity": {"at": ["2026-10-01"]}}, {}, "activity.type"),
    ("cost_per_interaction", {**S, **T, **A}, {}, 40 / 8),
    ("cost_per_interaction", {**S, **T}, OCTOBER, 8.0),
    ("cost_per_interaction", {**T, "spend": some(SPEND, 0)}, {}, "No spend is of a kind called service or support."),
    # Within an hour: the first and the third. Beyond: the second, and both that wait without a reply.
    ("sla_compliance", T, SLA, 0.4),
    ("sla_compliance", T, {"business": Business(resolution_hours=8)}, 0.4),
    ("sla_compliance", T, {}, "[business] in audit.toml promises no"),
    ("closed_tickets", T, {}, 3.0),
    ("closed_tickets", {"ticket": some(TICKETS, 3)}, {}, 0.0),
    ("closed_tickets", {"ticket": {**TICKETS, "closed_at": ["2026-11-01", "2026-10-02", "2026-10-01", None, None]}},
     OCTOBER, 1.0),
    ("closed_tickets", {"ticket": without(TICKETS, "closed_at")}, {}, "No source gives"),
    ("campaigns", CP, {}, 2.0),
    ("campaigns", CP, OCTOBER, 1.0),
    ("campaigns", D, {}, "No source holds campaigns."),
    ("same_day_resolution_rate", T, {}, 2 / 3),
    ("same_day_resolution_rate", {"ticket": some(TICKETS, 1)}, {}, 0.0),
    ("same_day_resolution_rate", {"ticket": some(TICKETS, 3)}, {}, "There are no closed tickets here."),
    ("complaint_resolution_hours", T, {}, 5.5),
    ("complaint_resolution_hours", {"ticket": some(TICKETS, 0)}, {}, 10.0),
    ("complaint_resolution_hours", {"ticket": some(TICKETS, 1)}, {}, "There are no complaints here."),
    ("tickets_per_agent", T, {}, 2.0),
    ("tickets_per_agent", {"ticket": some(TICKETS, 0)}, {}, 1.0),
    ("tickets_per_agent", {"ticket": without(TICKETS, "owner")}, {}, "ticket.owner"),
    ("tickets_per_customer", T, {}, 4 / 3),
    ("tickets_per_customer", {"ticket": some(TICKETS, 0, 1)}, {}, 2.0),
    ("tickets_per_customer", {"ticket": without(TICKETS, "contact_email")}, {}, "ticket.contact_id"),
    ("nps", T, {}, 25.0),
    ("nps", {"ticket": {**TICKETS, "csat": ["10", "9", "9", "9", "0"]}}, {}, 60.0),
    ("nps", {"ticket": {**TICKETS, "csat": ["5", "4", "1", None, None]}}, {}, "no scale from 0 to 10"),
    ("nps", {"ticket": {**TICKETS, "csat": ["Good", None, None, None, None]}}, {}, "has a rating in figures."),
    ("days_since_login", U, {}, 5.5),
    ("days_since_login", {"user": some(USERS, 0)}, {}, 1.0),
    ("days_since_login", {"user": some(USERS, 3)}, {}, "None of the 1 user accounts has a value."),
    ("records_kept_up_per_user", {**C, **D, **U}, {}, (3 + 3) / 3),
    ("records_kept_up_per_user", {**C, **U}, {}, 1.0),
    ("records_kept_up_per_user", {**D}, {}, "No source holds users."),
    ("activities_per_user", {**A, **U}, {}, 7 / 3),
    ("activities_per_user", {**A, **U}, OCTOBER, 2.0),
    ("activities_per_user", A, {}, "No source holds users."),
    ("lost_value", D, {}, 50.0),
    ("lost_value", D, OCTOBER, 50.0),
    ("lost_value", {"deal": some(DEALS, 0)}, {}, 0.0),
]  # fmt: skip


@pytest.mark.parametrize(("metric", "tables", "context", "expected"), CASES)
def test_by_hand(metric: str, tables: Tables, context: dict, expected: float | str) -> None:
    measured = run(metric, tables, **context)
    value = float(measured.values["value"].iloc[0])
    if isinstance(expected, str):
        assert np.isnan(value)
        assert expected in measured.missing
    else:
        assert measured.missing == ""
        assert value == pytest.approx(expected)


def test_every_family_has_three_cases_or_more() -> None:
    elsewhere = """
        net_roi return_ratio net_gain payback_months profit_beyond_break_even revenue won_deals lost_deals win_rate
        average_deal_size sales_cycle_days median_sales_cycle_days open_deals open_pipeline_value
        weighted_pipeline_value revenue_per_customer collected_revenue refunds new_leads lead_conversion_rate
        list_size marketing_spend cost_per_lead new_customers customer_acquisition_cost form_submissions tickets
        first_reply_minutes resolution_hours median_resolution_hours csat active_users user_adoption_rate activities
    """.split()
    counts = pd.Series([case[0] for case in CASES]).value_counts()
    for metric in METRICS:
        if metric.id not in elsewhere:
            assert counts.get(metric.id, 0) >= 3, metric.id
