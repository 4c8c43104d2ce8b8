"""How long do the due digests of 10,000 readers take, and does memory stay flat?

    python -m benchmarks.digests [READERS] [PROCESSES]

A database with 600 compared stories of five articles each and as many due schedules as readers, each with
a mail address and filters of its own, is worked off by processes that share it by leases, as they would in
production: read, select, render with signed links, print as a mail, and store edition, mail and ledger.
Nothing is sent. Then the same is done without the database, to tell what choosing and rendering alone cost.
"""

import multiprocessing
import resource
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from datetime import time as clock_time
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from aggregator.digests.make import LOOKS_BACK
from aggregator.digests.opening import Digests, open_digests
from aggregator.digests.pool import read_pool
from aggregator.digests.press import Press
from aggregator.digests.render import Render
from aggregator.domain.articles import ArticleDraft
from aggregator.domain.comparing import Claim, Comparison, Difference, DifferenceKind, Figure, Said
from aggregator.domain.digests import AddressState, Filters, Schedule
from aggregator.domain.feeds import NewFeed
from aggregator.domain.ids import ArticleId, OutletId, ReaderId
from aggregator.domain.stories import Folding, Opened, StoryChanges, StoryFace
from aggregator.domain.topics import Topic
from aggregator.readers.finding import FindStories
from aggregator.storage import Storage, open_storage

NOW = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)
STORIES, REPORTS, OUTLETS = 600, 5, 40
Told = tuple[int, int, int]
TOPICS = tuple(Topic(name=f"topic{n}", shown=f"Topic {n}", examples=()) for n in range(10))
WORDS = ("harbour", "bridge", "council", "ferry", "rate", "strike", "vote", "storm", "pier", "budget")


