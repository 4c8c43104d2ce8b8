"""Fixtures of the contract suites: each runs against every implementation of its seam."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from aggregator.domain.ids import FeedId, OutletId
from aggregator.storage import Storage
from tests.databases import file_storage, memory_storage
from tests.factories import make_new_feed
from tests.fakes import NOON


@pytest.fixture(params=["file", "memory"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Storage]:
    """A migrated, empty database of each kind."""
    opened = file_storage(tmp_path / "news.db") if request.param == "file" else memory_storage()
    yield opened
    opened.close()


@dataclass(frozen=True, slots=True)
class Newsroom:
    """An outlet with one feed, in the database of the test."""

    outlet: OutletId
    feed: FeedId


@pytest.fixture
def newsroom(storage: Storage) -> Newsroom:
    with storage.writing() as work:
        outlet = work.outlets.ensure("lantern.example", name="The Orsholm Lantern")
        return Newsroom(outlet, work.feeds.add(make_new_feed(), outlet, now=NOON))
