"""Compared stories come back as they were kept; vectors of sentences are shared; voices count origins."""

from datetime import timedelta

import numpy as np
import pytest

from aggregator.domain.comparing import (
    Claim,
    Comparison,
    Difference,
    DifferenceKind,
    Figure,
    Said,
    StoryVoices,
    Unread,
    UnreadReport,
)
from aggregator.domain.ids import ArticleId, OutletId, StoryId
from aggregator.domain.stories import Folding, Opened, Quote, StoryChanges
from aggregator.storage import Storage
from aggregator.stories.describe import describe
from tests.contract.conftest import Newsroom
from tests.factories import make_draft
from tests.fakes import NOON


def said(article: int, text: str = "The bridge is shut.") -> Said:
    return Said(article=ArticleId(article), outlet=OutletId(article), place=0, text=text)


WHOLE = Comparison(
    of="state",
    claims=(Claim(said=(said(1), said(2))),),
    alone=(said(2, "A heron watched."),),
    differences=(
        Difference(
            kind=DifferenceKind.UPDATE,
            of="killed",
            figures=(
                Figure(said=said(1), written="nine", value=9.0, at=NOON),
                Figure(said=said(2), written="12", value=12.0, at=None),
            ),
        ),
    ),
    quotes=(Quote(article=ArticleId(1), speaker="Marta Quill", text="We wrote in February"),),
    unread=(UnreadReport(article=ArticleId(2), why=Unread.SHORT),),
)


def a_story(storage: Storage, newsroom: Newsroom, articles: int = 2) -> tuple[StoryId, list[ArticleId]]:
    with storage.writing() as work:
        drafts = [make_draft(f"Report {number}", f"Text {number}.") for number in range(articles)]
        ids = list(work.articles.add(drafts, outlet_id=newsroom.outlet, feed_id=newsroom.feed, now=NOON))
        (story,) = work.stories.apply(StoryChanges(opened=(Opened(members=frozenset(ids)),)), now=NOON)
        work.stories.set_faces({story: describe(work.articles.get_many(ids), {}, Folding())})
    return story, ids


def test_comparison_comes_back_whole_and_is_replaced(storage: Storage, newsroom: Newsroom) -> None:
    story, _ = a_story(storage, newsroom)
    with storage.writing() as work:
        assert work.comparisons.get(story) is None
        work.comparisons.put(story, Comparison(of="before"))
        work.comparisons.put(story, WHOLE)
    with storage.reading() as work:
        assert work.comparisons.get(story) == WHOLE


def test_only_compared_stories_are_yielded(storage: Storage, newsroom: Newsroom) -> None:
    story, _ = a_story(storage, newsroom)
    with storage.writing() as work:
        work.comparisons.put(story, WHOLE)
    with storage.reading() as work:
        assert list(work.comparisons.each([story, StoryId(story + 1)])) == [(story, WHOLE)]


def test_vectors_are_kept_by_text_and_model_and_the_first_stays(storage: Storage) -> None:
    with storage.writing() as work:
        work.comparisons.put_vectors("m", ["a", "b"], np.array([[1, 0], [0, 1]], dtype=np.float32))
        work.comparisons.put_vectors("m", ["a"], np.array([[0.5, 0.5]], dtype=np.float32))
        work.comparisons.put_vectors("m", [], np.zeros((0, 2), dtype=np.float32))
        found = work.comparisons.vectors("m", ["a", "b", "c"])
        other = work.comparisons.vectors("other", ["a"])
    assert {key: row.tolist() for key, row in found.items()} == {"a": [1.0, 0.0], "b": [0.0, 1.0]}
    assert other == {}


def test_rows_that_do_not_fit_their_hashes_are_refused(storage: Storage) -> None:
    with storage.writing() as work, pytest.raises(ValueError, match="zip"):
        work.comparisons.put_vectors("m", ["a", "b"], np.zeros((1, 2), dtype=np.float32))


def test_voices_count_independent_reports_of_large_and_recent_stories(
    storage: Storage, newsroom: Newsroom
) -> None:
    story, ids = a_story(storage, newsroom, articles=3)
    with storage.writing() as work:
        work.articles.store_folding(Folding(origin_of={ids[2]: ids[0]}), among=ids)
        large = work.comparisons.voices(since=NOON - timedelta(days=1), fewest=3)
        larger = work.comparisons.voices(since=NOON - timedelta(days=1), fewest=4)
        later = work.comparisons.voices(since=NOON + timedelta(days=1), fewest=3)
    assert large == (StoryVoices(story=story, topic=None, reports={newsroom.outlet: 2}),)
    assert (larger, later) == ((), ())
