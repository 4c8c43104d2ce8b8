"""Answer for a day of the archive what `reading.py` answers for now: its stories, as they ranked that day.

A day's own reports alone give its stories their places: what came later moves nothing. The cards are those
of today, so that what has been read or corrected since shows.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import StrEnum
from itertools import groupby

from aggregator.clock import Clock
from aggregator.domain.days import DayReports
from aggregator.domain.ids import StoryId
from aggregator.domain.rank import QUIET, RankFeatures, rank
from aggregator.domain.stories import NEWNESS, RankPart, Story
from aggregator.domain.topics import EVERY, OTHER, Topic
from aggregator.readers.cards import cards_of
from aggregator.readers.cursors import score_cursor, score_mark
from aggregator.readers.lens import Lens, Picked, Position, Sieve, pick
from aggregator.readers.reading import CARDS, TOP
from aggregator.readers.sections import BEST, EVERY_SHOWN, OTHER_SHOWN, filled
from aggregator.readers.views import HiddenStory, StoryCard, TopicLine, TopicSection
from aggregator.storage import Storage, UnitOfWork

ONE_DAY = timedelta(days=1)
FIRST = datetime(1, 1, 2, tzinfo=UTC)


class DayState(StrEnum):
    """What a day's page has to say; a page without stories always has a reason."""

    STORIES = "stories"
    END = "end"
    CLEAR = "clear"
    EMPTY = "empty"
    COPIES = "copies"
    BEFORE = "before"
    NOTHING = "nothing"
    FUTURE = "future"


