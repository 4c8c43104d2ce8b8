"""`broadfold db`: the database's schema and health."""

import click


@click.group("db")
def command() -> None:
    """Bring the database up to date, or check it."""


@command.command("upgrade")
def upgrade() -> None:
    """Bring the schema up to this version's. Starting Broadfold does it, too."""
    from aggregator.bootstrap import open_database
    from aggregator.settings import load_settings

    storage = open_database(load_settings())
    try:
        before = storage.schema_revision()
        storage.migrate()
        after = storage.schema_revision()
    finally:
        storage.close()
    changed = "was up to date already" if before == after else f"went from {before or 'nothing'}"
    click.echo(f"{storage.location}: schema {after}, {changed}.")


@command.command("check")
def check() -> None:
    """Look for damage; exits with 1 when something is wrong."""
    from aggregator.bootstrap import open_database
    from aggregator.settings import load_settings

    storage = open_database(load_settings())
    try:
        problems = storage.check()
    finally:
        storage.close()
    for problem in problems:
        click.echo(problem)
    if problems:
        raise SystemExit(1)
    click.echo(f"{storage.location}: nothing is wrong.")
