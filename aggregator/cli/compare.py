"""`broadfold compare`: a story's outlets side by side, in a terminal, as JSON or as Markdown."""

from dataclasses import asdict

import click

from aggregator.cli.output import json_option, print_json, print_table
from aggregator.domain.errors import StoryUnknown
from aggregator.domain.outlet_errors import OutletUnknown
from aggregator.readers.compared import ComparePage


@click.command("compare")
@click.argument("story", type=int)
@click.option("--outlets", metavar="A,B", default="", help="Two to six outlets, by name or domain.")
@click.option(
    "--axis",
    metavar="NAME",
    default="",
    help="In place of outlets: country, owner, type, language, or one of your own.",
)
@click.option("--md", "as_markdown", is_flag=True, help="Print Markdown instead of a table.")
@json_option
def command(story: int, outlets: str, axis: str, as_markdown: bool, as_json: bool) -> None:
    """Lay the outlets of STORY, a number, side by side: who says what, and which numbers differ."""
    from aggregator.bootstrap import opened
    from aggregator.settings import load_settings

    with opened(load_settings()) as services:
        wanted = [name.strip() for name in outlets.split(",") if name.strip()]
        known = {
            spelt.casefold(): line.outlet.id
            for line in services.reading.outlets()
            for spelt in (line.outlet.name, line.outlet.domain)
        }
        for name in wanted:
            if name.casefold() not in known:
                raise OutletUnknown(name)
        chosen = [known[name.casefold()] for name in wanted]
        page = services.comparing(story, outlets=chosen, axis=axis)
        if isinstance(page, int):
            click.echo(f"Story {story} was merged into story {page}.", err=True)
            page = services.comparing(page, outlets=chosen, axis=axis)
    if not isinstance(page, ComparePage):
        raise StoryUnknown(story)
    if page.problem:
        click.echo(page.problem, err=True)
    if as_json:
        print_json(asdict(page))
    elif as_markdown:
        click.echo(markdown(page))
    else:
        _print(page)


def _print(page: ComparePage) -> None:
    click.secho(page.headline, bold=True)
    click.echo(f"{page.reports} independent reports · {page.outlets} outlets\n")
    signs = {"said": "says", "silent": "–", "unknown": "unknown"}
    print_table(
        ("claim", "by", *(column.name for column in page.columns)),
        [
            (row.words.text, f"{len(row.by)} of {row.outlets}", *(signs[cell.state] for cell in row.cells))
            for row in page.rows
        ],
        empty="No sentence of one of these outlets says the same as one of another.",
    )
    for line in page.differences:
        click.echo(f"\n{'Update' if line.kind == 'update' else 'Contradiction'}: {line.of}")
        for figure in line.figures:
            source = figure.source
            click.echo(
                f"  {source.at:%d %b %H:%M}  {figure.written}  {source.name} (article {source.article})"
            )


def markdown(page: ComparePage) -> str:
    """Return a comparison as Markdown: the claims, the differing numbers, what only one outlet says."""
    signs = {"said": "says", "silent": "–", "unknown": "unknown"}
    lines = [
        f"# {_plain(page.headline)}",
        "",
        f"{page.reports} independent reports, {page.outlets} outlets",
        "",
    ]
    if page.rows:
        names = [_plain(column.name) for column in page.columns]
        lines += ["| Claim | By | " + " | ".join(names) + " |", "|---|---|" + "---|" * len(names)]
    for row in page.rows:
        cells = " | ".join(signs[cell.state] for cell in row.cells)
        lines.append(f"| {_plain(row.words.text)} | {len(row.by)} of {row.outlets} | {cells} |")
    for line in page.differences:
        lines += ["", f"## {'Update' if line.kind == 'update' else 'Contradiction'}: {_plain(line.of)}", ""]
        lines += [
            f"- {_plain(one.written)}: {_plain(one.source.name)}, {one.source.at:%Y-%m-%d %H:%M} UTC:"
            f" “{_plain(one.source.text)}”"
            for one in line.figures
        ]
    for name, sources in page.alone:
        lines += ["", f"## Only in {_plain(name)}", "", *(f"- “{_plain(one.text)}”" for one in sources)]
    return "\n".join(lines)


def _plain(text: str) -> str:
    """Return a text whose signs Markdown would take for its own, escaped."""
    return "".join(f"\\{sign}" if sign in "\\`*_[]<>#|" else sign for sign in " ".join(text.split()))
