"""The sample company's files: made again to the same bytes, small, invented, and as the manifest says."""

import csv
import io
import re
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import phonenumbers
import pytest
from disposable_email_domains import blocklist
from email_validator import EmailNotValidError, validate_email
from python_calamine import CalamineWorkbook

from rules.catalogue import RULES

LIMIT = 4_000_000
LEAST = 8
FEWER = {
    "CON056": 5,
    "CMP020": 6,
    "CMP021": 5,
    "UNQ020": 1,
    "VAL060": 1,
    "VAL061": 1,
    "VAL062": 1,
    "ACC032": 3,
    "VAL008": 0,
}
"""Prices, of which nine in ten have to be right; columns and newcomers, which are few; what asks the network."""
GENERATED = (".csv", ".xlsx", ".zip", ".mbox")
PREAMBLES = {"google-ads-campaign-performance.csv": 2, "key-accounts-dach-brandstaetter.xlsx": 3}
COLUMNS = {
    "hubspot-crm-exports-all-contacts-2026-11-01.csv": (
        "Email",
        "Phone Number",
        "Mobile Phone Number",
        "Country/Region",
    ),
    "report1793523600000.csv": ("Email", "Phone", "Mobile", "Country"),
    "key-accounts-dach-brandstaetter.xlsx": ("E-mail", "Phone", None, "Country"),
    "mailchimp.zip/cleaned_members_export_4f1c2a9b.csv": ("Email Address", "Phone Number", None, None),
    "mailchimp.zip/subscribed_members_export_4f1c2a9b.csv": ("Email Address", "Phone Number", None, None),
    "mailchimp.zip/unsubscribed_members_export_4f1c2a9b.csv": ("Email Address", "Phone Number", None, None),
    "unified_customers.csv": ("Email", None, None, None),
}
PROVIDERS = {
    *("gmail.com", "yahoo.com", "outlook.com", "hotmail.com", "ymail.com", "mail.com", "gmx.net", "email.com"),
    *("gamil.com", "gmal.com", "gmail.con", "gnail.com", "gmial.com", "gmaill.com", "yaho.com", "yahooo.com"),
    *("outlok.com", "outloook.com", "hotmial.com", "hotmil.com"),
    *("mailinator.com", "guerrillamail.com", "yopmail.com", "trashmail.com", "sharklasers.com", "10minutemail.com"),
    *("maildrop.cc", "test.com", "example.com", "example.org", "example.net"),
}
"""Known mail services, their usual misspellings and throw-away services: without them some rules find nothing."""
RESERVED = (".example", ".test", ".invalid", ".local", ".localhost")
REGIONS = {
    "Indonesia": "ID", "Singapore": "SG", "Germany": "DE", "United Kingdom": "GB", "United States": "US",
    "Malaysia": "MY", "Netherlands": "NL", "Australia": "AU", "Austria": "AT", "Switzerland": "CH",
}  # fmt: skip
DRAMA = {
    1: re.compile(r"\d{3}55501\d\d"),
    44: re.compile(r"20794600\d\d|207946\d{4}|(?:161|121|113|141|117)496\d{4}|740012\d{4}"),
    49: re.compile(r"3023125\d{3}|6990009\d{3}|4066969\d{3}|2214710\d{3}|8999998\d{3}|17604069\d{3}"),
}
"""Ranges that regulators keep for drama and examples, by country code; British mobiles around the library's example."""


NO_PHONE = ("VAL010", "VAL011", "VAL012", "VAL027")
"""What says that a cell does not hold one number."""
SHIFTED = "VAL046 city"
"""What says that the phone of a row stands in another column."""


def content(folder: Path) -> dict[str, bytes]:
    """Every generated file, archives and workbooks by member: how they are packed differs between zlib versions."""
    found = {}
    for path in sorted(folder.iterdir()):
        if path.suffix in (".xlsx", ".zip"):
            with zipfile.ZipFile(path) as archive:
                found |= {f"{path.name}/{name}": archive.read(name) for name in archive.namelist()}
        elif path.suffix in GENERATED:
            found[path.name] = path.read_bytes()
    return found


