"""What a number in a sentence means: how many, of what, how exactly; and which numbers are no counts."""

import pytest

from aggregator.stories.numbers import Quantity, are_apart, quantities


def told(sentence: str) -> list[tuple[str, float, str, str]]:
    return [(one.written, one.value, one.unit, one.state) for one in quantities(sentence)]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Nine people were killed.", ("Nine", 9, "people", "killed")),
        ("The toll rose to 12.", ("12", 12, "people", "killed")),
        ("The number of people killed has risen to nine.", ("nine", 9, "people", "killed")),
        ("Some 2,400 residents had fled.", ("2,400", 2400, "people", "evacuated")),
        ("The firm was sold for 2.6 billion ducats.", ("2.6 billion", 2.6e9, "money:ducat", "")),
        ("It cost $4.8m to build.", ("$4.8m", 4.8e6, "money:$", "")),
        ("Turnout was 68 per cent.", ("68", 68, "per cent", "")),
        ("The hull is nineteen metres long.", ("nineteen", 19, "length", "")),
        ("It burnt 30 acres of pine.", ("30", 30 * 4046.8564224, "area", "")),
        ("It was 41°C in Kessou.", ("41", 41, "temperature", "")),
        ("An earthquake of magnitude 6.0 shook it.", ("6.0", 6.0, "magnitud", "")),
        ("Two hundred and six passengers left.", ("Two hundred and six", 206, "people", "")),
        ("The Alliance took 61 of 120 seats.", ("61", 61, "seat", "")),
        ("Four masked men came in.", ("Four", 4, "people", "")),
        ("A dozen villages are cut off.", ("A dozen", 12, "villag", "")),
    ],
)
def test_number_is_read_with_its_unit_and_what_befell(sentence: str, expected: tuple[object, ...]) -> None:
    first = quantities(sentence)[0]
    written = first.written.removesuffix("°C")
    assert (written, pytest.approx(first.value), first.unit, first.state) == expected


@pytest.mark.parametrize(
    "sentence",
    [
        "The novelist died in 1998.",
        "She has died at the age of 84.",
        "Nico Bassano, 34, drove down.",
        "A 52-year-old man is being questioned.",
        "It happened at 4:50 in the morning.",
        "It opened at 9 a.m. on Monday.",
        "They met on 14 March.",
        "It stood in Room 6 and was gone.",
        "The models Brio 1.2 and Brio 1.7 are affected.",
        "That was ten years ago.",
        "One thinks of the sea.",
    ],
)
def test_dates_times_ages_and_names_are_no_counts(sentence: str) -> None:
    assert told(sentence) == []


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ("Nine people were killed.", "Twelve people were killed.", True),
        ("Nine people were killed.", "9 people were killed.", False),
        ("About 200 people walked out.", "203 people walked out.", False),
        ("At least 40 people were hurt.", "Sixty-four people were hurt.", False),
        ("More than 40 people were hurt.", "Thirty people were hurt.", True),
        ("Up to 40 people were hurt.", "Thirty people were hurt.", False),
        ("A crowd of 17,950 people came.", "A crowd of 18,000 people came.", False),
        ("It is 7.4 kilometres long.", "It is 4.6 miles long.", False),
        ("It is 61 metres high.", "It is 200 feet high.", False),
        ("It is 7.4 kilometres long.", "It is 9 miles long.", True),
        ("It cost 4.1 million crowns.", "It cost 4.7 million crowns.", True),
        ("Between 35 and 40 people were arrested.", "Thirty-six people were arrested.", False),
    ],
)
def test_rounding_hedges_and_other_units_are_no_difference(one: str, other: str, apart: bool) -> None:
    (left,), (right,) = quantities(one), quantities(other)
    assert (left.unit, are_apart(left, right), are_apart(right, left)) == (right.unit, apart, apart)


@pytest.mark.parametrize(
    "sentence",
    [
        "Five more bodies were found.",
        "Another 12 people were hurt.",
        "Two of them are serious.",
        "Accounts rose from 3.1 million users to 4.4 million users.",
    ],
)
def test_shares_and_what_was_before_are_marked_as_parts(sentence: str) -> None:
    first: Quantity = quantities(sentence)[0]
    assert first.is_part
