from collections.abc import Sequence
from datetime import timedelta
from math import exp, log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.domain.articles import Article
from aggregator.domain.ids import ArticleId
from aggregator.domain.stories import Folding
from aggregator.stories.context import CONTEXT
from aggregator.stories.embed import encode_articles
from aggregator.stories.judge import Judges, read_judge
from aggregator.stories.parts import PARTS
from aggregator.stories.relate import relate
from aggregator.stories.survey import Evidence, RelateNumbers
from tests.factories import make_article
from tests.fakes import NOON, HashedWords

BRIDGE = (
    "Orsholm harbour bridge closed",
    "Engineers closed the Orsholm bridge after cracks were found in 2 of 14 girders.",
)
CRACKS = (
    "Cracks shut Orsholm bridge",
    "The bridge at Orsholm harbour is closed: engineers found cracks in 14 girders.",
)
OTTER = ("Otter seen in canal", "A walker filmed an otter near the lock.")


def weigh(articles: Sequence[Article], folding: Folding | None = None, **numbers: float) -> Evidence:
    vectors = encode_articles(HashedWords(), articles)
    return relate(articles, vectors, folding or Folding(), RelateNumbers(**numbers))  # type: ignore[arg-type]


def certain(odds: float) -> Judges:
    """Return judges that give every pair the same probability."""
    judge = read_judge({"parts": ["cosine"], "base": odds, "trees": []})
    return Judges(first=judge, second=judge)


def by_certain(
    articles: Sequence[Article], chance: float = 0.9, **numbers: float
) -> dict[tuple[int, int], float]:
    """Return the scores that a judge's word of `chance` for every pair leads to."""
    vectors = encode_articles(HashedWords(), articles)
    judges = certain(log(chance / (1 - chance)))
    return scores(relate(articles, vectors, Folding(), RelateNumbers(**numbers), judges))  # type: ignore[arg-type]


def scores(evidence: Evidence) -> dict[tuple[int, int], float]:
    """Return the score by pair of article ids, without those held apart."""
    pairs = zip(evidence.left.tolist(), evidence.right.tolist(), evidence.score.tolist(), strict=True)
    return {(evidence.ids[left], evidence.ids[right]): score for left, right, score in pairs if score}


def part(evidence: Evidence, name: str) -> list[float]:
    return [float(value) for value in evidence.parts[name]]


def make(number: int, piece: tuple[str, str], hours: float = 0, **fields: object) -> Article:
    return make_article(number, *piece, outlet=number, at=NOON + timedelta(hours=hours), **fields)  # type: ignore[arg-type]


def test_reports_on_one_event_are_related_and_strangers_are_not() -> None:
    found = scores(weigh([make(1, BRIDGE), make(2, CRACKS), make(3, OTTER)]))
    assert found[1, 2] > 0.5
    assert max(found.get((1, 3), 0), found.get((2, 3), 0)) < 0.3


def test_parts_say_what_two_articles_share() -> None:
    evidence = weigh([make(1, BRIDGE), make(2, CRACKS, hours=12)])
    shared = ("same", "same_outlet", "held_apart", "series", "hours")
    assert {name: part(evidence, name) for name in shared} == {
        "same": [0.0],
        "same_outlet": [0.0],
        "held_apart": [0.0],
        "series": [0.0],
        "hours": [12.0],
    }


def test_days_apart_weaken_evidence_and_weeks_end_it() -> None:
    near, far = (scores(weigh([make(1, BRIDGE), make(2, CRACKS, hours=hours)]))[1, 2] for hours in (1, 150))
    assert far < near * 0.6
    assert scores(weigh([make(1, BRIDGE), make(2, CRACKS, hours=400)])) == {}


@pytest.mark.parametrize(
    ("hours", "factor"), [(0, 1), (60, 1), (61, exp(-1 / 96)), (156, exp(-1)), (168, exp(-108 / 96))]
)
def test_probability_fades_beyond_sixty_hours(hours: float, factor: float) -> None:
    found = by_certain([make(1, BRIDGE), make(2, CRACKS, hours=hours)])
    assert found == {(1, 2): pytest.approx(0.9 * factor)}


def test_nothing_is_compared_beyond_the_horizon() -> None:
    assert by_certain([make(1, BRIDGE), make(2, CRACKS, hours=168.1)]) == {}


def test_undated_pair_does_not_fade() -> None:
    found = by_certain([make(1, BRIDGE), make(2, CRACKS, hours=500, dated=False)])
    assert found == {(1, 2): pytest.approx(0.9)}


