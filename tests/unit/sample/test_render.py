import json
from datetime import timedelta
from pathlib import Path

import feedparser
import pytest

from aggregator.sample.newsroom import Newsroom, load_newsroom
from aggregator.sample.pages import render_page
from aggregator.sample.render import MOST_ITEMS, Links, render, visible
from tests.fakes import NOON

BASE = "http://127.0.0.1:4000"
HALF_HOUR_ON = NOON + timedelta(minutes=30)

FEEDS = [(outlet.key, feed) for outlet in load_newsroom().outlets for feed in outlet.feeds]


def entries(
    newsroom: Newsroom, outlet: str, feed: str, *, at: timedelta = timedelta(0), links: Links = "local"
) -> list[feedparser.FeedParserDict]:
    document = render(newsroom, outlet, feed, start=NOON, at=NOON + at, base=BASE, links=links)
    parsed = feedparser.parse(document.body, sanitize_html=False, resolve_relative_uris=False)
    assert not parsed.bozo
    return list(parsed.entries)


def one(
    newsroom: Newsroom, outlet: str, feed: str, slug: str, **more: timedelta
) -> feedparser.FeedParserDict:
    (found,) = [entry for entry in entries(newsroom, outlet, feed, **more) if slug in entry.link]
    return found


@pytest.mark.parametrize(("outlet", "feed"), FEEDS)
def test_every_feed_parses_to_the_articles_that_are_out(newsroom: Newsroom, outlet: str, feed: str) -> None:
    document = render(newsroom, outlet, feed, start=NOON, at=HALF_HOUR_ON, base=BASE)
    expected = [
        piece.state(NOON, HALF_HOUR_ON).title
        for piece in visible(newsroom, outlet, feed=feed, start=NOON, at=HALF_HOUR_ON)
    ]
    assert expected
    if newsroom.outlet(outlet).format_of(feed) == "json":
        items = json.loads(document.body)["items"]
        assert [item["title"] for item in items] == expected
    else:
        parsed = feedparser.parse(document.body, sanitize_html=False, resolve_relative_uris=False)
        assert (parsed.bozo, [entry.title for entry in parsed.entries]) == (False, expected)
        assert parsed.feed.link == newsroom.outlet(outlet).site_url


def test_equal_input_gives_equal_bytes(newsroom: Newsroom) -> None:
    read_again = load_newsroom()
    for outlet, feed in FEEDS:
        first = render(newsroom, outlet, feed, start=NOON, at=NOON, base=BASE)
        again = render(read_again, outlet, feed, start=NOON, at=NOON + timedelta(seconds=59), base=BASE)
        assert first == again


def test_formats_are_the_ones_the_outlets_ask_for(newsroom: Newsroom) -> None:
    versions = {}
    for outlet, feed in (("lantern", "front"), ("vpr", "news"), ("kettle", "all")):
        document = render(newsroom, outlet, feed, start=NOON, at=NOON, base=BASE)
        versions[document.content_type] = feedparser.parse(document.body).version
    assert versions == {
        "application/rss+xml; charset=utf-8": "rss20",
        "application/atom+xml; charset=utf-8": "atom10",
        "application/rdf+xml; charset=utf-8": "rss10",
    }
    document = render(newsroom, "baobab", "news", start=NOON, at=NOON, base=BASE)
    assert document.content_type == "application/feed+json; charset=utf-8"
    assert json.loads(document.body)["version"] == "https://jsonfeed.org/version/1.1"


def test_an_rss_item_carries_everything_the_article_has(small: Path) -> None:
    (entry,) = entries(load_newsroom(small), "lantern", "front")
    assert entry.title == "Bridge stays shut"
    assert entry.link == f"{BASE}/lantern/bridge-1"
    assert (entry.id, entry.guidislink) == ("https://lantern.example/bridge-1", False)
    assert entry.published == "Sat, 14 Mar 2026 10:00:00 GMT"
    assert entry.summary == "Cracks &amp; rust, 5 &lt; 6."
    assert entry.content[0].value == "<p>First line goes on.</p>\n<p>Second &amp; last.</p>"
    assert (entry.source.title, entry.source.href) == ("Heap", f"{BASE}/heap/best.json")
    assert [tag.term for tag in entry.tags] == ["local"]


def test_an_atom_entry_carries_the_feeds_overrides_and_the_time_of_its_edit(small: Path) -> None:
    (entry,) = entries(load_newsroom(small), "lantern", "world")
    assert (entry.link, entry.id) == (f"{BASE}/lantern/bridge-1?x=1", "bridge#1")
    assert (entry.published, entry.updated) == ("2026-03-14T10:00:00+00:00", "2026-03-14T11:00:00+00:00")
    assert entry.summary == "Cracks & rust, 5 < 6."
    assert entry.source.title == "Heap"


