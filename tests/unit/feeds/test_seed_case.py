"""The page that started this (PRODUCT.md section 1), from feed to draft, in words of our own."""

from datetime import UTC, datetime

from aggregator.domain.articles import ArticleDraft
from aggregator.domain.feeds import ParsedFeed
from aggregator.feeds.normalise import normalise
from aggregator.feeds.parse import parse

NOW = datetime(2031, 3, 14, 12, 0, tzinfo=UTC)
TITLE = "Why Karsh and Tamarin cannot help sharing the tide station"
REPOST = "Why Tamarin and Karsh cannot help sharing the tide station"
LEDE = (
    "Two governments that no longer speak to each other still pay, month by month, for one lamp, one cook "
    "and one tide gauge on a rock between them."
)
BODY = f"""
<h1>{{title}}</h1>
<div class="meta"><i class="material-icons">time</i>
<time datetime="2031-03-14T11:00:00Z">an hour ago</time></div>
<p>{LEDE}</p>
<p>{LEDE}</p>
<p>The keepers have outlasted three ministers and the patrol-boat operation.</p><p>Karsh tested its new
buoy there in autumn, next to the one from Tamarin.</p>
<p><img src="/icons/pin.png" alt="location">Whoever writes the treaty will find the
<a href="https://tides.example/tables?utm_source=feed">tide tables</a> already agreed.</p>
<p><a href="https://pendulum.example/rock">There may be a light on the rock after all</a>
was first published by <a href="https://pendulum.example/">Pendulum</a>.</p>
<img src="https://count.example/p.gif" width="1" height="1">
"""
FEED = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>
<title>The Orsholm Lantern</title><link>https://www.lantern.example/</link>{items}</channel></rss>"""
ITEM = """<item><title>{title}</title><link>https://www.lantern.example/{page}?partner=rss</link>
<guid>https://www.lantern.example/{page}#{number}</guid><pubDate>Fri, 14 Mar 2031 {hour}:00:00 GMT</pubDate>
<description>{lede}</description><content:encoded><![CDATA[{body}]]></content:encoded></item>"""


def seed() -> tuple[ArticleDraft, ...]:
    items = "".join(
        ITEM.format(
            title=title, page=page, number=number, hour=10 + number, lede=LEDE, body=BODY.format(title=title)
        )
        for number, (title, page) in enumerate([(TITLE, "tide-station"), (REPOST, "tide-station-sharing")])
    )
    url = "https://www.lantern.example/feeds/front.xml"
    parsed = parse(FEED.format(items=items).encode(), "application/rss+xml", url=url)
    assert isinstance(parsed, ParsedFeed)
    return normalise(parsed, feed_url=url, site_url=parsed.site_url, now=NOW)


TEXT = f"""an hour ago

{LEDE}

The keepers have outlasted three ministers and the patrol-boat operation.

Karsh tested its new buoy there in autumn, next to the one from Tamarin.

Whoever writes the treaty will find the tide tables already agreed.

There may be a light on the rock after all was first published by Pendulum."""


def test_the_two_reposts_have_the_same_text_so_that_they_can_be_folded() -> None:
    first, second = seed()
    assert (first.title, second.title) == (TITLE, REPOST)
    assert first.text == second.text == TEXT
    assert first.identity != second.identity


def test_headline_and_lede_are_printed_once() -> None:
    for draft in seed():
        assert draft.text.count(LEDE) == draft.html.count(LEDE) == 1
        assert draft.title not in draft.text
        assert draft.title not in draft.html


def test_paragraphs_are_not_glued() -> None:
    assert "operation.\n\nKarsh" in seed()[0].text


def test_the_words_of_links_stay_in_their_sentences() -> None:
    text = seed()[0].text
    assert "find the tide tables already agreed." in text
    assert "There may be a light on the rock after all was first published by Pendulum." in text


def test_icons_are_not_fused_with_the_words_beside_them() -> None:
    draft = seed()[0]
    assert "timean" not in draft.text + draft.html
    assert "location" not in draft.text + draft.html
    assert '<img src="https://www.lantern.example/icons/pin.png" alt="">' in draft.html


def test_the_first_publisher_is_recognised() -> None:
    assert [draft.provenance for draft in seed()] == ["Pendulum", "Pendulum"]


def test_the_link_to_the_original_is_there_without_its_tracking() -> None:
    first, second = seed()
    assert first.link == "https://www.lantern.example/tide-station"
    assert second.link == "https://www.lantern.example/tide-station-sharing"


def test_times_are_absolute() -> None:
    assert [draft.published_at for draft in seed()] == [
        datetime(2031, 3, 14, 10, tzinfo=UTC),
        datetime(2031, 3, 14, 11, tzinfo=UTC),
    ]


def test_nothing_counts_the_reader() -> None:
    assert "count.example" not in seed()[0].html
    assert "utm_source" not in seed()[0].html
