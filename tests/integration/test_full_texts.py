"""Feeds that are fetched whole, and muted ones, over a real database."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from aggregator.domain.feeds import Failure, Fetched, FetchFailed, FetchResult, Validators
from aggregator.domain.ids import ArticleId
from aggregator.domain.readers import PERSONAL
from aggregator.feeds.fulltext import FetchFullText
from aggregator.feeds.fulltexts import LEASE, MOST_A_HOST, TRIES, WAIT, FetchFullTexts
from aggregator.feeds.manage import Manage
from aggregator.readers.lens import Lens
from tests.databases import memory_storage
from tests.fakes import InlineExecutor, ScriptedFetcher
from tests.integration.test_reading import Paper

LENS = Lens(reader=PERSONAL)
PARAGRAPH = (
    "The council of Orsholm met until midnight and talked about the harbour, the bridge and the ferries. "
)
BODY = f"<h1>Bridge</h1><p>{PARAGRAPH * 8}</p><p>{PARAGRAPH * 8}</p>"
PAGE = f"<html><body><article>{BODY}</article></body></html>"


@pytest.fixture
def paper() -> Iterator[Paper]:
    storage = memory_storage()
    yield Paper(storage=storage)
    storage.close()


@pytest.fixture
def manage(paper: Paper) -> Manage:
    return Manage(storage=paper.storage, clock=paper.clock)


@pytest.fixture
def fetcher() -> ScriptedFetcher:
    return ScriptedFetcher()


@pytest.fixture
def fetch(paper: Paper, fetcher: ScriptedFetcher) -> FetchFullTexts:
    return FetchFullTexts(
        storage=paper.storage,
        fetch=FetchFullText(storage=paper.storage, fetcher=fetcher, clock=paper.clock),
        executor=InlineExecutor(),
        clock=paper.clock,
        owner="test",
        lease_for=timedelta(minutes=5),
    )


def page(url: str) -> FetchResult:
    return Fetched(url=url, body=PAGE.encode(), content_type="text/html", validators=Validators())


def refused(url: str) -> FetchResult:
    return FetchFailed(url=url, failure=Failure.HTTP, status=403, detail="Forbidden")


def listed(paper: Paper, fetcher: ScriptedFetcher, name: str, answer: object = page) -> ArticleId:
    url = f"https://lantern.example/{name}"
    fetcher.script[url] = [answer(url)]  # type: ignore[operator]
    return paper.article("lantern", name, f"{name}. More.", url=url)


def has_text(paper: Paper, one: ArticleId) -> bool:
    with paper.storage.reading() as work:
        return work.full_texts.get(one) is not None


def asked(fetcher: ScriptedFetcher) -> list[str]:
    return [request.url.rsplit("/", 1)[1] for request in fetcher.asked]


def test_only_what_comes_after_the_switch_is_fetched_and_only_once(
    paper: Paper, manage: Manage, fetcher: ScriptedFetcher, fetch: FetchFullTexts
) -> None:
    old = listed(paper, fetcher, "old")
    assert fetch() == 0
    manage.fetch_whole([1], wanted=True)
    new = listed(paper, fetcher, "new")
    paper.article("herald", "Elsewhere", "Another feed.")

    assert fetch() == 1
    assert (has_text(paper, old), has_text(paper, new), asked(fetcher)) == (False, True, ["new"])
    assert fetch() == 0
    manage.fetch_whole([1], wanted=False)
    listed(paper, fetcher, "late")
    assert fetch() == 0
    assert asked(fetcher) == ["new"]


def test_one_run_asks_a_host_a_few_times_only(
    paper: Paper, manage: Manage, fetcher: ScriptedFetcher, fetch: FetchFullTexts
) -> None:
    paper.feed()
    manage.fetch_whole([1], wanted=True)
    for number in range(MOST_A_HOST + 2):
        listed(paper, fetcher, f"n{number}")
    assert (fetch(), fetch(), fetch()) == (MOST_A_HOST, 2, 0)


def test_host_that_fails_is_left_alone_and_tried_three_times(
    paper: Paper, manage: Manage, fetcher: ScriptedFetcher, fetch: FetchFullTexts
) -> None:
    paper.feed()
    manage.fetch_whole([1], wanted=True)
    listed(paper, fetcher, "one", refused)
    listed(paper, fetcher, "two", refused)

    fetch()
    assert asked(fetcher) == ["one"]
    fetch()
    fetch()
    assert asked(fetcher) == ["one", "two"]
    for _ in range(TRIES + 1):
        paper.clock.advance(hours=WAIT.total_seconds() / 3600 * 4)
        fetch()
        fetch()
    assert sorted(asked(fetcher)) == ["one"] * TRIES + ["two"] * TRIES

    (line,) = paper.reading.feeds()
    assert line.what == (
        "The whole text of 6 articles in a row could not be had. "
        "lantern.example did not hand out the page: it answered 403 Forbidden."
    )
    listed(paper, fetcher, "three")
    assert fetch() == 1
    (line,) = paper.reading.feeds()
    assert (line.what, line.todo) == ("", "")


def test_two_processes_do_not_fetch_at_once(
    paper: Paper, manage: Manage, fetcher: ScriptedFetcher, fetch: FetchFullTexts
) -> None:
    paper.feed()
    manage.fetch_whole([1], wanted=True)
    listed(paper, fetcher, "one")
    now = paper.clock.now()
    with paper.storage.writing() as work:
        work.leases.claim(LEASE, owner="another", now=now, until=now + timedelta(minutes=5))

    assert (fetch(), asked(fetcher)) == (0, [])
    paper.clock.advance(minutes=6)
    assert fetch() == 1


def test_story_that_only_muted_feeds_bring_is_hidden_and_told(paper: Paper, manage: Manage) -> None:
    alone = paper.told("Otter seen", outlet="lantern")
    shared = paper.story(paper.article("lantern"), paper.article("herald", "Bridge shut", "Herald on it."))
    manage.mute([1], muted=True)

    front = paper.reading.front_page(lens=LENS)
    assert [card.id for card in front.cards] == [shared]
    assert [(one.id, one.why) for one in front.hidden] == [
        (alone, "only the muted feed “The Orsholm Lantern” brings it")
    ]
    manage.mute([1], muted=False)
    assert len(paper.reading.front_page(lens=LENS).cards) == 2


def test_wishes_come_back_with_a_removed_feed(paper: Paper, manage: Manage) -> None:
    paper.feed()
    manage.fetch_whole([1], wanted=True)
    manage.mute([1], muted=True)
    removal = manage.remove([1])
    manage.restore(removal)
    (line,) = paper.reading.feeds()
    assert (line.wish.full_text, line.wish.is_muted) == (True, True)
