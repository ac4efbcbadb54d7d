"""Loading as a whole: detection without hints, corrections, lineage, accounts, and what happens when files are bad."""

import zipfile
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter

from audit.errors import NothingReadable, SourceError
from audit.sources import SourceOverride, describe, load


def put(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def fields(path: Path, **options: object) -> dict[str, str | None]:
    (info,) = load([path], **options).sources  # type: ignore[arg-type]
    return {column.header: column.field for column in info.mapping}


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ("Vorname,Nachname,E-Mail-Adresse,Firma,Telefonnummer", "first_name last_name email company_name phone"),
        ("Nama Depan,Nama Belakang,Alamat Email,Perusahaan,Nomor HP", "first_name last_name email company_name mobile"),
        (
            "Nombre completo,Apellidos,Correo electrónico,Empresa,Teléfono",
            "full_name last_name email company_name phone",
        ),
        ("Prénom,Nom de famille,Adresse e-mail,Société,Téléphone", "first_name last_name email company_name phone"),
        (
            "Primeiro nome,Sobrenome,Endereço de e-mail,Nome da empresa,Telefone",
            "first_name last_name email company_name phone",
        ),
    ],
)
def test_headers_in_six_languages(tmp_path: Path, headers: str, expected: str) -> None:
    path = put(
        tmp_path,
        "liste.csv",
        f"{headers}\nAnn,Lee,ann@x.example,Acme,+49 89 1234567\nBob,Ray,bob@x.example,Acme,+49 89 7654321\n",
    )
    assert list(fields(path).values()) == expected.split()


def test_columns_are_known_by_their_values(tmp_path: Path) -> None:
    rows = "\n".join(f"x{n},p{n}@mail.example,+49 89 12345{n:02d},12.01.2024" for n in range(20))
    found = fields(put(tmp_path, "a.csv", f"foo,bar,baz,Created\n{rows}\n"))
    assert found == {"foo": None, "bar": "email", "baz": "phone", "Created": "created_at"}


def test_traps_of_likely_headers(tmp_path: Path) -> None:
    rows = "\n".join(f"{n},p{n}@x.example,MAILBOX_FULL,Page Visited,no" for n in range(12))
    found = fields(put(tmp_path, "leads.csv", f"Id,Email,Email hard bounce reason,Last Activity,Phone\n{rows}\n"))
    assert found["Email"] == "email"
    assert found["Email hard bounce reason"] == "bounce_reason"
    assert found["Last Activity"] is None, "words are no dates"
    assert found["Phone"] is None, "yes and no are no numbers to call"


def test_no_two_headers_share_a_field_unless_it_takes_several(tmp_path: Path) -> None:
    path = put(
        tmp_path,
        "c.csv",
        "id,email_work,email_home,company,company_name\n1,,h@x.example,A,B\n2,w@x.example,i@x.example,A,B\n",
    )
    contact = load([path])["contact"]
    assert contact["email"].tolist() == ["h@x.example", "w@x.example"]
    assert contact["other_emails"].fillna("").tolist() == ["", "i@x.example"]
    assert list(fields(path).values()).count("company_name") == 1


def test_a_table_that_is_no_customer_table_is_named_and_left_out(tmp_path: Path) -> None:
    put(tmp_path, "leads.csv", "id,email\n1,a@x.example\n")
    put(tmp_path, "dictionary.csv", "Table,Field,Description\nleads,id,the id\n")
    dataset = load([tmp_path])
    left = next(info for info in dataset.sources if info.file == "dictionary.csv")
    assert left.entity is None
    assert "Table, Field, Description" in left.reason
    assert left.rows_present == left.rows_read + left.rows_set_aside == 1


