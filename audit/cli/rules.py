"""`crm-audit rules`: what is checked."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from audit.cli.options import config_option, configured, paths_argument
from audit.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from rules.cases import Verdict


@click.group()
def rules() -> None:
    """What is checked."""


@rules.command("list")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@config_option
def list_rules(form: str, config_path: Path | None) -> None:
    """All rules by family, those of audit.toml included."""
    from audit.config import find_config, load_config
    from audit.pipeline import select_rules

    known = select_rules(load_config(config_path or find_config(())))
    if form == "json":
        click.echo(json.dumps([_rule_data(rule) for rule in known], indent=2))
        return
    family = ""
    for rule in known:
        if rule.family != family:
            family = rule.family
            click.echo(click.style(f"\n{family.replace('_', ' ')}", bold=True))
        click.echo(f"  {rule.id}  {rule.severity:<8}  {rule.title}")


@rules.command()
@click.argument("rule_id")
@config_option
def explain(rule_id: str, config_path: Path | None) -> None:
    """One rule: what it flags, why that matters, how to fix it."""
    describe_rule(rule_id, config_path)


def describe_rule(rule_id: str, config_path: Path | None) -> None:
    """Prints the page of a rule. Raises UsageError, with what was probably meant, where there is none."""
    import difflib

    from audit.config import find_config, load_config
    from audit.pipeline import select_rules
    from rules.pages import HEADINGS, page

    known = {rule.id: rule for rule in select_rules(load_config(config_path or find_config(())))}
    rule = known.get(rule_id.upper())
    if rule is None:
        near = difflib.get_close_matches(rule_id.upper(), known, n=1)
        raise UsageError(
            f"There is no rule {rule_id!r}.", hint=f"Did you mean {near[0]}?" if near else "See `crm-audit rules list`."
        )
    told = page(rule)
    click.echo(click.style(f"{rule.id}  {rule.title}", bold=True))
    click.echo(f"{rule.severity} | {rule.dimension} (ISO/IEC 25012: {rule.iso}) | fields: {', '.join(rule.fields)}\n")
    for heading, name in HEADINGS.items():
        if getattr(told, name):
            click.echo(f"{click.style(heading, bold=True)}\n{getattr(told, name)}\n")


@rules.command("test")
@config_option
def test_rules(config_path: Path | None) -> None:
    """Run the cases of own rules and of plugged-in rules.

    Those of audit.toml stand in [[own_rule.case]] as rows to pass and to fail; a package brings a file cases/ID.toml
    beside the rule. Exit code 1 if one does not hold.
    """
    from audit.config import find_config, load_config
    from reports.sections.located import messages
    from rules.cases import cases_of, own_cases, run_case
    from rules.own import own_rules, plugin_rules

    config = load_config(config_path or find_config(()))
    tested = [(rule, own_cases(spec)) for spec, rule in zip(config.own_rule, own_rules(config.own_rule), strict=True)]
    tested += [(rule, cases_of(rule)) for rule in plugin_rules()]
    if not tested:
        raise UsageError("There are no own and no plugged-in rules to test.", hint="Name audit.toml with -c.")
    verdicts = []
    for rule, cases in tested:
        click.echo(click.style(f"{rule.id}  {rule.title}", bold=True) + ("" if cases else "   no cases"))
        for case in cases:
            verdicts.append(run_case(rule, case, messages))
            click.echo("\n".join(_verdict_lines(verdicts[-1])))
    failed = sum(bool(verdict.problems) for verdict in verdicts)
    click.echo(f"\n{len(verdicts) - failed} of {len(verdicts)} cases hold." if verdicts else "\nNo case to run.")
    raise SystemExit(int(ExitCode.GATE_FAILED if failed else ExitCode.DONE))


def _verdict_lines(verdict: "Verdict") -> list[str]:
    if not verdict.problems:
        return [f"  {click.style('ok', fg='green')}    {verdict.case.name}"]
    judged = f"{verdict.result.rows_checked} rows judged"
    return [
        f"  {click.style('FAIL', fg='red')}  {verdict.case.name}",
        *(f"        {problem}" for problem in verdict.problems),
        f"        expected  {', '.join(verdict.wanted) or 'nothing'}",
        f"        found     {', '.join(verdict.found) or 'nothing'} ({judged})",
    ]


@rules.command()
@paths_argument
@click.option(
    "--min-share", type=click.FloatRange(0.9, 1), default=0.99, show_default=True, help="Of rows that keep it."
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write them to this file. Default: print them.")
@click.option("--pin", "pinned", type=int, multiple=True, metavar="N", help="Append this suggestion to audit.toml.")
@config_option
def suggest(
    paths: tuple[Path | str, ...],
    min_share: float,
    output: Path | None,
    pinned: tuple[int, ...],
    config_path: Path | None,
) -> None:
    """Propose rules of your own that this data nearly always keeps.

    Each comes as a ready [[own_rule]] with how many rows keep it. Those commented out in the file of -o are dismissed
    and stay so when it is written again; --pin takes the chosen ones over into audit.toml.
    """
    from datetime import date

    import pandas as pd

    from audit.cli.suggested import conditions_in, pin, suggested_text
    from audit.config import find_config, load_config
    from audit.pipeline import load_sources
    from rules.suggest import suggest as find

    config, paths = configured(paths, config_path)
    if pinned:
        config_path = config_path or find_config(tuple(path for path in paths if isinstance(path, Path)))
        if config_path is None:
            raise UsageError("There is no audit.toml to pin to.", hint="`crm-audit init` writes one.")
        config = load_config(config_path)
    found = find(load_sources(paths, config), pd.Timestamp(config.as_of or date.today()), min_share)
    if pinned and config_path:
        for line in pin(config_path, config, found, pinned):
            click.echo(line)
        return
    dismissed = conditions_in(output) if output else frozenset()
    text = suggested_text(found, config, dismissed)
    if output is None:
        click.echo(text, nl=False)
        return
    beside = output.with_name(output.name + ".part")
    beside.write_text(text, "utf-8")
    beside.replace(output)
    click.echo(f"{len(found)} suggestions in {output}. Comment out what to dismiss; pin with --pin N.")


def _rule_data(rule: Any) -> dict[str, Any]:
    return {
        "id": rule.id,
        "slug": rule.slug,
        "title": rule.title,
        "family": str(rule.family),
        "severity": str(rule.severity),
        "dimension": str(rule.dimension),
        "iso_25012": rule.iso,
        "fields": list(rule.fields),
        "requires": list(rule.requires),
        "fix_kind": str(rule.fix_kind),
        "fix_safety": str(rule.fix_safety),
        "since": rule.since,
    }
