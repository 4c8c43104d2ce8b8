from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.browser import Sheet
from tests.web.fake_reading import FakeReading, FakeSearch, make_article_page, make_services
from tests.web.markup import read
from web.factory import create_app


def test_article_shows_the_original_first_and_its_story_beside_it(client: FlaskClient) -> None:
    page = read(client.get("/articles/3").text)

    main = page.nodes.index(page.one("main"))
    first = next(node for node in page.nodes[main:] if node.tag == "a")
    assert first.text == "Read the original at Nordhelm Abendblatt"
    assert first["href"] == "https://nordhelm-abendblatt.example/hafenbruecke?a=1&b=2"
    sections = {node["aria-labelledby"]: node.text for node in page.all("section")}
    assert sections["its-story"].startswith("The story Harbour bridge in Orsholm closed after divers")
    assert sections["others"].startswith("Other outlets on this story Harbour bridge in Orsholm closed")


def test_article_tells_author_language_reading_time_feeds_and_versions(client: FlaskClient) -> None:
    page = read(client.get("/articles/3").text)

    assert page.with_class("piece-head")[0].text.endswith(
        "Nordhelm Abendblatt German · Ulla Brandt · 3 hours ago · 10:00 · less than a minute to read · "
        "1 earlier version"
    )
    assert page.with_class("delivered")[0].text == (
        "Delivered by the feeds Nordhelm Abendblatt – Titelseite, Nordhelm Abendblatt – Welt; "
        "first seen 50 minutes ago · 12:10."
    )
    assert page.with_class("versions")[0].text == (
        "Earlier versions What was taken out is struck through, what came in is underlined. "
        "Risse im Pfeiler: Hafenbrücke von Orsholm gesperrt seen 2 hours ago · 10:20, then changed "
        "Die Hafenbrücke ist gesperrt. Gründe sind noch nicht bekannt. bleibt bis auf weiteres gesperrt."
    )


def test_body_is_in_its_language_and_loads_no_picture(client: FlaskClient) -> None:
    page = read(client.get("/articles/3").text)

    body = page.with_class("body")[0]
    assert body["lang"] == "de"
    assert "Image: Taucher am Pfeiler Am Morgen" in body.text
    assert page.all("img") == []


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({"html": "", "summary": "Only <b>this</b>."}, "Only <b>this</b>."),
        ({"html": "", "summary": ""}, "The feed gave only this headline."),
        ({"versions": (), "feeds": ()}, "The bridge is shut."),
    ],
)
def test_article_with_little_in_it_still_reads_well(
    reading: FakeReading, client: FlaskClient, fields: dict[str, object], shown: str
) -> None:
    reading.articles = {1: make_article_page(1, **fields)}

    page = read(client.get("/articles/1").text)

    assert shown in page.one("main").text
    assert page.all("section") == []


