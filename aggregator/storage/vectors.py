"""Vectors of texts, keyed by the text's hash and the model, kept as little-endian float32."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Connection, Integer, String, exists, func, literal_column, select

from aggregator.domain.articles import Article
from aggregator.domain.ids import ArticleId
from aggregator.storage.articles import ARTICLE, article_of
from aggregator.storage.rows import insert_into, select_in
from aggregator.storage.schema import article_versions, articles, vectors

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


ROW: ColumnElement[int] = literal_column("vectors.rowid", Integer)
"""SQLite's own number of a row: it grows, so that new vectors are told from those seen before."""
OLD_ROW: ColumnElement[int] = literal_column("+vectors.rowid", Integer)
OF_MODEL: ColumnElement[str] = literal_column("+vectors.model", String)
"""By the plus, SQLite does not go through all vectors for these: https://www.sqlite.org/optoverview.html."""
AT_ONCE = 1000
"""Vectors read at a time by those who read many."""


@dataclass(frozen=True, slots=True)
class VectorMark:
    """How far somebody has read: the newest vector and the newest article then."""

    vector: int = 0
    article: int = 0


@dataclass(frozen=True, slots=True)
class Vectors:
    """What the model made of each text; equal texts share one vector."""

    connection: Connection

    def missing(self, model: str, *, since: datetime, limit: int | None = None) -> tuple[Article, ...]:
        """Return one article for each text since `since` that `model` has not seen, the oldest first."""
        is_known = exists().where(vectors.c.content_hash == articles.c.content_hash, vectors.c.model == model)
        # Grouped by an expression, so that SQLite reads only the window, not the index of all hashes.
        text = func.coalesce(articles.c.content_hash, "")
        first_ids = select(func.min(articles.c.id)).where(articles.c.at >= since, ~is_known).group_by(text)
        query = (
            select(*ARTICLE)
            .where(articles.c.id.in_(first_ids))
            .order_by(articles.c.at, articles.c.id)
            .limit(limit)
        )
        return tuple(map(article_of, self.connection.execute(query)))

    def put(self, model: str, hashes: Sequence[str], matrix: "NDArray[np.float32]") -> None:
        """Store row i of `matrix` (float32[n, d]) for text `hashes[i]`; what is stored already stays.

        Raises:
            ValueError: there are not as many rows as hashes.
        """
        if matrix.ndim != 2 or len(hashes) != matrix.shape[0]:
            raise ValueError(f"{len(hashes)} hashes do not fit a matrix of shape {matrix.shape}")
        if not hashes:
            return
        rows = [
            {"content_hash": key, "model": model, "vector": row.tobytes()}
            for key, row in zip(hashes, matrix.astype("<f4"), strict=True)
        ]
        self.connection.execute(insert_into(self.connection, vectors).on_conflict_do_nothing(), rows)

    def load(self, model: str, hashes: Sequence[str]) -> "tuple[tuple[str, ...], NDArray[np.float32]]":
        """Return the hashes that `model` has vectors for, in their order, and float32[n, d] beside them.

        Without any, the matrix has the shape (0, 0).
        """
        import numpy as np

        query = select(vectors.c.content_hash, vectors.c.vector).where(vectors.c.model == model)
        found = {
            row.content_hash: row.vector
            for row in select_in(self.connection, query, vectors.c.content_hash, hashes)
        }
        present = tuple(key for key in dict.fromkeys(hashes) if key in found)
        if not present:
            return (), np.empty((0, 0), dtype=np.float32)
        flat = np.frombuffer(b"".join(found[key] for key in present), dtype="<f4")
        return present, flat.reshape(len(present), -1).astype(np.float32)

    def of_versions(
        self, model: str, ids: Sequence[ArticleId]
    ) -> "Iterator[tuple[str, str, NDArray[np.float32]]]":
        """Yield (title, text, float32[d]) of the earlier versions of these articles that `model` has seen."""
        import numpy as np

        version = article_versions.c
        query = (
            select(version.title, version.text, vectors.c.vector)
            .join(vectors, vectors.c.content_hash == version.content_hash)
            .where(vectors.c.model == model)
        )
        for row in select_in(self.connection, query, version.article_id, ids):
            yield row.title, row.text, np.frombuffer(row.vector, dtype="<f4").astype(np.float32)

    def mark(self) -> VectorMark:
        """Return what there is now, at the cost of two look-ups."""
        vector = self.connection.scalar(select(func.max(ROW)).select_from(vectors))
        article = self.connection.scalar(select(func.max(articles.c.id)))
        return VectorMark(vector or 0, article or 0)

    def after(self, model: str, mark: VectorMark) -> "Iterator[tuple[list[int], NDArray[np.float32]]]":
        """Yield articles and their vectors, float32[n, d], that were not there at `mark`, in turns.

        An edited article comes again once its new text has a vector.
        """
        import numpy as np

        both = articles.c.content_hash == vectors.c.content_hash
        query = select(articles.c.id, vectors.c.vector).join_from(vectors, articles, both)
        new_vector = (vectors.c.model == model) & (mark.vector < ROW)
        # The new articles' vectors, not the articles of all vectors.
        new_article = (articles.c.id > mark.article) & (model == OF_MODEL) & (mark.vector >= OLD_ROW)
        for new in (new_vector, new_article):
            for rows in self.connection.execute(query.where(new)).partitions(AT_ONCE):
                flat = np.frombuffer(b"".join(row.vector for row in rows), dtype="<f4")
                yield [row.id for row in rows], flat.reshape(len(rows), -1)

    def models(self) -> tuple[str, ...]:
        """Return the models that have vectors here, by name."""
        query = select(vectors.c.model).distinct().order_by(vectors.c.model)
        return tuple(self.connection.scalars(query))
