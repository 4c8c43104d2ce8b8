"""From the address of a site to its feeds."""

import pytest

from aggregator.domain.feeds import Failure, Fetched, FetchFailed, NewFeed, Validators
from aggregator.feeds.discover import announced, discover
from tests.fakes import ScriptedFetcher

SITE = "https://lantern.example/news/"

RSS = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>The Orsholm Lantern</title>
<link>https://lantern.example/</link><language>en</language>
<item><title>Harbour bridge closed</title><link>https://lantern.example/bridge</link></item>
</channel></rss>"""


def page(head: str, *, lang: str = "") -> bytes:
    attribute = f' lang="{lang}"' if lang else ""
    return (
        f"<!doctype html><html{attribute}><head><title>x</title>{head}</head><body>y</body></html>".encode()
    )


def link(href: str, kind: str = "application/rss+xml", title: str = "", rel: str = "alternate") -> str:
    return f'<link rel="{rel}" type="{kind}" title="{title}" href="{href}">'


def found(url: str, title: str = "", **fields: str) -> NewFeed:
    return NewFeed(**{"url": url, "title": title, "site_url": SITE} | fields)


def test_links_in_the_head_become_feeds_in_their_order() -> None:
    head = link("/rss", title=" All \n news ") + link("atom.xml", "application/atom+xml; charset=utf-8")
    assert announced(page(head, lang="en-GB"), "text/html", url=SITE) == (
        found("https://lantern.example/rss", "All news", lang="en-GB"),
        found("https://lantern.example/news/atom.xml", lang="en-GB"),
    )


def test_base_of_the_page_counts() -> None:
    head = '<base href="https://cdn.example/x/">' + link("feed.json", "application/feed+json")
    assert announced(page(head), "text/html", url=SITE) == (found("https://cdn.example/x/feed.json"),)


@pytest.mark.parametrize(
    "head",
    [
        "",
        link("/style.css", "text/css", rel="alternate stylesheet"),
        link("/api", "application/json"),
        link("/de/", "text/html"),
        link("/rss", rel="stylesheet"),
        link("javascript:alert(1)"),
        link("https://u:p@lantern.example/rss"),
        link("https://[broken/rss"),
        '<link rel="alternate" type="application/rss+xml">',
        f"<!-- {link('/rss')} -->",
    ],
)
def test_other_links_are_no_feeds(head: str) -> None:
    assert announced(page(head), "text/html", url=SITE) == ()


def test_address_announced_twice_is_one_feed() -> None:
    assert announced(page(link("/rss", title="One") + link("/rss#x", title="Two")), None, url=SITE) == (
        found("https://lantern.example/rss", "One"),
    )


def test_feed_of_comments_is_left_out_beside_the_feed_of_articles() -> None:
    posts, comments = (
        link("/feed/", title="Lantern"),
        link("/comments/feed/", title="Lantern » Comments Feed"),
    )
    assert announced(page(posts + comments), None, url=SITE) == (
        found("https://lantern.example/feed/", "Lantern"),
    )
    assert announced(page(comments), None, url=SITE) == (
        found("https://lantern.example/comments/feed/", "Lantern » Comments Feed"),
    )


def test_title_is_read_in_the_charset_of_the_page() -> None:
    head = '<meta charset="windows-1252">' + link("/rss", title="Café")
    data = page(head).decode().encode("cp1252")
    assert announced(data, "text/html", url=SITE) == (found("https://lantern.example/rss", "Café"),)


def test_unknown_charset_is_no_obstacle() -> None:
    assert announced(page(link("/rss")), "text/html; charset=klingon", url=SITE) == (
        found("https://lantern.example/rss"),
    )


def answering(
    url: str, body: bytes, *, content_type: str = "text/html", moved_to: str | None = None
) -> ScriptedFetcher:
    answer = Fetched(
        url=url, body=body, content_type=content_type, validators=Validators(), moved_to=moved_to
    )
    return ScriptedFetcher(script={url: [answer]})


def test_address_of_a_feed_is_that_feed() -> None:
    fetcher = answering(SITE, RSS, content_type="application/rss+xml")
    assert discover(SITE, fetcher) == (
        NewFeed(url=SITE, title="The Orsholm Lantern", site_url="https://lantern.example/", lang="en"),
    )


def test_feed_that_has_moved_is_found_at_its_new_address() -> None:
    fetcher = answering(SITE, RSS, content_type="text/xml", moved_to="https://lantern.example/rss")
    assert discover(SITE, fetcher) == (
        NewFeed(
            url="https://lantern.example/rss",
            title="The Orsholm Lantern",
            site_url="https://lantern.example/",
            lang="en",
        ),
    )


def test_address_of_a_page_leads_to_what_it_announces_with_one_request() -> None:
    fetcher = answering(SITE, page(link("/rss")))
    assert discover(SITE, fetcher) == (found("https://lantern.example/rss"),)
    assert [request.url for request in fetcher.asked] == [SITE]


def test_page_that_announces_nothing_has_no_feeds() -> None:
    assert discover(SITE, answering(SITE, page(""))) == ()


def test_address_that_cannot_be_read_is_a_failure() -> None:
    assert discover(SITE, ScriptedFetcher()) == FetchFailed(
        url=SITE, failure=Failure.NAME_UNKNOWN, detail="not in the script"
    )
