import pytest
from flask.testing import FlaskClient

from aggregator.domain.readstate import Reading, ReadState
from aggregator.readers.views import FrontPage, StoryMark
from tests.web.fake_reading import FakeReading, make_card, make_front, make_services, make_trouble
from tests.web.markup import Markup, read
from web.factory import create_app
from web.pages.front import FrontState, by_todo, front_state


def front_of(front: FrontPage) -> Markup:
    return read(create_app(make_services(FakeReading(front=front))).test_client().get("/").text)


def test_story_is_one_article_with_all_that_a_card_tells(client: FlaskClient) -> None:
    page = read(client.get("/").text)

    card = page.all("article")[0]
    assert card.text == (
        "Harbour bridge in Orsholm closed after divers find crack in main pier "
        "The Orsholm Lantern ×2 · 35 minutes ago · 12:25 "
        "The bridge that carries a third of Orsholm’s commuters was closed on Saturday, after divers "
        "inspecting the northern pier found a crack as long as a bus. Ferries run; the city says repairs "
        "may take until midsummer. "
        "More: Veldmark Wire, Brannoc Broadcasting ×2, Porto Sereno Courier, Isvik Post, Kessou Daily, "
        "Nordhelm Abendblatt and 1 other "
        "11 articles · 8 outlets · 4 independent reports "
        "11 articles within 6 hours; most, 5, between 10:00 and 11:00. Original at The Orsholm Lantern "
        "Why here? What gives this story its place 4 outlets report it in their own words +2.77 "
        "The newest report came 35 minutes ago +1.10 3 reports came within the last 2 hours +0.50 "
        "Together 4.37"
    )
    assert len(page.all("article")) == 6


def test_headline_leads_to_the_story_and_the_original_is_linked(client: FlaskClient) -> None:
    links = read(client.get("/").text).all("a")

    (story,) = [link for link in links if link.text.startswith("Harbour bridge")]
    (original,) = [link for link in links if link.text == "Original at The Orsholm Lantern"]
    assert story["href"] == "/stories/1"
    assert (original["href"], original["rel"]) == ("https://orsholm-lantern.example/1", "noopener noreferrer")


def test_time_is_machine_readable_with_the_full_local_time_on_hover(client: FlaskClient) -> None:
    time = read(client.get("/").text).all("time")[0]

    assert time.attributes == {
        "datetime": "2026-03-14T11:25:00Z",
        "title": "Saturday 14 March 2026, 12:25 CET",
    }


def test_headline_in_another_language_is_marked(client: FlaskClient) -> None:
    german = [node for node in read(client.get("/").text).nodes if node.attributes.get("lang") == "de"]

    assert [node.tag for node in german] == ["h2", "p"]


def test_titles_from_feeds_are_shown_as_text() -> None:
    evil = '<script>alert(1)</script> & "quotes" <img src=x onerror=alert(1)>'
    page = front_of(
        make_front(make_card(headline=evil, excerpt=evil, lead_link='https://a.example/"><script>'))
    )

    assert page.all("article")[0].text.startswith(evil)
    assert [node["src"].split("?")[0] for node in page.all("script")] == [
        f"/static/{name}.js" for name in ("broadfold", "offline", "marks")
    ]
    assert page.all("img") == []


def test_lead_without_a_web_address_has_no_link_to_the_original() -> None:
    page = front_of(make_front(make_card(lead_link="javascript:alert(1)")))

    assert page.with_class("external") == []


def test_pages_follow_the_cursor(client: FlaskClient) -> None:
    first = read(client.get("/").text)
    second = read(client.get("/?after=older").text)

    assert [link["href"] for link in first.all("a") if link.attributes.get("rel") == "next"] == [
        "/?after=older"
    ]
    assert [card["aria-labelledby"] for card in second.all("article")] == ["story-8"]
    assert [link["href"] for link in second.all("a") if link.attributes.get("rel") == "start"] == ["/"]


def test_cursor_nobody_gave_out_is_explained(client: FlaskClient) -> None:
    answer = client.get("/?after=%00<script>")

    assert answer.status_code == 400
    assert "Start again at the front page" in answer.text


