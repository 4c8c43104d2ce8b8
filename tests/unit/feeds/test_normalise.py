"""Entries to clean drafts."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.domain.articles import ArticleDraft
from aggregator.domain.feeds import ParsedEntry, ParsedFeed
from aggregator.feeds.normalise import guid_key, normalise, shortened, title_overlap
from tests.factories import digest, make_entry
from tests.fakes import NOON

FEED = "https://www.lantern.example/feeds/front.xml"
SITE = "https://www.lantern.example/"
LEDE = "The harbour bridge will stay closed until Monday, the council decided after a long night."
MORE = "Ferries run every ten minutes instead, and the tram turns round at the quay."


def drafts(*entries: ParsedEntry, **feed: Any) -> tuple[ArticleDraft, ...]:
    parsed = ParsedFeed(format="rss20", title="The Orsholm Lantern", entries=entries, **feed)
    return normalise(parsed, feed_url=FEED, site_url=SITE, now=NOON)


def draft(title: str = "Harbour bridge closed", **fields: Any) -> ArticleDraft:
    (found,) = drafts(make_entry(title, **fields))
    return found


def test_an_entry_becomes_a_clean_draft() -> None:
    found = draft(
        "Harbour <em>bridge</em> &amp;amp; quay closed",
        guid="https://www.lantern.example/bridge/?partner=rss#0",
        link="http://www.lantern.example/bridge/?utm_source=rss&b=2&a=1#map",
        summary=f"<p>{LEDE}</p>",
        content=f"<p>{LEDE}</p><p>{MORE} <a href='/map'>A map</a>.</p>",
        author="Clemency Rudge",
        published=NOON - timedelta(hours=2),
        image_url="/bridge.jpg",
        tags=("Harbour &amp; sea", "Harbour &amp; sea"),
    )
    text = f"{LEDE}\n\n{MORE} A map."
    link = '<a href="https://www.lantern.example/map" rel="noopener noreferrer nofollow">A map</a>'
    assert found == ArticleDraft(
        identity="https://lantern.example/bridge?a=1&b=2",
        guid="https://lantern.example/bridge",
        url="http://www.lantern.example/bridge/?a=1&b=2",
        link="http://www.lantern.example/bridge/?b=2&a=1#map",
        title="Harbour bridge & quay closed",
        summary=LEDE,
        text=text,
        html=f"<p>{LEDE}</p><p>{MORE} {link.replace('https://www', 'http://www')}.</p>",
        content_hash=digest("Harbour bridge & quay closed", text),
        published_at=NOON - timedelta(hours=2),
        author="Clemency Rudge",
        lang="en",
        image_url="https://www.lantern.example/bridge.jpg",
        tags=("Harbour & sea",),
    )


@pytest.mark.parametrize(
    ("published", "updated", "expected"),
    [
        (NOON - timedelta(days=2), None, NOON - timedelta(days=2)),
        (None, NOON - timedelta(days=1), NOON - timedelta(days=1)),
        (NOON - timedelta(days=2), NOON, NOON - timedelta(days=2)),
        (NOON + timedelta(hours=5), None, NOON),
        (NOON + timedelta(hours=25), None, None),
        (NOON + timedelta(days=400), NOON - timedelta(days=1), NOON - timedelta(days=1)),
        (datetime(1970, 1, 1, tzinfo=UTC), None, None),
        (None, None, None),
    ],
)
def test_only_dates_that_can_be_are_believed(
    published: datetime | None, updated: datetime | None, expected: datetime | None
) -> None:
    assert draft(published=published, updated=updated).published_at == expected


@pytest.mark.parametrize(
    ("content", "summary", "text"),
    [
        (f"<h1>Harbour Bridge closed!</h1><p>{LEDE}</p>", "", LEDE),
        (f"<p><strong>Harbour bridge closed</strong><br><br>{LEDE}</p>", "", LEDE),
        (f"<p>{LEDE}</p><p>{LEDE}</p><p>{MORE}</p>", "", f"{LEDE}\n\n{MORE}"),
        (f"<h2>Harbour bridge closed</h2><p>{LEDE}</p><p>{LEDE} {MORE}</p>", LEDE, f"{LEDE} {MORE}"),
        (f"<p>{LEDE}</p><p>Photo</p><p>{LEDE}</p><p>{MORE}</p>", LEDE, f"{LEDE}\n\nPhoto\n\n{MORE}"),
        (
            f"<p>By A. Quill</p><h1>Harbour bridge closed</h1><p>{LEDE}</p><p>{LEDE}</p>",
            "",
            f"By A. Quill\n\n{LEDE}",
        ),
        (f"<p>{LEDE}</p><p>{MORE}</p>", LEDE, f"{LEDE}\n\n{MORE}"),
        ("<p>Harbour bridge closed</p>", "", ""),
        ("", "Harbour bridge closed", ""),
        ("", f"Harbour bridge closed\n\n{LEDE}", LEDE),
        (f"<p>{LEDE}</p><p>The post <a href='/b'>Bridge</a> appeared first on Lantern.</p>", "", LEDE),
    ],
)
def test_headline_and_lede_are_printed_once(content: str, summary: str, text: str) -> None:
    found = draft(content=content, summary=summary)
    assert found.text == text
    assert found.html.count("harbour bridge will") == text.count("harbour bridge will")
    assert "bridge closed" not in found.html.lower()


def test_a_picture_beside_a_repeated_headline_stays() -> None:
    found = draft(content=f"<p><img src='/a.jpg' alt='Quay'>Harbour bridge closed</p><p>{LEDE}</p>")
    assert found.html == f'<p><img src="https://lantern.example/a.jpg" alt="Quay"></p><p>{LEDE}</p>'


def test_the_text_is_whichever_of_content_and_summary_says_more() -> None:
    assert draft(content="<p>Photo</p>", summary=f"{LEDE} {MORE}").text == f"{LEDE} {MORE}"
    assert draft(content=f"<p>{LEDE} {MORE}</p>", summary=LEDE).text == f"{LEDE} {MORE}"


def test_the_summary_is_cut_at_a_word() -> None:
    summary = draft(summary="harbour " * 100).summary
    assert (len(summary) <= 500, summary[-8:]) == (True, "harbour…")


def test_a_summary_that_is_the_title_gives_way_to_the_first_paragraph() -> None:
    assert draft(summary="Harbour bridge closed.", content=f"<p>{LEDE}</p><p>{MORE}</p>").summary == LEDE


def test_markup_escaped_twice_is_read() -> None:
    found = draft(summary=f"&lt;p&gt;{LEDE}&lt;/p&gt;&lt;p&gt;{MORE}&lt;/p&gt;")
    assert found.text == f"{LEDE}\n\n{MORE}"


def test_read_more_is_no_part_of_the_text() -> None:
    assert draft(summary=f"{LEDE} [...]").text == f"{LEDE}…"
    assert draft(summary=f"<p>{LEDE} <a href='/b'>Continue reading</a></p>").text == f"{LEDE}…"


def test_an_entry_without_a_title_gets_its_first_words() -> None:
    assert draft("", summary=f"{LEDE} {MORE}").title == LEDE.rstrip(".")
    assert (
        draft("", summary="word " * 40).title
        == "word word word word word word word word word word word word…"
    )


def test_an_entry_of_nothing_is_left_out() -> None:
    assert drafts(ParsedEntry(), ParsedEntry(guid="x")) == ()


def test_the_suffix_of_an_outlet_stays_in_the_title() -> None:
    assert draft("Bridge closed - The Orsholm Lantern").title == "Bridge closed - The Orsholm Lantern"


def test_links_in_the_body_start_from_the_base_that_the_feed_gives() -> None:
    found = draft(content="<p><a href='map'>m</a></p>", base_url="https://cdn.example/x/")
    assert 'href="https://cdn.example/x/map"' in found.html


def test_a_guid_that_is_an_address_stands_in_for_a_missing_link() -> None:
    found = draft(link=None, guid="https://lantern.example/bridge#0")
    assert (found.url, found.identity) == ("https://lantern.example/bridge", "https://lantern.example/bridge")


def test_without_a_link_the_guid_is_the_identity() -> None:
    assert draft(link=None, guid="b-1").identity == "b-1"


def test_without_link_and_guid_the_words_are_the_identity() -> None:
    found = draft(link=None, summary=LEDE)
    assert found.identity == f"sha256:{found.content_hash}"


def test_one_url_listed_with_numbered_guids_is_one_article() -> None:
    url = "https://lantern.example/bridge"
    entries = [make_entry(guid=f"{url}#{n}", link=f"{url}?partner=rss") for n in range(3)]
    assert [found.identity for found in drafts(*entries)] == [url]


def test_one_url_for_every_post_makes_the_guid_the_identity() -> None:
    """PRODUCT.md section 8, case 8."""
    home = "https://islander.example/today"
    entries = [
        make_entry("Ferry late again", guid="t-1", link=home, summary="The ferry was late."),
        make_entry("Whale seen off the pier", guid="t-2", link=home, summary="A whale was seen."),
    ]
    assert [found.identity for found in drafts(*entries)] == ["t-1", "t-2"]


def test_one_url_for_every_post_without_guids_makes_the_words_the_identity() -> None:
    home = "https://islander.example/today"
    found = drafts(make_entry("Ferry late again", link=home), make_entry("Whale seen", link=home))
    assert [one.identity for one in found] == [f"sha256:{one.content_hash}" for one in found]


def test_an_entry_listed_twice_is_folded_into_the_fuller_one() -> None:
    found = drafts(
        make_entry(summary=LEDE),
        make_entry("Whale seen", link="https://lantern.example/w"),
        make_entry(summary=f"{LEDE} {MORE}"),
    )
    assert [(one.title, one.text) for one in found] == [
        ("Harbour bridge closed", f"{LEDE} {MORE}"),
        ("Whale seen", ""),
    ]


def test_one_guid_under_two_addresses_is_one_article() -> None:
    one = make_entry(guid="b-1", link="https://lantern.example/bridge")
    other = make_entry(
        "Harbour bridge is closed", guid="b-1", link="https://lantern.example/bridge?section=sea"
    )
    assert [found.identity for found in drafts(one, other)] == ["https://lantern.example/bridge"]


def test_rss_and_atom_of_one_site_give_one_set_of_identities() -> None:
    """PRODUCT.md section 8, case 15."""
    rss = draft(guid="https://www.lantern.example/?p=12", link="http://www.lantern.example/bridge/?ref=rss")
    atom = draft(guid="tag:lantern.example,2031:12", link="https://lantern.example/bridge")
    assert rss.identity == atom.identity == "https://lantern.example/bridge"


@pytest.mark.parametrize(
    ("guid", "key"),
    [
        ("https://www.lantern.example/a?partner=rss#0", "https://lantern.example/a"),
        ("http://lantern.example/a/#", "https://lantern.example/a"),
        ("https://lantern.example/log#post-7", "https://lantern.example/log#post-7"),
        (" tag:lantern.example,2031:1#0 ", "tag:lantern.example,2031:1#0"),
        ("p54ttd", "p54ttd"),
        ("  ", None),
        (None, None),
    ],
)
def test_a_guids_key_is_what_names_the_article(guid: str | None, key: str | None) -> None:
    assert guid_key(guid) == key


def test_title_overlap_counts_shared_words() -> None:
    assert title_overlap("Bridge closed", "The BRIDGE is closed!") == 1
    assert title_overlap("Bridge closed", "Whale seen") == 0
    assert title_overlap("", "Whale") == 0


@given(st.text(max_size=80), st.integers(2, 30))
def test_shortened_text_is_never_longer_than_its_limit(text: str, limit: int) -> None:
    assert len(shortened(text, limit)) <= limit


words = st.text("ab <>&;/p\"'=é\n.", max_size=60)


@given(
    st.lists(
        st.builds(ParsedEntry, guid=words, link=words, title=words, summary=words, content=words), max_size=5
    )
)
def test_normalising_any_entries_gives_distinct_clean_drafts(entries: list[ParsedEntry]) -> None:
    found = drafts(*entries, lang="en")
    assert len({one.identity for one in found}) == len(found) <= len(entries)
    for one in found:
        assert one.identity
        assert one.title == " ".join(one.title.split())
        assert one.content_hash == digest(one.title, one.text)
