"""The forecast: how likely each open deal is to be won, from the user's own closed deals, and the revenue to expect.

With enough closed deals a logistic regression, calibrated by cross-validation (scikit-learn), learns from what was
known of a deal while it was open: its source, owner, product, type, region, amount and, where the log of changes tells
it, the stage it was in. With few, or where it foretells no better than the mean, the share won is used, by stage where
known, with its interval.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from audit.dataset import Dataset
from audit.metric import Group, Metric, MetricContext, Unit
from audit.schema import TEXT
from audit.values import text
from reports.metrics.aggregate import Statistic, converted, currencies
from reports.metrics.cuts import looked_up
from reports.metrics.facts import Facts, facts
from reports.metrics.outcome import LOST, WON, sounds
from reports.metrics.rows import row_metric
from reports.metrics.sales import CLOSED_INPUTS
from reports.metrics.timeline import BLANK

MIN_CLOSED = 50
MAX_CLOSED = 20_000
"""The latest closed deals from which is learnt: more teach nothing new, and older ones are of another market."""

MIN_EACH = 10
"""So many won and so many lost ones, or nothing can be learnt of the rarer kind."""

FEATURES = ("stage", "lead_source", "owner", "product", "type", "region", "campaign")
RARE = 10
"""A value that fewer closed deals have is told apart from no other rare one."""

DRIVES = 0.05
"""Log odds from which a feature counts as a driver."""

DRAWS = 2000
MANY = 1000
"""Of so many deals the revenue is spread normally, and no draw is needed."""

SEED = 20240229
FOLDS = 5
Z90 = 1.6448536269514722

DEAL_TYPES: Mapping[str, object] = {
    "record": "int64",
    "stage": TEXT,
    "owner": TEXT,
    "currency": TEXT,
    "amount": "float64",
    "month": TEXT,
    "probability": "float64",
    "low": "float64",
    "high": "float64",
    "expected": "float64",
    "zombie": "bool",
    "drivers": TEXT,
}
"""One line per open deal. low..high is the 90 % interval of a share won; blank where a model gives the probability."""

MONTH_TYPES: Mapping[str, object] = {
    "month": TEXT,
    "currency": TEXT,
    "deals": "int64",
    "amount": "float64",
    "expected": "float64",
    "low": "float64",
    "high": "float64",
}
"""Revenue to expect by month of close: the 90 % interval is of what comes in, drawn deal by deal."""


@dataclass(frozen=True)
class Forecast:
    """`deals` (DEAL_TYPES), `months` (MONTH_TYPES), and `basis`: in words, what the probabilities come from."""

    deals: pd.DataFrame
    months: pd.DataFrame
    basis: str


def zombies(known: Facts, ctx: MetricContext) -> np.ndarray:
    """Open deals that nobody expects any more: to close before the audit, or silent for [business] silent_days."""
    return known.once(_zombies, ctx.as_of, ctx.business.silent_days)


def _zombies(known: Facts, as_of: pd.Timestamp, silent_days: int) -> np.ndarray:
    deals = known["deal"]
    overdue = (known.closed.at < as_of.normalize()).fillna(False).to_numpy(dtype=bool)
    last = deals.column("last_activity_at").fillna(deals.column("updated_at")).fillna(deals.column("created_at"))
    silent = (last < as_of - pd.Timedelta(days=silent_days)).fillna(False).to_numpy(dtype=bool)
    return known.outcomes.open & (overdue | silent)


def forecast(dataset: Dataset, ctx: MetricContext) -> Forecast:
    known = facts(dataset)
    deals, found = known.get("deal"), known.outcomes
    rows = np.flatnonzero(found.open) if found.known else np.array([], dtype=np.int64)
    closed = _latest(np.flatnonzero(found.won | found.lost), known.closed.times)
    if not len(rows) or not len(closed) or found.won_alone:
        return Forecast(
            _empty(DEAL_TYPES), _empty(MONTH_TYPES), "There are no open deals, or no closed ones to learn from."
        )
    features = _features(known)
    examples = _examples(known, closed)
    chance, low, high, drivers, basis = _probabilities(features, examples, found.won, rows)
    amounts = deals.column("amount").to_numpy(dtype="float64")
    currency, worth = converted(currencies(deals, ctx), amounts, ctx)
    by_month = known.closed.groups("month")
    month = np.where(by_month.labels == BLANK, "", by_month.labels)[by_month.codes[rows]]
    frame = pd.DataFrame(
        {
            "record": deals.index.to_numpy()[rows],
            "stage": deals.column("stage").array.take(rows),
            "owner": deals.column("owner").array.take(rows),
            "currency": currency.labels[currency.codes][rows],
            "amount": worth[rows],
            "month": month,
            "probability": chance,
            "low": low,
            "high": high,
            "expected": chance * worth[rows],
            "zombie": zombies(known, ctx)[rows],
            "drivers": drivers,
        }
    ).astype(dict(DEAL_TYPES))
    # Amounts of different currencies have no common order: the currency of most deals comes first.
    usual = -frame["currency"].map(frame["currency"].value_counts())
    order = frame.assign(usual=usual, size=-frame["expected"].fillna(0))
    order = order.sort_values(["zombie", "usual", "currency", "size", "record"], kind="stable")
    return Forecast(order[list(DEAL_TYPES)].reset_index(drop=True), months(frame), basis)


def _latest(closed: np.ndarray, times: np.ndarray) -> np.ndarray:
    """The MAX_CLOSED latest of the closed deals, in their order; those without a date are the oldest."""
    if len(closed) <= MAX_CLOSED:
        return closed
    when = np.where(np.isnat(times[closed]), np.iinfo(np.int64).min + 1, times[closed].astype(np.int64))
    return np.sort(closed[np.argsort(-when, kind="stable")[:MAX_CLOSED]])


def months(deals: pd.DataFrame) -> pd.DataFrame:
    """The revenue to expect by month and currency, zombies left out."""
    alive = deals[~deals["zombie"] & deals["amount"].notna()]
    lines = []
    generator = np.random.default_rng(SEED)
    usual = list(alive["currency"].value_counts().index)
    groups = sorted(alive.groupby(["month", "currency"]), key=lambda item: (usual.index(item[0][1]), item[0]))
    for (month, currency), part in groups:
        chance, amounts = part["probability"].to_numpy(), part["amount"].to_numpy()
        if len(part) > MANY:
            spread = Z90 * np.sqrt((chance * (1 - chance) * amounts**2).sum())
            low, high = chance @ amounts - spread, chance @ amounts + spread
        else:
            drawn = (generator.random((DRAWS, len(part))) < chance) @ amounts
            low, high = np.quantile(drawn, [0.05, 0.95])
        lines.append((month, currency, len(part), part["amount"].sum(), part["expected"].sum(), low, high))
    return pd.DataFrame(lines, columns=list(MONTH_TYPES)).astype(dict(MONTH_TYPES))


def _empty(types: Mapping[str, object]) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in types.items()})


def _features(known: Facts) -> pd.DataFrame:
    """What is known of each deal while it is open, as text; the amount as a fifth of all amounts of its currency."""
    deals = known["deal"]
    frame = pd.DataFrame(index=range(len(deals)))
    for name in FEATURES:
        frame[name] = text.fold(deals.column(name)).fillna("").to_numpy(dtype=object)
    amounts = deals.column("amount")
    rank = amounts.groupby(deals.column("currency").fillna("")).rank(pct=True)
    fifth = np.ceil(rank.to_numpy(dtype="float64") * 5)
    frame["amount"] = np.where(np.isnan(fifth), "", np.char.add("fifth ", np.nan_to_num(fifth).astype(int).astype(str)))
    return frame


def _examples(known: Facts, closed: np.ndarray) -> pd.DataFrame:
    """Closed deals as they were while open: `deal` (its row), `stage`; one line per stage passed where a log tells."""
    changes, deals = known.get("field_change"), known["deal"]
    plain = pd.DataFrame({"deal": closed, "stage": ""})
    if not all(name in changes for name in ("record_id", "field", "new_value")) or "source_id" not in deals:
        return plain
    mine = sounds(changes, "field", r"stage|phase|fase|etap") & ~sounds(changes, "field", r"life ?cycle")
    place = pd.Series(np.arange(len(deals), dtype="float64"), index=deals.index)
    row = looked_up(changes, "record_id", deals, "source_id", place)
    passed = pd.DataFrame({"deal": row.to_numpy(), "stage": text.fold(changes["new_value"]).to_numpy(dtype=object)})
    passed = passed[mine].dropna().astype({"deal": np.int64})
    ended = passed["stage"].str.replace(" ", "", regex=False).isin(WON | LOST)
    passed = passed[~ended & passed["deal"].isin(closed)].drop_duplicates()
    if passed["deal"].nunique() < MIN_CLOSED:
        return plain
    return pd.concat([passed, plain[~plain["deal"].isin(passed["deal"])]], ignore_index=True)


def _probabilities(
    features: pd.DataFrame, examples: pd.DataFrame, won: np.ndarray, rows: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, list[str], str]:
    """Per open deal: its probability, its interval, what drives it; and what all of it rests on."""
    outcome = won[examples["deal"].to_numpy()]
    count, wins = examples["deal"].nunique(), int(won[np.unique(examples["deal"])].sum())
    logged = bool((examples["stage"] != "").any())
    train = features.iloc[examples["deal"].to_numpy()].assign(stage=examples["stage"].to_numpy())
    if not train.nunique().gt(1).any():
        reason = f"Nothing tells the {count:,} closed deals apart, so their share won is used."
    elif count >= MIN_CLOSED and min(wins, count - wins) >= MIN_EACH:
        asked = features.iloc[rows]
        if not logged:
            train, asked = train.drop(columns="stage"), asked.drop(columns="stage")
        chance, drivers, better, error, usual = _model(train, outcome, examples["deal"].to_numpy(), asked)
        if better:
            basis = (
                f"A logistic regression on {count:,} closed deals ({wins:,} won), calibrated; its error on deals it "
                f"had not seen (Brier score) is {error:.3f}, against {usual:.3f} for the mean."
            )
            blank = np.full(len(rows), np.nan)
            return chance, blank, blank, drivers, basis
        reason = f"A model on {count:,} closed deals foretells no better than their mean, so that is used."
    else:
        reason = f"Only {count:,} deals are closed ({wins:,} won): too few to learn from, so their share won is used."
    return *_base_rates(features["stage"].to_numpy()[rows], examples["stage"].to_numpy(), outcome), reason


def _base_rates(
    asked: np.ndarray, stages: np.ndarray, outcome: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, list[str]]:
    """The share won, of the deals that passed the same stage where ten or more did, with its Wilson interval."""
    table = pd.DataFrame({"stage": stages, "won": outcome}).groupby("stage")["won"].agg(["sum", "size"])
    table = table[(table["size"] >= RARE) & (table.index != "")]
    whole = (float(outcome.sum()), float(len(outcome)))
    place, names = pd.factorize(asked)
    counts = [tuple(table.loc[stage]) if stage in table.index else whole for stage in names]
    k, n = np.array(counts, dtype="float64").reshape(-1, 2)[place].T
    middle = (k + Z90**2 / 2) / (n + Z90**2)
    half = Z90 * np.sqrt(k * (n - k) / n + Z90**2 / 4) / (n + Z90**2)
    said = [f"share won of the deals in stage {stage}" if stage in table.index else "share won of all closed deals"
            for stage in names]  # fmt: skip
    return k / n, np.clip(middle - half, 0, 1), np.clip(middle + half, 0, 1), [said[code] for code in place]


def _model(
    train: pd.DataFrame, outcome: np.ndarray, deal: np.ndarray, asked: pd.DataFrame
) -> tuple[np.ndarray, list[str], bool, float, float]:
    """Calibrated probabilities of `asked`, their drivers, whether the model beats the mean, and both Brier scores."""
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    telling = [name for name in train if train[name].nunique() > 1]
    # Numbered, so that the encoder's names tell which feature a column comes from; so are the values, as numbers are
    # encoded faster.
    both = pd.concat([train[telling], asked[telling]])
    coded = pd.DataFrame({str(place): pd.factorize(both[name], sort=True)[0] for place, name in enumerate(telling)})
    known, open_deals = coded.iloc[: len(train)], coded.iloc[len(train) :].reset_index(drop=True)
    # Many deals are alike: each kind is asked once.
    kinds = open_deals.drop_duplicates()
    kind = open_deals.groupby(list(open_deals), sort=False).ngroup().to_numpy()
    folds = list(GroupKFold(FOLDS).split(known, outcome, deal))

    def regression() -> Any:
        encoder = OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=RARE)
        return make_pipeline(encoder, LogisticRegression(C=0.5, max_iter=500))

    # Threads only stand in each other's way on tables of this size.
    with threadpool_limits(1):
        unseen = cross_val_predict(regression(), known, outcome, cv=folds, method="predict_proba")[:, 1]
        calibrated = CalibratedClassifierCV(regression(), method="sigmoid", cv=folds, ensemble=False)
        chance = calibrated.fit(known, outcome).predict_proba(kinds)[:, 1]
        encoder, model = regression().fit(known, outcome)
    # A deal with a long log of stages weighs no more than another.
    weight = 1.0 / pd.Series(deal).groupby(deal).transform("size").to_numpy()
    mean = np.average(outcome, weights=weight)
    error, usual = (float(np.average((guess - outcome) ** 2, weights=weight)) for guess in (unseen, mean))
    origin = np.array([int(name.split("_", 1)[0]) for name in encoder.get_feature_names_out()])
    effect = model.coef_[0]
    encoded, learnt = encoder.transform(kinds), encoder.transform(known)
    moved = np.stack(
        [
            encoded[:, mine] @ effect[mine] - np.mean(learnt[:, mine] @ effect[mine])
            for mine in (origin == place for place in range(len(telling)))
        ],
        axis=1,
    )
    drivers = _drivers(moved, telling, asked.iloc[kinds.index])
    return chance[kind], [drivers[place] for place in kind], error < usual, error, usual


def _drivers(moved: np.ndarray, names: list[str], asked: pd.DataFrame) -> list[str]:
    """Per deal, the three features that move its odds most from the usual ones."""
    order = np.argsort(-np.abs(moved), axis=1, kind="stable")[:, :3]
    values = asked[names].to_numpy(dtype=object)
    signs = np.where(moved > 0, "+", "−")
    told = []
    for row, places in enumerate(order):
        shown = [place for place in places if abs(moved[row, place]) >= DRIVES]
        parts = (
            f"{signs[row, place]} {names[place].replace('_', ' ')}: {values[row, place] or 'blank'}" for place in shown
        )
        told.append("; ".join(parts))
    return told


ZOMBIE_INPUTS = (
    *CLOSED_INPUTS,
    "deal.close_date",
    "deal.last_activity_at",
    "deal.updated_at",
    "deal.created_at",
)
METRICS: tuple[Metric, ...] = (
    Metric(
        id="zombie_deals",
        name="Zombie deals",
        formula="Open deals that were to close before the audit, or in which nothing has happened for [business] "
        "silent_days (90)",
        symbols="n(open, overdue or silent)",
        unit=Unit.COUNT,
        group=Group.BUSINESS_PERFORMANCE,
        inputs=ZOMBIE_INPUTS,
        compute=row_metric("deal", Statistic.COUNT, "zombie deals", which=zombies),
        breakdowns=("owner", "team", "stage", "source"),
        higher_is_better=False,
        source="Sales usage: stalled opportunities",
        filters="open deals",
    ),
    Metric(
        id="zombie_pipeline_value",
        name="Pipeline in zombie deals",
        formula="Amounts of zombie deals, added up",
        symbols="Σ amount(open, overdue or silent)",
        unit=Unit.MONEY,
        group=Group.BUSINESS_PERFORMANCE,
        inputs=("deal.amount", "deal.currency", *ZOMBIE_INPUTS),
        compute=row_metric(
            "deal",
            Statistic.SUM,
            "zombie deals",
            "deal.amount",
            which=zombies,
            value=lambda known, ctx: known["deal"]["amount"].to_numpy(dtype="float64"),
            money=True,
        ),
        breakdowns=("owner", "team", "stage", "currency", "source"),
        higher_is_better=False,
        source="Sales usage: stalled opportunities",
        filters="open deals with an amount",
    ),
)
