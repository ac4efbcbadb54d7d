"""Writes the sample company's exports and what is true about them: python sample_exports/make_sample.py"""

import argparse
from collections.abc import Sequence
from dataclasses import replace
from mailbox import FILE, inbox, mbox
from pathlib import Path

from assembly import Sample, build
from company import stream
from defects_cells import plant_cells
from defects_crm import plant_crm
from defects_events import plant_events
from defects_forms import plant_forms
from defects_people import plant_people
from defects_records import plant_records
from defects_sales import plant_sales
from defects_values import plant_values
from exports import EXPORTS, Export, Record, member_activity, write
from manifest import write_manifest
from planting import Planter
from truth import derive_contacts
from truth_events import derive_events


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "folder",
        nargs="?",
        type=Path,
        default=Path(__file__).parent,
        help="where to write (default: beside this script)",
    )
    folder = parser.parse_args(arguments).folder
    folder.mkdir(parents=True, exist_ok=True)
    sample = build()
    planter = Planter(sample)
    plant_crm(planter)
    plant_people(planter)
    plant_values(planter)
    letters = inbox(planter)
    plant_events(planter)
    plant_records(planter)
    planter.random = stream("more defects")
    plant_cells(planter)
    plant_sales(planter)
    plant_forms(planter)
    derive_contacts(sample, letters)
    derive_events(sample)
    files = all_files(sample)
    write(files, folder)
    (folder / FILE).write_bytes(mbox(letters))
    counts = write_manifest(files, sample.columns, folder / "manifest.csv")
    for export, records in files:
        print(f"{len(records):6,} {export.entity:16} {export.path}")
    print(f"{len(letters):6,} {'activity':16} {FILE}")
    print("\n".join(f"{counts[rule]:6,} {rule}" for rule in sorted(counts)))


def all_files(sample: Sample) -> list[tuple[Export, list[Record]]]:
    """Every file with its records, in the order of their paths."""
    files = [
        (replace(export, footer=sample.ad_totals) if name == "ads" else export, sample.tables[name])
        for name, export in EXPORTS.items()
    ]
    files += [(member_activity(campaign), rows) for campaign, rows in sample.activity.items()]
    return sorted(files, key=lambda pair: pair[0].path)


if __name__ == "__main__":
    main()
