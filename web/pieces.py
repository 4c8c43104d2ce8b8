"""The small pieces that a page has a hundred of, made in Python: times, links to outlets and to originals.

A macro that calls five filters takes ten times as long; templates call these as if they were macros.
"""

from collections.abc import Callable
from datetime import date, datetime, tzinfo
from functools import lru_cache
from typing import Any

from flask import Flask, g
from markupsafe import Markup, escape

from web import presenters

TIMES = 20_000
"""Times that are kept, of about a hundred stories' pages: some hundred bytes each."""


def install_pieces(app: Flask) -> None:
    """Let the templates of `app` call the pieces; times use the request's one moment and zone."""

    def when(at: datetime, dated: bool = True) -> Markup:
        return time_tag(at, g.now, g.zone, dated=dated)

    def outlet_link(key: int, name: str, short: str = "") -> Markup:
        return link_to_outlet(app.url_for("outlets.page", outlet_id=key), name, short)

    pieces: dict[str, Callable[..., Any]] = {
        "when": when,
        "outlet_link": outlet_link,
        "original": original,
        "tongue": tongue,
    }
    app.jinja_env.globals.update(pieces)


def time_tag(at: datetime, now: datetime, zone: tzinfo | None, *, dated: bool = True) -> Markup:
    """Return a moment as `<time>`: how long ago it was, the local time, and both in full as its title.

    Args:
        at: the moment.
        now: the page's.
        zone: the reader's.
        dated: whether the outlet gave the time; else it is when the article was first seen.
    """
    iso, full, absolute = _told(at, zone, now.astimezone(zone).date())
    note, first = ("", "") if dated else (" (first seen; the feed gave no usable date)", "first seen ")
    return Markup(  # noqa: S704  (our own words, numbers, and the zone's name, escaped below)
        f'<time datetime="{iso}" title="{full}{note}">{first}<span class="relative">'
        f'{presenters.relative(at, now)}</span>&nbsp;· <span class="absolute">{absolute}</span></time>'
    )


@lru_cache(maxsize=TIMES)
def _told(at: datetime, zone: tzinfo | None, today: date) -> tuple[str, str, str]:
    """Return a moment as ISO 8601, in full, and with as much of the date as `today` leaves open."""
    full = str(escape(presenters.full_time(at, zone)))
    return presenters.iso(at), full, presenters.absolute_on(at, today, zone)


def link_to_outlet(address: str, name: str, short: str = "") -> Markup:
    """Return a link to an outlet's page under its short name, with the whole one as title."""
    title = Markup(' title="{}"').format(name) if short and short != name else ""
    return Markup('<a class="outlet" href="{}"{}>{}</a>').format(address, title, short or name)


def original(link: str, label: str) -> Markup:
    """Return a link to the original of an article, or a note where there is none that leads to a web page."""
    address = presenters.external(link)
    if not address:
        return Markup('<span class="quiet">No link to the original</span>')
    return Markup("<a {} data-original>{}</a>").format(address, label)


def tongue(lang: str | None) -> Markup:
    """Return the language of a text as a badge, nothing for the page's own."""
    name = presenters.language(lang)
    return Markup(' <span class="badge">{}</span>').format(name) if name else Markup("")
