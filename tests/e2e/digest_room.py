"""Digests of a dozen readers over a database file: the child of their kill test, and its parent's part."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path

from aggregator.digests.desk import Desk
from aggregator.digests.mail import Mailer, SmtpMailer
from aggregator.digests.opening import Digests, open_digests
from aggregator.digests.press import Press
from aggregator.digests.render import Render
from aggregator.domain.digests import Schedule
from aggregator.domain.ids import ReaderId
from aggregator.domain.stories import Folding, Opened, StoryChanges
from aggregator.readers.finding import FindStories
from aggregator.storage import open_storage
from tests.contract.test_storage_stories import make_face
from tests.factories import make_draft, make_new_feed
from tests.fakes import NOON, FrozenClock

READERS = 12
NO_TIME = timedelta(microseconds=1)
"""The child's leases have run out when the next run looks."""


@contextmanager
def digests(file: Path, at: datetime, mailer: Mailer, *, owner: str) -> Iterator[Digests]:
    """Open the digests of a database file at a moment; small batches, so that a kill can fall between two."""
    storage = open_storage(f"sqlite:///{file}")
    storage.migrate()
    try:
        opened = open_digests(
            storage,
            FrozenClock(at),
            topics=(),
            owner=owner,
            press=Press(
                render=Render(site="https://news.orsholm.example", site_name="Broadfold"),
                sender="news@orsholm.example",
                key=lambda: b"k" * 32,
            ),
            find=FindStories(),
            zone="UTC",
            mailer=mailer,
            lease_for=NO_TIME,
            give_up=timedelta(hours=72),
            keep=timedelta(days=90),
        )
        make = replace(opened.send.make, batch=2)
        assert opened.send.deliver is not None
        deliver = replace(opened.send.deliver, batch=3)
        yield replace(opened, send=replace(opened.send, make=make, deliver=deliver))
    finally:
        storage.close()


def fill(file: Path, mailer: Mailer) -> None:
    """Store a few stories, and readers who each want a digest at 13:00 UTC."""
    with digests(file, NOON, mailer, owner="base") as one:
        storage = one.send.storage
        with storage.writing() as work:
            outlet = work.outlets.ensure("lantern.example", name="The Orsholm Lantern")
            feed = work.feeds.add(make_new_feed(), outlet, now=NOON)
            drafts = [make_draft(f"Story {n}", f"The text of story {n}. " * 8) for n in range(8)]
            ids = work.articles.add(drafts, outlet_id=outlet, feed_id=feed, now=NOON)
            work.articles.store_folding(Folding(origin_of={key: key for key in ids}), among=ids)
            opened = tuple(Opened(members=frozenset({key})) for key in ids)
            stories = work.stories.apply(StoryChanges(opened=opened), now=NOON)
            work.stories.set_faces({s: make_face(key) for s, key in zip(stories, ids, strict=True)})
            for number in range(2, READERS + 1):
                work.readers.connection.exec_driver_sql(
                    "INSERT INTO readers (name, role, time_zone, language, density, theme, created_at) "
                    f"VALUES ('reader {number}', 'admin', '', '', '', '', 0)"
                )
        for number in range(1, READERS + 1):
            add(one.desk, ReaderId(number))


def add(desk: Desk, reader: ReaderId) -> None:
    address = desk.add_address(reader, f"reader{reader}@orsholm.example")
    desk.add(Schedule(reader=reader, name="Daily", at=time(13, 0), zone="UTC", address=address.id))


def send_in_child(file: Path, at: datetime, port: int) -> None:
    """Do what the scheduler does at a tick; the parent may kill this process at any moment."""
    mailer = SmtpMailer(host="127.0.0.1", port=port, security="none", timeout=20)
    with digests(file, at, mailer, owner="killed") as one:
        one.send()
