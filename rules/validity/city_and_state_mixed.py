from typing import ClassVar

from audit.dataset import Table
from audit.rule import Context, Dimension, Family, FixKind, FixSafety, Flags, RecordRule, Severity, mask_of
from audit.values import city, region, text
from rules import columns


class CityAndStateMixed(RecordRule):
    """A state or postal code in the field of the city.

    **What is flagged**
    Cities with a known region behind a comma, slash or hyphen, in short or in full, also behind a mere blank where the
    record's country has that region ("Austin TX"); and cities with a postal code of four digits or more, or a British
    or Canadian one, at either end. Washington DC, and districts such as "Paris 15" and "Dublin 2", pass.

    **Why it matters**
    One town appears under several names in every breakdown, letters print the state twice, and two records of one
    address do not match.

    **How to fix**
    Keep the town, and move the rest to the fields for state and postal code.

    **Example**
    City ``Austin, TX`` should read ``Austin``.

    **Fix safety**
    Safe where the record holds the same state or code in its own field; else it would be lost and needs review.
    """

    id = "VAL045"
    title = "State or postcode inside the city"
    family = Family.MISTAGGED
    fields: ClassVar = ("contact.city", "account.city")
    dimension = Dimension.VALIDITY
    severity = Severity.LOW
    fix_kind = FixKind.SET
    fix_safety = FixSafety.NEEDS_REVIEW
    message = "{value} is the city {suggestion} with more of the address"

    def check(self, table: Table, ctx: Context) -> Flags:
        values, state, where = table.column("city"), table.column("state"), columns.countries(table)
        parts = city.parted(values)
        same_state = mask_of(text.key(state) == text.key(parts["region"].fillna(parts["bare"])))
        bare = mask_of(parts["bare"].notna()) & (mask_of(region.is_of(parts["bare"], where)) | same_state)
        told = mask_of(parts["region"].notna()) | bare
        code = mask_of(parts["code"].notna())
        # What is behind a mere blank and not of the country stays with the town.
        town = parts["city"].where(bare | mask_of(parts["bare"].isna()), parts["city"] + " " + parts["bare"])
        same_code = mask_of(text.key(table.column("postal_code")) == text.key(parts["code"]))
        return Flags(
            told | code,
            confidence=0.9,
            suggestion=town,
            safe=(same_state | ~told) & (same_code | ~code),
            checked=mask_of(values.notna()),
        )
