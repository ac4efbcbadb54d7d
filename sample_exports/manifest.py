"""manifest.csv: every true instance of a rule, and the true person or company behind every record."""

import csv
from collections.abc import Sequence
from pathlib import Path

from exports import Export, Record

COLUMNS = ("kind", "file", "sheet", "row", "source_id", "entity", "rule_id", "family", "field", "truth")
WHOLE_FILE = "*"
"""As row: all records of the file whose field holds such a value."""
WHOLE_COLUMN = "0"
"""As row: the column of the file whose header stands as field."""
_MAILS = {"contact": "email", "form_submission": "email", "user": "email", "ticket": "contact_email"}
_FAMILIES = {
    "duplicates": "UNQ001 UNQ002 UNQ003 UNQ004 UNQ005 UNQ006 UNQ007 UNQ008",
    "dead_email": "VAL001 VAL002 VAL003 VAL004 VAL005 VAL006 VAL007 ACC001 ACC002 TIM001 CON010",
    "mistagged": "VAL010 VAL011 VAL014 VAL033 VAL036 VAL037 VAL038 VAL044 VAL045 VAL046 VAL048 CON001 CON002 CON003 "
    "CON004 CON005 CON006 CON007 CON038 CON046 CON047 CON050 CON051 CON055 CMP003",
    "double_submission": "UNQ010 UNQ011 UNQ012 UNQ013 UNQ014 ACC010 ACC011 CMP010",
    "automation": "ACC020 ACC021 ACC022 ACC023 ACC024 ACC025 CON020",
    "cross_source": "CON040 CON041 CON042 CON043 CON044 CON045 CON049",
    "access": "TIM010 ACC030 ACC031",
    "sensitive": "VAL040 VAL041 VAL050 VAL051",
    "own": "OWN001 OWN002",
}
FAMILY = {rule: family for family, rules in _FAMILIES.items() for rule in rules.split()}
_PEOPLE = ("hs_contact", "sf_lead", "excel", "mc_subscribed", "mc_unsubscribed", "mc_cleaned", "stripe_customer")
_ACCOUNTS = ("hs_company", "sf_account")


def write_manifest(
    files: Sequence[tuple[Export, list[Record]]], columns: Sequence[tuple[str, str, str, str]], path: Path
) -> dict[str, int]:
    """Writes the manifest; returns how often each rule is true."""
    counts: dict[str, int] = {}
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(COLUMNS)
        for export, records in files:
            where = (export.path, export.sheet)
            if mail := _MAILS.get(export.entity):
                truth = "every address that ends in .example"
                writer.writerow(("defect", *where, WHOLE_FILE, "", export.entity, "VAL004", "dead_email", mail, truth))
            for table, rule, header, truth in columns:
                if records and records[0].table == table:
                    counts[rule] = counts.get(rule, 0) + 1
                    writer.writerow(
                        ("defect", *where, WHOLE_COLUMN, "", export.entity, rule, "structure", header, truth)
                    )
            for record in records:
                for rule, name, truth in record.defects:
                    counts[rule] = counts.get(rule, 0) + 1
                    family = FAMILY.get(rule, "structure")
                    writer.writerow(("defect", *where, record.row, "", export.entity, rule, family, name, truth))
        for export, records in files:
            for record in records:
                entity = (
                    record.person if record.table in _PEOPLE else record.account if record.table in _ACCOUNTS else ""
                )
                if entity:
                    writer.writerow(
                        ("entity", export.path, export.sheet, record.row, "", export.entity, "", "", "", entity)
                    )
    return counts
