"""Time and peak memory of measuring on generated tables: every metric, raw and cleaned, interval, Shapley, worklist,
forecast and attribution; from the tables and the cleaned ones on.

python -m tests.benchmarks.metrics [CONTACTS ...]      default 100000 1000000; deals are a fifth, activities fivefold
"""

import resource
import sys
import time

import numpy as np
import pandas as pd

from audit.cleaning import Strictness, clean
from audit.config import Config
from audit.dataset import Dataset, table_from_frame
from audit.engine import FINDING_TYPES
from audit.metric import MetricContext
from audit.rule import Context
from reports.impact import Affected, measure, performance
from reports.metrics.catalogue import METRICS
from reports.metrics.periods import default_periods

AS_OF = pd.Timestamp("2026-11-01")
DEFECTS = 0.05
"""Share of contacts and of deals that are duplicates or have a cell to mend."""


def tables(contacts: int) -> Dataset:
    draw = np.random.default_rng(contacts)
    deals, activities = contacts // 5, contacts * 5
    start = np.datetime64("2024-11-01")

    def days(size: int) -> np.ndarray:
        return start + draw.integers(0, 720, size).astype("timedelta64[D]")

    def pick(words: str, size: int) -> np.ndarray:
        return np.array(words.split(), dtype=object)[draw.integers(0, len(words.split()), size)]

    ids = np.char.add("C", np.arange(contacts).astype(str)).astype(object)
    contact = pd.DataFrame(
        {
            "source_id": ids,
            "record_type": "contact",
            "email": ids + "@firm.example",
            "lead_source": pick("Web Fair Referral Partner Cold", contacts),
            "owner": pick("Ann Ben Cy Di Eve", contacts),
            "lifecycle_stage": pick("lead customer opportunity", contacts),
            "created_at": days(contacts),
        }
    )
    deal = pd.DataFrame(
        {
            "source_id": np.char.add("D", np.arange(deals).astype(str)).astype(object),
            "status": pick("won lost open", deals),
            "amount": np.round(draw.lognormal(6, 1, deals), 2),
            "currency": pick("EUR EUR USD", deals),
            "contact_id": ids[draw.integers(0, contacts, deals)],
            "owner": pick("Ann Ben Cy Di Eve", deals),
            "lead_source": pick("Web Fair Referral Partner Cold", deals),
            "product": pick("P Q R", deals),
            "created_at": days(deals),
            "close_date": days(deals),
        }
    )
    activity = pd.DataFrame(
        {
            "type": pick("sent open click call meeting", activities),
            "contact_id": ids[draw.integers(0, contacts, activities)],
            "campaign": pick("A B C D", activities),
            "owner": pick("Ann Ben Cy Di Eve", activities),
            "at": days(activities),
        }
    )
    frames = {"contact": contact, "deal": deal, "activity": activity}
    return Dataset({name: table_from_frame(name, frame, source="crm") for name, frame in frames.items()})


def findings(data: Dataset) -> pd.DataFrame:
    """Duplicate contacts and deals and odd amounts, some of them sure, some open."""
    draw = np.random.default_rng(1)
    parts = []
    for entity, field, kind, rule, family in (
        ("contact", "email", "merge", "UNQ001", "duplicates"),
        ("deal", "name", "merge", "UNQ004", "duplicates"),
        ("contact", "lead_source", "set", "CON030", "mistagged"),
        ("deal", "amount", "set", "VAL042", "structure"),
    ):
        size = len(data[entity])
        records = np.sort(draw.choice(np.arange(1, size), int(size * DEFECTS), replace=False))
        confidence = draw.uniform(0.5, 1.0, len(records))
        blank = dict.fromkeys(FINDING_TYPES, pd.NA)
        into = records - 1 if kind == "merge" else pd.NA
        parts.append(
            pd.DataFrame(
                {
                    **blank,
                    "rule_id": rule,
                    "family": family,
                    "severity": "high",
                    "entity": entity,
                    "record": records,
                    "field": field,
                    "confidence": confidence,
                    "suggestion": "1" if field == "amount" else "Web",
                    "fix_kind": kind,
                    "fix_safety": np.where(confidence >= 0.8, "safe", "needs_review"),
                    "into": into,
                    "systemic": False,
                    "accepted": False,
                },
                index=range(len(records)),
            ).astype(FINDING_TYPES)
        )
    return pd.concat(parts, ignore_index=True)


def main() -> None:
    print(
        f"{'contacts':>10} {'deals':>9} {'activities':>11} {'wall s':>8} {'cpu s':>8} {'of it cleaning':>15} {'MiB':>7}"
    )
    for size in [int(size) for size in sys.argv[1:]] or [100_000, 1_000_000]:
        data = tables(size)
        found = findings(data)
        ctx, spent = Context(AS_OF, None, {}), [0.0]
        normal = clean(data, found, (), ctx, {}).dataset
        wall, cpu = time.perf_counter(), time.process_time()
        affected = Affected.of(data, found)

        def cleaner(
            families: frozenset[str] | None,
            strictness: Strictness,
            found: pd.DataFrame = found,
            ctx: Context = ctx,
            spent: list[float] = spent,
            normal: Dataset = normal,
            affected: Affected = affected,
        ) -> Dataset:
            if families is None and strictness is Strictness.NORMAL:
                return normal
            begun = time.process_time()
            cleaned = affected.cleaned(
                lambda part: (
                    clean(part, found, (), ctx, {}, families=families, strictness=strictness, tables_only=True).dataset
                )
            )
            spent[0] += time.process_time() - begun
            return cleaned

        families = ("duplicates", "mistagged", "structure")
        context = MetricContext(AS_OF)
        measured = measure(data, cleaner, families, METRICS, context, default_periods(AS_OF), found)
        performance(data, normal, measured.metrics, context, Config())
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        rows = f"{size:>10,} {len(data['deal']):>9,} {len(data['activity']):>11,}"
        print(f"{rows} {wall:>8.1f} {cpu:>8.1f} {spent[0]:>15.1f} {peak:>7,.0f}", flush=True)


if __name__ == "__main__":
    main()
