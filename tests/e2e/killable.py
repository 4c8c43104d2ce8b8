"""The child of the kill test: one catch-up of an instance, at a pace at which every step can be hit."""

import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path

import numpy as np

from aggregator.feeds.language import language_of
from aggregator.feeds.urls import registrable_domain
from tests.e2e.room import room
from tests.fakes import FrozenClock, HashedWords

# What the rooms load on first use, the children of the fork server share with it: else each child would
# spend most of its time on imports, and most kills would fall there instead of in what it stores.
for name in ("charset_normalizer", "feedparser", "hdbscan", "nh3", "scipy.optimize", "sentencex"):
    import_module(name)
language_of("Loads the language model, which is not asked about a text as short as a headline.", None)
registrable_domain("https://loads.the.list.of.suffixes.example/")

NO_TIME = timedelta(microseconds=1)
"""The child's leases have run out when the next run looks."""


class SlowWords(HashedWords):
    """Takes a moment for each batch, as a model does."""

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        time.sleep(0.02)
        return super().encode(texts)


def catch_up(file: Path, at: datetime) -> None:
    """Do what a scheduler does between two ticks; the parent may kill this process at any moment."""
    with room(file, clock=FrozenClock(at), embedder=SlowWords(), lease_for=NO_TIME, owner="killed") as one:
        one.catch_up()
