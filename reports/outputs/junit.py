"""junit.xml: gates and rules as test cases, for any build server. It holds no value of a record."""

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from pathlib import Path

from audit.gates import Ruling
from audit.result import AuditResult
from audit.rule import Outcome, Rule, RuleResult
from reports.masking import plain

NAME = "junit.xml"


def write_junit(result: AuditResult, folder: Path, rulings: Sequence[Ruling] = ()) -> list[Path]:
    path = folder / NAME
    root = junit(result, rulings)
    ET.indent(root)
    path.write_bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n")
    return [path]


def junit(result: AuditResult, rulings: Sequence[Ruling]) -> ET.Element:
    """One suite for the gates and one per dimension for the rules.

    A rule with open findings is a failure, one that could not run is skipped, one that crashed is an error.
    """
    stamp = f"{result.as_of:%Y-%m-%dT00:00:00}"
    root = ET.Element("testsuites", name=plain(f"crm-audit {result.version}"))
    if rulings:
        gates = ET.SubElement(root, "testsuite", name="gates", timestamp=stamp)
        for ruling in rulings:
            case = ET.SubElement(gates, "testcase", classname="gates", name=plain(ruling.gate.text, 200), time="0")
            if ruling.failed:
                ET.SubElement(case, "failure", type="gate", message=plain(ruling.reason, 200))
    accepted = result.findings.groupby("rule_id")["accepted"].sum()
    outcomes = {item.rule_id: item for item in result.rule_results}
    by_dimension: dict[str, list[Rule]] = {}
    for rule in result.rules:
        if rule.id in outcomes:
            by_dimension.setdefault(str(rule.dimension), []).append(rule)
    for dimension, rules in by_dimension.items():
        suite = ET.SubElement(root, "testsuite", name=f"rules.{dimension}", timestamp=stamp)
        for rule in rules:
            _case(suite, rule, outcomes[rule.id], int(accepted.get(rule.id, 0)))
    _count(root)
    return root


def _case(suite: ET.Element, rule: Rule, item: RuleResult, accepted: int) -> None:
    name = plain(f"{rule.id} {rule.title}", 200)
    case = ET.SubElement(suite, "testcase", classname=f"rules.{rule.dimension}.{rule.family}", name=name, time="0")
    found = item.findings - accepted
    if item.outcome is Outcome.NOT_EVALUATED:
        # A reason names columns of the canonical tables, never a value.
        ET.SubElement(case, "skipped", message=plain(item.reason, 200))
    elif item.outcome is Outcome.ERRORED:
        ET.SubElement(case, "error", type="crash", message=plain(item.reason.split(":")[0], 200))
    elif found:
        told = f"{found} findings in {item.rows_checked} rows checked ({accepted} more are accepted)"
        ET.SubElement(case, "failure", type=str(rule.severity), message=told)


def _count(root: ET.Element) -> None:
    """Writes the counts that readers expect on every suite and on the whole."""
    kinds = {"failures": "failure", "errors": "error", "skipped": "skipped"}
    suites = root.findall("testsuite")
    for element, cases in [
        (root, root.findall(".//testcase")),
        *((suite, suite.findall("testcase")) for suite in suites),
    ]:
        element.set("tests", str(len(cases)))
        for attribute, kind in kinds.items():
            if element is not root or attribute != "skipped":
                element.set(attribute, str(sum(case.find(kind) is not None for case in cases)))
        element.set("time", "0")
