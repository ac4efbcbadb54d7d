"""Precision and recall of every rule on the sample company, against the manifest of its defects."""

import pandas as pd

from audit.findings import record_columns

FLOOR, STATISTICAL_FLOOR = 0.95, 0.85
STATISTICAL = frozenset(
    "UNQ001 UNQ002 UNQ003 UNQ004 UNQ008 TIM001 TIM004 ACC010 ACC024 ACC040 "
    "CON001 CON036 CON049 CON055 CON056 VAL007".split()
)
"""Rules that judge by likeness, by what is usual or by what matching found."""
ON_REQUEST = frozenset({"VAL008"})
"""Rules that ask the network, and only when told to."""


def _places(frame: pd.DataFrame) -> set[tuple[str, str, int, str]]:
    """Rows, whatever the field; row 0 is the column named in the field."""
    row = frame["row"].astype(int)
    return set(zip(frame["file"], frame["sheet"], row, frame["field"].where(row == 0, ""), strict=True))


def _with_whole_files(planted: pd.DataFrame, sample_audit) -> pd.DataFrame:
    """The planted defects with each line of row "*" (all addresses of a file under .example) written out."""
    whole = planted[planted["row"] == "*"]
    parts = [planted[planted["row"] != "*"]]
    for line in whole.itertuples():
        table = sample_audit.dataset[line.entity]
        here = (table.lineage["file"] == line.file) & table[line.field].str.strip().str.endswith(".example").fillna(
            False
        )
        rows = table.lineage["row"][here].astype(str)
        parts.append(
            pd.DataFrame(
                {"file": line.file, "sheet": line.sheet, "row": rows, "rule_id": line.rule_id, "field": line.field}
            )
        )
    return pd.concat(parts, ignore_index=True)


def _agreement(sample_audit, manifest: pd.DataFrame) -> pd.DataFrame:
    findings = sample_audit.findings
    found = record_columns(findings, sample_audit.dataset).assign(
        rule_id=findings["rule_id"], field=findings["field"].astype(str)
    )
    found["sheet"] = found["sheet"].fillna("")
    planted = _with_whole_files(manifest[manifest["kind"] == "defect"], sample_audit)
    rows = []
    for rule in sample_audit.rules:
        ours = _places(found[found["rule_id"] == rule.id])
        true = _places(planted[planted["rule_id"] == rule.id])
        both = len(ours & true)
        rows.append(
            (
                rule.id,
                rule.title,
                len(true),
                len(ours),
                both / len(ours) if ours else 0.0,
                both / len(true) if true else 0.0,
            )
        )
    return pd.DataFrame(rows, columns=["rule", "title", "planted", "found", "precision", "recall"])


def test_every_rule_finds_what_was_planted_and_little_else(sample_audit, manifest, tell) -> None:
    table = _agreement(sample_audit, manifest)
    tell("Rules on the sample company\n" + table.round(3).to_string(index=False))
    table = table[~table["rule"].isin(ON_REQUEST)]
    missing = table[table["planted"] == 0]
    assert missing.empty, f"nothing planted for {list(missing['rule'])}"
    floor = table["rule"].isin(STATISTICAL).map({True: STATISTICAL_FLOOR, False: FLOOR})
    weak = table[(table["precision"] < floor) | (table["recall"] < floor)]
    assert weak.empty, "\n" + weak.to_string(index=False)


def test_every_family_is_found(sample_audit, manifest) -> None:
    planted = set(manifest.loc[manifest["kind"] == "defect", "family"])
    assert planted <= set(sample_audit.findings["family"])


def test_no_rule_crashes_or_stays_out(sample_audit) -> None:
    silent = [result for result in sample_audit.rule_results if result.outcome in ("errored", "not_evaluated")]
    assert [result for result in silent if result.rule_id not in ON_REQUEST] == []
