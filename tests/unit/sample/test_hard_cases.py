"""The cases of PRODUCT.md section 8 that feeds can tell are in the bundled newsroom and stay there."""

import re
from collections import defaultdict
from datetime import timedelta
from itertools import combinations

import pytest

from aggregator.sample.newsroom import Newsroom
from aggregator.sample.pieces import Piece
from tests.fakes import NOON

SMALL_WORDS = frozenset(("a", "an", "and", "as", "at", "by", "for", "in", "of", "on", "the", "to", "with"))


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def shingles(text: str, size: int = 4) -> set[tuple[str, ...]]:
    all_words = words(text)
    return {tuple(all_words[i : i + size]) for i in range(len(all_words) - size + 1)}


def of_story(newsroom: Newsroom, story: str) -> list[Piece]:
    return [piece for piece in newsroom.pieces if piece.story == story]


def pairs_of_outlets(newsroom: Newsroom) -> list[tuple[Piece, Piece]]:
    return [(a, b) for a, b in combinations(newsroom.pieces, 2) if a.outlet == b.outlet]


def test_case_1_one_outlet_posts_a_text_again_an_hour_later_under_a_reordered_headline(
    newsroom: Newsroom,
) -> None:
    reposts = [
        (a.id, b.id)
        for a, b in pairs_of_outlets(newsroom)
        if a.text() == b.text() and sorted(words(a.title)) == sorted(words(b.title)) and a.title != b.title
        and abs(a.hours_ago - b.hours_ago) == pytest.approx(1.0) and a.path != b.path and a.story == b.story
    ]  # fmt: skip
    assert reposts == [("lapwing-moon-relay-4", "lapwing-moon-relay-5")]


def test_case_2_a_live_blog_is_retitled_six_times_on_one_url(newsroom: Newsroom) -> None:
    blog = newsroom.piece("monte-cervello-wildfire-2")
    titles = [edit.title for edit in blog.edits]
    assert len({blog.title, *titles}) == 7
    assert blog.paths() == {"/live/monte-cervello"}
    assert [edit.hours_ago < 0 for edit in blog.edits].count(True) == 2


def test_case_3_headlines_of_one_story_have_no_word_in_common(newsroom: Newsroom) -> None:
    kettles = [newsroom.piece(f"tumblewick-kettle-recall-{n}") for n in (1, 2)]
    assert not set(words(kettles[0].title)) & set(words(kettles[1].title))
    ballots = of_story(newsroom, "dunmallow-confidence-vote")
    for a, b in combinations(ballots, 2):
        assert not set(words(a.title)) & set(words(b.title)) - SMALL_WORDS


def test_case_4_five_local_items_share_only_the_country(newsroom: Newsroom) -> None:
    ids = {
        "copper-bridge-closure",
        "tinkers-row-library",
        "orsholm-tram-strike",
        "bronze-goose-theft",
        "gasworks-baths",
    }
    items = [piece for story in ids for piece in of_story(newsroom, story)]
    assert {piece.story for piece in items} == ids
    countries = {newsroom.outlet(piece.outlet).country for piece in items}
    assert countries == {"Veldmark"}


def test_case_5_briefings_of_two_days_and_two_outlets_share_their_title(newsroom: Newsroom) -> None:
    briefings = [piece for piece in newsroom.pieces if piece.title == "Morning briefing"]
    assert sorted(piece.outlet for piece in briefings) == ["kettle", "kettle", "vpr", "vpr"]
    assert len({piece.story for piece in briefings}) == 4


def test_case_6_a_title_is_edited_on_one_url_and_a_guid_over_one_text(newsroom: Newsroom) -> None:
    retitled = newsroom.piece("pantrypass-breach-1")
    assert len({retitled.title, *(edit.title for edit in retitled.edits)}) == 3
    assert len(retitled.paths()) == 1
    reissued = newsroom.piece("orro-pellam-merger-3")
    now = reissued.state(NOON, NOON)
    assert now.guid not in (None, reissued.guid)
    assert (now.title, now.text(), now.path) == (reissued.title, reissued.text(), reissued.path)


def test_case_7_one_url_stands_in_three_section_feeds_with_other_guids_and_partner_queries(
    newsroom: Newsroom,
) -> None:
    piece = newsroom.piece("veldmark-rate-rise-1")
    given = [piece.in_feed(feed) for feed in piece.feeds]
    url = "https://lantern.example/2031/bank-of-veldmark-rate"
    assert {newsroom.public_url(each) for each in given} == {url}
    assert [(each.guid, each.query) for each in given] == [
        (f"{url}#0", "?partner=rss"),
        (f"{url}#1", "?partner=rss"),
        (f"{url}#2", "?partner=rss&section=business"),
    ]


