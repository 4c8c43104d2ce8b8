"""What a headline proves."""

import pytest

from aggregator.stories.titles import dateless, is_roundup, is_series, masked, tokens


@pytest.mark.parametrize(
    "title",
    [
        "Morning Briefing: a bridge closes, an otter returns",
        "The Skerry newsletter",
        "Five things to know on Tuesday",
        "Five things from the weekend",
        "10 things for your Monday morning",
        "Three talking points: the best of the week",
        "Your week in otters",
        "In pictures: the flood",
        "Photos of the flood",
        "What to watch in Veldmark’s election",
        "What the papers say",
        "News round-up",
        "News roundup",
        "Letters: the bridge, the otter and the mayor",
        "Letter: close the bridge",
        "Front pages, 14 March",
        "Crossword 1,204",
        "",
        "12 March",
    ],
)
def test_pieces_of_many_events_sound_like_round_ups(title):
    assert is_roundup(title)


@pytest.mark.parametrize(
    "title",
    [
        "Harbour bridge closed",
        "Love letters found in the harbour",
        "Letters from Skerry",
        "Mayor briefed on cracks",
        "The best bridge of all",
        "Five things we learned from the otter debate",
        "Three dead in Pemaru",
        "Enjoying the quizzical look of an otter",
        "Indigestion after the feast",
        "Two weeks inside the otter’s den",
    ],
)
def test_reports_of_one_event_do_not(title):
    assert not is_roundup(title)


@pytest.mark.parametrize(
    "title",
    ["Mayor’s press briefing", "Roundup maker pays farmers", "Police quiz baker", "Anchor’s day in court"],
)
def test_false_friends_sound_like_round_ups_too_and_are_left_to_the_judge(title):
    assert is_roundup(title)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Live updates", True),
        ("Monday 12 March", True),
        ("", True),
        ("Live updates: bridge", False),
        ("Bridge", False),
    ],
)
def test_series_is_named_by_words_of_series_and_dates_alone(title, expected):
    assert is_series(tokens(title)) is expected


def test_dates_and_numbers_are_left_out():
    assert dateless(tokens("Quake of 5.1 on Monday 3rd March, 18:05 GMT")) == ("quake", "of", "on")


def test_names_are_masked_when_they_are_known():
    assert masked(tokens("Orsholm beat Skerry 2"), frozenset({"orsholm", "skerry"})) == (
        ("@", "beat", "@", "#"),
        ("orsholm", "skerry", "2"),
    )


def test_numbers_in_figures_and_words_are_masked():
    assert masked(tokens("Two of 14 piers, 5.1 m deep")) == (
        ("#", "of", "#", "piers", "#", "m", "deep"),
        ("two", "14", "5.1"),
    )
