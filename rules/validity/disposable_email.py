from typing import ClassVar

import pandas as pd

from audit.rule import Context, Dimension, Family, FieldRule, Flags, Severity, mask_of
from audit.values import email


class DisposableEmail(FieldRule):
    """An address of a service that hands out throw-away mailboxes.

    **What is flagged**
    Addresses whose domain, or a domain above it, is on the list of the disposable-email-domains package. Misspellings
    of big providers that the list also holds pass: they were not chosen but mistyped.

    **Why it matters**
    The mailbox is gone within hours. Whoever used it wanted the download and not the contact, so the record inflates
    leads and drags down every conversion rate.

    **How to fix**
    Leave such records out of mailings and of lead counts; ask for a real address where the person went on to talk to
    you.

    **Example**
    ``dl8872@mailinator.com`` on a white-paper form.
    """

    id = "VAL002"
    title = "Disposable email"
    family = Family.DEAD_EMAIL
    fields: ClassVar = ("contact.email", "account.email", "form_submission.email", "ticket.contact_email")
    dimension = Dimension.VALIDITY
    severity = Severity.MEDIUM
    message = "{value} belongs to a throw-away mail service"
    options: ClassVar = {"allowed": ("gmial.com", "hotmai.com", "hotmial.com")}

    def check(self, values: pd.Series, ctx: Context) -> Flags:
        hosts = ctx.derived(email.parts, values)["domain"]
        allowed = mask_of(hosts.isin(self.option("allowed", ctx)))
        return Flags(email.is_disposable_host(hosts) & ~allowed)
