"""manifest.csv: every true instance of a rule, and the true person or company behind every record."""

import csv
from collections.abc import Sequence
from pathlib import Path

from exports import Export, Record

COLUMNS = ("kind", "file", "sheet", "row", "source_id", "entity", "rule_id", "family", "field", "truth")
WHOLE_FILE = "*"
"""As row: all records of the file whose field holds such a value."""
_FAMILIES = {
    "duplicates": "UNQ001 UNQ002 UNQ003 UNQ004 UNQ005 UNQ006 UNQ007",
    "dead_email": "VAL001 VAL002 VAL003 VAL004 ACC001 ACC002 TIM001 CON010",
    "mistagged": "VAL010 VAL011 VAL033 CON001 CON002 CON003 CON004 CON005 CON006 CON007 CMP003",
    "double_submission": "UNQ010 UNQ011 UNQ012 UNQ013 ACC010 CMP010",
    "automation": "ACC020 ACC021 ACC022 ACC023 CON020",
    "cross_source": "CON040 CON041 CON042 CON043 CON044 CON045",
    "access": "TIM010 ACC030",
    "sensitive": "VAL040 VAL041",
    "own": "OWN001 OWN002",
}
FAMILY = {rule: family for family, rules in _FAMILIES.items() for rule in rules.split()}
_PEOPLE = ("hs_contact", "sf_lead", "excel", "mc_subscribed", "mc_unsubscribed", "mc_cleaned", "stripe_customer")
_ACCOUNTS = ("hs_company", "sf_account")


def write_manifest(files: Sequence[tuple[Export, list[Record]]], path: Path) -> dict[str, int]:
    """Writes the manifest; returns how often each rule is true."""
    counts: dict[str, int] = {}
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(COLUMNS)
        for export, records in files:
            where = (export.path, export.sheet)
            if export.entity in ("contact", "form_submission", "user"):
                truth = "every address that ends in .example"
                writer.writerow(
                    ("defect", *where, WHOLE_FILE, "", export.entity, "VAL004", "dead_email", "email", truth)
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
