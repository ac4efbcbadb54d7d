"""Tells people how an audit went, by mail, chat or webhook through Apprise. Whoever cannot be reached ends nothing."""

import logging
from collections.abc import Mapping, Sequence

from audit.config import AlertsConfig
from audit.credentials import filled, refuse_literal
from audit.errors import ConfigError, UsageError
from audit.gates import Ruling
from audit.result import AuditResult

log = logging.getLogger(__name__)


def occasions(result: AuditResult, rulings: Sequence[Ruling]) -> frozenset[str]:
    """What of this result is worth telling, by the names of `[alerts] when`: "always", "gate", "drop"."""
    found = {"always"}
    if any(ruling.failed for ruling in rulings):
        found.add("gate")
    change = result.history.score_change if result.history is not None else None
    if change is not None and result.history is not None and -change > result.history.noise:
        found.add("drop")
    return frozenset(found)


def check(config: AlertsConfig) -> None:
    """Raises UsageError or ConfigError where `--notify` could not work, before an audit is begun."""
    if not config.to:
        raise UsageError("--notify needs receivers.", hint='Write [alerts] to = ["mailto://..."] into audit.toml.')
    for url in config.to:
        refuse_literal(url, "[alerts] to")
    try:
        import apprise  # noqa: F401
    except ImportError as error:
        raise UsageError("Alerts need their package.", hint="pip install 'crm-audit[alerts]'") from error


def send(urls: Sequence[str], title: str, body: str, environment: Mapping[str, str]) -> list[str]:
    """Sends one message to every receiver; what went wrong, without addresses or secrets, one line per receiver."""
    problems = []
    for number, url in enumerate(urls, start=1):
        name = f"receiver {number} ({url.partition('://')[0]})"
        problem = _sent(url, title, body, environment)
        if problem:
            problems.append(f"{name}: {problem}")
        log.info("%s %s", name, problem or "was told")
    return problems


def _sent(url: str, title: str, body: str, environment: Mapping[str, str]) -> str:
    """Why one receiver could not be told; empty if it was."""
    import apprise

    try:
        whole = filled(url, environment)
    except ConfigError as error:
        return str(error)
    receiver = apprise.Apprise()
    try:
        if not receiver.add(whole):
            return "its address is of no kind that is known"
        return "" if receiver.notify(body=body, title=title) else "it could not be reached, or refused"
    except Exception as error:  # noqa: BLE001 - whatever a receiver does, the audit has been done and must end well
        return f"it failed ({type(error).__name__})"
