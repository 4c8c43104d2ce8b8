"""Turns what an outlet's weeks say into words and small pictures' numbers; pure, filters of the pages."""

from collections.abc import Sequence
from datetime import date

from aggregator.readers.outletfacts import Facts, Lag, Share
from web.presenters import count, duration


def share(one: Share, noun: str = "story", nouns: str = "stories") -> str:
    """Return a share with what it is of: "12 of 40 stories (30 %)", or that they are too few."""
    whole = count(one.whole, noun, nouns)
    if one.is_few:
        return f"{one.part} of {whole}; too few to say"
    return f"{one.part:,} of {whole} ({one.percent} %)"


def lag(one: Lag | None) -> str:
    """Return the middle lag in words, or why there is none."""
    if one is None:
        return "never behind another outlet"
    cases = count(one.stories, "story", "stories")
    told = f"{duration(one.median)} (the middle one of {cases})"
    return f"{told}; too few to say" if one.is_few else told


def volume(facts: Facts) -> str:
    """Return the articles a day in words: how many, the fullest day, the days without any."""
    total = sum(number for _, number in facts.days)
    if not total:
        return f"No article in {len(facts.days)} days."
    fullest, most = max(facts.days, key=lambda day: day[1])
    empty = sum(not number for _, number in facts.days)
    said = [
        f"{count(total, 'article')} on {count(len(facts.days), 'day')}",
        f"most, {most}, on {day_named(fullest)}",
        f"none on {count(empty, 'day')}" if empty else "at least one on every day",
    ]
    return "; ".join(said) + "."


def day_named(day: date) -> str:
    """Return a date as people say it: "Saturday 14 March"."""
    return f"{day:%A} {day.day} {day:%B}"


def bars(days: Sequence[tuple[date, int]], height: int = 60) -> tuple[tuple[int, int], ...]:
    """Return for each day the top and the height of its bar; the fullest is as high as the picture."""
    most = max((number for _, number in days), default=0) or 1
    heights = [max(1, round(number / most * height)) for _, number in days]
    return tuple((height - high, high) for high in heights)
