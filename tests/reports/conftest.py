"""One small audit for all tests of the report: tables made here, everything else by the product's own steps."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from browsing import ARGUMENTS, CHROMIUM

from audit.acceptance import accept
from audit.causes import causes
from audit.cleaning import clean
from audit.dataset import ColumnMapping, Dataset, SourceInfo, Table, table_from_frame
from audit.engine import run_rules
from audit.findings import identify
from audit.inventory import inventory, overlap
from audit.matching import match
from audit.matching.links import link
from audit.result import IMPACT_TYPES, METRIC_TYPES, AuditResult
from audit.review import build_queue
from audit.rule import Context
from audit.schema import TEXT
from audit.score import score
from reports.outputs import write
from reports.outputs.html import render
from reports.sections import View
from reports.wording import words_of
from rules.catalogue import RULES

AS_OF = pd.Timestamp("2026-11-01")
FIRST = (
    "Amelia Björn Chandra Dewi Elodie Farid Gunawan Hanneke Ingrid Joko Katarzyna Lestari Matteo Nurul Oksana Putri "
    "Rahmat Siobhan Tomasz Wulandari"
).split()
LAST = (
    "Abernathy Brandstätter Castellanos Darmawan Eriksson Fitzgerald Gunadi Hartono Iskandar Jankowski Kusuma "
    "Lindqvist Mahendra Novák Oyelaran Pratama Quintero Rahardjo Santoso Tjahjadi"
).split()
COMPANIES = (
    "Kembara Logistics|Halden Cold Chain|Meridian Vaccines|Suryatama Farma|Nordlys Instruments|Pelita Clinics".split(
        "|"
    )
)
AUDIENCE = "mailchimp.zip/subscribed_members_export_of_the_newsletter_2026-11-01_4f1c2a9b7d.csv"
HOSTILE = {
    "script": "<script>alert('x')</script>",
    "image": '"><img src=x onerror=alert(1)>',
    "link": "javascript:alert(1)",
    "bidi": "abc\u202egnp.exe\u2066",
    "formula": '=HYPERLINK("http://evil.example","click")',
    "template": "{{ 7 * 7 }}{% raw %}",
    "control": "a\x00b\x1b[31mc\x07",
}


def contacts(n: int, seed: int, source: str, prefix: str) -> pd.DataFrame:
    """`n` people with the faults of real tables: shouted names, bad mails, drifting picklists, no source."""
    draw = np.random.default_rng(seed)
    first, last = draw.choice(FIRST, n), draw.choice(LAST, n)
    number = np.arange(n)
    email = [f"{a.lower()}.{b.lower()}{i}@kembara.example" for a, b, i in zip(first, last, number, strict=True)]
    frame = pd.DataFrame(
        {
            "source_id": [f"{prefix}{i:05d}" for i in number],
            "record_type": "contact",
            "first_name": first,
            "last_name": last,
            "email": email,
            "phone": [f"+62 812 {draw.integers(1000, 9999)} {draw.integers(1000, 9999)}" for _ in number],
            "company_name": draw.choice(COMPANIES, n),
            "country": draw.choice(["Indonesia", "ID", "Norway", "Germany"], n, p=[0.5, 0.1, 0.2, 0.2]),
            "lifecycle_stage": draw.choice(["Lead", "lead", "Customer", "Opportunity"], n, p=[0.5, 0.05, 0.2, 0.25]),
            "lead_source": draw.choice(["Web form", "Trade fair", "web-form", ""], n, p=[0.5, 0.3, 0.1, 0.1]),
            "owner": draw.choice(["Ratna Wijaya", "Pieter de Vries", "Sean O'Brien"], n),
            "created_by": draw.choice(["Ratna Wijaya", "Import bot", "Web form"], n),
            "created_at": pd.Timestamp("2020-01-01") + pd.to_timedelta(draw.integers(0, 2400, n), unit="D"),
        }
    )
    careless = frame["created_by"].eq("Import bot") & (draw.random(n) < 0.35)
    frame.loc[careless, "last_name"] = frame.loc[careless, "last_name"].str.upper()
    bad = draw.random(n) < 0.05
    frame.loc[bad, "email"] = frame.loc[bad, "email"].str.replace("@", ",", regex=False)
    frame.loc[draw.random(n) < 0.03, "company_name"] = "n/a"
    return frame.replace("", pd.NA)


def _stack(entity: str, *parts: tuple[pd.DataFrame, str, str]) -> Table:
    tables = [table_from_frame(entity, frame, source=source, file=file) for frame, source, file in parts]
    frame = pd.concat([table.frame for table in tables], ignore_index=True)
    text = pd.concat([table.text for table in tables], ignore_index=True)
    lineage = pd.concat(
        [table.lineage.astype({"source": object, "file": object}) for table in tables], ignore_index=True
    )
    return Table(entity, frame, text, lineage.astype({"source": "category", "file": "category"}))


def dataset(n: int = 240) -> Dataset:
    crm = contacts(n, 1, "hubspot", "H")
    again = crm.iloc[: n // 8].copy()
    again["source_id"] = [f"H9{i:04d}" for i in range(len(again))]
    again["phone"] = pd.NA
    hostile = crm.iloc[: len(HOSTILE)].copy()
    hostile["source_id"] = [f"X{i}" for i in range(len(hostile))]
    hostile["last_name"] = list(HOSTILE.values())
    hostile["email"] = [f"{value}@kembara.example" for value in HOSTILE.values()]
    hostile["company_name"] = ["A" * 1_000_000, *list(HOSTILE.values())[1:]]
    crm = pd.concat([crm, again, hostile], ignore_index=True)
    list_ = contacts(n // 2, 2, "mailchimp", "M").drop(columns=["phone", "created_by", "owner"])
    list_.loc[: n // 4, ["first_name", "last_name", "email", "company_name"]] = crm.loc[
        : n // 4, ["first_name", "last_name", "email", "company_name"]
    ].to_numpy()
    draw = np.random.default_rng(3)
    m = n // 3
    deals = pd.DataFrame(
        {
            "source_id": [f"D{i:04d}" for i in range(m)],
            "name": [f"Deal {i}" for i in range(m)],
            "amount": np.where(draw.random(m) < 0.1, np.nan, np.round(draw.lognormal(9, 1, m), 2)),
            "currency": "EUR",
            "stage": draw.choice(["Closed won", "Closed lost", "Proposal"], m),
            "company_name": draw.choice(COMPANIES, m),
            "owner": draw.choice(["Ratna Wijaya", "Pieter de Vries", "Gone Person"], m),
            "created_at": pd.Timestamp("2026-01-01") + pd.to_timedelta(draw.integers(0, 200, m), unit="D"),
            "close_date": pd.Timestamp("2026-02-01") + pd.to_timedelta(draw.integers(0, 300, m), unit="D"),
        }
    )
    deals["status"] = deals["stage"].map({"Closed won": "won", "Closed lost": "lost", "Proposal": "open"})
    users = pd.DataFrame(
        {
            "source_id": [f"U{i}" for i in range(6)],
            "full_name": ["Ratna Wijaya", "Pieter de Vries", "Sean O'Brien", "Gone Person", "Sales Team", "Old Hand"],
            "email": [f"u{i}@kembara.example" for i in range(4)] + ["sales@kembara.example", "old@kembara.example"],
            "role": ["Super admin", "Sales", "Sales", "Sales", "Admin", "Sales"],
            "active": [True, True, True, False, True, True],
            "last_login_at": pd.to_datetime(
                ["2026-10-30", "2026-10-29", "2026-10-20", "2025-01-01", "2026-10-31", "2026-01-05"]
            ),
        }
    )
    contact = _stack("contact", (crm, "hubspot", "contacts.csv"), (list_, "mailchimp", AUDIENCE))
    deal = table_from_frame("deal", deals, source="hubspot", file="deals.csv")
    user = table_from_frame("user", users, source="hubspot", file="users.csv")
    return Dataset(
        {"contact": contact, "deal": deal, "user": user},
        tuple(
            _source(source, file, entity, frame)
            for source, file, entity, frame in (
                ("hubspot", "contacts.csv", "contact", crm),
                ("mailchimp", AUDIENCE, "contact", list_),
                ("hubspot", "deals.csv", "deal", deals),
                ("hubspot", "users.csv", "user", users),
            )
        ),
        pd.DataFrame(
            {
                "file": ["contacts.csv"] * 2,
                "line": ["17", "93"],
                "reason": ["3 cells where the header has 13", "no closing quote"],
                "text": ["amelia.secret@kembara.example;1;2", HOSTILE["formula"]],
            },
            dtype=TEXT,
        ),
        ("contacts.csv: read as cp1252",),
    )


def _source(source: str, file: str, entity: str, frame: pd.DataFrame) -> SourceInfo:
    mapping = tuple(
        ColumnMapping(
            name.upper(),
            name,
            0.98,
            "header of this system",
            "",
            filled=int(frame[name].notna().sum()),
            distinct=int(frame[name].nunique()),
        )
        for name in frame.columns
    )
    unknown = ColumnMapping("Legacy <b>Flag</b>", None, 0.0, "no field is like it", "", filled=3, distinct=2)
    return SourceInfo(
        source, file, "", source, entity, entity, 0.97, "header", len(frame) + 1, len(frame), 1, (*mapping, unknown)
    )


def audited(data: Dataset) -> AuditResult:
    matches = {entity: match(data[entity]) for entity in ("contact", "account") if entity in data}
    linked = link(data, {entity: found.clusters for entity, found in matches.items()})
    ctx = Context(AS_OF, "ID")
    findings, results = run_rules(RULES, linked, ctx)
    findings, _ = accept(identify(findings, linked), linked, (), AS_OF)
    cleaned = clean(linked, findings, RULES, ctx, matches)
    return AuditResult(
        version="0.1.0",
        as_of=AS_OF,
        title="Halden Cold Chain <Group> & Söhne",
        dataset=linked,
        rules=RULES,
        rule_results=results,
        findings=findings,
        matches=matches,
        score=score(linked, findings, RULES, results),
        cleaned=cleaned,
        metrics=metrics(),
        impact=impact(),
        inventory=inventory(linked),
        overlap=overlap(linked),
        causes=causes(linked, findings, RULES),
        settings={"currency": "EUR", "accept": []},
        inputs={"contacts.csv": "0" * 64, "deals.csv": "1" * 64},
        command="crm-audit run exports --as-of 2026-11-01",
        queue=build_queue(linked, findings, matches, RULES, AS_OF),
    )


def metrics() -> pd.DataFrame:
    nan = float("nan")
    rows = [
        (
            "revenue",
            "money",
            "EUR",
            "all",
            "",
            "",
            1_204_300.0,
            1_117_950.0,
            1_101_000.0,
            1_139_200.0,
            "reportable with care",
            "cleaning moves it by 7.2 %",
        ),
        ("win_rate", "rate", "", "all", "", "", 0.41, 0.36, 0.35, 0.37, "do not report", "cleaning moves it by 12.2 %"),
        (
            "list_size",
            "count",
            "",
            "all",
            "",
            "",
            402.0,
            318.0,
            301.0,
            322.0,
            "do not report",
            "cleaning moves it by 20.9 %",
        ),
        ("sales_cycle_days", "days", "", "all", "", "", 44.0, 44.0, 44.0, 44.0, "reportable", ""),
        (
            "cost_per_lead",
            "money_per_item",
            "EUR",
            "all",
            "",
            "",
            nan,
            nan,
            nan,
            nan,
            "not computable",
            "no source has spend.amount",
        ),
        (
            "revenue",
            "money",
            "EUR",
            "all",
            "owner",
            "Ratna Wijaya",
            800_000.0,
            750_000.0,
            nan,
            nan,
            "reportable with care",
            "",
        ),
        (
            "revenue",
            "money",
            "EUR",
            "all",
            "owner",
            "=cmd|' /C calc'!A0",
            404_300.0,
            367_950.0,
            nan,
            nan,
            "reportable with care",
            "",
        ),
        ("revenue", "money", "EUR", "2026-Q3", "", "", 300_000.0, 300_000.0, 300_000.0, 300_000.0, "reportable", ""),
    ]
    told = pd.DataFrame(rows, columns=list(METRIC_TYPES)[:12])
    return told.reindex(columns=list(METRIC_TYPES)).astype(dict(METRIC_TYPES))


def impact() -> pd.DataFrame:
    rows = [
        ("revenue", "all", "duplicates", -92_100.0),
        ("revenue", "all", "structure", 5_750.0),
        ("win_rate", "all", "duplicates", -0.05),
        ("list_size", "all", "duplicates", -71.0),
        ("list_size", "all", "dead_email", -13.0),
    ]
    return pd.DataFrame(rows, columns=list(IMPACT_TYPES)).astype(dict(IMPACT_TYPES))


@pytest.fixture(scope="session")
def result() -> AuditResult:
    return audited(dataset())


@pytest.fixture(scope="session")
def page(result: AuditResult) -> str:
    """The masked report."""
    return render(View(result, words_of("en"), masked=True))


@pytest.fixture(scope="session")
def full_page(result: AuditResult) -> str:
    return render(View(result, words_of("en"), masked=False))


@pytest.fixture(scope="session")
def folder(result: AuditResult, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all outputs; tests only read it."""
    path = tmp_path_factory.mktemp("outputs") / "audit"
    write(result, path)
    return path


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A Chromium without a window."""
    if not CHROMIUM:
        reason = "no Chromium here; set CHROMIUM to its path"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield launched
        launched.close()
