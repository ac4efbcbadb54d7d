"""The inventory: columns, what they hold, which say the same; and how many persons systems share."""

import pandas as pd

from audit.dataset import Dataset
from audit.inventory import inventory, overlap
from audit.sources import load


def test_columns_are_told_with_kind_fill_and_twin(tmp_path) -> None:
    rows = ["First Name,Last Name,Email,Created,Create Date,Shoe size"]
    rows += [f"Ann,Lee{n},ann{n}@acme.example,2026-01-{n + 10},2026-01-{n + 10},{n}" for n in range(10)]
    (tmp_path / "contacts.csv").write_text("\n".join(rows), "utf-8")
    told = inventory(load([tmp_path])).set_index("header")
    assert told.loc["Email", "kind"] == "email"
    assert told.loc["Email", "filled"] == 10
    assert told.loc["Shoe size", ["filled", "distinct"]].tolist() == [10, 10]
    assert pd.isna(told.loc["Shoe size", "field"])
    assert told["same_as"].notna().sum() <= 1
    assert pd.isna(told.loc["Last Name", "same_as"])


def test_two_columns_with_the_same_values_are_named(tmp_path) -> None:
    rows = ["Email,Phone,Mobile Phone"] + [f"ann{n}@acme.example,+62812345678{n},+62812345678{n}" for n in range(10)]
    (tmp_path / "contacts.csv").write_text("\n".join(rows), "utf-8")
    told = inventory(load([tmp_path])).set_index("header")
    assert told.loc["Mobile Phone", "same_as"] == "Phone"


def test_nothing_to_overlap() -> None:
    assert overlap(Dataset({})).empty
