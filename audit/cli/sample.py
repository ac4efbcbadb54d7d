"""`crm-audit sample`: records that tell how right the data are when checked, or pairs that tell it of the matching."""

from dataclasses import replace
from pathlib import Path

import click

from audit.cli.options import config_option, configured, decided, decisions_option, paths_argument, report_option
from audit.errors import UsageError


@click.command()
@paths_argument
@click.option("--n", "records", type=click.IntRange(1), default=200, show_default=True, help="How many records.")
@click.option("--seed", type=int, default=0, show_default=True, help="Another seed draws other records.")
@report_option
@click.option("--pairs", "pairs", type=click.IntRange(1), help="Draw so many pairs of PATHS instead.")
@click.option("--entity", type=click.Choice(["contact", "account"]), help="Of pairs. Default: contact.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="A folder; of pairs a file. Default: here.")
@click.option("--force", is_flag=True, help="Replace existing files.")
@decisions_option
@config_option
def sample(
    paths: tuple[Path | str, ...],
    records: int,
    seed: int,
    report: Path,
    pairs: int | None,
    entity: str | None,
    output: Path | None,
    force: bool,
    decisions_path: Path | None,
    config_path: Path | None,
) -> None:
    """Draw a stratified random sample of the records of a run, as a worksheet: sample.xlsx and sample.html.

    Compare each value with what is true, say right or wrong, and give the file to `crm-audit verify`. With --pairs the
    worksheet has the pairs whose check would narrow the estimated precision and recall of matching most. Both show
    people's data in full.
    """
    if pairs is not None:
        _pairs(paths, pairs, entity or "contact", output or Path("worksheet.csv"), force, decisions_path, config_path)
        return
    if paths or entity or decisions_path:
        raise UsageError(
            "Records are drawn from a run that has been made.",
            hint="Name its folder with --report; PATHS are for --pairs.",
        )
    from audit.verification import draw, population
    from reports.outputs.result_store import read_result
    from reports.outputs.sample_sheet import PAGE, XLSX, write_sample

    folder = output or Path()
    for name in (XLSX, PAGE):
        if (folder / name).exists() and not force:
            raise UsageError(f"{folder / name} exists.", hint="Name a folder with -o, or --force to replace it.")
    result = read_result(report)
    if result.queue is None:
        raise UsageError(f"{report} has no run to refer to.", hint="Run the audit again.")
    people = population(result.dataset, result.findings)
    if people.records.empty:
        raise UsageError("The run has no contacts, accounts or deals to check.", hint="See `crm-audit inspect`.")
    drawn = draw(people, records, seed=seed)
    folder.mkdir(parents=True, exist_ok=True)
    written = write_sample(result, people, drawn, result.queue.run, folder)
    counts = drawn["entity"].value_counts(sort=False)
    told = ", ".join(f"{count:,} {name}s" for name, count in counts.items())
    click.echo(f"Drew {len(drawn):,} records ({told}) of run {result.queue.run}: {', '.join(map(str, written))}.")
    click.echo("Say of each value whether it is right or wrong, save, then: crm-audit verify FILE")


def _pairs(
    paths: tuple[Path | str, ...],
    count: int,
    entity: str,
    output: Path,
    force: bool,
    decisions_path: Path | None,
    config_path: Path | None,
) -> None:
    """Writes a worksheet of pairs, whose lines are those of a decisions file."""
    from audit.matching.decisions import write_decisions
    from audit.matching.pair_sample import worksheet
    from audit.pipeline import load_sources, match_tables

    if output.exists() and not force:
        raise UsageError(f"{output} exists.", hint="Give another name with -o, or --force to replace it.")
    config, sources = configured(paths, config_path)
    config, decisions = decided(config, paths, config_path, decisions_path)
    loaded = load_sources(sources, config)
    if entity not in loaded:
        raise UsageError(f"There are no {entity}s in these sources.", hint="See `crm-audit inspect`.")
    found = match_tables(replace(loaded, tables={entity: loaded[entity]}), config, decisions)[entity]
    chosen = worksheet(loaded[entity], found, count)
    write_decisions(chosen, output)
    told = found.statistics
    for name in ("precision", "recall"):
        click.echo(
            f"estimated {name:<9} {told[f'estimated_{name}']:.1%} "
            f"({told[f'{name}_low']:.1%} to {told[f'{name}_high']:.1%}, 90 % interval)"
        )
    click.echo(f"Wrote {len(chosen):,} pairs to {output}. Fill in `decision`, then: crm-audit run --decisions {output}")
