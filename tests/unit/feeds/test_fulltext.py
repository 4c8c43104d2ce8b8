"""The whole text of an article: found on its page, cleaned, kept; or a sentence that says why not."""

from collections.abc import Iterator

import pytest

from aggregator.domain.feeds import Failure, Fetched, FetchFailed, FetchResult, Validators
from aggregator.domain.ids import ArticleId
from aggregator.feeds.fulltext import FetchFullText
from aggregator.storage import Storage
from tests.databases import memory_storage
from tests.factories import make_draft, make_new_feed
from tests.fakes import NOON, FrozenClock, ScriptedFetcher

URL = "https://lantern.example/harbour-bridge-closed"
SENTENCE = (
    "Engineers closed the <a href='/pier'>harbour bridge</a> on Monday after divers found a crack in a pier. "
)
PAGE = (
    "<html><body><nav>Home News Sport</nav><article><h1>Harbour bridge closed</h1>"
    f"<p>{SENTENCE * 4}</p><p onclick='steal()'>{SENTENCE * 3}</p><script>steal()</script>"
    "<p><a href='javascript:steal()'>Ferries</a> run every ten minutes until the bridge opens again.</p>"
    "</article><footer>All rights</footer></body></html>"
)


@pytest.fixture
def storage() -> Iterator[Storage]:
    opened = memory_storage()
    with opened.writing() as work:
        outlet = work.outlets.ensure("lantern.example", name="Lantern")
        feed = work.feeds.add(make_new_feed(), outlet, now=NOON)
        work.articles.add([make_draft()], outlet_id=outlet, feed_id=feed, now=NOON)
    yield opened
    opened.close()


def asked(storage: Storage, answer: FetchResult) -> str | None:
    fetcher = ScriptedFetcher(script={URL: [answer]})
    return FetchFullText(storage=storage, fetcher=fetcher, clock=FrozenClock())(1)


def page(body: str, content_type: str = "text/html; charset=utf-8") -> Fetched:
    return Fetched(url=URL, body=body.encode(), content_type=content_type, validators=Validators())


def kept(storage: Storage) -> str:
    with storage.reading() as work:
        found = work.full_texts.get(ArticleId(1))
    return found.html if found else ""


def test_text_of_the_page_is_cleaned_and_kept(storage: Storage) -> None:
    assert asked(storage, page(PAGE)) == ""
    html = kept(storage)
    assert "https://lantern.example/pier" in html
    assert "every ten minutes" in html
    assert not any(word in html for word in ("script", "steal", "onclick", "Sport", "<h1"))


def test_asking_again_replaces_the_text(storage: Storage) -> None:
    asked(storage, page(PAGE))
    asked(storage, page(PAGE.replace("ten minutes", "five minutes")))
    assert "five minutes" in kept(storage)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (page("<html><body><p>Please log in.</p></body></html>"), "No whole text was found on the page"),
        (page("%PDF-1.7", "application/pdf"), "No whole text was found on the page"),
        (
            FetchFailed(url=URL, failure=Failure.HTTP, detail="Forbidden", status=403),
            "lantern.example did not hand out the page: it answered 403 Forbidden.",
        ),
        (
            FetchFailed(url=URL, failure=Failure.TIMEOUT),
            "lantern.example did not hand out the page: it took too",
        ),
    ],
)
def test_page_without_the_text_is_told_in_a_sentence_and_nothing_is_kept(
    storage: Storage, answer: FetchResult, told: str
) -> None:
    problem = asked(storage, answer)
    assert problem is not None
    assert problem.startswith(told)
    assert kept(storage) == ""


def test_article_that_is_not_there_is_none(storage: Storage) -> None:
    fetcher = ScriptedFetcher()
    assert FetchFullText(storage=storage, fetcher=fetcher, clock=FrozenClock())(99) is None
    assert fetcher.asked == []
