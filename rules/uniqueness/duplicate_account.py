from typing import ClassVar

from audit.dataset import Dataset
from audit.rule import Context, Dimension, Family, FixKind, FixSafety, Flags, GroupRule, Severity
from rules import columns
from rules.evidence import first_of, is_later, place_of


class DuplicateAccount(GroupRule):
    """One company with two or more account records.

    **What is flagged**
    Every account of a company but the first, in whatever export it stands, where matching put both into one company.

    **Why it matters**
    Deals, contacts and tickets of one customer hang on different accounts: revenue per account, coverage and churn
    are wrong, and two sellers call the same buyer.

    **How to fix**
    Merge the accounts and move what hangs on them; where they are a parent and its branch, link them instead.

    **Example**
    ``PT Sinar Laut Tbk`` and ``Sinar Laut``, both at sinarlaut.example.

    **Fix safety**
    Safe where the match is at least 95 % sure and both are in one country, as far as is known; a branch can look like
    its parent, so the rest waits for a person.
    """

    id = "UNQ003"
    title = "Duplicate account"
    family = Family.DUPLICATES
    fields: ClassVar = ("account.name", "account.domain", "account.website")
    requires: ClassVar = ("account.organisation",)
    keys: ClassVar = {"account": "organisation"}
    dimension = Dimension.UNIQUENESS
    severity = Severity.HIGH
    fix_kind = FixKind.MERGE
    fix_safety = FixSafety.NEEDS_REVIEW
    message = "the same company already has an account in {first}"
    args: ClassVar = ("first",)
    options: ClassVar = {"safe_confidence": 0.95}
    systemic = False

    def check(self, tables: Dataset, ctx: Context) -> Flags:
        accounts = tables["account"]
        organisation = accounts["organisation"]
        first = first_of(accounts, organisation)
        later = is_later(accounts, first)
        sure = accounts.column("organisation_confidence").fillna(1.0).to_numpy()
        home = columns.countries(accounts).to_numpy(dtype=object, na_value="")
        kept = home[accounts.index.get_indexer(first.fillna(-1).to_numpy(dtype="int64"))]
        abroad = (home != kept) & (home != "") & (kept != "")
        return Flags(
            later,
            confidence=sure,
            args={"first": place_of(accounts, first, later)},
            group=organisation,
            into=first,
            safe=(sure >= self.option("safe_confidence", ctx)) & ~abroad,
            checked=organisation.notna().to_numpy(),
        )
