"""The pages of a front page's stories are made before one is opened, while no other page is being made."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from aggregator.domain.errors import DatabaseUnusable
from aggregator.domain.ids import ReaderId
from aggregator.domain.readers import PERSONAL
from aggregator.readers.lens import Lens
from aggregator.readers.views import StoryPage
from tests.web.fake_reading import (
    FakeMarks,
    FakePeople,
    FakeReading,
    make_card,
    make_front,
    make_services,
    make_story,
)
from web.factory import create_app

OPENED = {"Sec-Fetch-Site": "same-origin"}


@dataclass(kw_only=True)
class Queue:
    """Keeps what may be done ahead until the test lets it be done."""

    waiting: list[Callable[[], object]] = field(default_factory=list)

    def __call__(self, call: Callable[[], object]) -> None:
        self.waiting.append(call)

    def step(self) -> None:
        self.waiting.pop(0)()

    def empty(self) -> None:
        while self.waiting:
            self.step()


@dataclass
class Watched(FakeReading):
    """Remembers which stories it was asked for, and for whom."""

    asked: list[int] = field(default_factory=list)
    readers: set[ReaderId] = field(default_factory=set)

    def story(self, story_id: int, /, *, lens: Lens | None = None) -> StoryPage | int | None:
        assert lens is not None
        self.asked.append(story_id)
        self.readers.add(lens.reader)
        return super().story(story_id, lens=lens)


@pytest.fixture
def queue() -> Queue:
    return Queue()


@pytest.fixture
def reading() -> Watched:
    cards = [make_card(number, f"Story {number}") for number in (3, 1, 2)]
    return Watched(
        front=make_front(*cards, revision=7), stories={int(card.id): make_story(card) for card in cards}
    )


@pytest.fixture
def app(reading: Watched, queue: Queue) -> Flask:
    return create_app(make_services(reading, ahead=queue))


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def look(client: FlaskClient, address: str = "/", headers: Mapping[str, str] = OPENED) -> None:
    assert client.get(address, headers=headers).status_code == 200


def test_stories_of_a_front_page_are_made_in_its_order(
    client: FlaskClient, reading: Watched, queue: Queue
) -> None:
    look(client)
    assert (reading.asked, len(queue.waiting)) == ([], 1)

    queue.empty()

    assert (reading.asked, reading.readers) == ([3, 1, 2], {PERSONAL})


def test_story_is_made_again_only_when_stories_have_changed(
    client: FlaskClient, reading: Watched, queue: Queue
) -> None:
    for _ in range(3):
        look(client)
        queue.empty()
    assert reading.asked == [3, 1, 2]

    reading.front = replace(reading.front, revision=8)
    look(client)
    queue.empty()
    assert reading.asked == [3, 1, 2] * 2


def test_readers_of_two_zones_have_the_stories_made_once_in_each(reading: Watched, queue: Queue) -> None:
    people = FakePeople()
    client = create_app(make_services(reading, ahead=queue, people=people)).test_client()

    for zone in ("Asia/Tokyo", "Europe/Oslo") * 2:
        people.accounts.reader = replace(people.accounts.reader, time_zone=zone)
        look(client)
        queue.empty()

    assert reading.asked == [3, 1, 2] * 2


def test_next_front_page_takes_the_place_of_what_was_left(
    client: FlaskClient, reading: Watched, queue: Queue
) -> None:
    look(client)
    queue.step()
    reading.front = make_front(make_card(2), make_card(3), revision=7)
    look(client)
    assert len(queue.waiting) == 1

    queue.empty()

    assert reading.asked == [3, 2]


@pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Site": "none", "Sec-Purpose": "prefetch"}])
def test_front_page_that_nobody_opened_makes_nothing(
    client: FlaskClient, queue: Queue, headers: Mapping[str, str]
) -> None:
    look(client, headers=headers)

    assert queue.waiting == []


def test_nothing_is_made_while_a_page_is_being_made(app: Flask, reading: Watched, queue: Queue) -> None:
    @app.get("/slow")
    def slow() -> str:
        queue.step()
        queue.step()
        return ""

    client = app.test_client()
    look(client)
    look(client, "/slow")
    assert (reading.asked, len(queue.waiting)) == ([], 1)

    queue.empty()
    assert reading.asked == [3, 1, 2]


def test_making_a_page_marks_nothing_read(reading: Watched, queue: Queue) -> None:
    marks = FakeMarks()
    client = create_app(make_services(reading, ahead=queue, marks=marks)).test_client()

    look(client)
    queue.empty()

    assert marks == FakeMarks()


def test_page_that_cannot_be_made_is_told_and_the_others_are_made(
    client: FlaskClient, reading: Watched, queue: Queue
) -> None:
    look(client)
    reading.fault = DatabaseUnusable("broadfold.db", "it is locked")
    with pytest.raises(DatabaseUnusable):
        queue.step()
    reading.fault = None

    queue.empty()

    assert reading.asked == [3, 1, 2]


def test_story_that_is_gone_meanwhile_is_passed_over(
    client: FlaskClient, reading: Watched, queue: Queue
) -> None:
    look(client)
    reading.stories = {1: 2, 2: reading.stories[2]}

    queue.empty()

    assert reading.asked == [3, 1, 2]