@pytest.fixture(scope="module")
def tables(sample_folder: Path) -> dict[str, list[dict[str, str]]]:
    """The rows of every table below its header, by file, read without the product."""
    found = {}
    for name, data in content(sample_folder).items():
        if name.endswith(".csv") and name != "manifest.csv":
            found[name] = list(_rows(name, data))
    book = CalamineWorkbook.from_path(sample_folder / "key-accounts-dach-brandstaetter.xlsx")
    lines = book.get_sheet_by_index(0).to_python(skip_empty_area=False)[
        PREAMBLES["key-accounts-dach-brandstaetter.xlsx"] :
    ]
    found["key-accounts-dach-brandstaetter.xlsx"] = [
        dict(zip(map(str, lines[0]), map(str, line), strict=True)) for line in lines[1:]
    ]
    return found


def _rows(name: str, data: bytes) -> Iterator[dict[str, str]]:
    text = data.decode("latin-1" if name.startswith("report") else "utf-8")
    for _ in range(PREAMBLES.get(name, 0)):
        text = text.partition("\n")[2]
    reader = csv.reader(io.StringIO(text))
    header = next(reader)
    for line in reader:
        if len(line) != len(header) or line[0].startswith("Total: "):
            return
        yield dict(zip(header, line, strict=True))


@pytest.fixture(scope="module")
def people(tables: dict[str, list[dict[str, str]]], manifest: pd.DataFrame) -> pd.DataFrame:
    """Mail, phones and country of every contact-like record, with the rules that are true about each."""
    flags: dict[tuple[str, str], set[str]] = {}
    for row in manifest[manifest["kind"] == "defect"].itertuples():
        flags.setdefault((row.file, row.row), set()).add(f"{row.rule_id} {row.field}")
    lines = []
    for file, (email, phone, mobile, country) in COLUMNS.items():
        for number, row in enumerate(tables[file], 1):
            cells = {"email": email, "phone": phone, "mobile": mobile, "country": country}
            values = {name: row[header] if header else "" for name, header in cells.items()}
            lines.append({"file": file, "row": number, **values, "flags": flags.get((file, str(number)), set())})
    return pd.DataFrame(lines)


def test_the_script_makes_the_same_bytes_again(sample_folder: Path, tmp_path: Path) -> None:
    script = sample_folder / "make_sample.py"
    subprocess.run([sys.executable, "-B", str(script), str(tmp_path)], check=True, capture_output=True)
    made, kept = content(tmp_path), content(sample_folder)
    assert list(made) == list(kept)
    assert [name for name in made if made[name] != kept[name]] == []


def test_the_whole_is_small(sample_folder: Path) -> None:
    kept = [path for path in sample_folder.iterdir() if path.suffix in (*GENERATED, ".py", ".md", ".toml")]
    assert sum(path.stat().st_size for path in kept) < LIMIT


def test_every_domain_is_invented_or_needed(sample_folder: Path) -> None:
    known = {"www.halmera.example", "salesforce.com"} | PROVIDERS
    strange: Counter[str] = Counter()
    for name, data in content(sample_folder).items():
        if name.endswith((".csv", ".mbox")) and name != "manifest.csv":
            text = data.decode("latin-1" if name.startswith("report") else "utf-8").lower()
            domains = re.findall(r"(?:@|https?://)((?:[a-z0-9-]+\.)+[a-z]{2,})", text)
            strange.update(domain for domain in domains if domain not in known and not domain.endswith(RESERVED))
    assert strange == {}


def test_phones_are_from_example_ranges_or_plausible(people: pd.DataFrame) -> None:
    wrong = []
    for row in people.itertuples():
        for name in ("phone", "mobile"):
            text = getattr(row, name)
            if not text or row.flags & {SHIFTED, *(f"{rule} {name}" for rule in NO_PHONE)}:
                continue
            number = _parsed(text, REGIONS.get(row.country))
            valid = number is not None and phonenumbers.is_valid_number(number)
            drama = DRAMA.get(number.country_code) if number is not None and valid else None
            if valid == (f"VAL020 {name}" in row.flags) or (drama and not drama.fullmatch(str(number.national_number))):
                wrong.append((row.file, row.row, text, row.country))
    assert wrong == []


def _parsed(text: str, region: str | None) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None


def test_phones_not_in_standard_form_are_listed(people: pd.DataFrame) -> None:
    for name in ("phone", "mobile"):
        other = {SHIFTED, *(f"{rule} {name}" for rule in ("VAL020", *NO_PHONE))}
        loose = (
            people[name].ne("") & ~people[name].str.fullmatch(r"\+\d+( x\d+)?") & people["flags"].map(other.isdisjoint)
        )
        listed = people["flags"].map(lambda flags, name=name: f"VAL021 {name}" in flags)
        assert loose.eq(listed).all()


