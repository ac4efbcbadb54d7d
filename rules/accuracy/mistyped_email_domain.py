from typing import ClassVar

import numpy as np
import pandas as pd
from rapidfuzz import process
from rapidfuzz.distance import OSA

from audit.rule import Context, Dimension, Family, FixKind, FixSafety, Flags, Severity, VocabularyRule, mask_of
from audit.schema import TEXT
from audit.values import domain, email, text

FARTHEST = 2
CHANGED_SUFFIXES = ("co", "cm", "om")
"""Real suffixes that mostly are a mistyped ``com``."""


class MistypedEmailDomain(VocabularyRule):
    """A mail domain that is a slip of the keyboard away from the one that was meant.

    **What is flagged**
    Addresses whose domain differs by one letter, or by two in long names, from that of a big mail provider or from one
    that is frequent in the same column while it is itself rare. Other mail providers, and neighbours that are
    companies of their own, are left alone.

    **Why it matters**
    The address looks right and passes every form, but mail to it bounces, or goes to whoever owns the mistyped domain.

    **How to fix**
    Take the suggestion, and confirm it with the person before anything confidential is sent.

    **Example**
    ``jane.doe@gmial.com`` should read ``jane.doe@gmail.com``.

    **Fix safety**
    Needs review: the near domain may be real.
    """

    id = "ACC001"
    title = "Mistyped email domain"
    family = Family.DEAD_EMAIL
    fields: ClassVar = ("contact.email", "form_submission.email", "ticket.contact_email")
    dimension = Dimension.ACCURACY
    severity = Severity.HIGH
    fix_kind = FixKind.SET
    fix_safety = FixSafety.NEEDS_REVIEW
    message = "{value} was probably meant to be {suggestion}"
    options: ClassVar = {
        "rare_rows": 2,
        "times_as_frequent": 20,
        "domains_compared": 200,
        "providers": tuple(
            "gmail.com googlemail.com yahoo.com yahoo.co.uk yahoo.co.id yahoo.co.in yahoo.com.br ymail.com hotmail.com "
            "hotmail.co.uk outlook.com live.com msn.com icloud.com aol.com comcast.net verizon.net sbcglobal.net "
            "bellsouth.net protonmail.com rocketmail.com btinternet.com rediffmail.com t-online.de freenet.de "
            "wanadoo.fr laposte.net libero.it".split()
        ),
        # Squatted misspellings that lists of providers or of throw-away services hold.
        "slips": ("gmial.com", "hotmai.com", "hotmial.com", "sbcglbal.net", "yaho.com"),
        "neighbours": ("cloud.com", "gail.com", "gmall.com", "grail.com", "outlet.com", "wahoo.com"),
    }

    def check(self, counts: pd.Series, ctx: Context) -> Flags:
        addresses = pd.Series(counts.index, dtype=TEXT)
        hosts = email.domain(addresses)
        rows = pd.Series(counts.to_numpy()).groupby(hosts.to_numpy(dtype=object)).sum()
        meant = self._meant(rows, ctx)
        target = hosts.map(meant).astype(TEXT)
        mask = mask_of(target.notna())
        slips = addresses[mask]
        suggestion = text.placed(text.substitute(slips, r"@[^@]*$", "@") + target[mask], mask, addresses.index)
        mask[mask] = email.validate(slips)
        return Flags(
            mask,
            confidence=0.9,
            suggestion=suggestion,
            checked=mask_of(hosts.notna()),
        )

    def _meant(self, rows: pd.Series, ctx: Context) -> pd.Series:
        """For mistyped domains, the domain that was meant. `rows`: how many rows each domain has."""
        providers = pd.Index(self.option("providers", ctx))
        times = self.option("times_as_frequent", ctx)
        frequent = rows[rows >= times].sort_values(ascending=False, kind="stable")
        others = frequent.index.difference(providers.append(pd.Index(self.option("slips", ctx))), sort=False)
        targets = providers.append(others[: self.option("domains_compared", ctx)])
        suspects = self._suspects(rows, providers, ctx)
        if not len(suspects):
            return pd.Series(dtype=object)
        distance = process.cdist(
            suspects, targets, scorer=OSA.distance, score_cutoff=FARTHEST, score_hint=FARTHEST + 1, dtype=np.uint8
        )
        suspect, target = _Hosts(suspects), _Hosts(targets)
        same_label = suspect.label[:, None] == target.label[None, :]
        same_digits = suspect.digits[:, None] == target.digits[None, :]
        slip = (~suspect.real_suffix | np.isin(suspect.suffix, CHANGED_SUFFIXES))[:, None]
        long = target.length[None, :]

        held = rows[suspects].to_numpy()[:, None]
        provider = (np.arange(len(targets)) < len(providers))[None, :]
        by_provider = np.where(long >= 7, distance <= 2, (long >= 5) & (distance == 1) | same_label & (distance == 1))
        by_provider &= np.where(same_label, slip & ~((long < 5) & suspect.real_suffix[:, None]), True)
        target_rows = rows.reindex(targets).fillna(0).to_numpy()[None, :]
        by_provider &= (held <= self.option("rare_rows", ctx)) | (held < target_rows)

        same_suffix = suspect.suffix[:, None] == target.suffix[None, :]
        by_table = same_suffix & np.where(long >= 10, distance <= 2, (long >= 6) & (distance <= 1))
        by_table |= same_label & ~suspect.real_suffix[:, None] & (distance <= 1)
        by_table &= (held <= self.option("rare_rows", ctx)) & (held * times <= target_rows)

        near = same_digits & (distance > 0) & (distance <= FARTHEST) & np.where(provider, by_provider, by_table)
        rank = np.where(near, distance, FARTHEST + 1)
        best = rank.argmin(axis=1)
        found = near.any(axis=1)
        return pd.Series(targets[best[found]], index=suspects[found], dtype=object)

    def _suspects(self, rows: pd.Series, providers: pd.Index, ctx: Context) -> pd.Index:
        hosts = rows.index.difference(providers, sort=False).difference(self.option("neighbours", ctx), sort=False)
        addresses = "a@" + pd.Series(hosts, dtype=TEXT)
        free = email.is_free(addresses)
        slip = hosts.isin(self.option("slips", ctx))
        slip |= free & text.matches(addresses, rf"\.(?:{'|'.join(CHANGED_SUFFIXES)})$")
        return hosts[slip | ~(free | email.is_disposable(addresses) | email.is_reserved(addresses))]


class _Hosts:
    """Domains taken apart; all arrays align with the index given."""

    def __init__(self, hosts: pd.Index) -> None:
        values = pd.Series(hosts, dtype=TEXT)
        self.label = text.objects(text.substitute(values, r"\..*$", ""))
        self.suffix = text.objects(text.substitute(values, r"^[^.]*\.?", ""))
        self.digits = text.objects(text.substitute(values, r"\D", ""))
        self.length = np.array([len(label) for label in self.label])
        self.real_suffix = mask_of(domain.registrable(values).notna())
