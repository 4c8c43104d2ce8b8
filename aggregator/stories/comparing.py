"""Compare a story when somebody asks, and keep what came of it until an article of it changes. A service.

The model reads only sentences that it has not seen: adding an article embeds its own new ones and no others.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aggregator.domain.articles import Article, text_hash
from aggregator.domain.comparing import Comparison, articles_state
from aggregator.domain.ids import ArticleId, StoryId
from aggregator.domain.stories import Folding
from aggregator.storage import Storage, UnitOfWork
from aggregator.stories.compare import compared
from aggregator.stories.describe import independent_reports, reporting_members
from aggregator.stories.embed import Embedder

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

EDITION = "1"
"""Of the way stories are compared: another edition compares every story anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compare:
    """Return how the outlets of a story tell it, worked out at most once for each state of its articles."""

    storage: Storage
    embedder: Embedder

    def __call__(self, story: StoryId) -> Comparison:
        """Return the comparison of a story; an empty one for a story without articles.

        Raises:
            ModelUnusable: there are sentences to read, and the embedding model cannot be loaded.
        """
        with self.storage.reading() as work:
            ids = work.stories.members([story]).get(story, ())
            folding = work.articles.folding(ids)
            state = self._state(work.gists.hashes(ids), folding)
            known = work.comparisons.get(story)
            if known is not None and known.of == state:
                return known
            reports = _reports(work, ids, folding)
        found = compared(reports, self._encode, of=state)
        with self.storage.writing() as work:
            if work.stories.members([story]).get(story):
                work.comparisons.put(story, found)
        return found

    def stale(self, stories: Sequence[StoryId]) -> tuple[StoryId, ...]:
        """Return those of the stories, in their order, of which no comparison as they are now is kept."""
        with self.storage.reading() as work:
            members = work.stories.members(stories)
            every = [one for ids in members.values() for one in ids]
            hashes, folding = work.gists.hashes(every), work.articles.folding(every)
            known = work.comparisons.states(stories)
        return tuple(
            story
            for story in stories
            if known.get(story) != self._state({one: hashes[one] for one in members[story]}, folding)
        )

    def _state(self, hashes: Mapping[ArticleId, str], folding: Folding) -> str:
        return f"{EDITION}:{self.embedder.model_id}:{articles_state(hashes, folding)}"

    def _encode(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """Return unit rows, float32[n, d], from the store or the model; new ones are kept."""
        import numpy as np

        hashes = {text: text_hash(text) for text in texts}
        with self.storage.reading() as work:
            known = dict(work.comparisons.vectors(self.embedder.model_id, hashes.values()))
        new = [text for text in hashes if hashes[text] not in known]
        if new:
            rows = self.embedder.encode(new)
            keys = [hashes[text] for text in new]
            with self.storage.writing() as work:
                work.comparisons.put_vectors(self.embedder.model_id, keys, rows)
            # As the store gives them back, so that a story compared twice comes to the same.
            known |= dict(zip(keys, rows.astype("<f2").astype(np.float32), strict=True))
        return np.stack([known[hashes[text]] for text in texts])


def _reports(work: UnitOfWork, ids: Sequence[ArticleId], folding: Folding) -> list[Article]:
    members = work.articles.get_many(ids)
    return independent_reports(reporting_members(members, folding), folding) if members else []
