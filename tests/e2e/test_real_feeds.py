"""Real feeds of 2020, snapshot after snapshot, from a loopback server with validators."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256
from pathlib import Path

import pytest

from aggregator.domain.feeds import NewFeed
from aggregator.domain.ids import ArticleId
from tests.e2e.room import Room, room
from tests.fakes import FrozenClock, HashedWords
from tests.webserver import WebServer, document, web_server

# Groups begin first: begun last, this test alone would keep everybody waiting.
pytestmark = [pytest.mark.corpus, pytest.mark.loopback, pytest.mark.xdist_group("corpus_feeds")]

BUILD_EVERY = 4
"""Polls of April 2020, minutes apart, between two builds: each builds a window of 1,500 articles."""

Snapshot = tuple[datetime, tuple[Path, ...]]


def snapshots(corpus: Path) -> list[Snapshot]:
    """Return every snapshot of the corpus in time order: the polls of April 2020, then the single days."""
    folders = [*corpus.glob("feeds/polling-*/*"), *corpus.glob("feeds/2020-*")]
    found = [
        (
            datetime.strptime(folder.name, "%Y-%m-%dT%H%MZ").replace(tzinfo=UTC),
            tuple(sorted(folder.glob("*.xml"))),
        )
        for folder in folders
    ]
    return sorted(found)


def serve(server: WebServer, snapshot: Snapshot) -> None:
    when, files = snapshot
    for file in files:
        body = file.read_bytes()
        modified = format_datetime(when, usegmt=True)
        etag = f'W/"{sha256(body).hexdigest()[:16]}"'
        server.serve(f"/{file.stem}", document(body, etag=etag, last_modified=modified))


def subscribe(instance: Room, server: WebServer, names: set[str]) -> None:
    known = {line.feed.url for line in instance.reading.feeds()}
    for name in sorted(names):
        url = f"{server.url}/{name}"
        if url not in known:
            site = f"https://{name}.example/"
            instance.subscribe.add(NewFeed(url=url, title=name, site_url=site))


def memberships(instance: Room) -> dict[frozenset[ArticleId], int]:
    with instance.storage.reading() as work:
        return {story.members: story.id for story in work.stories.tracked()}


def assert_no_doubles(instance: Room) -> None:
    with instance.storage.reading() as work:
        everything = work.articles.window(since=datetime(1970, 1, 1, tzinfo=UTC))
    urls = Counter((a.outlet_id, a.url, a.title) for a in everything)
    assert [key for key, count in urls.items() if count > 1] == []


@pytest.mark.timeout(600)
def test_snapshot_after_snapshot_carries_articles_and_story_ids_over(corpus, tmp_path):
    clock = FrozenClock()
    history = snapshots(corpus)
    assert len(history) > 30
    with (
        web_server() as server,
        room(
            tmp_path / "news.db", clock=clock, embedder=HashedWords(), lease_for=timedelta(minutes=5)
        ) as one,
    ):
        for number, snapshot in enumerate(history):
            clock.at = snapshot[0]
            serve(server, snapshot)
            subscribe(one, server, {file.stem for file in snapshot[1]})
            one.refresh()
            assert_no_doubles(one)
            if number % BUILD_EVERY and "polling" in str(snapshot[1][0]):
                continue
            before = memberships(one)

            one.build()

            after = memberships(one)
            kept = before.keys() & after.keys()
            assert {members: before[members] for members in kept} == {m: after[m] for m in kept}
            assert one.reading.front_page().waiting == 0

        lines = one.reading.feeds()
        assert [line.feed.url for line in lines if line.health == "waiting"] == []
        assert [
            line.feed.url for line in lines if line.health == "failing" and not (line.what and line.todo)
        ] == []
        assert one.storage.check() == ()


def test_second_poll_of_unchanged_feeds_costs_304s_and_no_parsing(corpus, tmp_path, monkeypatch):
    clock = FrozenClock()
    snapshot = snapshots(corpus)[-1]
    clock.at = snapshot[0]
    with (
        web_server() as server,
        room(
            tmp_path / "news.db", clock=clock, embedder=HashedWords(), lease_for=timedelta(minutes=5)
        ) as one,
    ):
        serve(server, snapshot)
        subscribe(one, server, {file.stem for file in snapshot[1]})
        first = one.refresh()
        asked = len(server.asked)
        clock.advance(hours=25)
        parsed: list[str] = []
        monkeypatch.setattr("aggregator.feeds.refresh.parse", lambda *_, url: parsed.append(url))

        second = one.refresh()

    assert len(first) == len(second) == len(snapshot[1])
    again = server.asked[asked:]
    assert len(again) == len(second)
    read = {report.feed_id for report in first if report.outcome in ("new", "same")}
    assert {report.outcome for report in second if report.feed_id in read} == {"unchanged"}
    assert len(read) >= len(first) - 1
    assert parsed == []
