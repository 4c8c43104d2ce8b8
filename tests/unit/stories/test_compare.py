"""Claims, what only one report says, and numbers that differ: on reports whose sentences share words."""

from datetime import timedelta

import pytest

from aggregator.domain.articles import Article
from aggregator.domain.comparing import Comparison, DifferenceKind, Unread
from aggregator.stories.compare import compared
from tests.factories import make_article
from tests.fakes import NOON, HashedWords

FIRE = "Three people were killed by the fire in the Plumbago tunnel."
LONG = "The pass above the valley needs chains, and nobody has driven over it since the first snow fell."
HOUR = timedelta(hours=1)


def report(
    number: int, *sentences: str, outlet: int | None = None, hours: float = 0, **fields: object
) -> Article:
    text = " ".join(
        (*sentences, *(f"{LONG} Remark {number} of the desk {n} stands here alone." for n in range(2)))
    )
    at = NOON + hours * HOUR
    return make_article(number, f"Headline {number}", text, outlet=outlet or number, at=at, **fields)


def compare(*reports: Article) -> Comparison:
    return compared(list(reports), HashedWords(dim=256).encode)


def claims(found: Comparison) -> list[set[tuple[int, str]]]:
    return [{(one.article, one.text) for one in claim.said} for claim in found.claims]


def test_sentences_that_say_the_same_are_one_claim() -> None:
    same = "The fire in the Plumbago tunnel has killed three people."
    found = compare(report(1, FIRE), report(2, same), report(3, "Otters were counted from a rowing boat."))
    assert {(1, FIRE), (2, same)} in claims(found)
    assert "Otters were counted from a rowing boat." in {one.text for one in found.alone}


def test_claim_has_at_most_one_sentence_of_a_report_and_needs_two_outlets() -> None:
    twice = compare(report(1, FIRE, FIRE.replace("were", "are")), report(2, FIRE))
    own = compare(report(1, FIRE, outlet=7), report(2, FIRE.replace("by", "in"), outlet=7))
    for claim in twice.claims:
        assert len({one.article for one in claim.said}) == len(claim.said)
    assert not any(one.text == FIRE for claim in own.claims for one in claim.said)


def test_page_furniture_makes_no_claim() -> None:
    wall = "We value your privacy and your consent to cookies on this website."
    found = compare(report(1, wall), report(2, wall))
    assert wall not in {one.text for claim in found.claims for one in claim.said}
    assert wall not in {one.text for one in found.alone}


def test_summary_and_foreign_report_are_unknown_and_not_silent() -> None:
    short = make_article(3, "Tunnel burns", FIRE, outlet=3)
    german = report(4, "Drei Menschen starben im Tunnel.", lang="de")
    found = compare(report(1, FIRE), report(2, FIRE), short, german)
    assert {one.article: one.why for one in found.unread} == {3: Unread.SHORT, 4: Unread.LANGUAGE}


def differing(*told: tuple[str, float]) -> list[tuple[DifferenceKind, str, list[str]]]:
    sentences = [f"The fire in the Plumbago tunnel {words}." for words, _ in told]
    reports = [
        report(n, one, hours=at) for n, (one, (_, at)) in enumerate(zip(sentences, told, strict=True), 1)
    ]
    return [
        (one.kind, one.of, [figure.written for figure in one.figures])
        for one in compare(*reports).differences
    ]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (
            [("has killed nine people", 0), ("has killed 12 people", 2.6)],
            [(DifferenceKind.UPDATE, "killed", ["nine", "12"])],
        ),
        (
            [("has killed nine people", 0), ("has killed 12 people", 0.2)],
            [(DifferenceKind.CONTRADICTION, "killed", ["nine", "12"])],
        ),
        (
            [("has killed nine people", 0), ("has killed 12 people", 2), ("has killed nine people", 4)],
            [(DifferenceKind.CONTRADICTION, "killed", ["nine", "12", "nine"])],
        ),
        (
            [("has killed 12 people", 0), ("has killed nine people", 3)],
            [(DifferenceKind.CONTRADICTION, "killed", ["12", "nine"])],
        ),
        (
            [("has killed at least two people", 0), ("has killed seven people", 3)],
            [],
        ),
        ([("has killed nine people", 0), ("has killed 9 people", 3)], []),
        ([("has hurt about 200 people", 0), ("has hurt 203 people", 3)], []),
    ],
)
def test_number_that_moves_with_time_is_an_update_and_one_that_does_not_a_contradiction(
    told: list[tuple[str, float]], expected: list[tuple[DifferenceKind, str, list[str]]]
) -> None:
    assert differing(*told) == expected


def test_undated_reports_leave_open_which_number_came_first() -> None:
    reports = [
        report(1, FIRE, dated=False),
        report(2, FIRE.replace("Three", "Five"), hours=5, dated=False),
    ]
    (found,) = compare(*reports).differences
    assert (found.kind, [one.at for one in found.figures]) == (DifferenceKind.CONTRADICTION, [None, None])


def test_nothing_to_read_is_an_empty_comparison() -> None:
    assert compared([], HashedWords().encode, of="x") == Comparison(of="x")
    assert compared([make_article(1, "Hm", "")], HashedWords().encode).claims == ()
