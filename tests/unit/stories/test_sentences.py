"""Sentences end where a reader would end them, in any language."""

import pytest

from aggregator.stories.sentences import sentences_of


@pytest.mark.parametrize(
    ("lang", "text", "wanted"),
    [
        (
            "en",
            "The U.S. Senate met at 5 p.m. on Monday. Mr. Smith did not come.",
            ["The U.S. Senate met at 5 p.m. on Monday.", "Mr. Smith did not come."],
        ),
        ("en", "A 5.1 quake hit. Nobody was hurt.", ["A 5.1 quake hit.", "Nobody was hurt."]),
        (
            "en",
            "“I do not know. It is bad,” he said. She left.",
            ["“I do not know. It is bad,” he said.", "She left."],
        ),
        ("fr", "M. Dupont est parti. Il a dit oui.", ["M. Dupont est parti.", "Il a dit oui."]),
        ("de-AT", "Am 5. Mai kam Dr. Müller. Er ging.", ["Am 5. Mai kam Dr. Müller.", "Er ging."]),
        ("ja", "東京で火災。けがなし。", ["東京で火災。", "けがなし。"]),
        ("ar", "هذا خبر. هل جاء؟", ["هذا خبر.", "هل جاء؟"]),
        ("xx", "One came. Two left.", ["One came.", "Two left."]),
        (None, "One came. Two left.", ["One came.", "Two left."]),
    ],
)
def test_sentences_end_where_a_reader_would_end_them(lang: str | None, text: str, wanted: list[str]) -> None:
    assert sentences_of(text, lang) == wanted


def test_no_sentence_reaches_over_the_end_of_a_block_and_blanks_become_single() -> None:
    assert sentences_of("The bridge\n is  shut\n\nFerries run.") == ["The bridge is shut", "Ferries run."]


@pytest.mark.parametrize("text", ["", "  \n\n ", "\n\n\n\n"])
def test_text_without_words_has_no_sentences(text: str) -> None:
    assert sentences_of(text) == []
