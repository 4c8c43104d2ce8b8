"""The sample newsroom over real sockets on the loopback address."""

import http.client
import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import feedparser
import pytest

from aggregator.domain.articles import OutletFacts
from aggregator.domain.errors import AddressInUse
from aggregator.domain.feeds import NewFeed
from aggregator.sample.newsroom import load_newsroom
from aggregator.sample.server import NewsroomServer
from tests.fakes import NOON, FrozenClock

pytestmark = pytest.mark.loopback

NEWSROOM = load_newsroom()


@pytest.fixture
def server(clock: FrozenClock) -> Iterator[NewsroomServer]:
    with NewsroomServer(NEWSROOM, clock=clock, start=NOON) as running:
        yield running


def ask(url: str, method: str = "GET", **headers: str) -> tuple[int, Mapping[str, str], bytes]:
    parts = urlsplit(url)
    assert parts.hostname is not None
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=10)
    try:
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.request(method, path, headers={k.replace("_", "-"): v for k, v in headers.items()})
        response = connection.getresponse()
        return response.status, dict(response.getheaders()), response.read()
    finally:
        connection.close()


def links_of(feed: NewFeed, body: bytes) -> list[str]:
    if feed.url.endswith(".json"):
        return [item["url"] for item in json.loads(body)["items"]]
    return [entry.link for entry in feedparser.parse(body).entries]


def test_every_feed_is_served_and_every_link_in_it_opens(server: NewsroomServer) -> None:
    links: set[str] = set()
    for feed in server.feeds():
        status, headers, body = ask(feed.url)
        found = links_of(feed, body)
        assert (status, len(found) > 0) == (200, True), feed.url
        assert headers["Content-Length"] == str(len(body))
        links.update(found)
    assert len(links) >= 160
    for link in links:
        status, headers, body = ask(link)
        assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8"), link
        assert b"<article>" in body


def test_a_client_that_has_the_feed_gets_304_by_etag_and_by_date(server: NewsroomServer) -> None:
    url = f"{server.url}/lantern/front.xml"
    _, first, body = ask(url)
    by_etag = ask(url, If_None_Match=first["ETag"])
    by_weak = ask(url, If_None_Match=f'"other", W/{first["ETag"]}')
    by_date = ask(url, If_Modified_Since=first["Last-Modified"])
    assert [answer[0] for answer in (by_etag, by_weak, by_date)] == [304, 304, 304]
    assert by_etag[2] == b""
    assert {name: by_etag[1][name] for name in ("ETag", "Last-Modified", "Cache-Control")} == {
        name: first[name] for name in ("ETag", "Last-Modified", "Cache-Control")
    }
    assert ask(url, If_None_Match='"other"', If_Modified_Since=first["Last-Modified"])[0] == 200
    assert ask(url, If_Modified_Since="yesterday")[2] == body
    assert server.counts == {("/lantern/front.xml", 200): 3, ("/lantern/front.xml", 304): 3}


def test_a_feed_changes_only_when_something_happened(server: NewsroomServer, clock: FrozenClock) -> None:
    url = f"{server.url}/chronicle/top.xml"
    etag = ask(url)[1]["ETag"]
    clock.advance(minutes=4)
    assert ask(url, If_None_Match=etag)[0] == 304
    clock.advance(minutes=1)
    status, headers, body = ask(url, If_None_Match=etag)
    assert (status, headers["Last-Modified"]) == (200, "Sat, 14 Mar 2026 12:04:12 GMT")
    assert b"Live: Cervello fire jumps the ridge, evacuations rise to 3,100" in body


def test_an_article_appears_with_its_page_when_its_time_comes(
    server: NewsroomServer, clock: FrozenClock
) -> None:
    page = f"{server.url}/signal/halvard-astrolabe-theft-4"
    feed = f"{server.url}/signal/latest.json"
    assert (ask(page)[0], page.encode() in ask(feed)[2]) == (404, False)
    clock.advance(minutes=12)
    assert (ask(page)[0], page.encode() in ask(feed)[2]) == (200, True)


