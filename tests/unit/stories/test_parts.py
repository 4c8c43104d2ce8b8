"""Every part of the evidence, on windows small enough to work out by hand."""

from datetime import timedelta
from math import log, log1p, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.domain.articles import Article
from aggregator.domain.stories import Folding
from aggregator.stories.background import Background
from aggregator.stories.embed import encode_articles
from aggregator.stories.parts import LONGEST, PARTS, measure, table
from aggregator.stories.survey import RelateNumbers, survey
from aggregator.stories.words import tokens
from tests.factories import make_article
from tests.fakes import NOON, HashedWords

WORDS = [
    "the",
    "bridge",
    "in",
    "Orsholm",
    "closed",
    "14",
    "ferries",
    "Anna",
    "Voss",
    "said",
    "2019",
    "police",
]
USUAL = Background(articles=1000, counts={"the": 900, "in": 800, "said": 500, "police": 90, "bridge": 20})

NAN = float("nan")


def make(number: int, title: str, text: str = "", hours: float = 0, **fields) -> Article:
    return make_article(
        number, title, text, outlet=fields.pop("outlet", number), at=NOON + timedelta(hours=hours), **fields
    )


def facts(articles, vectors=None, background=USUAL):
    rows = encode_articles(HashedWords(), articles) if vectors is None else vectors
    return survey(articles, rows, Folding(), RelateNumbers(), background).facts


def places(*pairs):
    left, right = np.array(pairs, dtype=np.int32).reshape(-1, 2).T
    return left, right


def measured(articles, *pairs, **given):
    """Return the parts of pairs by name."""
    columns = measure(facts(articles, **given), *places(*pairs))
    return {name: column.tolist() for name, column in columns.items()}


def test_every_part_is_a_column_and_the_table_has_their_order():
    columns = measure(facts([make(1, "Bridge closed"), make(2, "Bridge shut")]), *places((0, 1)))

    assert sorted(columns) == sorted(PARTS)
    assert table(columns).tolist() == [[columns[name][0] for name in PARTS]]
    assert {column.dtype for column in columns.values()} == {np.dtype(np.float32)}


def test_pair_of_equal_words_shares_everything():
    pair = ("The bridge in Orsholm closed", "It is shut, and Orsholm has 14 ferries.")
    known = Background(articles=1000, counts=dict.fromkeys(tokens(" ".join(pair)), 1))
    found = measured([make(1, *pair), make(2, *pair, hours=3)], (0, 1), background=known)

    whole = (
        "cosine",
        "cosine_passage",
        "cosine_title",
        "tfidf",
        "tfidf_window",
        "tfidf_title",
        "rare",
        "names",
    )
    both = ("title_low", "title_high", "told_low", "told_high", "runs", "nearness_low", "nearness_high")
    assert {name: found[name] for name in (*whole, *both)} == {
        name: [pytest.approx(1)] for name in (*whole, *both)
    }
    assert (found["hours"], found["same_outlet"], found["roundups"]) == ([3], [0], [0])
    assert (found["words_low"], found["words_high"], found["title_words_low"]) == ([13], [13], [5])
    assert (found["rank_low"], found["rank_high"], found["spread"]) == ([0], [0], [pytest.approx(log1p(2))])


def test_pair_without_a_common_word_shares_nothing():
    eyes = np.eye(4, dtype=np.float32)[:2]
    found = measured([make(1, "Bridge closed"), make(2, "Otter seen")], (0, 1), vectors=eyes)

    none = (
        "tfidf",
        "tfidf_window",
        "tfidf_title",
        "rare",
        "rarest",
        "burst",
        "burst_high",
        "names",
        "rarest_name",
    )
    more = ("number", "runs", "title_low", "title_high", "told_low", "told_high", "cosine", "mutual")
    assert {name: found[name] for name in (*none, *more)} == {name: [0] for name in (*none, *more)}
    assert found["spread"] == [pytest.approx(log1p(2))]  # as if shared by every article
    assert (found["rank_low"], found["rank_high"]) == ([40], [40])


def test_words_weigh_by_how_rare_they_are():
    articles = [make(1, "Bridge police"), make(2, "Bridge said")]
    found = measured(articles, (0, 1))

    usual = {
        "bridge": -log(22.5 / 1002), "police": -log(91.5 / 1002), "said": -log(501.5 / 1002)
    }  # fmt: skip
    lengths = [sqrt(usual["bridge"] ** 2 + usual[other] ** 2) for other in ("police", "said")]
    assert found["tfidf"] == [pytest.approx(usual["bridge"] ** 2 / (lengths[0] * lengths[1]))]
    assert found["rarest"] == [pytest.approx(usual["bridge"])]
    assert found["title_low"] == [pytest.approx(usual["bridge"] / (usual["bridge"] + usual["police"]))]
    assert found["title_high"] == [pytest.approx(usual["bridge"] / (usual["bridge"] + usual["said"]))]


def test_title_is_told_by_the_other_text_though_not_by_its_title():
    found = measured([make(1, "Bridge police"), make(2, "Ferries said", "The bridge, the police.")], (0, 1))

    assert (found["title_high"], found["told_high"]) == ([0], [1])
    assert found["told_low"] == [0]


def test_names_and_numbers_are_looked_at_apart():
    one = make(1, "Talks", "It was Voss who had 14 boats.")
    two = make(2, "Meeting", "It was Voss who saw 14 boats.")
    three = make(3, "Visit", "It was Anna who saw 15 boats.")
    found = measured([one, two, three], (0, 1), (1, 2))

    assert [value > 0 for value in found["rarest_name"]] == [True, False]
    assert [value > 0 for value in found["number"]] == [True, False]
    assert found["names"] == [pytest.approx(1), 0]


