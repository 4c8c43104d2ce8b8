"""Themes of several stories, with vectors made by hand."""

from collections.abc import Sequence

import numpy as np
import pytest

from aggregator.domain.ids import StoryId, ThemeId
from aggregator.domain.topics import Theme
from aggregator.stories.background import Background
from aggregator.stories.themes import Told, carry_on, find_themes

USUAL = Background(articles=1000, counts={"city": 300, "for": 500})
FEVER = [
    "Fever wards fill as Isvik counts new cases",
    "Schools in Isvik close for a fever week",
    "Doctors in Isvik plead for fever tests",
    "Fever rules of Isvik end",
]
BUDGET = [
    "Budget vote in Nordhelm put off",
    "Nordhelm unions march against budget",
    "Treasurer of Nordhelm defends his budget",
]


def told(number: int, title: str, *, near: int, wobble: float = 0.3) -> Told:
    """Return a story that points along axis `near`, and a little along one of its own."""
    row = np.zeros(40, dtype=np.float32)
    row[near], row[10 + number] = 1, wobble
    return Told(id=StoryId(number), vector=row / np.linalg.norm(row), titles=title, excerpt="")


def saga() -> list[Told]:
    stories = [told(number, title, near=0) for number, title in enumerate(FEVER, start=1)]
    stories += [told(number, title, near=1) for number, title in enumerate(BUDGET, start=5)]
    alone = ["Otter seen in canal", "Clock runs backwards", "Goose steals bronze"]
    return stories + [told(8 + n, title, near=2 + n) for n, title in enumerate(alone)]


def theme(words: Sequence[str], *stories: int, number: int | None = None) -> Theme:
    return Theme(
        words=tuple(words),
        stories=frozenset(map(StoryId, stories)),
        id=None if number is None else ThemeId(number),
    )


def test_stories_of_one_matter_are_a_theme_called_by_its_typical_words() -> None:
    assert find_themes(saga(), USUAL) == (
        theme(("fever", "Isvik"), 1, 2, 3, 4),
        theme(("budget", "Nordhelm"), 5, 6, 7),
    )


def test_order_of_the_stories_changes_nothing() -> None:
    assert find_themes(saga()[::-1], USUAL) == find_themes(saga(), USUAL)


def test_stories_that_are_only_less_unlike_than_others_are_no_theme() -> None:
    stories = [told(number, title, near=0, wobble=3.0) for number, title in enumerate(FEVER, start=1)]

    assert find_themes([*stories, *saga()[4:]], USUAL) == (theme(("budget", "Nordhelm"), 5, 6, 7),)


def test_words_that_are_common_anyway_do_not_name_a_theme() -> None:
    stories = [
        Told(id=one.id, vector=one.vector, titles=f"{one.titles}, the whole city", excerpt="")
        for one in saga()
    ]

    assert all("city" not in one.words for one in find_themes(stories, USUAL))


@pytest.mark.parametrize("count", [0, 1, 5])
def test_few_stories_have_no_themes(count: int) -> None:
    assert find_themes(saga()[:count], USUAL) == ()


def test_theme_keeps_number_and_words_while_most_of_its_stories_stay() -> None:
    before = (theme(("fever", "Isvik"), 1, 2, 3, 4, number=7), theme(("budget",), 5, 6, 7, number=9))
    found = (theme(("tests", "Isvik"), 2, 3, 4, 8), theme(("strike",), 7, 11, 12))

    assert carry_on(found, before) == (
        theme(("fever", "Isvik"), 2, 3, 4, 8, number=7),
        theme(("strike",), 7, 11, 12),
    )


def test_one_earlier_theme_is_carried_on_by_the_one_that_shares_most() -> None:
    before = (theme(("fever",), 1, 2, 3, 4, 5, 6, number=7),)
    found = (theme(("a",), 1, 2, 3), theme(("b",), 4, 5, 6, 1))

    assert carry_on(found, before) == (found[0], theme(("fever",), 4, 5, 6, 1, number=7))
