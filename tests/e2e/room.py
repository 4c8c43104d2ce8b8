"""The whole of Broadfold below the pages, wired for tests: real storage and HTTP, a chosen embedder."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import timedelta
from functools import partial
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

from flask import Flask

from aggregator.clock import Clock
from aggregator.digests.mail import Mailer
from aggregator.digests.opening import Digests, open_digests
from aggregator.digests.press import Press
from aggregator.digests.render import Render
from aggregator.executor import thread_pool
from aggregator.feeds.fetch import HttpFetcher, guarded_client
from aggregator.feeds.fulltext import FetchFullText
from aggregator.feeds.manage import Manage
from aggregator.feeds.poll import PollLimits
from aggregator.feeds.refresh import Refresh
from aggregator.feeds.subscribe import Subscribe
from aggregator.readers.comments import Comments
from aggregator.readers.comparing import Comparing
from aggregator.readers.days import Days
from aggregator.readers.desk import OutletDesk, open_desk
from aggregator.readers.finding import FindStories
from aggregator.readers.marks import Marks
from aggregator.readers.meaning import Meaning
from aggregator.readers.people import People, open_people
from aggregator.readers.reading import Reading
from aggregator.readers.savedsearches import SavedSearches
from aggregator.readers.search import Search
from aggregator.storage import Storage, open_storage
from aggregator.stories.build import Build
from aggregator.stories.comparing import Compare
from aggregator.stories.correct import Correct
from aggregator.stories.sentences import sentences_of
from aggregator.stories.topics import load_topics
from web.factory import create_app
from web.services import Services

WINDOW = timedelta(hours=96)


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What an instance is made of."""

    storage: Storage
    clock: Clock
    refresh: Refresh
    subscribe: Subscribe
    manage: Manage
    build: Build
    reading: Reading
    correct: Correct
    search: Search
    marks: Marks
    comments: Comments
    people: People
    days: Days
    saved_searches: SavedSearches
    desk: OutletDesk
    full_text: FetchFullText
    comparing: Comparing

    def catch_up(self) -> None:
        """Poll what is due and bring the stories up to date, as `broadfold refresh` does."""
        self.refresh()
        self.build()

    def site(self) -> Flask:
        """Return a new app over the instance, without its jobs, with the clock of Oslo."""
        own = {one.name: getattr(self, one.name) for one in fields(Services) if hasattr(self, one.name)}
        quiet = dict.fromkeys(("refresh_soon", "refresh_all_soon", "digest_soon"), lambda: None)
        desk = digests_of(self, mailer=None).desk
        told = {"digests": desk, "one_view": self.storage.one_view, "time_zone": "Europe/Oslo"}
        return create_app(Services(**own | quiet | told))


@contextmanager
def room(
    file: Path, *, clock: Clock, embedder: Any, lease_for: timedelta, owner: str = "test"
) -> Iterator[Room]:
    """Open an instance over a database file, which is migrated when it is new."""
    storage = open_storage(f"sqlite:///{file}")
    storage.migrate()
    topics = load_topics()
    executor, asking = thread_pool(8), thread_pool(1)
    fetcher = HttpFetcher(
        client=guarded_client(clock=clock, allow_private=True), clock=clock, allow_private=True
    )
    build = Build(
        storage=storage,
        embedder=embedder,
        clock=clock,
        owner=owner,
        window=WINDOW,
        lease_for=lease_for,
        batch=16,
        topics=topics,
    )
    meaning = Meaning(storage=storage, embedder=embedder, executor=asking)
    try:
        yield Room(
            storage=storage,
            clock=clock,
            refresh=Refresh(
                storage=storage,
                fetcher=fetcher,
                executor=executor,
                clock=clock,
                owner=owner,
                lease_for=lease_for,
                limits=PollLimits(),
                batch=8,
                jitter=lambda: 0.0,
            ),
            subscribe=Subscribe(storage=storage, clock=clock),
            manage=Manage(storage=storage, clock=clock),
            build=build,
            reading=Reading(
                storage=storage, clock=clock, window=WINDOW, model=embedder.model_id, topics=topics
            ),
            correct=Correct(
                storage=storage,
                clock=clock,
                model=embedder.model_id,
                pairs=file.with_name("own-pairs.jsonl"),
                topics=topics,
            ),
            search=Search(
                storage=storage,
                clock=clock,
                meaning=meaning,
                topics=topics,
            ),
            marks=Marks(storage=storage, clock=clock),
            comments=Comments(storage=storage, clock=clock),
            people=open_people(storage, clock),
            days=Days(storage=storage, clock=clock, topics=topics),
            saved_searches=SavedSearches(
                storage=storage,
                clock=clock,
                window=WINDOW,
                new_token=partial(token_urlsafe, 24),
                topics=topics,
            ),
            desk=open_desk(storage, clock, window=WINDOW, topics=topics, meaning=meaning, cut=sentences_of),
            full_text=FetchFullText(storage=storage, fetcher=fetcher, clock=clock),
            comparing=Comparing(
                storage=storage, clock=clock, compare=Compare(storage=storage, embedder=embedder)
            ),
        )
    finally:
        asking.shutdown(wait=True, cancel_futures=True)
        executor.shutdown(wait=True, cancel_futures=True)
        fetcher.close()
        storage.close()


def digests_of(one: Room, *, mailer: Mailer | None) -> Digests:
    """Return the digests of an instance."""
    return open_digests(
        one.storage,
        one.clock,
        topics=load_topics(),
        owner="test",
        press=Press(
            render=Render(site="https://news.orsholm.example", site_name="Broadfold"),
            sender="Broadfold <news@orsholm.example>",
            key=lambda: b"k" * 32,
        ),
        find=FindStories(),
        zone="Europe/Oslo",
        mailer=mailer,
        lease_for=timedelta(minutes=5),
        give_up=timedelta(hours=72),
        keep=timedelta(days=90),
    )
