"""certificate.html: one page to sign: what was audited, how, with what result. It holds no value of a record."""

import hashlib
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from audit.result import AuditResult
from audit.rule import Outcome
from audit.values import email
from reports import masking
from reports.disclosure import screened
from reports.sections.view import View
from reports.wording import Words

NAME = "certificate.html"
TEMPLATES = Path(__file__).parents[1] / "templates"
FILES_SHOWN = 12
"""More would not fit on the page; audit.json has them all."""
_TEXT_LIMIT = 2_000


def write_certificate(result: AuditResult, folder: Path, words: Words) -> list[Path]:
    path = folder / NAME
    path.write_text(screened(View(result, words, masked=True), certificate), encoding="utf-8", newline="\n")
    return [path]


def certificate(view: View) -> str:
    """The whole page."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        finalize=lambda value: masking.harmless(value, _TEXT_LIMIT) if isinstance(value, str) else value,
    )
    words, result = view.words, view.result
    files = sorted(result.inputs.items())
    return environment.get_template(NAME).render(
        words=words,
        title=masking.plain(result.title, 120),
        as_of=words.date(result.as_of),
        score=words("certificate.of_100", score=words.number(result.score.overall, 1)),
        band=words(f"band.{view.band(result.score.overall)}"),
        score_version=result.score.version,
        facts=_facts(view),
        files=[(view.text(name, 60), digest) for name, digest in files[:FILES_SHOWN]],
        files_note=words("certificate.files_note", shown=min(len(files), FILES_SHOWN), n=len(files)),
        fingerprint=fingerprint(result),
        limits=_limits(view),
    )


def fingerprint(result: AuditResult) -> str:
    """One SHA-256 for all files: of the lines ``<sha256>  <name>``, sorted by name, as `sha256sum` writes them."""
    lines = "".join(f"{digest}  {name}\n" for name, digest in sorted(result.inputs.items()))
    return hashlib.sha256(lines.encode()).hexdigest()


def _facts(view: View) -> list[tuple[str, str]]:
    words, result = view.words, view.result
    read = [info for info in result.dataset.sources if info.entity]
    ran = sum(item.outcome in (Outcome.PASSED, Outcome.FAILED) for item in result.rule_results)
    open_findings = int((~result.findings["accepted"].to_numpy(dtype=bool)).sum())
    facts = {
        "records": words("certificate.records_read", n=view.records, files=len({info.file for info in read})),
        "rows": words(
            "certificate.rows_aside",
            n=len(result.dataset.set_aside),
            total=sum(info.rows_present for info in result.dataset.sources),
        ),
        "coverage": words("certificate.rules_ran", n=ran, total=len(result.rule_results)),
        "findings": words("certificate.findings_open", n=open_findings, accepted=len(result.findings) - open_findings),
        "flawless": words.percent(result.score.flawless),
        "after": words("certificate.of_100", score=words.number(result.score.after_safe, 1)),
        "method": words("certificate.versions", version=result.version, score=result.score.version),
        "lists": email.lists_dated(),
    }
    return [(words(f"certificate.fact.{name}"), text) for name, text in facts.items()]


def _limits(view: View) -> list[str]:
    words, result = view.words, view.result
    told = [words(f"limit.{name}") for name in ("accuracy", "interval", "network", "merges")]
    left_out = len({info.file for info in result.dataset.sources if not info.entity})
    if left_out:
        told.append(words("certificate.left_out", n=left_out))
    if result.score.not_evaluated:
        told.append(words("certificate.not_evaluated", n=result.score.not_evaluated))
    return told
