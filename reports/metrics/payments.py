"""Payment metrics: what customers really paid, and what they got back."""

from collections.abc import Callable

import pandas as pd

from audit.dataset import Dataset, Table
from audit.metric import Group, Measured, Metric, MetricContext, Unit
from reports.metrics.aggregate import Statistic, aggregate, lacking, not_computable
from reports.metrics.facts import facts
from reports.metrics.outcome import charged, refunded

PAYMENT_INPUTS = (
    "payment.amount",
    "payment.quantity",
    "payment.unit_price",
    "payment.refunded",
    "payment.status",
    "payment.captured",
    "payment.mode",
    "payment.currency",
    "payment.paid_at",
)


def payment_metric(
    value: Callable[[Table], pd.Series], *needs: str | tuple[str, ...]
) -> Callable[[Dataset, MetricContext, str], Measured]:
    """A sum over the payments that came in, by the day on which they were paid."""

    def compute(dataset: Dataset, ctx: MetricContext, breakdown: str) -> Measured:
        if missing := lacking(dataset, ("payment.amount", "payment.unit_price"), *needs):
            return not_computable(missing)
        known = facts(dataset)
        payments = known["payment"]
        return aggregate(
            payments,
            known.paid,
            ctx,
            breakdown,
            Statistic.SUM,
            what="payments that came in",
            at=known.timeline("payment", "paid_at"),
            value=value(payments),
            money=True,
        )

    return compute


def collected(payments: Table) -> pd.Series:
    return charged(payments) - refunded(payments)


METRICS: tuple[Metric, ...] = (
    Metric(
        id="collected_revenue",
        name="Collected revenue",
        formula="Payments that came in, less what was refunded of them, by payment date; failed, uncaptured and "
        "test-mode payments left out",
        symbols="Σ (amount − refunded)(paid)",
        unit=Unit.MONEY,
        group=Group.BUSINESS_PERFORMANCE,
        inputs=PAYMENT_INPUTS,
        compute=payment_metric(collected),
        breakdowns=("product", "region", "country", "industry", "source", "currency", "month", "quarter"),
        source="Net volume of payment tools (Stripe: charges less refunds)",
        dated_by="payment.paid_at",
        filters="payments that came in; no failed, uncaptured or test ones",
    ),
    Metric(
        id="refunds",
        name="Refunds",
        formula="What went back of payments that came in, by payment date",
        symbols="Σ refunded(paid)",
        unit=Unit.MONEY,
        group=Group.BUSINESS_PERFORMANCE,
        inputs=PAYMENT_INPUTS,
        compute=payment_metric(refunded, ("payment.refunded", "payment.status")),
        breakdowns=("product", "country", "source", "currency", "month", "quarter"),
        higher_is_better=False,
        source="Refund volume of payment tools (Stripe)",
        dated_by="payment.paid_at",
        filters="payments that came in",
    ),
)
