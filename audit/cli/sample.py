"""`crm-audit sample`: the pairs whose check would tell most about how good the matching is, as a worksheet."""

from dataclasses import replace
from pathlib import Path

import click

from audit.cli.options import config_option, configured, decided, decisions_option, paths_argument
from audit.errors import UsageError


@click.command()
@paths_argument
@click.option("--pairs", "count", type=click.IntRange(1), default=50, show_default=True, help="How many pairs.")
@click.option("--entity", type=click.Choice(["contact", "account"]), default="contact", show_default=True)
@click.option("-o", "--output", type=click.Path(path_type=Path), default=Path("worksheet.csv"), show_default=True)
@click.option("--force", is_flag=True, help="Replace an existing file.")
@decisions_option
@config_option
def sample(
    paths: tuple[Path | str, ...],
    count: int,
    entity: str,
    output: Path,
    force: bool,
    decisions_path: Path | None,
    config_path: Path | None,
) -> None:
    """Write the pairs whose check would narrow the estimated precision and recall most.

    Fill in the column `decision` (same, different, leave_out) and give the file to `crm-audit run --decisions`, or add
    its lines to the decisions file of audit.toml. It shows people's data in full.
    """
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
