"""Whether a domain takes mail: the only module that asks the network, and only when it is called.

RFC 5321, section 5.1: mail goes to the hosts of the domain's MX records; without any, to its own address. A single MX
of "." says that the domain takes none (RFC 7505).
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

_AT_ONCE = 24
_LONGEST_LOOKUP = 5.0
_LONGEST_NAME = 253


@dataclass(frozen=True)
class Lookup:
    """How domains are looked up.

    `seconds` bounds all lookups of a call together. A blank `nameserver` is that of the system. Answers are kept in
    `cache`, one file a domain, and asked for again when they are more than `days` from `as_of`.
    """

    as_of: pd.Timestamp
    seconds: float = 30.0
    nameserver: str = ""
    port: int = 53
    cache: Path | None = None
    days: int = 30


def user_cache() -> Path:
    """The folder that the system has for this user's caches, for crm-audit's answers about domains."""
    home = Path.home()
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = home / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache")
    return base / "crm-audit" / "mail-servers"


def takes_mail(domains: Iterable[str], lookup: Lookup) -> Mapping[str, bool]:
    """The domains that were answered about, and whether each takes mail.

    Left out are those that no server answered for in time: nothing is known of them. Never raises for want of a
    network.
    """
    asked = {name: coded for name in sorted(set(domains)) if (coded := _coded(name))}
    known = {name: answer for name, coded in asked.items() if (answer := _kept(coded, lookup)) is not None}
    ask = _asker(lookup)
    if ask is None:
        return known
    # The clock bounds how long we wait and has no part in any answer.
    end = time.monotonic() + lookup.seconds

    def answered(coded: str) -> bool | None:
        answer = ask(coded, end)
        if answer is not None:
            _keep(coded, answer, lookup)
        return answer

    open_names = [name for name in asked if name not in known]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        answers = pool.map(answered, (asked[name] for name in open_names))
        known |= {name: answer for name, answer in zip(open_names, answers, strict=True) if answer is not None}
    return known


def _asker(lookup: Lookup) -> Callable[[str, float], bool | None] | None:
    """A function of a domain and the clock's end: True or False where a server answered in time, else None.

    None where the system names no server to ask.
    """
    import dns.exception
    import dns.resolver

    try:
        resolver = dns.resolver.Resolver(configure=not lookup.nameserver)
        if lookup.nameserver:
            resolver.nameservers = [lookup.nameserver]
    except (dns.exception.DNSException, OSError, ValueError):
        return None
    resolver.port = lookup.port
    resolver.timeout = min(2.0, lookup.seconds)

    def found(coded: str, kind: str, end: float) -> list[Any] | None:
        """The records of a kind; an empty list where there are none, None where the domain does not exist."""
        left = end - time.monotonic()
        if left <= 0:
            raise dns.exception.Timeout
        try:
            answer = resolver.resolve(f"{coded}.", kind, search=False, lifetime=min(left, _LONGEST_LOOKUP))
        except dns.resolver.NXDOMAIN:
            return None
        except dns.resolver.NoAnswer:
            return []
        return list(answer)

    def ask(coded: str, end: float) -> bool | None:
        try:
            servers = found(coded, "MX", end)
            if servers:
                return any(str(server.exchange) != "." for server in servers)
            return servers is not None and any(found(coded, kind, end) for kind in ("A", "AAAA"))
        except (dns.exception.DNSException, OSError):
            return None

    return ask


def _coded(name: str) -> str | None:
    """The domain as the network writes it; None where it cannot be one."""
    import idna

    try:
        coded = idna.encode(name, uts46=True).decode("ascii").lower()
    except (idna.IDNAError, UnicodeError):
        return None
    return coded if len(coded) <= _LONGEST_NAME and "." in coded else None


def _kept(coded: str, lookup: Lookup) -> bool | None:
    if lookup.cache is None:
        return None
    try:
        kept = json.loads((lookup.cache / coded).read_text("utf-8"))
        age = abs(lookup.as_of - pd.Timestamp(kept["asked"]))
        return bool(kept["takes_mail"]) if age <= pd.Timedelta(days=lookup.days) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _keep(coded: str, answer: bool, lookup: Lookup) -> None:
    if lookup.cache is None:
        return
    text = json.dumps({"asked": lookup.as_of.date().isoformat(), "takes_mail": answer})
    # A folder that cannot be written to costs only the time of asking again.
    with suppress(OSError):
        lookup.cache.mkdir(parents=True, exist_ok=True)
        part = lookup.cache / f".{coded}.part"
        part.write_text(text, "utf-8")
        part.replace(lookup.cache / coded)
