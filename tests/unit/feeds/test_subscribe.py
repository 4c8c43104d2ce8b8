"""The list of feeds: adding with and without a network, finding, removing, OPML both ways."""

from collections.abc import Iterator

import pytest

from aggregator.domain.articles import OutletFacts
from aggregator.domain.errors import FeedAddressRefused, FeedUnknown, OpmlUnreadable
from aggregator.domain.feeds import (
    Failure,
    Fetched,
    FetchFailed,
    FetchResult,
    ImportLine,
    ImportReport,
    NewFeed,
    Validators,
)
from aggregator.feeds.opml import parse_opml
from aggregator.feeds.subscribe import Subscribe, outlet_domain
from aggregator.storage import Storage
from tests.databases import memory_storage
from tests.factories import make_new_feed
from tests.fakes import NOON, FrozenClock, ScriptedFetcher

URL = "https://lantern.example/front.xml"
SITE = "https://lantern.example/"
RSS = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>The Orsholm Lantern</title>
<link>https://www.lantern.example/</link><language>en</language>
<item><title>Harbour bridge closed</title><link>https://lantern.example/bridge</link></item>
</channel></rss>"""


@pytest.fixture
def storage() -> Iterator[Storage]:
    opened = memory_storage()
    yield opened
    opened.close()


@pytest.fixture
def offline(storage: Storage) -> Subscribe:
    return Subscribe(storage=storage, clock=FrozenClock())


def online(storage: Storage, script: dict[str, FetchResult]) -> Subscribe:
    fetcher = ScriptedFetcher(script={url: [answer] for url, answer in script.items()})
    return Subscribe(storage=storage, clock=FrozenClock(), fetcher=fetcher)


def answer(body: bytes, url: str = SITE) -> Fetched:
    return Fetched(url=url, body=body, content_type=None, validators=Validators())


def page(*links: str) -> bytes:
    head = "".join(
        f'<link rel="alternate" type="application/rss+xml" title="{title}" href="/{title}.xml">'
        for title in links
    )
    return f"<!doctype html><html><head>{head}</head><body>news</body></html>".encode()


def outlets_of(storage: Storage) -> list[tuple[str, str]]:
    with storage.reading() as work:
        return [(outlet.domain, outlet.name) for outlet in work.outlets.all()]


def test_feed_is_added_under_its_address_in_one_form_and_is_due_at_once(offline: Subscribe) -> None:
    added = offline.add(NewFeed(url=" Lantern.example/front.xml#x", title="Lantern", folder="Home"))
    feed = offline.find(str(added.feed_id))
    assert (added.is_new, added.url, added.note) == (True, URL, "")
    assert (feed.url, feed.title, feed.folder, feed.added_at, feed.next_poll_at) == (
        URL,
        "Lantern",
        "Home",
        NOON,
        NOON,
    )


def test_feed_without_a_title_is_called_by_its_host(offline: Subscribe) -> None:
    assert offline.find(str(offline.add(NewFeed(url=URL)).feed_id)).title == "lantern.example"


def test_known_feed_is_not_added_twice(offline: Subscribe) -> None:
    first = offline.add(make_new_feed(URL))
    again = offline.add(make_new_feed("HTTPS://lantern.example:443/front.xml", title="Other"))
    assert (again.feed_id, again.is_new, again.title) == (first.feed_id, False, "The Orsholm Lantern")
    assert again.note == (
        f"The Orsholm Lantern is already among the feeds, with number {first.feed_id}; nothing was changed."
    )


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("", "'' cannot be added as a feed: there is no address."),
        (
            "ftp://lantern.example/",
            "'ftp://lantern.example/' cannot be added as a feed: "
            "only addresses that begin with http:// or https:// can be fetched.",
        ),
    ],
)
def test_impossible_address_is_refused_with_a_sentence(offline: Subscribe, url: str, sentence: str) -> None:
    with pytest.raises(FeedAddressRefused) as caught:
        offline.add(NewFeed(url=url))
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    ("url", "site", "domain"),
    [
        ("https://feeds.bbci.co.uk/news/rss.xml", "https://www.bbc.co.uk/news", "bbc.co.uk"),
        ("https://feeds.bbci.co.uk/news/rss.xml", None, "bbci.co.uk"),
        ("https://feeds.bbci.co.uk/news/rss.xml", "/news", "bbci.co.uk"),
        ("https://feeds.bbci.co.uk/news/rss.xml", "http://[broken/", "bbci.co.uk"),
        ("http://127.0.0.1:8123/rss", None, "127.0.0.1:8123"),
    ],
)
def test_outlet_is_the_sites_domain_or_else_the_feeds(url: str, site: str | None, domain: str) -> None:
    assert outlet_domain(NewFeed(url=url, site_url=site)) == domain


def test_outlet_is_named_by_known_facts_before_the_feeds_title(storage: Storage, offline: Subscribe) -> None:
    with storage.writing() as work:
        work.outlets.apply_facts([OutletFacts(domain="lantern.example", name="Orsholm Lantern (daily)")])
    offline.add(make_new_feed(URL, title="Lantern – Front page"))
    offline.add(make_new_feed("https://quay.example/rss", title="Quay Times"))
    assert outlets_of(storage) == [
        ("lantern.example", "Orsholm Lantern (daily)"),
        ("quay.example", "Quay Times"),
    ]


def test_feeds_of_one_site_share_an_outlet(storage: Storage, offline: Subscribe) -> None:
    offline.add(make_new_feed(URL, title="Lantern"))
    offline.add(make_new_feed("https://feeds.lantern.example/sport.xml", title="Sport"))
    assert outlets_of(storage) == [("lantern.example", "Lantern")]


def test_feed_that_answers_brings_its_title_and_site(storage: Storage) -> None:
    subscribe = online(storage, {URL: answer(RSS, URL)})
    added = subscribe.add(NewFeed(url=URL, folder="Home"))
    feed = subscribe.find(URL)
    assert (added.title, added.note) == ("The Orsholm Lantern", "")
    assert (feed.title, feed.site_url, feed.folder) == (
        "The Orsholm Lantern",
        "https://www.lantern.example/",
        "Home",
    )


def test_title_that_the_person_gave_goes_before_the_feeds_own(storage: Storage) -> None:
    subscribe = online(storage, {URL: answer(RSS, URL)})
    assert subscribe.add(NewFeed(url=URL, title="Home town")).title == "Home town"


def test_address_of_a_site_leads_to_its_only_feed(storage: Storage) -> None:
    added = online(storage, {SITE: answer(page("front"))}).add(NewFeed(url="lantern.example"))
    assert (added.url, added.title, added.is_new) == (URL, "front", True)


def test_address_of_a_site_whose_feed_is_known_leads_to_it(storage: Storage, offline: Subscribe) -> None:
    known = offline.add(make_new_feed(URL))
    added = online(storage, {SITE: answer(page("front"))}).add(NewFeed(url=SITE))
    assert (added.feed_id, added.is_new) == (known.feed_id, False)


def test_site_with_several_feeds_asks_which(storage: Storage) -> None:
    with pytest.raises(FeedAddressRefused) as caught:
        online(storage, {SITE: answer(page("front", "sport"))}).add(NewFeed(url=SITE))
    assert str(caught.value) == (
        "'https://lantern.example/' cannot be added as a feed: the page there announces 2 feeds; add one of "
        "them: https://lantern.example/front.xml (front), https://lantern.example/sport.xml (sport)."
    )


def test_site_without_feeds_is_refused(storage: Storage) -> None:
    with pytest.raises(FeedAddressRefused, match="is not a feed and announces none"):
        online(storage, {SITE: answer(page())}).add(NewFeed(url=SITE))
    with storage.reading() as work:
        assert work.feeds.all() == ()


@pytest.mark.parametrize(
    ("failure", "status"),
    [
        (Failure.NAME_UNKNOWN, None),
        (Failure.CONNECT, None),
        (Failure.TIMEOUT, None),
        (Failure.HTTP, 500),
        (Failure.RATE_LIMITED, 429),
    ],
)
def test_feed_that_cannot_be_reached_now_is_added_and_the_note_says_so(
    storage: Storage, failure: Failure, status: int | None
) -> None:
    subscribe = online(storage, {URL: FetchFailed(url=URL, failure=failure, status=status)})
    added = subscribe.add(NewFeed(url=URL))
    assert (added.is_new, subscribe.find(URL).id) == (True, added.feed_id)
    assert added.note.endswith(" The feed was added all the same and is tried at the next refresh.")


@pytest.mark.parametrize(
    ("failure", "status", "reason"),
    [
        (Failure.GONE, 410, "lantern.example says that this feed is gone for good: d"),
        (Failure.HTTP, 404, "lantern.example did not hand out the feed: d"),
        (Failure.REFUSED_ADDRESS, None, "https://lantern.example/front.xml was not fetched: d"),
    ],
)
def test_address_that_waiting_will_not_mend_is_refused(
    storage: Storage, failure: Failure, status: int | None, reason: str
) -> None:
    subscribe = online(storage, {URL: FetchFailed(url=URL, failure=failure, status=status, detail="d")})
    with pytest.raises(FeedAddressRefused) as caught:
        subscribe.add(NewFeed(url=URL))
    assert caught.value.reason == reason


def test_feed_is_found_by_number_and_by_any_spelling_of_its_address(offline: Subscribe) -> None:
    number = offline.add(make_new_feed(URL)).feed_id
    names = [str(number), f" {number} ", URL, "lantern.example/front.xml"]
    assert [offline.find(name).id for name in names] == [number] * 4


@pytest.mark.parametrize("name", ["", "99", "9" * 40, "https://nowhere.example/", "²"])
def test_unknown_feed_is_told_by_name(offline: Subscribe, name: str) -> None:
    with pytest.raises(FeedUnknown) as caught:
        offline.find(name)
    assert caught.value.name == name


def test_removed_feed_is_returned_and_gone(offline: Subscribe) -> None:
    offline.add(make_new_feed(URL))
    assert offline.remove(URL).title == "The Orsholm Lantern"
    with pytest.raises(FeedUnknown):
        offline.find(URL)


OPML = b"""<?xml version="1.0"?><opml version="2.0"><head/><body>
<outline text="News"><outline text="Local">
  <outline text="Lantern" xmlUrl="https://lantern.example/front.xml" htmlUrl="https://lantern.example/"
    language="en"/>
