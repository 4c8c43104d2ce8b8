import feedparser
import pytest
from flask.testing import FlaskClient

from aggregator.readers.found import Marked
from tests.fakes import NOON
from tests.web.fake_reading import FakeReading, FakeSearch, ago, make_card, make_found
from web.atom import render_atom


def test_a_search_is_a_feed_of_stories(client: FlaskClient, search: FakeSearch) -> None:
    answer = client.get("/search.atom?q=bridge")

    feed = feedparser.parse(answer.data, response_headers={"content-type": answer.content_type})
    assert (feed.bozo, feed.version, answer.mimetype) == (False, "atom10", "application/atom+xml")
    assert feed.feed.title == "Broadfold: bridge"
    assert feed.feed.id == "http://localhost/search.atom?q=bridge"
    assert {link.rel: link.href for link in feed.feed.links} == {
        "self": "http://localhost/search.atom?q=bridge",
        "alternate": "http://localhost/search?q=bridge",
    }
    assert [entry.id for entry in feed.entries] == [
        "http://localhost/stories/1",
        "http://localhost/stories/6",
    ]
    assert [entry.link for entry in feed.entries] == [entry.id for entry in feed.entries]
    assert all(entry.title and entry.updated and entry.author and entry.summary for entry in feed.entries)
    assert search.queries == ["bridge"]


def test_the_feed_is_as_old_as_its_newest_story(reading: FakeReading, client: FlaskClient) -> None:
    feed = feedparser.parse(client.get("/search.atom?q=zeppelin").data)
    assert (feed.entries, feed.feed.updated) == ([], "2026-03-14T12:00:00Z")


def test_the_page_of_a_search_names_its_feed(client: FlaskClient) -> None:
    page = client.get("/search?q=a%26b").text
    assert (
        '<link rel="alternate" type="application/atom+xml" title="a&amp;b" href="/search.atom?q=a%26b">'
        in page
    )


@pytest.mark.parametrize("address", ["/search.atom", "/search.atom?q=%20"])
def test_a_feed_without_a_search_is_explained(client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 400
    assert "A feed needs a search" in answer.text


def test_whatever_stands_in_a_headline_the_feed_stays_well_formed() -> None:
    odd = "a\0\x0b\ufffe\ud800 <b>&amp; ]]> \U0001f388"
    found = make_found(make_card(1, odd, last_at=ago(hours=2)), passage=(Marked(text=odd),), outlet=odd)
    document = render_atom(
        [found],
        title=odd,
        self_link="http://localhost/search.atom?q=%00&x",
        page_link="http://localhost/search",
        story_link=lambda one: f"http://localhost/stories/{one.card.id}",
        now=NOON,
    )
    feed = feedparser.parse(document)
    assert not feed.bozo
    assert feed.entries[0].title == "a <b>&amp; ]]> \U0001f388"
    assert feed.entries[0].updated == "2026-03-14T10:00:00Z"
