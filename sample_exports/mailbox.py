"""support-inbox.mbox: bounces as mail servers write them, out-of-office replies, and a few letters from people."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from company import AS_OF, Person, fold, moment
from exports import Record
from planting import Planter, works_at_home

FILE = "support-inbox.mbox"
SUBJECT = "Your calibration certificates are ready"


@dataclass(frozen=True)
class Letter:
    """One message: when, from which envelope sender, its text, and what it says about an address."""

    at: datetime
    envelope: str
    text: str
    email: str
    kind: str


def _stamp(at: datetime) -> str:
    return at.strftime("%a, %d %b %Y %H:%M:%S +0000")


def _report(at: datetime, email: str, status: str, said: str, action: str, token: str) -> str:
    domain = email.partition("@")[2]
    verdict = "could not be delivered" if action == "failed" else "has not been delivered yet; we keep trying"
    return f"""\
From: Mail Delivery System <MAILER-DAEMON@mx1.{domain}>
To: service@halmera.example
Date: {_stamp(at)}
Subject: {"Undelivered Mail Returned to Sender" if action == "failed" else "Delayed Mail (still being retried)"}
Message-ID: <{token}@mx1.{domain}>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="{token}"

--{token}
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx1.{domain}.
Your message {verdict}.

<{email}>: {said}

--{token}
Content-Type: message/delivery-status

Reporting-MTA: dns; mx1.{domain}

Final-Recipient: rfc822; {email}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {said}

--{token}
Content-Type: text/rfc822-headers

From: Halmera Service <service@halmera.example>
To: {email}
Subject: {SUBJECT}

--{token}--
"""


def _qmail(at: datetime, email: str, token: str) -> str:
    domain = email.partition("@")[2]
    return f"""\
From: MAILER-DAEMON@{domain}
To: service@halmera.example
Date: {_stamp(at)}
Subject: failure notice
Message-ID: <{token}@{domain}>

Hi. This is the qmail-send program at {domain}.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<{email}>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

To: {email}
Subject: {SUBJECT}
"""


def _exim(at: datetime, email: str, token: str) -> str:
    domain = email.partition("@")[2]
    return f"""\
From: Mail Delivery System <Mailer-Daemon@mail.{domain}>
To: service@halmera.example
Date: {_stamp(at)}
Subject: Mail delivery failed: returning message to sender
Message-ID: <{token}@mail.{domain}>
X-Failed-Recipients: {email}
Auto-Submitted: auto-replied

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  {email}
    550 5.1.1 User unknown

------ This is a copy of the message, including all the headers. ------

To: {email}
Subject: {SUBJECT}
"""


def _exchange(at: datetime, email: str, token: str) -> str:
    domain = email.partition("@")[2]
    return f"""\
From: Microsoft Outlook <postmaster@{domain}>
To: service@halmera.example
Date: {_stamp(at)}
Subject: Undeliverable: {SUBJECT}
Message-ID: <{token}@{domain}>

Delivery has failed to these recipients or groups:

{email}
The email address you entered couldn't be found. Please check the
recipient's email address and try to resend the message.

Diagnostic information for administrators:
Remote Server returned '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup'
"""


def _away(at: datetime, email: str, person: Person, token: str, random: Random) -> str:
    back = (at + timedelta(days=random.randrange(3, 25))).strftime("%d %B %Y")
    first = person.first
    words = {
        "DE": (
            "Automatische Antwort: ",
            f"Guten Tag,\n\nich bin bis {back} nicht im Haus. In dringenden Faellen hilft die Zentrale.\n\n"
            f"Mit freundlichen Gruessen\n{fold(first).title()}",
        ),
        "ID": (
            "Balasan otomatis: ",
            f"Terima kasih atas email Anda. Saya sedang cuti dan kembali pada {back}.\n\nSalam,\n{first}",
        ),
    }.get(
        person.country,
        (
            "Automatic reply: ",
            f"Thank you for your message. I am out of the office and will be back on {back}.\n\nKind regards\n{first}",
        ),
    )
    return f"""\
