"""What bad data costs in the user's own prices: [prices] times what was counted, every assumption beside its sum."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from audit.result import AuditResult
from audit.rule import FixKind
from audit.schema import TEXT

COST_TYPES: Mapping[str, object] = {
    "item": TEXT,
    "count": "float64",
    "each": "float64",
    "price": "float64",
    "cost": "float64",
    "currency": TEXT,
    "assumption": TEXT,
}
"""One line per priced item: `count` records, `each` so many a year (mails) or minutes, at `price`.

Of contact_tiers, `each` is the price of the plan for the list as it is and `price` that of the cleaned one; `cost` is
blank where no tier is large enough.
"""


def costs(result: AuditResult) -> pd.DataFrame:
    """Columns of COST_TYPES; nothing is assumed that [prices] does not say, and without prices there is no line."""
    prices = {name: value for name, value in (result.settings.get("prices") or {}).items() if value is not None}
    currency = str(result.settings.get("currency") or "")
    raw, cleaned = _list_size(result.metrics)
    surplus = raw - cleaned
    merged = float((result.cleaned.changes["kind"] == "merge").sum())
    counted = ~result.findings["accepted"].to_numpy(dtype=bool) & result.findings["fix_kind"].ne(str(FixKind.MERGE))
    hour, lines = prices.get("per_hour"), []

    def add(item: str, count: float, each: float, price: float, cost: float, assumption: str) -> None:
        if not np.isnan(count):
            lines.append((item, count, each, price, cost, currency, assumption))

    if (price := prices.get("per_contact_year")) is not None:
        add("surplus_contacts", surplus, np.nan, price, surplus * price, f"{price:g} per contact and year")
    if (tiers := prices.get("contact_tiers")) and not np.isnan(surplus):
        before, after = (tier_price(tiers, size) for size in (raw, cleaned))
        told = f"{raw:,.0f} contacts at {before:,.2f} a year, {cleaned:,.0f} at {after:,.2f}"
        if np.isnan(before):
            told = f"no tier for {raw:,.0f} contacts"
        add("contact_tiers", surplus, before, after, before - after, told)
    sends, send = prices.get("sends_per_year"), prices.get("per_send")
    if sends is not None and send is not None:
        told = f"{sends:g} mails a year at {send:g}"
        add("surplus_sends", surplus, sends, send, surplus * sends * send, told)
    for item, key, count in (
        ("duplicates", "minutes_per_duplicate", merged),
        ("findings", "minutes_per_finding", float(counted.sum())),
    ):
        if (minutes := prices.get(key)) is not None and hour is not None:
            told = f"{minutes:g} minutes each at {hour:g} an hour"
            add(item, count, minutes, hour, count * minutes / 60 * hour, told)
    return pd.DataFrame(lines, columns=list(COST_TYPES)).astype(dict(COST_TYPES))


def tier_price(tiers: Sequence[Mapping[str, Any]], contacts: float) -> float:
    """What the smallest plan for so many contacts costs a year; NaN where none is large enough."""
    return next((float(tier["per_year"]) for tier in tiers if contacts <= tier["up_to"]), np.nan)


def _list_size(metrics: pd.DataFrame) -> tuple[float, float]:
    whole = metrics["metric_id"].eq("list_size") & metrics["period"].eq("all") & metrics["breakdown"].fillna("").eq("")
    found = metrics[whole]
    return (float(found["raw"].iloc[0]), float(found["cleaned"].iloc[0])) if len(found) else (np.nan, np.nan)
