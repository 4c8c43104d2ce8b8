"""Whom a story names is told where the text leaves no doubt; the rest stands among the others."""

import pytest

from aggregator.domain.stories import Name, NameKind
from aggregator.stories.names import names_of
from aggregator.stories.spans import spans_of
from tests.factories import make_article

PERSON, PLACE, BODY, OTHER = NameKind.PERSON, NameKind.PLACE, NameKind.ORGANISATION, NameKind.OTHER


def told(*texts: str, **fields: object) -> dict[str, tuple[NameKind, int]]:
    """Return the names of a story with one report for each text, from as many outlets."""
    reports = [
        make_article(number, "it happened again", text, **{"outlet": number} | fields)
        for number, text in enumerate(texts, start=1)
    ]
    return {one.name: (one.kind, one.reports) for one in names_of(reports)}


@pytest.mark.parametrize(
    ("sentence", "names"),
    [
        ("The mayor, Ada Berg, spoke.", ["Ada Berg"]),
        ("In the city, Orsholm Mayor Ada Berg spoke.", ["Orsholm", "Ada Berg"]),
        ("A vote of the Bank of the North and others.", ["Bank of the North"]),
        ("The Ministry of Health and Sport said so.", ["Ministry of Health and Sport"]),
        ("She met Juan de la Cruz and J. P. Lund on Monday.", ["Juan de la Cruz", "J. P. Lund"]),
        ("Berg’s Orsholm is not ours.", ["Berg", "Orsholm"]),
        ("Secretary of State Nils Lund left.", ["Nils Lund"]),
        ("WATCH THIS: Mayor Ada Berg Speaks Out", []),
        ("See @AdaBerg, #OrsholmStrike and https://Lantern.example/Ada now.", ["See"]),
    ],
)
def test_runs_of_capitals_are_cut_into_names(sentence: str, names: list[str]) -> None:
    assert [span.name for span in spans_of(sentence)] == names


def test_person_is_one_however_the_reports_call_them() -> None:
    found = told("The minister, Ms Berg, left.", "Ada Berg left. Then Berg spoke.", "So Ada M. Berg left.")

    assert found == {"Ada Berg": (PERSON, 3)}


def test_last_name_of_two_people_belongs_to_neither() -> None:
    found = told("It was Ada Berg, and Nils Berg.", "It was Ada Berg, and Nils Berg.", "Why, Berg asked.")

    assert found == {"Ada Berg": (PERSON, 2), "Nils Berg": (PERSON, 2)}


def test_kinds_are_told_by_last_words_facts_and_places_in_sentences() -> None:
    text = "He left the Skerry Bank in Norway for the Otter River in Tolm, and Kvistron followed."

    assert told(text, text) == {
        "Skerry Bank": (BODY, 2),
        "Norway": (PLACE, 2),
        "Otter River": (PLACE, 2),
        "Tolm": (PLACE, 2),
        "Kvistron": (OTHER, 2),
    }


def test_initials_stand_for_the_name_that_they_follow() -> None:
    found = told("It was the Otter Count Agency (OCA) again.", "Then the OCA counted.")

    assert found == {"Otter Count Agency": (BODY, 2)}


def test_ways_of_writing_one_country_are_one() -> None:
    assert told("He went to the US again.", "He went to the United States, and the United States again.") == {
        "United States": (PLACE, 2)
    }


@pytest.mark.parametrize(
    "text",
    [
        "However it went, nobody knows.",  # a capital for its place
        "It was on Monday in January.",
        "The British and the French met.",
        "The Minister met the President.",
        "Then came Police, and the police stayed.",  # the same word in small letters
    ],
)
def test_capitals_that_name_nobody_are_left_out(text: str) -> None:
    assert told(text, text) == {}


def test_name_of_one_report_or_of_one_outlet_is_not_the_storys() -> None:
    assert told("It was Ada Berg again.", "It was nobody.") == {}
    assert told("Follow Ada Berg.", "Follow Ada Berg.", outlet=1) == {"Ada Berg": (PERSON, 2)}
    reports = [make_article(n, "so it goes", "Then Ada Berg.", outlet=1) for n in (1, 2)]
    assert names_of([*reports, make_article(3, "so it goes", "Then nobody.", outlet=2)]) == ()


def test_evidence_that_contradicts_itself_decides_nothing() -> None:
    text = "It was Mr Kent in Kent, and Frank Ocean."

    found = told(text, text)

    assert {name: kind for name, (kind, _) in found.items()} == {"Kent": OTHER, "Frank Ocean": OTHER}


def test_other_languages_are_not_guessed_at() -> None:
    assert told("Die Polizei und Ada Berg.", "Die Polizei und Ada Berg.", lang="de") == {}


def test_most_reported_names_come_first_and_no_kind_has_many() -> None:
    many = " ".join(f"It was Ada {letter}berg." for letter in "ABCDEFGHIJKL")

    found = names_of([make_article(n, "so", f"{many} Then Nils Lund.", outlet=n) for n in (1, 2)])

    assert len(found) == 8
    assert found[0] == Name(name="Ada Aberg", kind=PERSON, reports=2)
