"""OPML in and out: folders kept, nothing lost, nothing dangerous read."""

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.domain.errors import OpmlUnreadable
from aggregator.domain.feeds import NewFeed
from aggregator.feeds.opml import parse_opml, render_opml

NESTED = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0">
  <head><title>mine</title></head>
  <body>
    <outline text="Loose" type="rss" xmlUrl="https://loose.example/feed"/>
    <outline text="News">
      <outline title="The Lantern" text="ignored" xmlUrl=" https://lantern.example/feed "
        htmlUrl="https://lantern.example/" language="en"/>
      <outline text="Quayside/Harbour">
        <outline text="Pilot &amp; Tide" xmlUrl="https://pilot.example/feed?a=1&amp;b=2"/>
      </outline>
      <outline text="After" xmlUrl="https://after.example/feed"/>
    </outline>
    <outline text="A site only" type="link" url="https://site.example/"/>
    <outline text="Empty folder"/>
  </body>
</opml>
"""


def test_feeds_are_read_with_title_site_language_and_folder() -> None:
    assert parse_opml(NESTED.encode(), name="mine.opml") == (
        NewFeed(url="https://loose.example/feed", title="Loose"),
        NewFeed(
            url="https://lantern.example/feed",
            title="The Lantern",
            site_url="https://lantern.example/",
            folder="News",
            lang="en",
        ),
        NewFeed(
            url="https://pilot.example/feed?a=1&b=2", title="Pilot & Tide", folder="News/Quayside∕Harbour"
        ),
        NewFeed(url="https://after.example/feed", title="After", folder="News"),
        NewFeed(url="", title="A site only", site_url="https://site.example/"),
    )


@pytest.mark.parametrize("attribute", ["xmlUrl", "xmlurl", "XMLURL"])
def test_spelling_of_attribute_names_does_not_matter(attribute: str) -> None:
    data = f'<opml><body><outline text="A" {attribute}="https://a.example/"/></body></opml>'
    assert parse_opml(data.encode(), name="a.opml") == (NewFeed(url="https://a.example/", title="A"),)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "windows-1252"])
def test_any_common_encoding_is_read(encoding: str) -> None:
    declared = encoding.removesuffix("-sig")
    data = f'<?xml version="1.0" encoding="{declared}"?><opml><outline text="Café" xmlUrl="https://a.example/"/></opml>'
    assert parse_opml(data.encode(encoding), name="a.opml")[0].title == "Café"


def test_blank_lines_before_the_declaration_do_no_harm() -> None:
    assert len(parse_opml(b"\n\n" + NESTED.encode(), name="mine.opml")) == 5


def test_usual_faults_of_real_files_are_mended() -> None:
    data = (
        '<?xml version="1.0" encoding="UTF-8"?><opml><outline text="Bread & "caf&eacute;" &amp; &odd; \xfc" '
        'xmlUrl="https://a.example/?x=1&y=2"/></opml>'
    )
    assert parse_opml(data.encode("cp1252"), name="a.opml") == (
        NewFeed(url="https://a.example/?x=1&y=2", title='Bread & "café" & &odd; ü'),
    )


LAUGHS = """<?xml version="1.0"?><!DOCTYPE opml [
  <!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">
]><opml><body><outline text="&c;" xmlUrl="https://a.example/"/></body></opml>"""
EXTERNAL = """<?xml version="1.0"?><!DOCTYPE opml [<!ENTITY f SYSTEM "file:///etc/passwd">]>
<opml><body><outline text="x" xmlUrl="https://a.example/"/>&f;</body></opml>"""


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "it is empty"),
        (b"  \n", "it is empty"),
        (b"just words", "it is not well-formed XML (line 1, column 1)"),
        (b"<opml><body>", "it is not well-formed XML (line 1, column 13)"),
        (b"<opml><body/></opml>", "it lists no feeds"),
        (
            b"<rss version='2.0'><channel/></rss>",
            "it is a feed, not a list of feeds; add its address with `broadfold feeds add`",
        ),
        (b"<html><body/></html>", "it is a web page, not an OPML file"),
        (b"<shop/>", "it is not an OPML file: its first element is <shop>"),
        (b"<?xml version='1.0' encoding='klingon'?><opml><", "its character encoding is not known"),
        (LAUGHS.encode(), "it declares XML entities, which an honest list of feeds never needs"),
        (EXTERNAL.encode(), "it declares XML entities, which an honest list of feeds never needs"),
    ],
)
def test_wrong_file_is_told_by_name_and_reason(data: bytes, reason: str) -> None:
    with pytest.raises(OpmlUnreadable) as caught:
        parse_opml(data, name="mine.opml")
    assert (caught.value.name, caught.value.reason) == ("mine.opml", reason)


def test_written_file_is_nested_and_escaped() -> None:
    feeds = [
        NewFeed(url="https://a.example/?x=1&y=2", title='A "quoted" <tag>', folder="News/Local"),
        NewFeed(url="https://b.example/", title="B", site_url="https://b.example/home", folder="News"),
        NewFeed(url="https://c.example/", interval=timedelta(minutes=45), full_text=True, muted=True),
    ]
    assert (
        render_opml(feeds, title="Mine & yours").decode()
        == """<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0" xmlns:broadfold="urn:broadfold:opml">
  <head><title>Mine &amp; yours</title></head>
  <body>
    <outline text="News" title="News">
      <outline text="Local" title="Local">
        <outline type="rss" text='A "quoted" &lt;tag&gt;' title='A "quoted" &lt;tag&gt;' xmlUrl="https://a.example/?x=1&amp;y=2"/>
      </outline>
      <outline type="rss" text="B" title="B" xmlUrl="https://b.example/" htmlUrl="https://b.example/home"/>
    </outline>
    <outline type="rss" text="https://c.example/" xmlUrl="https://c.example/"SWITCHES/>
  </body>
