"""Corrections with their links, and relations: a log that is never rewritten, and answers that are."""

from datetime import timedelta

import pytest

from aggregator.domain.ids import ArticleId, CorrectionId, StoryId
from aggregator.domain.stories import Correction, CorrectionAction, Link, LinkKind, Relation
from aggregator.storage import Storage, UnitOfWork
from tests.contract.conftest import Newsroom
from tests.factories import make_draft
from tests.fakes import NOON

HOUR = timedelta(hours=1)


@pytest.fixture
def keys(storage: Storage, newsroom: Newsroom) -> tuple[ArticleId, ...]:
    """Five stored articles."""
    with storage.writing() as work:
        return work.articles.add(
            [make_draft(f"Article {number}") for number in range(5)],
            outlet_id=newsroom.outlet,
            feed_id=newsroom.feed,
            now=NOON,
        )


def cannot(one: ArticleId, other: ArticleId) -> Link:
    return Link(kind=LinkKind.CANNOT, one=one, other=other)


def add(work: UnitOfWork, *links: Link, hours: int = 0) -> CorrectionId:
    return work.corrections.add(
        CorrectionAction.SPLIT,
        detail="“Otter seen” is not part of story 1",
        by="test",
        links=links,
        moved={links[0].one: (StoryId(1), StoryId(2))} if links else {},
        now=NOON + hours * HOUR,
    )


def test_correction_comes_back_as_it_was_with_its_links_in_order(
    storage: Storage, keys: tuple[ArticleId, ...]
) -> None:
    must = Link(kind=LinkKind.MUST, one=keys[0], other=keys[3])
    with storage.writing() as work:
        number = add(work, cannot(keys[0], keys[2]), cannot(keys[0], keys[1]), must)
        assert work.corrections.get(number) == Correction(
            id=number,
            action=CorrectionAction.SPLIT,
            detail="“Otter seen” is not part of story 1",
            at=NOON,
            by="test",
            links=(cannot(keys[0], keys[2]), cannot(keys[0], keys[1]), must),
            moved={keys[0]: (StoryId(1), StoryId(2))},
        )
        assert work.corrections.get(CorrectionId(99)) is None


def test_undone_correction_stays_in_the_log_and_is_not_live(
    storage: Storage, keys: tuple[ArticleId, ...]
) -> None:
    with storage.writing() as work:
        first, second = add(work, cannot(keys[0], keys[1])), add(work, cannot(keys[2], keys[1]), hours=1)
        assert work.corrections.undo(first, now=NOON + 2 * HOUR)
        assert not work.corrections.undo(first, now=NOON + 3 * HOUR)
        assert not work.corrections.undo(CorrectionId(99), now=NOON)
        assert [one.id for one in work.corrections.live()] == [second]
        assert [(one.id, one.undone_at) for one in work.corrections.log()] == [
            (second, None),
            (first, NOON + 2 * HOUR),
        ]


def test_corrections_are_found_by_either_article_the_newest_first(
    storage: Storage, keys: tuple[ArticleId, ...]
) -> None:
    with storage.writing() as work:
        first, second = add(work, cannot(keys[0], keys[1])), add(work, cannot(keys[2], keys[1]))
        undone = add(work, cannot(keys[1], keys[4]))
        work.corrections.undo(undone, now=NOON)
        assert [one.id for one in work.corrections.naming([keys[1]])] == [second, first]
        assert [one.id for one in work.corrections.naming([keys[0], keys[3]])] == [first]
        assert work.corrections.naming([keys[3]]) == ()
        assert work.corrections.naming([]) == ()


def test_relations_replace_those_of_the_articles_looked_at_and_no_others(
    storage: Storage, keys: tuple[ArticleId, ...]
) -> None:
    def relation(one: int, other: int, score: float = 0.5) -> Relation:
        return Relation(
            article=keys[one],
            nearest=keys[other],
            score=score,
            parts={"cosine": 0.75},
            shared=("Øresund", "14")[: one + 1],
        )

    with storage.writing() as work:
        work.relations.replace([relation(0, 1), relation(1, 0), relation(2, 3)], among=keys)
    with storage.writing() as work:
        work.relations.replace([relation(0, 3, 0.9)], among=keys[:2])
    with storage.reading() as work:
        assert work.relations.of(keys) == {keys[0]: relation(0, 3, 0.9), keys[2]: relation(2, 3)}
        assert work.relations.of([]) == {}
