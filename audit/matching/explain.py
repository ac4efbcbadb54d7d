"""Why two records matched or did not: field by field, and in a sentence."""

import numpy as np
import pandas as pd

from audit.matching.compare import Outcomes
from audit.matching.prepare import Records
from audit.matching.score import CAUTION, SAME, Model
from audit.matching.view import BINS

_SHOWN = {
    "place": ("house", "street", "postcode", "city"),
    "organisation": ("company",),
}
"""Columns whose values stand for a comparison, where they are not of the same name."""


def long_form(pairs: pd.DataFrame, outcomes: Outcomes, records: Records, model: Model) -> pd.DataFrame:
    """One row per pair and comparison that is known on both sides."""
    parts = []
    running = np.tile(np.log2(model.shares), (len(outcomes), 1))
    running[:, 2:] += np.log2(CAUTION)
    for order, comparison in enumerate(outcomes.comparisons):
        codes = outcomes.values[comparison.name]
        weight = model.weights(comparison, SAME)[codes]
        for kind in range(1, running.shape[1]):
            running[:, kind] += model.weights(comparison, kind)[codes]
        chances = np.exp2(running - running.max(axis=1, keepdims=True))
        probability = chances[:, SAME] / chances.sum(axis=1)
        level = codes // BINS
        known = np.flatnonzero(level > 0)
        names = np.array(["", *(one.name for one in comparison.levels)], dtype=object)
        parts.append(
            pd.DataFrame(
                {
                    "left": pairs["left"].to_numpy()[known],
                    "right": pairs["right"].to_numpy()[known],
                    "comparison": comparison.title,
                    "left_value": shown(records, comparison.name, outcomes.left[known]),
                    "right_value": shown(records, comparison.name, outcomes.right[known]),
                    "level": names[level[known]],
                    "weight": weight[known],
                    "probability": probability[known],
                    "_pair": known,
                    "_order": order,
                }
            )
        )
    table = pd.concat(parts, ignore_index=True).sort_values(["_pair", "_order"], kind="stable", ignore_index=True)
    return table.drop(columns=["_pair", "_order"])


def shown(records: Records, name: str, rows: np.ndarray) -> np.ndarray:
    """The values of records that a comparison looked at, as text."""
    parts = []
    for column_name in _SHOWN.get(name, (name,)):
        if column_name in records:
            column = records[column_name]
            words = np.append(column.words, "")
            for codes in column.slots.T:
                parts.append(words[codes[rows]])
    if not parts:
        return np.full(len(rows), "", dtype=object)
    glue = " " if name in _SHOWN else "; "
    text = parts[0].copy()
    for part in parts[1:]:
        text = np.where(part == "", text, np.where(text == "", part, text + glue + part))
    return text


def sentences(outcomes: Outcomes, records: Records, model: Model) -> np.ndarray:
    """What agreed, strongest first as the comparisons stand, then what differed."""
    agreed = np.full(len(outcomes), "", dtype=object)
    differed = np.full(len(outcomes), "", dtype=object)
    for comparison in outcomes.comparisons:
        if comparison.name == "source":
            continue
        codes = outcomes.values[comparison.name]
        weight = model.weights(comparison, SAME)[codes]
        for number, level in enumerate(comparison.levels, start=1):
            rows = np.flatnonzero((codes // BINS == number) & (np.abs(weight) >= 0.5))
            if not len(rows):
                continue
            phrase = _phrases(level.phrase, records, comparison.name, outcomes.left[rows], outcomes.right[rows])
            for text, chosen in ((agreed, weight[rows] > 0), (differed, weight[rows] <= 0)):
                at = rows[chosen]
                text[at] = np.where(text[at] == "", phrase[chosen], text[at] + "; " + phrase[chosen])
    both = (agreed != "") & (differed != "")
    result = np.where(both, agreed + "; but " + differed, agreed + differed)
    return np.where(result == "", "nothing known on both sides", result)


def _phrases(phrase: str, records: Records, name: str, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    if "{0}" not in phrase:
        return np.full(len(left), phrase, dtype=object)
    column = records[name if name in records else "company"]
    words = np.append(column.words, "")
    head, _, rest = phrase.partition("{0}")
    middle, _, tail = rest.partition("{1}")
    first = column.single
    if name in ("given", "family"):
        return head + _titled(words[first[left]]) + middle + _titled(words[first[right]]) + tail
    return head + words[first[left]] + middle + words[first[right]] + tail


def _titled(words: np.ndarray) -> np.ndarray:
    return np.array([word.title() for word in words], dtype=object)
