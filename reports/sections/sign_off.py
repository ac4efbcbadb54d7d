"""What was audited and with what result, to be signed by who made the audit and who takes it."""

from audit.rule import Outcome
from reports.sections.blocks import Block, Cell, Column, Facts, Paragraph, Section, Table
from reports.sections.view import View


def build(view: View) -> Section:
    words, result = view.words, view.result
    ran = sum(item.outcome in (Outcome.PASSED, Outcome.FAILED) for item in result.rule_results)
    files = {info.file for info in result.dataset.sources if info.entity}
    band = words(f"band.{view.band(result.score.overall)}")
    facts = (
        (words("sign_off.read"), words("sign_off.records", n=view.records, files=len(files))),
        (words("sign_off.checks"), words("of", n=ran, total=len(result.rule_results))),
        (words("sign_off.score"), f"{words.number(result.score.overall, 1)} / 100, {band}"),
        (words("method.score_version"), result.score.version),
        (words("method.as_of"), words.date(result.as_of)),
        (words("method.version"), result.version),
    )
    parties = tuple(
        (Cell(words(f"sign_off.{party}")), Cell(""), Cell(""), Cell("")) for party in ("made_by", "taken_by")
    )
    columns = (Column(""), *(Column(words(f"sign_off.{name}"), wide=True) for name in ("name", "date", "signature")))
    blocks: list[Block] = [
        Facts(facts),
        Paragraph(words("sign_off.statement")),
        Table(words("sign_off.signatures"), columns, parties),
    ]
    return Section("sign_off", words("sign_off.title"), words("sign_off.lead"), tuple(blocks))