</opml>
""".replace("SWITCHES", ' broadfold:intervalSeconds="2700" broadfold:fullText="true" broadfold:muted="true"')
    )


PRINTABLE = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp", "Zs"), exclude_characters="/￾￿"),
    min_size=1,
    max_size=12,
)
FEEDS = st.builds(
    NewFeed,
    url=PRINTABLE.map(lambda path: f"https://a.example/{path}"),
    title=PRINTABLE,
    site_url=st.none() | PRINTABLE.map(lambda path: f"https://b.example/{path}"),
    folder=st.lists(PRINTABLE, max_size=3).map("/".join),
    lang=st.none() | st.sampled_from(["en", "fr"]),
    interval=st.none() | st.integers(1, 99_999_999).map(lambda seconds: timedelta(seconds=seconds)),
    full_text=st.booleans(),
    muted=st.booleans(),
)


@given(st.lists(FEEDS, min_size=1, max_size=6))
def test_every_feed_survives_the_round_trip(feeds: list[NewFeed]) -> None:
    again = parse_opml(render_opml(feeds, title="round"), name="round.opml")
    assert sorted(again, key=repr) == sorted(feeds, key=repr)


@pytest.mark.parametrize("interval", ["", "0", "-5", "45m", "1e9", "999999999", "٤٥"])
def test_switches_that_make_no_sense_are_as_if_they_were_not_there(interval: str) -> None:
    line = f'xmlUrl="https://a.example/" broadfold:intervalSeconds="{interval}" broadfold:muted="yes"'
    data = f'<opml version="2.0"><body><outline {line}/></body></opml>'.encode()

    assert parse_opml(data, name="x.opml") == (NewFeed(url="https://a.example/"),)


def test_control_characters_in_a_title_do_not_break_the_file() -> None:
    data = render_opml([NewFeed(url="https://a.example/", title="a\x00b\x0bc")], title="x")
    assert parse_opml(data, name="x.opml")[0].title == "abc"


def test_starter_list_is_readable() -> None:
    starter = Path(__file__).parents[3] / "config" / "feeds.opml"
    feeds = parse_opml(starter.read_bytes(), name=starter.name)
    assert len(feeds) >= 40
    assert all(feed.url and feed.site_url and feed.folder for feed in feeds)


def test_real_country_lists_are_read_whole(corpus: Path) -> None:
    files = sorted((corpus / "opml").glob("*.opml"))
    found = [feed for file in files for feed in parse_opml(file.read_bytes(), name=file.name)]
    listed = sum(file.read_bytes().count(b"xmlUrl=") for file in files)
    assert (len(found), all(feed.url for feed in found)) == (listed, True)
