"""Floors rise, or fall for a reason that readers are told."""

from pathlib import Path

import pytest

from tests.quality.floors import MEASURES, Floors, below, fallen, history

CHANGELOG = Path(__file__).parents[2] / "CHANGELOG.md"


def floors(height, corpus="same", lowered=""):
    return Floors(corpus=corpus, least=dict.fromkeys(MEASURES, height), lowered=lowered)


def test_floor_that_fell_says_why_in_words_of_the_changelog():
    told = " ".join(CHANGELOG.read_text(encoding="utf-8").split())
    silent = [
        (name, entry.lowered)
        for name, entries in history().items()
        for entry in fallen(entries)
        if not entry.lowered or entry.lowered not in told
    ]

    assert silent == []


def test_fall_is_seen_only_on_the_same_material():
    entries = [floors(0.8), floors(0.9), floors(0.7), floors(0.5, corpus="other")]

    assert list(fallen(entries)) == [entries[2]]


@pytest.mark.parametrize(("height", "found"), [(0.5, {}), (0.9, dict.fromkeys(MEASURES, 0.6))])
def test_measures_below_their_floor_are_told_with_what_was_reached(height, found):
    class Reached:
        b3_p = b3_f = multi_b3_f = pair_p = pair_f = 0.6

    assert below(Reached(), floors(height)) == found
