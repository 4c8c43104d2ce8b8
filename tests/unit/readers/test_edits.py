"""What an outlet changed, word by word."""

from hypothesis import given
from hypothesis import strategies as st

from aggregator.domain.articles import ArticleVersion
from aggregator.readers.edits import MOST_WORDS, Piece, compared, edits
from tests.factories import make_article
from tests.fakes import NOON


def pieces(*told: tuple[str, str]) -> tuple[Piece, ...]:
    return tuple(Piece(kind=kind, text=text) for kind, text in told)


def test_changed_words_are_told_and_the_others_kept() -> None:
    assert compared("Nine people were hurt.", "Twelve people were hurt badly.") == pieces(
        ("gone", "Nine "),
        ("new", "Twelve "),
        ("kept", "people were "),
        ("gone", "hurt."),
        ("new", "hurt badly."),
    )


def test_blanks_alone_change_nothing() -> None:
    assert compared("The bridge  is shut.", "The bridge is\nshut.") == pieces(
        ("kept", "The bridge is\nshut.")
    )


def test_long_texts_are_compared_by_their_blocks() -> None:
    long = "word " * MOST_WORDS
    assert compared(f"{long}\n\nIt is shut.", f"{long}\n\nIt is open.") == pieces(
        ("kept", f"{long}\n\n"), ("gone", "It is shut."), ("new", "It is open.")
    )


@given(st.text(max_size=80), st.text(max_size=80))
def test_pieces_spell_the_new_text_and_hold_every_old_word(before: str, after: str) -> None:
    found = compared(before, after)
    new = "".join(piece.text for piece in found if piece.kind != "gone")
    old = "".join(piece.text + " " for piece in found if piece.kind != "new")
    assert new.split() == after.split()
    assert old.split() == before.split()


def test_each_version_is_compared_with_the_one_that_followed_it() -> None:
    article = make_article(1, "Third", "c")
    versions = [
        ArticleVersion(title="Second", summary="", text="b", seen_at=NOON),
        ArticleVersion(title="Second", summary="a", text="", seen_at=NOON),
    ]

    newest, oldest = edits(article, versions)

    assert newest.headline == pieces(("gone", "Second"), ("new", "Third"))
    assert (oldest.headline, oldest.text) == (pieces(("kept", "Second")), pieces(("gone", "a"), ("new", "b")))