def test_malformed_addresses_are_those_listed(people: pd.DataFrame) -> None:
    filled = people[people["email"] != ""]
    malformed = ~filled["email"].map(_well_formed)
    listed = filled["flags"].map(lambda flags: not flags.isdisjoint({"VAL001 email", "VAL005 email", "VAL006 email"}))
    assert malformed.eq(listed).all()


def _well_formed(email: str) -> bool:
    # The validator refuses reserved endings, which all the sample's domains have.
    for ending in RESERVED:
        email = re.sub(re.escape(ending) + "$", ".company", email)
    try:
        validate_email(re.sub(r"@example\.(com|org|net)$", "@invented.company", email), check_deliverability=False)
    except EmailNotValidError:
        return False
    return True


def test_throw_away_and_mistyped_domains_are_those_listed(people: pd.DataFrame) -> None:
    domain = people["email"].str.lower().str.rpartition("@")[2]
    mistyped = people["flags"].map(lambda flags: "ACC001 email" in flags)
    thrown = people["flags"].map(lambda flags: "VAL002 email" in flags)
    assert thrown.eq(domain.isin(blocklist) & ~mistyped).all()
    assert set(domain[mistyped]) <= PROVIDERS - {"gmail.com", "yahoo.com", "outlook.com", "hotmail.com"}


def test_blank_and_repeated_mails_are_those_listed(people: pd.DataFrame, manifest: pd.DataFrame) -> None:
    entity = manifest[(manifest["kind"] == "entity") & (manifest["entity"] == "contact")]
    person = entity.assign(row=entity["row"].astype(int)).set_index(["file", "row"])["truth"]
    joined = people.join(person, on=["file", "row"])
    assert joined["truth"].notna().all()
    named = joined[joined["email"] != ""].assign(email=joined["email"].str.lower())
    owners = named.groupby("email")["truth"].transform("nunique")
    assert (owners >= 3).eq(named["flags"].map(lambda flags: "UNQ006 email" in flags)).all()


def test_the_manifest_lists_people_by_the_order_of_the_files(manifest: pd.DataFrame) -> None:
    entity = manifest[(manifest["kind"] == "entity") & (manifest["entity"] == "contact")].copy()
    entity["system"] = entity["file"].str.partition("/")[0]
    later = entity.duplicated(["truth", "system"])
    first = entity.groupby("truth")["system"].transform("first")
    listed = manifest[manifest["kind"] == "defect"]
    for rule, expected in (("UNQ001", later), ("UNQ002", ~later & (entity["system"] != first))):
        places = set(entity.loc[expected, ["file", "row"]].itertuples(index=False, name=None))
        assert places == set(listed.loc[listed["rule_id"] == rule, ["file", "row"]].itertuples(index=False, name=None))


def test_every_row_of_the_manifest_exists(manifest: pd.DataFrame, tables: dict[str, list[dict[str, str]]]) -> None:
    rows = manifest[manifest["row"] != "*"]
    last = rows.assign(row=rows["row"].astype(int)).groupby("file")["row"].max()
    assert set(last.index) <= set(tables)
    assert all(last[file] <= len(tables[file]) for file in last.index)
    columns = rows[rows["row"] == "0"]
    assert all(line.field in tables[line.file][0] for line in columns.itertuples())
    assert (rows["row"].astype(int) >= 0).all()
    contacts = rows[(rows["kind"] == "entity") & (rows["entity"] == "contact")].groupby("file").size()
    assert contacts.to_dict() == {file: len(tables[file]) for file in COLUMNS}


def test_every_rule_has_enough_instances(manifest: pd.DataFrame) -> None:
    counts = manifest.loc[manifest["kind"] == "defect", "rule_id"].value_counts()
    few = {rule.id: int(counts.get(rule.id, 0)) for rule in RULES}
    assert {rule: count for rule, count in few.items() if count < FEWER.get(rule, LEAST)} == {}


def test_the_readme_counts_what_the_manifest_lists(sample_folder: Path, manifest: pd.DataFrame) -> None:
    text = (sample_folder / "README.md").read_text("utf-8")
    told = {
        rule: int(count.replace(",", ""))
        for rule, count in re.findall(r"^\| (\w{3}\d{3}) \|.*\| ([\d,]+) \|$", text, re.M)
    }
    defects = manifest[(manifest["kind"] == "defect") & (manifest["row"] != "*")]
    assert told == defects["rule_id"].value_counts().to_dict()
