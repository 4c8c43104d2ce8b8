"""Opening a page marks it read, and never waits for a build that writes: a real file, whose lock is held."""

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest

from aggregator.domain.ids import ReaderId
from aggregator.domain.readers import ReadMark
from aggregator.readers.marks import Marks
from aggregator.storage import Storage
from tests.databases import file_storage
from tests.integration.test_reading import Paper
from tests.web.fake_reading import make_services
from web.factory import create_app

OPENED = {"Sec-Fetch-Site": "same-origin"}
READER = ReaderId(1)
PATIENCE = 20.0


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[Storage]:
    opened = file_storage(tmp_path / "news.db")
    yield opened
    opened.close()


@pytest.mark.parametrize("kind", ["stories", "articles"])
def test_page_opened_while_a_build_writes_is_shown_at_once_and_marked_later(
    storage: Storage, kind: str
) -> None:
    paper = Paper(storage=storage)
    story = paper.told("Bridge closed")
    with storage.reading() as work:
        (article,) = work.stories.members([story])[story]
    left: list[Callable[[], object]] = []
    marks = Marks(storage=storage, clock=paper.clock)
    client = create_app(
        make_services(reading=paper.reading, marks=marks, clock=paper.clock, later=left.append)
    ).test_client()
    address = f"/{kind}/{story if kind == 'stories' else article}"

    def marked() -> dict[int, ReadMark]:
        with storage.reading() as work:
            return dict(work.read_marks.of(READER, [article]))

    with storage.writing():
        pages: list[int] = []
        reading = Thread(target=lambda: pages.append(client.get(address, headers=OPENED).status_code))
        reading.start()
        reading.join(PATIENCE)
        assert (pages, len(left)) == ([200], 1)
    assert marked() == {}

    left[0]()
    assert [one.is_read for one in marked().values()] == [True]

    left.clear()
    assert (client.get(address, headers=OPENED).status_code, left) == (200, [])
