from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

import numpy as np
import pandas as pd

from audit.dataset import Dataset, Table
from audit.rule import Context, Dimension, Family, Flags, GroupRule, Severity, mask_of
from audit.values import email
from audit.values.mail_server import Lookup, takes_mail, user_cache

FIELDS = {
    "contact": "email",
    "account": "email",
    "form_submission": "email",
    "ticket": "contact_email",
    "user": "email",
}


class EmailDomainWithoutMailServer(GroupRule):
    """An address at a domain to which no mail can be delivered.

    **What is flagged**
    Valid addresses whose domain does not exist, has neither a mail server (MX) nor an address of its own, or says that
    it takes no mail (RFC 7505), by the domain name system. This is the only rule that asks the network, and it does so
    only when told: ``dns = true`` under ``[rules.options.VAL008]``. Only names of domains are sent, never addresses.
    Domains that nobody answered for within ``seconds`` are not judged; answers are kept for ``days`` in the user's
    cache folder. Reserved domains are told by a rule of their own.

    **Why it matters**
    Every mail to such an address bounces, which costs the sender's reputation with all other receivers. The company
    may have closed or changed its name.

    **How to fix**
    Look for the company's present domain and ask for the new address; else clear the field.

    **Example**
    ``jane@kembara-lama.co.id``, where ``kembara-lama.co.id`` was given up years ago.
    """

    id = "VAL008"
    title = "Email domain without mail server"
    family = Family.DEAD_EMAIL
    fields: ClassVar = tuple(f"{entity}.{name}" for entity, name in FIELDS.items())
    keys: ClassVar = FIELDS
    dimension = Dimension.VALIDITY
    severity = Severity.HIGH
    message = "no mail can be delivered to {domain}"
    args: ClassVar = ("domain",)
    options: ClassVar = {"dns": False, "seconds": 30, "nameserver": "", "port": 53, "days": 30, "cache": ""}

    def key(self, table: Table) -> pd.Series:
        return email.domain(table.column(FIELDS[table.entity]))

    def check(self, tables: Dataset, ctx: Context) -> Mapping[str, Flags]:
        told = bool(self.option("dns", ctx))
        hosts = {entity: self._asked(tables[entity], told) for entity in FIELDS if entity in tables}
        names = {name for host in hosts.values() for name in host.dropna().unique()}
        answers = takes_mail(names, self._lookup(ctx)) if told else {}
        return {f"{entity}.{FIELDS[entity]}": _flags(host, answers) for entity, host in hosts.items()}

    def _asked(self, table: Table, told: bool) -> pd.Series:
        values = table.column(FIELDS[table.entity])
        if not told:
            return values.mask(values.notna())
        return email.domain(email.clean(values)).mask(email.is_reserved(values))

    def _lookup(self, ctx: Context) -> Lookup:
        cache = str(self.option("cache", ctx))
        return Lookup(
            ctx.as_of,
            seconds=float(self.option("seconds", ctx)),
            nameserver=str(self.option("nameserver", ctx)),
            port=int(self.option("port", ctx)),
            cache=Path(cache) if cache else user_cache(),
            days=int(self.option("days", ctx)),
        )


def _flags(host: pd.Series, answers: Mapping[str, bool]) -> Flags:
    silent = np.array([name for name, answer in answers.items() if not answer], dtype=object)
    return Flags(
        mask_of(host.isin(silent)),
        confidence=0.95,
        args={"domain": host},
        checked=mask_of(host.isin(list(answers))),
    )