def test_a_title_with_signs_survives_both_escapes(small: Path) -> None:
    newsroom = load_newsroom(small)
    early = timedelta(hours=-1.5)
    for feed in ("front", "world"):
        (entry,) = entries(newsroom, "lantern", feed, at=early)
        assert entry.title == "Bridge < shut & barred"


def test_a_json_item_without_body_gives_its_summary_as_text(small: Path) -> None:
    document = render(load_newsroom(small), "heap", "best", start=NOON, at=NOON, base=BASE)
    assert json.loads(document.body)["items"] == [
        {
            "id": "https://heap.example/heap-1",
            "url": f"{BASE}/lantern/bridge-1",
            "title": "A crack",
            "summary": "3 comments",
            "content_text": "3 comments",
            "date_published": "2026-03-14T10:30:00+00:00",
            "tags": ["local"],
        }
    ]


def test_an_agency_copy_in_json_bears_the_agency_as_its_byline(newsroom: Newsroom) -> None:
    document = render(newsroom, "baobab", "news", start=NOON, at=NOON, base=BASE)
    items = {item["url"]: item.get("authors") for item in json.loads(document.body)["items"]}
    assert items[f"{BASE}/baobab/tamarin-tin-halt-2"] == [{"name": "Marble Wire"}]


def test_dates_move_with_the_start(newsroom: Newsroom) -> None:
    later = NOON + timedelta(days=40, microseconds=7)
    for start in (NOON, later):
        document = render(newsroom, "vpr", "news", start=start, at=start, base=BASE)
        dates = [entry.published for entry in feedparser.parse(document.body).entries]
        out = visible(newsroom, "vpr", start=start, at=start)
        assert dates == [
            (start.replace(microsecond=0) - timedelta(hours=piece.hours_ago)).isoformat() for piece in out
        ]
        assert document.last_modified <= start


def test_articles_arrive_when_their_time_comes(newsroom: Newsroom) -> None:
    def titles(minutes: float) -> set[str]:
        return {entry.title for entry in entries(newsroom, "chronicle", "top", at=timedelta(minutes=minutes))}

    new = "Ice factory owner questioned as port infections reach 41"
    assert (new in titles(20.9), new in titles(21)) == (False, True)
    assert entries(newsroom, "chronicle", "top", at=timedelta(minutes=21))[0].title == new


def test_edits_apply_when_their_time_comes_and_set_updated(newsroom: Newsroom) -> None:
    seen = [
        one(newsroom, "chronicle", "top", "/live/monte-cervello", at=timedelta(hours=hours))
        for hours in (-9, -7, -5, -3, -1, 0.1, 0.3)
    ]
    assert len({entry.title for entry in seen}) == 7
    assert len({entry.link for entry in seen}) == len({entry.id for entry in seen}) == 1
    assert len({entry.published for entry in seen}) == 1
    assert seen[-1].updated == (NOON + timedelta(hours=0.28)).isoformat()


def test_a_guid_edited_over_one_text_changes_only_the_guid(newsroom: Newsroom) -> None:
    before = one(newsroom, "chronicle", "top", "orro-pellam-merger-3", at=timedelta(hours=-10))
    after = one(newsroom, "chronicle", "top", "orro-pellam-merger-3")
    assert (before.id, after.id) == (
        "tag:chronicle.example,2031:draft/88213",
        "tag:chronicle.example,2031:article/orro-pellam",
    )
    assert before.content == after.content


def test_one_article_in_three_feeds_has_three_guids_and_one_path(newsroom: Newsroom) -> None:
    given = [
        one(newsroom, "lantern", feed, "bank-of-veldmark-rate") for feed in ("front", "world", "business")
    ]
    url = "https://lantern.example/2031/bank-of-veldmark-rate"
    assert [entry.id for entry in given] == [f"{url}#0", f"{url}#1", f"{url}#2"]
    page = f"{BASE}/lantern/2031/bank-of-veldmark-rate"
    assert [entry.link for entry in given] == [
        f"{page}?partner=rss",
        f"{page}?partner=rss",
        f"{page}?partner=rss&section=business",
    ]


def test_the_undated_outlet_gives_no_date_anywhere(newsroom: Newsroom) -> None:
    document = render(newsroom, "thimble", "all", start=NOON, at=NOON, base=BASE)
    parsed = feedparser.parse(document.body)
    assert not {"published", "updated"} & {key for entry in parsed.entries for key in entry}
    assert not {"published", "updated"} & set(parsed.feed)
    assert b"2026" not in document.body


