"""Compare the stories that readers will most likely open before they do, and sweep away what no page needs.

Called after a build. A page whose comparison is kept touches no model; without this, whoever opens a story's
comparison first waits for the model to load and to read hundreds of sentences.
"""

from dataclasses import dataclass
from datetime import timedelta

from aggregator.clock import Clock
from aggregator.domain.ids import StoryId
from aggregator.storage import Storage
from aggregator.stories.comparing import Compare

LOOKED_AT = 60
"""Stories of the front page that are looked at, the best: two of its pages."""
FEWEST_OUTLETS = 3
"""Outlets of a story that is worth comparing before anybody asks: two are laid side by side in a moment."""
LEASE = "sweep comparisons"
SWEEP_EVERY = timedelta(hours=6)
VECTORS_FOR = timedelta(days=7)
"""How long after it left the window a story's sentences keep their vectors: only an edit can ask for them."""
COMPARISONS_FOR = timedelta(days=60)
"""How long after its last report a story's comparison is kept; who opens it later waits for a new one."""
CHUNK = 2000
"""Vectors that one transaction of the sweep looks at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AheadReport:
    """How many stories were compared, and how many sentences' vectors and comparisons were swept away."""

    compared: int = 0
    vectors: int = 0
    comparisons: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareAhead:
    """Compare at most `most` stories of the front page anew, and begin none after so many `seconds`.

    `window` is the front page's. Every story is compared as `compare` does it: read, work without a
    transaction, write.
    """

    storage: Storage
    clock: Clock
    compare: Compare
    window: timedelta
    most: int = 12
    seconds: float = 10.0

    def __call__(self) -> AheadReport:
        """Compare what changed, sweep once in `SWEEP_EVERY`, and return what was done.

        Raises:
            ModelUnusable: there are sentences to read, and the embedding model cannot be loaded.
        """
        start, compared = self.clock.monotonic(), 0
        for story in self.compare.stale(self._likely())[: self.most]:
            if self.clock.monotonic() - start >= self.seconds:
                break
            self.compare(story)
            compared += 1
        vectors, comparisons = self._sweep() if self._may_sweep() else (0, 0)
        return AheadReport(compared=compared, vectors=vectors, comparisons=comparisons)

    def _likely(self) -> list[StoryId]:
        """Return the stories that are most likely opened, the best first."""
        with self.storage.reading() as work:
            best = work.stories.ranked(since=self.clock.now() - self.window, limit=LOOKED_AT)
        return [one.id for one in best if one.face.outlet_count >= FEWEST_OUTLETS]

    def _may_sweep(self) -> bool:
        now = self.clock.now()
        # Nobody gives this lease back: it is the right to sweep once in a while, whichever process does.
        with self.storage.writing() as work:
            return work.leases.claim(LEASE, owner=now.isoformat(), now=now, until=now + SWEEP_EVERY)

    def _sweep(self) -> tuple[int, int]:
        """Drop old comparisons, and the vectors that no comparison of a living story was made of."""
        now, model = self.clock.now(), self.compare.embedder.model_id
        with self.storage.writing() as work:
            comparisons = work.comparisons.drop_old(before=now - COMPARISONS_FOR)
        with self.storage.reading() as work:
            needed = work.comparisons.read_since(now - self.window - VECTORS_FOR)
        dropped, after = 0, ("", "")
        while True:
            with self.storage.reading() as work:
                keys = work.comparisons.vector_keys(after=after, limit=CHUNK)
            if not keys:
                return dropped, comparisons
            idle = [key for key in keys if key[0] not in needed or key[1] != model]
            if idle:
                with self.storage.writing() as work:
                    work.comparisons.drop_vectors(idle)
            dropped, after = dropped + len(idle), keys[-1]
