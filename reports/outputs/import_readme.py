"""README.txt of an import pack: the order, the settings of the importer, and how to go back."""

import textwrap
from collections.abc import Sequence

from reports.outputs.import_merges import NATIVE, NO_MERGE

HOW = {
    "hubspot": "HubSpot: Import, single object, update existing records; choose the Record ID as the unique "
    "identifier. Blank cells change nothing. A file named 'empty' lists records whose property has to be "
    "cleared: HubSpot's importer does not clear, so filter a list by these IDs and edit it in bulk.",
    "salesforce": "Salesforce Data Loader: Update, matched by Id, encoding UTF-8. With the Bulk API a blank cell "
    "changes nothing; for a file named 'empty' use the SOAP API with 'Insert null values', or write #N/A "
    "into its blank cells where the Bulk API is used. Never tick 'Insert null values' for a file named "
    "'update': it would empty what does not change.",
    "pipedrive": "Pipedrive: Import data from a spreadsheet; map the ID column to 'Pipedrive System ID', and the "
    "others by their names. Blank cells change nothing; empty the cells of a file named 'empty' by bulk "
    "edit.",
    "zoho": "Zoho CRM: Import, 'update existing records only', matched by the record id, and 'don't update empty "
    "values' ticked. For a file named 'empty' leave that unticked.",
    "mailchimp": "Mailchimp: Import contacts from a file with 'update any existing contacts' ticked, into the status "
    "that the file's name says. A contact is its email address: changed addresses are in by_hand.csv. "
    "Blank cells change nothing.",
}
GENERIC = (
    "Match records by the first column. A blank cell in a file named 'update' means no change: tell the "
    "importer so, or import one column at a time. In a file named 'empty' it means that the cell is to be"
    " emptied."
)
_SAFETY = (
    "These files are for the importer and hold every value exactly as it stands: +62 812 stays +62 812, "
    "and no apostrophe is put before anything. A cell that a spreadsheet would run as a formula, before "
    "or after the change, is in none of them; it is in by_hand.csv, defused."
)


def readme(system: str, files: Sequence[str], *, cells: int, by_hand: int, merged: int) -> str:
    """The text; `files` are the names in the order of import, `merged` the records that go into others."""
    parts = [
        f"Import files for {system}: {cells:,} cells to change, {merged:,} records to merge into others, "
        f"{by_hand:,} cells to change by hand.",
        "Order",
        "1. pilot/ changes at most ten records of each table. Import it first and look at these records in the system; "
        "pilot/rollback/ takes it back.",
        "2. Then import these, in this order. What others point to comes first; merges and deletions come last:",
        "\n".join(f"   {name}" for name in files) or "   (nothing)",
        "3. rollback/ holds what stood in each of the changed cells before, as it was read. Import it the same way to "
        "take the changes back. It does not bring back records that were merged or deleted: keep an export.",
        "4. by_hand.csv lists the changes that an import cannot make, and why.",
        "Settings",
        HOW.get(system, GENERIC),
        "The columns and ids are those of the export. If the export is older than a change in the system, the import "
        "overwrites that change: export again where people have worked since.",
        _SAFETY,
    ]
    if merged:
        parts += [
            "Merging",
            "A 'merge' file names for each record the one that stays. What hangs on a merged record follows it in the "
            "system; the values that should survive are in the 'update' files, so import these first.",
        ]
        if system in NATIVE:
            parts += [
                NATIVE[system].told,
                "native_merge.csv shows for each group and disputed field what we propose (ours), what the system's "
                "own merge keeps (native), whether they are the same, and which values it loses (lost).",
            ]
        elif system in NO_MERGE:
            parts.append(NO_MERGE[system])
    return "\n\n".join(_wrapped(part) for part in parts) + "\n"


def _wrapped(text: str) -> str:
    return text if text.startswith("   ") else textwrap.fill(text, 100)
