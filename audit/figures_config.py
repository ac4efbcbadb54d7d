"""The tables of audit.toml on the figures: periods and goals, the business, prices, currency rates, the investment."""

import re
from datetime import date

from pydantic import BaseModel, ConfigDict, Field, model_validator


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class InvestmentConfig(BaseModel):
    """Costs and gains of the CRM for the return on it; the keys are those of `crm-audit roi`."""

    model_config = ConfigDict(extra="allow", frozen=True)


class PeriodConfig(_Strict):
    """A period of the user's own, from `start` (included) to `end` (excluded)."""

    label: str = Field(min_length=1)
    start: date
    end: date

    @model_validator(mode="after")
    def _in_order(self) -> "PeriodConfig":
        if self.end <= self.start:
            raise ValueError("a period ends after it starts")
        return self


class MetricsConfig(_Strict):
    """In which periods metrics are measured, which goals they serve, and what they are to reach.

    `goals` are those of `reports.metrics.goals`; `targets` are by metric id, rates as fractions of 1, for the period
    whose label is `target_period` (such as 2026, FY2027-Q2, one of `period`, or all).
    """

    fiscal_year_start: int = Field(default=1, ge=1, le=12)
    goals: tuple[str, ...] = ()
    targets: dict[str, float] = Field(default_factory=dict)
    target_period: str = "all"
    period: tuple[PeriodConfig, ...] = ()
    attribution_window_days: int = Field(default=30, ge=1)


class BusinessConfig(_Strict):
    """What only the user knows of the business; see `audit.metric.Business`."""

    employees: float | None = Field(default=None, gt=0)
    departments: dict[str, float] = Field(default_factory=dict)
    customer_cycle_days: int = Field(default=365, ge=1)
    first_reply_hours: float | None = Field(default=None, gt=0)
    resolution_hours: float | None = Field(default=None, gt=0)
    silent_days: int = Field(default=90, ge=1)


class ContactTierConfig(_Strict):
    """A plan of a CRM or mailing tool: what it costs a year with `up_to` so many contacts."""

    up_to: int = Field(ge=1)
    per_year: float = Field(ge=0)


class PricesConfig(_Strict):
    """What bad records cost this business, in `currency`: the report multiplies these by what it counted."""

    contact_tiers: tuple[ContactTierConfig, ...] = ()
    per_contact_year: float | None = Field(default=None, ge=0)
    per_send: float | None = Field(default=None, ge=0)
    sends_per_year: float | None = Field(default=None, ge=0)
    minutes_per_duplicate: float | None = Field(default=None, ge=0)
    minutes_per_finding: float | None = Field(default=None, ge=0)
    per_hour: float | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _tiers_in_order(self) -> "PricesConfig":
        sizes = [tier.up_to for tier in self.contact_tiers]
        if sizes != sorted(set(sizes)):
            raise ValueError("contact_tiers go from few contacts to many, each size once")
        if sizes and self.per_contact_year is not None:
            raise ValueError("give contact_tiers or per_contact_year: with both, surplus contacts would cost twice")
        return self


class CurrencyRatesConfig(BaseModel):
    """What one unit of each currency is worth in `currency`, as of `date`."""

    model_config = ConfigDict(extra="allow", frozen=True)
    date: date

    @model_validator(mode="after")
    def _positive(self) -> "CurrencyRatesConfig":
        for code, rate in (self.model_extra or {}).items():
            if not re.fullmatch(r"[A-Z]{3}", code):
                raise ValueError(f"{code!r} is no currency code such as USD")
            if isinstance(rate, bool) or not isinstance(rate, int | float) or not 0 < rate < float("inf"):
                raise ValueError(f"the rate of {code} is {rate!r}; give a number above 0")
        return self

    @property
    def factors(self) -> dict[str, float]:
        return {code: float(rate) for code, rate in (self.model_extra or {}).items()}