def test_word_that_fills_the_day_bursts():
    articles = [make(n, "The police said quake") for n in range(1, 30)]
    articles += [make(n, "The police in bridge") for n in range(30, 60)]
    found = measured(articles, (0, 1), (0, 40))

    assert found["burst_high"][0] == pytest.approx(log(30 / (59 * 1 / 1000 + 1)), rel=1e-5)
    assert found["burst_high"][0] > found["burst_high"][1]


def test_facts_of_time_place_and_kind():
    articles = [
        make(1, "Bridge closed", outlet=7, hours=0),
        make(2, "Bridge open", outlet=7, hours=-30),
        make(3, "Morning briefing", hours=5),
        make(4, "Die Brücke fällt", dated=False),
        make(5, "The police", " ".join(["said"] * 200)),
    ]
    found = measured(articles, (0, 1), (0, 2), (0, 3), (0, 4))

    assert found["hours"] == pytest.approx([30, 5, NAN, 0], nan_ok=True)
    assert found["same_outlet"] == [1, 0, 0, 0]
    assert found["roundups"] == [0, 1, 0, 0]
    assert found["words_low"] == [2, 2, 2, 2]
    assert found["words_high"] == [2, 2, 3, 62]
    assert found["title_words_low"] == [2, 2, 2, 2]


def test_pair_is_covered_where_both_languages_are_known():
    articles = [make(1, "The police said"), make(2, "The bridge said"), make(3, "Die Brücke fällt")]

    assert measured(articles, (0, 1), (0, 2))["covered"] == [1, 0]
    assert measured(articles, (0, 1), (0, 2), background=Background())["covered"] == [0, 0]


def test_long_texts_are_all_long():
    text = " ".join(f"w{'o' * (n % 20)}" for n in range(60))
    long = (
        "The harbour bridge in Orsholm is closed and the ferries are packed with people who want to go home "
        * 2
    )
    found = measured([make(1, long, text), make(2, long, text)], (0, 1))

    assert (found["words_low"], found["words_high"]) == ([LONGEST], [LONGEST])


def test_neighbours_of_both_place_a_pair_in_its_crowd():
    rng = np.random.default_rng(3)
    rows = np.abs(rng.standard_normal((9, 8))).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    articles = [make(n, f"Title {n}") for n in range(1, 10)]
    looked_at = facts(articles, vectors=rows)
    near, likeness = looked_at.near, rows @ rows.T
    ranked = [[other for other in np.argsort(-likeness[one]) if other != one] for one in (2, 6)]
    columns = measure(looked_at, *places((2, 6)))

    ranks = sorted((ranked[0].index(6), ranked[1].index(2)))
    assert [columns["rank_low"][0], columns["rank_high"][0]] == ranks
    cosine = columns["cosine"][0]
    nearness = sorted(cosine / likeness[one, others[0]] for one, others in zip((2, 6), ranked, strict=True))
    assert [columns["nearness_low"][0], columns["nearness_high"][0]] == pytest.approx(nearness, rel=1e-5)
    crowd = sorted(float(cosine - near.cosines[one, 5:].mean()) for one in (2, 6))
    assert [columns["above_crowd_low"][0], columns["above_crowd_high"][0]] == pytest.approx(crowd, rel=1e-5)
    weights = np.clip(likeness - np.eye(9) - 0.3, 0, None)
    weights /= np.linalg.norm(weights, axis=1, keepdims=True)
    assert columns["mutual"][0] == pytest.approx(float(weights[2] @ weights[6]), rel=1e-4)


ARTICLES = st.lists(
    st.tuples(
        st.lists(st.sampled_from(WORDS), max_size=5),
        st.lists(st.sampled_from(WORDS), max_size=12),
        st.integers(0, 100),
        st.booleans(),
        st.integers(1, 3),
    ),
    min_size=2,
    max_size=8,
)


def written(pieces, numbers):
    return [
        make(number, " ".join(title), "It said " + " ".join(lead), hours, dated=dated, outlet=outlet)
        for number, (title, lead, hours, dated, outlet) in zip(numbers, pieces, strict=True)
    ]


@settings(max_examples=40, deadline=None)
@given(ARTICLES)
def test_parts_of_a_pair_do_not_depend_on_which_comes_first(pieces):
    looked_at = facts(written(pieces, range(1, len(pieces) + 1)))
    left, right = np.triu_indices(len(pieces), k=1)

    forth, back = measure(looked_at, left, right), measure(looked_at, right, left)

    for name in PARTS:
        np.testing.assert_allclose(forth[name], back[name], atol=1e-5, err_msg=name)


@settings(max_examples=40, deadline=None)
@given(ARTICLES, st.randoms(use_true_random=False))
def test_parts_do_not_depend_on_the_order_of_the_articles(pieces, random):
    """Ranks may differ: equally near neighbours are ranked by their place."""
    size = len(pieces)
    shuffled = random.sample(range(size), size)
    left, right = np.triu_indices(size, k=1)
    there = np.argsort(shuffled)

    one = measure(facts(written(pieces, range(1, size + 1))), left, right)
    other = measure(
        facts(written([pieces[n] for n in shuffled], range(1, size + 1))), there[left], there[right]
    )

    for name in PARTS:
        if not name.startswith("rank"):
            np.testing.assert_allclose(one[name], other[name], atol=1e-4, err_msg=name)


def test_no_pairs_have_empty_columns():
    assert measured([make(1, "Bridge"), make(2, "Bridge")]) == {name: [] for name in PARTS}
