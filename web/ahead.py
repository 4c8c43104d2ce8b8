"""Makes the pages of the stories on a front page before one of them is opened, while no other page is made.

Most of a story's page is the same for all readers and is kept: `pieces.py`, `readers/telling.py`. The first
to open a story would wait for all of that; whoever looks at the front page opens one soon.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, tzinfo
from threading import Lock
from time import sleep
from typing import Any

from flask import Flask, g, request

from web.services import Services, current_services

BREATH = 0.02
"""Seconds until it is looked again whether a page is being made."""
KEY = "broadfold_ahead"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a reader is: what is kept of pages is the same for all readers in one place, on one day."""

    zone: tzinfo | None
    day: date
    base_url: str


@dataclass(slots=True, kw_only=True)
class Ahead:
    """What is still to be made, one page after the other. For many threads."""

    app: Flask
    make: Callable[[int], object]
    """Makes the page of a story, in the context of a request that nobody waits for."""
    _gate: Lock = field(default_factory=Lock)
    _asked: int = 0
    _revision: int = 0
    _done: set[tuple[Place, int]] = field(default_factory=set)
    _left: list[tuple[Place, int]] = field(default_factory=list)

    def counted(self, answer: Callable[..., Any]) -> Callable[..., Any]:
        """Return a WSGI app that answers as another does, and is known to be at it."""

        def counting(environ: dict[str, Any], start_response: Any) -> Any:
            with self._gate:
                self._asked += 1
            try:
                return answer(environ, start_response)
            finally:
                with self._gate:
                    self._asked -= 1

        return counting

    def soon(self, stories: Iterable[int], *, revision: int) -> None:
        """Make the pages of these stories for readers in this one's place, unless they were made before.

        Args:
            stories: their numbers, the likeliest to be opened first.
            revision: what they tell is as of this many changes.
        """
        place = Place(zone=g.zone, day=g.now.astimezone(g.zone).date(), base_url=request.url_root)
        wanted = [(place, story) for story in stories]
        with self._gate:
            if revision != self._revision:
                self._revision, self._done = revision, set()
            is_at_it = bool(self._left)
            self._left = [one for one in wanted if one not in self._done]
            if is_at_it or not self._left:
                return
        person, services = g.get("person"), current_services()
        services.ahead(lambda: self._next(person, services))

    def _next(self, person: Any, services: Services) -> None:
        """Make one page when no other is being made, and come back for the next one."""
        with self._gate:
            if not self._left:
                return
            is_free, (place, story) = not self._asked, self._left[0]
        try:
            if is_free:
                self._make(story, place, person, services)
            else:
                sleep(BREATH)
        finally:
            with self._gate:
                if is_free:
                    self._done.add((place, story))
                self._left = [one for one in self._left if one not in self._done]
                is_more = bool(self._left)
            if is_more:
                services.ahead(lambda: self._next(person, services))

    def _make(self, story: int, place: Place, person: Any, services: Services) -> None:
        prefetch = {"Sec-Purpose": "prefetch"}  # nobody has opened it
        page = self.app.test_request_context(base_url=place.base_url, headers=prefetch)
        with services.one_view(), page:
            g.now, g.zone, g.person = services.clock.now(), place.zone, person
            self.make(story)


def install_ahead(app: Flask, make: Callable[[int], object]) -> None:
    """Let the front page of `app` ask for its stories' pages ahead."""
    ahead = Ahead(app=app, make=make)
    app.wsgi_app = ahead.counted(app.wsgi_app)  # type: ignore[method-assign]
    app.extensions[KEY] = ahead


def pages_ahead(app: Flask, stories: Sequence[int], *, revision: int) -> None:
    """Make the pages of these stories soon."""
    ahead: Ahead = app.extensions[KEY]
    ahead.soon(stories, revision=revision)