@dataclass(frozen=True, slots=True, kw_only=True)
class DayPage:
    """The stories of a day, best first; `cursor` is passed as `after` to get the next page.

    `earlier` and `later` are the days to turn to, None where there is none; around an empty day they are
    the nearest days with articles. `begins` is the first day of the archive, None without articles.
    """

    day: date
    state: DayState
    earlier: date | None = None
    later: date | None = None
    begins: date | None = None
    is_today: bool = False
    topic: TopicLine | None = None
    topics: tuple[TopicLine, ...] = ()
    cards: tuple[StoryCard, ...] = ()
    cursor: str | None = None
    top: int = 0
    sections: tuple[TopicSection, ...] = ()
    hidden: tuple[HiddenStory, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A story's place on a day, with the reasons for it."""

    story: StoryId
    topic: str | None
    score: float
    parts: tuple[RankPart, ...]


def placed(reports: Sequence[DayReports]) -> tuple[Placed, ...]:
    """Return the stories of a day, best first, ranked by that day's reports alone."""
    per_outlet: Counter[int] = Counter()
    for one in reports:
        per_outlet[one.outlet] += one.reports
    found = []
    for story, some in groupby(sorted(reports, key=lambda one: one.story), key=lambda one: one.story):
        voices = list(some)
        score, parts = rank(
            RankFeatures(
                voices=len(voices),
                reports=sum(one.reports for one in voices),
                last_report_at=max(one.last_at for one in voices),
                quiet=sum(per_outlet[one.outlet] <= QUIET for one in voices),
            )
        )
        told = tuple(replace(p, why=f"at the day’s end, {p.why}") if p.name == NEWNESS else p for p in parts)
        found.append(Placed(story=story, topic=voices[0].topic, score=score, parts=told))
    return tuple(sorted(found, key=lambda one: (-one.score, -one.story)))


def midnight(day: date, zone: tzinfo | None) -> datetime:
    """Return the moment (UTC) at which a day begins in a zone, None for the machine's own."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """The front pages of earlier days."""

    storage: Storage
    clock: Clock
    topics: tuple[Topic, ...] = ()

    def __call__(
        self,
        day: date,
        *,
        zone: tzinfo | None,
        topic: str = "",
        after: str | None = None,
        lens: Lens | None = None,
    ) -> DayPage | None:
        """Return a day's page, or that of one topic of it; None for no topic.

        A day lasts from midnight to midnight in `zone`, None for the machine's own.

        Raises:
            CursorUnknown: `after` is no cursor of ours.
        """
        position, now = score_cursor(after), self.clock.now()
        today = now.astimezone(zone).date()
        if topic and topic not in {OTHER, EVERY, *(one.name for one in self.topics)}:
            return None
        with self.storage.reading() as work:
            first = work.days.first_after(FIRST)
            begins = first.astimezone(zone).date() if first else None
            if day > today:
                return DayPage(day=day, state=DayState.FUTURE, earlier=today, begins=begins)
            if begins is None:
                return DayPage(day=day, state=DayState.NOTHING)
            if day < begins:
                return DayPage(day=day, state=DayState.BEFORE, later=begins, begins=begins)
            page = _turned(day, begins, today)
            end = midnight(day + ONE_DAY, zone)
            reports = work.days.reports(since=midnight(day, zone), until=end)
            if not reports:
                return _without_reports(work, page, zone)
            ranked = placed(reports)
            table = _Table.read(work, self.topics, ranked, lens, now=min(end, now))
            return table.page(page, topic, position)


def _turned(day: date, begins: date, today: date) -> DayPage:
    """Return the bare page of a day of the archive, with the days to turn to."""
    return DayPage(
        day=day,
        state=DayState.STORIES,
        earlier=day - ONE_DAY if day > begins else None,
        later=day + ONE_DAY if day < today else None,
        begins=begins,
        is_today=day == today,
    )


def _without_reports(work: UnitOfWork, page: DayPage, zone: tzinfo | None) -> DayPage:
    """Return why a day has no stories, and the nearest days that have articles."""
    start, end = midnight(page.day, zone), midnight(page.day + ONE_DAY, zone)
    earlier, later = work.days.last_before(start), work.days.first_after(end)
    inside = work.days.first_after(start)
    return replace(
        page,
        state=DayState.COPIES if inside and inside < end else DayState.EMPTY,
        earlier=earlier.astimezone(zone).date() if earlier else None,
        later=later.astimezone(zone).date() if later and page.later else page.later,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """A day's stories in their order, and how to lay them out."""

    work: UnitOfWork
    topics: tuple[Topic, ...]
    placed: tuple[Placed, ...]
    lens: Lens | None
    sieve: Sieve
    now: datetime

    @classmethod
    def read(
        cls,
        work: UnitOfWork,
        topics: tuple[Topic, ...],
        placed: tuple[Placed, ...],
        lens: Lens | None,
        *,
        now: datetime,
    ) -> "_Table":
        """Read the reader's rules for a day's stories."""
        sieve = Sieve.read(work, lens)
        return cls(work=work, topics=topics, placed=placed, lens=lens, sieve=sieve, now=now)

    def page(self, page: DayPage, topic: str, after: Position | None) -> DayPage:
        """Fill a day's page: with sections when it is the first one of all topics."""
        found = self._pick(topic or EVERY, after=after, limit=CARDS, here=topic)
        lines = self._lines()
        sections: tuple[TopicSection, ...] = ()
        hidden = found.hidden
        if not topic and after is None:
            sections, more = self._sections(lines, frozenset(s.id for s in found.stories[:TOP]))
            hidden = tuple({one.id: one for one in (*hidden, *more)}.values())
        last = found.after
        if found.stories:
            state = DayState.STORIES
        else:
            state = DayState.END if after and last is None else DayState.CLEAR
        return replace(
            page,
            state=state,
            topic=next((line for line in lines if line.name == topic), None) if topic else None,
            topics=tuple(line for line in lines if line.stories) if topic or sections else (),
            cards=self._cards(found.stories),
            cursor=score_mark(last.face.score, last.id) if last else None,
            top=TOP if sections else 0,
            sections=sections,
            hidden=hidden,
        )

    def _lines(self) -> tuple[TopicLine, ...]:
        names = {topic.name for topic in self.topics}
        counts = Counter(one.topic if one.topic in names else OTHER for one in self.placed)
        return (
            *(TopicLine(name=t.name, shown=t.shown, stories=counts[t.name]) for t in self.topics),
            TopicLine(name=OTHER, shown=OTHER_SHOWN, stories=counts[OTHER]),
            TopicLine(name=EVERY, shown=EVERY_SHOWN, stories=len(self.placed)),
        )

    def _sections(
        self, lines: Sequence[TopicLine], above: frozenset[StoryId]
    ) -> tuple[tuple[TopicSection, ...], tuple[HiddenStory, ...]]:
        """Return a section for every topic with stories that do not stand above; none without topics."""
        if not any(line.stories for line in lines if line.name not in (OTHER, EVERY)):
            return (), ()
        chosen: list[tuple[TopicLine, Sequence[Story]]] = []
        hidden: list[HiddenStory] = []
        for line in lines:
            if line.name == EVERY or not line.stories:
                continue
            found = self._pick(line.name, after=None, limit=BEST + TOP, here="")
            hidden += found.hidden
            chosen.append((line, [story for story in found.stories if story.id not in above][:BEST]))
        cards = self._cards([story for _, best in chosen for story in best])
        return filled(chosen, iter(cards)), tuple(hidden)

    def _pick(self, name: str, *, after: Position | None, limit: int, here: str) -> Picked:
        names = {topic.name for topic in self.topics}
        rows = [
            one
            for one in self.placed
            if name == EVERY or (one.topic if one.topic in names else OTHER) == name
        ]

        def fetch(position: Position | None, most: int) -> Sequence[Story]:
            left = [one for one in rows if position is None or (one.score, one.story) < position][:most]
            known = {one.story: one for one in left}
            return [
                replace(
                    story, face=replace(story.face, score=known[story.id].score, parts=known[story.id].parts)
                )
                for story in self.work.stories.get_many(known)
            ]

        return pick(self.work, fetch, self.sieve, after=after, limit=limit, here=here)

    def _cards(self, stories: Sequence[Story]) -> tuple[StoryCard, ...]:
        return cards_of(self.work, stories, now=self.now, lens=self.lens)


def _as_of_day(story: Story, place: Placed) -> Story:
    """Return a story with the score that it had on the day, and the reasons for it."""
    return replace(story, face=replace(story.face, score=place.score, parts=place.parts))
