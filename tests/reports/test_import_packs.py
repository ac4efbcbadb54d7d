"""Import packs: own headers and ids, only what changes, safe order, a pilot, and a rollback to the letter."""

import csv
import sys
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from audit.cleaning import clean
from audit.cleaning.undo import originals
from audit.rule import Context
from audit.sources import load
from reports.outputs.import_pack import write_imports

sys.path.append(str(Path(__file__).parents[1] / "cleaning"))
from cleaning_tables import finding, findings, merge_into

CTX = Context(pd.Timestamp("2026-11-01"))
FILES = {
    "hubspot-crm-exports-all-contacts.csv": """Record ID,First Name,Last Name,Email,Phone Number,Company Name,\
Lifecycle Stage,Create Date,Contact owner,Unsubscribed from all email,City,Additional email addresses
101,Ann,Lee,ann.lee@acme.com,+62 812 3456 7890,Acme Ltd,Lead,2026-01-05 10:00,Eve,false,,
102,Bob, RAY,bob.ray@bolt.com,,Bolt GmbH,Customer,2026-02-05 10:00,Eve,false,n/a,
103,Anne,Lee,a.lee@acme.com,,Acme Ltd,Opportunity,2026-03-05 10:00,Eve,true,Jakarta,
104,Cem,=1+1,cem@dune.com,,Dune Ltd,Lead,2026-03-05 10:00,Eve,,,
,No,Id,no.id@dune.com,,Dune Ltd,Lead,2026-03-05 10:00,Eve,,x,
""",
    "hubspot-crm-exports-all-companies.csv": """Record ID,Company name,Company Domain Name,Company owner,Create Date,\
Number of Employees,City
7001, Acme Ltd,acme.com,Eve,2025-01-01 10:00,10,Jakarta
7002,Bolt GmbH,bolt.com,Eve,2025-01-01 10:00,20,Berlin
""",
    "hubspot-crm-exports-all-deals.csv": """Record ID,Deal Name,Deal Stage,Pipeline,Amount,Close Date,\
Associated Contact IDs,Deal owner
9001,Acme 1,Closed Won,Sales,1000,2026-04-01,101,Eve
9002,Acme 2,Proposal,Sales,"1.200,50",2026-05-01,103,Eve
""",
    "Lead.csv": """Id,FirstName,LastName,Email,Company,Status,LeadSource,CreatedDate,OwnerId,IsConverted,Phone
00Q8d00000x4GimEAE,Bill,Ray ,bill@bolt.com,Bolt,Open - Not Contacted,Web,2026-01-01T00:00:00.000Z,005A,false,
00Q8d00000CedukEAB,William,Ray,,Bolt,Qualified,,2026-02-01T00:00:00.000Z,005A,false,+1 202 555 0100
""",
    "zoho_Contacts_001.csv": """Record Id,First Name,Last Name,Email,Account Name.id,Contact Owner.id,Lead Source,\
Email Opt Out,Created Time,Modified Time,Mailing City
zcrm_415086,Ann ,Tan,ann@tan.com,,zcrm_1,Web,false,2026-01-01 10:00:00,2026-01-02 10:00:00,Solo
""",
    "subscribed_members_export_4f1c2a9b.csv": """Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,\
CONFIRM_TIME,LEID,EUID,NOTES,TAGS
maya@halde.com, Maya,Halde,2,2026-01-01 10:00:00,,2026-01-01 10:00:00,501,abc,,"""
    + '"""vip"""\n',
    "list.csv": "Name,E-mail,Phone\nJoe Doe ,joe@doe.com,1\n",
}


def record_of(dataset, file: str, row: int) -> int:
    lineage = dataset["contact"].lineage if "deals" not in file and "compan" not in file else None
    if lineage is None:
        lineage = dataset["deal" if "deals" in file else "account"].lineage
    here = lineage["file"].astype(str).str.endswith(file) & lineage["row"].eq(row)
    return int(lineage.index[here][0])


