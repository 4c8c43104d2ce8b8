"""Bring the themes up to date after a build: read the window's stories, find themes, store them."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from aggregator.domain.articles import Article
from aggregator.domain.ids import ArticleId
from aggregator.storage import Storage, UnitOfWork
from aggregator.stories.background import load_background
from aggregator.stories.themes import MOST_STORIES, Told, carry_on, find_themes

if TYPE_CHECKING:
    import numpy as np

LEAST_REPORTS = 2
"""A story of one report may be anything; themes are made of what several have reported."""


def renew_themes(
    storage: Storage,
    *,
    since: datetime,
    articles: Mapping[ArticleId, Article],
    vectors: "Mapping[ArticleId, np.ndarray]",
) -> None:
    """Find the themes among the stories with news since `since`, and store them with steady names.

    Args:
        storage: where the stories are read and the themes written, a short transaction each.
        since: the beginning of the window, UTC.
        articles: those of the window.
        vectors: their unit rows, float32[d].
    """
    with storage.reading() as work:
        told = list(_told(work, since, articles, vectors))
        before = work.themes.all()
    themes = carry_on(find_themes(told, load_background()), before)
    with storage.writing() as work:
        known = {theme.id for theme in work.themes.all()}
        # A build of another process may have replaced them meanwhile; the next build does better.
        if {theme.id for theme in themes if theme.id} <= known:
            work.themes.replace(themes)


def _told(
    work: UnitOfWork,
    since: datetime,
    articles: Mapping[ArticleId, Article],
    vectors: "Mapping[ArticleId, np.ndarray]",
) -> Iterator[Told]:
    import numpy as np

    ranked = work.stories.ranked(since=since, limit=2 * MOST_STORIES)
    chosen = [story for story in ranked if story.face.origin_count >= LEAST_REPORTS][:MOST_STORIES]
    members = work.stories.members([story.id for story in chosen])
    for story in chosen:
        present = [one for one in members[story.id] if one in vectors and one in articles]
        if present:
            middle = np.mean([vectors[one] for one in present], axis=0)
            yield Told(
                id=story.id,
                vector=middle / max(float(np.linalg.norm(middle)), 1e-9),
                titles=". ".join(articles[one].title for one in present),
                excerpt=story.face.excerpt,
            )
