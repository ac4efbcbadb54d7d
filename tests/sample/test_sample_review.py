"""On the sample company: how much waits for a person, and whether a checked sample tells what is true of all of it."""

import numpy as np
import pandas as pd

from audit.verification import draw, estimate, population
from reports.sections import View, review
from reports.wording import words_of

MOST = 0.03
"""Questions per contact."""
BYTES = 100_000
SAMPLES, COVERED = 100, 93


def test_the_queue_is_short(sample_audit, tell) -> None:
    queue, contacts = sample_audit.queue, len(sample_audit.dataset["contact"])
    of_contacts = queue.lines.loc[queue.lines["entity"].eq("contact"), "entry"].nunique()
    tell(
        f"{len(queue)} questions on {contacts:,} contacts ({len(queue) / contacts:.2%}), {of_contacts} of them about "
        f"contacts ({of_contacts / contacts:.2%}); {len(queue.lines)} single changes and pairs"
    )
    assert len(queue) <= MOST * contacts


def test_all_of_it_fits_into_the_page(sample_audit) -> None:
    built = review.build(View(sample_audit, words_of("en"), masked=False))
    assert len(built.data.encode()) < BYTES
    assert "All questions are here" in built.intro


def truth(sample_audit, manifest: pd.DataFrame) -> pd.DataFrame:
    """Every filled cell that can be checked, and whether nothing was planted in it."""
    people = population(sample_audit.dataset, sample_audit.findings)
    planted = manifest[manifest["kind"].eq("defect") & manifest["row"].str.fullmatch(r"[1-9]\d*")]
    parts = []
    for entity, filled in people.filled.items():
        lineage = sample_audit.dataset[entity].lineage
        places = lineage[["file", "sheet", "row"]].astype({"file": str, "sheet": str, "row": str})
        places["record"] = lineage.index
        wrong = planted[planted["entity"].eq(entity)].merge(places, on=["file", "sheet", "row"])
        wrong = wrong[wrong["field"].isin(filled.columns)]
        bad = np.zeros(filled.shape, dtype=bool)
        bad[filled.index.get_indexer(wrong["record"]), filled.columns.get_indexer(wrong["field"])] = True
        row, column = np.nonzero(filled.to_numpy())
        parts.append(
            pd.DataFrame(
                {
                    "entity": entity,
                    "record": filled.index.to_numpy()[row],
                    "field": filled.columns.to_numpy()[column],
                    "right": ~bad[row, column],
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def test_the_verified_accuracy_covers_the_truth(sample_audit, manifest, tell) -> None:
    people = population(sample_audit.dataset, sample_audit.findings)
    cells = truth(sample_audit, manifest)
    accuracy = cells["right"].mean()
    assert 0.8 < accuracy < 0.995, "the sample company has wrong cells"
    by_record = cells.set_index(["entity", "record"]).sort_index()
    covered, widths = 0, []
    for seed in range(SAMPLES):
        drawn = pd.MultiIndex.from_frame(draw(people, 200, seed=seed)[["entity", "record"]])
        judged = by_record[by_record.index.isin(drawn)].reset_index()
        overall = estimate(people, judged)["overall"]
        covered += overall["low"] <= accuracy <= overall["high"]
        widths.append(overall["high"] - overall["low"])
    tell(f"accuracy {accuracy:.3f}: in the interval of {covered} of {SAMPLES} samples, {np.mean(widths):.3f} wide")
    assert covered >= COVERED
    assert np.mean(widths) < 0.05
