from typing import ClassVar

import pandas as pd

from audit.rule import Context, Dimension, Family, FieldRule, Flags, Severity, mask_of
from audit.values import text

WORD = r"(?:pass ?word|passwd|pass ?code|pwd|kata ?sandi|sandi|passwort|kennwort|contraseña|mot de passe|senha)"
ASSIGNED = rf"(?i)(?:^|[^a-z]){WORD}s?[ \t]*(?:is|adalah|ist|es)?[ \t]*[:=]+[ \t]*[\"'`(]*([^\s\"'`,;)]{{3,}})"
STATED = rf"(?i)(?:^|[^a-z]){WORD}[ \t]+(?:is|adalah|ist|es|est|to)[ \t]+[\"'`(]*([^\s\"'`,;)]{{4,}})"
SECRET_LIKE = r"[0-9!@#$%^&*_+=].*[A-Za-z]|[A-Za-z].*[0-9!@#$%^&*_+=]|^[0-9]{4,}"
NO_SECRET = (
    r"(?i)^(?:the|not|reset|resets?|resetting|change[ds]?|forgot|forgotten|expired?|lost|none|n/a|null|unknown|required|invalid|"
    r"incorrect|wrong|please|see|same|sent|update[ds]?|http\S*|\*+|x+|\.+|-+|_+|<\S*|\[\S*|\{\S*|will|was|has|link|email|"
    r"protected|needed|yes|no|how|what|why|when|can|could|user|customer|hidden|redacted|removed|masked)[.!?:]*$"
)
KEYS = (
    r"(?:AKIA|ASIA)[0-9A-Z]{16}|(?:sk|pk|rk)_(?:live|test)_[0-9A-Za-z]{16,}|(?:^|[^A-Za-z0-9])sk-[A-Za-z0-9_-]{32,}"
    r"|gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{22,}|glpat-[\w-]{20,}|xox[abeprs]-[0-9A-Za-z-]{20,}"
    r"|hooks\.slack\.com/services/T\w+/B\w+/\w{20,}|AIza[0-9A-Za-z_-]{35}|SG\.[\w-]{20,}\.[\w-]{20,}"
    r"|\bpat-(?:na|eu|ap)[0-9]-[0-9a-f]{8}-[0-9a-f-]{27}|\b[0-9a-f]{32}-us[0-9]{1,2}\b|shp(?:at|ss|ca)_[0-9a-fA-F]{32}"
    r"|-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----|eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}"
    r"|(?i:api[ _-]?key|client[ _-]?secret|access[ _-]?token|secret[ _-]?key)\s*[:=]\s*[\"']?[A-Za-z0-9_./+-]{16,}"
    r"|\b[a-z][a-z0-9+]{2,9}://[^\s:/@<>{}\[\]$*]+:[^\s:/@<>{}\[\]$*]{4,}@[A-Za-z0-9]"
)


class SecretInText(FieldRule):
    """A password or an access key in a free text.

    **What is flagged**
    Notes, messages, descriptions and subjects with a password behind the word for it ("password: ...", "pwd=...", also
    in some other languages), in a link before the host, with a key in the form of a known service, or with a private
    key. Talk about passwords ("password reset") passes.

    **Why it matters**
    Whoever can read the note, or gets hold of one export, can log in as the customer or into the customer's systems.

    **How to fix**
    Delete the text and tell the owner to change the secret; agree on a safe way to hand over passwords.

    **Example**
    "Portal login jane.doe, pwd: kopi-susu-7".
    """

    id = "VAL041"
    title = "Password or key in a text"
    family = Family.SENSITIVE
    fields: ClassVar = (
        "contact.note",
        "account.note",
        "deal.note",
        "deal.next_step",
        "activity.subject",
        "activity.body",
        "ticket.subject",
        "ticket.description",
        "ticket.resolution",
        "form_submission.message",
        "payment.description",
        "field_change.old_value",
        "field_change.new_value",
    )
    dimension = Dimension.VALIDITY
    severity = Severity.CRITICAL
    message = "the text holds what looks like a password or an access key"

    def check(self, values: pd.Series, ctx: Context) -> Flags:
        found = text.matches(values, KEYS)
        for pattern, certain in ((ASSIGNED, True), (STATED, False)):
            likely = text.matches(values, pattern)
            secret = values[likely].astype(object).str.extract(pattern, expand=False)
            secret = text.text_series(secret.to_numpy(), secret.index)
            told = ~text.matches(secret, NO_SECRET)
            if not certain:
                told &= text.matches(secret, SECRET_LIKE)
            found[likely] |= told
        return Flags(mask_of(found), confidence=0.9)
