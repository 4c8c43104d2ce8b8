"""A unit of work is seen wholly or not at all, by threads and by other connections."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError

from aggregator.domain.errors import DatabaseUnusable
from aggregator.storage import Storage, open_storage
from tests.contract.conftest import Newsroom
from tests.databases import file_storage
from tests.factories import make_draft, make_new_feed
from tests.fakes import NOON


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "shared.db"


@pytest.fixture
def two(file: Path) -> Iterator[tuple[Storage, Storage]]:
    """Two openings of one file, as two processes have them."""
    first, second = file_storage(file, patience=0.1), open_storage(f"sqlite:///{file}", patience=0.1)
    yield first, second
    first.close()
    second.close()


def domains(storage: Storage) -> list[str]:
    with storage.reading() as work:
        return [outlet.domain for outlet in work.outlets.all()]


def test_what_was_written_is_read_by_the_next_unit_of_work(storage: Storage) -> None:
    with storage.writing() as work:
        work.outlets.ensure("lantern.example", name="Lantern")
    assert domains(storage) == ["lantern.example"]


def test_an_exception_undoes_everything_and_travels_on(storage: Storage) -> None:
    def stumble() -> None:
        with storage.writing() as work:
            work.outlets.ensure("lantern.example", name="Lantern")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        stumble()
    assert domains(storage) == []


def test_a_unit_of_work_can_be_opened_after_one_that_failed(storage: Storage) -> None:
    with pytest.raises(ZeroDivisionError), storage.reading():
        raise ZeroDivisionError
    with storage.writing() as work:
        work.outlets.ensure("lantern.example", name="Lantern")
    assert domains(storage) == ["lantern.example"]


def test_reading_cannot_write(storage: Storage) -> None:
    with pytest.raises(OperationalError), storage.reading() as work:
        work.outlets.ensure("lantern.example", name="Lantern")
    assert domains(storage) == []


def test_a_second_unit_of_work_in_one_thread_is_refused(storage: Storage) -> None:
    with storage.reading():
        with pytest.raises(RuntimeError, match="already open in this thread"), storage.writing():
            pass
        with pytest.raises(RuntimeError, match="already open in this thread"), storage.reading():
            pass


def test_a_row_that_points_nowhere_is_refused(storage: Storage, newsroom: Newsroom) -> None:
    with pytest.raises(IntegrityError), storage.writing() as work:
        work.feeds.add(make_new_feed("https://other.example/rss"), newsroom.outlet + 1, now=NOON)


def test_a_time_without_a_zone_is_refused(storage: Storage, newsroom: Newsroom) -> None:
    with pytest.raises(StatementError, match="has no time zone"), storage.writing() as work:
        work.feeds.add(make_new_feed("https://other.example/rss"), newsroom.outlet, now=datetime(2026, 3, 14))


def test_times_come_back_to_the_microsecond_in_utc(storage: Storage, newsroom: Newsroom) -> None:
    when = NOON + timedelta(microseconds=1)
    with storage.writing() as work:
        key = work.feeds.add(make_new_feed("https://other.example/rss"), newsroom.outlet, now=when)
    with storage.reading() as work:
        feed = work.feeds.get(key)
    assert feed is not None
    assert (feed.added_at, feed.added_at.tzinfo) == (when, NOON.tzinfo)


def test_many_threads_write_without_losing_anything(storage: Storage, newsroom: Newsroom) -> None:
    def add(number: int) -> None:
        with storage.writing() as work:
            work.articles.add(
                [make_draft(f"Story {number}")],
                outlet_id=newsroom.outlet,
                feed_id=newsroom.feed,
                now=NOON,
            )
        with storage.reading() as work:
            assert work.articles.count() >= 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(40)))
    with storage.reading() as work:
        assert work.articles.count() == 40


def test_a_reader_never_sees_half_a_write(two: tuple[Storage, Storage]) -> None:
    writer, reader = two
    with writer.writing() as work:
        work.outlets.ensure("lantern.example", name="Lantern")
        assert domains(reader) == []
        work.outlets.ensure("mirror.example", name="Mirror")
        assert domains(reader) == []
    assert domains(reader) == ["lantern.example", "mirror.example"]


def test_a_reader_keeps_its_view_while_others_write(two: tuple[Storage, Storage]) -> None:
    writer, reader = two
    with reader.reading() as work:
        before = work.outlets.all()
        with writer.writing() as writing:
            writing.outlets.ensure("lantern.example", name="Lantern")
        assert work.outlets.all() == before == ()
    assert domains(reader) == ["lantern.example"]


def test_a_second_writer_gives_up_after_its_patience(two: tuple[Storage, Storage], file: Path) -> None:
    first, second = two
    with first.writing(), pytest.raises(DatabaseUnusable) as caught, second.writing():
        pass
    assert caught.value.location == str(file)
    assert caught.value.reason == "another program kept it locked for more than 0.1 seconds"


def test_a_writer_waits_for_the_one_before_it(file: Path) -> None:
    first, second = file_storage(file), open_storage(f"sqlite:///{file}")
    has_begun = threading.Event()

    def write() -> None:
        has_begun.set()
        with second.writing() as work:
            work.outlets.ensure("mirror.example", name=str(len(work.outlets.all())))

    with first.writing() as work:
        thread = threading.Thread(target=write)
        thread.start()
        has_begun.wait()
        work.outlets.ensure("lantern.example", name="Lantern")
    thread.join()
    with first.reading() as work:
        assert {outlet.domain: outlet.name for outlet in work.outlets.all()} == {
            "lantern.example": "Lantern",
            "mirror.example": "1",
        }
    first.close()
    second.close()


def test_one_view_is_as_of_its_first_question_until_it_is_renewed(two: tuple[Storage, Storage]) -> None:
    writer, reader = two
    told = []
    with reader.one_view():
        told.append(domains(reader))
        with writer.writing() as work:
            work.outlets.ensure("lantern.example", name="Lantern")
        told.append(domains(reader))
        reader.renew()
        told.append(domains(reader))

    assert told == [[], [], ["lantern.example"]]


def test_one_view_begins_one_transaction(storage: Storage) -> None:
    begun: list[str] = []
    event.listen(storage.engine, "begin", lambda _: begun.append("begin"))

    with storage.one_view():
        for _ in range(3):
            domains(storage)
    domains(storage)

    assert len(begun) == 2


def test_what_is_written_within_one_view_is_read_there(storage: Storage) -> None:
    with storage.one_view():
        assert domains(storage) == []
        with storage.writing() as work:
            work.outlets.ensure("lantern.example", name="Lantern")
        assert domains(storage) == ["lantern.example"]


def test_one_view_does_not_allow_two_units_of_work_at_once(storage: Storage) -> None:
    with (
        storage.one_view(),
        storage.reading(),
        pytest.raises(RuntimeError, match="already open in this thread"),
        storage.reading(),
    ):
        pass
    assert domains(storage) == []


def test_one_view_is_of_its_thread_alone(two: tuple[Storage, Storage]) -> None:
    writer, reader = two
    with reader.one_view(), ThreadPoolExecutor(1) as pool:
        assert domains(reader) == []
        with writer.writing() as work:
            work.outlets.ensure("lantern.example", name="Lantern")
        assert pool.submit(domains, reader).result() == ["lantern.example"]
        assert domains(reader) == []


def test_one_view_outlives_an_exception_and_ends_with_a_refused_write(storage: Storage) -> None:
    with storage.one_view():
        with pytest.raises(ZeroDivisionError), storage.reading():
            raise ZeroDivisionError
        with pytest.raises(OperationalError), storage.reading() as work:
            work.outlets.ensure("lantern.example", name="Lantern")
        assert domains(storage) == []
    with storage.writing() as work:
        work.outlets.ensure("lantern.example", name="Lantern")
    assert domains(storage) == ["lantern.example"]
