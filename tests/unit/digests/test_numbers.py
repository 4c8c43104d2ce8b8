"""The numbers in reports: plain digits out of any spelling, without dates and times."""

import pytest

from aggregator.digests.numbers import sentences, told
from aggregator.domain.facts import numbers
from tests.factories import make_article


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Fourteen people and 3 dogs were hurt", {"14", "3"}),
        ("The toll rose to 1,204", {"1204"}),
        ("Der Schaden: 1.204 Mark", {"1204"}),
        ("a rate of 3.75 per cent", {"3.75"}),
        ("ein Satz von 3,75 Prozent", {"3.75"}),
        ("On 14 March 2026 at 07:30, by 6 pm", set()),
        ("am 14. März um 7 Uhr", set()),
        ("March 14, 2026", set()),
        ("2026-03-14 and 14.03.2026", set()),
        ("In 2019 there were 2,019 of them", {"2019"}),
        ("twenty-one", {"20"}),
        ("no number at all", set()),
    ],
)
def test_numbers_are_read_as_digits_without_dates_and_times(text: str, found: set[str]) -> None:
    assert numbers(text) == found


def test_sentences_end_where_the_next_begins() -> None:
    text = "The bridge is shut. “It cracked,” said Dr. Quill! Why? 14 asked."
    assert sentences(text)[0] == "The bridge is shut."
    assert sentences("") == ()


def test_headline_goes_before_the_text_for_a_number_that_both_give() -> None:
    article = make_article(1, "Toll rises to 14", "Police said 14 people died. The 3 others are well.")
    assert dict(told(article)) == {"14": "Toll rises to 14", "3": "The 3 others are well."}


def test_only_the_head_of_a_long_text_is_looked_at() -> None:
    article = make_article(1, "Bridge shut", "A quiet sentence here. " * 60 + "Then 99 came.")
    assert "99" not in told(article)
