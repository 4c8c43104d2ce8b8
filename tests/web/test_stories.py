from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from tests.web.fake_reading import FakeReading, make_card, make_count, make_front, make_report, make_story
from tests.web.markup import read


def test_every_report_has_outlet_headline_excerpt_time_and_the_original_first(client: FlaskClient) -> None:
    page = read(client.get("/stories/1").text)

    reports = page.with_class("report")
    assert len(reports) == 4
    assert reports[2].text == (
        "Risse im Pfeiler: Hafenbrücke von Orsholm gesperrt Nordhelm Abendblatt German · 3 hours ago · 10:00 "
        "Die Hafenbrücke bleibt bis auf weiteres gesperrt. Taucher fanden einen Riss. "
        "Read here: Risse im Pfeiler: Hafenbrücke von Orsholm gesperrt"
    )
    start = page.nodes.index(reports[2])
    links = [node for node in page.nodes[start:] if node.tag == "a"]
    assert [link["href"] for link in links[:3]] == ["https://outlet8.example/3", "/outlets/8", "/articles/3"]


def test_summary_names_the_outlet_of_each_sentence_and_leads_to_its_article(client: FlaskClient) -> None:
    page = read(client.get("/stories/1").text)

    (gist,) = page.with_class("gist")
    assert gist.text.startswith(
        "In the outlets’ own words The bridge that carries a third of Orsholm’s commuters was closed on "
        "Saturday, after divers found a crack in the northern pier. The Orsholm Lantern Extra ferries"
    )
    cited = [(node.text, node["href"]) for node in page.with_class("cite")]
    assert cited == [
        ("The Orsholm Lantern", "/articles/1"),
        ("Veldmark Wire", "/articles/2"),
        ("Brannoc Broadcasting", "/articles/4"),
    ]


def test_timeline_tells_who_was_first_and_how_much_later_the_others_came(client: FlaskClient) -> None:
    page = read(client.get("/stories/1").text)

    (told,) = page.with_class("timeline")
    assert told.text.startswith(
        "Who reported when 11 articles within 6 hours; most, 5, between 10:00 and 11:00. "
        "The Orsholm Lantern first Harbour bridge closed"
    )
    assert "Veldmark Wire 2 h later, as a copy" in told.text
    assert "Brannoc Broadcasting 6 h later" in told.text
    assert told.text.endswith("1 outlet gave no usable date.")
    assert page.with_class("course")[0]["aria-hidden"] == "true"


def test_card_has_a_picture_of_its_coverage_and_the_same_in_words(client: FlaskClient) -> None:
    page = read(client.get("/").text)

    (told,) = page.with_class("coverage")
    assert told.text == "11 articles within 6 hours; most, 5, between 10:00 and 11:00."


def test_other_outlets_go_by_their_short_names(client: FlaskClient, reading: FakeReading) -> None:
    also = (replace(make_count(7, 3), short="Wire"), make_count(3))
    reading.front = make_front(make_card(also=also))
    page = read(client.get("/").text)

    (line,) = page.with_class("also")
    assert line.text == "More: Wire ×3, Isvik Post"
    assert [node["title"] for node in page.nodes if node.text == "Wire" and "title" in node.attributes] == [
        "Veldmark Wire"
    ]


def test_quotation_names_its_speaker_and_the_article_that_quotes_it(client: FlaskClient) -> None:
    page = read(client.get("/stories/1").text)

    (told,) = page.with_class("quotes")
    assert told.text == (
        "Who said what “We wrote to the city in February and again in March” "
        "Marta Quill, in Brannoc Broadcasting"
    )


def test_names_lead_to_a_search_for_them(client: FlaskClient) -> None:
    page = read(client.get("/stories/1").text)

    (told,) = page.with_class("names")
    assert told.text.startswith(
        "People, places, organisations People Marta Quill 3 Places Orsholm 3 Organisations Pier Trust"
    )
    assert [node["href"] for node in page.all("a") if node.text == "Pier Trust & Sons"] == [
        "/search?q=%22Pier+Trust+%26+Sons%22"
    ]


def test_developments_are_told_in_words_with_their_articles(client: FlaskClient) -> None:
    page = read(client.get("/stories/1").text)

    assert [node.text for node in page.with_class("turn")] == [
        "First report, taking up a story after 4 days of silence, by Isvik Post",
        "7 injured became 9 injured, in Isvik Post",
        "Most came now: 5 articles within 40 minutes, Isvik Post first",
        "Isvik Post changed its headline, from “Bridge shut”",
        "First report after a day of silence, by Isvik Post",
    ]
    (turns,) = page.with_class("turns")
    assert turns.text.count("Bridge closed") == 5


