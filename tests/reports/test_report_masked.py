"""What is masked for sending holds no raw value of the data, however hostile; its twin has the same pseudonyms."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import COMPANIES, FIRST, LAST, _source, audited, contacts
from raw_values import raw_values, told

from audit.dataset import Dataset, Table, table_from_frame
from audit.gates import judge, parse
from audit.result import AuditResult
from audit.schema import TEXT
from reports import masking
from reports.disclosure import Pseudonyms, grams
from reports.outputs import write
from reports.outputs.notice import notice
from reports.outputs.pseudonyms_csv import pseudonym_table
from reports.wording import words_of

MASKED = ("report.html", "summary.md", "audit.sarif", "junit.xml", "certificate.html")
N = 96


def hostile_dataset() -> Dataset:
    """Names, numbers and addresses wherever a person might have typed them: in lists, amounts, dates, file names."""
    crm = contacts(N, 7, "hubspot", "HUB-88")
    crm["note"] = "call " + crm["first_name"] + " " + crm["last_name"] + " at home, gate code 4711-" + crm["source_id"]
    crm["street"] = [f"Jalan Kemerdekaan {i}B" for i in range(N)]
    crm["customer_id"] = [f"{80_000_000 + i}" for i in range(N)]
    crm["date_of_birth"] = pd.Timestamp("1980-02-03") + pd.to_timedelta(np.arange(N), unit="D")
    crm["job_title"] = "Purchasing manager for " + crm["company_name"].fillna("nobody")
    crm.loc[:20, "lead_source"] = "Wulandari Santoso"  # a name that a list has often
    crm.loc[0, ["first_name", "last_name"]] = ["Wulandari", "Santoso"]
    crm.loc[21, "lead_source"] = "Referred by Oksana Quintero"
    crm.loc[22, "lead_source"] = "oksana.quintero@kembara.example"
    crm.loc[23:29, "lifecycle_stage"] = "+62 812 9999 1234"
    crm.loc[30, "lifecycle_stage"] = "Siobhan Fitzgerald"
    crm.loc[:9, "created_by"] = "Ratna Wijaya (integration)"
    crm.loc[10:14, "owner"] = "ratna.wijaya@kembara.example"
    crm.loc[31:60, "lead_source"] = "Meridian Vaccines"  # a company that a list has often
    deals = pd.DataFrame(
        {
            "source_id": [f"DEAL-{i:05d}" for i in range(30)],
            "name": [f"{COMPANIES[i % 6]}: {LAST[i % 20]} wants freezers" for i in range(30)],
            "amount": np.where(np.arange(30) % 7 == 0, np.nan, 1200.0),
            "currency": "EUR",
            "stage": ["Closed won", "Closed lost", "Proposal"] * 10,
            "status": ["won", "lost", "open"] * 10,
            "company_name": [COMPANIES[i % 6] for i in range(30)],
            "owner": ["Ratna Wijaya", "Gone Person", "Pieter de Vries"] * 10,
            "created_at": pd.Timestamp("2026-01-01"),
            "close_date": pd.Timestamp("2025-06-01"),
            "note": [f"Ask {FIRST[i % 20]} on +49 171 55512{i:02d}" for i in range(30)],
        }
    )
    text = pd.DataFrame({name: deals[name].astype(TEXT) for name in ("amount", "created_at", "close_date")})
    text.loc[:9, "amount"] = "+49 171 6042817"
    text.loc[10:12, "amount"] = "ask Hanneke Lindqvist"
    text.loc[:9, "created_at"] = "0857-2231-9914"
    users = pd.DataFrame(
        {
            "source_id": [f"USER-{i:04d}" for i in range(4)],
            "full_name": ["Ratna Wijaya", "Pieter de Vries", "Sean O'Brien", "Gone Person"],
            "email": [f"staff{i}@kembara.example" for i in range(4)],
            "role": ["Super admin", "Sales", "Sales", "Sales"],
            "active": [True, True, True, False],
            "last_login_at": pd.to_datetime(["2025-01-30", "2026-10-29", "2026-10-20", "2025-01-01"]),
        }
    )
    file, mailed = "Hanneke Lindqvist's contacts.csv", "deals of wulandari.santoso@x.example.csv"
    source = _source("hubspot", file, "contact", crm)
    header = replace(source.mapping[-1], header="siobhan.fitzgerald@kembara.example")
    named = replace(source.mapping[-1], header="Siobhan Fitzgerald")
    return Dataset(
        {
            "contact": table_from_frame("contact", crm, source="hubspot", file=file),
            "deal": table_from_frame("deal", deals, source="hubspot", file=mailed, text=text),
            "user": table_from_frame("user", users, source="hubspot", file="users.csv"),
        },
        (replace(source, mapping=(*source.mapping, header, named)), _source("hubspot", "users.csv", "user", users)),
        pd.DataFrame(
            {"file": [file], "line": ["17"], "reason": ["3 cells where the header has 13"],
             "text": ["Elodie;Castellanos;elodie@kembara.example"]}, dtype=TEXT,
        ),
        ("the value Elodie Castellanos of contacts.csv was read as text",),
    )  # fmt: skip


@pytest.fixture(scope="module")
def hostile() -> AuditResult:
    result = audited(hostile_dataset())
    metrics = result.metrics.copy()
    grouped = metrics["breakdown"].eq("owner")
    metrics.loc[grouped, "breakdown"] = "company_name"
    metrics.loc[grouped, "group"] = ["Halden Cold Chain", "Pelita Clinics"]
    by_list = metrics[grouped].assign(metric_id="win_rate", breakdown="lead_source", group="Wulandari Santoso")
    metrics = pd.concat([metrics, by_list.head(1)], ignore_index=True)
    return replace(result, metrics=metrics, title="Audit of the freezers")


@pytest.fixture(scope="module")
def hostile_folder(hostile: AuditResult, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("masked") / "audit"
    gates = [parse("score < 99", rules=(), metrics=())]
    write(hostile, path, twins=True, rulings=judge(gates, hostile))
    return path


def test_the_search_finds_what_is_there(hostile: AuditResult, hostile_folder: Path) -> None:
    values = raw_values(hostile.dataset)
    assert len(values) > 500
    full = told(values, (hostile_folder / "report-full.html").read_text("utf-8"))
    assert len(full) > 40
    assert {"Ratna Wijaya", "Siobhan Fitzgerald"} & full
    assert told({"Jane Smythe"}, "<td>JANE</td> <td>Smythe</td>") == {"Jane Smythe"}


@pytest.mark.parametrize("name", MASKED)
def test_no_value_of_the_data_stands_in_what_is_masked(hostile: AuditResult, hostile_folder: Path, name: str) -> None:
    text = (hostile_folder / name).read_text("utf-8")
    assert told(raw_values(hostile.dataset), text) == set()
    assert not re.search(r"(?i)9999 ?1234|0857.?2231|604 ?2817|4711-|lindqvist|fitzgerald@|1980-0\d-\d\d", text)


@pytest.mark.parametrize("name", MASKED)
def test_nor_of_the_other_tables(result: AuditResult, folder: Path, name: str) -> None:
    # What the user calls the report is the user's own.
    values = {value for value in raw_values(result.dataset) if value not in result.title}
    assert told(values, (folder / name).read_text("utf-8")) == set()


def test_the_message_of_an_alert_holds_none_either(hostile: AuditResult) -> None:
    title, body = notice(hostile, (), words_of("en"))
    assert told(raw_values(hostile.dataset), f"{title}\n{body}") == set()


def test_words_of_lists_stay(result: AuditResult, page: str) -> None:
    assert "Trade fair" in page
    assert "Import bot" in page


def test_twins_have_the_same_pseudonyms(hostile: AuditResult, hostile_folder: Path) -> None:
    masked, full = ((hostile_folder / name).read_text("utf-8") for name in ("report.html", "report-full.html"))
    records = re.compile(r"\b[A-Z]-\d{4}\b")
    named = set(records.findall(full))
    assert len(named) > 20
    assert set(records.findall(masked)) ^ named <= {"C-0412"}  # the example of the method
    table = pseudonym_table(hostile).set_index("name")
    code = table.loc["Ratna Wijaya", "pseudonym"]
    assert f"Person {code}" in masked
    assert f"Ratna Wijaya · {code}" in full
    company = table.loc["Halden Cold Chain", "pseudonym"]
    assert f"Company {company}" in masked
    assert f"Halden Cold Chain · {company}" in full
    assert (hostile_folder / "pseudonyms.csv").read_text("utf-8").startswith("pseudonym,kind,name\n")


def test_pseudonyms_come_from_the_whole_of_the_data_and_not_from_its_order() -> None:
    data = hostile_dataset()
    contact = data["contact"]
    parts = (part.iloc[::-1] for part in (contact.frame, contact.text, contact.lineage))
    backwards = data.replace(contact=Table("contact", *parts))
    other = data.replace(contact=contact.take(np.arange(len(contact)) > 0))
    one = Pseudonyms(data).code("person", "Ratna Wijaya")
    assert one == Pseudonyms(backwards).code("person", " ratna  WIJAYA")
    assert one != Pseudonyms(other).code("person", "Ratna Wijaya")
    assert one != Pseudonyms(data).code("company", "Ratna Wijaya")
    assert re.fullmatch(r"[2-9BCDFGHJKLMNPQRSTVWXZ]{6}", one)


def test_no_two_of_ten_thousand_names_share_a_pseudonym_by_much() -> None:
    coded = Pseudonyms(hostile_dataset())
    assert len({coded.code("person", f"Person {i}") for i in range(10_000)}) > 9_990


@pytest.mark.parametrize(
    ("entity", "field", "value", "shown"),
    [
        ("contact", "email", "jane.doe@kembara.example", "j•••@k•••.example"),
        ("contact", "email", "jane.doe@gmail.com", "j•••@gmail.com"),
        ("account", "domain", "kembara.co.id", "k•••.id"),
        ("account", "domain", "jane.smith", "j•••.•••"),
        ("contact", "last_name", "李雷", "•."),
        ("contact", "created_by", "Ratna Wijaya (integration)", "R. W. i."),
        ("contact", "date_of_birth", "1980-02-03", "•••-•••-•••"),
        ("deal", "amount", "0812 3456 789", "•••• 789"),
        ("deal", "amount", "Rp 1.204.300,00", "Rp 1.204.300,00"),
        ("deal", "close_date", "0812-3456-789", "•••• 789"),
        ("deal", "close_date", "2026-01-31 10:22:03 +07:00", "2026-01-31 10:22:03 +07:00"),
    ],
)
def test_masks_of_single_values(entity: str, field: str, value: str, shown: str) -> None:
    assert masking.mask_value(entity, field, value) == shown


def test_figures_in_messages_stay_and_numbers_of_people_do_not() -> None:
    for open_ in ("12", "1,204,300", "1204300.50", "7.2 %", "2026-01-31", "2026-01-31 10:00", "-3"):
        assert masking.mask_argument("amount", open_) == open_
    for hidden in ("+62 812 3456 123", "80000012", "0812 3456 123"):
        assert hidden not in masking.mask_argument("other", hidden)


def test_grams_are_the_runs_of_words_of_a_text() -> None:
    found = set(grams("From (Jane Smythe): 1234567."))
    assert {"jane", "smythe", "jane smythe", "from (jane smythe", "1234567"} <= found
    assert "1234" not in set(grams("row 1234"))
