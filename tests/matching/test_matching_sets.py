"""Cluster F1 at the shipped default on the labelled reference sets, beside splink's best."""

import numpy as np
import pytest
from dedupe_sets import FOLDER, SPLINK_BEST, calibration_error, cluster_scores, load

from audit.matching import match

FLOOR = {
    "census": 0.93, "chicago_sites": 0.91, "fake_20000": 0.91, "febrl1": 0.995, "febrl3": 0.995, "febrl4_link": 0.995,
    "senzing": 0.82,
}  # fmt: skip

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not FOLDER.exists(), reason="the labelled reference tables are not at ../shared"),
]


@pytest.mark.parametrize("name", FLOOR)
def test_cluster_f1_at_the_default(name: str) -> None:
    table, truth = load(name)
    result = match(table)
    precision, recall, f1 = cluster_scores(result.clusters["cluster"].to_numpy(), truth)
    same = truth[result.pairs["left"]] == truth[result.pairs["right"]]
    error = calibration_error(result.pairs["probability"].to_numpy(), same)
    splink = SPLINK_BEST.get(name, np.nan)
    print(f"{name:14} P {precision:.3f} R {recall:.3f} F1 {f1:.3f} (splink {splink:.3f}) ECE {error:.3f}")
    assert f1 >= FLOOR[name]
    assert f1 >= SPLINK_BEST.get(name, 0.0) - 0.002
    assert abs(result.statistics["estimated_precision"] - precision) < 0.15
