"""Finding ids are made of content: order, file names and the way of writing dates make no difference."""

import numpy as np
import pandas as pd
import pytest

from audit.dataset import Dataset, table_from_frame
from audit.engine import run_rules
from audit.findings import identify, steady_name
from audit.matching import match
from audit.matching.links import link
from audit.rule import Context
from rules.catalogue import RULES


@pytest.mark.parametrize(
    ("name", "steady"),
    [
        ("contacts 2026-11-01", "contacts"),
        ("contacts_20261101", "contacts"),
        ("hubspot-crm-exports-all-contacts-2026-11-01 (2)", "hubspot-crm-exports-all-contacts"),
        ("report1793523600000", "report"),
        ("Kunden 01.11.2026", "Kunden"),
        ("export-2026-11-01-143059-deals", "export-deals"),
        ("leads Nov 2026", "leads"),
        ("customers copy", "customers"),
        ("HubSpot", "HubSpot"),
        ("2026-11-01", "2026-11-01"),
        ("top 100 accounts", "top 100 accounts"),
        ("decade-overview", "decade-overview"),
    ],
)
def test_a_sources_name_without_its_date(name: str, steady: str) -> None:
    assert steady_name(name) == steady


def people() -> pd.DataFrame:
    """Contacts of which half have no id, some stand twice or three times, and many are wrong in some cell."""
    draw = np.random.default_rng(5)
    first = np.array("Amelia Chandra Dewi Elodie Farid Hanneke Ingrid Joko Matteo Oksana".split())
    last = np.array("Abernathy Castellanos Darmawan Eriksson Gunadi Hartono Jankowski Kusuma".split())
    rows = pd.DataFrame({"a": np.repeat(first, 8), "b": np.tile(last, 10)})
    frame = pd.DataFrame(
        {
            "source_id": [f"C{n}" if n % 2 else None for n in range(len(rows))],
            "first_name": rows["a"],
            "last_name": rows["b"],
            "email": rows["a"].str.lower() + "." + rows["b"].str.lower() + "@kembara.io",
            "phone": [f"+62 812 3456 {1000 + 37 * n}" for n in range(len(rows))],
            "created_at": pd.Timestamp("2025-01-01") + pd.to_timedelta(draw.integers(0, 500, len(rows)), unit="D"),
        }
    )
    twice = frame.iloc[::7].assign(source_id=None)
    thrice = frame.iloc[::14].assign(source_id=lambda part: [f"D{n}" for n in range(len(part))])
    frame = pd.concat([frame, twice, thrice], ignore_index=True)
    wrong = draw.random(len(frame)) < 0.2
    frame.loc[wrong, "email"] = frame.loc[wrong, "email"].str.replace("@", "@@")
    frame.loc[draw.random(len(frame)) < 0.2, "last_name"] = "n/a"
    frame.loc[draw.random(len(frame)) < 0.1, "created_at"] = pd.Timestamp("2030-01-01")
    return frame


def found(frame: pd.DataFrame, source: str) -> pd.DataFrame:
    data = Dataset({"contact": table_from_frame("contact", frame, source=source, file=f"{source}.csv")})
    linked = link(data, {"contact": match(data["contact"]).clusters})
    findings, _ = run_rules(RULES, linked, Context(pd.Timestamp("2026-11-01"), "ID"))
    return identify(findings, linked)


def test_a_shuffled_and_renamed_export_has_the_same_findings() -> None:
    frame = people()
    one = found(frame, "contacts 2026-10-01")
    other = found(frame.sample(frac=1, random_state=3), "contacts 2026-11-01")
    assert one["finding_id"].is_unique
    assert {"UNQ001", "VAL001"} <= set(one["rule_id"])
    assert sorted(one["finding_id"]) == sorted(other["finding_id"])


def test_mending_one_cell_changes_no_other_finding_of_the_record() -> None:
    frame = people()
    nameless = frame["source_id"].isna() & frame["last_name"].eq("n/a") & frame["created_at"].eq("2030-01-01")
    assert nameless.any()
    mended = frame.assign(last_name=frame["last_name"].mask(nameless, "Abernathy"))
    one, other = found(frame, "contacts"), found(mended, "contacts")
    dates = [part.loc[part["field"].eq("created_at"), "finding_id"] for part in (one, other)]
    assert len(dates[0])
    assert sorted(dates[0]) == sorted(dates[1])