def test_headlines_held_apart_overrule_the_judge() -> None:
    one, two = make(1, ("Quake of 5.1 shakes Veldmark", "A")), make(2, ("Quake of 6.0 shakes Veldmark", "B"))
    assert by_certain([one, two], 0.99) == {}


def test_issues_of_a_series_count_only_as_far_as_their_words_agree() -> None:
    articles = [make(1, ("Morning briefing", BRIDGE[1])), make(2, ("Morning briefing", CRACKS[1]))]
    vectors = encode_articles(HashedWords(), articles)
    evidence = relate(articles, vectors, Folding(), judges=certain(5))
    assert part(evidence, "series") == [1.0]
    assert evidence.score.tolist() == part(evidence, "tfidf")
    assert 0 < evidence.score[0] < 0.95


def test_same_text_overrules_all_that_speaks_against_it() -> None:
    folding = Folding(origin_of={ArticleId(1): ArticleId(1), ArticleId(2): ArticleId(1)})
    one, two = make(1, ("Quake of 5.1 hits", "A")), make(2, ("Quake of 6.0 hits", "B"), hours=999)
    evidence = relate([one, two], np.eye(4, dtype=np.float32)[:2], folding, judges=certain(-9))
    assert (scores(evidence), part(evidence, "held_apart")) == ({(1, 2): 1.0}, [0.0])


def test_evidence_too_weak_to_keep_is_dropped() -> None:
    assert by_certain([make(1, BRIDGE), make(2, CRACKS)], 0.009) == {}
    assert by_certain([make(1, BRIDGE), make(2, CRACKS)], 0.011) == {(1, 2): pytest.approx(0.011)}


def test_common_neighbour_proposes_a_pair_that_nothing_else_does() -> None:
    articles = [make(1, ("Alder", "")), make(2, ("Birch", "")), make(3, ("Cedar", ""))]
    side = np.sqrt(np.float32(0.5))
    half = np.array([[1, 0], [side, side], [0, 1]], dtype=np.float32)
    rows = np.concatenate([half, half], axis=1) * side
    assert set(scores(relate(articles, rows, Folding(), judges=certain(2)))) == {(1, 2), (2, 3), (1, 3)}
    apart = RelateNumbers(through_floor=0.99)
    assert set(scores(relate(articles, rows, Folding(), apart, certain(2)))) == {(1, 2), (2, 3)}


def test_second_judge_knows_what_the_first_said_around_a_pair() -> None:
    # The first gives .5 to all; the second adds 4 where common neighbours are many.
    first = read_judge({"parts": ["cosine"], "base": 0.0, "trees": []})
    trees = [[[0, 0.2, 0, 1, 2], [-4.0], [4.0]]]
    second = read_judge({"parts": ["through"], "base": 0.0, "trees": trees})
    judges = Judges(first=first, second=second)

    def judged(articles: Sequence[Article]) -> set[float]:
        found = relate(articles, encode_articles(HashedWords(), articles), Folding(), judges=judges)
        return {round(score, 3) for score in found.score.tolist()}

    assert judged([make(1, BRIDGE), make(2, CRACKS)]) == {0.018}
    assert judged([make(1, BRIDGE), make(2, CRACKS), make(3, (BRIDGE[0], CRACKS[1]))]) == {0.982}


def test_undated_pair_is_trusted_however_far_apart_it_was_seen() -> None:
    evidence = weigh([make(1, BRIDGE), make(2, CRACKS, hours=500, dated=False)])
    assert np.isnan(evidence.parts["hours"]).tolist() == [True]
    assert evidence.score[0] > 0.5


def test_copies_and_discussions_are_certain_however_unlike_they_look() -> None:
    folding = Folding(
        origin_of={ArticleId(1): ArticleId(1), ArticleId(2): ArticleId(1)},
        discusses={ArticleId(3): ArticleId(1)},
    )
    evidence = weigh([make(1, BRIDGE), make(2, OTTER, hours=900), make(3, ("Talk", ""))], folding)
    found = scores(evidence)
    assert (found[1, 2], found[1, 3]) == (1.0, 1.0)
    assert part(evidence, "same")[:2] == [1.0, 1.0]


def test_rare_shared_words_propose_a_pair_that_vectors_miss() -> None:
    articles = [
        make(1, ("Burundi mourns", "Nkurunziza Ngozi Kayanza funeral")),
        make(2, ("Successor sworn in", "Nkurunziza Ngozi Kayanza inauguration")),
    ]
    rows = np.eye(4, dtype=np.float32)[:2]
    evidence = relate(articles, rows, Folding(), RelateNumbers(keep=0))
    assert (part(evidence, "cosine"), len(evidence.score)) == ([0.0], 1)


