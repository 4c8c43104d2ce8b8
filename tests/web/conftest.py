"""The site over fakes."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.web.fake_reading import (
    Bell,
    FakeCorrect,
    FakeManage,
    FakeReading,
    FakeSearch,
    FakeSubscribe,
    make_services,
)
from tests.web.paper import make_paper
from web.factory import create_app


@pytest.fixture
def reading() -> FakeReading:
    return make_paper()


@pytest.fixture
def search(reading: FakeReading) -> FakeSearch:
    return FakeSearch(reading.front.cards)


@pytest.fixture
def subscribe() -> FakeSubscribe:
    return FakeSubscribe()


@pytest.fixture
def manage() -> FakeManage:
    return FakeManage()


@pytest.fixture
def correct() -> FakeCorrect:
    return FakeCorrect()


@pytest.fixture
def bell() -> Bell:
    return Bell()


@pytest.fixture
def app(
    reading: FakeReading,
    search: FakeSearch,
    subscribe: FakeSubscribe,
    manage: FakeManage,
    correct: FakeCorrect,
    bell: Bell,
) -> Flask:
    services = {"search": search, "subscribe": subscribe, "manage": manage, "correct": correct}
    return create_app(make_services(reading, **services, refresh_soon=bell, refresh_all_soon=bell))


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
