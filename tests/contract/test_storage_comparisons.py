"""Compared stories come back as they were kept; vectors of sentences are shared; voices count origins."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from sqlalchemy import func, update

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
from aggregator.storage.tables_comparisons import comparisons
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
    read=("a", "b"),
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


def test_comparison_kept_before_its_sentences_were_told_still_comes_back(
    storage: Storage, newsroom: Newsroom
) -> None:
    story, _ = a_story(storage, newsroom)
    with storage.writing() as work:
        work.comparisons.put(story, WHOLE)
        of_old = update(comparisons).values(told=func.json_remove(comparisons.c.told, "$.read"))
        work.comparisons.connection.execute(of_old)
        since = NOON - timedelta(days=1)
        assert work.comparisons.get(story) == replace(WHOLE, read=())
        assert work.comparisons.read_since(since) == set()


def test_states_tell_of_which_articles_a_comparison_is(storage: Storage, newsroom: Newsroom) -> None:
    story, _ = a_story(storage, newsroom)
    with storage.writing() as work:
        work.comparisons.put(story, WHOLE)
        assert work.comparisons.states([story, StoryId(99)]) == {story: "state"}


def test_sentences_of_recent_stories_are_told_and_old_comparisons_dropped(
    storage: Storage, newsroom: Newsroom
) -> None:
    story, _ = a_story(storage, newsroom)
    before_it, after_it = NOON - timedelta(days=1), NOON + timedelta(days=1)
    with storage.writing() as work:
        work.comparisons.put(story, WHOLE)
        recent, none = work.comparisons.read_since(before_it), work.comparisons.read_since(after_it)
        kept, dropped = (
            work.comparisons.drop_old(before=before_it),
            work.comparisons.drop_old(before=after_it),
        )
        left = work.comparisons.get(story)
    assert (recent, none) == ({"a", "b"}, set())
    assert (kept, dropped, left) == (0, 1, None)


def test_vectors_are_listed_in_order_and_dropped_by_text_and_model(storage: Storage) -> None:
    with storage.writing() as work:
        for model in ("m", "n"):
            work.comparisons.put_vectors(model, ["b", "a"], np.eye(2, dtype=np.float32))
        first = work.comparisons.vector_keys(after=("", ""), limit=3)
        rest = work.comparisons.vector_keys(after=first[-1], limit=3)
        work.comparisons.drop_vectors([("a", "n"), ("b", "m")])
        left = work.comparisons.vector_keys(after=("", ""), limit=9)
    assert (first, rest) == ((("a", "m"), ("a", "n"), ("b", "m")), (("b", "n"),))
    assert left == (("a", "m"), ("b", "n"))


def test_rows_that_do_not_fit_their_hashes_are_refused(storage: Storage) -> None:
    with storage.writing() as work, pytest.raises(ValueError, match="zip"):
        work.comparisons.put_vectors("m", ["a", "b"], np.zeros((1, 2), dtype=np.float32))


def test_voices_count_independent_reports(storage: Storage, newsroom: Newsroom) -> None:
    story, ids = a_story(storage, newsroom, articles=4)
    with storage.writing() as work:
        folding = Folding(origin_of={ids[2]: ids[0]}, discusses={ids[3]: ids[0]})
        work.articles.store_folding(folding, among=ids)
        found = work.comparisons.voices([story, StoryId(99)])
    assert found == (StoryVoices(story=story, topic=None, reports={newsroom.outlet: 2}),)


def test_large_stories_are_recent_and_their_mark_changes_with_their_face(
    storage: Storage, newsroom: Newsroom
) -> None:
    story, ids = a_story(storage, newsroom, articles=3)
    before_it, after_it = NOON - timedelta(days=1), NOON + timedelta(days=1)
    with storage.writing() as work:
        first = work.comparisons.large(since=before_it, fewest=3)
        again = work.comparisons.large(since=before_it, fewest=3)
        larger = work.comparisons.large(since=before_it, fewest=4)
        later = work.comparisons.large(since=after_it, fewest=3)
        face = describe(work.articles.get_many(ids), {}, Folding())
        work.stories.set_faces({story: replace(face, origin_count=4)})
        changed = work.comparisons.large(since=before_it, fewest=3)
    assert (list(first), again, larger, later) == ([story], first, {}, {})
    assert list(changed) == [story]
    assert changed != first