def test_quakes_whose_titles_differ_in_a_number_are_held_apart() -> None:
    one = make(
        1,
        (
            "Quake of magnitude 5.1 shakes Veldmark",
            "Windows rattled in the capital and schools were emptied.",
        ),
    )
    two = make(
        2,
        (
            "Quake of magnitude 6.0 shakes Veldmark",
            "Roads on the southern coast split; two villages lost power.",
        ),
    )
    assert scores(weigh([one, two])) == {}


def test_titles_that_differ_in_a_number_join_when_the_texts_agree() -> None:
    text = (
        "The bus left the road near Holmgate at 6.40 in heavy rain, the police said, and fell into a stream."
    )
    one, two = (
        make(1, ("Bus crash kills 9 near Holmgate", text)),
        make(2, ("Bus crash kills 12 near Holmgate", text + " Three died later.")),
    )
    assert scores(weigh([one, two]))[1, 2] > 0.6


def test_numbers_in_words_hold_titles_apart_too() -> None:
    one, two = make(1, ("Two killed in Kessou fire", "A")), make(2, ("Five killed in Kessou fire", "B"))
    assert scores(weigh([one, two])) == {}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Morning briefing", "Morning briefing"),
        ("Monday briefing: what you need to know", "Tuesday briefing: what you need to know"),
        ("Live updates", "Latest updates"),
    ],
)
def test_recurring_titles_are_not_evidence(first: str, second: str) -> None:
    one = make(1, (first, "Rates rise in Veldmark and a ferry runs aground."))
    two = make(2, (second, "Otters return to canals while chip makers strike."))
    assert max(scores(weigh([one, two])).values(), default=0) < 0.2


def test_title_that_one_outlet_repeats_with_another_date_is_a_series() -> None:
    titles = ["Letters from Skerry: 12 March", "Letters from Skerry: 13 March"]
    texts = ["Rates rise and a ferry runs aground.", "Otters return while chip makers strike."]
    articles = [make_article(n, *piece) for n, piece in enumerate(zip(titles, texts, strict=True), start=1)]
    assert max(scores(weigh(articles)).values(), default=0) < 0.2


def test_order_of_the_articles_does_not_matter() -> None:
    articles = [make(1, BRIDGE), make(2, CRACKS, hours=3), make(3, OTTER), make(4, BRIDGE, dated=False)]
    forth, back = weigh(articles), weigh(articles[::-1])
    assert (forth.ids, scores(forth)) == (back.ids, scores(back))


@settings(max_examples=25, deadline=None)
@given(st.permutations(range(7)))
def test_evidence_is_the_same_in_any_order_and_every_time(order: list[int]) -> None:
    pieces = [BRIDGE, CRACKS, OTTER, BRIDGE, (BRIDGE[0], OTTER[1]), ("Morning briefing", CRACKS[1]), ("", "")]
    articles = [make(n, piece, hours=7 * n, dated=n != 3) for n, piece in enumerate(pieces, start=1)]
    vectors = encode_articles(HashedWords(), articles)
    one = relate(articles, vectors, Folding())
    other = relate([articles[n] for n in order], vectors[order], Folding())
    assert (one.ids, one.left.tolist(), one.right.tolist()) == (
        other.ids,
        other.left.tolist(),
        other.right.tolist(),
    )
    assert one.score.tolist() == other.score.tolist()
    assert list(one.parts) == list(other.parts)
    for name, column in one.parts.items():
        np.testing.assert_array_equal(column, other.parts[name], err_msg=name)


def test_evidence_holds_every_part_of_both_judges_and_what_overrules_them() -> None:
    evidence = weigh([make(1, BRIDGE), make(2, CRACKS)])
    assert set(evidence.parts) == {*PARTS, *CONTEXT, "same", "held_apart", "series"}
    assert {column.shape for column in evidence.parts.values()} == {(1,)}


@pytest.mark.parametrize("count", [0, 1])
def test_few_articles_have_no_evidence(count: int) -> None:
    evidence = weigh([make(1, BRIDGE)][:count])
    assert (evidence.ids, len(evidence.score)) == (tuple(range(1, count + 1)), 0)


def test_articles_without_a_word_are_related_to_nothing() -> None:
    assert scores(weigh([make(1, ("", "")), make(2, ("…", "—"))])) in ({}, {(1, 2): pytest.approx(0.6)})
