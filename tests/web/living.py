"""A small instance for the browser: feeds on loopback, read and stored for real, shown by the real pages."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from threading import Event
from xml.sax.saxutils import escape

from flask import Flask

from tests.e2e.room import Room, room
from tests.fakes import FrozenClock, HashedWords
from tests.webserver import Answer, WebServer, web_server


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One entry of a feed."""

    title: str
    body: str = "<p>The bridge is shut.</p>"
    author: str = "Ulla Brandt"
    link: str = ""
    lang: str = "en"


class Gate:
    """Holds a site's answers back while it is closed."""

    def __init__(self) -> None:
        self._open = Event()
        self._open.set()

    def open(self) -> None:
        self._open.set()

    def close(self) -> None:
        self._open.clear()

    def before(self, app: Flask) -> Flask:
        """Let every request of `app` wait at the gate."""
        app.before_request(lambda: self._open.wait(60) and None)
        return app


@dataclass(frozen=True, slots=True, kw_only=True)
class Living:
    """A running instance without its jobs: a test says when feeds are read."""

    room: Room
    clock: FrozenClock
    web: WebServer

    def site(self) -> Flask:
        """Return a new app over the instance."""
        return self.room.site()

    def read(self, *addresses: str) -> None:
        """Subscribe to feeds that `web` serves and read them."""
        lines = "".join(f'<outline type="rss" xmlUrl="{address}"/>' for address in addresses)
        document = f'<opml version="2.0"><body>{lines}</body></opml>'
        self.room.subscribe.import_opml(document.encode(), "the feeds of the test")
        self.room.catch_up()


@contextmanager
def living(folder: Path) -> Iterator[Living]:
    """Open an instance with its own database in `folder`, and a web server for its feeds."""
    clock = FrozenClock()
    with (
        web_server() as web,
        room(
            folder / "broadfold.db", clock=clock, embedder=HashedWords(), lease_for=timedelta(minutes=5)
        ) as one,
    ):
        yield Living(room=one, clock=clock, web=web)


def rss(items: Sequence[Item], title: str = "Orsholm Lantern", first: int = 1) -> Answer:
    """Return the items as RSS 2.0, a minute apart."""
    entries = "".join(
        f"<item><guid isPermaLink='false'>rss-{number}</guid><title>{escape(one.title)}</title>"
        f"<link>{escape(one.link or f'https://lantern.example/{number}')}</link>"
        f"<dc:creator>{escape(one.author)}</dc:creator><description>{escape(one.body)}</description>"
        f"<pubDate>Sat, 14 Mar 2026 {11 - number // 60:02}:{59 - number % 60:02}:00 GMT</pubDate></item>"
        for number, one in enumerate(items, start=first)
    )
    document = (
        '<?xml version="1.0"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
        f"<title>{escape(title)}</title><link>https://lantern.example/</link><description/>"
        f"<language>{items[0].lang}</language>{entries}</channel></rss>"
    )
    return Answer(body=document.encode(), headers={"Content-Type": "application/rss+xml"})


def json_feed(items: Sequence[Item], title: str = "Isvik Post") -> Answer:
    """Return the items as a JSON Feed, which can carry what XML cannot: every control character."""
    entries = [
        {
            "id": f"json-{number}",
            "url": one.link or f"https://lantern.example/json/{number}",
            "title": one.title,
            "content_html": one.body,
            "authors": [{"name": one.author}],
            "language": one.lang,
            "date_published": f"2026-03-14T{11 - number // 60:02}:{59 - number % 60:02}:30Z",
        }
        for number, one in enumerate(items, start=1)
    ]
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": title, "items": entries}
    return Answer(body=json.dumps(feed).encode(), headers={"Content-Type": "application/feed+json"})
