"""A quotation counts only where its text names the person who said it."""

import pytest

from aggregator.domain.ids import ArticleId
from aggregator.domain.stories import Quote
from aggregator.stories.quotes import every_quote_of, quotes_of
from tests.factories import make_article

SAID = "We wrote to the city in February"


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        (f"“{SAID},” said Marta Quill.", "Marta Quill"),
        (f'"{SAID}," said Marta Quill, who lives by the bridge.', "Marta Quill"),
        (f"“{SAID},” Marta Quill, the mayor of Orsholm, told reporters.", "Marta Quill"),
        (f"“{SAID},” Ludwig van der Quill says.", "Ludwig van der Quill"),
        (f"Marta Quill told the council: “{SAID}.”", "Marta Quill"),
        (f"Mayor Marta Quill, 52, said on Monday: “{SAID}.”", "Mayor Marta Quill"),
    ],
)
def test_speaker_is_the_full_name_that_a_verb_of_saying_ties_to_the_words(text: str, speaker: str) -> None:
    (found,) = quotes_of([make_article(1, text=f"The bridge is shut. {text} Ferries run.")])
    assert (found.speaker, found.text.rstrip(".")) == (speaker, SAID)


@pytest.mark.parametrize(
    "text",
    [
        f"“{SAID},” she said.",
        f"“{SAID},” Quill said.",
        f"“{SAID},” said the Harbour Police.",
        f"“{SAID},” said The Orsholm Lantern on Monday.",
        f"“{SAID},” said Orsholm City Council.",
        f"“{SAID}.” Marta Quill left.",
        "“A shame,” said Marta Quill.",
        f"Marta Quill asked whether “{SAID}” was true.",
        f"“{SAID},” said BBC News.",
        f"“{SAID},” said Marta Quill’s lawyer.",
    ],
)
def test_what_leaves_a_doubt_is_left_out(text: str) -> None:
    assert quotes_of([make_article(1, text=f"The bridge is shut. {text}")]) == ()


def test_each_speaker_and_each_quotation_comes_once() -> None:
    first = make_article(1, text=f"“{SAID},” said Marta Quill. “It shook the whole house,” said Marta Quill.")
    second = make_article(2, text=f"“{SAID}!” said Otto Quill.", outlet=2)
    assert quotes_of([first, second]) == (Quote(article=ArticleId(1), speaker="Marta Quill", text=SAID),)


def test_other_languages_are_not_read() -> None:
    assert quotes_of([make_article(1, text=f"“{SAID},” said Marta Quill.", lang="de")]) == ()


@pytest.mark.parametrize(
    "text",
    [
        f"»{SAID}«, sagte Bürgermeisterin Marta Quill.",
        f"« {SAID} », a dit Marta Quill.",
        f"„{SAID}“, klagt Marta Quill.",
    ],
)
def test_comparison_reads_quotations_of_other_languages_beside_one_full_name(text: str) -> None:
    (found,) = every_quote_of([make_article(1, text=text, lang="de")])
    assert (found.speaker.removeprefix("Bürgermeisterin "), found.text) == ("Marta Quill", SAID)


def test_two_names_beside_a_quotation_leave_a_doubt_and_one_text_is_quoted_once() -> None:
    both = make_article(1, text=f"»{SAID}«, sagte Marta Quill zu Otto Brandt.", lang="de")
    first = make_article(2, text=f"“{SAID},” said Marta Quill.", outlet=2)
    again = make_article(3, text=f"“{SAID},” said Marta Quill.", outlet=3)
    assert every_quote_of([both, first, again]) == (
        Quote(article=ArticleId(2), speaker="Marta Quill", text=SAID),
    )