@pytest.fixture(scope="module")
def packs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, SimpleNamespace, list[Path]]:
    source = tmp_path_factory.mktemp("exports")
    for name, content in FILES.items():
        (source / name).write_text(content, "utf-8")
    data = load([source])
    hub, lead, mail = "all-contacts.csv", "Lead.csv", "4f1c2a9b.csv"

    def at(file: str, row: int) -> int:
        return record_of(data, file, row)

    found = findings(
        finding(record=at(hub, 1), field="phone", suggestion="+6281234567890"),
        finding(record=at(hub, 2), field="last_name", suggestion="Ray"),
        finding(record=at(hub, 2), field="city", fix_kind="clear"),
        finding(record=at(hub, 4), field="last_name", suggestion="Cem"),
        finding(record=at(hub, 5), field="city", suggestion="y"),
        finding(record=at("all-companies.csv", 1), entity="account", field="name", suggestion="Acme Ltd"),
        finding(record=at("all-deals.csv", 2), entity="deal", field="amount", suggestion="1200.50"),
        finding(record=at(lead, 1), field="last_name", suggestion="Ray"),
        finding(record=at("Contacts_001.csv", 1), field="first_name", suggestion="Ann"),
        finding(record=at(mail, 1), field="first_name", suggestion="Maya"),
        finding(record=at(mail, 1), field="email", suggestion="maya@halde.example"),
        finding(record=at("list.csv", 1), field="full_name", suggestion="Joe Doe"),
        merge_into(at(hub, 3), at(hub, 1), group_id="P1"),
        merge_into(at(lead, 2), at(lead, 1), group_id="P2"),
    )
    result = SimpleNamespace(dataset=data, cleaned=clean(data, found, [], CTX, {}), settings={})
    folder = tmp_path_factory.mktemp("out")
    return folder / "imports", result, write_imports(result, folder)


def rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


def test_files_come_in_safe_order_with_the_systems_headers_and_ids(packs) -> None:
    folder = packs[0] / "hubspot"
    names = sorted(path.name for path in folder.glob("0*.csv"))
    assert names == [
        "01_update_company.csv",
        "02_update_contact.csv",
        "03_update_deal.csv",
        "04_empty_contact_city.csv",
        "05_merge_contact.csv",
    ]
    assert rows(folder / "01_update_company.csv") == [["Record ID", "Company name"], ["7001", "Acme Ltd"]]
    assert rows(folder / "03_update_deal.csv") == [["Record ID", "Amount"], ["9002", "1200.50"]]
    assert rows(folder / "04_empty_contact_city.csv") == [["Record ID", "City"], ["102", ""]]
    (header, *lines) = rows(folder / "02_update_contact.csv")
    contacts = {line[0]: dict(zip(header[1:], line[1:], strict=True)) for line in lines}
    assert set(contacts) == {"102", "101"}
    assert {name: value for name, value in contacts["102"].items() if value} == {"Last Name": "Ray"}
    survivor = {name: value for name, value in contacts["101"].items() if value}
    assert survivor["Phone Number"] == "+6281234567890", "no apostrophe, no formula: as it is"
    assert survivor["Unsubscribed from all email"] == "true", "the most restrictive consent"
    assert survivor["City"] == "Jakarta"
    assert rows(folder / "05_merge_contact.csv")[1] == ["P1", "101", "103"]


