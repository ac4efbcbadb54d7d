"""The way through an audit, from paths to result. Each step is one room; this is the only place that knows them all."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from audit import __version__
from audit.cleaning import Cleaned, Strictness, clean
from audit.config import Config
from audit.dataset import Dataset
from audit.engine import run_rules
from audit.errors import ConfigError
from audit.findings import accept, identify
from audit.inventory import inventory, overlap
from audit.matching import MatchOptions, match
from audit.matching.links import link
from audit.metric import MetricContext
from audit.result import AuditResult
from audit.rule import Context, Rule
from audit.score import score
from audit.sources import SourceOverride, load
from reports.impact import measure
from reports.metrics.catalogue import METRICS, default_periods
from rules.own import all_rules

MATCHED = ("contact", "account")

Progress = Callable[[str], None]


def run_audit(
    paths: Sequence[Path | str],
    config: Config,
    as_of: pd.Timestamp,
    *,
    command: str = "",
    progress: Progress | None = None,
) -> AuditResult:
    """The whole audit of the files under `paths` as of a day.

    Raises SourceError where nothing can be read, ConfigError where audit.toml names what does not exist, and
    ReconciliationError where cleaning would lose rows or money.
    """
    say = progress or (lambda _: None)
    rules = select_rules(config)
    say("Reading")
    loaded = load_sources(paths, config, progress)
    say("Matching")
    matches = {entity: match(loaded[entity], options=_options(config)) for entity in MATCHED if entity in loaded}
    dataset = link(loaded, {entity: found.clusters for entity, found in matches.items()})
    ctx = Context(as_of, config.default_country, config.rules.options)
    say("Checking")
    findings, results = run_rules(rules, dataset, ctx, systemic_share=config.rules.systemic_share, progress=progress)
    findings, expired = accept(findings, dataset, config.accept, rules, as_of)
    findings = identify(findings, dataset)
    dataset = replace(dataset, warnings=(*dataset.warnings, *expired))
    say("Cleaning")

    def cleaned_by(families: frozenset[str] | None, strictness: Strictness) -> Cleaned:
        return clean(dataset, findings, rules, ctx, matches, families=families, strictness=strictness)

    cleaned = cleaned_by(None, Strictness.NORMAL)

    def cleaned_tables(families: frozenset[str] | None, strictness: Strictness) -> Dataset:
        if families is None and strictness is Strictness.NORMAL:
            return cleaned.dataset
        return cleaned_by(families, strictness).dataset

    say("Measuring")
    metrics, impact = measure(
        dataset,
        cleaned_tables,
        _families(cleaned, rules),
        METRICS,
        MetricContext(as_of, currency=config.currency, investment=config.investment_values()),
        default_periods(as_of),
    )
    return AuditResult(
        version=__version__,
        as_of=as_of,
        title=config.title,
        dataset=dataset,
        rules=rules,
        rule_results=results,
        findings=findings,
        matches=matches,
        score=score(dataset, findings, rules, results),
        cleaned=cleaned,
        metrics=metrics,
        impact=impact,
        inventory=inventory(dataset),
        overlap=overlap(dataset),
        settings=config.model_dump(mode="json"),
        inputs=fingerprints(paths),
        command=command,
    )


def load_sources(paths: Sequence[Path | str], config: Config, progress: Progress | None = None) -> Dataset:
    """The canonical tables of the files under `paths`, with the corrections of audit.toml."""
    return load(paths, overrides=_overrides(config), progress=progress)


def select_rules(config: Config) -> tuple[Rule, ...]:
    """Shipped, plugged-in and own rules, less the disabled ones. Raises ConfigError for an id that does not exist."""
    rules = all_rules(config.own_rule)
    known = {rule.id for rule in rules}
    for rule_id in (*config.rules.disable, *config.rules.options):
        if rule_id not in known:
            raise ConfigError(
                f"audit.toml names rule {rule_id!r}, which does not exist.", hint="See `crm-audit rules list`."
            )
    return tuple(rule for rule in rules if rule.id not in config.rules.disable)


def fingerprints(paths: Sequence[Path | str]) -> Mapping[str, str]:
    """The SHA-256 of every file under `paths`, by its name relative to the path it was found under.

    Standard input and databases have none.
    """
    found = {}
    for path in paths:
        if isinstance(path, str):
            continue
        files = sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
        for file in files:
            if any(part.startswith(".") for part in file.relative_to(path).parts):
                continue
            with file.open("rb") as stream:
                found[str(file.relative_to(path) if path.is_dir() else file.name)] = hashlib.file_digest(
                    stream, "sha256"
                ).hexdigest()
    return found


def _families(cleaned: Cleaned, rules: Sequence[Rule]) -> tuple[str, ...]:
    """The issue families whose fixes changed anything, in the catalogue's order."""
    changed = set(cleaned.changes["rule_id"])
    return tuple(dict.fromkeys(str(rule.family) for rule in rules if rule.id in changed))


def _overrides(config: Config) -> list[SourceOverride]:
    return [
        SourceOverride(
            file=entry.file,
            system=entry.system,
            entity=entry.entity,
            sheet=entry.sheet,
            day_first=entry.day_first,
            columns=entry.columns,
            ignore=entry.ignore,
        )
        for entry in config.file
    ]


def _options(config: Config) -> MatchOptions:
    defaults = MatchOptions()
    return replace(
        defaults,
        merge=config.matching.merge or defaults.merge,
        review=config.matching.review or defaults.review,
    )
