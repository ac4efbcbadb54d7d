"""recordlinkage on a file of records: union of exact blocks, Jaro-Winkler, its unsupervised ECM classifier.

python recordlinkage_records.py RECORDS.parquet KIND
"""

import sys
import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd
import recordlinkage
from measure import Clock, best_scores, cluster_scores, clusters_of, tell

CAREFUL = 0.95


@dataclass(frozen=True)
class Setup:
    """Columns that make blocks, those compared letter by letter, those that are the same or not."""

    blocks: tuple[tuple[str, ...], ...]
    alike: tuple[str, ...]
    exact: tuple[str, ...] = ()


_REGISTERED = Setup(
    (("national_id",), ("first_name", "last_name"), ("date_of_birth",), ("postal_code", "last_name"), ("street",)),
    ("first_name", "last_name", "street", "city"),
    ("date_of_birth", "national_id", "postal_code", "house_number"),
)
SETUPS = {
    "customers": Setup(
        (("email",), ("phone", "first_name"), ("phone", "last_name"), ("first_name", "last_name"),
         ("last_name", "street"), ("last_name", "company_name"), ("first_name", "postal_code", "street")),
        ("first_name", "last_name", "company_name", "street"),
        ("email", "phone", "postal_code"),
    ),
    "fake_20000": Setup(
        (("first_name", "last_name"), ("date_of_birth",), ("email",), ("last_name", "city"), ("first_name", "city")),
        ("first_name", "last_name", "city", "email"),
        ("date_of_birth",),
    ),
    "febrl1": _REGISTERED,
    "febrl3": _REGISTERED,
    "febrl4_link": _REGISTERED,
    "census": Setup(
        (("last_name", "house_number"), ("first_name", "house_number"), ("first_name", "last_name"),
         ("house_number", "street")),
        ("first_name", "last_name", "street"),
        ("middle_name", "house_number"),
    ),
    "chicago_sites": Setup((("phone",), ("street",), ("name",)), ("name", "street"), ("phone", "postal_code")),
    "senzing": Setup(
        (("last_name",), ("company_name",), ("date_of_birth",), ("email",), ("phone",), ("street",), ("national_id",)),
        ("first_name", "last_name", "company_name", "street"),
        ("date_of_birth", "email", "phone", "national_id"),
    ),
}  # fmt: skip


def cleaned(raw: pd.DataFrame) -> pd.DataFrame:
    records = raw.drop(columns=["entity", "row_id", "source"]).astype("string")
    records = records.apply(lambda column: column.str.lower().str.strip())
    if "phone" in records:
        records["phone"] = records["phone"].str.replace(r"\D", "", regex=True).str[-9:]
    return records.astype(object).where(records.notna(), None)


def match(records: pd.DataFrame, setup: Setup) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The candidate pairs and how probable each is."""
    pairs: pd.MultiIndex | None = None
    for block in setup.blocks:
        whole = records[records[list(block)].notna().all(axis=1)]
        found = recordlinkage.index.Block(list(block)).index(whole)
        pairs = found if pairs is None else pairs.union(found)
    assert pairs is not None
    compare = recordlinkage.Compare()
    for column in setup.alike:
        compare.string(column, column, method="jarowinkler", threshold=0.9, label=column)
    for column in setup.exact:
        compare.exact(column, column, label=column)
    features = compare.compute(pairs, records)
    classifier = recordlinkage.ECMClassifier()
    classifier.fit(features)
    probability = classifier.prob(features)
    return pairs.get_level_values(0).to_numpy(), pairs.get_level_values(1).to_numpy(), probability.to_numpy()


def main() -> None:
    path, kind = sys.argv[1:]
    warnings.simplefilter("ignore")
    raw = pd.read_parquet(path)
    truth, records = raw["entity"].to_numpy(), cleaned(raw)
    clock = Clock()
    left, right, probability = match(records, SETUPS[kind])
    spent = clock.stop()
    cuts = np.append(np.quantile(probability, np.linspace(0, 0.99, 40)), CAREFUL)
    best, cut = best_scores(left, right, probability, truth, np.unique(cuts))
    over = probability >= CAREFUL
    careful = cluster_scores(clusters_of(left[over], right[over], len(truth)), truth)
    tell({**spent, "pairs": len(left), "best": best, "cut": cut, "default": careful})


if __name__ == "__main__":
    main()
