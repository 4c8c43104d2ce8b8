"""Read labelled files with their vectors and foldings, for the fits and tables of this folder.

Vectors are kept in a folder between runs, one .npy a file, because embedding takes longer than all the rest.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from aggregator.domain.articles import Article
from aggregator.domain.stories import Folding
from aggregator.evaluate import read_labelled
from aggregator.stories.copies import fold
from aggregator.stories.embed import encode_articles, open_embedder


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """A labelled file: articles, unit rows, folding and true stories (None where unknown)."""

    name: str
    articles: tuple[Article, ...]
    rows: NDArray[np.float32]
    folding: Folding
    stories: tuple[str | None, ...]

    def only(self, places: Sequence[int]) -> "Corpus":
        """Return the corpus of some of the articles."""
        kept = {self.articles[place].id for place in places}
        return Corpus(
            name=self.name,
            articles=tuple(self.articles[place] for place in places),
            rows=self.rows[list(places)],
            folding=Folding(
                origin_of={a: b for a, b in self.folding.origin_of.items() if {a, b} <= kept},
                discusses={a: b for a, b in self.folding.discusses.items() if {a, b} <= kept},
            ),
            stories=tuple(self.stories[place] for place in places),
        )


def read_corpus(file: Path, vectors: Path, at_most: int | None = None) -> Corpus:
    """Return a labelled file, its first `at_most` articles, with vectors from the folder or the model."""
    labelled = read_labelled(file)
    articles = labelled.articles[:at_most]
    kept = vectors / f"{file.stem}.npy"
    rows = np.load(kept) if kept.exists() else encode_articles(open_embedder(), articles)
    if not kept.exists():
        np.save(kept, rows)
    return Corpus(
        name=file.stem,
        articles=articles,
        rows=rows[: len(articles)],
        folding=fold(articles, labelled.domains),
        stories=labelled.stories[:at_most],
    )
