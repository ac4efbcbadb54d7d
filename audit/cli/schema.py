"""`crm-audit schema`: the JSON Schema of audit.json."""

import click


@click.command()
def schema() -> None:
    """Print the JSON Schema of audit.json, to check it with or to make types from."""
    from reports.outputs.audit_json import published_schema

    click.echo(published_schema(), nl=False)
