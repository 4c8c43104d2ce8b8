"""`broadfold outlets`: who publishes, and what they are called on the reader's axes."""

import sys
from dataclasses import asdict
from pathlib import Path

import click

from aggregator.cli.output import json_option, print_json, print_table

RESULTS = {"new": "labelled", "same": "as before", "refused": "refused"}


@click.group("outlets")
def command() -> None:
    """List outlets, label them, and import and export labels."""


@command.command("list")
@click.option("--sources", is_flag=True, help="Also show where each label is from.")
@json_option
def list_(sources: bool, as_json: bool) -> None:
    """List the outlets with their labels."""
    from aggregator.bootstrap import opened
    from aggregator.settings import load_settings

    with opened(load_settings()) as services:
        table = services.desk.labelling.table()
    if as_json:
        print_json(
            [
                {
                    "id": line.outlet.id,
                    "domain": line.outlet.domain,
                    "name": line.outlet.name,
                    "labels": {axis: asdict(label) for axis, label in line.labels.items()},
                }
                for line in table.outlets
            ]
        )
        return
    rows = []
    for line in table.outlets:
        told = [line.labels.get(axis) for axis in table.axes]
        cells = [
            None if one is None else f"{one.value} [{one.source}]" if sources else one.value for one in told
        ]
        rows.append((line.outlet.id, line.outlet.name, line.outlet.domain, *cells))
    print_table(
        ("outlet#", "name", "domain", *table.axes),
        rows,
        empty="There are no outlets yet: they come with their feeds. `broadfold feeds add ADDRESS` adds one.",
    )


@command.command("label")
@click.argument("outlet")
@click.argument("axis")
@click.argument("value")
@click.option("--source", default="", help="Where you have it from, in your words.")
def label(outlet: str, axis: str, value: str, source: str) -> None:
    """Say that OUTLET (number, domain or name) is VALUE on AXIS; an empty VALUE takes your label away."""
    from aggregator.bootstrap import opened
    from aggregator.settings import load_settings

    with opened(load_settings()) as services:
        click.echo(services.desk.labelling.put(outlet, axis, value, source=source))


@command.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--preview", is_flag=True, help="Only tell what would be done.")
def import_(file: Path, preview: bool) -> None:
    """Label outlets as the CSV FILE says, and tell what became of each line."""
    from aggregator.bootstrap import opened
    from aggregator.settings import load_settings

    with opened(load_settings()) as services:
        read = services.desk.labelling.preview if preview else services.desk.labelling.import_csv
        report = read(file.read_bytes(), file.name)
    print_table(
        ("line#", "outlet", "result", "what"),
        [(line.number, line.outlet or line.domain, RESULTS[line.result], line.what) for line in report.lines],
        empty="The file has no line below its first.",
    )
    counts = ", ".join(f"{report.count(key)} {said}" for key, said in RESULTS.items())
    click.echo(f"{'Nothing was stored yet: ' if preview else ''}{counts}.")


@command.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
def export(file: Path | None) -> None:
    """Write your own labels as CSV to FILE, or print them."""
    from aggregator.bootstrap import opened
    from aggregator.settings import load_settings

    with opened(load_settings()) as services:
        document = services.desk.labelling.export_csv()
    if file is None:
        sys.stdout.buffer.write(document)
    else:
        file.write_bytes(document)
        click.echo(f"Wrote your labels to {file}.")
