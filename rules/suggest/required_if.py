"""Fields that are filled whenever another field has a certain value."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from audit.rule import Dimension
from rules.suggest.seen import Seen
from rules.suggest.suggestion import Bar, Suggestion, column, literal

MOST_VALUES = 12
LEAST_LIFT = 0.4
"""In the other rows the field is filled by at least so much less."""
LEAST_OTHERS = 50


def required_ifs(seen: Seen, bar: Bar) -> Iterable[Suggestion]:
    best: dict[str, tuple[float, Suggestion]] = {}
    for given in seen.of_type("choice", "boolean"):
        codes, values = pd.factorize(seen.table[given].astype(object), sort=True)
        if not 2 <= len(values) <= MOST_VALUES:
            continue
        for wanted in seen.own:
            # A shipped rule that asks for the field asks for it under its own condition.
            if wanted == given or wanted == "note" or seen.shipped(Dimension.COMPLETENESS, wanted):
                continue
            found = _one(seen, bar, given, codes, values, wanted)
            if found and (wanted not in best or found[0] > best[wanted][0]):
                best[wanted] = found
    return [item for _, item in best.values()]


def _one(
    seen: Seen, bar: Bar, given: str, codes: np.ndarray, values: np.ndarray, wanted: str
) -> tuple[float, Suggestion] | None:
    """The rule for one pair of fields, with how much more the field is filled than in the other rows."""
    filled = seen.filled[wanted]
    rows = np.bincount(codes[codes >= 0], minlength=len(values))
    full = np.bincount(codes[(codes >= 0) & filled], minlength=len(values))
    kept = [n for n in range(len(values)) if bar.passes(int(rows[n]), int(rows[n] - full[n]))]
    # Only sources that know the field say what the other rows do.
    others = (codes >= 0) & ~np.isin(codes, kept) & seen.known(wanted)
    if not kept or others.sum() < LEAST_OTHERS:
        return None
    total, exceptions = int(rows[kept].sum()), int((rows - full)[kept].sum())
    lift = 1 - exceptions / total - float(filled[others].mean())
    if lift < LEAST_LIFT:
        return None
    boolean = seen.type_of(given) == "boolean"
    names = [str(values[n]).lower() if boolean else literal(str(values[n])) for n in kept]
    held = f"{column(given)} = {names[0]}" if len(names) == 1 else f"{column(given)} IN ({', '.join(names)})"
    told = " or ".join(str(values[n]) for n in kept) if not boolean else ("yes" if values[kept[0]] else "no")
    missing = np.isin(codes, kept) & ~filled
    title = seen.words(wanted)
    return lift, Suggestion(
        "required if",
        seen.entity,
        wanted,
        f"{seen.headed(wanted)} missing where {seen.words(given)} is {told}"[:100],
        f"{held} AND {column(wanted)} IS NULL",
        f"where {seen.words(given)} is {{{given}}}, {title} should be filled",
        total,
        exceptions,
        seen.examples(given, missing),
        dimension="completeness",
    )
