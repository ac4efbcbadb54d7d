"""summary.md: the audit in a screenful for chat or mail, masked."""

import re
from collections.abc import Sequence
from pathlib import Path

from audit.gates import Ruling
from audit.result import AuditResult
from audit.rule import Outcome
from reports.disclosure import screened
from reports.masking import plain
from reports.sections.cost import headline, problems, remedy
from reports.sections.metrics import metric_name, verdict_word
from reports.sections.view import View
from reports.wording import Words

NAME = "summary.md"
FIRST = 5
NUMBERS = 8
_MARKUP = re.compile(r"[\\`*_\[\]#!|~$]")
_ENTITY = re.compile(r"[<>&@]|:(?=/|\w+:)|(?<=^javascript):|(?<=^www)\.", re.IGNORECASE)
_ORDER = ("do not report", "reportable with care", "reportable")


def write_markdown(result: AuditResult, folder: Path, words: Words, rulings: Sequence[Ruling] = ()) -> list[Path]:
    path = folder / NAME
    view = View(result, words, masked=True)
    path.write_text(screened(view, lambda view: markdown(view, rulings)), encoding="utf-8", newline="\n")
    return [path]


def escaped(text: str) -> str:
    """Text of which no character means anything in Markdown, HTML, or to a chat that makes links and mentions."""
    return _ENTITY.sub(lambda found: f"&#{ord(found[0])};", _MARKUP.sub(lambda found: f"\\{found[0]}", text))


def markdown(view: View, rulings: Sequence[Ruling]) -> str:
    words, result = view.words, view.result
    found = problems(view)
    score = words.number(result.score.overall, 1)
    lines = [f"# {escaped(plain(result.title, 120))}", "", words("page.as_of", date=words.date(result.as_of)), ""]
    told = words("brief.score", score=score, band=words(f"band.{view.band(result.score.overall)}"))
    lines.append(f"**{told}** {words('brief.after', score=words.number(result.score.after_safe, 1))}")
    lines += _since(view)
    if rulings:
        lines += ["", f"## {words('brief.gates')}", ""]
        lines += [_gate(view, ruling) for ruling in rulings]
    if found:
        lines += ["", f"## {words('brief.problems')}", ""]
        lines += [
            f"{number}. {escaped(view.rule_title(problem.rule_id))} ({problem.rule_id}): "
            + escaped(words("brief.problem", n=problem.records, share=words.percent(problem.share)))
            for number, problem in enumerate(found[:FIRST], start=1)
        ]
        fixes = sorted(found, key=lambda problem: (-problem.priority, problem.rule_id))[:FIRST]
        lines += ["", f"## {words('brief.fixes')}", ""]
        lines += [
            f"{number}. {escaped(view.rule_title(problem.rule_id))}: {escaped(remedy(view, problem))}"
            for number, problem in enumerate(fixes, start=1)
        ]
    lines += _numbers(view)
    missing = sum(item.outcome not in (Outcome.PASSED, Outcome.FAILED) for item in result.rule_results)
    lines += ["", f"## {words('brief.limits')}", ""]
    lines.append("- " + words("brief.not_run", n=missing, total=len(result.rule_results)))
    lines.append("- " + words("brief.set_aside", n=len(result.dataset.set_aside)))
    lines.append("- " + words("limit.accuracy"))
    return "\n".join([*lines, "", words("brief.where")]) + "\n"


def _gate(view: View, ruling: Ruling) -> str:
    word = view.words("brief.failed" if ruling.failed else "brief.passed")
    return f"- {word}: {escaped(view.text(ruling.gate.text, 200))} ({escaped(view.text(ruling.reason, 200))})"


def _since(view: View) -> list[str]:
    words, history = view.words, view.result.history
    if history is None or history.previous is None:
        return []
    change = history.score_change or 0.0
    sign = "+" if change > 0 else "−" if change < 0 else "±"
    told = words(
        "since.headline",
        date=words.date(history.previous),
        change=f"{sign}{words.number(abs(change), 1)}",
        **{name: history.total[name] for name in ("new", "returned", "fixed")},
    )
    return ["", told]


def _numbers(view: View) -> list[str]:
    """The metrics that stand worst, as a table."""
    words = view.words
    whole = headline(view)
    whole = whole[whole["verdict"].isin(_ORDER)]
    if whole.empty:
        return []
    moved = ((whole["cleaned"] - whole["raw"]) / whole["raw"].where(whole["raw"] != 0).abs()).abs().fillna(0.0)
    ordered = whole.assign(rank=whole["verdict"].map(_ORDER.index), moved=-moved).sort_values(
        ["rank", "moved", "metric_id"], kind="stable"
    )
    heads = [words(f"col.{name}") for name in ("metric", "raw", "cleaned", "verdict")]
    lines = ["", f"## {words('brief.numbers')}", "", f"| {' | '.join(heads)} |", "|---|---:|---:|---|"]
    for row in ordered.head(NUMBERS).itertuples():
        cells = [
            metric_name(view, row.metric_id),
            words.quantity(row.raw, row.unit, row.unit_label),
            words.quantity(row.cleaned, row.unit, row.unit_label),
            verdict_word(view, row.verdict),
        ]
        lines.append(f"| {' | '.join(escaped(cell) for cell in cells)} |")
    return lines