class StandingClock:
    """Tells the same moment for ever."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        """Return it."""
        return self.at

    def monotonic(self) -> float:
        """Return seconds that never jump back."""
        return time.monotonic()


class Nowhere:
    """A mailer that is never asked."""


def rooms(storage: Storage, at: datetime, owner: str) -> Digests:
    """Return the services over a database, at a moment."""
    return open_digests(
        storage,
        StandingClock(at),
        topics=TOPICS,
        owner=owner,
        press=Press(
            render=Render(site="https://news.orsholm.example", site_name="Broadfold"),
            sender="Broadfold <news@orsholm.example>",
            key=partial(bytes, 32),
        ),
        find=FindStories(topics=TOPICS),
        zone="UTC",
        mailer=Nowhere(),  # type: ignore[arg-type]
        lease_for=timedelta(minutes=5),
        give_up=timedelta(hours=72),
        keep=timedelta(days=90),
    )


def fill(storage: Storage, readers: int) -> None:
    """Store the stories, and a due schedule for each reader."""
    with storage.writing() as work:
        outlets = [work.outlets.ensure(f"outlet{n}.example", name=f"Outlet {n}") for n in range(OUTLETS)]
        feeds = [
            work.feeds.add(NewFeed(url=f"https://outlet{n}.example/feed", title=f"Feed {n}"), one, now=NOW)
            for n, one in enumerate(outlets)
        ]
        members: list[list[ArticleId]] = [[] for _ in range(STORIES)]
        for n, (outlet, feed) in enumerate(zip(outlets, feeds, strict=True)):
            mine = [s for s in range(STORIES) if any((s + 7 * r) % OUTLETS == n for r in range(REPORTS))]
            drafts = [draft(s, n) for s in mine]
            for s, key in zip(
                mine, work.articles.add(drafts, outlet_id=outlet, feed_id=feed, now=NOW), strict=True
            ):
                members[s].append(key)
        ids = [key for some in members for key in some]
        work.articles.store_folding(Folding(origin_of={key: key for key in ids}), among=ids)
        opened = tuple(Opened(members=frozenset(some)) for some in members)
        stories = work.stories.apply(StoryChanges(opened=opened), now=NOW)
        work.stories.set_faces({s: face(n, members[n]) for n, s in enumerate(stories)})
        homes = {one.id: one.outlet_id for one in work.articles.get_many(ids)}
        for n, s in enumerate(stories):
            work.comparisons.put(s, comparison(n, [(key, homes[key]) for key in members[n]], outlets))
    with storage.writing() as work:
        for n in range(1, readers + 1):
            if n > 1:
                work.readers.connection.exec_driver_sql(
                    "INSERT INTO readers (id, name, role, time_zone, language, density, theme, created_at) "
                    f"VALUES ({n}, 'reader {n}', 'reader', '', '', '', '', 0)"
                )
            who = ReaderId(n)
            address = work.digest_addresses.add(who, f"r{n}@x.example", AddressState.CONFIRMED, now=NOW)
            topics = frozenset({TOPICS[n % 10].name, TOPICS[(n + 3) % 10].name}) if n % 2 else frozenset()
            made = Schedule(
                reader=who, name="Daily digest", at=clock_time(13), zone="UTC", address=address,
                filters=Filters(topics=topics), next_at=NOW + timedelta(hours=1), secret=f"s{n}",
            )  # fmt: skip
            work.digest_schedules.add(made, now=NOW)


def draft(story: int, outlet: int) -> ArticleDraft:
    """Return the article of an outlet about a story."""
    said = " ".join(WORDS[(story * 7 + outlet + k) % len(WORDS)] for k in range(14))
    url = f"https://outlet{outlet}.example/{story}"
    text = f"The {said} in story {story}. It cost {story + outlet} ducats, they said. " * 3
    return ArticleDraft(
        identity=url, guid=url, url=url, link=url, title=f"The {said[:50]}", summary=text, text=text,
        html="", content_hash=f"{story}/{outlet}", published_at=NOW - timedelta(hours=1), lang="en",
    )  # fmt: skip


def comparison(
    story: int, reports: Sequence[tuple[ArticleId, OutletId]], outlets: Sequence[OutletId]
) -> Comparison:
    """Return a comparison as large as those of real stories, whose outlets disagree about a price."""
    price = [
        Said(article=key, outlet=home, place=1, text=f"It cost {story + outlets.index(home)} ducats")
        for key, home in reports
    ]
    figures = tuple(
        Figure(said=one, written=one.text.split()[2], value=float(one.text.split()[2]), at=NOW)
        for one in price
    )
    line = " ".join(WORDS * 2)
    claims = tuple(Claim(said=tuple(replace(one, place=p, text=line) for one in price)) for p in range(40))
    differ = Difference(kind=DifferenceKind.CONTRADICTION, of="ducats", figures=figures)
    return Comparison(of="", claims=claims, differences=(differ,))


def face(number: int, members: list[ArticleId]) -> StoryFace:
    """Return how a story is shown."""
    return StoryFace(
        lead_id=members[0], headline=f"Story {number} of the harbour", excerpt="", first_at=NOW, last_at=NOW,
        article_count=len(members), outlet_count=len(members), origin_count=len(members), lang="en",
        score=float(STORIES - number), parts=(), topic=TOPICS[number % 10].name,
    )  # fmt: skip


def work_off(
    file: str, at: datetime, number: int, told: "multiprocessing.Queue[tuple[int, int, int]]"
) -> None:
    """Make what is due, and tell how many, and the memory after 200 and at the end, in MB."""
    storage = open_storage(f"sqlite:///{file}")
    made, early = 0, 0
    for _ in rooms(storage, at, f"p{number}").send.make():
        made += 1
        early = early or (megabytes() if made >= 200 else 0)
    storage.close()
    told.put((made, early, megabytes()))


def megabytes() -> int:
    """Return the most memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def whole(file: str, processes: int, at: datetime, what: str) -> None:
    """Work off everything that is due by some processes, and tell how long it took."""
    told: multiprocessing.Queue[tuple[int, int, int]] = multiprocessing.Queue()
    start = time.perf_counter()
    children = [multiprocessing.Process(target=work_off, args=(file, at, n, told)) for n in range(processes)]
    for child in children:
        child.start()
    found = [told.get() for _ in children]
    for child in children:
        child.join()
    seconds = time.perf_counter() - start
    print(f"{what}: {sum(one[0] for one in found)} editions in {seconds:.1f} s by {processes} processes")
    for made, early, late in found:
        print(f"  a process made {made}; memory after 200: {early} MB, at the end: {late} MB")


def alone(storage: Storage, at: datetime, most: int) -> None:
    """Choose and render without the database: one process, up to `most` readers."""
    make = rooms(storage, at, "alone").send.make
    with storage.reading() as work:
        pool = read_pool(work, since=at - LOOKS_BACK)
        orders = [
            make.order(work, schedule, pool, now=at)
            for n in range(1, most + 1)
            for schedule in work.digest_schedules.of(ReaderId(n))
        ]
    orders = [order for order in orders if order is not None]
    wall, cpu = time.perf_counter(), time.process_time()
    sizes = [len(made.post.message) for order in orders if (made := make.make(order, pool, now=at)).post]
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(
        f"choosing and rendering alone: {len(sizes)} mails of {sum(sizes) // max(len(sizes), 1):,} bytes in "
        f"{wall:.1f} s, {cpu:.1f} s of one processor"
    )


def main() -> None:
    """Fill a database and measure."""
    readers, processes = (int(word) for word in (*sys.argv[1:], "10000", "2")[:2])
    if len(sys.argv) == 2:
        processes = 2
    with TemporaryDirectory() as folder:
        file = str(Path(folder) / "news.db")
        storage = open_storage(f"sqlite:///{file}")
        storage.migrate()
        fill(storage, readers)
        at = NOW + timedelta(hours=1)
        alone(storage, at, readers)
        storage.close()
        whole(file, processes, at, "first editions, with the database")


if __name__ == "__main__":
    main()
