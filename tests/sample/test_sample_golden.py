"""Golden figures of the sample company: what a change of any room moves in the result, seen at a glance.

After a change that is meant, look at the difference and write the file anew: GOLDEN=write pytest tests/sample
"""

import json
import math
import os
from pathlib import Path

GOLDEN = Path(__file__).parents[1] / "golden" / "sample_figures.json"


def _figures(result) -> dict:
    metrics = result.metrics[(result.metrics["period"] == "all") & result.metrics["breakdown"].fillna("").eq("")]
    return {
        "score": round(result.score.overall, 2),
        "score after safe fixes": round(result.score.after_safe, 2),
        "dimensions": {row.name: round(row.score, 2) for row in result.score.by_dimension.itertuples(index=False)},
        "findings": {entry.rule_id: entry.findings for entry in result.rule_results},
        "rows": {info.file: [info.entity, info.rows_read, info.rows_set_aside] for info in result.dataset.sources},
        "accounts": {row["table"]: row.drop("table").to_dict() for _, row in result.cleaned.accounts.iterrows()},
        "changes": result.cleaned.changes["kind"].value_counts().sort_index().to_dict(),
        "metrics": {
            row.metric_id: [*(None if math.isnan(v) else round(v, 4) for v in (row.raw, row.cleaned)), row.verdict]
            for row in metrics.drop_duplicates("metric_id").itertuples()
        },
    }


def test_the_figures_of_the_sample_are_the_known_ones(sample_audit) -> None:
    found = json.loads(json.dumps(_figures(sample_audit)))
    if os.environ.get("GOLDEN") == "write":
        GOLDEN.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    assert found == json.loads(GOLDEN.read_text("utf-8"))