def test_some_failing_feeds_are_a_quiet_line(client: FlaskClient) -> None:
    notes = [note.text for note in read(client.get("/").text).with_class("note")]

    assert notes == [
        "1 of 6 feeds could not be read at the last check. See why",
        "2 new articles are being put with their stories.",
    ]


@pytest.mark.parametrize(
    ("fields", "after", "state"),
    [
        ({"feeds": 0, "polled": 0}, None, FrontState.NO_FEEDS),
        ({"polled": 0}, None, FrontState.FETCHING),
        ({"polled": 2}, None, FrontState.FETCHING),
        ({"polled": 2, "waiting": 3}, None, FrontState.GROUPING),
        ({"feeds": 1, "troubles": (make_trouble(),)}, None, FrontState.ALL_FAILING),
        ({"troubles": (make_trouble(),)}, None, FrontState.QUIET),
        ({}, None, FrontState.QUIET),
        ({}, "older", FrontState.END),
    ],
)
def test_empty_page_has_its_reason(fields: dict[str, object], after: str | None, state: FrontState) -> None:
    assert front_state(make_front(**fields), after=after) == state


def test_without_feeds_the_page_says_how_to_add_one() -> None:
    page = front_of(make_front(feeds=0, polled=0))

    assert page.all("h2")[0].text == "No feeds yet"
    assert [form["action"] for form in page.all("form") if form.attributes.get("method") == "post"] == [
        "/feeds"
    ]


@pytest.mark.parametrize(
    ("fields", "heading"),
    [
        ({"feeds": 40, "polled": 0}, "Your feeds are being fetched"),
        ({"feeds": 40, "waiting": 812}, "Articles are being put together into stories"),
    ],
)
def test_page_reloads_itself_until_the_first_stories_come(fields: dict[str, object], heading: str) -> None:
    page = front_of(make_front(**fields))

    assert page.all("h2")[0].text == heading
    assert [
        node["content"] for node in page.all("meta") if node.attributes.get("http-equiv") == "refresh"
    ] == ["5"]


@pytest.mark.parametrize(
    "front", [make_front(), make_front(feeds=0, polled=0), make_front(make_card(), waiting=3)]
)
def test_page_does_not_reload_itself_otherwise(front: FrontPage) -> None:
    assert not any(node.has("http-equiv") for node in front_of(front).all("meta"))


def test_when_every_feed_fails_the_page_names_each_and_says_what_to_do() -> None:
    page = front_of(make_front(feeds=2, troubles=(make_trouble(1), make_trouble(2))))

    assert page.all("h2")[0].text == "None of your 2 feeds could be read"
    assert page.with_class("trouble")[0].text == (
        "See whether this machine is online. "
        "The Orsholm Lantern: front page: The name outlet1.example could not be found. "
        "Porto Sereno Courier: front page: The name outlet2.example could not be found."
    )
    assert "/feeds/refresh" in [form.attributes.get("action") for form in page.all("form")]


def test_old_stories_stay_when_every_feed_fails() -> None:
    page = front_of(make_front(make_card(), feeds=1, troubles=(make_trouble(),)))

    assert len(page.all("article")) == 1
    assert page.with_class("notice")[0].text.startswith(
        "None of the 1 feed could be reached at the last check"
    )


def test_feeds_with_one_remedy_are_told_together_the_most_first() -> None:
    moved = make_trouble(3, todo="Look for a new address.")

    groups = by_todo((moved, make_trouble(1), make_trouble(2)))

    assert [(group.todo, len(group.troubles)) for group in groups] == [
        ("See whether this machine is online.", 2),
        ("Look for a new address.", 1),
    ]


def test_page_without_a_moment_to_bound_it_is_marked_read_as_it_is() -> None:
    mark = StoryMark(state=ReadState(reading=Reading.UNREAD), is_saved=False, is_followed=False)
    page = front_of(make_front(make_card(mark=mark), feeds=1, polled=1))

    (form,) = [one for one in page.all("form") if one.attributes.get("action") == "/read"]
    fields = [one for one in page.all("input") if one.attributes.get("name") in {"stories", "as_of"}]
    assert form.text == "Mark page read"
    assert [(one["name"], one["value"]) for one in fields] == [("stories", "1")]
