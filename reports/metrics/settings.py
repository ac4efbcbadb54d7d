"""What audit.toml says about metrics, as the metrics take it."""

import pandas as pd

from audit.config import Config
from audit.errors import ConfigError
from audit.metric import Business, MetricContext, Period, Rates
from reports.metrics.catalogue import METRICS
from reports.metrics.periods import default_periods


def metric_context(config: Config, as_of: pd.Timestamp) -> MetricContext:
    rates = None
    if config.currency_rates is not None and config.currency is not None:
        rates = Rates(config.currency, config.currency_rates.factors, config.currency_rates.date)
    return MetricContext(
        as_of,
        currency=config.currency,
        investment=config.investment_values(),
        rates=rates,
        business=Business(**config.business.model_dump()),
        fiscal_start=config.metrics.fiscal_year_start,
    )


def periods(config: Config, as_of: pd.Timestamp) -> tuple[Period, ...]:
    """The usual periods, those around go-live, and the user's own."""
    live = config.investment_values().get("go_live")
    own = [
        Period(period.label, pd.Timestamp(period.start), pd.Timestamp(period.end)) for period in config.metrics.period
    ]
    return default_periods(
        as_of,
        fiscal_start=config.metrics.fiscal_year_start,
        go_live=None if live is None else pd.Timestamp(live),
        own=own,
    )


def check_names(config: Config, as_of: pd.Timestamp | None = None) -> None:
    """Raises ConfigError where a target, goal or period names what does not exist, and where [investment] cannot be."""
    from reports.metrics.goals import GOALS
    from reports.metrics.scenarios import read_scenarios, scenario_factors

    scenario_factors(read_scenarios(config.investment_values())[1])
    if as_of is not None:
        labels = [period.label for period in periods(config, as_of)]
        for own in config.metrics.period:
            if labels.count(own.label) > 1:
                raise ConfigError(
                    f"audit.toml: two periods are called {own.label!r}.",
                    hint="Months, quarters and years are measured anyway; give your own another label.",
                )
        if config.metrics.target_period not in labels:
            raise ConfigError(
                f"audit.toml: [metrics] target_period = {config.metrics.target_period!r} is no period of this audit.",
                hint=f"There are: {', '.join(labels)}. Another is made with [[metrics.period]].",
            )

    known = {metric.id for metric in METRICS}
    for name in config.metrics.targets:
        if name not in known:
            raise ConfigError(
                f"audit.toml: [metrics.targets] names {name!r}, which is no metric.",
                hint="metrics.csv lists the ids, such as win_rate.",
            )
    for name in config.metrics.goals:
        if name not in GOALS:
            raise ConfigError(f"audit.toml: {name!r} is no goal.", hint=f"There are: {', '.join(GOALS)}.")
