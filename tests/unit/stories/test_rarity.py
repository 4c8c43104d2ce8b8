"""What words weigh, by the window and by what is usual."""

from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.stories.background import Background
from aggregator.stories.rarity import SLICE_HOURS, SLICES_AROUND, weigh_words
from aggregator.stories.words import read_words
from tests.factories import make_article

USUAL = Background(
    articles=1000, counts={"the": 900, "police": 100, "award": 40, "harbour": 10, "oscars": 1, "2019": 30}
)


def weigh(*titles, background=USUAL, hours=None):
    """Return rows of weights by word, and whether each article is covered, of articles with these titles.

    `burst` and `around` are those at the time of the first article with the word, undated unless told.
    """
    words = read_words([make_article(n, title, "") for n, title in enumerate(titles, start=1)])
    times = np.full(len(titles), np.nan) if hours is None else np.array(hours, dtype=np.float64)
    rarity = weigh_words(words, background, times)
    first = [int(np.flatnonzero(words.every.indices == place)[0]) for place in range(len(words.listed))]
    columns = {"usual": rarity.usual, "window": rarity.window, "spread": rarity.spread}
    columns |= {"burst": rarity.burst[first], "around": rarity.around[first]}
    rows = {
        word: {name: float(column[place]) for name, column in columns.items()}
        for place, word in enumerate(words.listed)
    }
    return rows, rarity.covered.tolist()


def test_rare_words_weigh_by_background_and_window_together():
    rows, covered = weigh("the police", "the harbour")

    assert covered == [1, 1]
    assert rows["the"] == pytest.approx(
        {
            "usual": -log(902.5 / 1002),
            "window": log(3 / 2.5),
            "burst": log(3 / (2 * 0.901 + 1)),
            "spread": 2,
            "around": 2,
        }
    )
    assert rows["harbour"] == pytest.approx(
        {
            "usual": -log(11.5 / 1002),
            "window": log(3 / 1.5),
            "burst": log(2 / (2 * 0.011 + 1)),
            "spread": 1,
            "around": 1,
        }
    )


def test_word_that_is_everywhere_today_and_rarely_before_bursts():
    rows, _ = weigh(*["the oscars award"] * 50, *["the police"] * 50)

    assert rows["oscars"]["burst"] == pytest.approx(log(51 / 1.2))
    assert rows["award"]["burst"] == pytest.approx(log(51 / 5.1))
    assert rows["oscars"]["burst"] > rows["award"]["burst"] > rows["police"]["burst"] > rows["the"]["burst"]
    assert rows["oscars"]["usual"] > rows["award"]["usual"] > rows["police"]["usual"] > rows["the"]["usual"]


def test_burst_is_counted_around_an_articles_own_time():
    day, week = ["the oscars"] * 10, ["the police award"] * 90
    today = weigh(*day, *week, hours=[1000.0] * 10 + [1100.0] * 90)[0]["oscars"]
    after = weigh(*reversed(week), "the oscars", *day, hours=[1100.0] * 91 + [1000.0] * 10)[0]["oscars"]
    alike = weigh(*day, *week, hours=[1000.0] * 10 + [1020.0] * 90)[0]["oscars"]

    assert (today["around"], after["around"], alike["around"]) == (10, 1, 10)
    assert today["burst"] == pytest.approx(log(11 / (10 * 2 / 1000 + 1)))
    assert after["burst"] == pytest.approx(log(2 / (91 * 2 / 1000 + 1)))
    assert alike["burst"] == pytest.approx(log(11 / (100 * 2 / 1000 + 1)))


def test_undated_articles_count_at_any_time_and_see_all():
    titles = ["the oscars", "the oscars award", "the oscars"]
    hours = [0.0, 500.0, float("nan")]

    assert [weigh(*titles, hours=hours)[0]["oscars"]["around"]] == [2]
    assert weigh(*titles[::-1], hours=hours[::-1])[0]["oscars"]["around"] == 3


def test_slices_stay_where_they_are_when_the_window_moves_on():
    articles = [make_article(n, "oscars", "") for n in range(3)]
    # In slices 0, 1 and 4. Were slices counted from the first article, the last two would lie in 0 and 2.
    hours = np.array([0.0, 23.9, 48.1])
    around = weigh_words(read_words(articles), USUAL, hours).around
    later = weigh_words(read_words(articles[1:]), USUAL, hours[1:]).around

    assert (around.tolist(), later.tolist()) == ([2, 2, 1], [1, 1])


