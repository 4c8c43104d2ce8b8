"""One text of a search is embedded in one call, with the row that the model itself gives it."""

import numpy as np
import pytest
from numpy.typing import NDArray

from aggregator.stories import embed
from aggregator.stories.traced import CLOSE, traced

TEXTS = (
    "ferry",
    "",
    "Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich",
    "bridge " * 600,
    "橋",
)


@pytest.mark.model
@pytest.mark.xdist_group("newsroom")
@pytest.mark.parametrize("text", TEXTS)
def test_text_alone_gets_the_row_that_it_gets_among_others(text: str) -> None:
    embedder = embed.open_embedder()

    (alone,) = embedder.encode([text])
    among = embedder.encode(["A first one, which is longer.", text])[1]

    assert (alone.dtype, alone.shape) == (np.float32, (embedder.dim,))
    assert np.abs(alone - among).max() < CLOSE


@pytest.mark.model
@pytest.mark.xdist_group("newsroom")
def test_trace_that_gives_other_rows_is_not_used() -> None:
    def other(text: str) -> NDArray[np.float32]:
        return np.full(384, len(text), dtype=np.float32)

    assert traced(embed._model(embed.DEFAULT_MODEL), other) is other


@pytest.mark.model
@pytest.mark.xdist_group("newsroom")
def test_model_that_cannot_be_traced_is_used_as_it_is() -> None:
    def exact(text: str) -> NDArray[np.float32]:
        raise AssertionError(text)

    assert traced(object(), exact) is exact
