"""Kept searches on pages, over a real database: kept, named, moved, shown, followed and deleted."""

from collections.abc import Callable, Iterator
from itertools import count
from xml.etree import ElementTree as ET

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import expect

from aggregator.readers.marks import Marks
from aggregator.readers.meaning import Meaning
from aggregator.readers.savedsearches import SavedSearches
from aggregator.readers.search import Search
from tests.browser import Sheet
from tests.databases import memory_storage
from tests.fakes import InlineExecutor
from tests.integration.test_reading import WINDOW, Paper
from tests.integration.test_search import Hashed
from tests.web.fake_reading import make_services
from tests.web.markup import Markup, read
from tests.web.test_marks import press, states
from web.factory import create_app


@pytest.fixture
def paper() -> Iterator[Paper]:
    storage = memory_storage()
    yield Paper(storage=storage)
    storage.close()


@pytest.fixture
def app(paper: Paper) -> Flask:
    numbers = count(1)
    storage, clock = paper.storage, paper.clock
    meaning = Meaning(storage=storage, embedder=Hashed(model_id="hashed"), executor=InlineExecutor())
    saved = SavedSearches(
        storage=storage, clock=clock, window=WINDOW, new_token=lambda: f"secret{next(numbers)}"
    )
    return create_app(
        make_services(
            reading=paper.reading,
            search=Search(storage=storage, clock=clock, meaning=meaning),
            marks=Marks(storage=storage, clock=clock),
            saved_searches=saved,
            clock=clock,
        )
    )


def get(client: FlaskClient, path: str, status: int = 200) -> Markup:
    answer = client.get(path)
    assert answer.status_code == status
    return read(answer.text)


def kept(client: FlaskClient) -> list[str]:
    return [node.text for node in get(client, "/searches").all("h2") if node.text != "Keyboard shortcuts"]


def test_search_is_kept_from_its_page_and_listed(client: FlaskClient) -> None:
    forms = get(client, "/search?q=bridge").all("form")
    assert len([form for form in forms if form.attributes.get("action") == "/searches"]) == 1
    answer = press(client, "/searches", q="bridge", name="The bridge")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/searches?done=saved#search-1")
    assert kept(client) == ["The bridge"]


def test_refusal_keeps_what_was_typed(client: FlaskClient) -> None:
    answer = press(client, "/searches", q="bridge", name="x" * 101)
    page = read(answer.text)
    assert answer.status_code == 400
    assert "a name may have 100 characters" in page.one("main").text
    assert [n["value"] for n in page.all("input") if n.attributes.get("name") in ("q", "name")][-2:] == [
        "bridge",
        "x" * 101,
    ]


def test_buttons_of_the_list_do_what_they_say(client: FlaskClient) -> None:
    for word in ("one", "two"):
        press(client, "/searches", q=word)
    press(client, "/searches/2", act="up")
    press(client, "/searches/2", act="rename", name="Second")
    assert kept(client) == ["Second", "one"]
    press(client, "/searches/2", act="down")
    assert kept(client) == ["one", "Second"]

    answer = press(client, "/searches/2", act="remove")
    assert kept(client) == ["one"]
    assert "“Second” was deleted" in get(client, answer.headers["Location"]).one("main").text
    assert press(client, "/searches/2", act="up").status_code == 404
    assert press(client, "/searches/1", act="dance").status_code == 400


def test_front_page_shows_a_search_as_a_section_with_buttons(client: FlaskClient, paper: Paper) -> None:
    story = paper.told("Bridge closed")
    press(client, "/searches", q="bridge", name="The bridge")
    assert get(client, "/").with_class("searches") == []
    press(client, "/searches/1", act="show")

    page = get(client, "/")
    assert [node.text for node in page.all("h2")][1] == "The bridge"
    ids = [node["id"] for node in page.nodes if node.has("id")]
    assert sorted(set(ids)) == sorted(ids)
    assert f"s1-card-{story}" in ids
    assert [link["href"] for link in page.all("a") if link.text == "More on “bridge”"] == ["/search?q=bridge"]
    press(client, "/searches/1", act="hide")
    assert get(client, "/").with_class("searches") == []


def test_section_without_stories_says_so(client: FlaskClient, paper: Paper) -> None:
    paper.told("Bridge closed")
    press(client, "/searches", q="otter")
    press(client, "/searches/1", act="show")
    assert "Nothing new holds these words." in get(client, "/").one("main").text


def test_feed_is_at_a_secret_address_that_can_be_changed(client: FlaskClient, paper: Paper) -> None:
    paper.told("Bridge closed")
    press(client, "/searches", q="bridge", name="The bridge")
    document = ET.fromstring(client.get("/searches/secret1.atom").data)
    atom = "{http://www.w3.org/2005/Atom}"
    assert document.findtext(f"{atom}title") == "Broadfold: The bridge"
    assert [entry.findtext(f"{atom}title") for entry in document.iter(f"{atom}entry")] == ["Bridge closed"]

    press(client, "/searches/1", act="renew")
    assert client.get("/searches/secret1.atom").status_code == 404
    assert client.get("/searches/secret2.atom").status_code == 200
    assert client.get("/searches/1.atom").status_code == 404


def test_card_of_a_search_has_the_buttons_and_what_was_read(client: FlaskClient, paper: Paper) -> None:
    story = paper.told("Bridge closed")
    answer = press(client, f"/stories/{story}/mark", act="read", back="/search?q=bridge")
    assert answer.headers["Location"] == f"/search?q=bridge#card-{story}"
    assert states(get(client, "/search?q=bridge")) == ["is-read"]
    assert states(get(client, "/search?q=bridge+is:unread")) == []


def test_card_beside_an_article_has_the_buttons(client: FlaskClient, paper: Paper) -> None:
    one = paper.article()
    story = paper.story(one)
    page = get(client, f"/articles/{one}")
    assert [node.attributes.get("id") for node in page.all("article")][1:] == [f"card-{story}"]


@pytest.mark.browser
@pytest.mark.loopback
def test_search_is_kept_shown_and_deleted_with_the_keyboard_alone(
    paper: Paper, app: Flask, serve: Callable[[Flask], str], open_page: Callable[..., Sheet]
) -> None:
    paper.told("Bridge closed")
    page = open_page(serve(app)).page
    page.keyboard.press("/")
    page.keyboard.type("bridge")
    page.keyboard.press("Enter")
    page.get_by_label("Name").fill("The bridge")
    page.get_by_label("Name").press("Enter")
    page.get_by_role("button", name="Put on the front page").press("Enter")
    page.get_by_role("link", name="All", exact=True).press("Enter")
    expect(page.get_by_role("heading", name="The bridge")).to_have_count(1)
    page.get_by_role("link", name="Searches").press("Enter")
    page.get_by_role("button", name="Delete").press("Enter")
    expect(page.get_by_text("“The bridge” was deleted")).to_have_count(1)
    page.get_by_role("button", name="Keep it again").press("Enter")
    expect(page.get_by_role("heading", name="The bridge")).to_have_count(1)
