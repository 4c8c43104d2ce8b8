"""The site over fakes."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.web.fake_reading import Bell, FakeCorrect, FakeReading, FakeSubscribe, make_services
from tests.web.paper import make_paper
from web.factory import create_app


@pytest.fixture
def reading() -> FakeReading:
    return make_paper()


@pytest.fixture
def subscribe() -> FakeSubscribe:
    return FakeSubscribe()


@pytest.fixture
def correct() -> FakeCorrect:
    return FakeCorrect()


@pytest.fixture
def bell() -> Bell:
    return Bell()


@pytest.fixture
def app(reading: FakeReading, subscribe: FakeSubscribe, correct: FakeCorrect, bell: Bell) -> Flask:
    return create_app(
        make_services(reading, subscribe=subscribe, correct=correct, refresh_soon=bell, refresh_all_soon=bell)
    )


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
