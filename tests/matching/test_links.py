"""Links: which person and company the records of every table belong to."""

import pandas as pd

from audit.dataset import Dataset, table_from_frame
from audit.matching.links import link


def clusters(*labels: int) -> pd.DataFrame:
    return pd.DataFrame({"cluster": labels, "confidence": 0.9})


def texts(values: pd.Series) -> list[str]:
    return list(values.astype(object).fillna(""))


def dataset(**tables: dict) -> Dataset:
    return Dataset(
        {name: table_from_frame(name, pd.DataFrame(columns), source="CRM") for name, columns in tables.items()}
    )


def test_records_follow_ids_then_mail_then_company() -> None:
    data = dataset(
        contact={
            "source_id": ["1", "2", "3"],
            "email": ["Ann@Acme.example", "bob@bolt.example", None],
            "other_emails": [None, "bob@home.example", None],
            "company_name": ["Acme GmbH", None, "Bolt"],
        },
        account={
            "source_id": ["a", "b", "c"],
            "name": ["ACME", "Bolt Ltd", "Twin"],
            "domain": ["acme.example", "bolt.example", None],
        },
        deal={
            "source_id": ["d1", "d2", "d3", "d4"],
            "company_id": ["a", None, None, "nowhere"],
            "company_name": [None, "Bolt Limited", None, None],
            "contact_id": [None, None, "1;2", None],
        },
        ticket={
            "source_id": ["t1", "t2", "t3"],
            "contact_email": ["bob@home.example", "ann@acme.example", "new@acme.example"],
        },
        spend={"amount": [1.0]},
    )
    linked = link(data, {"contact": clusters(0, 1, 1), "account": clusters(0, 1, 2)})
    assert texts(linked["contact"]["person"]) == ["P000000", "P000001", "P000001"]
    assert texts(linked["contact"]["organisation"]) == ["A000000", "A000001", "A000001"]
    assert texts(linked["deal"]["organisation"]) == ["A000000", "A000001", "A000000", ""]
    assert texts(linked["deal"]["person"]) == ["", "", "P000000", ""]
    assert texts(linked["ticket"]["person"]) == ["P000001", "P000000", ""]
    assert texts(linked["ticket"]["organisation"]) == ["A000001", "A000000", "A000000"]
    assert "person" not in linked["spend"]
    assert list(linked["contact"]["person_confidence"]) == [0.9, 0.9, 0.9]


def test_a_record_without_company_takes_the_one_of_the_person() -> None:
    data = dataset(
        contact={"source_id": ["1", "2"], "company_name": ["Acme", None], "email": [None, "ann@gmail.com"]},
        account={"source_id": ["a", "b"], "name": ["Acme", "Bolt"]},
    )
    accounts = clusters(0, 1)
    assert texts(link(data, {"contact": clusters(0, 0), "account": accounts})["contact"]["organisation"]) == [
        "A000000",
        "A000000",
    ]
    assert texts(link(data, {"contact": clusters(0, 1), "account": accounts})["contact"]["organisation"]) == [
        "A000000",
        "",
    ]


def test_an_ambiguous_id_or_name_links_nothing() -> None:
    data = dataset(
        account={"source_id": ["7", "8"], "name": ["Twin", "Twin Ltd"]},
        deal={"company_id": ["8", None], "company_name": [None, "Twin"]},
    )
    linked = link(data, {"account": clusters(0, 1)})
    assert texts(linked["deal"]["organisation"]) == ["A000001", ""]


def test_ids_of_another_source_link_only_where_one_source_knows_them() -> None:
    data = dataset(contact={"source_id": ["1", "1", "2"]}, deal={"contact_id": ["1", "2"]})
    data["contact"].lineage["source"] = pd.Categorical(["A", "B", "B"])
    data["deal"].lineage["source"] = pd.Categorical(["C", "C"])
    linked = link(data, {"contact": clusters(0, 1, 2)})
    assert texts(linked["deal"]["person"]) == ["", "P000002"]


def test_near_spellings_of_a_company_link_and_numbers_do_not() -> None:
    data = dataset(
        account={
            "source_id": ["a", "b", "c", "d"],
            "name": ["GTX Pro Ltd", "Kembara Logistics", "Depot Nord 7", "Sinar Laut"],
        },
        deal={"company_name": ["GTXPro", "Kembara Logistcs", "Depot Nord 8", "Sinar Raya", None]},
    )
    linked = link(data, {"account": clusters(0, 1, 2, 3)})
    assert texts(linked["deal"]["organisation"]) == ["A000000", "A000001", "", "", ""]
