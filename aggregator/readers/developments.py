"""Tell when a story took a turn: first report, most at once, other numbers, new headlines, after a silence.

Takes the articles of a story from `reading.py`; undated ones say nothing about when. Pure, and quick enough
to be worked out for every page.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from aggregator.domain.articles import Article, Outlet
from aggregator.domain.ids import ArticleId, OutletId
from aggregator.domain.stories import Folding, Story
from aggregator.readers.course import Development, DevelopmentKind
from aggregator.readers.timeline import BARS, coverage

MOST: Final = 5
"""Lines on a page."""
BURST: Final = 4
"""Articles of the fullest span that make a burst; and it must hold `SHARE` of all."""
SHARE: Final = 0.25
SILENCE: Final = timedelta(hours=24)
"""Without a report, after which the next one takes a story up again: a day's news is over then."""
AT_FIRST: Final = timedelta(minutes=30)
"""Within which a headline is still being written."""
LEAP: Final = 5
"""By which a number of people may grow between two reports; what is more counts something else."""
READ: Final = 300
"""Characters of a text, after its headline, that are looked at for numbers: its first sentences."""

Titles = Mapping[ArticleId, tuple[tuple[datetime, str], ...]]

_SMALL: Final = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_WORDS: Final = {word: number for number, word in enumerate(_SMALL, start=2)}
_FATES: Final = {
    "dead": r"dead|killed|die|dies|died|deaths|bodies",
    "injured": r"injured|hurt|wounded",
    "missing": r"missing",
    "arrested": r"arrested|arrests|detained",
    "rescued": r"rescued",
}
_NUMBER = rf"(?P<number>\d[\d,]*|{'|'.join(_WORDS)})"
_WHOM = r"(?:people|persons|others|men|women|children|passengers|residents|workers|soldiers|civilians)"
_COUNT = re.compile(
    rf"\b{_NUMBER}\s+(?:more\s+)?(?:{_WHOM}\s+)?(?:are\s+|were\s+|have\s+|was\s+)?(?:been\s+)?(?:now\s+)?"
    rf"(?P<fate>{'|'.join(_FATES.values())})\b",
    re.IGNORECASE,
)
_TOLLS = (
    re.compile(rf"\btoll\b[^.;]{{0,40}}?\b(?:to|at|of|reaches|hits|passes)\s+{_NUMBER}\b", re.IGNORECASE),
    re.compile(rf"\bkill(?:ing|ed|s)\s+(?:at least|about|some)?\s*{_NUMBER}\b", re.IGNORECASE),
)


def developments(
    articles: Sequence[Article],
    folding: Folding,
    outlets: Mapping[OutletId, Outlet],
    titles: Titles,
    *,
    follows: Sequence[Story] = (),
) -> tuple[Development, ...]:
    """Return up to `MOST` turns of a story, the earliest first; none where only the first report is one.

    Args:
        articles: its articles.
        folding: which are copies, and which only discuss.
        outlets: all outlets.
        titles: every headline of the edited articles, with since when, the latest last.
        follows: the stories that it takes up after a silence.
    """
    dated = sorted(
        (one for one in articles if one.dated and one.id not in folding.discusses), key=lambda a: (a.at, a.id)
    )
    if len(dated) < 2:
        return ()
    own = [one for one in dated if folding.origin_of.get(one.id, one.id) == one.id]
    rest = [
        *_counts(own, outlets),
        *_again(own, outlets),
        *_burst(dated, outlets),
        *_headlines(dated, titles, outlets),
    ][: MOST - 1]
    if not rest and not follows:
        return ()
    silence = dated[0].at - max((one.face.last_at for one in follows), default=dated[0].at)
    first = _development(DevelopmentKind.FIRST, dated[0], outlets, span=max(silence, timedelta()))
    return (first, *sorted(rest, key=lambda one: one.at))


def _development(
    kind: DevelopmentKind,
    article: Article,
    outlets: Mapping[OutletId, Outlet],
    *,
    at: datetime | None = None,
    values: tuple[str, ...] = (),
    articles: int = 0,
    span: timedelta = timedelta(),
) -> Development:
    return Development(
        kind=kind,
        at=at or article.at,
        article=article.id,
        outlet=outlets[article.outlet_id].name,
        headline=article.title,
        lang=article.lang,
        values=values,
        articles=articles,
        span=span,
    )


def _counts(reports: Sequence[Article], outlets: Mapping[OutletId, Outlet]) -> list[Development]:
    """Return the first and the last time that the number of dead, injured, missing … became a higher one."""
    highest: dict[str, int] = {}
    found = []
    for article in reports:
        told = counts(f"{article.title}. {(article.text or article.summary)[:READ]}")
        for fate, number in told.items():
            before = highest.get(fate)
            if before is not None and before < number <= LEAP * before:
                values = (f"{before:,} {fate}", f"{number:,} {fate}")
                found.append(_development(DevelopmentKind.COUNT, article, outlets, values=values))
            highest[fate] = max(number, before or 0)
    return found if len(found) < 2 else [found[0], found[-1]]


def counts(text: str) -> Mapping[str, int]:
    """Return how many people a text says are dead, injured, missing, arrested or rescued (English)."""
    found: dict[str, int] = {}
    matches = [(_fate(match["fate"]), match["number"]) for match in _COUNT.finditer(text)]
    matches += [("dead", match["number"]) for toll in _TOLLS for match in toll.finditer(text)]
    for fate, written in matches:
        number = _WORDS.get(written.casefold()) or int(written.replace(",", ""))
        found[fate] = max(number, found.get(fate, 0))
    return found


def _fate(word: str) -> str:
    return next(name for name, words in _FATES.items() if re.fullmatch(words, word, re.IGNORECASE))


def _again(reports: Sequence[Article], outlets: Mapping[OutletId, Outlet]) -> Iterator[Development]:
    """Return the report that ended the longest silence."""
    silences = [(after.at - before.at, after) for before, after in pairwise(reports)]
    longest, article = max(silences, key=lambda pair: pair[0], default=(timedelta(), None))
    if article is not None and longest >= SILENCE:
        yield _development(DevelopmentKind.AGAIN, article, outlets, span=longest)


def _burst(articles: Sequence[Article], outlets: Mapping[OutletId, Outlet]) -> Iterator[Development]:
    """Return when most came, if it was many of all and not with the first report."""
    course = coverage(articles, bars=BARS)
    most = max(course.counts) if course else 0
    if course is None or most < max(BURST, SHARE * len(articles)):
        return
    inside = next(one for one in articles if one.at >= course.peak_at)
    span = course.peak_until - course.peak_at
    yield _development(DevelopmentKind.BURST, inside, outlets, at=course.peak_at, articles=most, span=span)


def _headlines(
    articles: Sequence[Article], titles: Titles, outlets: Mapping[OutletId, Outlet]
) -> Iterator[Development]:
    """Return the headlines that outlets changed after a while, the latest change of each."""
    for article in articles:
        states = titles.get(article.id, ())
        changes = [
            (at, before, after)
            for (_, before), (at, after) in pairwise(states)
            if _plain(before) != _plain(after) and at - article.at >= AT_FIRST
        ]
        if changes:
            at, before, after = changes[-1]
            yield _development(DevelopmentKind.HEADLINE, article, outlets, at=at, values=(before, after))


def _plain(title: str) -> str:
    return " ".join(re.findall(r"\w+", title.casefold()))
