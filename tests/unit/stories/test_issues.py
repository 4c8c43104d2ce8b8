"""Headlines that prove nothing: issues of one series, and titles that differ in a number or a name alone."""

import numpy as np
import pytest

from aggregator.stories.issues import held_apart, read_headlines, series_pairs
from tests.factories import make_article

LEFT, RIGHT = np.array([0], dtype=np.int32), np.array([1], dtype=np.int32)
RATTLED = "Windows rattled in the capital and schools were emptied."
SPLIT = "Roads on the southern coast split; two villages lost power."


def headlines(*pieces, own=False, names=()):
    articles = [make_article(n, *piece, outlet=1 if own else n) for n, piece in enumerate(pieces, start=1)]
    return read_headlines(articles, names=frozenset(names))


@pytest.mark.parametrize(
    ("one", "other", "is_apart"),
    [
        (("Quake of 5.1 shakes Veldmark", RATTLED), ("Quake of 6.0 shakes Veldmark", SPLIT), True),
        (("Quake of 5.1 shakes Veldmark", RATTLED), ("Quake of 5.1 shakes Veldmark", SPLIT), False),
        (("Quake of 5.1 shakes Veldmark", RATTLED), ("Quake of 6.0 shakes Veldmark", RATTLED), False),
        (
            ("Quake of 5.1 shakes Veldmark", "It was 5.1."),
            ("Quake of 6.0 shakes Veldmark", "It was 6.0."),
            True,
        ),
        (("Two killed in fire", RATTLED), ("Five killed in fire", SPLIT), True),
        (("Two killed in fire", RATTLED), ("2 killed in fire", SPLIT), True),
        (("Quake shakes Veldmark", RATTLED), ("Quake shakes Veldmark", SPLIT), False),
        (("Quake of 5.1 shakes Veldmark", RATTLED), ("Quake of 6.0 shakes Dosht", SPLIT), False),
        (("Quake of 5.1 shakes Veldmark", ""), ("Quake of 6.0 shakes Veldmark", ""), True),
        (("5", RATTLED), ("6", SPLIT), True),
    ],
)
def test_titles_that_differ_in_a_number_hold_apart_unless_the_texts_agree(one, other, is_apart):
    assert held_apart(headlines(one, other), LEFT, RIGHT).tolist() == [float(is_apart)]


@pytest.mark.parametrize(
    ("one", "other", "is_apart"),
    [
        (("Late goal gives Orsholm home win", RATTLED), ("Late goal gives Skerry home win", SPLIT), True),
        (("Late goal gives Orsholm home win", RATTLED), ("Late goal gives Orsholm home win", SPLIT), False),
        (("Late goal gives Orsholm home win", RATTLED), ("Late goal gives Skerry home win", RATTLED), False),
        (("Late goal gives Orsholm 2-1 win", RATTLED), ("Late goal gives Skerry 3-1 win", SPLIT), True),
        (("Late goal gives Orsholm home win", RATTLED), ("Early goal gives Skerry home win", SPLIT), False),
        (("Late goal for Orsholm", RATTLED), ("Late goal for Skerry", SPLIT), False),  # too few other words
    ],
)
def test_titles_of_one_mould_with_other_names_hold_apart_unless_the_texts_agree(one, other, is_apart):
    found = headlines(one, other, names=("orsholm", "skerry"))

    assert held_apart(found, LEFT, RIGHT).tolist() == [float(is_apart)]


@pytest.mark.parametrize(
    ("one", "other", "own", "is_series"),
    [
        ("Morning briefing", "Morning briefing", False, True),
        ("Monday briefing", "Tuesday briefing", False, True),
        ("Monday briefing", "Tuesday newsletter", False, False),
        ("Letters from Skerry: 12 March", "Letters from Skerry: 13 March", True, True),
        ("Letters from Skerry: 12 March", "Letters from Skerry: 13 March", False, False),
        ("Bridge closed", "Bridge closed", True, False),  # twice is a repost, not a series
        ("Bridge closed", "Bridge closed", False, False),
        ("Bridge closed", "Ferry closed", True, False),
        ("", "12 March", False, True),
    ],
)
def test_issues_of_a_series_are_told_by_their_titles_without_dates(one, other, own, is_series):
    assert series_pairs(headlines((one,), (other,), own=own), LEFT, RIGHT).tolist() == [is_series]


def test_title_that_an_outlet_used_three_times_names_a_series():
    heads = headlines(("Tide tables",), ("Tide tables",), ("Tide tables",), own=True)

    assert heads.repeated.tolist() == [True, True, True]
    left, right = np.array([0, 0, 1], dtype=np.int32), np.array([1, 2, 2], dtype=np.int32)
    assert series_pairs(heads, left, right).tolist() == [True, True, True]


def test_headlines_are_read_as_numbers_that_are_equal_for_equal_ones():
    heads = headlines(
        ("Quake of 5.1 hits",),
        ("Quake of 6.0 hits",),
        ("Otter seen",),
        ("Otter seen today",),
        ("Daily quiz",),
    )

    (kinds, numbers), _ = heads.moulds
    assert kinds.tolist() == [0, 0, -1, -1, -1]
    assert numbers == [("5.1",), ("6.0",), (), (), ()]
    assert heads.but_dates.tolist() == [0, 0, 1, 1, 2]
    assert heads.series.tolist() == [False, False, False, False, True]


@pytest.mark.parametrize("names", [(), ("orsholm",), ("orsholm", "skerry"), ("goal",)])
def test_headlines_that_were_there_before_are_what_they_would_be_if_read_again(names):
    titles = (
        "Late goal gives Orsholm 2 home wins",
        "Late goal gives Skerry 3 home wins",
        "Otter seen",
        "Quiz",
    )
    window = [make_article(n, title) for n, title in enumerate(titles, start=1)]
    before = read_headlines(window[1::-1], frozenset({"orsholm", "late"}))

    found = read_headlines(window, frozenset(names), before, [1, 0, -1, -1])
    again = read_headlines(window, frozenset(names))
    assert (found.read, found.masked) == (again.read, again.masked)
    assert [(kinds.tolist(), told) for kinds, told in found.moulds] == [
        (kinds.tolist(), told) for kinds, told in again.moulds
    ]


def test_empty_window_has_no_headlines():
    none = np.zeros(0, dtype=np.int32)
    heads = headlines()

    assert (held_apart(heads, none, none).tolist(), series_pairs(heads, none, none).tolist()) == ([], [])