From: {fold(person.name).title()} <{email}>
To: service@halmera.example
Date: {_stamp(at)}
Subject: {words[0]}{SUBJECT}
Message-ID: <{token}@{email.partition("@")[2]}>
Auto-Submitted: auto-replied
X-Auto-Response-Suppress: All
Content-Type: text/plain; charset=us-ascii

{words[1]}
"""


def _letter(at: datetime, email: str, person: Person, token: str, random: Random) -> str:
    subject, body = random.choice(
        (
            ("Gateway offline", "our gateway in hall 2 shows offline since this morning. What can we do?"),
            ("Re: Your calibration certificates are ready", "thank you, the certificates have arrived."),
            ("Question about the invoice", "could you please add our order number to the last invoice?"),
            ("Spare probes", "please send us a quote for six spare probes."),
            ("Audit on Thursday", "we need the temperature report of last quarter for an audit on Thursday."),
        )
    )
    return f"""\
From: {fold(person.name).title()} <{email}>
To: service@halmera.example
Date: {_stamp(at)}
Subject: {subject}
Message-ID: <{token}@{email.partition("@")[2]}>
Content-Type: text/plain; charset=us-ascii

Dear support team,

{body}

Best regards
{fold(person.name).title()}
"""


def inbox(p: Planter) -> list[Letter]:
    """Some 120 messages. Bounces come from addresses that still stand in the CRM."""
    random = p.random
    tables = p.sample.tables
    cleaned = {r.text("email") for r in tables["mc_cleaned"]}

    def reachable(record: Record) -> bool:
        return (
            bool(record["email"])
            and not p.stale(record)
            and not record["bounce_reason"]
            and record.text("email") not in cleaned
        )

    dead = p.pick(("hs_contact", "sf_lead"), 48, reachable, works_at_home, single=False)
    slow = p.pick(("hs_contact",), 12, reachable, works_at_home, single=False)
    alive = p.pick(("hs_contact",), 62, reachable, works_at_home, lambda r: bool(r["last_name"]), single=False)
    hard = (
        ("5.1.1", "550 5.1.1 User unknown in virtual mailbox table"),
        ("5.1.1", "550 5.1.1 Recipient address rejected: User unknown"),
        ("5.4.4", "550 5.4.4 Invalid domain, host not found"),
        ("5.1.6", "550 5.1.6 Mailbox no longer in use"),
    )
    free: tuple[Callable[[datetime, str, str], str], ...] = (_qmail, _exim, _exchange)
    letters = []
    for at, record in enumerate(dead + slow + alive):
        when = moment(random, datetime(2026, 5, 4), AS_OF - timedelta(days=1))
        email, token = record.text("email"), f"{when:%Y%m%d%H%M}.{random.randrange(16**8):08X}"
        person = p.people[record.person]
        if at < 31:
            status, said = hard[at % 4]
            text, kind = _report(when, email, status, said, "failed", token), "hard"
        elif at < 48:
            text, kind = free[at % 3](when, email, token), "hard"
        elif at < 60:
            status, said = (("4.2.2", "452 4.2.2 Mailbox full"), ("4.4.1", "451 4.4.1 Connection timed out"))[at % 2]
            text, kind = _report(when, email, status, said, "delayed", token), "soft"
        elif at < 94:
            text, kind = _away(when, email, person, token, random), "away"
        else:
            text, kind = _letter(when, email, person, token, random), "letter"
        envelope = email if kind in ("away", "letter") else "MAILER-DAEMON"
        letters.append(Letter(when, envelope, text, email, kind))
    return sorted(letters, key=lambda letter: letter.at)


def mbox(letters: list[Letter]) -> bytes:
    """All letters in one file, lines that look like a separator escaped."""
    parts = []
    for letter in letters:
        body = "\n".join(f">{line}" if line.startswith("From ") else line for line in letter.text.splitlines())
        parts.append(f"From {letter.envelope} {letter.at:%a %b %d %H:%M:%S %Y}\n{body}\n\n")
    return "".join(parts).encode("ascii")