@pytest.mark.parametrize(
    "address", ["/articles/77", "/articles/x", "/articles/99999999999999999999", "/outlets/77"]
)
def test_wrong_number_is_a_page_that_is_not_there(client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code == 404


def test_outlets_are_listed_with_facts_and_counts(client: FlaskClient) -> None:
    rows = [row.text for row in read(client.get("/outlets").text).all("tr")]

    assert rows == [
        "Outlet Articles Feeds Latest article",
        "The Orsholm Lantern orsholm-lantern.example · Veldmark · newspaper · Lantern Trust "
        "1,241 1 5 hours ago · 08:00",
        "Nordhelm Abendblatt nordhelm-abendblatt.example 1 2 none yet",
    ]


def test_no_outlets_is_explained(reading: FakeReading, client: FlaskClient) -> None:
    reading.outlet_lines = ()

    assert "they come with their feeds" in client.get("/outlets").text


def test_outlet_shows_its_articles_with_their_stories_and_its_feeds(client: FlaskClient) -> None:
    page = read(client.get("/outlets/1").text)

    assert page.all("article")[0].text == (
        "Harbour bridge in Orsholm closed after divers find crack in main pier 6 hours ago · 07:00 "
        "The bridge was closed before dawn. Original · Story with 7 other outlets"
    )
    (feed,) = [row for row in page.all("tr") if "front page" in row.text]
    assert feed.text.startswith("The Orsholm Lantern: front page Veldmark · outlet1.example/front.xml Fine")
    assert [link["href"] for link in page.all("a") if link.attributes.get("rel") == "next"] == [
        "/outlets/1?after=older"
    ]


def test_end_of_an_outlet_leads_back(client: FlaskClient) -> None:
    page = read(client.get("/outlets/1?after=older").text)

    assert "That was the last of its articles." in page.one("main").text
    assert [link["href"] for link in page.all("a") if link.attributes.get("rel") == "start"] == ["/outlets/1"]


def test_search_shows_stories_and_keeps_the_query(client: FlaskClient) -> None:
    page = read(client.get("/search?q=bridge").text)

    assert page.one("h1").text == "Stories on “bridge”"
    assert [card["aria-labelledby"] for card in page.all("article")] == ["story-1", "story-6"]
    assert next(node for node in page.all("input") if node.attributes.get("name") == "q")["value"] == "bridge"


@pytest.mark.parametrize(
    ("asked", "cards", "size", "links"),
    [
        ("", ["story-1"], "Stories 1 to 1", ["/search?q=bridge&from=1"]),
        ("&from=1", ["story-6"], "Stories 2 to 2", ["/search?q=bridge"]),
        ("&from=2", [], "Follow this search", ["/search?q=bridge"]),
        ("&from=-1", ["story-1"], "Stories 1 to 1", ["/search?q=bridge&from=1"]),
        ("&from=1e9", ["story-1"], "Stories 1 to 1", ["/search?q=bridge&from=1"]),
        ("&from=123456", ["story-1"], "Stories 1 to 1", ["/search?q=bridge&from=1"]),
    ],
)
def test_search_with_many_stories_leads_from_page_to_page(
    search: FakeSearch, client: FlaskClient, asked: str, cards: list[str], size: str, links: list[str]
) -> None:
    search.shown = 1

    page = read(client.get(f"/search?q=bridge{asked}").text)

    assert [card["aria-labelledby"] for card in page.all("article")] == cards
    assert size in page.one("main").text
    assert [
        link["href"] for link in page.all("a") if link.attributes.get("rel") in {"next", "start"}
    ] == links


def test_search_without_a_find_says_what_to_try(client: FlaskClient) -> None:
    assert "Try fewer words" in client.get("/search?q=zeppelin").text


@pytest.mark.parametrize("query", ["", "?q=", "?q=%20%20", "?other=1"])
def test_search_without_words_asks_nothing(search: FakeSearch, client: FlaskClient, query: str) -> None:
    answer = client.get(f"/search{query}")

    assert answer.status_code == 200
    assert search.queries == []


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ("%00bridge%0d%0aclosed", "bridge closed"),
        ("%22AND+NEAR(", '"AND NEAR('),
        ("%ff%fe", "%FF%FE"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("x" * 5000, "x" * 300),
        ("a&q=b", "a"),
    ],
)
def test_odd_queries_are_searched_as_plain_words(
    search: FakeSearch, client: FlaskClient, query: str, asked: str
) -> None:
    answer = client.get(f"/search?q={query}")

    assert answer.status_code == 200
    assert search.queries == [asked]
    assert [one for one in read(answer.text).all("script") if "src" not in one.attributes] == []


def test_found_sentence_is_marked_and_escaped(client: FlaskClient) -> None:
    answer = client.get("/search?q=bridge")

    assert "The &lt;b&gt; <mark>bridge</mark> is shut." in answer.text
    assert read(answer.text).unbalanced == []


def test_search_tells_what_it_did_not_understand_and_asks_in_the_readers_zone(
    search: FakeSearch, client: FlaskClient
) -> None:
    search.notes = ("“site:x” is no <filter>.",)
    page = read(client.get("/search?q=bridge").text)

    assert [note.text for note in page.with_class("notice")] == ["“site:x” is no <filter>."]
    assert [str(zone) for zone in search.zones] == ["Europe/Oslo"]


@pytest.mark.parametrize("query", ["", "?q=zeppelin"])
def test_search_without_an_answer_shows_the_ways_to_search(client: FlaskClient, query: str) -> None:
    page = read(client.get(f"/search{query}").text)

    assert "outlet:bbc" in [node.text for node in page.all("code")]


HEBREW = FakeReading(
    articles={
        1: make_article_page(1, headline="גשר הנמל נסגר", html="<p>הגשר סגור.</p>", lang=None),
    }
)


def test_article_of_unknown_language_runs_the_way_its_letters_do() -> None:
    page = read(create_app(make_services(HEBREW)).test_client().get("/articles/1").text)

    assert page.one("h1").attributes.get("dir") == "auto"
    assert [part.attributes.get("dir") for part in page.with_class("body")] == ["auto"]


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
def test_hebrew_without_a_language_runs_from_right_to_left(
    serve: Callable[[Flask], str], open_page: Callable[..., Sheet]
) -> None:
    page = open_page(serve(create_app(make_services(HEBREW))) + "/articles/1").page
    ways = "nodes => nodes.map(node => getComputedStyle(node).direction)"

    assert page.locator("h1, .body").evaluate_all(ways) == ["rtl", "rtl"]
