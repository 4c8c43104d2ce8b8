"""The composition root: settings become services, and nothing else reads settings.

Heavy libraries load when the service that needs them is first used, never here.
"""

import logging
import os
import random
import secrets
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path

from aggregator.clock import Clock, SystemClock
from aggregator.digests.desk import local_zone
from aggregator.digests.keys import link_key
from aggregator.digests.opening import Digests, MailWay, open_digests
from aggregator.digests.press import Press
from aggregator.digests.render import Render
from aggregator.domain.errors import DataFolderUnusable, SettingsError
from aggregator.domain.topics import Topic
from aggregator.executor import Executor, thread_pool
from aggregator.feeds.fetch import USER_AGENT, HttpFetcher, guarded_client
from aggregator.feeds.fulltext import FetchFullText
from aggregator.feeds.fulltexts import FetchFullTexts
from aggregator.feeds.manage import Manage
from aggregator.feeds.poll import PollLimits
from aggregator.feeds.refresh import Refresh
from aggregator.feeds.subscribe import Subscribe
from aggregator.readers.comments import Comments
from aggregator.readers.comparing import Comparing
from aggregator.readers.days import Days
from aggregator.readers.desk import OutletDesk, open_desk
from aggregator.readers.endpoint import ChatEndpoint, open_endpoint
from aggregator.readers.finding import FindStories
from aggregator.readers.marks import Marks
from aggregator.readers.meaning import Meaning
from aggregator.readers.people import People, open_people
from aggregator.readers.reading import Reading
from aggregator.readers.savedsearches import SavedSearches
from aggregator.readers.search import Search
from aggregator.settings import Settings
from aggregator.storage import Storage, open_storage, orphans
from aggregator.stories.ahead import CompareAhead
from aggregator.stories.build import Build
from aggregator.stories.comparing import Compare
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
    full_texts: FetchFullTexts
    reading: Reading
    marks: Marks
    people: People
    comments: Comments
    days: Days
    saved_searches: SavedSearches
    comparing: Comparing
    compare_ahead: CompareAhead
    desk: OutletDesk
    search: Search
    digests: Digests
    asking: ThreadPoolExecutor
    later: ThreadPoolExecutor = field(default_factory=partial(thread_pool, 1))

    def close(self) -> None:
        """Let go of threads and connections; the storage stays open for whoever opened it."""
        self.executor.shutdown(wait=True, cancel_futures=True)
        self.asking.shutdown(wait=True, cancel_futures=True)
        self.later.shutdown(wait=True)
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
    owner = orphans.owner()
    build = open_build(settings, storage, clock, owner=owner)
    model, topics = build.embedder.model_id, build.topics
    executor, asking = thread_pool(settings.feeds.parallel), thread_pool(1)
    search = open_search(build, asking)
    desk, fetcher = open_outlet_desk(settings, build, search.meaning), open_fetcher(settings, clock)
    full_text = FetchFullText(storage=storage, fetcher=fetcher, clock=clock)
    return Services(
        settings=settings,
        clock=clock,
        storage=storage,
        fetcher=fetcher,
        executor=executor,
        refresh=open_refresh(settings, storage, fetcher, executor, clock, owner=owner),
        subscribe=Subscribe(storage=storage, clock=clock, fetcher=fetcher),
        manage=Manage(storage=storage, clock=clock, limits=poll_limits(settings)),
        build=build,
        correct=Correct(storage=storage, clock=clock, model=model, pairs=settings.own_pairs(), topics=topics),
        full_text=full_text,
        full_texts=open_full_texts(settings, full_text, executor, owner=owner),
        reading=Reading(storage=storage, clock=clock, window=build.window, model=model, topics=topics),
        marks=Marks(storage=storage, clock=clock),
        people=open_people(storage, clock),
        comments=Comments(storage=storage, clock=clock),
        days=Days(storage=storage, clock=clock, topics=topics),
        saved_searches=open_saved_searches(build),
        comparing=open_comparing(build),
        compare_ahead=open_compare_ahead(build),
        desk=desk,
        search=search,
        digests=open_digest_room(settings, storage, clock, owner=owner, topics=topics),
        asking=asking,
    )


def open_full_texts(
    settings: Settings, fetch: FetchFullText, executor: Executor, *, owner: str
) -> FetchFullTexts:
    """Return what fetches whole texts for the feeds that are to have them; `executor` runs it."""
    return FetchFullTexts(
        storage=fetch.storage,
        fetch=fetch,
        executor=executor,
        clock=fetch.clock,
        owner=owner,
        lease_for=timedelta(seconds=settings.feeds.lease_seconds),
    )


