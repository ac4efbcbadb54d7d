from typing import ClassVar

import numpy as np

from audit.dataset import ColumnMapping, SourceInfo
from audit.rule import ColumnRule, Context, Dimension, Family, Flags, Severity
from audit.schema import entities
from audit.sources.headers import header_words

_TYPES = frozenset({"boolean", "country", "currency"})
_FIELDS = frozenset(
    """
    record_type object type kind category mode direction channel medium source utm_source utm_medium utm_campaign
    campaign campaign_id pipeline form page page_title list import_batch team region state city district language
    status marketing_status lifecycle lifecycle_stage lead_status stage forecast_category created_by updated_by
    change_source
    """.split()
)
_WORDS = frozenset(
    """
    campaign currency country region state city locale language timezone zone type kind object status stage deleted
    archived system version pipeline page form list team group tenant workspace org organization account
    """.split()
)
"""What an export is usually limited to, so that one value throughout says nothing against it."""


class ConstantColumn(ColumnRule):
    """A column that holds one and the same value wherever it is filled.

    **What is flagged**
    In a source of 50 rows or more, a column filled in at least nine of ten rows with a single value. Not judged is what
    an export may well be limited to or a company may have only one of: type, status and stage, country and currency,
    campaign, form, pipeline, team, and columns of yes and no.

    **Why it matters**
    Nothing can be told apart by it. Mostly it is a default that nobody changes or a constant of an import, and a
    breakdown by it credits everything to one source, one product or one owner.

    **How to fix**
    Find what writes the value. Remove the default, so that blank means unknown, or stop exporting the column.

    **Example**
    All 1,900 contacts have the lead source "Website", also those met at the fair: it is what the form for new contacts
    proposes.
    """

    id = "VAL060"
    title = "Column that says the same everywhere"
    family = Family.STRUCTURE
    dimension = Dimension.VALIDITY
    severity = Severity.LOW
    message = "every filled row of {file} holds the same value in the column {column}"
    options: ClassVar = {"rows": 50, "filled": 0.9}

    def check(self, source: SourceInfo, ctx: Context) -> Flags:
        least = max(self.option("filled", ctx) * source.rows_read, 1)
        judged = np.array(
            [
                source.rows_read >= self.option("rows", ctx) and column.filled >= least and self._varies(source, column)
                for column in source.mapping
            ],
            dtype=bool,
        )
        return Flags(judged & np.array([column.distinct == 1 for column in source.mapping], dtype=bool), checked=judged)

    @staticmethod
    def _varies(source: SourceInfo, column: ColumnMapping) -> bool:
        """Whether different values would be usual."""
        if column.field is None:
            told = set(header_words(column.header))
            return not (column.standard or column.kind == "boolean" or told & _WORDS)
        spec = entities()[str(source.entity)].fields.get(column.field)
        return spec is not None and spec.type not in _TYPES and spec.name not in _FIELDS
