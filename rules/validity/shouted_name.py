from typing import ClassVar

import pandas as pd

from audit.rule import Context, Dimension, Family, FieldRule, FixKind, FixSafety, Flags, Severity, mask_of
from audit.values import person_name, text

PREFIXED = r"(?i)(?:^|[\s-])(?:mc|mac|[odl]['’])"
PARTICLES = (
    r"(?i)(?:^|[\s-])"
    r"(?:de|der|den|del|della|di|da|dos|du|la|le|van|von|vom|zu|zur|ten|ter|bin|binti|al|el|st)(?:[\s-]|$)"
)
TITLED = (
    r"(?i)[,.(]|(?:^|\s)"
    r"(?:dr|prof|mr|mrs|ms|jr|sr|ir|drs|hj?|ii|iii|iv|phd|mba|md|se|st|sh|mm|cpa|esq)(?:\s|$)"
)


class ShoutedName(FieldRule):
    """A name of a person written in capitals throughout, or without any.

    **What is flagged**
    First, last and full names of contacts in capitals alone (four letters and more) or in small letters alone.

    **Why it matters**
    "Dear JANE" in a mail shows that a machine wrote it.

    **How to fix**
    Write the name as suggested; the usual cause is a caps lock, or a list from an old system.

    **Example**
    ``JANE DOE`` and ``jane doe`` should read ``Jane Doe``.

    **Fix safety**
    Safe, but for names with a particle or prefix (Mc, van, de, bin) and with titles, whose capitals differ from family
    to family.
    """

    id = "VAL030"
    title = "Shouted name"
    family = Family.STRUCTURE
    fields: ClassVar = ("contact.first_name", "contact.last_name", "contact.full_name")
    dimension = Dimension.VALIDITY
    severity = Severity.LOW
    fix_kind = FixKind.SET
    fix_safety = FixSafety.SAFE
    message = "{value} should read {suggestion}"

    def check(self, values: pd.Series, ctx: Context) -> Flags:
        names = person_name.validate(values) & ~text.is_placeholder(values)
        usual = person_name.clean(values)
        shouted = person_name.is_shouted(values) & names & mask_of(usual.notna() & (usual != values))
        return Flags(
            shouted,
            suggestion=usual,
            safe=~text.matches(values, f"{PREFIXED}|{PARTICLES}|{TITLED}"),
            checked=names,
        )
