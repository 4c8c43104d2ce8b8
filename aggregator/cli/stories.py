"""`broadfold stories`: the front page and the story page in a terminal."""

from dataclasses import asdict

import click

from aggregator.cli.output import json_option, print_json, print_table
from aggregator.domain.errors import StoryUnknown
from aggregator.readers.views import StoryCard, StoryPage


@click.group("stories")
def command() -> None:
    """List stories, or show one."""


@command.command("list")
@click.option("--limit", default=30, show_default=True, type=click.IntRange(1, 1000), help="Stories to list.")
@json_option
def list_(limit: int, as_json: bool) -> None:
    """List the stories of the front page, best first."""
    from aggregator.bootstrap import opened
    from aggregator.settings import load_settings

    with opened(load_settings()) as services:
        page = services.reading.front_page(limit=limit)
    if as_json:
        print_json([asdict(card) for card in page.cards])
        return
    print_table(
        ("story#", "headline", "outlets", "articles#", "reports#", "last (UTC)"),
        [_row(card) for card in page.cards],
        empty="No stories yet. `broadfold refresh` pulls the feeds, `broadfold feeds list` shows them.",
    )


@command.command("show")
@click.argument("story", type=int)
@json_option
def show(story: int, as_json: bool) -> None:
    """Show every article of STORY, a number."""
    from aggregator.bootstrap import opened
    from aggregator.settings import load_settings

    with opened(load_settings()) as services:
        found = services.reading.story(story)
        if isinstance(found, int):
            click.echo(f"Story {story} was merged into story {found}.", err=True)
            found = services.reading.story(found)
    if not isinstance(found, StoryPage):
        raise StoryUnknown(story)
    if as_json:
        print_json(asdict(found))
    else:
        _print(found)


def _row(card: StoryCard) -> tuple[object, ...]:
    names = ", ".join([card.outlet.name, *(outlet.name for outlet in card.also)])
    last = f"{card.last_at:%d %b %H:%M}"
    return (card.id, card.headline, names, card.article_count, card.origin_count, last)


def _print(page: StoryPage) -> None:
    card = page.card
    click.secho(card.headline, bold=True)
    click.echo(
        f"{card.article_count} articles · {card.outlet_count} outlets"
        f" · {card.origin_count} independent reports\n"
    )
    for report in page.reports:
        click.echo(
            f"{report.at:%d %b %H:%M}  {report.outlet}: {report.headline}\n              {report.link}"
        )
        for copy in report.copies:
            kind = "reposted" if copy.is_repost else "same text"
            click.echo(f"              {kind}: {copy.outlet}, {copy.headline}\n              {copy.link}")
