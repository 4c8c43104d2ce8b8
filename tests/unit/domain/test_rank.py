"""A story's place on the front page, and the words for it."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.domain.rank import RankFeatures, rank
from tests.fakes import NOON


def features(
    voices: int = 1, reports: int | None = None, hours_ago: float = 0, quiet: int = 0
) -> RankFeatures:
    return RankFeatures(
        voices=voices,
        reports=reports or voices,
        last_report_at=NOON - timedelta(hours=hours_ago),
        quiet=quiet,
    )


def score(**wanted: float) -> float:
    return rank(features(**wanted))[0]


def test_score_is_the_sum_of_its_parts():
    total, parts = rank(features(voices=3, reports=5, hours_ago=2))

    assert total == sum(part.value for part in parts)
    assert [part.name for part in parts] == ["voices", "depth", "newness"]


def test_more_outlets_rank_higher_at_the_same_hour():
    assert score(voices=4) > score(voices=3) > score(voices=1)


def test_further_reports_of_a_loud_outlet_count_less_than_another_outlet():
    assert score(voices=1, reports=1) < score(voices=1, reports=4) < score(voices=2, reports=2)


def test_twice_the_voices_weigh_as_much_as_half_a_day():
    assert score(voices=7, hours_ago=12) == score(voices=3, hours_ago=0)


def test_newer_of_two_equals_comes_first():
    assert score(hours_ago=1) > score(hours_ago=2)


def test_reasons_are_whole_phrases():
    _, parts = rank(features(voices=1, reports=3, hours_ago=2))

    assert [part.why for part in parts] == [
        "one outlet reported it in its own words",
        "3 independent reports in all",
        "age of the latest report: 12 hours weigh as much as twice the outlets",
    ]


@pytest.mark.parametrize(
    ("voices", "quiet", "why"),
    [
        (1, 1, "it publishes little, at most 10 articles a day, and so counts twice"),
        (3, 1, "one of them publishes little, at most 10 articles a day, and so counts twice"),
        (3, 2, "2 of them publish little, at most 10 articles a day, and so count twice"),
        (3, 3, "they all publish little, at most 10 articles a day, and so count twice"),
    ],
)
def test_quiet_outlets_are_told_as_a_part(voices: int, quiet: int, why: str):
    _, parts = rank(features(voices=voices, quiet=quiet))
    assert [part.why for part in parts if part.name == "reach"] == [why]


@given(voices=st.integers(1, 50), reports=st.integers(1, 200), data=st.data())
def test_quiet_outlet_weighs_more_than_a_loud_one_in_its_place(
    voices: int, reports: int, data: st.DataObject
):
    quiet = data.draw(st.integers(1, voices))
    wanted = {"voices": voices, "reports": voices + reports}
    assert score(**wanted, quiet=quiet) > score(**wanted, quiet=quiet - 1)


@given(voices=st.integers(1, 30), flood=st.integers(0, 500))
def test_no_flood_of_one_outlet_outweighs_a_report_of_a_quiet_one(voices: int, flood: int):
    flooded = score(voices=voices, reports=voices + flood)
    another = score(voices=voices + 1, reports=voices + 1 + flood, quiet=1)
    assert another > flooded
