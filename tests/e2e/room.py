"""The whole of Broadfold below the pages, wired for tests: real storage and HTTP, a chosen embedder."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from aggregator.bootstrap import open_desk
from aggregator.clock import Clock
from aggregator.executor import thread_pool
from aggregator.feeds.fetch import HttpFetcher, guarded_client
from aggregator.feeds.fulltext import FetchFullText
from aggregator.feeds.manage import Manage
from aggregator.feeds.poll import PollLimits
from aggregator.feeds.refresh import Refresh
from aggregator.feeds.subscribe import Subscribe
from aggregator.readers.desk import OutletDesk
from aggregator.readers.marks import Marks
from aggregator.readers.meaning import Meaning
from aggregator.readers.reading import Reading
from aggregator.readers.search import Search
from aggregator.storage import Storage, open_storage
from aggregator.stories.build import Build
from aggregator.stories.correct import Correct
from aggregator.stories.topics import load_topics

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
    desk: OutletDesk
    full_text: FetchFullText

    def catch_up(self) -> None:
        """Poll what is due and bring the stories up to date, as `broadfold refresh` does."""
        self.refresh()
        self.build()


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
            desk=open_desk(build, meaning),
            full_text=FetchFullText(storage=storage, fetcher=fetcher, clock=clock),
        )
    finally:
        asking.shutdown(wait=True, cancel_futures=True)
        executor.shutdown(wait=True, cancel_futures=True)
        fetcher.close()
        storage.close()
