"""The member that each article of a story is nearest to."""

import numpy as np

from aggregator.domain.ids import ArticleId
from aggregator.domain.stories import Folding, Relation
from aggregator.stories.embed import encode_articles
from aggregator.stories.relate import relate
from aggregator.stories.survey import Evidence
from aggregator.stories.why import closest
from tests.factories import make_article
from tests.fakes import HashedWords


def evidence(*pairs: tuple[int, int, float, float], count: int = 4) -> Evidence:
    """Return evidence between articles 10, 11, … from (left, right, score, same)."""
    left, right, score, same = (np.array(column) for column in zip(*pairs, strict=True))
    return Evidence(
        ids=tuple(ArticleId(10 + n) for n in range(count)),
        left=left.astype(np.int32),
        right=right.astype(np.int32),
        score=score.astype(np.float32),
        parts={"same": same.astype(np.float32), "hours": np.full(len(left), np.nan, dtype=np.float32)},
    )


def group(*numbers: int) -> frozenset[ArticleId]:
    return frozenset(ArticleId(n) for n in numbers)


def test_strongest_relation_inside_the_story_counts():
    found = closest(
        evidence((0, 1, 0.6, 0), (0, 2, 0.9, 0), (1, 2, 0.7, 0), (2, 3, 1, 0)), [group(10, 11, 12), group(13)]
    )

    assert found == (
        Relation(article=ArticleId(10), nearest=ArticleId(12), score=0.9, parts={"same": 0.0}),
        Relation(article=ArticleId(11), nearest=ArticleId(12), score=0.7, parts={"same": 0.0}),
        Relation(article=ArticleId(12), nearest=ArticleId(10), score=0.9, parts={"same": 0.0}),
    )


def test_other_report_goes_before_a_copy_of_the_own_text():
    found = closest(evidence((0, 1, 1, 1), (0, 2, 0.6, 0)), [group(10, 11, 12)])

    assert {one.article: one.nearest for one in found} == {10: 12, 11: 10, 12: 10}


def test_equal_scores_go_to_the_earlier_member():
    found = closest(evidence((0, 2, 0.6, 0), (1, 2, 0.6, 0)), [group(10, 11, 12)])

    assert {one.article: one.nearest for one in found} == {10: 12, 11: 12, 12: 10}


def test_report_that_is_only_held_apart_has_no_nearest():
    assert closest(evidence((0, 1, 0.0, 0), count=2), [group(10, 11)]) == ()


def test_older_member_without_evidence_is_passed_over():
    assert closest(evidence((0, 1, 0.6, 0)), [group(3, 10), group(11)]) == ()


def test_relation_names_what_both_articles_share_of_the_words_of_the_window():
    articles = [
        make_article(1, "Burundi mourns", "The president, Pierre Nkurunziza of Burundi, has died.", outlet=1),
        make_article(2, "Successor sworn in", "A successor to Nkurunziza of Burundi is sworn in.", outlet=2),
        make_article(3, "Otter seen", "An otter was seen in the canal.", outlet=3),
    ]
    found = closest(relate(articles, encode_articles(HashedWords(), articles), Folding()), [group(1, 2)])

    assert [(one.article, one.nearest, one.shared) for one in found] == [
        (1, 2, ("Nkurunziza", "Burundi")),
        (2, 1, ("Nkurunziza", "Burundi")),
    ]


def test_evidence_without_words_shares_none():
    assert {one.shared for one in closest(evidence((0, 1, 0.6, 0)), [group(10, 11)])} == {()}
