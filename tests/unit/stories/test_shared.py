"""The few words that tell most of what two articles share."""

import numpy as np

from aggregator.stories.background import Background, load_background
from aggregator.stories.rarity import weigh_words
from aggregator.stories.shared import MOST, Telling, shared_words
from aggregator.stories.words import read_words
from tests.factories import make_article

MOURNS = "The president of Burundi, Pierre Nkurunziza, has died on Monday after 15 years, Burundi says."
SWORN = "A successor to Nkurunziza of Burundi is sworn in after 15 years, on Monday, in the city of Gitega."
PLAIN = "The mayor says that it is not known how many people came to the city, or why they left."


def undated(words):
    return np.full(words.every.shape[0], np.nan)


def told(*texts, background=None, pair=(0, 1)):
    """Return the shared words of two of the articles with these texts."""
    words = read_words([make_article(n, "", text) for n, text in enumerate(texts)])
    telling = Telling(words=words, rarity=weigh_words(words, background or load_background(), undated(words)))
    left, right = (np.array([place], dtype=np.int32) for place in pair)
    (found,) = shared_words(telling, left, right)
    return found


def test_names_go_first_as_they_are_written_and_days_are_left_out():
    assert told(MOURNS, SWORN) == ("Nkurunziza", "Burundi", "15")


def test_order_of_the_two_does_not_matter():
    assert told(MOURNS, SWORN, pair=(1, 0)) == told(SWORN, MOURNS) == told(MOURNS, SWORN)


def test_common_words_are_not_worth_telling():
    assert told(PLAIN, MOURNS) == ()
    assert told(PLAIN, PLAIN) == ()


def test_only_the_most_telling_few_are_told():
    names = "He met Voss, Tarn, Ilmarinen, Okonkwo, Lindqvist and Bexley there."

    assert len(told(names, names)) == MOST


def test_possessive_and_capitals_of_a_headline_are_not_part_of_a_word():
    words = read_words(
        [
            make_article(1, "ORSHOLM’S BRIDGE", "Cracks were found in Orsholm’s bridge."),
            make_article(2, "Bridge Shut", "The bridge of Orsholm is shut."),
        ]
    )
    telling = Telling(words=words, rarity=weigh_words(words, load_background(), undated(words)))
    one, other = np.array([0], dtype=np.int32), np.array([1], dtype=np.int32)

    assert shared_words(telling, one, other) == (("Orsholm", "bridge"),)


def test_other_language_tells_its_nouns():
    texts = (
        "Risse im Pfeiler haben die Brücke von Orsholm lahmgelegt, sagt die Behörde.",
        "Wegen der Risse ist die Brücke in Orsholm bis auf weiteres gesperrt, sagt die Stadt.",
    )

    assert told(*texts, background=Background()) == ("Brücke", "Orsholm", "Risse")


def test_no_pairs_have_no_words():
    words = read_words([make_article(1), make_article(2)])
    telling = Telling(words=words, rarity=weigh_words(words, load_background(), undated(words)))
    none = np.zeros(0, dtype=np.int32)

    assert shared_words(telling, none, none) == ()