def test_case_8_an_outlet_reuses_one_url_for_three_posts(newsroom: Newsroom) -> None:
    today = [piece for piece in newsroom.pieces if (piece.outlet, piece.path) == ("islander", "/today")]
    assert len(today) == 3
    assert len({piece.story for piece in today}) == len({piece.guid for piece in today}) == 3
    assert None not in {piece.guid for piece in today}


def test_case_9_a_cookie_wall_is_the_body_of_many_articles(newsroom: Newsroom) -> None:
    walls = [piece for piece in newsroom.pieces if piece.body.startswith("We value your privacy")]
    assert {piece.outlet for piece in walls} == {"gull"}
    assert len({piece.body for piece in walls}) == 1
    assert len({piece.story for piece in walls}) == len(walls) >= 5


def test_case_10_ten_outlets_carry_one_agency_text(newsroom: Newsroom) -> None:
    wire = newsroom.piece("kittiwake-ferry-1")
    assert (wire.outlet, wire.source) == ("marblewire", None)
    copies = [
        piece for piece in of_story(newsroom, "kittiwake-ferry-aground") if piece.source == "Marble Wire"
    ]
    assert len({wire.outlet, *(piece.outlet for piece in copies)}) == 10
    for piece in copies:
        mine = shingles(piece.text())
        assert len(mine & shingles(wire.text())) / len(mine) >= 0.85, piece.id


def test_case_11_titles_of_two_events_differ_only_in_a_number(newsroom: Newsroom) -> None:
    alike = defaultdict(set)
    for piece in newsroom.pieces:
        alike[re.sub(r"\d+(\.\d+)?", "0", piece.title)].add((piece.title, piece.story))
    found = [
        sorted(story or "" for _, story in same) for same in alike.values() if len({t for t, _ in same}) > 1
    ]
    assert ["castel-league-alvarra-quillon", "castel-league-sereno-frasco"] in found
    assert ["quake-karshan-highlands", "quake-tamarin-highlands"] in found


def test_case_12_a_saga_is_re_reported_over_days_by_the_same_outlets(newsroom: Newsroom) -> None:
    talks = of_story(newsroom, "nordhelm-coalition-saga")
    assert sorted(piece.outlet for piece in talks) == ["ledger"] * 3 + ["signal"] * 3
    hours = [piece.hours_ago for piece in talks]
    assert max(hours) - min(hours) > 24


def test_case_13_an_aggregators_entries_link_to_articles_we_have(newsroom: Newsroom) -> None:
    entries = [piece for piece in newsroom.pieces if piece.outlet == "linkheap"]
    assert len(entries) >= 5
    for entry in entries:
        assert entry.discussion_of is not None
        target = newsroom.piece(entry.discussion_of)
        assert (newsroom.public_url(entry), entry.story) == (newsroom.public_url(target), None)
        assert target.story is not None


def test_case_14_a_feed_without_dates_brings_old_items(newsroom: Newsroom) -> None:
    assert [outlet.key for outlet in newsroom.outlets if not outlet.dated] == ["thimble"]
    assert sum(piece.hours_ago > 30 for piece in newsroom.of_outlet("thimble")) >= 3


def test_case_15_two_feeds_of_one_site_carry_one_article_under_two_guids(newsroom: Newsroom) -> None:
    piece = newsroom.piece("castel-league-sereno-frasco-2")
    assert piece.feeds == ("top", "sport")
    given = [piece.in_feed(feed) for feed in piece.feeds]
    assert len({each.guid for each in given}) == 2
    assert len({newsroom.public_url(each) for each in given}) == 1


def test_case_16_a_translation_names_its_origin(newsroom: Newsroom) -> None:
    origin, translation = (newsroom.piece(f"duckford-school-law-{n}") for n in (1, 2))
    assert (origin.lang, translation.lang) == ("en", "de")
    assert translation.source == newsroom.outlet(origin.outlet).name
    assert timedelta(0) < translation.published(NOON) - origin.published(NOON) < timedelta(hours=12)


def test_case_17_a_bridge_article_joins_the_words_of_two_events(newsroom: Newsroom) -> None:
    first, bridge, last = (
        newsroom.piece(each) for each in ("karshan-grain-ban-1", "tolm-derailment-3", "tolm-derailment-1")
    )
    assert first.story != bridge.story == last.story
    texts = [set(words(piece.text())) for piece in (first, bridge, last)]
    assert "wheat" in texts[0] & texts[1] - texts[2]
    assert "tolm" in texts[1] & texts[2] - texts[0]
