"""Ticket, user and activity metrics against hand-computed tables."""

import numpy as np
import pandas as pd
import pytest

from audit.dataset import Dataset, table_from_frame
from audit.metric import Measured, MetricContext, Period
from reports.metrics.catalogue import METRICS

BY_ID = {metric.id: metric for metric in METRICS}
AS_OF = pd.Timestamp("2026-11-01")
OCTOBER = Period("2026-10", pd.Timestamp("2026-10-01"), pd.Timestamp("2026-11-01"))

TICKETS = pd.DataFrame(
    {
        "created_at": ["2026-10-01 08:00", "2026-10-02 08:00", "2026-09-03 08:00", "2026-10-04 08:00"],
        "first_reply_at": ["2026-10-01 08:10", "2026-10-02 09:00", None, "2026-10-04 07:00"],
        "closed_at": ["2026-10-01 12:00", "2026-10-03 08:00", None, "2026-10-04 06:00"],
        "csat": ["Good", "bad", "Offered", None],
        "owner": ["Ann", "Ben", None, "Ann"],
    }
)


def data(**tables: pd.DataFrame) -> Dataset:
    return Dataset({name: table_from_frame(name, frame) for name, frame in tables.items()})


def run(metric: str, dataset: Dataset, breakdown: str = "", **context: object) -> Measured:
    return BY_ID[metric].compute(dataset, MetricContext(AS_OF, **context), breakdown)  # type: ignore[arg-type]


def whole(metric: str, dataset: Dataset, **context: object) -> float:
    return float(run(metric, dataset, **context).values["value"].iloc[0])


def by(metric: str, dataset: Dataset, breakdown: str) -> dict[str, float]:
    values = run(metric, dataset, breakdown).values
    return dict(zip(values["group"], values["value"], strict=True))


class TestTickets:
    def test_count(self) -> None:
        assert whole("tickets", data(ticket=TICKETS)) == 4
        assert whole("tickets", data(ticket=TICKETS), period=OCTOBER) == 3
        assert by("tickets", data(ticket=TICKETS), "owner") == {"Ann": 2, "(blank)": 1, "Ben": 1}
        assert run("tickets", data()).missing == "No source holds tickets."

    def test_first_reply_is_the_median_of_possible_durations(self) -> None:
        assert whole("first_reply_minutes", data(ticket=TICKETS)) == 35.0
        assert whole("first_reply_minutes", data(ticket=TICKETS[:1])) == 10.0
        given = TICKETS.assign(first_reply_minutes=[1.0, np.nan, 3.0, -9.0])
        assert whole("first_reply_minutes", data(ticket=given)) == 3.0

    def test_resolution(self) -> None:
        assert whole("resolution_hours", data(ticket=TICKETS)) == 14.0
        assert whole("median_resolution_hours", data(ticket=TICKETS[:1])) == 4.0
        assert run("resolution_hours", data(ticket=TICKETS[2:3])).missing == "None of the 1 tickets has a value."
        assert "ticket.closed_at" in run("resolution_hours", data(ticket=TICKETS[["csat"]])).missing

    @pytest.mark.parametrize(
        ("answers", "rate"),
        [
            (["Good", "bad", "Offered", None], 0.5),
            (["5", "4.0", "3", "1"], 0.5),
            (["5/5", "10", "8", "7"], 0.5),
            (["100 %", "80%", "79", "0"], 0.5),
            (["Very satisfied", "neutral", "n/a", "1e400"], 0.5),
        ],
    )
    def test_satisfaction_on_every_scale(self, answers: list, rate: float) -> None:
        assert whole("csat", data(ticket=TICKETS.assign(csat=answers))) == rate

    def test_satisfaction_that_nobody_answered(self) -> None:
        assert np.isnan(whole("csat", data(ticket=TICKETS.assign(csat="Not Offered"))))
        assert np.isnan(whole("csat", data(ticket=TICKETS.assign(csat=None))))


class TestAdoption:
    users = pd.DataFrame(
        {
            "active": [True, True, None, False, True],
            "last_login_at": ["2026-10-31", "2026-09-01", "2026-10-02", "2026-10-31", None],
            "team": ["Sales", "Sales", None, "Sales", "Ops"],
        }
    )

    def test_users(self) -> None:
        assert whole("active_users", data(user=self.users)) == 2
        assert whole("user_adoption_rate", data(user=self.users)) == 0.5
        assert by("user_adoption_rate", data(user=self.users), "team") == {"Sales": 0.5, "(blank)": 1.0, "Ops": 0.0}
        assert whole("user_adoption_rate", data(user=self.users[:1])) == 1.0

    def test_users_without_sign_ins(self) -> None:
        assert "last login" in run("active_users", data(user=self.users[["team"]])).missing.lower()
        assert run("user_adoption_rate", data(user=self.users[3:4])).missing == "There are no user accounts here."

    def test_activities(self) -> None:
        logged = pd.DataFrame({"type": ["call", "call", None], "at": ["2026-10-01", None, "2026-09-01"]})
        assert whole("activities", data(activity=logged)) == 3
        assert whole("activities", data(activity=logged), period=OCTOBER) == 1
        assert by("activities", data(activity=logged), "type") == {"call": 2, "(blank)": 1}
        assert np.isnan(whole("activities", data()))
