"""A field as a few kinds of value, of which information can be counted."""

import numpy as np
import pandas as pd

from audit.dataset import Table
from audit.schema import entities
from audit.values.text import nearly_all_differ

BINS = 8
MOST = 30
"""Values told apart; the rest are one kind."""
LEAST = 5
"""Records that a value needs to be a kind of its own."""
NAMING = frozenset("id reference name company email emails phone phones url domain note".split())
"""Types whose values tell records apart; of these only counts whether they are filled."""


def kinds(table: Table, name: str, rows: np.ndarray) -> tuple[np.ndarray, str]:
    """Codes of the kinds of a field's values in some rows, 0 for blank, and how it was done: "value" or "filled"."""
    spec = entities()[table.entity][name]
    column = table[name].iloc[rows]
    filled = table.original(name).iloc[rows].notna().to_numpy(dtype=bool)
    if spec.type in NAMING:
        return filled.astype(np.int64), "filled"
    if spec.is_text:
        return _words(column, filled)
    if spec.type == "boolean":
        return np.where(column.isna(), 0, 1 + column.fillna(False).to_numpy(dtype=np.int64)), "value"
    if spec.dtype == "float64":
        return _binned(column.to_numpy(dtype=float), column.notna().to_numpy()), "value"
    return _binned(column.to_numpy(dtype="datetime64[s]").astype(np.int64), column.notna().to_numpy()), "value"


def _words(column: pd.Series, filled: np.ndarray) -> tuple[np.ndarray, str]:
    if nearly_all_differ(column):
        return filled.astype(np.int64), "filled"
    codes, _ = pd.factorize(column.str.strip().str.casefold())
    counts = np.bincount(codes[codes >= 0]) if (codes >= 0).any() else np.zeros(0, dtype=np.int64)
    frequent = np.argsort(-counts, kind="stable")[:MOST]
    frequent = frequent[counts[frequent] >= LEAST]
    if counts[frequent].sum() * 2 < counts.sum():
        return filled.astype(np.int64), "filled"
    kind = np.full(len(counts) + 1, len(frequent) + 1, dtype=np.int64)
    kind[frequent] = np.arange(1, len(frequent) + 1)
    kind[-1] = 0
    return kind[codes], "value"


def _binned(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Parts of about equal size; equal values stay together."""
    if not known.any():
        return np.zeros(len(values), dtype=np.int64)
    edges = np.unique(np.quantile(values[known], np.linspace(0, 1, BINS + 1)[1:-1]))
    return np.where(known, 1 + np.searchsorted(edges, values, side="left"), 0)
