"""VAL008 against a name server of its own on the loopback interface."""

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pandas as pd
import pytest

from audit.dataset import Dataset, table_from_frame
from audit.engine import run_rules
from audit.rule import Context, Outcome
from audit.values.mail_server import Lookup, takes_mail, user_cache
from rules.validity.email_domain_without_mail_server import EmailDomainWithoutMailServer

AS_OF = pd.Timestamp("2026-11-01")
ZONE = {
    ("kembara.co.id.", "MX"): "10 mail.kembara.co.id.",
    ("only-host.com.", "A"): "192.0.2.7",
    ("only-six.com.", "AAAA"): "2001:db8::7",
    ("nobody-home.com.", "TXT"): '"nothing here"',
    ("refuses.com.", "MX"): "0 .",
    ("refuses.com.", "A"): "192.0.2.8",
    ("xn--mller-kva.de.", "MX"): "10 mail.kembara.co.id.",
}
SILENT = "slow.com."
BROKEN = "broken.com."


@dataclass
class NameServer:
    """Answers from ZONE over UDP, keeps silent on one domain and fails on another."""

    port: int
    asked: list[str] = field(default_factory=list)

    def answer(self, wire: bytes) -> bytes | None:
        query = dns.message.from_wire(wire)
        (question,) = query.question
        name, kind = question.name.to_text(), dns.rdatatype.to_text(question.rdtype)
        self.asked.append(name)
        if name == SILENT:
            return None
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.RA
        if name == BROKEN:
            reply.set_rcode(dns.rcode.SERVFAIL)
        elif (name, kind) in ZONE:
            reply.answer.append(dns.rrset.from_text(name, 60, "IN", kind, ZONE[name, kind]))
        elif name not in {known for known, _ in ZONE}:
            reply.set_rcode(dns.rcode.NXDOMAIN)
        return reply.to_wire()


@pytest.fixture
def server() -> Iterator[NameServer]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.settimeout(0.1)
        running = NameServer(listening.getsockname()[1])
        stop = threading.Event()

        def serve() -> None:
            while not stop.is_set():
                try:
                    wire, sender = listening.recvfrom(4096)
                except TimeoutError:
                    continue
                reply = running.answer(wire)
                if reply is not None:
                    listening.sendto(reply, sender)

        thread = threading.Thread(target=serve)
        thread.start()
        yield running
        stop.set()
        thread.join()


@pytest.fixture
def lookup(server: NameServer, tmp_path: Path) -> Lookup:
    return Lookup(AS_OF, seconds=20, nameserver="127.0.0.1", port=server.port, cache=tmp_path / "kept")


def contacts(*emails: str) -> Dataset:
    return Dataset({"contact": table_from_frame("contact", pd.DataFrame({"email": emails}))})


def test_what_each_kind_of_domain_is_taken_for(lookup: Lookup) -> None:
    answers = takes_mail(
        ["kembara.co.id", "only-host.com", "only-six.com", "nobody-home.com", "refuses.com", "gone.com", "müller.de"],
        lookup,
    )
    assert answers == {
        "kembara.co.id": True,
        "only-host.com": True,
        "only-six.com": True,
        "müller.de": True,
        "nobody-home.com": False,
        "refuses.com": False,
        "gone.com": False,
    }


def test_a_server_that_fails_says_nothing(lookup: Lookup) -> None:
    assert takes_mail(["broken.com", "gone.com"], lookup) == {"gone.com": False}


def test_silence_within_the_time_says_nothing(server: NameServer, tmp_path: Path) -> None:
    hurried = Lookup(AS_OF, seconds=0.5, nameserver="127.0.0.1", port=server.port, cache=tmp_path)
    assert takes_mail(["slow.com"], hurried) == {}
    assert server.asked
    assert list(tmp_path.iterdir()) == []