def test_story_without_a_summary_has_no_place_for_one(client: FlaskClient, reading: FakeReading) -> None:
    reading.stories = {1: make_story()}
    assert read(client.get("/stories/1").text).with_class("gist") == []


def test_copies_fold_under_their_origin_and_keep_their_links(client: FlaskClient) -> None:
    folds = read(client.get("/stories/1").text).with_class("copies")

    assert folds[0].text == (
        "reposted 1 h later by the same outlet Crack in main pier closes Orsholm’s harbour bridge "
        "The Orsholm Lantern · 1 h later · 5 hours ago · 07:50 · Read here"
    )
    assert folds[1].text.startswith(
        "same text at 4 other outlets Ferries run round the clock as bridge shuts Porto Sereno Courier"
    )


def test_report_without_a_date_says_when_it_was_first_seen(client: FlaskClient) -> None:
    page = read(client.get("/stories/1").text)

    assert "first seen 35 minutes ago · 12:25" in page.with_class("report")[3].text
    assert any(
        "the feed gave no usable date" in node.attributes.get("title", "") for node in page.all("time")
    )


def test_discussions_related_stories_and_history_are_lists_of_their_own(client: FlaskClient) -> None:
    page = read(client.get("/stories/1").text)

    sections = {node["aria-labelledby"]: node.text for node in page.all("section")}
    assert sections["discussions"].startswith(
        "Discussions Orsholm bridge crack: what the 2019 survey said Quayside"
    )
    assert sections["related"].startswith("Related stories Orsholm council put off bridge survey twice")
    assert sections["history"] == (
        "History of this page Story opened: 3 articles 6 hours ago · 07:00 "
        "Reports added: 1 article from Brannoc Broadcasting 30 minutes ago · 12:30 Split from story 5"
    )


def test_story_that_split_off_links_to_where_it_came_from(client: FlaskClient) -> None:
    links = [link["href"] for link in read(client.get("/stories/1").text).all("a") if link.text == "story 5"]

    assert links == ["/stories/5", "/stories/5"]


def test_follow_up_links_to_what_it_takes_up_and_back(client: FlaskClient, reading: FakeReading) -> None:
    early = make_card(3, "Bridge reopens", lang="de")
    late = make_card(4, "Bridge closed again")
    reading.stories = {2: make_story(make_card(2), follows=(early,), followed_by=(late,))}

    page = read(client.get("/stories/2").text)

    notes = [note for note in page.with_class("note") if "ollow" in note.text]
    assert [note.text.split(",")[0] for note in notes] == [
        "Follow-up of Bridge reopens",
        "Followed by Bridge closed again",
    ]
    links = {link.text: link for link in page.all("a")}
    assert links["Bridge reopens"]["href"] == "/stories/3"
    assert links["Bridge reopens"]["lang"] == "de"
    assert links["Bridge closed again"]["href"] == "/stories/4"


def test_id_of_a_merged_story_redirects_for_ever(client: FlaskClient) -> None:
    answer = client.get("/stories/9")

    assert (answer.status_code, answer.headers["Location"]) == (301, "/stories/1")


def test_retired_story_keeps_its_page_and_says_that_it_is_closed(
    reading: FakeReading, client: FlaskClient
) -> None:
    reading.stories = {2: make_story(make_card(2), state="retired")}

    assert "This story is closed" in client.get("/stories/2").text


def test_story_of_one_report_has_no_empty_sections(reading: FakeReading, client: FlaskClient) -> None:
    reading.stories = {2: make_story(make_card(2))}

    page = read(client.get("/stories/2").text)

    assert [node["aria-labelledby"] for node in page.all("section")] == ["reports", "comments-title"]
    assert page.with_class("copies") == []


def test_report_without_a_web_address_keeps_its_headline(reading: FakeReading, client: FlaskClient) -> None:
    reading.stories = {2: make_story(reports=(make_report(link="javascript:alert(1)"),))}

    page = read(client.get("/stories/2").text)

    assert page.all("h3")[0].text == "Harbour bridge closed"
    assert "javascript:" not in client.get("/stories/2").text


def test_markup_in_texts_of_feeds_is_shown_as_text(reading: FakeReading, client: FlaskClient) -> None:
    evil = "<script>alert(1)</script>"
    report = replace(make_report(), headline=evil, excerpt=evil, outlet=evil, provenance=evil)
    reading.stories = {2: make_story(make_card(headline=evil), reports=(report,))}

    page = read(client.get("/stories/2").text)

    assert page.one("h1").text == evil
    assert len(page.all("script")) == 3


@pytest.mark.parametrize("number", ["77", "0", "-1", "x", "1.5", "99999999999999999999", "1/"])
def test_wrong_number_is_a_page_that_is_not_there(client: FlaskClient, number: str) -> None:
    assert client.get(f"/stories/{number}").status_code == 404
