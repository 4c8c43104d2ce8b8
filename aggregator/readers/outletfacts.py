"""What an outlet's articles of the last weeks say of it: topics, volume, speed, what only it has; pure.

Every share carries what it is a share of, so that a page can say when that is too little to go by.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from statistics import median

from aggregator.domain.coverage import OutletArticle, Telling
from aggregator.domain.ids import OutletId, StoryId

FEWEST = 10
"""Below this many cases a share is told, but not drawn from: one case more or less changes it by a tenth."""
MOST_OVERLAPS = 8
"""Other outlets that are named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How many of how many."""

    part: int
    whole: int

    @property
    def is_few(self) -> bool:
        """Return whether the whole is too small to say anything in percent."""
        return self.whole < FEWEST

    @property
    def percent(self) -> int:
        """Return the share in whole percent, 0 of nothing."""
        return round(100 * self.part / self.whole) if self.whole else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Lag:
    """How long after the first report an outlet came, where it was not first: the middle of `stories`."""

    median: timedelta
    stories: int

    @property
    def is_few(self) -> bool:
        """Return whether there are too few cases to go by."""
        return self.stories < FEWEST


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """Articles that credit an agency (`credited`), or carry the text of another outlet (`outlet`)."""

    articles: int
    credited: str | None = None
    outlet: OutletId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """An outlet in a window. Stories and days of it are those of its articles there.

    `topics` are (name, stories), most first; None is no topic. `days` are (date in the zone asked for,
    articles), every day of the window. `shared` are (other outlet, stories that both told), most first.
    """

    articles: int
    stories: int
    topics: tuple[tuple[str | None, int], ...]
    days: tuple[tuple[date, int], ...]
    first: Share
    lag: Lag | None
    exclusive: Share
    carried: tuple[Carried, ...]
    from_others: Share
    reposts: int
    edited: Share
    shared: tuple[tuple[OutletId, Share], ...]


def facts_of(
    outlet: OutletId,
    articles: Sequence[OutletArticle],
    around: Iterable[Telling],
    *,
    since: datetime,
    until: datetime,
    zone: tzinfo | None = None,
) -> Facts:
    """Return what is to be said of an outlet.

    `articles` are its own from `since` to `until` (UTC), `around` every telling of their stories, its own
    among them; days are those of `zone`, the machine's for None.
    """
    told = _by_story(around)
    topics = {one.story: one.topic for one in articles if one.story is not None}
    stories = topics.keys()
    first, lag = _speed(outlet, told)
    carried = _carried(outlet, articles)
    return Facts(
        articles=len(articles),
        stories=len(stories),
        topics=tuple(Counter(topics.values()).most_common()),
        days=_days(articles, since, until, zone),
        first=first,
        lag=lag,
        exclusive=Share(
            part=sum({one.outlet for one in told.get(story, ())} <= {outlet} for story in stories),
            whole=len(stories),
        ),
        carried=carried,
        from_others=Share(part=sum(one.articles for one in carried), whole=len(articles)),
        reposts=sum(one.copied_from == outlet for one in articles),
        edited=Share(part=sum(one.edits > 0 for one in articles), whole=len(articles)),
        shared=_shared(outlet, told, len(stories)),
    )


def _by_story(around: Iterable[Telling]) -> Mapping[StoryId, list[Telling]]:
    told: dict[StoryId, list[Telling]] = {}
    for one in around:
        told.setdefault(one.story, []).append(one)
    return told


def _speed(outlet: OutletId, told: Mapping[StoryId, Sequence[Telling]]) -> tuple[Share, Lag | None]:
    """Return how often it was first, and its lag where it was not; stories that several outlets dated."""
    lags = []
    for tellings in told.values():
        firsts: dict[OutletId, datetime] = {}
        for one in tellings:
            if one.dated:
                firsts[one.outlet] = min(one.at, firsts.get(one.outlet, one.at))
        if outlet in firsts and len(firsts) > 1:
            lags.append(firsts[outlet] - min(firsts.values()))
    late = [lag for lag in lags if lag]
    share = Share(part=len(lags) - len(late), whole=len(lags))
    return share, Lag(median=_middle(late), stories=len(late)) if late else None


def _middle(lags: Sequence[timedelta]) -> timedelta:
    return timedelta(seconds=median(lag.total_seconds() for lag in lags))


def _carried(outlet: OutletId, articles: Iterable[OutletArticle]) -> tuple[Carried, ...]:
    """Return what the outlet took over, most first; a credit goes before what the text was found to equal."""
    credited: Counter[str] = Counter()
    copied: Counter[OutletId] = Counter()
    for one in articles:
        if one.credits:
            credited[one.credits] += 1
        elif one.copied_from not in (None, outlet):
            copied[one.copied_from] += 1
    found = [Carried(articles=count, credited=name) for name, count in credited.items()]
    found += [Carried(articles=count, outlet=other) for other, count in copied.items()]
    return tuple(sorted(found, key=lambda one: (-one.articles, one.credited or "", one.outlet or 0)))


def _days(
    articles: Iterable[OutletArticle], since: datetime, until: datetime, zone: tzinfo | None
) -> tuple[tuple[date, int], ...]:
    counts = Counter(one.at.astimezone(zone).date() for one in articles)
    first, last = since.astimezone(zone).date(), until.astimezone(zone).date()
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return tuple((day, counts[day]) for day in days)


def _shared(
    outlet: OutletId, told: Mapping[StoryId, Iterable[Telling]], stories: int
) -> tuple[tuple[OutletId, Share], ...]:
    counts: Counter[OutletId] = Counter()
    for tellings in told.values():
        counts.update({one.outlet for one in tellings} - {outlet})
    most = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST_OVERLAPS]
    return tuple((other, Share(part=count, whole=stories)) for other, count in most)