def open_refresh(
    settings: Settings,
    storage: Storage,
    fetcher: HttpFetcher,
    executor: Executor,
    clock: Clock,
    *,
    owner: str,
) -> Refresh:
    """Return the poller of feeds; `executor` runs its fetches."""
    return Refresh(
        storage=storage,
        fetcher=fetcher,
        executor=executor,
        clock=clock,
        owner=owner,
        lease_for=timedelta(seconds=settings.feeds.lease_seconds),
        limits=poll_limits(settings),
        batch=4 * settings.feeds.parallel,
        jitter=random.random,
    )


def open_search(build: Build, executor: Executor) -> Search:
    """Return the search over the database and with the model of a build; `executor` runs the model."""
    meaning = Meaning(storage=build.storage, embedder=build.embedder, executor=executor)
    return Search(storage=build.storage, clock=build.clock, meaning=meaning, topics=build.topics)


def open_saved_searches(build: Build) -> SavedSearches:
    """Return the searches that readers keep, over the database and the window of a build."""
    return SavedSearches(
        storage=build.storage,
        clock=build.clock,
        window=build.window,
        new_token=partial(secrets.token_urlsafe, 24),
        topics=build.topics,
    )


def open_digest_room(
    settings: Settings, storage: Storage, clock: Clock, *, owner: str, topics: Sequence[Topic]
) -> Digests:
    """Return what makes and sends digests, and what their pages ask.

    Raises:
        MailKeyUnusable: a file with a key, certificate or password cannot be used.
    """
    digests = settings.digests
    key_file = Path(digests.key_file) if digests.key_file else settings.data / "digest-key"
    return open_digests(
        storage,
        clock,
        topics=topics,
        owner=owner,
        press=Press(
            render=Render(site=settings.site_url(), site_name=settings.web.site_name),
            sender=digests.sender,
            key=partial(link_key, key_file),
        ),
        find=FindStories(topics=topics),
        zone=local_zone(settings.web.time_zone),
        mailer=None if digests.mail == "off" else mail_way(settings).mailer(),
        lease_for=timedelta(seconds=digests.lease_seconds),
        give_up=timedelta(hours=digests.give_up_hours),
        keep=timedelta(days=digests.keep_days),
    )


def mail_way(settings: Settings) -> MailWay:
    """Return how mail leaves by these settings.

    Raises:
        SettingsError: mail is to leave by a server, and none is named.
    """
    digests = settings.digests
    if digests.mail == "smtp" and not digests.smtp_host:
        raise SettingsError(["digests.mail is 'smtp', but digests.smtp_host is empty"], "the settings")
    return MailWay(
        sender=digests.sender,
        folder=Path(digests.folder) if digests.folder else settings.data / "mail",
        smtp_host=digests.smtp_host if digests.mail == "smtp" else "",
        smtp_port=digests.smtp_port,
        smtp_security=digests.smtp_security,
        smtp_user=digests.smtp_user,
        smtp_password_file=Path(digests.smtp_password_file) if digests.smtp_password_file else None,
        smtp_ca_file=Path(digests.smtp_ca_file) if digests.smtp_ca_file else None,
        timeout=digests.timeout_seconds,
        dkim_key_file=Path(digests.dkim_key_file) if digests.dkim_key_file else None,
        dkim_selector=digests.dkim_selector,
    )


def open_comparing(build: Build) -> Comparing:
    """Return the comparison of outlets over the database and with the model of a build."""
    compare = Compare(storage=build.storage, embedder=build.embedder)
    return Comparing(storage=build.storage, clock=build.clock, compare=compare)


def open_compare_ahead(build: Build) -> CompareAhead:
    """Return what compares stories before anybody asks, over the database and with the model of a build."""
    compare = Compare(storage=build.storage, embedder=build.embedder)
    return CompareAhead(storage=build.storage, clock=build.clock, compare=compare, window=build.window)


def open_outlet_desk(settings: Settings, build: Build, meaning: Meaning) -> OutletDesk:
    """Return the services about outlets over the database of a build, with the model for answers if set.

    Raises:
        SettingsError: the model's address or name is missing or wrong, or its key cannot be read.
    """
    ask = settings.ask
    rephrase = ask.endpoint and open_endpoint(
        build.clock,
        address=ask.endpoint,
        model=ask.model,
        key_file=Path(ask.key_file) if ask.key_file else None,
        seconds=ask.timeout_seconds,
    )
    return open_desk(
        build.storage,
        build.clock,
        window=build.window,
        topics=build.topics,
        meaning=meaning,
        cut=sentences_of,
        rephrase=rephrase or None,
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
