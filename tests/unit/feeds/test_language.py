"""When the text decides the language, and when the declaration does."""

import pytest

from aggregator.feeds.language import language_of, normal_code

ENGLISH = (
    "The harbour bridge will stay closed until Monday, the council said after a long meeting last night."
)
GERMAN = "Die Hafenbrücke bleibt bis Montag gesperrt, teilte der Rat nach einer langen Sitzung am Abend mit."
TAGALOG = "Mananatiling sarado ang tulay hanggang Lunes, ayon sa konseho matapos ang mahabang pulong kagabi."


@pytest.mark.parametrize(
    ("text", "declared", "expected"),
    [
        (ENGLISH, None, "en"),
        (ENGLISH, "en-GB", "en"),
        (GERMAN, "en-us", "de"),
        (TAGALOG, "en", "tl"),
        ("Brücke gesperrt", "en", "en"),
        ("Brücke gesperrt", None, None),
        ("", "fr-CA", "fr"),
        ("12 3 4 5", None, None),
        (GERMAN, "english", "de"),
    ],
)
def test_a_long_clear_text_is_believed_before_the_declaration(
    text: str, declared: str | None, expected: str | None
) -> None:
    assert language_of(text, declared) == expected


@pytest.mark.parametrize(
    ("declared", "code"),
    [
        ("en-US", "en"), ("PT_br", "pt"), ("nb-NO", "no"), ("fil", "tl"), ("und", None), ("English", None),
        (" ", None), (None, None),
    ],
)  # fmt: skip
def test_declared_languages_become_short_codes(declared: str | None, code: str | None) -> None:
    assert normal_code(declared) == code
