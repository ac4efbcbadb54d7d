"""The way through an audit, from paths to result. Each step is one room; this is the only place that knows them all."""

import difflib
import fnmatch
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from audit import __version__
from audit.acceptance import accept
from audit.causes import causes
from audit.cleaning import Cleaned, Strictness, clean
from audit.cleaning.held import joined_by_hand
from audit.cleaning.policy import policies
from audit.config import Config
from audit.dataset import Dataset
from audit.engine import run_rules
from audit.errors import ConfigError
from audit.findings import identify
from audit.inventory import inventory, overlap
from audit.matching import MatchOptions, MatchResult, match
from audit.matching.links import link
from audit.result import AuditResult
from audit.review import build_queue, decide_fixes, with_kept_values
from audit.rule import Context, Rule
from audit.score import Source, score
from audit.sources import SourceOverride, load
from audit.sources.files import data_files
from audit.worth import field_cards, score_weights, worth
from reports.impact import Affected, measure, open_questions, performance
from reports.impact.ends import ends
from reports.metrics.catalogue import METRICS
from reports.metrics.settings import check_names, metric_context, periods
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
    decisions: pd.DataFrame | None = None,
) -> AuditResult:
    """The whole audit of the files under `paths` as of a day; `decisions` are what `read_decisions` gives.

    Raises SourceError where nothing can be read, ConfigError where audit.toml names what does not exist, and
    ReconciliationError where cleaning would lose rows or money.
    """
    say = progress or (lambda _: None)
    rules = select_rules(config)
    check_names(config, as_of)
    policies(config.survivorship)
    say("Reading")
    loaded = load_sources(paths, config, progress)
    say("Matching")
    matches = match_tables(loaded, config, decisions)
    dataset = link(loaded, {entity: found.clusters for entity, found in matches.items()})
    ctx = Context(as_of, config.default_country, config.rules.options)
    say("Checking")
    findings, results = run_rules(rules, dataset, ctx, systemic_share=config.rules.systemic_share, progress=progress)
    by_hand = joined_by_hand(matches)
    findings, decided = decide_fixes(identify(findings, dataset), dataset, decisions, by_hand)
    findings, expired = accept(findings, dataset, config.accept, as_of)
    told = [warning for found in matches.values() for warning in found.warnings]
    dataset = replace(dataset, warnings=(*dataset.warnings, *told, *expired))
    say("Cleaning")
    proposed = with_kept_values(findings, dataset, matches, decisions)

    cleaned = clean(dataset, proposed, rules, ctx, matches, survivorship=config.survivorship)
    questions = open_questions(proposed, dataset, matches)
    affected = Affected.of(dataset, questions)

    def cleaned_tables(families: frozenset[str] | None, strictness: Strictness) -> Dataset:
        if families is None and strictness is Strictness.NORMAL:
            return cleaned.dataset
        found = questions if strictness is Strictness.LOOSE else proposed

        def made(part: Dataset) -> Dataset:
            return clean(
                part,
                found,
                rules,
                ctx,
                {},
                families=families,
                strictness=strictness,
                survivorship=config.survivorship,
                joined=by_hand,
                tables_only=True,
            ).dataset

        return affected.cleaned(made)

    say("Measuring")
    measuring = metric_context(config, as_of)
    measured = measure(
        dataset,
        cleaned_tables,
        _families(cleaned, rules),
        METRICS,
        measuring,
        periods(config, as_of),
        questions,
    )
    say("Scoring")
    telling = worth(dataset, ends(dataset))
    return AuditResult(
        version=__version__,
        as_of=as_of,
        title=config.title,
        dataset=dataset,
        rules=rules,
        rule_results=results,
        findings=findings,
        matches=matches,
        score=score(
            dataset,
            findings,
            rules,
            results,
            weights=score_weights(telling) if config.score.weights == "worth" else config.score.weights,
            expected=[Source(entry.name, entry.entity, entry.records) for entry in config.score.source],
        ),
        cleaned=cleaned,
        metrics=measured.metrics,
        impact=measured.impact,
        inventory=inventory(dataset),
        overlap=overlap(dataset),
        causes=causes(dataset, findings, rules),
        settings=config.model_dump(mode="json", exclude={"alerts": {"to"}, "history": True}),
        inputs=fingerprints(paths),
        command=command,
        worklist=measured.worklist,
        movers=measured.movers,
        reports=performance(dataset, cleaned.dataset, measured.metrics, measuring, config),
        queue=build_queue(dataset, findings, matches, rules, as_of, cleaned.conflicts),
        decided=decided,
        worth=telling,
        fields=field_cards(dataset, findings, rules, {metric.id: metric.inputs for metric in METRICS}, telling, as_of),
    )


def load_sources(paths: Sequence[Path | str], config: Config, progress: Progress | None = None) -> Dataset:
    """The canonical tables of the files under `paths`, with the corrections of audit.toml."""
    return load(paths, overrides=_overrides(config), progress=progress)


def match_tables(loaded: Dataset, config: Config, decisions: pd.DataFrame | None = None) -> dict[str, MatchResult]:
    """Which contacts are one person and which accounts one company, by entity."""
    options = _options(config)
    return {
        entity: match(loaded[entity], options=options, decisions=decisions) for entity in MATCHED if entity in loaded
    }


def select_rules(config: Config) -> tuple[Rule, ...]:
    """Shipped, plugged-in and own rules, less the disabled ones. Raises ConfigError for an id that does not exist."""
    rules = all_rules(config.own_rule)
    known = [rule.id for rule in rules]
    accepted = [entry.rule for entry in config.accept if entry.rule is not None]
    for rule_id in (*config.rules.disable, *config.rules.options, *accepted):
        # An acceptance may name its rules by a glob.
        if not (fnmatch.filter(known, rule_id) if rule_id in accepted else rule_id in known):
            near = difflib.get_close_matches(rule_id, known, n=1)
            raise ConfigError(
                f"{'An acceptance' if rule_id in accepted else 'audit.toml'} names rule {rule_id!r}, which does not "
                "exist.",
                hint=f"Did you mean {near[0]}?" if near else "See `crm-audit rules list`.",
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
        for file in data_files(path) if path.is_dir() else [path]:
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
    ] + ([SourceOverride(file=Path(config.matching.decisions).name, ignore=True)] if config.matching.decisions else [])


def _options(config: Config) -> MatchOptions:
    defaults = MatchOptions()
    return replace(
        defaults,
        merge=config.matching.merge or defaults.merge,
        review=config.matching.review or defaults.review,
        unique_sources=config.matching.unique_sources,
    )
