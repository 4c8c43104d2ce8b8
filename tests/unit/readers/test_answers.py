"""Which sentences answer a question: by words and meaning, one an origin, none when nothing fits."""

import numpy as np
import pytest

from aggregator.domain.ids import ArticleId, OutletId
from aggregator.readers.answers import (
    LEAST_FIT,
    Candidate,
    answers,
    asked_words,
    coverage,
    judged,
    judged_by_words,
    rarity,
    stems_of,
)
from tests.fakes import NOON


def candidate(number: int, text: str, title: str = "Ferry aground", **fields: object) -> Candidate:
    values = {"origin": ArticleId(number), "place": 0} | fields
    return Candidate(
        article=ArticleId(number),
        outlet=OutletId(number),
        at=NOON,
        lang="en",
        title=title,
        text=text,
        stems=stems_of(text),
        above=stems_of(title),
        **values,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("How many people died in the ferry’s accident?", ("people", "died", "ferry", "accident")),
        ("What is it?", ()),
        ("Is 5.1 right?", ("5", "1", "right")),
        ("WHO said “Éclair”, eclair", ("eclair",)),
        ("", ()),
    ],
)
def test_words_of_a_question_are_those_that_say_what_it_is_about(
    question: str, words: tuple[str, ...]
) -> None:
    assert asked_words(question) == words


def test_a_headline_holds_words_by_half_and_endings_do_not_matter() -> None:
    weights = {"ferries": 1.0, "dies": 1.0}
    assert coverage(candidate(1, "Nobody died."), weights) == 0.75
    assert coverage(candidate(1, "Nobody came."), {}) == 0.0


def test_a_word_in_every_candidate_counts_little() -> None:
    told = [candidate(1, "Fog on the reef."), candidate(2, "Fog in the port.")]
    assert rarity(["fog", "reef", "whale"], told) == pytest.approx({"fog": 0.1, "reef": 0.55, "whale": 1.0})


def test_fit_mixes_meaning_and_words() -> None:
    told = (candidate(1, "It struck a reef."), candidate(2, "The crew were calm."))
    rows = np.array([[0.5, 0.5], [1.0, 0.0]], dtype=np.float32)
    order = judged(told, {"reef": 1.0}, np.array([1.0, 0.0], dtype=np.float32), rows)
    assert [(one.article, round(one.fit, 3)) for one in order] == [(1, 0.7), (2, 0.6)]


def fitted(number: int, fit: float, text: str = "", **fields: object) -> Candidate:
    return candidate(number, text or f"Sentence {number}.", fit=fit, **fields)


def test_one_sentence_an_origin_answers_and_none_twice() -> None:
    order = [
        fitted(1, 0.9),
        fitted(2, 0.89, origin=ArticleId(1)),
        fitted(3, 0.88, text="Sentence “1”!"),
        fitted(4, 0.87),
        fitted(5, 0.5),
    ]
    assert [one.article for one in answers(order, least=0.3)] == [1, 4]


def test_nothing_answers_when_the_best_does_not_fit() -> None:
    assert answers([fitted(1, LEAST_FIT - 0.01)]) == ()
    assert answers([]) == ()
    assert [one.article for one in answers([fitted(1, LEAST_FIT)])] == [1]


def test_without_the_model_three_quarters_of_the_words_must_be_there() -> None:
    weights = dict.fromkeys(("reef", "fog", "tug", "crew"), 1.0)
    told = [candidate(1, "Reef and fog."), candidate(2, "Reef, fog and tug.")]
    assert [one.article for one in answers(judged_by_words(told, weights))] == [2]
