"""What every embedder promises, the fake included."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from aggregator.stories.embed import Embedder, open_embedder
from tests.fakes import HashedWords

TEXTS = [
    "Harbour bridge closed after cracks are found",
    "Cracks close the harbour bridge",
    "Voters choose a new assembly on Sunday",
    "",
    "x " * 2000,
]


# With all others that load the model: one process does.
REAL = (pytest.mark.model, pytest.mark.xdist_group("newsroom"))


@pytest.fixture(params=["hashed words", pytest.param("sentence-transformers", marks=REAL)])
def embedder(request: pytest.FixtureRequest) -> Embedder:
    return HashedWords() if request.param == "hashed words" else open_embedder()


def test_rows_are_unit_float32_of_the_promised_shape(embedder: Embedder) -> None:
    rows = embedder.encode(TEXTS)
    assert (rows.dtype, rows.shape) == (np.dtype("float32"), (len(TEXTS), embedder.dim))
    assert np.linalg.norm(rows, axis=1) == pytest.approx(np.ones(len(TEXTS)), abs=1e-5)


def test_no_texts_make_no_rows(embedder: Embedder) -> None:
    assert embedder.encode([]).shape == (0, embedder.dim)


def test_a_text_has_one_vector_whatever_stands_beside_it(embedder: Embedder) -> None:
    together = embedder.encode(TEXTS)
    alone = np.concatenate([embedder.encode([text]) for text in TEXTS])
    assert together == pytest.approx(alone, abs=1e-5)


def test_rows_come_in_the_order_of_the_texts(embedder: Embedder) -> None:
    assert embedder.encode(TEXTS)[::-1] == pytest.approx(embedder.encode(TEXTS[::-1]), abs=1e-5)


def test_texts_on_one_event_are_nearer_than_strangers(embedder: Embedder) -> None:
    bridge, crack, vote = embedder.encode(TEXTS)[:3]
    assert bridge @ crack > bridge @ vote


def test_model_id_is_a_name_that_stays(embedder: Embedder) -> None:
    assert embedder.model_id
    assert embedder.model_id == embedder.model_id


def test_threads_share_one_model(embedder: Embedder) -> None:
    with ThreadPoolExecutor(4) as pool:
        rows = list(pool.map(embedder.encode, [TEXTS[:2]] * 4))
    assert all(row == pytest.approx(rows[0], abs=1e-5) for row in rows)
