"""Find the stories nearest to a story by the vectors of their leads; never the story itself."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from aggregator.domain.ids import StoryId
from aggregator.domain.stories import Story
from aggregator.storage import UnitOfWork

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CANDIDATES = 1500
"""Stories of the window that are compared, the best ones: about 5 MB of vectors."""
MOST = 5
LEAST_COSINE = 0.4
"""Below this, leads of MiniLM share hardly a theme: read off the 2020 snapshots."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelved:
    """The vectors of the stories that were compared last: unit float32[n, d], a row for each story.

    `leads` is what storage told, with those that have no vector; `hashes` and `stories` go with the rows.
    """

    model: str = ""
    leads: tuple[tuple[StoryId, str], ...] = ()
    hashes: tuple[str, ...] = ()
    stories: "NDArray[np.int64] | None" = None
    rows: "NDArray[np.float32] | None" = None


@dataclass(slots=True, kw_only=True)
class Related:
    """Compares leads, and keeps the vectors for the next page. For many threads.

    A hash stands for one text, whose vector never changes: what is kept cannot be out of date, and when the
    stories are others, of their vectors only those are read that were not there before.
    """

    _shelved: Shelved = field(default_factory=Shelved)

    def __call__(self, work: UnitOfWork, story: Story, *, model: str, since: datetime) -> list[StoryId]:
        """Return at most `MOST` stories with last news at or after `since`, nearest first."""
        import numpy as np

        own = work.gists.hashes([story.face.lead_id]).get(story.face.lead_id)
        if own is None:
            return []
        _, mine = work.vectors.load(model, [own])
        shelved = self._of(work, model, work.stories.leads(since=since, limit=CANDIDATES))
        if not len(mine) or shelved.rows is None or shelved.stories is None:
            return []
        cosines = shelved.rows @ mine[0]
        near = np.flatnonzero((cosines >= LEAST_COSINE) & (shelved.stories != story.id))
        best = near[np.lexsort((shelved.stories[near], -cosines[near]))][:MOST]
        return [StoryId(int(one)) for one in shelved.stories[best]]

    def _of(self, work: UnitOfWork, model: str, leads: tuple[tuple[StoryId, str], ...]) -> Shelved:
        """Return the vectors of these leads that have one."""
        import numpy as np

        kept = self._shelved
        if kept.model != model:
            kept = Shelved(model=model)
        if kept.leads is leads:
            return kept
        place = {content_hash: number for number, content_hash in enumerate(kept.hashes)}
        missing = sorted({content_hash for _, content_hash in leads} - place.keys())
        present, more = work.vectors.load(model, missing)
        place |= {content_hash: len(kept.hashes) + number for number, content_hash in enumerate(present)}
        rows = np.concatenate(
            [some for some in (kept.rows, more) if some is not None and len(some)] or [more]
        )
        with_vector = [(story, content_hash) for story, content_hash in leads if content_hash in place]
        if with_vector:
            self._shelved = Shelved(
                model=model,
                leads=leads,
                hashes=tuple(content_hash for _, content_hash in with_vector),
                stories=np.array([story for story, _ in with_vector], dtype=np.int64),
                rows=rows[[place[content_hash] for _, content_hash in with_vector]],
            )
            return self._shelved
        return Shelved(model=model)
