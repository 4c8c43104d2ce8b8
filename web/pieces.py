"""The small pieces that a page has a hundred of, made in Python: times, links to outlets and to originals.

A macro that calls five filters takes ten times as long; templates call these as if they were macros. What a
macro made of the same values before, on the same day in the same zone, `kept` shows again: only how long
ago something was, and the address to lead back to, are written anew.
"""

import re
from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from threading import Lock, local
from typing import Any
from urllib.parse import quote_plus

from flask import Flask, g, request
from markupsafe import Markup, escape

from aggregator.readers.views import StoryCard
from web import presenters
from web.buttons import mark_buttons
from web.pages.marks import here

TIMES = 20_000
"""Times that are kept, of about a hundred stories' pages: some hundred bytes each."""


PIECES = 30_000_000
"""Characters of all pieces that are kept: a card has three thousand, a story's reports a hundred."""
HERE, BACK = "\x02here\x03", "\x02back\x03"
"""Where a kept piece holds the address of its page: as it is, and as a value in another address."""
GAP = re.compile("\x02(?:(here)|(back)|(\\d{1,17}|-\\d{1,16}))\x03")
"""What a kept piece leaves open: those two, and how long ago a moment was, in microseconds since 1970. XML
and HTML forbid the characters around it in any text; what a JSON feed makes of them is one of the three."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def install_pieces(app: Flask) -> None:
    """Let the templates of `app` call the pieces; times use the request's one moment and zone."""
    shelf = Shelf()

    def when(at: datetime, dated: bool = True) -> Markup:
        ago = f"\x02{(at - EPOCH) // MICROSECOND}\x03" if shelf.fills() else None
        return time_tag(at, g.now, g.zone, dated=dated, ago=ago)

    def kept(macro: Any, *values: Hashable) -> Markup:
        today = g.now.astimezone(g.zone).date()
        return shelf.piece(macro, values, (g.zone, today, request.script_root), now=g.now, here=here)

    def address() -> str:
        return HERE if shelf.fills() else here()

    def address_quoted() -> str:
        return BACK if shelf.fills() else quote_plus(here())

    def outlet_link(key: int, name: str, short: str = "") -> Markup:
        return link_to_outlet(app.url_for("outlets.page", outlet_id=key), name, short)

    def buttons(card: StoryCard, is_read: bool | None = None) -> Markup:
        return mark_buttons(card, is_read=is_read, url_for=app.url_for, here=address(), back=address_quoted())

    pieces: dict[str, Callable[..., Any]] = {
        "when": when,
        "kept": kept,
        "here": address,
        "here_quoted": address_quoted,
        "outlet_link": outlet_link,
        "mark_buttons": buttons,
        "original": original,
        "tongue": tongue,
    }
    app.jinja_env.globals.update(pieces)


class Shelf:
    """Pieces that macros have made, by the macro's name and its values. For many threads."""

    def __init__(self, most: int = PIECES) -> None:
        self._most = most
        self._pieces: OrderedDict[Hashable, str] = OrderedDict()
        self._size = 0
        self._gate = Lock()
        self._filling = local()

    def fills(self) -> bool:
        """Return whether a piece is being made that will be kept."""
        return getattr(self._filling, "depth", 0) > 0

    def piece(
        self,
        macro: Any,
        values: tuple[Hashable, ...],
        place: Hashable,
        *,
        now: datetime,
        here: Callable[[], str],
    ) -> Markup:
        """Return what a macro makes of values, or made of them before in the same place.

        The macro may depend on nothing but its values, the day and the zone, which `place` tells, and what
        fills its gaps: `now`, the page's moment, and the page's own address, which `here` returns.
        """
        key = (macro.name, values, place)
        with self._gate:
            found = self._pieces.get(key)
            if found is not None:
                self._pieces.move_to_end(key)
        if found is None:
            found = self._made(macro, values)
            self._keep(key, found)
        if self.fills():
            return Markup(found)  # noqa: S704  (a macro's)
        return Markup(GAP.sub(lambda gap: filled(gap, now, here), found))  # noqa: S704  (a macro's)

    def _keep(self, key: Hashable, piece: str) -> None:
        with self._gate:
            self._size += len(piece) - len(self._pieces.pop(key, ""))
            self._pieces[key] = piece
            while self._size > self._most:
                self._size -= len(self._pieces.popitem(last=False)[1])

    def _made(self, macro: Any, values: tuple[Hashable, ...]) -> str:
        self._filling.depth = getattr(self._filling, "depth", 0) + 1
        try:
            return str(macro(*values))
        finally:
            self._filling.depth -= 1


def filled(gap: re.Match[str], now: datetime, here: Callable[[], str]) -> str:
    """Return what belongs into a gap of a kept piece."""
    if gap[1]:
        return str(escape(here()))
    if gap[2]:
        return quote_plus(here())
    return presenters.relative(EPOCH + int(gap[3]) * MICROSECOND, now)


def time_tag(
    at: datetime, now: datetime, zone: tzinfo | None, *, dated: bool = True, ago: str | None = None
) -> Markup:
    """Return a moment as `<time>`: how long ago it was, the local time, and both in full as its title.

    Args:
        at: the moment.
        now: the page's.
        zone: the reader's.
        dated: whether the outlet gave the time; else it is when the article was first seen.
        ago: what stands for how long ago it was, in place of the words.
    """
    iso, full, absolute = _told(at, zone, now.astimezone(zone).date())
    note, first = ("", "") if dated else (" (first seen; the feed gave no usable date)", "first seen ")
    since = presenters.relative(at, now) if ago is None else ago
    return Markup(  # noqa: S704  (our own words, numbers, and the zone's name, escaped below)
        f'<time datetime="{iso}" title="{full}{note}">{first}<span class="relative">{since}</span>'
        f'&nbsp;· <span class="absolute">{absolute}</span></time>'
    )


@lru_cache(maxsize=TIMES)
def _told(at: datetime, zone: tzinfo | None, today: date) -> tuple[str, str, str]:
    """Return a moment as ISO 8601, in full, and with as much of the date as `today` leaves open."""
    full = str(escape(presenters.full_time(at, zone)))
    return presenters.iso(at), full, presenters.absolute_on(at, today, zone)


def link_to_outlet(address: str, name: str, short: str = "") -> Markup:
    """Return a link to an outlet's page under its short name, with the whole one as title."""
    title = f' title="{escape(name)}"' if short and short != name else ""
    return Markup(f'<a class="outlet" href="{escape(address)}"{title}>{escape(short or name)}</a>')  # noqa: S704


def original(link: str, label: str) -> Markup:
    """Return a link to the original of an article, or a note where there is none that leads to a web page."""
    address = presenters.external(link)
    if not address:
        return Markup('<span class="quiet">No link to the original</span>')
    return Markup(f"<a {address} data-original>{escape(label)}</a>")  # noqa: S704  (`external` escapes it)


def tongue(lang: str | None) -> Markup:
    """Return the language of a text as a badge, nothing for the page's own."""
    name = presenters.language(lang)
    return Markup(' <span class="badge">{}</span>').format(name) if name else Markup("")
