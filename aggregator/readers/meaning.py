"""Find articles by what a search means: the model's vector of its words, against those that are stored.

The stored vectors are not read for every search. `Index` holds one row for each article in memory, as
bytes, and follows the database: what came since the last search is read, nothing else. The model is
somebody else's to keep warm; whoever cannot wait for it is told so and does without.
"""

from collections.abc import Sequence
from concurrent.futures import CancelledError, Future
from concurrent.futures import TimeoutError as TookTooLong
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Protocol, TypeAlias

from aggregator.domain.errors import BroadfoldError
from aggregator.domain.ids import ArticleId
from aggregator.executor import Executor
from aggregator.storage import Storage
from aggregator.storage.vectors import VectorMark

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

START = VectorMark()
MOST_ROWS = 200_000
"""Articles that are kept, the newest: 384 bytes each for MiniLM, 77 MB in all."""
NEAR = 200
"""Articles that a search takes, the nearest."""
LEAST_COSINE = 0.3
"""Below this, MiniLM sees hardly a theme in common; read off 25 searches on a day of 2020."""
LEAST_SHARE = 0.6
"""Of the nearest one's cosine: a search that is answered well needs no vague answers. From the same 25."""
REMEMBERED = 256
"""Searches whose vectors are kept."""
MOST_WAITING = 8

COLD = (
    "The language model is still being loaded or is busy, so only the words themselves were looked for. "
    "Search again in a moment to find other words for the same, too."
)


Pack: TypeAlias = "tuple[NDArray[np.int64], NDArray[np.int8], NDArray[np.float32]]"
"""Numbers of articles, their rows, and the length of a step in each row."""


class Embedder(Protocol):
    """What is needed of the embedding model; `stories/embed.py` has it."""

    @property
    def model_id(self) -> str:
        """Return the name under which its vectors are stored."""
        ...

    def encode(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """Return unit rows, float32[len(texts), dim]."""
        ...


def packed(ids: Sequence[int], matrix: "NDArray[np.float32]") -> "Pack":
    """Return articles and their stored vectors, float32[n, 2 * d], as an index keeps them.

    A stored vector is that of the passage beside that of the title, over the root of two. Their mean is
    what counts here, and its product with a search's vector the mean of both cosines.
    """
    import numpy as np

    half = matrix.shape[1] // 2
    mean = (matrix[:, :half] + matrix[:, half:]) / np.sqrt(np.float32(2))
    steps = np.maximum(np.abs(mean).max(axis=1), np.float32(1e-9)) / 127
    return np.asarray(ids, dtype=np.int64), np.rint(mean / steps[:, None]).astype(np.int8), steps


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """Articles' vectors in memory: int8[n, d] with the length of a step in each row; `ids` ascend."""

    mark: VectorMark = START
    ids: "NDArray[np.int64] | None" = None
    rows: "NDArray[np.int8] | None" = None
    steps: "NDArray[np.float32] | None" = None

    def with_more(self, packs: "Sequence[Pack]", mark: VectorMark) -> "Index":
        """Return an index that also holds these articles, in place of what it had of them."""
        import numpy as np

        if not packs:
            return Index(mark=mark, ids=self.ids, rows=self.rows, steps=self.steps)
        parts = list(packs)
        if self.ids is not None and self.rows is not None and self.steps is not None:
            kept = ~np.isin(self.ids, np.concatenate([pack[0] for pack in packs]))
            parts.insert(0, (self.ids[kept], self.rows[kept], self.steps[kept]))
        ids, rows, steps = (np.concatenate(some) for some in zip(*parts, strict=True))
        order = np.argsort(ids, kind="stable")[-MOST_ROWS:]
        return Index(mark=mark, ids=ids[order], rows=rows[order], steps=steps[order])

    def nearest(
        self, vector: "NDArray[np.float32]", allowed: "NDArray[np.int64] | None"
    ) -> tuple[ArticleId, ...]:
        """Return the articles nearest to a unit vector, float32[d], nearest first; of `allowed` only."""
        import numpy as np

        if self.ids is None or self.rows is None or self.steps is None:
            return ()
        ids, rows, steps = self.ids, self.rows, self.steps
        if allowed is not None:
            chosen = np.flatnonzero(np.isin(ids, allowed))
            ids, rows, steps = ids[chosen], rows[chosen], steps[chosen]
        # In one call: step by step, it would wait for other threads at each step to get the interpreter back.
        cosines = np.einsum("ij,j->i", rows, vector, dtype=np.float32, casting="unsafe") * steps
        least = max(LEAST_COSINE, LEAST_SHARE * float(cosines.max(initial=0)))
        near = np.flatnonzero(cosines >= least)
        order = near[np.argsort(-cosines[near], kind="stable")][:NEAR]
        return tuple(ArticleId(int(one)) for one in ids[order])


@dataclass(slots=True, kw_only=True)
class Meaning:
    """The index, and the vectors of the latest searches. For many threads.

    `executor` runs the model: one worker is enough.
    """

    storage: Storage
    embedder: Embedder
    executor: Executor
    _index: Index = field(default_factory=Index)
    _following: Lock = field(default_factory=Lock)
    _asked: "dict[str, Future[NDArray[np.float32]]]" = field(default_factory=dict)
    _asking: Lock = field(default_factory=Lock)

    def begin(self, text: str) -> None:
        """Let the model read a text, while whoever will ask for what is near looks for something else."""
        self._ask(text)

    def nearest(
        self, text: str, *, allowed: "NDArray[np.int64] | None", patience: float
    ) -> tuple[ArticleId, ...] | str:
        """Return the articles nearest to a text, or after `patience` seconds a sentence that says why not.

        The caller must have no unit of work open.
        """
        future = self._ask(text)
        if future is None:
            return COLD
        try:
            vector = future.result(timeout=patience)
        except (TookTooLong, CancelledError):
            return COLD
        except BroadfoldError as error:
            return f"Only the words themselves were looked for. {error}"
        self._follow(wait=False)
        return self._index.nearest(vector, allowed)

    def _ask(self, text: str) -> "Future[NDArray[np.float32]] | None":
        """Return the vector to come of a text, None when too many are being waited for."""
        with self._asking:
            known = self._asked.pop(text, None)
            if known is None or (known.done() and (known.cancelled() or known.exception())):
                if sum(not one.done() for one in self._asked.values()) >= MOST_WAITING:
                    return None
                known = self.executor.submit(self._prepare, text)
            self._asked[text] = known
            while len(self._asked) > REMEMBERED:
                del self._asked[next(iter(self._asked))]
            return known

    def _prepare(self, text: str) -> "NDArray[np.float32]":
        vector: NDArray[np.float32] = self.embedder.encode([text])[0]
        if self._index.ids is None:
            self._follow(wait=True)
        return vector

    def _follow(self, *, wait: bool) -> None:
        """Take in what is new in the database; without `wait`, not while another thread does."""
        if not self._following.acquire(blocking=wait):
            return
        try:
            with self.storage.reading() as work:
                mark = work.vectors.mark()
                if mark == self._index.mark:
                    return
                new = work.vectors.after(self.embedder.model_id, self._index.mark)
                packs = [packed(ids, matrix) for ids, matrix in new]
            self._index = self._index.with_more(packs, mark)
        finally:
            self._following.release()
