"""Stages of people in the words of many systems and languages, as one list."""

from pathlib import Path

import pandas as pd
import pytest

from audit.schema import TEXT
from audit.sources import load
from audit.sources.stages import lifecycle

WORDS = {
    "subscriber": [
        "Subscriber", "subscribed", "Newsletter subscriber", "Abonnent", "Suscriptor", "Abonné", "Assinante",
        "Berlangganan",
    ],
    "lead": [
        "Lead", "LEAD", "1 - Lead", "Prospect", "Prospek", "Interessent", "Cliente potencial", "Client potentiel",
        "Potenzieller Kunde", "Calon pelanggan", "New", "NEW", "Neu", "Nuevo", "Nouveau", "Novo", "Baru", "OPEN",
        "Open - Not Contacted", "Working - Contacted", "Closed - Not Converted", "IN_PROGRESS", "ATTEMPTED_TO_CONTACT",
        "Attempted to Contact", "Connected", "Bad Timing", "Unqualified", "Not Qualified", "Pre-Qualified",
        "Disqualified", "Contact in Future", "Not Contacted", "Lost Lead", "Hot lead", "Nicht kontaktiert",
        "No contactado", "Belum dihubungi", "No calificado",
    ],
    "mql": [
        "marketingqualifiedlead", "Marketing Qualified Lead", "MQL", "Marketing-qualifizierter Lead",
        "Marketing Qualified Lead (MQL)", "Lead calificado por marketing", "Lead qualifié par le marketing",
        "Lead qualificado de marketing", "Prospek memenuhi syarat pemasaran",
    ],
    "sql": [
        "salesqualifiedlead", "Sales Qualified Lead", "SQL", "Sales accepted lead", "Qualified", "Qualifiziert",
        "Vertriebsqualifizierter Lead", "Lead calificado para ventas", "Lead qualifié pour la vente",
        "Lead qualificado por vendas", "Prospek memenuhi syarat penjualan",
    ],
    "opportunity": [
        "opportunity", "Opportunity", "Oportunidad", "Opportunité", "Oportunidade", "Verkaufschance", "Peluang",
        "Closed - Converted", "Converted", "Open Deal", "OPEN_DEAL", "Negotiation", "Closed Lost",
    ],
    "customer": [
        "customer", "Customer", "Existing customer", "New customer", "Client", "Kunde", "Bestandskunde", "Cliente",
        "Pelanggan", "evangelist", "Evangelist", "Évangéliste", "Closed Won", "Ganado", "Gewonnen",
    ],
}  # fmt: skip
UNKNOWN = [
    "Other", "Active", "Inactive", "Former customer", "Ex-customer", "Lost customer", "Ancien client",
    "Cliente perdido", "Mantan pelanggan", "Unsubscribed", "Nonsubscribed", "Junk Lead", "Not a customer",
    "158743", "-", "Lost",
]  # fmt: skip


@pytest.mark.parametrize(("stage", "words"), WORDS.items(), ids=WORDS)
def test_words_for_a_stage(stage: str, words: list[str]) -> None:
    found = lifecycle(pd.Series(words, dtype=TEXT))
    assert dict(zip(words, found, strict=True)) == dict.fromkeys(words, stage)


def test_words_for_none() -> None:
    found = lifecycle(pd.Series([*UNKNOWN, None], dtype=TEXT))
    assert found.dtype == TEXT
    assert dict(zip(UNKNOWN, found.fillna(""), strict=False)) == dict.fromkeys(UNKNOWN, "")
    assert found.isna().iloc[-1]


def read(folder: Path, header: str, rows: list[str], file: str = "contacts.csv") -> pd.DataFrame:
    lines = "".join(f"{place},Ann,p{place}@x.example,{row}\n" for place, row in enumerate(rows))
    (folder / file).write_text(f"Record ID,First Name,Email,{header}\n{lines}", "utf-8")
    return load([folder])["contact"].frame


def test_the_text_of_the_source_stays(tmp_path: Path) -> None:
    stages = ["Marketing Qualified Lead", "Evangelist", "Other", "Kunde"]
    contact = read(tmp_path, "Lifecycle Stage", stages)
    assert contact["lifecycle_stage"].tolist() == stages
    assert contact["lifecycle"].fillna("").tolist() == ["mql", "customer", "", "customer"]


def test_the_lead_status_speaks_where_the_stage_is_blank(tmp_path: Path) -> None:
    rows = ["Customer,Open", ",Closed - Converted", "Other,Open", ",", ",Qualified"]
    contact = read(tmp_path, "Lifecycle Stage,Lead Status", rows)
    assert contact["lifecycle"].fillna("").tolist() == ["customer", "opportunity", "", "", "sql"]
    assert contact["lead_status"].fillna("").tolist() == ["Open", "Closed - Converted", "Open", "", "Qualified"]


def test_statuses_of_salesforce_leads(tmp_path: Path) -> None:
    rows = "".join(
        f"00Qbm00000Orxk{place},Lee,Acme,l{place}@x.example,{status},false,005bm00000NCJmQAAX,2024-01-19T09:42:24.000+0000\n"
        for place, status in enumerate(["Open - Not Contacted", "Working - Contacted", "Closed - Converted"])
    )
    (tmp_path / "Lead.csv").write_text(f"Id,LastName,Company,Email,Status,IsConverted,OwnerId,CreatedDate\n{rows}")
    dataset = load([tmp_path])
    assert dataset.sources[0].system == "salesforce"
    assert dataset["contact"]["lifecycle"].tolist() == ["lead", "lead", "opportunity"]


def test_a_header_of_that_name_is_the_text_of_the_source(tmp_path: Path) -> None:
    contact = read(tmp_path, "Lifecycle", ["Customer", "SQL", "Lead"])
    assert contact["lifecycle_stage"].tolist() == ["Customer", "SQL", "Lead"]
    assert contact["lifecycle"].tolist() == ["customer", "sql", "lead"]


def test_no_stage_no_column(tmp_path: Path) -> None:
    assert "lifecycle" not in read(tmp_path, "City", ["Bern", "Ulm", "Rom"])
