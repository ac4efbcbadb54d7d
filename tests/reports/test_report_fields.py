"""The section on fields: what tells of an outcome, the cards, and the files beside the report."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from audit.result import AuditResult
from audit.worth import field_cards, worth
from audit.worth.cards import REASONS
from reports.impact.ends import ends
from reports.outputs.fields_csv import write_fields
from reports.sections import fields, scores
from reports.sections.blocks import Block, Details, Facts, Figure, Paragraph, Table
from reports.sections.view import View
from reports.wording import languages, words_of


@pytest.fixture(scope="module")
def weighed(result: AuditResult) -> AuditResult:
    told = worth(result.dataset, ends(result.dataset))
    cards = field_cards(
        result.dataset, result.findings, result.rules, {"open_rate": ["contact.city"]}, told, result.as_of
    )
    return replace(result, worth=told, fields=cards)


def told(blocks: tuple[Block, ...] | list[Block]) -> str:
    """All that the blocks say, as one text."""
    parts = []
    for block in blocks:
        if isinstance(block, Paragraph):
            parts.append(block.text)
        elif isinstance(block, Table):
            parts += [f"{cell.text} {cell.note}" for row in block.rows for cell in row] + [block.note]
        elif isinstance(block, Figure):
            parts += [block.title, block.sentence, told([block.table])]
        elif isinstance(block, Facts):
            parts += [f"{term} {text}" for term, text in block.items]
        elif isinstance(block, Details):
            parts += [block.summary, block.meta, told(block.blocks)]
    return "\n".join(parts)


def test_the_outcomes_are_those_of_the_tables(result: AuditResult) -> None:
    found = {(outcome.entity, outcome.name): outcome for outcome in ends(result.dataset)}
    deals = result.dataset["deal"]
    won = found["deal", "won"]
    assert (won.label == 1).sum() == deals["stage"].eq("Closed won").sum()
    assert (won.label == 0).sum() == deals["stage"].eq("Closed lost").sum()
    assert (won.label == -1).sum() == deals["stage"].eq("Proposal").sum()
    assert ("contact", "answered") not in found


def test_a_card_opens_for_every_field_to_stop_or_mend(weighed: AuditResult) -> None:
    section = fields.build(View(weighed, words_of("en"), masked=True))
    cards = [block for block in section.blocks if isinstance(block, Details) and block.tags]
    advised = weighed.fields[weighed.fields["advice"].ne("keep") | weighed.fields["worth"].gt(0)]
    assert len(cards) == min(len(advised), fields.CARDS_SHOWN) > 0
    text = told(section.blocks)
    assert "Legacy <b>Flag</b>" in text, "the template escapes it"
    assert "Used by checks" in text
    assert f"{len(weighed.fields)}" in text


def test_a_masked_report_names_no_member_of_staff(weighed: AuditResult) -> None:
    cards = weighed.fields.assign(writers="Ratna Wijaya (60%); Pieter de Vries (40%)", written_by="created_by")
    named = replace(weighed, fields=cards)
    for section in (fields, scores):
        masked, full = (
            told(section.build(View(named, words_of("en"), masked=masked)).blocks) for masked in (True, False)
        )
        assert "Ratna Wijaya" in full
        assert "Ratna" not in masked


def test_what_tells_of_an_outcome_is_drawn(weighed: AuditResult) -> None:
    first = weighed.worth.index[0]
    table = weighed.worth.assign(verdict="nothing", share=0.0)
    nothing = replace(weighed, worth=table)
    text = told(fields.build(View(nothing, words_of("en"), masked=False)).blocks)
    assert "than chance would let it seem" in text
    table.loc[first, ["verdict", "share", "p_adjusted", "by"]] = ["informative", 0.25, 0.001, "value"]
    section = fields.build(View(replace(weighed, worth=table), words_of("en"), masked=False))
    figures = [block for block in section.blocks if isinstance(block, Figure)]
    assert len(figures) == 1
    assert "25.0%" in figures[0].sentence


def test_every_reason_outcome_and_leak_has_words() -> None:
    for language in languages():
        words = words_of(language)
        limits = dict.fromkeys(("sparse", "gaps", "right", "always"), "x")
        for reason, advice in REASONS.items():
            assert words(f"fields.reason.{reason}") and words(f"fields.rule.{reason}", **limits)
            assert words(f"fields.advice.{advice}")
        for leak in ("states", "history", "dated", "decided", "only", "mirrors"):
            assert words(f"fields.leak.{leak}")
        for outcome in ("won", "bought", "answered"):
            assert words(f"fields.outcome.{outcome}")


def test_the_score_says_how_sure_it_is_what_is_unknown_and_what_holds_it(weighed: AuditResult) -> None:
    lost = pd.DataFrame({"entity": ["contact"], "source": ["shop"], "field": ["fax"], "since": ["2026-10-01"]})
    held = replace(weighed, score=replace(weighed.score, vanished=lost, unheld=99.0))
    section = scores.build(View(held, words_of("en"), masked=False))
    text = told(section.blocks)
    assert "95 %" in text
    assert "shop: Fax" in text and "99.0" in text
    assert "no such column" in text
    assert "does not count in the overall score" in text


def test_the_cards_and_the_worth_are_written(weighed: AuditResult, tmp_path: Path) -> None:
    paths = write_fields(weighed, tmp_path)
    assert [path.name for path in paths] == ["fields.csv", "worth.csv"]
    cards = pd.read_csv(paths[0])
    assert len(cards) == len(weighed.fields)
    assert np.allclose(cards["fill"], weighed.fields["fill"])


def test_without_fields_the_section_says_so(result: AuditResult) -> None:
    bare = replace(result, worth=result.worth.head(0), fields=result.fields.head(0))
    assert told(fields.build(View(bare, words_of("en"), masked=True)).blocks) == "No field was read."
