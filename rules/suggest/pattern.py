"""Fields whose values are all written after one pattern: CUST-04711."""

import re
from collections.abc import Iterable

import numpy as np
import pandas as pd

from audit.schema import TEXT
from audit.values.text import matches, substitute
from rules.suggest.seen import Seen
from rules.suggest.suggestion import Bar, Suggestion, column, literal

CODES = 0.95
"""A text field is one of codes if this share of its values holds a digit and no blank."""
PREFIX = 12


def patterns(seen: Seen, bar: Bar) -> Iterable[Suggestion]:
    for name in seen.of_type("id", "reference", "text"):
        everywhere = _suggestion(seen, bar, name, None, seen.filled[name])
        if everywhere:
            yield everywhere
            continue
        for source, rows in seen.per_source():
            found = _suggestion(seen, bar, name, source, rows & seen.filled[name]) if source else None
            if found:
                yield found


def _suggestion(seen: Seen, bar: Bar, name: str, source: str | None, rows: np.ndarray) -> Suggestion | None:
    """The pattern of the `rows`, which are those of one source or of all."""
    values = seen.table[name][rows]
    coded = matches(values, r"^\S*[0-9]\S*$") & ~matches(values, r"^[0-9]*\.[0-9]*$")
    if len(values) < bar.least_rows or coded.mean() < CODES:
        return None
    pattern = _pattern(values, bar, running=seen.type_of(name) in ("id", "reference"))
    if pattern is None:
        return None
    wrong = np.zeros(len(seen.table), dtype=bool)
    wrong[np.flatnonzero(rows)] = ~matches(values, rf"^(?:{pattern})$")
    exceptions = int(wrong.sum())
    if not bar.passes(len(values), exceptions):
        return None
    where = f"source = {literal(source)} AND " if source else ""
    shown = pattern.replace("{", "{{").replace("}", "}}")
    return Suggestion(
        "pattern",
        seen.entity,
        name,
        f"{seen.headed(name)} not written as usual" + (f" in {source}" if source else ""),
        f"{where}NOT regexp_full_match({column(name)}, {literal(pattern)})",
        f"{{value}} is not of the form {shown}",
        len(values),
        exceptions,
        seen.examples(name, wrong),
        severity="low",
        dimension="validity",
    )


def _pattern(values: pd.Series, bar: Bar, *, running: bool) -> str | None:
    """A regular expression that nearly all values follow and that says something; None where there is none.

    A running number has as many digits as it needs today, which is no rule.
    """
    prefix = _prefix(values, bar)
    rest = values[values.str.startswith(prefix)].str.slice(len(prefix)) if prefix else values
    shape = substitute(substitute(substitute(rest, r"[0-9]", "9"), r"[A-Z]", "A"), r"[a-z]", "a")
    counts = shape.value_counts()
    alike = counts.groupby(substitute(counts.index.to_series().astype(TEXT), r"([9Aa])[9Aa]*", "x"), sort=True).sum()
    classes = counts.groupby(_collapsed(counts.index.to_series().astype(TEXT)), sort=True).sum()
    least = bar.min_share * len(values)
    if len(counts) and counts.max() >= least and not (running and not prefix and counts.idxmax().strip("9") == ""):
        return _escaped(prefix) + _regex(counts.sort_index().idxmax(), exact=True)
    if len(classes) and classes.max() >= least and (prefix or classes.idxmax().strip("9Aa")):
        return _escaped(prefix) + _regex(classes.idxmax(), exact=False)
    lengths = rest.str.len().value_counts()
    if prefix and len(alike) and alike.max() >= least and alike.idxmax() == "x" and lengths.max() >= least:
        return _escaped(prefix) + rf"[0-9A-Za-z]{{{int(lengths.idxmax())}}}"
    return None


def _prefix(values: pd.Series, bar: Bar) -> str:
    """What nearly all values begin with: letters, with the signs that follow them."""
    prefix = ""
    for size in range(1, PREFIX + 1):
        counts = values.str.slice(0, size).value_counts()
        if counts.max() < bar.min_share * len(values) or len(counts.idxmax()) < size:
            break
        prefix = counts.idxmax()
    found = re.match(r"[A-Za-z]+[^0-9A-Za-z\s]?", prefix)
    if found is None or (found[0].isalpha() and matches(values, f"^{found[0]}[0-9]").mean() < bar.min_share):
        return ""
    return found[0]


def _collapsed(shapes: pd.Series) -> pd.Series:
    return substitute(substitute(substitute(shapes, "9+", "9"), "A+", "A"), "a+", "a")


def _regex(shape: str, *, exact: bool) -> str:
    """The expression of a shape: 9 stands for a digit, A and a for letters, the rest for itself."""
    parts = []
    for run in re.finditer(r"9+|A+|a+|[^9Aa]", shape):
        kind = {"9": r"\d", "A": "[A-Z]", "a": "[a-z]"}.get(run[0][0])
        if kind is None:
            parts.append(_escaped(run[0]))
        else:
            parts.append(kind + ("+" if not exact else f"{{{len(run[0])}}}" if len(run[0]) > 1 else ""))
    return "".join(parts)


def _escaped(text: str) -> str:
    return re.sub(r"([.^$*+?{}\[\]\\|()])", r"\\\1", text)
