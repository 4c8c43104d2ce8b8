"""What words weigh, by the window and by what is usual."""

from math import log

import numpy as np
import pytest

from aggregator.stories.background import Background
from aggregator.stories.rarity import weigh_words
from aggregator.stories.words import read_words
from tests.factories import make_article

USUAL = Background(
    articles=1000, counts={"the": 900, "police": 100, "award": 40, "harbour": 10, "oscars": 1, "2019": 30}
)


def weigh(*titles, background=USUAL):
    """Return rows of weights by word, and whether each article is covered, of articles with these titles."""
    words = read_words([make_article(n, title, "") for n, title in enumerate(titles, start=1)])
    rarity = weigh_words(words, background)
    rows = {
        word: {name: float(getattr(rarity, name)[place]) for name in ("usual", "window", "burst", "spread")}
        for place, word in enumerate(words.listed)
    }
    return rows, rarity.covered.tolist()


def test_rare_words_weigh_by_background_and_window_together():
    rows, covered = weigh("the police", "the harbour")

    assert covered == [1, 1]
    assert rows["the"] == pytest.approx(
        {"usual": -log(902.5 / 1002), "window": log(3 / 2.5), "burst": log(3 / (2 * 0.901 + 1)), "spread": 2}
    )
    assert rows["harbour"] == pytest.approx(
        {"usual": -log(11.5 / 1002), "window": log(3 / 1.5), "burst": log(2 / (2 * 0.011 + 1)), "spread": 1}
    )


def test_word_that_is_everywhere_today_and_rarely_before_bursts():
    rows, _ = weigh(*["the oscars award"] * 50, *["the police"] * 50)

    assert rows["oscars"]["burst"] == pytest.approx(log(51 / 1.2))
    assert rows["award"]["burst"] == pytest.approx(log(51 / 5.1))
    assert rows["oscars"]["burst"] > rows["award"]["burst"] > rows["police"]["burst"] > rows["the"]["burst"]
    assert rows["oscars"]["usual"] > rows["award"]["usual"] > rows["police"]["usual"] > rows["the"]["usual"]


def test_word_that_is_rarer_than_usual_does_not_burst():
    rows, _ = weigh("the police", *["police award harbour"] * 9)

    assert rows["the"]["burst"] == 0


def test_language_that_the_background_does_not_know_is_weighed_by_the_window_alone():
    rows, covered = weigh("die Hafenbrücke", "die Fähre", "die 2019")

    assert covered == [0, 0, 0]
    assert rows["die"] == pytest.approx(
        {"usual": -log(3.5 / 4), "window": log(4 / 3.5), "burst": 0, "spread": 3}
    )
    assert rows["2019"] == pytest.approx(
        {"usual": -log(1.5 / 4), "window": log(4 / 1.5), "burst": 0, "spread": 1}
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
    rarity = weigh_words(words, USUAL)

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
    rarity = weigh_words(words, USUAL)

    for column in (rarity.usual, rarity.window, rarity.burst, rarity.runs):
        assert np.isfinite(column).all()
        assert column.min() >= 0