@pytest.mark.parametrize("links", ["local", "public"])
def test_an_aggregators_entry_links_to_the_very_address_of_the_article(
    newsroom: Newsroom, links: Links
) -> None:
    addresses = {
        entry.link
        for outlet in ("pendulum", "courier", "vpr", "chronicle")
        for feed in newsroom.outlet(outlet).feeds
        for entry in entries(newsroom, outlet, feed, links=links)
    }
    for feed in ("signal", "baobab"):
        for name in newsroom.outlet(feed).feeds:
            document = render(newsroom, feed, name, start=NOON, at=NOON, base=BASE, links=links)
            addresses |= {item["url"] for item in json.loads(document.body)["items"]}
    out = entries(newsroom, "linkheap", "best", links=links)
    assert len(out) >= 5
    assert {entry.link for entry in out} <= addresses
    assert all("/linkheap" in entry.links[1].href or "linkheap." in entry.links[1].href for entry in out)


def test_public_links_are_permanent_ones(newsroom: Newsroom) -> None:
    entry = one(newsroom, "cogsworth", "all", "cogsworth/copper-bridge-closure-1")
    assert entry.link == f"{BASE}/cogsworth/copper-bridge-closure-1"
    document = render(newsroom, "cogsworth", "all", start=NOON, at=NOON, base=BASE, links="public")
    address = "https://cogsworth.example/copper-bridge-closure-1"
    assert f"<link>{address}</link>".encode() in document.body
    assert f'<guid isPermaLink="true">{address}</guid>'.encode() in document.body


def test_a_feed_is_never_longer_than_its_limit(small: Path) -> None:
    more = [
        f'[[article]]\nid = "n{n}"\noutlet = "heap"\nhours_ago = {n}\ntitle = "N {n}"\nsummary = "N."\n'
        for n in range(MOST_ITEMS + 5)
    ]
    (small / "stories" / "more.toml").write_text('story = "more"\ntopic = "local"\n' + "\n".join(more))
    document = render(load_newsroom(small), "heap", "best", start=NOON, at=NOON, base=BASE)
    items = json.loads(document.body)["items"]
    assert len(items) == MOST_ITEMS
    assert items[0]["title"] == "N 0"


def test_last_modified_is_the_latest_article_or_edit(small: Path) -> None:
    newsroom = load_newsroom(small)
    moments = [
        render(
            newsroom, "lantern", "front", start=NOON, at=NOON + timedelta(hours=h), base=BASE
        ).last_modified
        for h in (-3, -2, 0, 0.5)
    ]
    assert [moment - NOON for moment in moments] == [timedelta(hours=h) for h in (-3, -2, -1, 0.5)]


def test_an_unknown_outlet_or_feed_is_a_key_error(newsroom: Newsroom) -> None:
    for outlet, feed in (("nobody", "all"), ("vpr", "sport")):
        with pytest.raises(KeyError):
            render(newsroom, outlet, feed, start=NOON, at=NOON, base=BASE)


def test_a_page_shows_the_article_as_it_is_now_under_old_and_new_paths(small: Path) -> None:
    newsroom = load_newsroom(small)
    late = NOON + timedelta(hours=1)
    old = render_page(newsroom, "lantern", "/bridge-1", start=NOON, at=late, base=BASE)
    new = render_page(newsroom, "lantern", "/bridge-open", start=NOON, at=late, base=BASE)
    assert old == new
    assert old is not None
    assert "<h1>Bridge stays shut</h1>" in old.body.decode()
    assert "<p>Open.</p>" in old.body.decode()
    assert old.last_modified == NOON + timedelta(hours=0.5)


def test_a_page_of_an_article_that_is_not_out_does_not_exist(small: Path) -> None:
    early = NOON - timedelta(hours=3)
    assert render_page(load_newsroom(small), "lantern", "/bridge-1", start=NOON, at=early, base=BASE) is None


def test_a_front_page_lists_the_articles_and_names_its_feeds(small: Path) -> None:
    page = render_page(load_newsroom(small), "lantern", "/", start=NOON, at=NOON, base=BASE)
    assert page is not None
    text = page.body.decode()
    assert f'<a href="{BASE}/lantern/bridge-1">Bridge stays shut</a>' in text
    assert (
        '<link rel="alternate" type="application/atom+xml" title="The Lantern – World" '
        f'href="{BASE}/lantern/world.xml">'
    ) in text


def test_the_newest_post_is_on_a_page_whose_address_is_reused(newsroom: Newsroom) -> None:
    page = render_page(newsroom, "islander", "/today", start=NOON, at=NOON, base=BASE)
    assert page is not None
    assert "<h1>Divers count seahorses in the harbour meadow</h1>" in page.body.decode()
