"""Work out anew how stories are shown, for every writer of stories: a build and a correction.

Reads what it was not given from the unit of work; the faces go back to storage.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from aggregator.domain.articles import Article
from aggregator.domain.ids import ArticleId, StoryId
from aggregator.domain.stories import Folding, StoryFace
from aggregator.storage import UnitOfWork
from aggregator.stories.describe import describe

if TYPE_CHECKING:
    import numpy as np


def new_faces(
    work: UnitOfWork,
    living: Mapping[StoryId, frozenset[ArticleId]],
    *,
    articles: Mapping[ArticleId, Article],
    vectors: Mapping[ArticleId, "np.ndarray"],
    folding: Folding,
) -> Iterator[tuple[StoryId, StoryFace]]:
    """Yield the face of every story that looks different from what is stored.

    Args:
        work: where older members, their folding and the faces shown until now are read.
        living: the stories with all their members.
        articles: the members that are at hand; the others are read.
        vectors: unit float32[d] of the members that have one.
        folding: of `articles`.
    """
    older = {one for members in living.values() for one in members} - articles.keys()
    articles = {**articles, **{a.id: a for a in work.articles.get_many(sorted(older))}}
    past = work.articles.folding(older)
    folding = Folding(
        origin_of={**past.origin_of, **folding.origin_of}, discusses={**past.discusses, **folding.discusses}
    )
    before = {story.id: story.face for story in work.stories.get_many(list(living))}
    for story, members in living.items():
        shown = before.get(story)
        face = describe(
            [articles[one] for one in sorted(members)],
            vectors,
            folding,
            lead_now=shown.lead_id if shown else None,
        )
        if face != shown:
            yield story, face
