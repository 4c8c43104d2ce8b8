"""An embedding model as one call, for the single text of a search; used by `embed.py`.

Written in Python, a model lets go of the interpreter some two hundred times for one short text, and where
another thread computes it waits for that one's turn of 5 ms each time: a second, for work of fifteen
milliseconds. Traced by torch, it lets go once. `python -m benchmarks.traced` shows both.
"""

import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import structlog

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

log = structlog.get_logger()

PROBES = (
    "a bridge",
    "The bridge over the harbour mouth is shut to all traffic, and nobody knows for how long. " * 9,
)
"""A short text and a long one: a trace that holds for one length only shows itself."""
CLOSE = 1e-4
"""Largest difference in any place of a unit vector; rounding makes some 1e-7."""


def traced(
    model: Any, exact: "Callable[[str], NDArray[np.float32]]"
) -> "Callable[[str], NDArray[np.float32]]":
    """Return what gives a text the unit row, float32[dim], that `exact` gives it, in one call.

    It is `exact` itself for a model that torch cannot trace, or whose trace gives other rows.

    Args:
        model: a sentence-transformers model.
        exact: what embeds one text with it.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of torch, that its tracing gives way to other ways one day
            found = _trace(model)
            is_same = all(abs(found(probe) - exact(probe)).max() <= CLOSE for probe in PROBES)
    except (AttributeError, KeyError, RuntimeError, TypeError, ValueError) as error:
        log.info("the model is used as it is: torch cannot trace it", why=str(error).partition("\n")[0])
        return exact
    return found if is_same else exact


def _trace(model: Any) -> "Callable[[str], NDArray[np.float32]]":
    import torch

    def read(text: str) -> dict[str, Any]:
        return {name: value for name, value in model.preprocess([text]).items() if torch.is_tensor(value)}

    example = read(PROBES[0])
    names = tuple(example)

    class Whole(torch.nn.Module):
        """The model from a text's tokens to its unit row."""

        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, *tokens: Any) -> Any:
            rows = self.model(dict(zip(names, tokens, strict=True)))["sentence_embedding"]
            return torch.nn.functional.normalize(rows, dim=1)

    with torch.no_grad():
        whole = torch.jit.trace(  # type: ignore[no-untyped-call]
            Whole().eval(), tuple(example.values()), check_trace=False
        )

    def embed(text: str) -> "NDArray[np.float32]":
        torch.set_num_threads(1)
        tokens = read(text)
        with torch.inference_mode():
            row: NDArray[np.float32] = whole(*(tokens[name] for name in names))[0].numpy()
        return row

    return embed
