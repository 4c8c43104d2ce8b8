"""Every dialect, and every way in which a document is broken."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.domain.feeds import Failure, ParsedEntry, ParsedFeed, ParseFailed
from aggregator.feeds.parse import MAX_ENTRIES, parse

URL = "https://www.lantern.example/feeds/front.xml"
ITEM = "<item><title>Bridge closed</title><link>https://lantern.example/bridge</link></item>"


def rss(
    items: str = ITEM, *, channel: str = "", head: str = '<?xml version="1.0"?>', version: str = "2.0"
) -> str:
    names = (
        'xmlns:media="http://search.yahoo.com/mrss/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'
    )
    channel = f"<channel><title>Lantern</title>{channel}{items}</channel>"
    return f'{head}<rss version="{version}" {names}>{channel}</rss>'


def atom(entries: str, *, attributes: str = "") -> str:
    return f'<feed xmlns="http://www.w3.org/2005/Atom" {attributes}><title>Lantern</title>{entries}</feed>'


def read(text: str | bytes) -> ParsedFeed:
    parsed = parse(text if isinstance(text, bytes) else text.encode(), None, url=URL)
    assert isinstance(parsed, ParsedFeed), parsed
    return parsed


def only(text: str) -> ParsedEntry:
    (entry,) = read(text).entries
    return entry


RDF = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">'
    '<channel rdf:about="https://lantern.example/"><title>Lantern</title></channel>'
    '<item rdf:about="https://lantern.example/bridge"><title>Bridge closed</title>'
    "<link>https://lantern.example/bridge</link></item></rdf:RDF>"
)
ATOM_03 = (
    '<feed version="0.3" xmlns="http://purl.org/atom/ns#"><title>Lantern</title><entry>'
    '<title>Bridge closed</title><link rel="alternate" type="text/html" href="https://lantern.example/bridge"/>'
    "</entry></feed>"
)
ATOM_10 = atom(
    '<entry><title>Bridge closed</title><link href="https://lantern.example/bridge"/><id>tag:1</id></entry>'
)
CDF = (
    '<CHANNEL HREF="https://lantern.example/"><TITLE>Lantern</TITLE>'
    '<ITEM HREF="https://lantern.example/bridge"><TITLE>Bridge closed</TITLE></ITEM></CHANNEL>'
)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        (rss(version="0.91"), "rss091u"),
        (rss(version="0.92"), "rss092"),
        (rss(), "rss20"),
        (RDF, "rss10"),
        (ATOM_03, "atom03"),
        (ATOM_10, "atom10"),
        (CDF, "cdf"),
    ],
)
def test_every_dialect_is_read(text: str, form: str) -> None:
    parsed = read(text)
    entry = parsed.entries[0]
    assert (parsed.format, parsed.title, parsed.warning) == (form, "Lantern", None)
    assert (entry.title, entry.link) == ("Bridge closed", "https://lantern.example/bridge")


def test_channel_facts_are_read() -> None:
    parsed = read(
        rss("", channel="<link>https://lantern.example/</link><language>en-gb</language><ttl>15</ttl>")
    )
    assert parsed == ParsedFeed(
        format="rss20",
        title="Lantern",
        site_url="https://lantern.example/",
        lang="en-gb",
        ttl=timedelta(minutes=15),
    )


def test_the_syndication_module_tells_how_often_to_come() -> None:
    channel = "<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>"
    assert read(rss(channel=channel)).ttl == timedelta(hours=6)


def test_an_rss_item_is_read_whole() -> None:
    entry = only(
        rss(
            "<item><title>Bridge &amp;amp; quay</title><link>/bridge</link>"
            "<guid isPermaLink='false'>b-1</guid><description>Short.</description>"
            "<content:encoded>&lt;p&gt;The whole.&lt;/p&gt;</content:encoded>"
            "<dc:creator>Clemency Rudge</dc:creator><pubDate>Fri, 14 Mar 2031 12:00:00 +0100</pubDate>"
            "<source url='https://marblewire.example/feed'>Marble Wire</source><category>Harbour</category>"
            "<comments>https://lantern.example/bridge#talk</comments>"
            "<media:content url='https://cdn.example/s.jpg' medium='image' width='100'/>"
            "<media:content url='https://cdn.example/l.jpg' medium='image' width='900'/></item>"
        )
    )
    assert entry == ParsedEntry(
        guid="b-1",
        link="https://www.lantern.example/bridge",
        title="Bridge &amp; quay",
        summary="Short.",
        content="<p>The whole.</p>",
        author="Clemency Rudge",
        published=datetime(2031, 3, 14, 11, tzinfo=UTC),
        source_title="Marble Wire",
        source_url="https://marblewire.example/feed",
        comments_url="https://lantern.example/bridge#talk",
        image_url="https://cdn.example/l.jpg",
        tags=("Harbour",),
    )


def test_an_atom_entry_is_read_whole() -> None:
    entry = only(
        atom(
            "<entry><id>tag:lantern.example,2031:1</id>"
            "<title type='html'>Bridge &lt;em&gt;closed&lt;/em&gt;</title>"
            "<link rel='self' href='https://lantern.example/1.atom'/><link rel='replies' href='/1/talk'/>"
            "<link href='/1'/><summary>Short.</summary>"
            "<content type='html'>&lt;p&gt;Whole.&lt;/p&gt;</content>"
            "<author><name>Ada Quill</name></author><author><name>Bo Wren</name></author>"
            "<updated>2031-03-14T13:00:00Z</updated><published>2031-03-14T12:00:00Z</published></entry>",
            attributes='xml:lang="de" xml:base="https://lantern.example/base/"',
        )
    )
    assert entry == ParsedEntry(
        guid="tag:lantern.example,2031:1",
        link="https://lantern.example/1",
        title="Bridge <em>closed</em>",
        summary="Short.",
        content="<p>Whole.</p>",
        author="Ada Quill, Bo Wren",
        published=datetime(2031, 3, 14, 12, tzinfo=UTC),
        updated=datetime(2031, 3, 14, 13, tzinfo=UTC),
        comments_url="https://lantern.example/1/talk",
        lang="de",
        base_url="https://lantern.example/base/",
    )


@pytest.mark.parametrize(
    ("picture", "expected"),
    [
        ("<media:thumbnail url='https://cdn.example/t.jpg'/>", "https://cdn.example/t.jpg"),
        (
            "<enclosure url='https://cdn.example/e.jpg' type='image/jpeg' length='1'/>",
            "https://cdn.example/e.jpg",
        ),
        ("<enclosure url='https://cdn.example/e.mp3' type='audio/mpeg' length='1'/>", None),
        ("<media:content url='https://cdn.example/v.mp4' medium='video'/>", None),
        ("<media:content url='data:image/png;base64,AA' medium='image'/>", None),
    ],
)
def test_the_picture_is_found_where_feeds_put_it(picture: str, expected: str | None) -> None:
    assert only(rss(f"<item><title>a</title>{picture}</item>")).image_url == expected


@pytest.mark.parametrize(
    ("date", "moment"),
    [
        ("<pubDate>Fri, 14 Mar 2031 12:00:00 GMT</pubDate>", datetime(2031, 3, 14, 12, tzinfo=UTC)),
        ("<pubDate>Fri, 14 Mar 2031 12:00:00</pubDate>", datetime(2031, 3, 14, 12, tzinfo=UTC)),
        ("<pubDate>Fri, 14 Mar 2031 12:00:00 AEST</pubDate>", datetime(2031, 3, 14, 2, tzinfo=UTC)),
        ("<pubDate>14 March 2031 12:30</pubDate>", datetime(2031, 3, 14, 12, 30, tzinfo=UTC)),
        ("<pubDate>soon</pubDate>", None),
        ("", None),
    ],
)
def test_dates_are_utc_or_missing(date: str, moment: datetime | None) -> None:
    entry = only(rss(f"<item><title>a</title>{date}</item>"))
    assert (entry.published, entry.updated) == (moment, None)


def test_dublin_core_dates_are_kept_as_updated() -> None:
    entry = only(rss("<item><title>a</title><dc:date>2031-03-14T12:00:00Z</dc:date></item>"))
    assert entry.updated == datetime(2031, 3, 14, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("guid", "link"),
    [
        ("<guid>p54ttd</guid>", None),
        ("<guid>https://lantern.example/p</guid>", "https://lantern.example/p"),
        ("<guid isPermaLink='false'>https://lantern.example/p</guid>", None),
    ],
)
def test_a_guid_is_a_link_only_when_it_is_an_address(guid: str, link: str | None) -> None:
    assert only(rss(f"<item><title>a</title>{guid}</item>")).link == link


def test_a_bare_mail_address_names_no_author() -> None:
    assert only(rss("<item><title>a</title><author>desk@lantern.example</author></item>")).author is None


@pytest.mark.parametrize(
    ("body", "failed"),
    [
        (b"", ParseFailed(failure=Failure.EMPTY)),
        (b" \n\t ", ParseFailed(failure=Failure.EMPTY)),
        (
            b"<!DOCTYPE html><html><head></head></html>",
            ParseFailed(failure=Failure.NOT_A_FEED, detail="an HTML page"),
        ),
        (b"<!-- x --><HTML><body>Hi", ParseFailed(failure=Failure.NOT_A_FEED, detail="an HTML page")),
        (b"<opml version='2.0'/>", ParseFailed(failure=Failure.NOT_A_FEED, detail="an OPML list")),
        (b"<urlset><url/></urlset>", ParseFailed(failure=Failure.NOT_A_FEED, detail="a sitemap")),
        (b"Service unavailable", ParseFailed(failure=Failure.NOT_A_FEED)),
        (b"\x89PNG\r\n\x1a\n\x00", ParseFailed(failure=Failure.NOT_A_FEED)),
        (
            b"<rss version='2.0'><channel><title>x",
            ParseFailed(failure=Failure.MALFORMED, detail="line 2: no element found"),
        ),
    ],
)
def test_what_is_no_feed_is_told_apart(body: bytes, failed: ParseFailed) -> None:
    assert parse(body, "text/xml", url=URL) == failed


def test_malformed_xml_gives_what_can_be_recovered_and_a_warning() -> None:
    parsed = read(rss(ITEM + "<item><title>Fish & chips</title><p></item>"))
    assert [entry.title for entry in parsed.entries] == ["Bridge closed", "Fish & chips"]
    assert (
        parsed.warning == "The feed is not well-formed (line 2: mismatched tag); its entries were recovered."
        or (parsed.warning is not None and parsed.warning.startswith("The feed is not well-formed (line"))
    )


def test_a_feed_cut_in_the_middle_keeps_its_whole_entries() -> None:
    parsed = read(rss(ITEM * 2)[:-40])
    assert parsed.entries[0].title == "Bridge closed"
    assert parsed.warning is not None


def test_a_feed_without_entries_is_a_feed() -> None:
    assert (read(rss("")).entries, read(rss("")).warning) == ((), None)


def test_a_wrong_encoding_is_read_with_a_warning() -> None:
    parsed = read(rss(ITEM.replace("Bridge", "Café")).encode("latin-1"))
    assert parsed.entries[0].title == "Café closed"
    assert parsed.warning == "The feed declares no encoding and is not utf-8; it was read as windows-1252."


@pytest.mark.parametrize("junk", ["\n\n  ", "\ufeff", "\x00\x0b"])
def test_junk_before_the_declaration_does_no_harm(junk: str) -> None:
    assert read(junk + rss()).entries[0].title == "Bridge closed"


def test_impossible_characters_do_no_harm() -> None:
    title = only(rss("<item><title>a\x0b &#0;&#xD800;&#99999999999; & b</title></item>")).title
    assert title == "a \ufffd\ufffd\ufffd & b"


def bomb(levels: int) -> str:
    lines = ['<!ENTITY a0 "ha">']
    lines += [f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, levels)]
    return f"<!DOCTYPE rss [{''.join(lines)}]>"


@pytest.mark.parametrize(
    "head",
    [
        bomb(9),
        "<!-- <a> -->" + bomb(9),
        bomb(9).replace(">", ">\n"),
        f'<!DOCTYPE rss [<!ENTITY a8 "{"ha" * 5000}">]>',
    ],
)
def test_entity_bombs_do_not_go_off(head: str) -> None:
    parsed = parse(rss(ITEM.replace("Bridge", "&a8;" * 50), head=head).encode(), None, url=URL)
    assert isinstance(parsed, ParsedFeed)
    assert len(parsed.entries[0].title) < 400


def test_entities_of_the_machine_are_not_read() -> None:
    head = '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    assert only(rss(ITEM.replace("Bridge", "&x;"), head=head)).title == "&x; closed"


def test_harmless_entities_of_a_document_are_honoured() -> None:
    head = '<!DOCTYPE rss [\n<!ENTITY eacute "&#233;">\n]>\n'
    assert only(rss(ITEM.replace("Bridge", "Caf&eacute;"), head=head)).title == "Café closed"


def test_only_the_first_entries_of_an_endless_feed_are_read() -> None:
    parsed = read(rss("<item><title>a</title></item>" * (MAX_ENTRIES + 5)))
    assert len(parsed.entries) == MAX_ENTRIES
    assert parsed.warning == f"The feed has {MAX_ENTRIES + 5} entries; the first {MAX_ENTRIES} were read."


@pytest.mark.parametrize("content_type", ["application/feed+json", "application/json", "text/html", None])
def test_json_is_known_by_its_first_character(content_type: str | None) -> None:
    body = b'{"version": "https://jsonfeed.org/version/1", "title": "Lantern", "items": []}'
    assert parse(body, content_type, url=URL) == ParsedFeed(format="json10", title="Lantern")


def test_xml_under_a_json_content_type_is_read() -> None:
    parsed = parse(rss().encode(), "application/json", url=URL)
    assert isinstance(parsed, ParsedFeed)
    assert parsed.format == "rss20"


@given(st.binary(max_size=120))
def test_no_body_raises(body: bytes) -> None:
    assert isinstance(parse(body, None, url=URL), ParsedFeed | ParseFailed)


@given(st.integers(0, 700), st.integers(0, 700))
def test_no_cut_or_hole_in_a_feed_raises(start: int, end: int) -> None:
    text = rss(
        ITEM
        + "<item><title>Caf&#233; &amp; quay</title><description><![CDATA[<p>x</p>]]></description></item>"
    )
    for body in (text[:start], text[:start] + text[end:]):
        assert isinstance(parse(body.encode(), None, url=URL), ParsedFeed | ParseFailed)
