"""The sample newsroom read once by the real thing: HTTP, feedparser, the model, HDBSCAN, SQLite, Flask."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
import pytest_socket
from flask import Flask

from aggregator.sample.newsroom import Newsroom, load_newsroom
from aggregator.sample.server import NewsroomServer
from aggregator.stories.embed import open_embedder
from tests.e2e.room import Room, room
from tests.fakes import NOON, FrozenClock


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """What a reader of the demo has before them, and what the newsroom knows."""

    newsroom: Newsroom
    room: Room
    site: Flask
    clock: FrozenClock
    """Of the room and of the newsroom, which goes on when it does; whoever moves it puts it back to noon."""
    morning: Path
    """The database file as it was when the newsroom had been read: to copy, never to write."""

    def article_id(self, piece: str) -> int:
        """Return the number of the stored article that came from a piece of the newsroom."""
        told = self.newsroom.piece(piece)
        domain = self.newsroom.outlet(told.outlet).domain
        with self.room.storage.reading() as work:
            window = work.articles.window(since=NOON - timedelta(days=30))
            domains = {outlet.id: outlet.domain for outlet in work.outlets.all()}
        own = [a for a in window if domains[a.outlet_id] == domain]
        there = [a for a in own if a.link.partition("?")[0].endswith(f"/{told.outlet}{told.path}")]
        # An outlet may reuse one address for every post; then the headline tells them apart.
        (found,) = there if len(there) == 1 else [a for a in there if a.title == told.title]
        return found.id

    def story_id(self, piece: str) -> int:
        """Return the number of the story that holds a piece of the newsroom."""
        page = self.room.reading.article(self.article_id(piece))
        assert page is not None
        assert page.story is not None
        return page.story.id

    def get(self, path: str) -> str:
        """Return the HTML of a page."""
        answer = self.site.test_client().get(path, base_url="http://127.0.0.1")
        assert answer.status_code == 200
        return answer.text


@pytest.fixture(scope="session")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Paper]:
    pytest_socket.socket_allow_hosts(["127.0.0.1"], allow_unix_socket=True)
    clock = FrozenClock()
    newsroom = load_newsroom()
    folder = tmp_path_factory.mktemp("demo")
    morning, file = folder / "morning.db", folder / "broadfold.db"
    open_room = partial(room, clock=clock, embedder=open_embedder(), lease_for=timedelta(minutes=5))
    with NewsroomServer(newsroom, clock=clock, start=NOON) as server:
        with open_room(morning) as one:
            one.subscribe.learn(server.facts())
            one.subscribe.import_opml(server.opml().encode(), "the sample newsroom")
            one.catch_up()
        shutil.copy(morning, file)
        with open_room(file) as one:
            yield Paper(newsroom=newsroom, room=one, site=one.site(), clock=clock, morning=morning)
