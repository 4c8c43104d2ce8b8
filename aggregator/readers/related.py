"""Find the stories nearest to a story by the vectors of their leads; never the story itself."""

from collections.abc import Set
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
    """The vectors of the stories that were compared last: unit float32[n, d], a row for each hash."""

    model: str = ""
    hashes: tuple[str, ...] = ()
    rows: "NDArray[np.float32] | None" = None


@dataclass(slots=True, kw_only=True)
class Related:
    """Compares leads, and keeps the vectors for the next page. For many threads.

    A hash stands for one text, whose vector never changes: what is kept cannot be out of date, and of the
    next page's vectors only those are read that the last page had not.
    """

    _shelved: Shelved = field(default_factory=Shelved)

    def __call__(self, work: UnitOfWork, story: Story, *, model: str, since: datetime) -> list[StoryId]:
        """Return at most `MOST` stories with last news at or after `since`, nearest first."""
        own = work.gists.hashes([story.face.lead_id]).get(story.face.lead_id)
        if own is None:
            return []
        leads = [lead for lead in work.stories.leads(since=since, limit=CANDIDATES) if lead[0] != story.id]
        _, mine = work.vectors.load(model, [own])
        shelved = self._with(work, model, {content_hash for _, content_hash in leads})
        if not len(mine) or shelved.rows is None:
            return []
        row = {content_hash: place for place, content_hash in enumerate(shelved.hashes)}
        cosines = shelved.rows @ mine[0]
        near = [(float(cosines[row[lead]]), other) for other, lead in leads if lead in row]
        near.sort(key=lambda pair: (-pair[0], pair[1]))
        return [other for cosine, other in near[:MOST] if cosine >= LEAST_COSINE]

    def _with(self, work: UnitOfWork, model: str, wanted: Set[str]) -> Shelved:
        """Return the vectors that there are for these texts, perhaps among others."""
        import numpy as np

        kept = self._shelved
        if kept.model != model:
            kept = Shelved(model=model)
        missing = sorted(wanted - set(kept.hashes))
        if not missing:
            return kept
        present, rows = work.vectors.load(model, missing)
        if not present:
            return kept
        stays = [place for place, one in enumerate(kept.hashes) if one in wanted]
        parts = [rows] if kept.rows is None or not stays else [kept.rows[stays], rows]
        hashes = (*(kept.hashes[place] for place in stays), *present)
        self._shelved = Shelved(model=model, hashes=hashes, rows=np.concatenate(parts))
        return self._shelved
