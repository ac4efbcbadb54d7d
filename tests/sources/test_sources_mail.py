# ruff: noqa: E501 - lines of exports and mails stand as their systems write them
"""Mail becomes activities: bounces with their address, replies with what they say, and plain letters left in peace."""

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from audit.sources import load
from audit.sources.mailbox import read_mail

DSN = """From: MAILER-DAEMON@mx.example.com
To: sales@own.example
Subject: Undelivered Mail Returned to Sender
Date: Sat, 5 Jan 2008 09:12:18 -0500
Message-ID: <1@mx.example.com>
Content-Type: multipart/report; report-type=delivery-status; boundary=B

--B
Content-Type: text/plain

Your message could not be delivered.
--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com

Final-Recipient: rfc822; gone@x.example
Original-Recipient: rfc822; {address}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {diagnostic}

--B
Content-Type: message/rfc822

From: sales@own.example
To: someone@x.example
Subject: Offer

Hello
--B--
"""


def message(headers: str, body: str) -> str:
    return f"{headers}\nDate: Mon, 12 Oct 2026 10:00:00 +0200\nMessage-ID: <m@x.example>\n\n{body}\n"


def rows(text: str) -> list[dict[str, object]]:
    (table,) = read_mail("m.eml", pa.py_buffer(text.encode()))
    frame = table.frame.rename(columns=lambda name: name.removeprefix("mail."))
    return [{name: None if pd.isna(cell) else cell for name, cell in row.items()} for row in frame.to_dict("records")]


@pytest.mark.parametrize(
    ("status", "action", "diagnostic", "kind", "code"),
    [
        ("5.1.1", "failed", "550 5.1.1 User unknown", "hard", "5.1.1"),
        ("5.0.0", "failed", "550 5.2.1 disabled", "hard", "5.2.1"),
        ("4.4.1", "delayed", "451 4.4.1 timed out", "soft", "4.4.1"),
    ],
)
def test_delivery_reports(status: str, action: str, diagnostic: str, kind: str, code: str) -> None:
    (row,) = rows(DSN.format(address="ann@x.example", action=action, status=status, diagnostic=diagnostic))
    assert row["type"] == "bounce"
    assert row["contact_email"] == "ann@x.example"
    assert (row["bounce_type"], row["bounce_code"]) == (kind, code)
    assert row["at"] == "2008-01-05 14:12:18"
    assert row["reason"] == diagnostic


@pytest.mark.parametrize(
    "body",
    [
        "Hi. This is the qmail-send program at x.example.\nI'm afraid I wasn't able to deliver your message to the following "
        "addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\n<ann@y.example>:\n550 no mailbox here",
        "Delivery to the following recipient failed permanently:\n\n     ann@y.example\n\n550 5.1.1 User unknown",
        "A message that you sent could not be delivered to one or more of its\nrecipients. This is a permanent error. The following "
        "address(es) failed:\n\n  ann@y.example\n    SMTP error from remote mail server: 550 5.1.1 unknown",
    ],
)
def test_bounces_in_free_text(body: str) -> None:
    (row,) = rows(
        message("From: Mail System <MAILER-DAEMON@x.example>\nTo: me@own.example\nSubject: failure notice", body)
    )
    assert (row["type"], row["contact_email"], row["bounce_type"]) == ("bounce", "ann@y.example", "hard")


def test_absence_with_return_and_successor() -> None:
    head = "From: Ann Lee <ann@x.example>\nTo: me@own.example\nSubject: Automatic reply: Offer\nAuto-Submitted: auto-replied"
    (row,) = rows(
        message(head, "I am out of the office until 26 October.\nIn urgent cases please contact Bob: bob@x.example.")
    )
    assert row["type"] == "auto_reply"
    assert row["return_at"] == "2026-10-26"
    assert row["successor"] == "bob@x.example"
    (row,) = rows(message(head, "Ann Lee is no longer with the company. Please write to bob@x.example instead."))
    assert row["reason"] == "no longer with the company"


def test_opt_outs_and_plain_letters() -> None:
    head = "From: Ann Lee <ann@x.example>\nTo: me@own.example\nSubject: Re: Newsletter"
    assert rows(message(head, "Please remove me from your list.\n> Newsletter"))[0]["type"] == "unsubscribe_reply"
    (row,) = rows(message(head, "Thank you, the delivery failed to impress me less than expected."))
    assert (row["type"], row["contact_email"], row["contact_name"]) == ("email", "ann@x.example", "Ann Lee")


def test_mbox_and_folders_of_mails(tmp_path: Path) -> None:
    one = DSN.format(address="ann@x.example", action="failed", status="5.1.1", diagnostic="550 x")
    two = message("From: b@x.example\nTo: me@own.example\nSubject: Hi", "hello\n\n>From here on")
    (tmp_path / "box.mbox").write_text(
        f"From a@x Sat Jan  5 09:14:16 2008\n{one}\nFrom b@x Sat Jan  5 09:14:16 2008\n{two}"
    )
    (tmp_path / "mails").mkdir()
    for place in range(3):
        (tmp_path / "mails" / f"{place}.eml").write_text(two)
    dataset = load([tmp_path])
    assert dataset["activity"]["type"].tolist() == ["bounce", "email", "email", "email", "email"]
    assert dataset["activity"].lineage["file"].tolist()[2:] == ["mails/0.eml", "mails/1.eml", "mails/2.eml"]
    assert {info.rows_present for info in dataset.sources} == {2, 3}


@pytest.mark.shared
def test_real_bounces(shared: Path) -> None:
    dataset = load([shared / "data/crm/bounce-mails"])
    activity = dataset["activity"]
    file = activity.lineage["file"].astype(str)
    kinds = activity["type"].groupby(file.str.startswith("not-bounces")).apply(set)
    assert "bounce" not in kinds[True]
    eml = activity.frame[file.str.startswith("eml/")]
    assert (eml["type"] == "bounce").sum() >= 68, "all but a complaint and an auto-reply"
    assert eml.loc[eml["type"] == "bounce", "contact_email"].notna().all()
