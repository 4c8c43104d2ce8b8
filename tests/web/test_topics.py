"""Sections of the front page, the page of a topic, and what a story is part of."""

from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from aggregator.readers.views import ThemeLine, TopicLine, TopicPage, TopicSection
from tests.web.fake_reading import FakeReading, make_card, make_front, make_services, make_story
from tests.web.markup import Markup, read
from web.factory import create_app

SPORT = TopicLine(name="sport", shown="Sport", stories=1234)
OTHER = TopicLine(name="other", shown="Other stories", stories=1)
EVERY = TopicLine(name="all", shown="All stories", stories=1237)
CUP, RACE, OTTER = (
    make_card(21, "Late goal wins the cup", topic="sport"),
    make_card(22, "Race ends in the harbour", topic="sport"),
    make_card(23, "Otter seen in canal"),
)


@pytest.fixture
def client() -> FlaskClient:
    front = make_front(
        make_card(1, "Bridge closed"),
        make_card(2, "Bank lifts rate"),
        make_card(3, "Further down the list"),
        top=2,
        cursor="older",
        topics=(SPORT, OTHER, EVERY),
        sections=(
            TopicSection(topic=SPORT, cards=(CUP, RACE)),
            TopicSection(topic=OTHER, cards=(OTTER,)),
        ),
    )
    page = TopicPage(topic=SPORT, topics=(SPORT, OTHER, EVERY), cards=(CUP, RACE), cursor="1~2")
    theme = ThemeLine(words=("cup", "Isvik"), others=(RACE,))
    reading = FakeReading(
        front=front,
        topics={
            "sport": page,
            "other": replace(page, topic=replace(OTHER, stories=0), cards=(), cursor=None),
        },
        stories={21: make_story(CUP, topic=SPORT, theme=theme), 23: make_story(OTTER)},
    )
    return create_app(make_services(reading)).test_client()


def get(client: FlaskClient, path: str) -> Markup:
    return read(client.get(path).text)


def links(page: Markup) -> dict[str, str]:
    return {link.text: link["href"] for link in page.all("a") if link.has("href")}


def test_front_page_has_the_top_stories_and_a_section_a_topic(client: FlaskClient) -> None:
    page = get(client, "/")

    assert [article["aria-labelledby"] for article in page.all("article")] == [
        "story-1", "story-2", "story-21", "story-22", "story-23",
    ]  # fmt: skip
    assert [section["aria-labelledby"] for section in page.all("section")] == ["topic-sport", "topic-other"]
    headings = [(node.tag, node.text) for node in page.nodes if node.tag in {"h1", "h2", "h3"}]
    assert headings[:-1] == [
        ("h1", "Today’s stories"),
        ("h2", "Bridge closed"),
        ("h2", "Bank lifts rate"),
        ("h2", "Sport"),
        ("h3", "Late goal wins the cup"),
        ("h3", "Race ends in the harbour"),
        ("h2", "Other stories"),
        ("h3", "Otter seen in canal"),
    ]


def test_sections_lead_on_to_all_of_their_topic(client: FlaskClient) -> None:
    found = links(get(client, "/"))

    assert found["All of Sport (1,234)"] == "/topic/sport"
    assert found["All other stories (1)"] == "/topic/other"
    assert found["All stories"] == "/topic/all"


def test_page_of_a_topic_lists_its_stories_and_pages_on(client: FlaskClient) -> None:
    page = get(client, "/topic/sport")

    assert [node.text for node in page.all("h1")] == ["Sport"]
    assert page.with_class("size")[0].text == "1,234 stories"
    assert [article["aria-labelledby"] for article in page.all("article")] == ["story-21", "story-22"]
    assert links(page)["More stories"] == "/topic/sport?after=1~2"
    assert [link.text for link in page.all("a") if link.attributes.get("aria-current") == "page"] == ["Sport"]


def test_pages_of_a_topic_without_stories_say_so(client: FlaskClient) -> None:
    assert "That was the last of them." in client.get("/topic/sport?after=1~2").text
    assert "No story of these days is about this." in client.get("/topic/other").text


def test_topic_that_does_not_exist_is_not_found(client: FlaskClient) -> None:
    answer = client.get("/topic/gossip")

    assert answer.status_code == 404
    assert "There is no such topic." in answer.text


def test_story_names_its_topic_and_the_other_stories_of_its_theme(client: FlaskClient) -> None:
    page = get(client, "/stories/21")

    assert links(page)["Sport"] == "/topic/sport"
    sections = {node["aria-labelledby"]: node.text for node in page.all("section")}
    assert sections["theme"].startswith("Part of: cup, Isvik Race ends in the harbour")


def test_story_without_topic_and_theme_is_quiet_about_them(client: FlaskClient) -> None:
    page = get(client, "/stories/23")

    assert "theme" not in {node["aria-labelledby"] for node in page.all("section")}
    assert not any(href.startswith("/topic/") for href in links(page).values())
