"""Matching on the sample company: pairs inside clusters against the true entities of the manifest."""

import pandas as pd
import pytest

FLOOR = 0.95


def pair_count(sizes: pd.Series) -> int:
    return int((sizes * (sizes - 1) // 2).sum())


@pytest.mark.parametrize("entity", ["contact", "account"])
def test_clusters_are_the_true_entities(entity, sample_audit, manifest, tell) -> None:
    true = manifest[(manifest["kind"] == "entity") & (manifest["entity"] == entity)]
    table = sample_audit.dataset[entity]
    places = table.lineage[["file", "sheet", "row"]].astype({"file": str, "sheet": str, "row": int})
    places["cluster"] = sample_audit.matches[entity].clusters["cluster"]
    joined = places.merge(true.astype({"row": int}), on=["file", "sheet", "row"], how="left", validate="one_to_one")
    assert joined["truth"].notna().all(), "every record has a true entity"
    found = pair_count(joined["cluster"].value_counts())
    right = pair_count(joined.groupby(["cluster", "truth"]).size())
    wanted = pair_count(joined["truth"].value_counts())
    precision, recall = right / found, right / wanted
    tell(f"{entity}: {wanted} true pairs, cluster precision {precision:.3f}, recall {recall:.3f}")
    assert precision >= FLOOR
    assert recall >= FLOOR
