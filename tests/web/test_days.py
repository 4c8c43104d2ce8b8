"""The pages of days: turned with links, titled in words, and never empty without a reason."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import expect

from aggregator.readers.days import Days
from tests.browser import Sheet
from tests.databases import memory_storage
from tests.fakes import NOON
from tests.integration.test_reading import Paper
from tests.integration.test_sections import TOPICS
from tests.web.fake_reading import make_services
from tests.web.markup import Markup, read
from web.factory import create_app


@pytest.fixture
def paper() -> Iterator[Paper]:
    storage = memory_storage()
    yield Paper(storage=storage, topics=TOPICS)
    storage.close()


@pytest.fixture
def app(paper: Paper) -> Flask:
    days = Days(storage=paper.storage, clock=paper.clock, topics=TOPICS)
    return create_app(make_services(reading=paper.reading, days=days, clock=paper.clock))


def get(client: FlaskClient, path: str, status: int = 200) -> Markup:
    answer = client.get(path)
    assert answer.status_code == status
    return read(answer.text)


def links(page: Markup) -> dict[str, str]:
    return {link.text: link["href"] for link in page.all("a") if link.has("href")}


def test_front_page_leads_to_yesterday_in_the_readers_zone(client: FlaskClient, paper: Paper) -> None:
    paper.told("Bridge closed")
    assert links(get(client, "/"))["Yesterday"] == "/day/2026-03-13"
    paper.clock.advance(hours=11)  # 23:00 UTC is the next day in Oslo
    assert links(get(client, "/"))["Yesterday"] == "/day/2026-03-14"


def test_day_is_titled_in_words_and_turned_with_links(client: FlaskClient, paper: Paper) -> None:
    paper.told("Bridge closed", hours_ago=24)
    paper.told("Otter seen", hours_ago=48)
    page = get(client, "/day/2026-03-13")

    assert page.one("title").text == "Friday 13 March 2026 – Broadfold"
    assert page.one("h1").text == "Friday 13 March 2026"
    assert [node.text for node in page.all("h2")][:1] == ["Bridge closed"]
    found = links(page)
    assert found["← Thursday 12 March 2026"] == "/day/2026-03-12"
    assert found["Saturday 14 March 2026 →"] == "/day/2026-03-14"


def test_today_has_no_next_day(client: FlaskClient, paper: Paper) -> None:
    paper.told("Bridge closed")
    found = links(get(client, "/day/2026-03-14"))
    assert [text for text in found if "→" in text] == []
    assert found["The front page of now"] == "/"


def test_sections_of_a_day_lead_to_the_topic_of_that_day(client: FlaskClient, paper: Paper) -> None:
    for number in range(7):
        paper.told(f"Match {number}", hours_ago=20 + number / 10, topic="sport")
    address = links(get(client, "/day/2026-03-13"))["All of Sport of this day (7)"]
    assert address == "/day/2026-03-13?topic=sport"
    page = get(client, address)
    assert page.one("h1").text == "Sport, Friday 13 March 2026"
    assert len(page.all("article")) == 7


@pytest.mark.parametrize(
    "name", ["2026-02-30", "2026-13-01", "2026-3-1", "yesterday", "2026-03-14T00", "0000-01-01"]
)
def test_day_that_no_calendar_has_is_not_found(client: FlaskClient, name: str) -> None:
    assert f"There is no day “{name}”" in get(client, f"/day/{name}", 404).one("main").text


@pytest.mark.parametrize(
    ("day", "says"),
    [
        ("2026-03-15", "This day is still to come"),
        ("9999-12-31", "This day is still to come"),
        ("2026-03-12", "This is before the archive begins"),
        ("0001-01-01", "This is before the archive begins"),
        ("2026-03-14", "A day without articles"),
    ],
)
def test_day_without_stories_says_why(client: FlaskClient, paper: Paper, day: str, says: str) -> None:
    paper.told("Bridge closed", hours_ago=24)
    assert get(client, f"/day/{day}").all("h2")[0].text == says


def test_form_leads_to_the_day_that_was_chosen(client: FlaskClient) -> None:
    assert client.get("/day?date=2026-03-01").headers["Location"] == "/day/2026-03-01"
    assert client.get("/day").headers["Location"] == "/day/2026-03-13"
    assert "is no date" in get(client, "/day?date=soon", 400).one("main").text


def test_unknown_topic_of_a_day_is_not_found(client: FlaskClient, paper: Paper) -> None:
    paper.told("Bridge closed", hours_ago=24)
    get(client, "/day/2026-03-13?topic=astrology", 404)


@pytest.mark.browser
@pytest.mark.loopback
def test_days_are_turned_in_a_browser_without_script(
    paper: Paper, app: Flask, serve: Callable[[Flask], str], open_page: Callable[..., Sheet]
) -> None:
    for days in range(3):
        paper.told(f"Story of {days} days ago", hours_ago=24 * days + 1)
    page = open_page(serve(app), java_script_enabled=False).page
    page.get_by_role("link", name="Yesterday").click()
    page.get_by_role("link", name="← Thursday 12 March 2026").first.click()

    expect(page.get_by_role("heading", level=2).first).to_have_text("Story of 2 days ago")
    expect(page.get_by_role("link", name="←")).to_have_count(0)
    page.get_by_label("Another day").fill((NOON - timedelta(days=1)).date().isoformat())
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Friday 13 March 2026")
