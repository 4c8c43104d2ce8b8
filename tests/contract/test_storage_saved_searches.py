"""Kept searches in the database."""

from aggregator.domain.readers import PERSONAL
from aggregator.domain.saved_searches import SavedSearch
from aggregator.storage import Storage
from tests.fakes import NOON


def test_search_comes_back_as_it_was_and_behind_the_others(storage: Storage) -> None:
    with storage.writing() as work:
        one = work.saved_searches.add(PERSONAL, name="One", query="one", token="a", now=NOON)
        two = work.saved_searches.add(PERSONAL, name="Two", query="two", token="b", now=NOON)
    first, second = (
        SavedSearch(
            id=key,
            reader=PERSONAL,
            name=name,
            query=name.lower(),
            place=place,
            on_front=False,
            token=token,
            created_at=NOON,
        )
        for key, name, place, token in ((one, "One", 1, "a"), (two, "Two", 2, "b"))
    )
    with storage.reading() as work:
        assert work.saved_searches.of(PERSONAL) == (first, second)
        assert work.saved_searches.by_token("b") == second
        assert work.saved_searches.by_token("c") is None


def test_searches_are_arranged_changed_and_removed(storage: Storage) -> None:
    with storage.writing() as work:
        one, two = (
            work.saved_searches.add(PERSONAL, name=name, query=name, token=name, now=NOON)
            for name in ("one", "two")
        )
        work.saved_searches.arrange(PERSONAL, [two, one])
        assert work.saved_searches.change(PERSONAL, one, on_front=True)
        assert [(s.id, s.on_front) for s in work.saved_searches.of(PERSONAL)] == [(two, False), (one, True)]
        assert work.saved_searches.remove(PERSONAL, two)
        assert not work.saved_searches.remove(PERSONAL, two)
        assert not work.saved_searches.change(PERSONAL, two, name="gone")