def test_no_time_asks_nobody(server: NameServer, tmp_path: Path) -> None:
    out_of_time = Lookup(AS_OF, seconds=0, nameserver="127.0.0.1", port=server.port, cache=tmp_path)
    assert takes_mail(["kembara.co.id"], out_of_time) == {}
    assert server.asked == []


def test_answers_are_kept_until_they_are_old(server: NameServer, lookup: Lookup) -> None:
    names = ["kembara.co.id", "gone.com"]
    first = takes_mail(names, lookup)
    asked = len(server.asked)
    later = {"seconds": 20, "nameserver": "127.0.0.1", "port": server.port, "cache": lookup.cache}
    assert takes_mail(names, Lookup(AS_OF + pd.Timedelta(days=30), **later)) == first
    assert len(server.asked) == asked
    assert takes_mail(names, Lookup(AS_OF + pd.Timedelta(days=31), **later)) == first
    assert len(server.asked) > asked


@pytest.mark.parametrize("damage", ["", "{}", "[1]", '{"asked": "soon", "takes_mail": true}', "\x00"])
def test_a_damaged_cache_is_asked_anew(lookup: Lookup, damage: str) -> None:
    assert lookup.cache is not None
    takes_mail(["gone.com"], lookup)
    (lookup.cache / "gone.com").write_text(damage)
    assert takes_mail(["gone.com"], lookup) == {"gone.com": False}


def test_a_cache_that_cannot_be_written_costs_nothing_but_time(server: NameServer, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    blocked = Lookup(AS_OF, seconds=20, nameserver="127.0.0.1", port=server.port, cache=tmp_path / "file" / "below")
    assert takes_mail(["gone.com"], blocked) == {"gone.com": False}


def test_names_that_are_no_domains_are_not_asked_about(server: NameServer, lookup: Lookup) -> None:
    assert takes_mail(["localhost", "a..b", "-", "x" * 300 + ".com", "../etc/passwd", "a b.com"], lookup) == {}
    assert server.asked == []


def test_a_name_server_that_is_none(tmp_path: Path) -> None:
    assert takes_mail(["gone.com"], Lookup(AS_OF, nameserver="no address", cache=tmp_path)) == {}


def test_the_cache_is_the_users(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert user_cache() == tmp_path / "crm-audit" / "mail-servers"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert user_cache().is_relative_to(Path.home() / ".cache")
    monkeypatch.setattr("sys.platform", "darwin")
    assert "Caches" in user_cache().parts
    monkeypatch.setattr("sys.platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
    assert user_cache().is_relative_to(tmp_path)


def test_the_rule_is_silent_until_it_is_told(server: NameServer) -> None:
    data = contacts("jane@gone.com", "jane@kembara.co.id")
    options = {"VAL008": {"nameserver": "127.0.0.1", "port": server.port}}
    findings, (result,) = run_rules([EmailDomainWithoutMailServer()], data, Context(AS_OF, options=options))
    assert result.outcome is Outcome.NOT_EVALUATED
    assert findings.empty
    assert server.asked == []


@pytest.mark.parametrize("partitions", [1, 3])
def test_the_rule_finds_dead_domains_and_leaves_unanswered_ones(
    server: NameServer, tmp_path: Path, partitions: int
) -> None:
    data = contacts(
        "jane@kembara.co.id",
        "budi@gone.com",
        "Ayu@GONE.com",
        "siti@broken.com",
        "x@kembara.example",
        "no address",
        "a@refuses.com",
    )
    told = {"dns": True, "nameserver": "127.0.0.1", "port": server.port, "cache": str(tmp_path)}
    findings, (result,) = run_rules(
        [EmailDomainWithoutMailServer()], data, Context(AS_OF, options={"VAL008": told}), partitions=partitions
    )
    assert findings["record"].to_list() == [1, 2, 6]
    assert findings["arg1"].to_list() == ["gone.com", "gone.com", "refuses.com"]
    assert result.rows_checked == 4
    assert not any(name.endswith("example.") for name in server.asked)
