"""Facts about outlets from CSV, and the files of this project that new readers start with."""

from pathlib import Path

import pytest

from aggregator.domain.articles import OutletFacts
from aggregator.domain.errors import OutletsUnreadable
from aggregator.feeds.opml import parse_opml
from aggregator.feeds.outlets import COLUMNS, read_outlets
from aggregator.feeds.subscribe import checked_address, outlet_domain

CONFIG = Path(__file__).parents[3] / "config"
HEAD = ",".join(COLUMNS)


def test_every_row_becomes_facts_and_an_empty_cell_is_not_known() -> None:
    rows = ("Lantern.example , The Lantern,VM,newspaper,The Lantern Trust,en", "herald.example,Herald,,,,")
    text = "\n".join((HEAD, *rows))
    assert read_outlets(text.encode(), name="outlets.csv") == (
        OutletFacts(
            domain="lantern.example",
            name="The Lantern",
            country="VM",
            kind="newspaper",
            owner="The Lantern Trust",
            lang="en",
        ),
        OutletFacts(domain="herald.example", name="Herald"),
    )


def test_columns_may_come_in_any_order_with_others_beside_them() -> None:
    text = (
        'name,domain,note,language,owner,kind,country\n"Lantern, The",lantern.example,mine,en,,newspaper,VM\n'
    )
    assert read_outlets(text.encode(), name="outlets.csv") == (
        OutletFacts(domain="lantern.example", name="Lantern, The", country="VM", kind="newspaper", lang="en"),
    )


def test_a_column_of_sources_is_read_and_may_be_missing() -> None:
    text = f"{HEAD},source\nlantern.example,The Lantern,,,,,an almanac\n"
    (one,) = read_outlets(text.encode(), name="outlets.csv")
    assert one == OutletFacts(domain="lantern.example", name="The Lantern", source="an almanac")


def test_spreadsheet_file_with_byte_order_mark_and_short_rows_is_read() -> None:
    text = f"\ufeff{HEAD}\r\nlantern.example,The Lantern\r\n\r\n"
    assert read_outlets(text.encode(), name="outlets.csv") == (
        OutletFacts(domain="lantern.example", name="The Lantern"),
    )


def test_file_with_only_its_first_line_tells_nothing() -> None:
    assert read_outlets(HEAD.encode(), name="outlets.csv") == ()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "its first line lacks domain, name, country, kind, owner, language"),
        ("domain,name,country,kind\nlantern.example,Lantern,VM,x", "its first line lacks owner, language"),
        (f"{HEAD}\nlantern.example,The Lantern,VM\n ,Herald,VM", "line 3 has no domain or no name"),
        (f"{HEAD}\nlantern.example,,VM", "line 2 has no domain or no name"),
        (f"{HEAD}\n\n\nlantern.example,,VM", "line 4 has no domain or no name"),
        (f'{HEAD}\nlantern.example,"The\nLantern",VM\nherald.example,,VM', "line 4 has no domain or no name"),
        (f"{HEAD}\nlantern.example,{'x' * 200_000},VM,,,", "it is not CSV (field larger"),
    ],
    ids=["empty", "columns", "no domain", "no name", "blank lines", "line in a cell", "huge cell"],
)
def test_unreadable_file_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(OutletsUnreadable) as caught:
        read_outlets(text.encode(), name="outlets.csv")
    assert caught.value.name == "outlets.csv"
    assert caught.value.reason.startswith(reason)
    assert str(caught.value).startswith(f"outlets.csv cannot be read: {reason}")


def test_file_in_another_encoding_is_refused() -> None:
    with pytest.raises(OutletsUnreadable) as caught:
        read_outlets(f"{HEAD}\nlantern.example,Lanterné,VM,,,".encode("latin-1"), name="outlets.csv")
    assert caught.value.reason == "it is not text in UTF-8"


def test_outlets_of_this_project_are_many_and_from_many_countries() -> None:
    facts = read_outlets((CONFIG / "outlets.csv").read_bytes(), name="outlets.csv")
    domains = [one.domain for one in facts]
    assert len(set(domains)) == len(domains) >= 40
    assert len({one.country for one in facts}) >= 12
    assert [one.domain for one in facts if not (one.country and one.kind and one.lang and one.source)] == []


def test_every_starter_feed_is_of_an_outlet_that_the_facts_know() -> None:
    feeds = parse_opml((CONFIG / "feeds.opml").read_bytes(), name="feeds.opml")
    facts = read_outlets((CONFIG / "outlets.csv").read_bytes(), name="outlets.csv")
    countries = {one.domain: one.country for one in facts}
    homes = {feed.url: outlet_domain(feed) for feed in feeds}
    assert [url for url, domain in homes.items() if domain not in countries] == []
    assert len({*homes.values()}) >= 40
    assert len({countries[domain] for domain in homes.values()}) >= 12
    assert len(homes) == len(feeds)


def test_every_starter_feed_has_a_good_address_a_title_and_a_folder() -> None:
    feeds = parse_opml((CONFIG / "feeds.opml").read_bytes(), name="feeds.opml")
    assert [feed.url for feed in feeds if checked_address(feed.url) != feed.url] == []
    assert [feed.url for feed in feeds if not (feed.title and feed.folder and feed.site_url)] == []