</outline>
<outline text="Lantern again" xmlUrl="https://LANTERN.example/front.xml"/></outline>
<outline text="Mail" xmlUrl="mailto:desk@lantern.example"/>
<outline text="Site" htmlUrl="https://site.example/"/>
<outline text="Quay" xmlUrl="https://quay.example/rss"/>
</body></opml>"""


def test_import_reports_every_line(offline: Subscribe) -> None:
    report = offline.import_opml(OPML, "mine.opml")
    assert report == ImportReport(
        lines=(
            ImportLine(url=URL, title="Lantern", result="added", folder="News/Local"),
            ImportLine(url=URL, title="Lantern again", result="known", folder="News"),
            ImportLine(
                url="mailto:desk@lantern.example",
                title="Mail",
                result="refused",
                reason="only addresses that begin with http:// or https:// can be fetched",
            ),
            ImportLine(url="", title="Site", result="refused", reason="there is no address"),
            ImportLine(url="https://quay.example/rss", title="Quay", result="added"),
        )
    )


def test_import_a_second_time_adds_nothing(offline: Subscribe) -> None:
    offline.import_opml(OPML, "mine.opml")
    assert offline.import_opml(OPML, "mine.opml").count("known") == 3


def test_file_that_cannot_be_read_adds_nothing(storage: Storage, offline: Subscribe) -> None:
    with pytest.raises(OpmlUnreadable, match="Nothing was added"):
        offline.import_opml(OPML[:-20], "mine.opml")
    with storage.reading() as work:
        assert work.feeds.all() == ()


def test_export_gives_back_what_was_imported(offline: Subscribe) -> None:
    offline.import_opml(OPML, "mine.opml")
    assert set(parse_opml(offline.export_opml(), name="export.opml")) == {
        NewFeed(
            url=URL, title="Lantern", site_url="https://lantern.example/", folder="News/Local", lang="en"
        ),
        NewFeed(url="https://quay.example/rss", title="Quay"),
    }
