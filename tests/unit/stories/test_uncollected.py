"""Steps that make no cycles run without the collector, which comes back after them."""

import gc

import pytest

from aggregator.stories.uncollected import uncollected


@uncollected()
def collector_is_on(*, inside: bool = False) -> bool:
    if inside:
        collector_is_on()
    return gc.isenabled()


def test_collector_is_paused_within_and_back_after_even_when_steps_are_nested() -> None:
    assert not collector_is_on(inside=True)
    assert gc.isenabled()


def test_collector_is_back_after_an_error() -> None:
    with pytest.raises(ValueError, match="no such"), uncollected():
        raise ValueError("no such")
    assert gc.isenabled()


def test_collector_that_was_off_stays_off() -> None:
    gc.disable()
    try:
        assert not collector_is_on()
        assert not gc.isenabled()
    finally:
        gc.enable()