def test_head_has_the_headers_and_no_body(server: NewsroomServer) -> None:
    url = f"{server.url}/vpr/news.xml"
    get, head = ask(url), ask(url, "HEAD")
    assert (head[0], head[2]) == (200, b"")
    assert {**head[1], "Date": ""} == {**get[1], "Date": ""}


@pytest.mark.parametrize(
    "path", ["/nobody/all.xml", "/vpr/sport.xml", "/vpr/news.json", "/vpr/x", "/x", "/opml/"]
)
def test_an_unknown_path_is_a_404_in_words(server: NewsroomServer, path: str) -> None:
    status, headers, body = ask(server.url + path)
    assert (status, headers["Content-Type"]) == (404, "text/plain; charset=utf-8")
    assert body == b"There is nothing at this address. / lists the outlets, /opml all feeds.\n"
    assert server.counts == {(path, 404): 1}


def test_the_opml_holds_every_feed_in_a_folder_of_its_country(server: NewsroomServer) -> None:
    status, headers, body = ask(f"{server.url}/opml")
    assert (status, headers["Content-Type"]) == (200, "text/x-opml; charset=utf-8")
    assert body.decode() == server.opml()
    listed = {
        NewFeed(
            url=line.get("xmlUrl", ""),
            title=line.get("title", ""),
            site_url=line.get("htmlUrl"),
            folder=folder.get("title", ""),
            lang=line.get("language"),
        )
        for folder in ET.fromstring(body).iterfind("body/outline")
        for line in folder.iterfind("outline")
    }
    assert listed == set(server.feeds())
    assert (
        NewFeed(
            url=f"{server.url}/lantern/world.xml",
            title="The Orsholm Lantern – World",
            site_url="https://lantern.example/",
            folder="Veldmark",
            lang="en",
        )
        in listed
    )


def test_the_index_and_the_front_pages_lead_to_the_feeds(server: NewsroomServer) -> None:
    _, _, index = ask(f"{server.url}/")
    for feed in server.feeds():
        assert f'href="{feed.url}"'.encode() in index
    _, _, front = ask(f"{server.url}/baobab/")
    assert (
        '<link rel="alternate" type="application/feed+json" title="Radio Baobab Seven" '
        f'href="{server.url}/baobab/news.json">'
    ).encode() in front
    assert ask(f"{server.url}/baobab")[2] == front


def test_facts_name_every_outlet(server: NewsroomServer) -> None:
    facts = server.facts()
    assert len(facts) == len(NEWSROOM.outlets)
    assert facts[0] == OutletFacts(
        domain="lantern.example",
        name="The Orsholm Lantern",
        country="Veldmark",
        kind="broadsheet",
        owner="Lantern Trust",
        lang="en",
    )


def test_links_can_be_public(clock: FrozenClock) -> None:
    with NewsroomServer(NEWSROOM, clock=clock, start=NOON, links="public") as running:
        body = ask(f"{running.url}/cogsworth/all.xml")[2]
    assert b"<link>https://cogsworth.example/copper-bridge-closure-1</link>" in body


def test_a_taken_port_is_said_in_words(server: NewsroomServer, clock: FrozenClock) -> None:
    second = NewsroomServer(NEWSROOM, clock=clock, start=NOON, port=server.port)
    with pytest.raises(AddressInUse, match=f"127.0.0.1:{server.port} is already in use"), second:
        pass


def test_the_server_is_gone_after_its_context(clock: FrozenClock) -> None:
    with NewsroomServer(NEWSROOM, clock=clock, start=NOON) as running:
        ask(f"{running.url}/opml")
    with pytest.raises(ConnectionRefusedError):
        ask(f"{running.url}/opml")
    assert running.counts == {("/opml", 200): 1}
    assert NOON + timedelta(0) == clock.now()
