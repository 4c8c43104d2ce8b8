"""The sentence under a found story, and the words marked in it."""

from hypothesis import given
from hypothesis import strategies as st

from aggregator.domain.search import Query
from aggregator.readers.found import Passage
from aggregator.readers.passages import LONGEST, best_passage

TEXT = "The ferry runs. Divers found a crack in the harbour bridge. The Bridge is shut.\n\nNobody was hurt"


def told(passage: Passage) -> str:
    return "".join(f"[{piece.text}]" if piece.is_match else piece.text for piece in passage)


def found(text: str, *words: str, phrases: tuple[str, ...] = (), title: str = "A headline") -> str:
    return told(best_passage(title, text, Query(words=words, phrases=phrases)))


def test_the_sentence_with_most_of_the_words_is_chosen_and_they_are_marked() -> None:
    assert found(TEXT, "bridge", "harbour") == "Divers found a crack in the [harbour] [bridge]."
    assert found(TEXT, "hurt") == "Nobody was [hurt]"


def test_a_phrase_is_marked_as_one() -> None:
    assert (
        found(TEXT, "bridge", phrases=("harbour bridge",)) == "Divers found a crack in the [harbour bridge]."
    )


def test_capitals_and_accents_do_not_matter() -> None:
    assert found("In Nîmes l’ÉTÉ commence.", "nimes", "ete") == "In [Nîmes] l’[ÉTÉ] commence."


def test_of_equals_the_first_is_chosen_and_without_any_the_first_of_all() -> None:
    assert found(TEXT, "bridge") == "Divers found a crack in the harbour [bridge]."
    assert found(TEXT, "zeppelin") == "The ferry runs."


def test_the_headline_serves_where_the_text_does_not() -> None:
    assert found(TEXT, "weather", title="Stormy weather") == "Stormy [weather]"
    assert found("", "zeppelin", title="Stormy weather") == "Stormy weather"


def test_a_part_of_a_word_is_not_marked() -> None:
    assert found("Bridges and a bridge.", "bridge") == "Bridges and a [bridge]."


def test_a_long_sentence_is_cut_around_its_first_match() -> None:
    shown = found("word " * 100 + "bridge " + "more " * 100 + "bridge", "bridge")
    assert shown.startswith("…word ")
    assert shown.endswith("more…")
    assert shown.count("[bridge]") == 1


@given(st.text(), st.text(), st.text(max_size=8), st.text(max_size=8))
def test_any_text_has_a_passage_out_of_its_own_signs(title: str, text: str, word: str, phrase: str) -> None:
    passage = best_passage(title, text, Query(words=(word,), phrases=(phrase,)))
    whole = "".join(piece.text for piece in passage)
    assert len(whole) <= LONGEST + 40
    assert whole.strip("…") in " ".join(f"{text}\n{title}".split()) or "…" in whole or "\n" in text


ASCII = st.text("aAbB \n.-_'", max_size=12)


@given(ASCII, st.lists(ASCII, max_size=3).map(tuple), st.lists(ASCII, max_size=2).map(tuple))
def test_plain_letters_are_marked_as_accented_ones_are(
    text: str, words: tuple[str, ...], phrases: tuple[str, ...]
) -> None:
    quick, thorough = (
        best_passage("", f"{text}{mark}", Query(words=words, phrases=phrases)) for mark in ("~", "‐")
    )

    assert told(quick).replace("~", "") == told(thorough).replace("‐", "")
