"""The composition root: settings become services, and nothing else reads settings.

Heavy libraries load when the service that needs them is first used, never here.
"""

import logging
import os
import random
import socket
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from aggregator.clock import Clock, SystemClock
from aggregator.domain.errors import DataFolderUnusable, SettingsError
from aggregator.domain.topics import Topic
from aggregator.executor import Executor, thread_pool
from aggregator.feeds.fetch import USER_AGENT, HttpFetcher, guarded_client
from aggregator.feeds.fulltext import FetchFullText
from aggregator.feeds.manage import Manage
from aggregator.feeds.poll import PollLimits
from aggregator.feeds.refresh import Refresh
from aggregator.feeds.subscribe import Subscribe
from aggregator.readers.ask import Ask
from aggregator.readers.desk import OutletDesk
from aggregator.readers.endpoint import ChatEndpoint
from aggregator.readers.frontlenses import FrontLenses
from aggregator.readers.labelling import Labelling
from aggregator.readers.marks import Marks
from aggregator.readers.meaning import Meaning
from aggregator.readers.outletwork import OutletWork
from aggregator.readers.reading import Reading
from aggregator.readers.rephrase import Rephrase
from aggregator.readers.search import Search
from aggregator.settings import Settings
from aggregator.storage import Storage, open_storage
from aggregator.stories.build import Build
from aggregator.stories.correct import Correct
from aggregator.stories.embed import Embedder, open_embedder
from aggregator.stories.sentences import sentences_of
from aggregator.stories.topics import FILE, load_topics


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Everything that commands, the scheduler and the pages call."""

    settings: Settings
    clock: Clock
    storage: Storage
    fetcher: HttpFetcher
    executor: ThreadPoolExecutor
    refresh: Refresh
    subscribe: Subscribe
    manage: Manage
    build: Build
    correct: Correct
    full_text: FetchFullText
    reading: Reading
    marks: Marks
    desk: OutletDesk
    search: Search
    asking: ThreadPoolExecutor

    def close(self) -> None:
        """Let go of threads and connections; the storage stays open for whoever opened it."""
        self.executor.shutdown(wait=True, cancel_futures=True)
        self.asking.shutdown(wait=True, cancel_futures=True)
        self.fetcher.close()
        rephrase = self.desk.ask.rephrase
        if isinstance(rephrase, ChatEndpoint):
            rephrase.client.close()


@contextmanager
def opened(settings: Settings, *, clock: Clock | None = None) -> Iterator[Services]:
    """Open the services, migrate the database, and close everything at the end.

    Raises:
        DataFolderUnusable: the data folder cannot be made or written.
        DatabaseNewer: a newer Broadfold wrote the database.
        DatabaseUnusable: the file is no database, damaged, or locked for too long.
        ModelUnusable: the folder set as the model holds no weights.
        TopicsUnreadable: the file set for the topics is not what it should be.
    """
    start_log(settings)
    with closing(open_database(settings)) as storage:
        storage.migrate()
        with closing(assemble(settings, storage, clock or SystemClock())) as services:
            yield services


def open_database(settings: Settings) -> Storage:
    """Return the storage of these settings, its folder made, its schema not yet migrated."""
    if not settings.database_url:
        _make_writable(settings.data)
    return open_storage(settings.storage_url())


def open_model(settings: Settings) -> Embedder:
    """Return the embedding model of these settings; it loads at its first use."""
    return open_embedder(settings.stories.model)


def assemble(settings: Settings, storage: Storage, clock: Clock) -> Services:
    """Wire the services of these settings over an open storage.

    Raises:
        ModelUnusable: the folder set as the model holds no weights; nothing is left open.
        TopicsUnreadable: the file set for the topics is not what it should be; nothing is left open.
    """
    owner = f"{socket.gethostname()}:{os.getpid()}"
    build, rephrase = open_build(settings, storage, clock, owner=owner), open_rephrase(settings, clock)
    model, topics = build.embedder.model_id, build.topics
    executor, asking = thread_pool(settings.feeds.parallel), thread_pool(1)
    fetcher, search = open_fetcher(settings, clock), open_search(build, asking)
    return Services(
        settings=settings,
        clock=clock,
        storage=storage,
        fetcher=fetcher,
        executor=executor,
        refresh=Refresh(
            storage=storage,
            fetcher=fetcher,
            executor=executor,
            clock=clock,
            owner=owner,
            lease_for=timedelta(seconds=settings.feeds.lease_seconds),
            limits=poll_limits(settings),
            batch=4 * settings.feeds.parallel,
            jitter=random.random,
        ),
        subscribe=Subscribe(storage=storage, clock=clock, fetcher=fetcher),
        manage=Manage(storage=storage, clock=clock, limits=poll_limits(settings)),
        build=build,
        correct=Correct(storage=storage, clock=clock, model=model, pairs=settings.own_pairs(), topics=topics),
        full_text=FetchFullText(storage=storage, fetcher=fetcher, clock=clock),
        reading=Reading(storage=storage, clock=clock, window=build.window, model=model, topics=topics),
        marks=Marks(storage=storage, clock=clock),
        desk=open_desk(build, search.meaning, rephrase),
        search=search,
        asking=asking,
    )


def open_search(build: Build, executor: Executor) -> Search:
    """Return the search over the database and with the model of a build; `executor` runs the model."""
    meaning = Meaning(storage=build.storage, embedder=build.embedder, executor=executor)
    return Search(storage=build.storage, clock=build.clock, meaning=meaning, topics=build.topics)


def open_rephrase(settings: Settings, clock: Clock) -> Rephrase | None:
    """Return the model that may reword answers, None unless the settings name one; nothing is connected yet.

    Raises:
        SettingsError: the address or the model's name is missing or wrong, or the key cannot be read.
    """
    ask = settings.ask
    if not ask.endpoint:
        return None
    if not ask.endpoint.startswith(("http://", "https://")) or not ask.model:
        problem = "ask.endpoint needs an address that begins with http:// or https://, and ask.model a name"
        raise SettingsError([problem], "the table [ask]")
    try:
        key = Path(ask.key_file).read_text(encoding="utf-8").strip() if ask.key_file else ""
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            [f"the file {ask.key_file} of ask.key_file cannot be read"], "the table [ask]"
        ) from error
    import httpx2

    return ChatEndpoint(
        client=httpx2.Client(trust_env=False),
        clock=clock,
        address=ask.endpoint,
        model=ask.model,
        key=key,
        seconds=ask.timeout_seconds,
    )


def open_desk(build: Build, meaning: Meaning, rephrase: Rephrase | None = None) -> OutletDesk:
    """Return the services about outlets over the database of a build."""
    storage, clock = build.storage, build.clock
    return OutletDesk(
        labelling=Labelling(storage=storage, clock=clock),
        work=OutletWork(storage=storage, clock=clock, topics=build.topics),
        lenses=FrontLenses(storage=storage, clock=clock, window=build.window),
        ask=Ask(storage=storage, meaning=meaning, cut=sentences_of, rephrase=rephrase),
    )


def open_build(settings: Settings, storage: Storage, clock: Clock, *, owner: str) -> Build:
    """Return the build of stories; its model loads at its first use."""
    return Build(
        storage=storage,
        embedder=open_model(settings),
        clock=clock,
        owner=owner,
        window=timedelta(hours=settings.stories.window_hours),
        lease_for=timedelta(seconds=settings.stories.lease_seconds),
        batch=settings.stories.batch,
        idle=timedelta(hours=settings.stories.idle_hours),
        topics=read_topics(settings),
    )


def read_topics(settings: Settings) -> tuple[Topic, ...]:
    """Return the topics of these settings.

    Raises:
        TopicsUnreadable: the reader's own file is missing or not what it should be.
    """
    return load_topics(Path(settings.stories.topics_file) if settings.stories.topics_file else FILE)


def open_fetcher(settings: Settings, clock: Clock) -> HttpFetcher:
    """Return the fetcher of feeds; it connects to nothing yet."""
    feeds = settings.feeds
    return HttpFetcher(
        client=guarded_client(
            clock=clock, allow_private=feeds.allow_private_addresses, connections=4 * feeds.parallel
        ),
        clock=clock,
        deadline=feeds.deadline_seconds,
        max_bytes=int(feeds.max_megabytes * 1_000_000),
        user_agent=feeds.user_agent or USER_AGENT,
        allow_private=feeds.allow_private_addresses,
    )


def poll_limits(settings: Settings) -> PollLimits:
    """Return the bounds of polling."""
    return PollLimits(
        default=timedelta(minutes=settings.feeds.interval_minutes),
        shortest=timedelta(minutes=settings.feeds.min_interval_minutes),
        longest=timedelta(hours=settings.feeds.max_interval_hours),
    )


def start_log(settings: Settings) -> None:
    """Send log lines to standard error, for people or as JSON."""
    import structlog

    level = logging.getLevelNamesMapping()[settings.log.level.upper()]
    logging.basicConfig(stream=sys.stderr, level=max(level, logging.WARNING), format="%(message)s")
    # A look that takes longer than its interval skips a tick, which is how it is meant to be.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    renderer = (
        structlog.processors.JSONRenderer()
        if settings.log.format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
    )


def _make_writable(folder: Path) -> None:
    """Make the folder and prove that a file can be written there; only trying tells for sure."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".broadfold-write-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise DataFolderUnusable(folder, error.strerror or "it cannot be written") from error
