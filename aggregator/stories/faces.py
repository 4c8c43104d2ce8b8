"""Work out anew how stories are shown, for every writer of stories: a build and a correction.

Reads what it was not given from the unit of work; the faces go back to storage.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from aggregator.domain.articles import Article
from aggregator.domain.ids import ArticleId, OutletId, StoryId
from aggregator.domain.rank import QUIET
from aggregator.domain.stories import Folding, StoryFace
from aggregator.storage import UnitOfWork
from aggregator.stories.describe import describe, independent_reports, reporting_members
from aggregator.stories.topics import Prototypes, choose, filed_under, likeness

if TYPE_CHECKING:
    import numpy as np

AT_A_TIME = 4096
"""Articles whose likeness to the topics is worked out in one go."""
MEASURED = timedelta(days=3)
"""How far back it is counted what an outlet publishes: as many days as most feeds still list."""


def new_faces(
    work: UnitOfWork,
    living: Mapping[StoryId, frozenset[ArticleId]],
    *,
    articles: Mapping[ArticleId, Article],
    vectors: Mapping[ArticleId, "np.ndarray"],
    folding: Folding,
    known: Prototypes | None = None,
    now: datetime,
) -> Iterator[tuple[StoryId, StoryFace]]:
    """Yield the face of every story that looks different from what is stored.

    Args:
        work: where older members, their folding and the faces shown until now are read.
        living: the stories with all their members.
        articles: the members that are at hand; the others are read.
        vectors: unit float32[d] of the members that have one.
        folding: of `articles`.
        known: the topics; without them a story keeps the one that it has.
        now: what outlets published in the days before it tells which are quiet.
    """
    articles, folding = _with_older(work, living, articles, folding)
    quiet = _quiet(work, articles.values(), now=now)
    before = {story.id: story.face for story in work.stories.get_many(list(living))}
    alike = _likenesses(vectors, known)
    for story, ids in living.items():
        shown = before.get(story)
        topic = shown.topic if shown else None
        members = [articles[one] for one in sorted(ids)]
        face = describe(
            members,
            vectors,
            folding,
            lead_now=shown.lead_id if shown else None,
            topic=_topic(members, folding, alike, known, topic) if known else topic,
            quiet=quiet,
        )
        if face != shown:
            yield story, face


def _with_older(
    work: UnitOfWork,
    living: Mapping[StoryId, frozenset[ArticleId]],
    articles: Mapping[ArticleId, Article],
    folding: Folding,
) -> tuple[Mapping[ArticleId, Article], Folding]:
    """Return articles and folding with those members that were not at hand."""
    older = {one for members in living.values() for one in members} - articles.keys()
    past = work.articles.folding(older)
    return {**articles, **{a.id: a for a in work.articles.get_many(sorted(older))}}, Folding(
        origin_of={**past.origin_of, **folding.origin_of}, discusses={**past.discusses, **folding.discusses}
    )


def _quiet(work: UnitOfWork, articles: Iterable[Article], *, now: datetime) -> frozenset[OutletId]:
    """Return those outlets of the articles that published little until now."""
    most = round(QUIET * MEASURED / timedelta(days=1))
    return frozenset(a.outlet_id for a in articles) - work.days.loud(
        since=now - MEASURED, until=now, most=most
    )


def _likenesses(
    vectors: Mapping[ArticleId, "np.ndarray"], known: Prototypes | None
) -> Mapping[ArticleId, "np.ndarray"]:
    """Return float32[topics] for every article with a vector: how like each topic it is."""
    import numpy as np

    found: dict[ArticleId, np.ndarray] = {}
    ids = list(vectors) if known else []
    for start in range(0, len(ids), AT_A_TIME):
        some = ids[start : start + AT_A_TIME]
        assert known is not None
        found |= zip(some, likeness(np.stack([vectors[one] for one in some]), known), strict=True)
    return found


def _topic(
    members: Sequence[Article],
    folding: Folding,
    alike: Mapping[ArticleId, "np.ndarray"],
    known: Prototypes,
    topic_now: str | None,
) -> str | None:
    """Return the topic of a story: each independent report speaks once, however often it was copied."""
    import numpy as np

    reports = [a for a in independent_reports(reporting_members(members, folding), folding) if a.id in alike]
    return choose(
        np.array([alike[a.id] for a in reports], dtype=np.float32),
        [filed_under(a.url, known.topics) for a in reports],
        known.topics,
        topic_now=topic_now,
    )
