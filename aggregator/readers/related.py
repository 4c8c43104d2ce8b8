"""Find the stories nearest to a story by the vectors of their leads; never the story itself."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from aggregator.domain.ids import ArticleId
from aggregator.domain.stories import Story
from aggregator.storage import UnitOfWork

if TYPE_CHECKING:
    import numpy as np

CANDIDATES = 1500
"""Stories of the window that are compared, best first: about 2 MB of vectors."""
MOST = 5
LEAST_COSINE = 0.4
"""Below this, leads of MiniLM share hardly a theme: read off the 2020 snapshots."""


def related(work: UnitOfWork, story: Story, *, model: str, since: datetime) -> list[Story]:
    """Return at most `MOST` stories with last news at or after `since`, nearest first."""
    others = [s for s in work.stories.ranked(since=since, after=None, limit=CANDIDATES) if s.id != story.id]
    vectors = _lead_vectors(work, [story.face.lead_id, *(s.face.lead_id for s in others)], model)
    own = vectors.get(story.face.lead_id)
    if own is None:
        return []
    near = [(float(own @ vectors[s.face.lead_id]), s) for s in others if s.face.lead_id in vectors]
    near.sort(key=lambda pair: (-pair[0], pair[1].id))
    return [s for cosine, s in near[:MOST] if cosine >= LEAST_COSINE]


def _lead_vectors(work: UnitOfWork, leads: list[ArticleId], model: str) -> Mapping[ArticleId, "np.ndarray"]:
    """Return unit float32[d] for every lead that has been embedded with `model`."""
    hashes = {a.id: a.content_hash for a in work.articles.get_many(leads)}
    present, matrix = work.vectors.load(model, sorted(set(hashes.values())))
    row = {content_hash: place for place, content_hash in enumerate(present)}
    return {one: matrix[row[h]] for one, h in hashes.items() if h in row}