def test_the_source_column_is_lineage_or_channel(tmp_path: Path) -> None:
    rows = "\n".join(f"{n},a{n}@x.example,{'CRM' if n % 2 else 'SHOP'}" for n in range(20))
    lists = load([put(tmp_path, "a/records.csv", f"id,email,source\n{rows}\n")])["contact"]
    assert sorted(lists.lineage["source"].unique()) == ["CRM", "SHOP"]
    rows = rows.replace("CRM", "Google").replace("SHOP", "LinkedIn")
    channels = load([put(tmp_path, "b/records.csv", f"id,email,source\n{rows}\n")])["contact"]
    assert channels.lineage["source"].unique().tolist() == ["records"]
    assert channels["lead_source"].unique().tolist() == ["LinkedIn", "Google"] or set(channels["lead_source"]) == {
        "LinkedIn",
        "Google",
    }


def test_corrections_win(tmp_path: Path) -> None:
    path = put(
        tmp_path, "list.csv", "id,Name,Mail,When\n1,Acme,a@x.example,03/04/2024\n2,Zeta,b@x.example,05/06/2024\n"
    )
    corrected = SourceOverride(
        file="*.csv", entity="account", day_first=True, columns={"When": "created_at", "Mail": "", "Name": "name"}
    )
    dataset = load([path], overrides=[corrected])
    assert dataset["account"]["created_at"].tolist() == [pd.Timestamp("2024-04-03"), pd.Timestamp("2024-06-05")]
    assert "email" not in dataset["account"]
    assert (
        load(
            [path, put(tmp_path, "b.csv", "id,email\n1,a@x.example\n")],
            overrides=[SourceOverride("list.csv", ignore=True)],
        )
        .sources[0]
        .entity
        is None
    )


def test_types_are_opinions_with_evidence_and_the_text_stays(tmp_path: Path) -> None:
    path = put(
        tmp_path,
        "deals.csv",
        'Deal ID,Deal Name,Stage,Amount (EUR),Close Date\n1,A,Won,"1.234,50",31/01/2024\n2,B,Lost,"2.000,00",nope\n',
    )
    deal = load([path])["deal"]
    assert deal["amount"].tolist() == [1234.5, 2000.0]
    assert deal.text["amount"].tolist() == ["1.234,50", "2.000,00"]
    assert deal["currency"].tolist() == ["EUR", "EUR"]
    assert pd.isna(deal["close_date"].iloc[1])
    assert deal.text["close_date"].iloc[1] == "nope"
    info = describe(load([path]))[0]
    opinions = {column["header"]: column["opinion"] for column in info["mapping"]}
    assert "day-first" in opinions["Close Date"]
    assert "comma" in opinions["Amount (EUR)"]
    assert deal["status"].tolist() == ["won", "lost"]


def test_tables_of_one_entity_are_one_table_with_lineage(tmp_path: Path) -> None:
    put(tmp_path, "x/a.csv", "id,email\n1,a@x.example\n2,b@x.example\n")
    put(tmp_path, "x/b.csv", "id,email,phone\n9,c@x.example,+49 89 1234567\n")
    put(tmp_path, "x/README.md", "no data")
    put(tmp_path, "x/out/audit.json", "{}")
    put(tmp_path, "x/out/contacts.csv", "id,email\n1,z@x.example\n")
    contact = load([tmp_path / "x"])["contact"]
    assert contact.index.tolist() == [0, 1, 2]
    assert contact.lineage.astype(str).values.tolist() == [
        ["a", "a.csv", "", "1"],
        ["a", "a.csv", "", "2"],
        ["b", "b.csv", "", "1"],
    ]
    assert contact["phone"].isna().tolist() == [True, True, False]
    assert isinstance(contact.lineage["source"].dtype, pd.CategoricalDtype)


def test_loading_twice_gives_the_same(tmp_path: Path) -> None:
    put(tmp_path, "a.csv", "id,email,created\n1,a@x.example,2024-01-01\n2,b@x.example,2024-01-02\n")
    one, two = load([tmp_path]), load([tmp_path])
    pd.testing.assert_frame_equal(one["contact"].frame, two["contact"].frame)
    assert describe(one) == describe(two)


