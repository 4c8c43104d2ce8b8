"""Vectors: each text embedded once a model."""

from datetime import timedelta

import numpy as np
import pytest

from aggregator.storage import Storage
from tests.contract.conftest import Newsroom
from tests.factories import make_draft
from tests.fakes import NOON

LONG_AGO = NOON - timedelta(days=365)


def test_vectors_come_back_as_they_were_in_the_order_asked_for(storage: Storage) -> None:
    matrix = np.array([[0.1, -1.5, 3e-39], [1, 2, 3]], dtype=np.float32)
    with storage.writing() as work:
        work.vectors.put("m", ["a", "b"], matrix)
        present, loaded = work.vectors.load("m", ["b", "x", "a", "b"])
    assert present == ("b", "a")
    assert loaded.dtype == np.float32
    assert loaded.flags.writeable
    np.testing.assert_array_equal(loaded, matrix[[1, 0]])


def test_without_vectors_the_matrix_is_empty(storage: Storage) -> None:
    with storage.reading() as work:
        present, loaded = work.vectors.load("m", ["a"])
    assert (present, loaded.shape, loaded.dtype) == ((), (0, 0), np.float32)


def test_models_do_not_share_vectors(storage: Storage) -> None:
    with storage.writing() as work:
        work.vectors.put("m1", ["a"], np.ones((1, 2), dtype=np.float32))
        work.vectors.put("m2", ["a"], np.zeros((1, 3), dtype=np.float32))
        assert work.vectors.load("m2", ["a"])[1].tolist() == [[0, 0, 0]]
        assert work.vectors.models() == ("m1", "m2")


def test_a_vector_once_stored_stays(storage: Storage) -> None:
    with storage.writing() as work:
        work.vectors.put("m", ["a"], np.ones((1, 2), dtype=np.float32))
        work.vectors.put("m", ["a", "b", "b"], np.zeros((3, 2), dtype=np.float32))
        work.vectors.put("m", [], np.zeros((0, 2), dtype=np.float32))
        assert work.vectors.load("m", ["a", "b"])[1].tolist() == [[1, 1], [0, 0]]


def test_a_matrix_that_does_not_fit_its_hashes_is_refused(storage: Storage) -> None:
    with pytest.raises(ValueError, match="2 hashes do not fit"), storage.writing() as work:
        work.vectors.put("m", ["a", "b"], np.ones((1, 2), dtype=np.float32))


def test_more_vectors_than_one_list_holds(storage: Storage) -> None:
    hashes = [f"h{number}" for number in range(1203)]
    matrix = np.arange(1203 * 2, dtype=np.float32).reshape(-1, 2)
    with storage.writing() as work:
        work.vectors.put("m", hashes, matrix)
        present, loaded = work.vectors.load("m", hashes)
    assert present == tuple(hashes)
    np.testing.assert_array_equal(loaded, matrix)


def test_each_text_is_missing_once_until_it_has_a_vector(storage: Storage, newsroom: Newsroom) -> None:
    same = {"text": "The same.", "content_hash": "same"}
    drafts = (
        make_draft("One", **same),
        make_draft("Two", **same),
        make_draft("Three", content_hash="three", published_at=NOON),
        make_draft("Old", content_hash="old", published_at=NOON - timedelta(days=9)),
    )
    with storage.writing() as work:
        one, _, three, old = work.articles.add(
            drafts, outlet_id=newsroom.outlet, feed_id=newsroom.feed, now=NOON
        )

        def missing(model: str = "m", days: int = 2, limit: int | None = None) -> list[int]:
            since = NOON - timedelta(days=days)
            return [article.id for article in work.vectors.missing(model, since=since, limit=limit)]

        assert missing() == [one, three]
        assert missing(days=10) == [old, one, three]
        assert missing(limit=1) == [one]
        work.vectors.put("m", ["same"], np.ones((1, 2), dtype=np.float32))
        assert missing() == [three]
        assert missing("another") == [one, three]


def test_vectors_of_an_articles_earlier_versions_are_found_by_model(
    storage: Storage, newsroom: Newsroom
) -> None:
    with storage.writing() as work:
        at = {"outlet_id": newsroom.outlet, "feed_id": newsroom.feed, "now": NOON}
        one, two = work.articles.add((make_draft("One"), make_draft("Two")), **at)
        for number in range(3):
            draft = make_draft("One", f"State {number}.", content_hash=f"state-{number}")
            work.articles.change(one, draft, feed_id=newsroom.feed, now=NOON)
        work.vectors.put("m", ["state-0", "state-2"], np.array([[1, 2], [3, 4]], dtype=np.float32))
        work.vectors.put("n", ["state-1"], np.ones((1, 2), dtype=np.float32))
        found = [
            (title, text, row.tolist()) for title, text, row in work.vectors.of_versions("m", [one, two])
        ]
        assert found == [("One", "State 0.", [1, 2])]
        assert list(work.vectors.of_versions("m", [two])) == []
