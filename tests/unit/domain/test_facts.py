"""What a report tells that those before it do not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.domain.facts import LOOKED_AT, READ, new_facts, tells

KNOWN = tells(
    "Minister under fire over harbour contract",
    "The minister will not resign, she said. The contract is worth 12 million marks. It was signed in 2021.",
)


@pytest.mark.parametrize(
    ("title", "text", "facts"),
    [
        ("Minister under fire", "She said that she will not resign.", 0),
        ("MINISTER: WILL NOT RESIGN", "The contract of 12 million marks was signed in 2021.", 0),
        ("Minister resigns", "She said it on Tuesday.", 1),
        ("Harbour contract worth 14 million", "The minister had said 12 million.", 1),
        ("Harbour contract", "It is worth 14 million marks, and 3 ministers signed it.", 2),
        ("Harbour contract of 2022", "It was signed at 14:30 on 3 May 2022.", 1),
        ("Minister under fire over harbour contract", "", 0),
        ("Ministerin unter Druck", "Sie trete nicht zurück.", 1),
        ("大臣が辞任", "", 1),
        ("", "", 0),
    ],
)
def test_numbers_and_new_words_of_a_headline_are_facts(title: str, text: str, facts: int) -> None:
    assert new_facts([tells(title, text)], [KNOWN]) == facts


def test_what_one_new_report_tells_the_next_one_tells_no_more() -> None:
    later = [
        tells("Minister resigns", "14 others go with her."),
        tells("Minister resigns with 14 others", ""),
    ]

    assert new_facts(later, [KNOWN]) == 1
    assert new_facts(later[::-1], [KNOWN]) == 1


def test_background_far_down_is_known_but_no_news() -> None:
    far, beyond = " word" * (LOOKED_AT // 5) + " 77 ships", " word" * (READ // 5) + " 88 ships"

    assert new_facts([tells("Minister", far)], [KNOWN]) == 0
    assert new_facts([tells("Minister", "77 ships")], [KNOWN, tells("Minister", far)]) == 0
    assert new_facts([tells("Minister", "88 ships")], [KNOWN, tells("Minister", beyond)]) == 1


@given(st.text(), st.text())
def test_no_report_tells_anything_that_it_does_not_know_itself(title: str, text: str) -> None:
    report = tells(title, text)

    assert new_facts([report], [report]) == 0
