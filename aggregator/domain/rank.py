"""Give a story its place on the front page, as a sum of parts that a page can tell in words.

The score does not depend on the hour at which it is worked out: newness counts from a fixed moment
and rises by one every `HOURS_A_DOUBLING` hours, so that twice the reports weigh as much as being that
much newer (the form of "hot" rankings of link sites). Scores of old and new builds compare, and a
story whose articles stay the same keeps its score.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import log2

from aggregator.domain.stories import HOURS_A_DOUBLING, NEWNESS, RankPart, newness

DEPTH = 0.25
"""Weight of further reports by outlets that have one already: a loud outlet adds little."""
QUIET = 10
"""Articles a day up to which an outlet is quiet: a quarter of what the middle outlet of the 2020 snapshots
brings, 40. The loudest bring 250, and would fill the page with stories that nobody else has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RankFeatures:
    """What a story's place depends on.

    `voices` counts the outlets with a report of their own, `reports` the independent reports, and
    `last_report_at` (UTC) is when the latest of them came; copies move nothing. `quiet` counts the
    voices that publish little.
    """

    voices: int
    reports: int
    last_report_at: datetime
    quiet: int = 0


def rank(features: RankFeatures) -> tuple[float, tuple[RankPart, ...]]:
    """Return the score and its parts: voices, quiet ones once more, how much they report, how new it is.

    A quiet outlet's report weighs as much as two of loud ones, because it has fewer chances to be seen.
    """
    parts = (
        RankPart(
            name="voices",
            value=log2(1 + features.voices),
            why=f"{_counted(features.voices, 'outlet')} reported it in their own words"
            if features.voices != 1
            else "one outlet reported it in its own words",
        ),
        *_reach(features),
        RankPart(
            name="depth",
            value=DEPTH * log2(features.reports / features.voices) if features.voices else 0.0,
            why=f"{_counted(features.reports, 'independent report')} in all",
        ),
        RankPart(
            name=NEWNESS,
            value=newness(features.last_report_at),
            why=f"age of the latest report: {HOURS_A_DOUBLING:.0f} hours weigh as much as twice the outlets",
        ),
    )
    return _total(parts), parts


def _reach(features: RankFeatures) -> tuple[RankPart, ...]:
    """Return the part of the quiet voices, none without any."""
    if not features.quiet:
        return ()
    if features.voices == 1:
        who = "it publishes"
    elif features.quiet == features.voices:
        who = "they all publish"
    else:
        who = "one of them publishes" if features.quiet == 1 else f"{features.quiet} of them publish"
    counts = "counts" if features.quiet == 1 else "count"
    return (
        RankPart(
            name="reach",
            value=log2(1 + features.voices + features.quiet) - log2(1 + features.voices),
            why=f"{who} little, at most {QUIET} articles a day, and so {counts} twice",
        ),
    )


def _total(parts: Sequence[RankPart]) -> float:
    return sum(part.value for part in parts)


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
