from typing import ClassVar

import numpy as np

from audit.dataset import Table
from audit.rule import Context, Dimension, Family, Flags, RecordRule, Severity


class DealWithoutOwner(RecordRule):
    """A deal that belongs to no seller.

    **What is flagged**
    A deal with neither the name nor the id of an owner.

    **Why it matters**
    Nobody works on it, and it is missing from every report by seller or team, so these do not add up to the total.

    **How to fix**
    Give it the owner of the account, or whoever had the last activity on it.

    **Example**
    ``Sinar Laut - pilot``, open since May, deal owner blank.
    """

    id = "CMP005"
    title = "Deal without an owner"
    family = Family.STRUCTURE
    fields: ClassVar = ("deal.owner", "deal.owner_id")
    dimension = Dimension.COMPLETENESS
    severity = Severity.MEDIUM
    message = "nobody owns this deal"

    def check(self, table: Table, ctx: Context) -> Flags:
        nobody = table.column("owner").isna() & table.column("owner_id").isna()
        return Flags(nobody.to_numpy(dtype=bool), checked=np.ones(len(table), dtype=bool))
