"""What every test stands on: no sockets unless marked, a frozen clock, the real data when it is there."""

import os
from pathlib import Path

import pytest
import pytest_socket
from hypothesis import settings

# Fixtures of the whole session are known here once: imported by two folders, they would be made twice.
from tests.browser import chromium, open_page, serve  # noqa: F401
from tests.fakes import FrozenClock, HashedWords, InlineExecutor
from tests.newsroom import paper  # noqa: F401

# A busy machine is no failure: the time of a whole test is bounded by pytest-timeout.
settings.register_profile("broadfold", deadline=None)
settings.load_profile("broadfold")


def pytest_runtest_setup(item: pytest.Item) -> None:
    # A test that replaced `getaddrinfo` gives the guard back after the teardown below has looked for it.
    pytest_socket._remove_restrictions()
    if any(item.get_closest_marker(name) for name in ("loopback", "browser")):
        pytest_socket.socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)
    else:
        pytest_socket.disable_socket(allow_unix_socket=True)


def pytest_runtest_teardown() -> None:
    pytest_socket._remove_restrictions()


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture
def executor() -> InlineExecutor:
    return InlineExecutor()


@pytest.fixture
def embedder() -> HashedWords:
    return HashedWords()


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real feeds and labelled news; see CONTRIBUTING.md."""
    folder = os.environ.get("BROADFOLD_CORPUS")
    if not folder:
        pytest.skip("BROADFOLD_CORPUS is not set: the real feeds and labelled news are not at hand")
    return Path(folder)
