"""Alerts reach a real mail server and a real web receiver on this machine, hold nobody's data, never end an audit."""

import email
import email.policy
import json
import socket
import socketserver
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from audit import alerts
from audit.cli import main
from audit.config import AlertsConfig, Config
from audit.credentials import filled, refuse_literal
from audit.errors import ConfigError, UsageError
from audit.history import FILE_NAME
from audit.pipeline import select_rules
from reports.metrics.catalogue import METRICS

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:apprise.*")


class Mail(socketserver.StreamRequestHandler):
    """As much of SMTP as a client needs."""

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline().strip():
            verb = line.split()[0].upper()
            if verb == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                lines = []
                while (line := self.rfile.readline()) not in (b".\r\n", b""):
                    lines.append(line)
                self.server.letters.append(b"".join(lines))  # type: ignore[attr-defined]
                self.wfile.write(b"250 kept\r\n")
            elif verb == b"EHLO":
                self.wfile.write(b"250-here\r\n250 AUTH PLAIN LOGIN\r\n")
            elif verb == b"AUTH":
                self.server.secrets.append(line)  # type: ignore[attr-defined]
                self.wfile.write(b"235 welcome\r\n")
            elif verb == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            else:
                self.wfile.write(b"250 yes\r\n")


class MailServer(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    letters: list[bytes]
    secrets: list[bytes]


class Hook(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.posts.append((self.path, json.loads(body)))  # type: ignore[attr-defined]
        self.send_response(self.server.status)  # type: ignore[attr-defined]
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def mail() -> Iterator[MailServer]:
    with MailServer(("127.0.0.1", 0), Mail) as server:
        server.letters, server.secrets = [], []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def hook() -> Iterator[HTTPServer]:
    with HTTPServer(("127.0.0.1", 0), Hook) as server:
        server.posts, server.status = [], 200  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def letter(content: bytes) -> tuple[str, str]:
    message = email.message_from_bytes(content, policy=email.policy.default)
    body = message.get_body(("plain",)) or message.get_body()
    assert body is not None
    return str(message["subject"]), body.get_content()


@pytest.fixture
def halden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("audit.pipeline.METRICS", METRICS[:2])
    (tmp_path / "in").mkdir()
    return tmp_path


def project(folder: Path, to: list[str], when: str = '["gate"]', wrong: int = 1) -> None:
    rows = [
        f"{n},Nadia{n},Oyelaran,nadia.oyelaran{n}{'@@' if n < wrong else '@'}secret-customer.io\n" for n in range(6)
    ]
    (folder / "in" / "key-customer-oyelaran.csv").write_text(
        "Customer No,First Name,Last Name,Email\n" + "".join(rows), "utf-8"
    )
    unused = [rule.id for rule in select_rules(Config()) if rule.id not in ("VAL001", "CMP001")]
    (folder / "audit.toml").write_text(
        f'title = "Halden"\npaths = ["in"]\n[alerts]\nto = {json.dumps(to)}\nwhen = {when}\n'
        f"[rules]\ndisable = {json.dumps(unused)}\n",
        "utf-8",
    )


def call(*args: str) -> Result:
    return CliRunner().invoke(main, list(args), catch_exceptions=False)


def test_a_failed_gate_is_told_by_mail_and_webhook_without_anybodys_data(halden, mail, hook, monkeypatch) -> None:
    monkeypatch.setenv("MAIL_PASSWORD", "s3cr3t/with:signs")
    urls = [
        f"mailto://audit:${{MAIL_PASSWORD}}@127.0.0.1:{mail.server_address[1]}?from=a@b.io&to=c@d.io&mode=insecure",
        f"json://127.0.0.1:{hook.server_address[1]}/audits",
    ]
    project(halden, urls, wrong=1)
    assert call("run", "--as-of", "2026-10-01", "-q", "--notify", "--fail-on", "findings > 3").exit_code == 0
    assert (mail.letters, hook.posts) == ([], [])
    project(halden, urls, wrong=3)
    result = call("run", "--as-of", "2026-11-01", "-q", "--notify", "--fail-on", "findings > 2")
    assert result.exit_code == 1
    assert "warning" not in result.output
    subject, body = letter(mail.letters[0])
    ((path, post),) = hook.posts
    assert path == "/audits"
    assert subject == post["title"]
    assert "Halden: gate failed, accuracy score" in subject
    for told in (body, post["message"]):
        assert "findings > 2 (it is 3)" in told
        assert "1 open before + 2 new + 0 returned" in told
        assert "2 Malformed email" in told
        for value in ("oyelaran", "nadia", "secret-customer", "key-customer", "s3cr3t"):
            assert value not in told.lower()
    assert mail.secrets
    everything = b"".join(path.read_bytes() for path in halden.rglob("*") if path.is_file())
    assert b"s3cr3t" not in everything
    assert "s3cr3t" not in result.output


def test_when_decides_what_is_told(halden, hook) -> None:
    url = [f"json://127.0.0.1:{hook.server_address[1]}"]
    project(halden, url, when='["always"]')
    call("run", "--as-of", "2026-10-01", "-q", "--notify")
    assert len(hook.posts) == 1
    assert "accuracy score" in hook.posts[0][1]["title"]
    project(halden, url, when='["drop"]', wrong=6)
    call("run", "--as-of", "2026-11-01", "-q", "--notify")
    assert len(hook.posts) == 2
    assert "The score fell by more than chance alone" in hook.posts[1][1]["message"]
    call("run", "--as-of", "2026-12-01", "-q", "--notify")
    assert len(hook.posts) == 2


def test_an_audit_that_cannot_be_made_is_told(halden, hook) -> None:
    project(halden, [f"json://127.0.0.1:{hook.server_address[1]}"], when='["failure"]')
    for path in (halden / "in").iterdir():
        path.unlink()
    assert call("run", "--notify").exit_code == 2
    ((_, post),) = hook.posts
    assert post["title"] == "Halden: the audit could not be made"
    assert "no file with data" in post["message"]


def test_dead_and_refusing_receivers_do_not_fail_the_audit(halden, hook) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        dead = free.getsockname()[1]
    hook.status = 500
    project(
        halden,
        [
            f"json://127.0.0.1:{dead}",
            f"json://127.0.0.1:{hook.server_address[1]}",
            f"mailto://a:${{NOT_SET}}@127.0.0.1:{dead}?from=a@b.io&mode=insecure",
            "nonsense://somewhere",
        ],
        when='["always"]',
    )
    result = call("run", "--as-of", "2026-10-01", "-q", "--notify")
    assert result.exit_code == 0
    told = result.output.splitlines()
    assert told[0] == "warning: receiver 1 (json): it could not be reached, or refused"
    assert told[1] == "warning: receiver 2 (json): it could not be reached, or refused"
    assert told[2].startswith("warning: receiver 3 (mailto): The environment has no NOT_SET.")
    assert told[3] == "warning: receiver 4 (nonsense): its address is of no kind that is known"
    assert (halden / FILE_NAME).is_file()
    assert (halden / "audit-report" / "report.html").is_file()


def test_notify_is_checked_before_anything_is_read() -> None:
    with pytest.raises(UsageError, match="needs receivers"):
        alerts.check(AlertsConfig())
    with pytest.raises(ConfigError, match="password in plain text"):
        alerts.check(AlertsConfig(to=("mailto://me:hunter2@mail.example",)))
    alerts.check(AlertsConfig(to=("mailto://me:${PASSWORD}@mail.example",)))


def test_secrets_come_from_environment_or_keyring(monkeypatch) -> None:
    import keyring
    from keyring.backend import KeyringBackend

    class Ring(KeyringBackend):
        priority = 1  # type: ignore[assignment]

        def get_password(self, service: str, username: str) -> str | None:
            return "p@ss" if (service, username) == ("mail", "audit") else None

        def set_password(self, service: str, username: str, password: str) -> None:
            raise NotImplementedError

        def delete_password(self, service: str, username: str) -> None:
            raise NotImplementedError

    monkeypatch.setattr(keyring, "get_password", Ring().get_password)
    assert filled("x://u:${A}@h", {"A": "a/b@c"}) == "x://u:a%2Fb%40c@h"
    assert filled("x://u:${keyring:mail/audit}@h", {}) == "x://u:p%40ss@h"
    for missing in ("x://${B}", "x://${keyring:mail/other}"):
        with pytest.raises(ConfigError) as caught:
            filled(missing, {"A": "secret-value"})
        assert "secret-value" not in str(caught.value)
    refuse_literal("postgresql://u:${PW}@h/db", "[history] file")
    refuse_literal("postgresql://u@h/db", "[history] file")
    with pytest.raises(ConfigError):
        refuse_literal("postgresql://u:pw@h/db", "[history] file")
