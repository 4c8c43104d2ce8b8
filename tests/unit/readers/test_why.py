"""Why reports are together, in words."""

import pytest

from aggregator.domain.ids import ArticleId
from aggregator.domain.stories import Relation
from aggregator.readers.views import WhyLine
from aggregator.readers.why import in_words, likely, told
from tests.web.fake_reading import make_copy, make_report


def relation(article: int, nearest: int, score: float, *shared: str, **parts: float) -> Relation:
    return Relation(
        article=ArticleId(article), nearest=ArticleId(nearest), score=score, parts=parts, shared=shared
    )


def related(*found: Relation) -> dict[ArticleId, Relation]:
    return {one.article: one for one in found}


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        (
            {"cosine": 0.812, "hours": 2.2, "names": 0.9},
            ["2 h apart", "text similarity .81"],
        ),
        ({"same": 0.0, "same_outlet": 0.0, "series": 0.0, "tfidf": 0.05}, ["word similarity .05"]),
        ({"series": 1.0}, ["headlines of one series, which prove nothing"]),
        (
            {"same": 1.0, "hours": 0.0},
            ["the same text, or one points at the other", "published at the same time"],
        ),
        ({"hours": 0.5}, ["30 min apart"]),
        ({"hours": 60.0, "same_outlet": 1.0}, ["2 days apart", "same outlet"]),
        ({"cosine": 1.0}, ["text similarity 1"]),
        ({"a part of later days": 0.5}, []),
        ({}, []),
    ],
)
def test_parts_are_told_in_words(parts, words):
    assert list(in_words(parts)) == words


@pytest.mark.parametrize(
    ("chance", "words"),
    [
        (1.0, "almost certainly the same event (1)"),
        (0.95, "almost certainly the same event (.95)"),
        (0.93, "very likely the same event (.93)"),
        (0.6, "likely the same event (.60)"),
        (0.59, "perhaps the same event (.59)"),
        (0.2, "perhaps the same event (.20)"),
        (0.0, "perhaps the same event (.00)"),
    ],
)
def test_probability_is_told_in_words_with_its_number(chance, words):
    assert likely(chance) == words


def test_report_names_its_nearest_and_what_they_share():
    found = relation(1, 2, 0.7, "Nkurunziza", "Burundi", hours=2.0)
    reports = told((make_report(1), make_report(2, outlet=3)), related(found))

    assert reports[0].why == WhyLine(
        nearest=ArticleId(2),
        outlet="Isvik Post",
        headline="Harbour bridge closed",
        score=0.7,
        likely="likely the same event (.70)",
        shared=("Nkurunziza", "Burundi"),
        words=("2 h apart",),
        is_weakest=False,
    )
    assert reports[1].why is None


def test_weakest_link_is_flagged_among_three_or_more():
    reports = told(
        tuple(make_report(n) for n in (1, 2, 3)),
        related(relation(1, 2, 0.9), relation(2, 1, 0.9), relation(3, 2, 0.6)),
    )

    assert [line.why.is_weakest for line in reports if line.why] == [False, False, True]


def test_two_reports_have_no_weakest_link():
    reports = told((make_report(1), make_report(2)), related(relation(1, 2, 0.6), relation(2, 1, 0.6)))

    assert [line.why.is_weakest for line in reports if line.why] == [False, False]


def test_nearest_that_left_the_story_is_no_reason():
    (report,) = told((make_report(1),), related(relation(1, 9, 0.8)))

    assert report.why is None


def test_nearest_that_is_folded_is_named_itself():
    holder = make_report(2, copies=(make_copy(90, outlet=4),))
    report, _ = told((make_report(1), holder), related(relation(1, 90, 0.8)))

    assert report.why is not None
    assert (report.why.nearest, report.why.outlet) == (90, "Kessou Daily")