def test_what_cannot_be_imported_is_listed_with_the_reason(packs) -> None:
    lines = {(line[4], line[2]): line for line in rows(packs[0] / "hubspot" / "by_hand.csv")[1:]}
    formula = lines["last_name", "4"]
    assert formula[5] == "'=1+1", "for eyes, so defused"
    assert "formula" in formula[7]
    assert "no id of its own" in lines["city", "5"][7]
    for path in (packs[0] / "hubspot").rglob("*.csv"):
        if path.name != "by_hand.csv":
            assert not any(cell.startswith("=") for line in rows(path) for cell in line)
    (mail,) = [line for line in rows(packs[0] / "mailchimp" / "by_hand.csv")[1:] if line[4] == "email"]
    assert "knows the record by it" in mail[7]
    assert rows(packs[0] / "mailchimp" / "01_update_audience.csv")[1] == ["maya@halde.com", "Maya"]
    assert rows(packs[0] / "zoho" / "01_update_contact.csv") == [["Record Id", "First Name"], ["zcrm_415086", "Ann"]]
    assert "no id of its own" in rows(packs[0] / "generic" / "by_hand.csv")[1][7]


@pytest.mark.parametrize("folder", ["hubspot", "salesforce", "zoho", "mailchimp", "hubspot/pilot"])
def test_the_rollback_restores_every_changed_cell_to_the_letter(packs, folder: str) -> None:
    """Every cell of an update or empty file, found again in the source by its id and header."""
    source = {}
    for content in FILES.values():
        (header, *lines) = list(csv.reader(content.splitlines()))
        source |= {line[0]: dict(zip(header, line, strict=True)) for line in lines}
    done: dict[tuple[str, str], str] = {}
    back: dict[tuple[str, str], str] = {}
    for place, cells in ((packs[0] / folder, done), (packs[0] / folder / "rollback", back)):
        for path in place.glob("[0-9]*.csv"):
            (header, *lines) = rows(path)
            if "_merge_" in path.name:
                continue
            for line in lines:
                empty = "_empty_" in path.name
                cells |= {
                    (line[0], name): cell for name, cell in zip(header[1:], line[1:], strict=True) if cell or empty
                }
    assert done
    assert done.keys() == back.keys()
    assert back == {(key, name): source[key][name] for key, name in done}
    assert all(done[place] != back[place] for place in done)


def test_what_the_systems_own_merge_would_lose_is_told(packs) -> None:
    header, *lines = rows(packs[0] / "hubspot" / "native_merge.csv")
    told = {line[header.index("field")]: dict(zip(header, line, strict=True)) for line in lines}
    assert told["email_opt_out"] | {"ours": "true", "native": "false", "same": "false"} == told["email_opt_out"]
    assert told["lifecycle_stage"]["native"] == told["lifecycle_stage"]["ours"] == "Opportunity"
    assert told["first_name"]["lost"] == "Anne"
    assert (told["email"]["keep"], told["email"]["merge"], told["email"]["header"]) == ("101", "103", "Email")
    assert "city" not in told, "HubSpot fills the primary's blanks, as we do"
    header, *lines = rows(packs[0] / "salesforce" / "native_merge.csv")
    told = {line[header.index("field")]: dict(zip(header, line, strict=True)) for line in lines}
    lost = {name: line["lost"] for name, line in told.items() if line["native"] == "" and line["lost"]}
    assert {"phone", "email"} & set(lost) or told["lead_source"]["lost"] == "Web", (
        "Salesforce leaves blanks as they are"
    )


def test_every_pack_has_a_readme_with_the_order(packs) -> None:
    folder, _, paths = packs
    assert {path.name for path in folder.iterdir()} == {"generic", "hubspot", "mailchimp", "salesforce", "zoho"}
    assert set(paths) == {path for path in folder.rglob("*") if path.is_file()}
    for system in folder.iterdir():
        text = (system / "README.txt").read_text("utf-8")
        order = [line.strip() for line in text.splitlines() if line.startswith("   ") and ".csv" in line]
        assert order == sorted(path.name for path in system.glob("[0-9]*.csv"))
    assert "#N/A" in (folder / "salesforce" / "README.txt").read_text("utf-8")


def test_the_pilot_has_ten_records_at_most(packs) -> None:
    _, result, _ = packs
    texts = originals(result.dataset)
    assert len(texts["contact"]) > 0
    for path in packs[0].rglob("pilot/*.csv"):
        assert len(rows(path)) <= 11