def test_article_dated_decades_back_takes_no_room():
    articles = [make_article(n, "oscars", "") for n in range(3)]
    rarity = weigh_words(read_words(articles), USUAL, np.array([0.0, 500_000.0, 500_001.0]))

    assert rarity.around.tolist() == [1, 2, 2]


TIMES = st.one_of(st.none(), st.integers(0, 120))


@given(st.lists(st.tuples(st.lists(st.sampled_from("abcdef"), max_size=4), TIMES), min_size=1, max_size=12))
def test_around_counts_the_articles_of_near_slices_that_have_the_word(window):
    texts = [" ".join(letter * 3 for letter in letters) for letters, _ in window]
    hours = np.array([np.nan if hour is None else float(hour) for _, hour in window])
    words = read_words([make_article(n, text, "") for n, text in enumerate(texts)])
    around = weigh_words(words, USUAL, hours).around

    numbers = [None if hour is None else hour // SLICE_HOURS for _, hour in window]
    places = np.repeat(np.arange(len(window)), np.diff(words.every.indptr))
    expected = [
        sum(
            words.listed[column] in text.split()
            for text, other in zip(texts, numbers, strict=True)
            if None in (numbers[place], other) or abs(numbers[place] - other) <= SLICES_AROUND
        )
        for place, column in zip(places.tolist(), words.every.indices.tolist(), strict=True)
    ]
    assert around.tolist() == expected


def test_word_that_is_rarer_than_usual_does_not_burst():
    rows, _ = weigh("the police", *["police award harbour"] * 9)

    assert rows["the"]["burst"] == 0


def test_language_that_the_background_does_not_know_is_weighed_by_the_window_alone():
    rows, covered = weigh("die Hafenbrücke", "die Fähre", "die 2019")

    assert covered == [0, 0, 0]
    assert rows["die"] == pytest.approx(
        {"usual": -log(3.5 / 4), "window": log(4 / 3.5), "burst": 0, "spread": 3, "around": 3}
    )
    assert rows["2019"] == pytest.approx(
        {"usual": -log(1.5 / 4), "window": log(4 / 1.5), "burst": 0, "spread": 1, "around": 1}
    )


def test_word_of_two_languages_is_weighed_where_it_mostly_stands():
    english = ["the police award"] * 2
    rows, covered = weigh(*english, "die police fährt heute", "die award fährt heute", "die award fällt aus")

    assert covered == [1, 1, 0, 0, 0]
    assert rows["police"]["usual"] == pytest.approx(-log(103.5 / 1005))
    assert rows["award"]["usual"] == pytest.approx(-log(44.5 / 1005))  # two of its four articles are English
    assert rows["die"]["usual"] == pytest.approx(-log(3.5 / 6))


def test_names_and_numbers_are_marked():
    lead = "and Orsholm saw it, but Orsholm and orsholm slept. It had 14 of 5 ferries, Ferries and ferries."
    words = read_words([make_article(1, "", lead)])
    rarity = weigh_words(words, USUAL, np.full(words.every.shape[0], np.nan))

    assert [word for word, is_name in zip(words.listed, rarity.name, strict=True) if is_name] == ["orsholm"]
    assert [word for word, is_number in zip(words.listed, rarity.number, strict=True) if is_number] == ["14"]


@pytest.mark.parametrize("background", [USUAL, Background()])
@pytest.mark.parametrize("titles", [(), ("",), ("", "…")])
def test_articles_without_words_are_weighed_without_a_warning(background, titles):
    rows, covered = weigh(*titles, background=background)

    assert (rows, covered) == ({}, [0.0] * len(titles))


def test_all_weights_are_finite_and_none_is_below_zero():
    titles = ["the police", "die Fähre", "", *["the oscars 2019"] * 5]
    words = read_words([make_article(n, title, "") for n, title in enumerate(titles)])
    rarity = weigh_words(words, USUAL, np.full(words.every.shape[0], np.nan))

    for column in (rarity.usual, rarity.window, rarity.burst, rarity.around, rarity.runs):
        assert np.isfinite(column).all()
        assert column.min() >= 0
