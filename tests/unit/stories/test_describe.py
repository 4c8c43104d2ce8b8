"""How a story is shown: lead, counts, times, excerpt."""

from datetime import timedelta

import numpy as np

from aggregator.domain.ids import ArticleId
from aggregator.domain.stories import Folding
from aggregator.stories.describe import describe, excerpt
from tests.factories import make_article
from tests.fakes import NOON

A, B, C, D = (ArticleId(n) for n in (1, 2, 3, 4))


def towards(*parts: float) -> np.ndarray:
    row = np.array(parts, dtype=np.float32)
    return row / np.float32(np.linalg.norm(row))


def test_lead_is_the_report_nearest_to_the_others():
    members = [make_article(n, f"Title {n}", outlet=n) for n in (1, 2, 3)]
    vectors = {A: towards(1, 0), B: towards(1, 1), C: towards(0, 1)}

    assert describe(members, vectors, Folding()).lead_id == B


def test_lead_stays_while_it_is_about_as_central():
    members = [make_article(n, f"Title {n}", outlet=n) for n in (1, 2)]
    vectors = {A: towards(1, 0), B: towards(1, 1)}

    assert describe(members, vectors, Folding(), lead_now=B).lead_id == B
    assert describe(members, vectors, Folding()).lead_id == A


def test_lead_speaks_the_language_of_most_reports():
    members = [
        make_article(1, "Brücke gesperrt", outlet=1, lang="de"),
        make_article(2, "Bridge shut", outlet=2),
        make_article(3, "Bridge closed", outlet=3),
    ]
    vectors = {A: towards(1, 1), B: towards(1, 0), C: towards(0, 1)}

    assert describe(members, vectors, Folding()).lead_id == B


def test_copies_count_as_articles_and_outlets_but_not_as_independent_reports():
    members = [make_article(n, "Same words", outlet=n, at=NOON + timedelta(hours=n)) for n in (1, 2, 3)]
    folding = Folding(origin_of={A: A, B: A, C: A})

    face = describe(members, {}, folding)

    assert (face.article_count, face.outlet_count, face.origin_count, face.lead_id) == (3, 3, 1, A)


def test_copies_that_arrive_later_do_not_make_a_story_newer_in_rank():
    first = make_article(1, outlet=1, at=NOON)
    late = make_article(2, outlet=2, at=NOON + timedelta(hours=9))
    folding = Folding(origin_of={A: A, B: A})

    alone = describe([first], {}, folding)
    both = describe([first, late], {}, folding)

    assert both.score == alone.score
    assert both.last_at == late.at


def test_undated_article_does_not_make_its_story_new():
    dated = make_article(1, outlet=1, at=NOON - timedelta(hours=5))
    undated = make_article(2, outlet=2, at=NOON, dated=False)

    face = describe([dated, undated], {}, Folding())

    assert (face.first_at, face.last_at, face.article_count) == (dated.at, dated.at, 2)


def test_discussions_are_not_counted_and_never_lead():
    report = make_article(1, outlet=1, at=NOON)
    entry = make_article(2, "Bridge (discussion)", outlet=9, at=NOON - timedelta(hours=1))
    folding = Folding(origin_of={A: A, B: B}, discusses={B: A})

    face = describe([report, entry], {B: towards(1, 0)}, folding)

    assert (face.lead_id, face.article_count, face.outlet_count, face.first_at) == (A, 1, 1, NOON)


def test_story_of_entries_that_only_discuss_still_has_a_face():
    entry = make_article(2, "Only talk", outlet=9)

    assert describe([entry], {}, Folding(discusses={B: A})).headline == "Only talk"


def test_origin_outside_the_story_leaves_its_earliest_copy_as_the_report():
    members = [make_article(n, outlet=n, at=NOON + timedelta(hours=n)) for n in (2, 3)]

    face = describe(members, {}, Folding(origin_of={B: A, C: A}))

    assert (face.origin_count, face.lead_id) == (1, B)


def test_excerpt_ends_with_a_whole_sentence():
    text = "The bridge is shut. Traffic goes by ferry until Monday. " + "Nobody knows why. " * 30

    assert excerpt(text, length=60) == "The bridge is shut. Traffic goes by ferry until Monday."


def test_excerpt_without_a_sentence_that_fits_ends_with_a_whole_word():
    assert excerpt("One endless sentence about a bridge that never comes to its end", length=30) == (
        "One endless sentence about a…"
    )


def test_excerpt_does_not_repeat_the_headline():
    assert excerpt("Harbour bridge closed.", besides="Harbour bridge closed") == ""
