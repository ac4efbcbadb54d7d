"""A real MariaDB server by URL: tables as they are, dates that no calendar has, read-only."""

import pandas as pd
import pymysql
import pytest

from audit.errors import NothingReadable
from audit.sources import load


@pytest.fixture(scope="module", params=["mysql", "mariadb"])
def crm(request: pytest.FixtureRequest, mariadb: str) -> str:
    """The URL of a small CRM, under either name of the protocol."""
    base = pymysql.connect(unix_socket=mariadb, user="root", charset="utf8mb4", autocommit=True)
    with base, base.cursor() as cursor:
        for statement in (
            "set sql_mode = ''",
            "create or replace database crm character set utf8mb4",
            "use crm",
            "create table contacts (`Contact ID` int, full_name varchar(80), email varchar(80), created_at datetime, "
            "subscribed tinyint(1), spent decimal(10,2), born date, extra json, raw varbinary(8))",
            "insert into contacts values (1, 'Ann Müller 🙂', 'ann@x.example', '2024-03-01 09:00:00', 1, 12.50, "
            "'1980-02-29', '{\"a\": 1}', x'ff00'), "
            "(2, null, 'bob@x.example', '0000-00-00', null, null, null, null, null)",
            "create table `order` (deal_id int, deal_name varchar(40), amount double, stage varchar(20))",
            "insert into `order` select seq, concat('Deal ', seq), seq * 10, 'Closed won' from seq_1_to_30000",
        ):
            cursor.execute(statement)
    return f"{request.param}://root@localhost/crm?unix_socket={mariadb}"


def test_tables(crm: str) -> None:
    dataset = load([crm])
    contacts = dataset["contact"]
    assert contacts["email"].tolist() == ["ann@x.example", "bob@x.example"]
    assert contacts["full_name"].fillna("").tolist() == ["Ann Müller 🙂", ""]
    assert contacts["created_at"].iloc[0] == pd.Timestamp("2024-03-01 09:00")
    assert contacts["created_at"].isna().tolist() == [False, True]
    assert contacts.text["created_at"].tolist() == ["2024-03-01 09:00:00", "0000-00-00 00:00:00"]
    assert len(dataset["deal"]) == 30_000
    assert {(info.sheet, info.rows_present, info.rows_set_aside) for info in dataset.sources} == {
        ("contacts", 2, 0),
        ("order", 30_000, 0),
    }
    assert {info.file.partition("://")[2] for info in dataset.sources} == {"localhost/crm"}


def test_chosen_tables_and_query(crm: str) -> None:
    assert [info.sheet for info in load([f"{crm}&table=contacts"]).sources] == ["contacts"]
    query = "select+deal_id,+deal_name,+stage,+amount+from+`order`+where+deal_name+like+'Deal+1%25'+limit+3"
    assert len(load([f"{crm}&query={query}"])["deal"]) == 3


def test_only_read(crm: str) -> None:
    with pytest.raises(NothingReadable, match="database refuses"):
        load([f"{crm}&query=delete+from+contacts"])
    assert len(load([f"{crm}&table=contacts"])["contact"]) == 2
