"""The front pages of earlier days: the stories of one day, in the order that they had at its end."""

import re
from datetime import date, timedelta
from typing import Final

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from aggregator.readers.days import DayPage
from aggregator.readers.views import StoryCard
from web.pages.marks import lens
from web.services import current_services

blueprint = Blueprint("days", __name__)

WRITTEN: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@blueprint.get("/day/<name>")
def page(name: str) -> str:
    """Show a day, or one `topic` of it, from the cursor `after` on."""
    day = day_named(name)
    if day is None:
        abort(404, f"There is no day “{name[:40]}”. An address of a day ends as in /day/2026-03-14.")
    after, topic = request.args.get("after") or None, request.args.get("topic", "")
    view = lens()
    found = current_services().days(day, zone=g.zone, topic=topic, after=after, lens=view)
    if found is None:
        abort(404, "There is no such topic.")
    return render_template(
        "day.html", found=found, after=after, topic=topic, show=view.show.value, shown=shown(found)
    )


@blueprint.get("/day")
def choose() -> Response:
    """Lead to the day that the form asks for; without one, to yesterday."""
    named = request.args.get("date", "").strip()
    day = day_named(named) if named else yesterday()
    if day is None:
        abort(400, f"“{named[:40]}” is no date; write one as in 2026-03-14.")
    return redirect(url_for("days.page", name=day.isoformat()), code=303)


@blueprint.app_template_global()
def yesterday() -> date:
    """Return the day before today in the reader's zone."""
    today: date = g.now.astimezone(g.zone).date()
    return today - timedelta(days=1)


@blueprint.app_template_filter()
def day_words(day: date) -> str:
    """Return a day in words: "Saturday 14 March 2026"."""
    return f"{day:%A} {day.day} {day:%B} {day.year}"


def day_named(name: str) -> date | None:
    """Return the day that an address names, None when the calendar has no such day."""
    if not WRITTEN.fullmatch(name):
        return None
    try:
        return date.fromisoformat(name)
    except ValueError:
        return None


def shown(found: DayPage) -> tuple[StoryCard, ...]:
    """Return the cards that stand on the page: with sections, not all of the best ones do."""
    if not found.sections:
        return found.cards
    return (*found.cards[: found.top], *(card for section in found.sections for card in section.cards))
