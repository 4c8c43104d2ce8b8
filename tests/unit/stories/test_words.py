"""The words of articles, read once."""

import numpy as np
import pytest

from aggregator.stories.words import LEAD_WORDS, address_words, read_words, tokens, weighted_rows
from tests.factories import make_article


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "Orsholm’s mayor's quake of 5.1, at 18:05",
            ["orsholm", "mayor", "quake", "of", "5.1", "at", "18:05"],
        ),
        ("Don’t — a 7, x_y COVID-19", ["don’t", "7", "covid", "19"]),
        ("STRASSE Straße", ["strasse", "strasse"]),
        ("… — !", []),
        ("", []),
    ],
)
def test_words_are_small_letters_and_whole_numbers(text, words):
    assert tokens(text) == words


@pytest.mark.parametrize(
    ("url", "words"),
    [
        (
            "https://lantern.example/news/harbour-bridge-in-orsholm-closed",
            ["harbour", "bridge", "orsholm", "closed"],
        ),
        ("https://lantern.example/2026/bridge-closed-again-14.html?from=feed", ["bridge", "closed", "again"]),
        ("https://lantern.example/a_bridge_was_closed.php", ["bridge", "was", "closed"]),
        ("https://lantern.example/bridge.closed.html", []),
        ("https://lantern.example/world/bridge-closed", []),
        ("https://lantern.example/", []),
        ("", []),
    ],
)
def test_address_that_spells_a_headline_out_is_read(url, words):
    assert address_words(url) == words


def test_counts_marks_and_forms_of_two_articles():
    words = read_words(
        [
            make_article(1, "Bridge Closed", "The Orsholm bridge is closed, Orsholm says."),
            make_article(
                2, "Bridge Talks", "Anna Voss of Orsholm’s town hall talks.", url="https://x.example/1"
            ),
        ]
    )

    assert words.listed == (
        *("bridge", "closed", "talks", "the", "orsholm", "is", "says"),
        *("anna", "voss", "of", "town", "hall"),
    )
    assert tuple(words.written(range(12)).values()) == (
        *("bridge", "closed", "talks", "The", "Orsholm", "is", "says"),
        *("Anna", "Voss", "of", "town", "hall"),
    )
    assert words.every.toarray().tolist() == [
        [2, 2, 0, 1, 2, 1, 1, 0, 0, 0, 0, 0],
        [1, 0, 2, 0, 1, 0, 0, 1, 1, 1, 1, 1],
    ]
    assert words.title.toarray().tolist() == [[1, 1, *[0] * 10], [1, 0, 1, *[0] * 9]]
    assert words.capitals().tolist() == [0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0]
    # "bridge closed" stands in the first title; "bridge is", "is closed" and so on in the leads; no run
    # leads from a title into a lead.
    assert words.runs.sum(axis=1).tolist() == [7, 7]


def test_runs_are_marked_once_however_often_they_stand_there():
    words = read_words(
        [make_article(1, "Bridge shut", "Bridge shut. Bridge shut."), make_article(2, "Bridge shut")]
    )

    shared = words.runs[[0]].multiply(words.runs[[1]])
    assert (shared.sum(), words.runs.toarray().max()) == (1, 1)


def test_only_the_head_of_a_text_is_read():
    text = " ".join(f"word{'x' * n}" for n in range(LEAD_WORDS + 5))

    assert len(read_words([make_article(1, "", text)]).listed) == LEAD_WORDS


@pytest.mark.parametrize("articles", [[], [make_article(1, "", "")], [make_article(1, "…", "—")]])
def test_articles_without_words_have_one_empty_column(articles):
    words = read_words(articles)

    assert (words.listed, words.written([])) == ((), {})
    assert (words.every.shape, words.every.nnz, words.capitals().tolist()) == ((len(articles), 1), 0, [0])


def test_weighted_rows_are_unit_rows_of_damped_counts():
    words = read_words([make_article(1, "Bridge", "bridge bridge ferry"), make_article(2, "", "")])
    assert words.listed == ("bridge", "ferry")

    rows = weighted_rows(words.every, np.array([1, 2], dtype=np.float32)).toarray()

    damped = np.array([1 + np.log(3), 2])
    assert rows[0] == pytest.approx(damped / np.linalg.norm(damped))
    assert rows[1].tolist() == [0, 0]
