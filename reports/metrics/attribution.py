"""Which campaign and source won which revenue: first touch, last touch, linear, position-based, view-through.

A touch is what reached a person before the deal closed: a lead source, a form, a campaign response, a click, a visit;
a mail opened or sent is a view. Touches meet deals through the contact record, so that one person on two records loses
the touches of the other one until they are merged. Where nothing is known to have reached a deal's person, the source
and the campaign that the deal states itself are its touch.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from audit.dataset import Dataset, Table
from audit.metric import MetricContext
from audit.schema import MULTI_SEPARATOR, TEXT
from audit.values import text
from reports.metrics.aggregate import converted, currencies
from reports.metrics.facts import Facts, facts
from reports.metrics.links import linked
from reports.metrics.outcome import sounds

MODELS = ("first touch", "last touch", "linear", "position-based", "view-through")
DIMENSIONS = ("campaign", "source")
STATED = {"campaign": "campaign", "source": "lead_source"}
"""By dimension, the field in which a deal states it."""

OWN = {name: f"own {name}" for name in DIMENSIONS}
ENDS = 0.4
"""What the first and the last touch get in the position-based model; those between share the rest."""

NONE = "(no touch)"
WINDOWS = (7, 30)
"""Days within which a view counts for a deal that closes after it."""

ATTRIBUTION_TYPES: Mapping[str, object] = {
    "model": TEXT,
    "dimension": TEXT,
    "group": TEXT,
    "currency": TEXT,
    "deals_raw": "float64",
    "deals_cleaned": "float64",
    "revenue_raw": "float64",
    "revenue_cleaned": "float64",
    "moved": "float64",
}
"""Revenue by model, campaign or source, on raw and cleaned tables; `moved` is what cleaning moves to the group."""


def attribution(raw: Dataset, cleaned: Dataset, ctx: MetricContext, windows: tuple[int, ...] = WINDOWS) -> pd.DataFrame:
    """The credits on both tables side by side; empty where no won deal names a person."""
    keys = ["model", "dimension", "group", "currency"]
    sides = [credits(data, ctx, windows).rename(columns={"deals": f"deals_{name}", "revenue": f"revenue_{name}"})
             for name, data in (("raw", raw), ("cleaned", cleaned))]  # fmt: skip
    both = (
        sides[0]
        .merge(sides[1], on=keys, how="outer")
        .fillna(dict.fromkeys(("deals_raw", "deals_cleaned", "revenue_raw", "revenue_cleaned"), 0.0))
    )
    both["moved"] = both["revenue_cleaned"] - both["revenue_raw"]
    order = both.assign(size=-both["revenue_cleaned"].abs()).sort_values(
        ["model", "dimension", "currency", "size", "group"], kind="stable"
    )
    return order[list(ATTRIBUTION_TYPES)].reset_index(drop=True).astype(dict(ATTRIBUTION_TYPES))


def credits(dataset: Dataset, ctx: MetricContext, windows: tuple[int, ...] = WINDOWS) -> pd.DataFrame:
    """Deals and revenue by model, dimension, group and currency. Each won deal gives away 1 in every model."""
    columns = ["model", "dimension", "group", "currency", "deals", "revenue"]
    known = facts(dataset)
    sold = _sold(known, ctx)
    if sold.empty:
        return pd.DataFrame(columns=columns).astype({"deals": "float64", "revenue": "float64"})
    buyers = np.zeros(len(known.get("contact")) + 1, dtype=bool)
    buyers[sold["contact"]] = True
    # A deal that names nobody has no touch.
    buyers[-1] = False
    seen = touches(known, buyers)
    found = []
    for dimension in DIMENSIONS:
        reached = seen[seen[dimension].notna()].assign(group=lambda frame, name=dimension: frame[name])
        pairs = sold.merge(reached[["contact", "at", "group", "view"]], on="contact")
        pairs = pairs[pairs["at"] < pairs["closed"] + pd.Timedelta(days=1)]
        pairs = pairs.sort_values(["deal", "at", "group"], kind="stable")
        active = _weighted(pairs[~pairs["view"]])
        for model in MODELS[:-1]:
            found.append(_shared(sold, active.rename(columns={model: "weight"}), model, dimension))
        for days in windows:
            recent = pairs[pairs["view"] & (pairs["at"] >= pairs["closed"] - pd.Timedelta(days=days))]
            last = recent.drop_duplicates("deal", keep="last").assign(weight=1.0)
            found.append(_shared(sold, last, f"view-through, {days} days", dimension))
    return pd.concat(found, ignore_index=True)[columns]


def _sold(known: Facts, ctx: MetricContext) -> pd.DataFrame:
    """Won deals with an amount: deal, contact (-1: names nobody we know), closed, amount, currency, and OWN columns for
    what they state themselves."""
    deals = known.get("deal")
    if not known.outcomes.won.any() or "amount" not in deals:
        return pd.DataFrame(columns=["deal", "contact", "closed", "amount", "currency"])
    currency, amounts = converted(currencies(deals, ctx), deals["amount"].to_numpy(dtype="float64"), ctx)
    frame = pd.DataFrame(
        {
            "deal": np.arange(len(deals)),
            "contact": _contacts(known, deals, "contact_id", "contact_email"),
            "closed": known.closed.times,
            "amount": amounts,
            "currency": currency.labels[currency.codes],
            **{OWN[name]: deals.column(field).astype(object).to_numpy() for name, field in STATED.items()},
        }
    )
    return frame[known.outcomes.won & ~np.isnan(amounts) & ~np.isnat(known.closed.times)]


def touches(known: Facts, asked: np.ndarray) -> pd.DataFrame:
    """Everything that reached a contact that is `asked` for: contact, at, campaign, source, view."""
    parts = [
        _of(known, asked, "contact", "created_at", campaign="campaign", source="lead_source"),
        _of(known, asked, "form_submission", "submitted_at", campaign="utm_campaign", source="utm_source"),
        _of(known, asked, "campaign_member", "responded_at", campaign="campaign"),
        _of(known, asked, "web_visit", "at", campaign="campaign", source="source"),
    ]
    activities = known.get("activity")
    if len(activities):
        who = _contacts(known, activities, "contact_id", "contact_email")
        for kinds, view in (("click",), False), (("open", "sent"), True):
            mask = np.logical_or.reduce([known.activities(kind) for kind in kinds])
            parts.append(
                _of(known, asked, "activity", "at", campaign="campaign", mask=mask, view=view, called="Email", who=who)
            )
        calls = known.activities("calls") & sounds(activities, "direction", r"^in")
        parts.append(_of(known, asked, "activity", "at", mask=calls, called="Phone", who=who))
    return pd.concat([part for part in parts if len(part)] or [_nothing()], ignore_index=True)


def _nothing() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "contact": np.array([], dtype=np.int64),
            "at": np.array([], dtype="datetime64[us]"),
            "campaign": np.array([], dtype=object),
            "source": np.array([], dtype=object),
            "view": np.array([], dtype=bool),
        }
    )


def _of(
    known: Facts,
    asked: np.ndarray,
    entity: str,
    at: str,
    *,
    campaign: str = "",
    source: str = "",
    mask: np.ndarray | None = None,
    view: bool = False,
    called: str | None = None,
    who: np.ndarray | None = None,
) -> pd.DataFrame:
    table = known.get(entity)
    times = table.column(at).to_numpy(dtype="datetime64[us]")
    if entity == "contact":
        who = np.arange(len(table))
    elif who is None:
        who = _contacts(known, table, "contact_id", "email")
    keep = np.arange(len(table)) if mask is None else np.flatnonzero(mask)
    keep = keep[asked[who[keep]] & ~np.isnat(times[keep])]
    frame = pd.DataFrame({"contact": who[keep], "at": times[keep]})
    for name, column in (("campaign", campaign), ("source", source)):
        if column and column in table:
            codes, values = table.distinct(column)
            frame[name] = np.append(values.to_numpy(dtype=object), np.array([None], dtype=object))[codes[keep]]
        else:
            frame[name] = called if name == "source" else None
    return frame.astype({"campaign": object, "source": object}).assign(view=view)


def _contacts(known: Facts, table: Table, by_id: str, by_email: str) -> np.ndarray:
    """The place of the contact that each row names by id (of its source, else of any) or by address; -1 for none."""
    contacts = known.get("contact")
    who = linked(table, by_id, contacts)
    if (who < 0).any():
        who = np.where(who < 0, linked(table, by_id, contacts, same_source=False), who)
    if by_email in table and "email" in contacts and (who < 0).any():
        addresses, places = _addresses(contacts)
        codes, values = table.distinct(by_email)
        asked = text.arrow(values.str.strip().str.casefold())
        at = pc.index_in(asked, value_set=addresses).fill_null(-1).to_numpy(zero_copy_only=False)
        found = np.append(np.append(places, -1)[at], -1)[codes]
        who = np.where(who < 0, found, who)
    return who


def _addresses(contacts: Table) -> tuple[pa.Array, np.ndarray]:
    """Every address of every contact, and the place of its contact; the own ones first."""
    others = contacts.column("other_emails").dropna().str.split(MULTI_SEPARATOR).explode()
    both = pd.concat([contacts["email"].astype(TEXT), others.astype(TEXT)]).str.strip().str.casefold().dropna()
    return text.arrow(both), contacts.index.get_indexer(both.index)


def _weighted(pairs: pd.DataFrame) -> pd.DataFrame:
    """The part of its deal that each touch gets, in every model of touches; `pairs` are in order of time."""
    place = pairs.groupby("deal").cumcount().to_numpy()
    count = pairs.groupby("deal")["deal"].transform("size").to_numpy()
    first, last = place == 0, place == count - 1
    ends = np.where(count == 1, 1.0, np.where(count == 2, 0.5, ENDS))
    between = np.divide(1 - 2 * ENDS, count - 2, out=np.zeros(len(count)), where=count > 2)
    return pairs.assign(
        **{
            "first touch": first.astype("float64"),
            "last touch": last.astype("float64"),
            "linear": np.divide(1.0, count, out=np.zeros(len(count)), where=count > 0),
            "position-based": np.where(first | last, ends, between),
        }
    )


def _shared(sold: pd.DataFrame, touched: pd.DataFrame, model: str, dimension: str) -> pd.DataFrame:
    """Deals and revenue by group and currency; deals without a touch go to what they state, else to NONE."""
    given = touched[["deal", "group", "weight", "amount", "currency"]]
    rest = sold[~sold["deal"].isin(touched["deal"])].assign(group=NONE, weight=1.0)
    if model in MODELS:
        rest = rest.assign(group=rest[OWN[dimension]].where(rest[OWN[dimension]].notna(), NONE))
    every = pd.concat([given, rest[given.columns]], ignore_index=True) if len(given) else rest[list(given.columns)]
    every = every[every["weight"] > 0]
    every = every.assign(revenue=every["amount"] * every["weight"])
    summed = every.groupby(["group", "currency"], sort=True).agg(deals=("weight", "sum"), revenue=("revenue", "sum"))
    return summed.reset_index().assign(model=model, dimension=dimension)
