"""The front page: the day's stories, best first, or the reason why there are none."""

from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Final

from flask import Blueprint, render_template, request

from aggregator.readers.views import FeedTrouble, FrontPage
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
    front = current_services().reading.front_page(after=after)
    state = front_state(front, after=after)
    is_arriving = state in {FrontState.FETCHING, FrontState.GROUPING}
    return render_template(
        "front.html",
        front=front,
        after=after,
        state=state,
        trouble_groups=by_todo(front.troubles),
        reload_seconds=RELOAD_SECONDS if is_arriving else None,
    )


def front_state(front: FrontPage, *, after: str | None) -> FrontState:
    """Return why the page looks as it does; a page without stories always has a reason."""
    if front.cards:
        return FrontState.STORIES
    if after:
        return FrontState.END
    if not front.feeds:
        return FrontState.NO_FEEDS
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
