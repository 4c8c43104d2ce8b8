"""`broadfold stories`: the front page, the story page and its corrections in a terminal."""

from dataclasses import asdict

import click

from aggregator.cli.output import json_option, print_json, print_table
from aggregator.domain.errors import StoryUnknown, TopicUnknown
from aggregator.domain.stories import Correction
from aggregator.readers.views import StoryCard, StoryPage, WhyLine


@click.group("stories")
def command() -> None:
    """List stories, show one, or put them right."""


@command.command("list")
@click.option("--limit", default=30, show_default=True, type=click.IntRange(1, 1000), help="Stories to list.")
@click.option("--topic", metavar="NAME", help="Only stories of this topic, such as sport.")
@json_option
def list_(limit: int, topic: str | None, as_json: bool) -> None:
    """List the stories of the front page, best first."""
    from aggregator.bootstrap import opened
    from aggregator.settings import load_settings

    with opened(load_settings()) as services:
        reading = services.reading
        page = reading.front_page(limit=limit) if topic is None else reading.topic(topic, limit=limit)
    if page is None:
        raise TopicUnknown(str(topic), reading.topic_names())
    if as_json:
        print_json([asdict(card) for card in page.cards])
        return
    print_table(
        ("story#", "headline", "topic", "outlets", "articles#", "reports#", "last (UTC)"),
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


@command.command("merge")
@click.argument("story", type=int)
@click.argument("other", type=int)
def merge(story: int, other: int) -> None:
    """Say that STORY and OTHER, two numbers, are one story."""
    from aggregator.bootstrap import opened
    from aggregator.settings import load_settings

    with opened(load_settings()) as services:
        _tell(services.correct.merge(story, other, by=BY))


@command.command("split")
@click.argument("story", type=int)
@click.argument("articles", type=int, nargs=-1, required=True, metavar="ARTICLE...")
def split(story: int, articles: tuple[int, ...]) -> None:
    """Say that each ARTICLE of STORY is of another story; together they get one of their own."""
    from aggregator.bootstrap import opened
    from aggregator.settings import load_settings

    with opened(load_settings()) as services:
        _tell(services.correct.split(story, articles, by=BY))


@command.command("move")
@click.argument("article", type=int)
@click.argument("story", type=int)
def move(article: int, story: int) -> None:
    """Say that ARTICLE is part of STORY, and not of the one it is in."""
    from aggregator.bootstrap import opened
    from aggregator.settings import load_settings

    with opened(load_settings()) as services:
        _tell(services.correct.move(article, story, by=BY))


@command.command("undo")
@click.argument("correction", type=int)
def undo(correction: int) -> None:
    """Take CORRECTION back, a number that `broadfold stories log` shows."""
    from aggregator.bootstrap import opened
    from aggregator.settings import load_settings

    with opened(load_settings()) as services:
        undone = services.correct.undo(correction)
    click.echo(f"Undone: {undone.detail}.")


@command.command("log")
@json_option
def log(as_json: bool) -> None:
    """List the corrections, the newest first."""
    from aggregator.bootstrap import opened
    from aggregator.settings import load_settings

    with opened(load_settings()) as services:
        found = services.correct.log()
    if as_json:
        print_json([asdict(correction) for correction in found])
        return
    print_table(
        ("correction#", "when (UTC)", "what", "by", "undone (UTC)"),
        [
            (
                one.id,
                f"{one.at:%d %b %H:%M}",
                one.detail,
                one.by,
                one.undone_at and f"{one.undone_at:%d %b %H:%M}",
            )
            for one in found
        ],
        empty="Nothing was corrected yet. `broadfold stories split`, `merge` and `move` do.",
    )


BY = "command line"
"""Where a correction came from, as the log tells it."""


def _tell(done: Correction) -> None:
    click.echo(f"Corrected: {done.detail}. To undo: broadfold stories undo {done.id}")


def _row(card: StoryCard) -> tuple[object, ...]:
    names = ", ".join([card.outlet.name, *(outlet.name for outlet in card.also)])
    last = f"{card.last_at:%d %b %H:%M}"
    return (card.id, card.headline, card.topic or "", names, card.article_count, card.origin_count, last)


def _print(page: StoryPage) -> None:
    card = page.card
    click.secho(card.headline, bold=True)
    click.echo(
        f"{card.article_count} articles · {card.outlet_count} outlets"
        f" · {card.origin_count} independent reports\n"
    )
    for said, others in (("Follow-up of", page.follows), ("Followed by", page.followed_by)):
        for other in others:
            click.echo(f"{said} story {other.id}: {other.headline}")
    for report in page.reports:
        click.echo(
            f"{report.at:%d %b %H:%M}  {report.outlet}: {report.headline} (article {report.id})\n"
            f"              {report.link}"
        )
        if report.why:
            click.echo(f"              {_told(report.why)}")
        for copy in report.copies:
            kind = "reposted" if copy.is_repost else "same text"
            click.echo(f"              {kind}: {copy.outlet}, {copy.headline}\n              {copy.link}")


def _told(why: WhyLine) -> str:
    quoted = ", ".join(f"“{word}”" for word in why.shared)
    reasons = "; ".join([*([f"shares {quoted}"] if quoted else []), *why.words])
    nearest = f"nearest to article {why.nearest} of {why.outlet}, {why.likely}"
    weakest = " (the weakest link of the story)" if why.is_weakest else ""
    return (f"{nearest}: {reasons}" if reasons else nearest) + weakest