def bad_files(folder: Path) -> dict[str, Path]:
    folder.mkdir(parents=True, exist_ok=True)
    made = {"empty": folder / "empty.csv", "binary": folder / "picture.csv", "truncated": folder / "cut.xlsx"}
    made["empty"].write_bytes(b"")
    made["binary"].write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20)
    whole = folder / "whole.xlsx"
    with xlsxwriter.Workbook(whole) as book:
        book.add_worksheet().write(0, 0, "x")
    made["truncated"].write_bytes(whole.read_bytes()[:2000])
    whole.unlink()
    made["html"] = folder / "page.xls"
    made["html"].write_text("<html><table><tr><td>x</td></tr></table></html>")
    made["json"] = folder / "broken.json"
    made["json"].write_text('{"a": [1, 2')
    made["password"] = folder / "secret.xlsx"
    made["password"].write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le")
    )
    made["zip"] = folder / "cut.zip"
    made["zip"].write_bytes(b"PK\x03\x04rubbish")
    return made


def test_a_bad_file_alone_is_an_error_with_its_reason(tmp_path: Path) -> None:
    for kind, path in bad_files(tmp_path).items():
        with pytest.raises(NothingReadable) as error:
            load([path])
        assert path.name in error.value.message, kind
        assert error.value.hint
    with pytest.raises(NothingReadable, match="password"):
        load([tmp_path / "secret.xlsx"])


def test_bad_files_among_good_ones_are_warnings(tmp_path: Path) -> None:
    bad = bad_files(tmp_path)
    put(tmp_path, "good.csv", "id,email\n1,a@x.example\n")
    dataset = load([tmp_path])
    assert len(dataset["contact"]) == 1
    assert len(dataset.warnings) == len(bad)
    assert {info.file for info in dataset.sources if info.entity is None} == {path.name for path in bad.values()}


def test_missing_paths_and_folders_without_data(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="does not exist"):
        load([tmp_path / "nowhere"])
    with pytest.raises(NothingReadable, match="no file with data"):
        load([tmp_path])


def test_archives_cannot_escape_or_explode(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../evil.csv", "id,email\n1,a@x.example\n")
        archive.writestr("good.csv", "id,email\n1,a@x.example\n")
        archive.writestr("bomb.csv", b"0" * (600 << 20))
    dataset = load([tmp_path / "a.zip"])
    assert len(dataset["contact"]) == 1
    assert any("leads out" in warning for warning in dataset.warnings)
    assert any("zip bomb" in warning for warning in dataset.warnings)


def test_a_stray_cell_in_the_last_corner_is_refused(tmp_path: Path) -> None:
    target = tmp_path / "wide.xlsx"
    with xlsxwriter.Workbook(target) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["id", "email"])
        sheet.write(1_048_575, 16_383, "x")
    with pytest.raises(NothingReadable, match="stray cells"):
        load([target])


def test_progress_is_told(tmp_path: Path) -> None:
    put(tmp_path, "a.csv", "id,email\n1,a@x.example\n")
    told: list[str] = []
    load([tmp_path], progress=told.append)
    assert told[0] == "reading a.csv"


def test_rows_that_differ_in_unmapped_columns_alone_stay_apart(tmp_path: Path) -> None:
    header = "Row ID,Order ID,Order Date,Customer ID,Product,License,Sales,Quantity,Discount\n"
    line = "{},AMER-2020-1,2020-11-09,1017,FinanceHub,{},261.96,2,0\n"
    keys = ["QLIW57KZUV", "16GRM07R1K", "QLIW57KZUV"]
    lines = "".join(line.format(row, key) for row, key in enumerate(keys, start=1))
    (tmp_path / "orders.csv").write_text(header + lines, encoding="utf-8")
    payments = load([tmp_path])["payment"]
    unread = payments.unread.tolist()
    # "Row ID" counts the rows and says nothing of them.
    assert unread[0] == unread[2] != unread[1]
