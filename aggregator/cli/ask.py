"""`broadfold ask`: what the outlets report, as sentences of theirs."""

from dataclasses import asdict

import click

from aggregator.cli.output import json_option, print_json
from aggregator.domain.errors import StoryUnknown
from aggregator.readers.ask import AskPage


@click.command("ask")
@click.argument("question")
@click.option("--story", type=int, help="Ask only about the story of this number.")
@json_option
def command(question: str, story: int | None, as_json: bool) -> None:
    """Answer QUESTION with sentences of articles, each with its outlet, time and link."""
    from aggregator.bootstrap import opened
    from aggregator.settings import load_settings

    with opened(load_settings()) as services:
        found = services.desk.ask(question, story=story)
        if isinstance(found, int):
            click.echo(f"Story {story} was merged into story {found}.", err=True)
            found = services.desk.ask(question, story=found)
    if not isinstance(found, AskPage):
        raise StoryUnknown(story or 0)
    if as_json:
        print_json(asdict(found))
        return
    _print(found)


def _print(page: AskPage) -> None:
    if page.note:
        click.echo(page.note, err=True)
    if page.rephrased:
        click.echo(f"{' '.join(page.rephrased)}\n(worded by {page.model} from these sentences)\n")
    for one in page.answers:
        click.echo(f"[{one.number}] {one.text}\n    {one.outlet}, {one.at:%d %b %H:%M} UTC: {one.link}")
    if not page.answers:
        click.echo("No outlet reports that.")
