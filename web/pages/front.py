"""The front page: the day's stories, best first, or the reason why there are none."""

from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import groupby
from typing import Final

from flask import Blueprint, current_app, g, render_template, request

from aggregator.readers.lens import Show
from aggregator.readers.views import FeedTrouble, FrontPage, StoryCard
from web.ahead import pages_ahead
from web.pages.lenses import lens_page
from web.pages.marks import is_opened, lens
from web.services import current_services

blueprint = Blueprint("front", __name__)

RELOAD_SECONDS: Final = 5


class FrontState(StrEnum):
    """What the front page has to say."""

    STORIES = "stories"
    END = "end"
    NO_FEEDS = "no-feeds"
    FETCHING = "fetching"
    GROUPING = "grouping"
    ALL_FAILING = "all-failing"
    CLEAR = "clear"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True, kw_only=True)
class TroubleGroup:
    """Failing feeds for which the reader can do the same thing."""

    todo: str
    troubles: tuple[FeedTrouble, ...]


@blueprint.get("/")
def page() -> str:
    """Show the stories that follow the cursor `after`."""
    after = request.args.get("after") or None
    view = replace(lens(), followed_only=True)
    if "lens" in request.args:
        return lens_page(view)
    front = current_services().reading.front_page(after=after, lens=view)
    state = front_state(front, after=after, show=view.show)
    saved = current_services().saved_searches
    searches = saved.sections(view, zone=g.zone) if state is FrontState.STORIES and not after else ()
    every = (*shown(front), *(card for section in searches for card in section.cards))
    if state is FrontState.STORIES and is_opened():
        pages_ahead(current_app, [card.id for card in every], revision=front.revision)
    is_arriving = state in {FrontState.FETCHING, FrontState.GROUPING}
    return render_template(
        "front.html",
        front=front,
        after=after,
        state=state,
        show=view.show.value,
        shown=every,
        searches=searches,
        trouble_groups=by_todo(front.troubles),
        reload_seconds=RELOAD_SECONDS if is_arriving else None,
    )


def shown(front: FrontPage) -> tuple[StoryCard, ...]:
    """Return the cards that stand on the page: with sections, not all of the best ones do."""
    if not front.sections:
        return front.cards
    return (*front.cards[: front.top], *(card for section in front.sections for card in section.cards))


def front_state(front: FrontPage, *, after: str | None, show: Show = Show.ALL) -> FrontState:
    """Return why the page looks as it does; a page without stories always has a reason."""
    if front.cards:
        return FrontState.STORIES
    if front.cursor:
        return FrontState.CLEAR
    if after:
        return FrontState.END
    if not front.feeds:
        return FrontState.NO_FEEDS
    if show is Show.UNREAD or front.hidden:
        return FrontState.CLEAR
    if len(front.troubles) >= front.feeds:
        return FrontState.ALL_FAILING
    if front.waiting:
        return FrontState.GROUPING
    if front.polled < front.feeds:
        return FrontState.FETCHING
    return FrontState.QUIET


def by_todo(troubles: tuple[FeedTrouble, ...]) -> tuple[TroubleGroup, ...]:
    """Group failing feeds by what to do, the largest group first: offline, forty feeds need one sentence."""
    ordered = sorted(troubles, key=lambda trouble: trouble.todo)
    groups = [
        TroubleGroup(todo=todo, troubles=tuple(group))
        for todo, group in groupby(ordered, key=lambda trouble: trouble.todo)
    ]
    return tuple(sorted(groups, key=lambda group: -len(group.troubles)))
