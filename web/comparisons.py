"""The words of the page that compares outlets, and the addresses of sentences; the factory's filters."""

from collections.abc import Callable, Collection
from typing import Final
from urllib.parse import quote

from aggregator.domain.labels import LANGUAGE
from aggregator.readers.axes import FACTS
from aggregator.readers.blindspots import Blindspot
from aggregator.readers.compared import ClaimRow, DifferenceLine, Share, Source
from web.presenters import count, language

EDGE = 5
"""Words at each end by which a browser finds a sentence on the article's page."""
AXIS_NAMES = dict(FACTS)


def fragment(source: Source) -> str:
    """Return what follows the address of an article's page so that a browser goes to a sentence and marks it.

    A browser that does not know text fragments (https://wicg.github.io/scroll-to-text-fragment/) shows the
    article.
    """
    if source.place < 0:
        return "#headline"
    words = source.text.split()
    if len(words) <= 2 * EDGE:
        return f"#:~:text={escaped(' '.join(words))}"
    return f"#:~:text={escaped(' '.join(words[:EDGE]))},{escaped(' '.join(words[-EDGE:]))}"


def escaped(text: str) -> str:
    """Return a text for a fragment: a dash is escaped, too, because it has a meaning there."""
    return quote(text, safe="").replace("-", "%2D")


def reported_by(row: ClaimRow) -> str:
    """Return how many outlets make a claim, and which do not: "reported by 5 of 9 · not by …"."""
    parts = [f"reported by {len(row.by)} of {row.outlets}"]
    if row.not_by:
        parts.append(f"not by {listed(row.not_by)}")
    if row.unknown:
        parts.append(f"not known of {listed(row.unknown)}")
    return " · ".join(parts)


def listed(names: Collection[str], most: int = 4) -> str:
    """Return names in a row: "A, B and C", or the first few "and 5 others"."""
    some = list(names)
    if len(some) > most + 1:
        some = [*some[:most], f"{len(names) - most} others"]
    return some[0] if len(some) == 1 else f"{', '.join(some[:-1])} and {some[-1]}"


def axis_value(value: str, axis: str) -> str:
    """Return a value of an axis as people read it: a language by its name, what is not labelled in words."""
    if not value:
        return "Not labelled"
    return (
        (language(value) or ("English" if value.lower().startswith("en") else value))
        if axis == LANGUAGE
        else value
    )


def share_words(share: Share, axis: str) -> str:
    """Return a part of the coverage bar in words: "Veldmark: 3 reports, 43 %"."""
    return f"{axis_value(share.value, axis)}: {count(share.reports, 'report')}, {share.share:.0%}".replace(
        "%", " %"
    )


def differing(line: DifferenceLine) -> str:
    """Return what differs in a few words: "3 → 5 killed", or "31 or 21 injured"."""
    values = list({figure.value: figure.written.lower() for figure in reversed(line.figures)}.values())[::-1]
    sign = " → " if line.kind == "update" else " or "
    return f"{sign.join(values)} {line.of}" if line.of not in ("money", "per cent") else sign.join(values)


def blindspot_words(spot: Blindspot, names: dict[int, str]) -> str:
    """Return a blindspot with its baseline and the size of its sample, as sentences."""
    value, of = axis_value(spot.value, spot.axis), count(spot.total, "independent report")
    such = f"{spot.topic} stories" if spot.topic else "stories"
    usual = spot.usual_reports / spot.usual_total
    facts = (
        f"{spot.reports} of {of} come from {value} ({AXIS_NAMES.get(spot.axis, spot.axis).lower()})."
        f" In the {spot.stories} other {such} of this size within 30 days, {value} had"
        f" {spot.usual_reports} of {spot.usual_total} reports ({usual:.0%})".replace("%", " %")
    )
    if spot.failing:
        failed = listed([names[one] for one in spot.failing])
        return f"{facts}. Whether it left the story out is not known: the feed of {failed} was failing."
    often = max(2, round(1 / max(spot.chance, 1e-6)))
    return (
        f"{facts}, and in {spot.as_low} of them as small a share. By chance alone so few would come about"
        f" once in {often:,} times (one-sided binomial test)."
    )


FILTERS: Final[dict[str, Callable[..., str]]] = {
    "fragment": fragment,
    "reported_by": reported_by,
    "listed": listed,
    "axis_value": axis_value,
    "share_words": share_words,
    "differing": differing,
    "blindspot_words": blindspot_words,
}
"""What the templates of the comparison may call."""
