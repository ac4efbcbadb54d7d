"""How the audit works: score, matching, masking, every rule's page, and what repeats this very run."""

from audit.rule import Rule
from audit.score import HARM
from audit.values import email
from reports.sections.blocks import Block, Bullets, Cell, Column, Details, Facts, Heading, Paragraph, Section, Table
from reports.sections.view import BANDS, View

FIELDS_SHOWN = 12


def build(view: View) -> Section:
    words, result = view.words, view.result
    blocks: list[Block] = [
        Heading(words("method.score")),
        Paragraph(words("method.score_text")),
        _harm(view),
        Paragraph(
            words(
                "method.bands",
                bands=words.listed([f"{words(f'band.{name}')} ≥ {words.number(lowest)}" for lowest, name in BANDS]),
            )
        ),
        Heading(words("method.matching")),
        Paragraph(words("method.matching_text")),
        Heading(words("method.numbers")),
        Paragraph(words("method.numbers_text")),
        Heading(words("method.order")),
        Paragraph(words("method.order_text")),
        Heading(words("method.privacy")),
        Paragraph(words("method.masked" if view.masked else "method.full")),
        Heading(words("method.rules")),
        Paragraph(words("method.rules_text", n=len(result.rules))),
        *(_page(view, rule) for rule in result.rules),
        Heading(words("method.repeat")),
        _certificate(view),
        _inputs(view),
    ]
    return Section("method", words("method.title"), words("method.lead"), tuple(blocks))


def _harm(view: View) -> Table:
    words = view.words
    rows = tuple((Cell(words(f"severity.{severity}")), Cell(words.percent(harm, 0))) for severity, harm in HARM.items())
    return Table(words("method.harm"), (Column(words("col.severity")), Column(words("col.harm"), number=True)), rows)


def _page(view: View, rule: Rule) -> Details:
    words, page = view.words, view.rule_page(rule.id)
    outcome = next((item.outcome for item in view.result.rule_results if item.rule_id == rule.id), None)
    # What a finding says of itself in its own section need not be said again.
    told = rule.id in view.found_rules
    facts = [
        (words("page.what"), page.what),
        (words("page.why"), "" if told else page.why),
        (words("page.how"), "" if told else page.how),
        (words("page.example"), page.example),
        (words("page.safety"), page.safety),
        (words("page.judges"), view.listed(rule.fields, FIELDS_SHOWN)),
        (words("page.dimension"), f"{words(f'dimension.{rule.dimension}')} · ISO/IEC 25012 {rule.iso}"),
    ]
    tags = ((words(f"outcome.{outcome}"), "muted"),) if outcome else ()
    return Details(
        view.rule_title(rule.id), (Facts(tuple((term, text) for term, text in facts if text)),), rule.id, tags
    )


def _certificate(view: View) -> Facts:
    words, result = view.words, view.result
    return Facts(
        (
            (words("method.version"), result.version),
            (words("method.score_version"), result.score.version),
            (words("method.lists"), email.lists_dated()),
            (words("method.as_of"), words.date(result.as_of)),
            (words("method.command"), view.text(result.command, 400)),
        )
    )


def _inputs(view: View) -> Block:
    words = view.words
    if not view.result.inputs:
        return Bullets(())
    rows = tuple(
        (Cell(view.text(name, 100)), Cell(view.text(digest, 80))) for name, digest in view.result.inputs.items()
    )
    return Details(
        words("method.inputs"),
        (Table(words("method.inputs"), (Column(words("col.file")), Column("SHA-256", wide=True)), rows),),
        words("method.files", n=len(rows)),
    )
