"""What a reader's digest holds: which stories, in which sections, and what is new in those sent before.

Pure. `Told` is a story as any digest may show it, made once a run by `pool.py`; `select` looks at each
with one reader's schedule, rules and ledger.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from aggregator.domain.digests import Filters, Sent
from aggregator.domain.ids import ArticleId, OutletId, StoryId
from aggregator.domain.muting import hidden_by
from aggregator.domain.readers import Mute, ReadMark
from aggregator.domain.readstate import Reading, read_state
from aggregator.domain.stories import Folding, Story
from aggregator.domain.topics import OTHER, Topic

FOLLOWED = "Stories you follow"
OTHER_SHOWN = "Other stories"
NEW_FACTS = 2
"""Sentences with new numbers that an update quotes."""
ALIKE = 0.5
"""Share of words that two headlines need to have in common to say the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extract:
    """A sentence exactly as an article has it, with who says it and where."""

    text: str
    outlet: str
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletLink:
    """An outlet's own report of a story."""

    outlet: str
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Differs:
    """What differs between a story's outlets, as a sentence. `is_update`: a number that moved with time."""

    text: str
    is_update: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A story as a digest shows it. `update` says what changed since the reader's last mail.

    `said` quotes who gives the new numbers; both are empty for a story that was not sent before. `differs`
    is None where nothing is known to differ between the outlets.
    """

    id: StoryId
    headline: str
    lang: str | None
    articles: int
    outlets: int
    reports: int
    extracts: tuple[Extract, ...] = ()
    links: tuple[OutletLink, ...] = ()
    more_links: int = 0
    last_at: datetime
    update: str = ""
    said: tuple[Extract, ...] = ()
    differs: Differs | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A story with all that decides whether a digest brings it, and how.

    `origins` are its independent reports by the articles that they count by, and when each joined.
    `numbers` holds for each number that an origin gives who says it. `arrived_at` is when the latest
    independent report joined (UTC), None without one; a copy is no news.
    """

    story: Story
    item: Item
    outlets: frozenset[OutletId]
    folders: frozenset[str]
    members: tuple[ArticleId, ...]
    origins: Mapping[ArticleId, datetime]
    numbers: Mapping[str, Extract]
    folding: Folding = field(default_factory=Folding)
    arrived_at: datetime | None = None

    @property
    def ledger(self) -> Sent:
        """Return what the ledger keeps once this was sent; its time is that of the latest report."""
        return Sent(
            at=self.item.last_at,
            headline=self.item.headline,
            origins=frozenset(self.origins),
            numbers=frozenset(self.numbers),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Taste:
    """One reader's side of the choice.

    A story that was never sent counts when a report joined after `since` (UTC), what the edition
    before could see; in a first edition, when its latest report is later than `first_since`. `marks`
    are needed only when the filters leave out what was read. `found` are the stories that the searches
    of the filters find, None where the filters name none.
    """

    filters: Filters
    most: int
    since: datetime | None
    first_since: datetime
    sent: Mapping[StoryId, Sent] = field(default_factory=dict)
    followed: Collection[StoryId] = ()
    mutes: Sequence[Mute] = ()
    marks: Mapping[ArticleId, ReadMark] = field(default_factory=dict)
    found: frozenset[StoryId] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Stories under one heading, the best first. `name` is that of the topic, empty for followed ones."""

    name: str
    shown: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The stories of one digest, and how many more there would have been."""

    sections: tuple[Section, ...] = ()
    more: int = 0

    @property
    def items(self) -> tuple[Item, ...]:
        """Return all stories in the order in which they are shown."""
        return tuple(item for section in self.sections for item in section.items)

    def without_last(self, number: int) -> "Selection":
        """Return it without its last stories, which then count as more; for a mail that is too long."""
        left, sections = len(self.items) - number, []
        for section in self.sections:
            kept = section.items[: max(left, 0)]
            left -= len(kept)
            if kept:
                sections.append(replace(section, items=kept))
        gone = len(self.items) - sum(len(section.items) for section in sections)
        return Selection(sections=tuple(sections), more=self.more + gone)


def select(pool: Sequence[Told], taste: Taste, topics: Sequence[Topic]) -> Selection:
    """Return what a reader's digest holds.

    Followed stories come first, then the best by score, until there are `most`; the rest are counted.

    Args:
        pool: the stories that may be in any digest, best first.
        taste: the reader's schedule, rules and ledger.
        topics: in the order of their sections.
    """
    followed: list[tuple[Told, Item]] = []
    others: list[tuple[Told, Item]] = []
    # Most readers filter nothing, and this is asked of every story for every reader.
    is_open = replace(taste.filters, unread_only=False, searches=frozenset()) == Filters()
    for one in pool:
        item = _wanted(one, taste) if is_open or passes(one, taste.filters) else None
        if item is not None:
            (followed if one.story.id in taste.followed else others).append((one, item))
    chosen = [*followed, *others][: taste.most]
    mine = [item for one, item in chosen if one.story.id in taste.followed]
    sections = [Section(name="", shown=FOLLOWED, items=tuple(mine))] if mine else []
    names = {topic.name: topic.shown for topic in topics}
    by_topic: dict[str, list[Item]] = {name: [] for name in (*names, OTHER)}
    for one, item in chosen:
        if one.story.id not in taste.followed:
            topic = one.story.face.topic
            by_topic[topic if topic in names else OTHER].append(item)
    for name, items in by_topic.items():
        if items:
            sections.append(Section(name=name, shown=names.get(name, OTHER_SHOWN), items=tuple(items)))
    return Selection(sections=tuple(sections), more=len(followed) + len(others) - len(chosen))


def _wanted(one: Told, taste: Taste) -> Item | None:
    """Return a story that passes the filters as this reader's digest shows it, None when it does not."""
    if taste.found is not None and one.story.id not in taste.found:
        return None
    sent = taste.sent.get(one.story.id)
    if sent is not None:
        item = None if sent.is_muted else update(one, sent)
    else:
        item = one.item if _is_new(one, taste) else None
    if item is None or (taste.mutes and hidden_by(one.story, one.outlets, taste.mutes)):
        return None
    if taste.filters.unread_only and _is_read(one, taste.marks):
        return None
    return item


def _is_new(one: Told, taste: Taste) -> bool:
    if taste.since is None:
        return one.item.last_at > taste.first_since
    return one.arrived_at is not None and one.arrived_at > taste.since


def _is_read(one: Told, marks: Mapping[ArticleId, ReadMark]) -> bool:
    known = (*one.members, *one.folding.origin_of.values())
    mine = {article: marks[article] for article in known if article in marks}
    return read_state(one.members, one.folding, mine).reading is Reading.READ


def passes(one: Told, filters: Filters) -> bool:
    """Return whether a story is among those that the filters let through, whoever reads and searches."""
    return (
        one.item.reports >= filters.reports
        and (not filters.topics or (one.story.face.topic or OTHER) in filters.topics)
        and (not filters.folders or not filters.folders.isdisjoint(one.folders))
        and (not filters.outlets or not filters.outlets.isdisjoint(one.outlets))
    )


def update(one: Told, sent: Sent) -> Item | None:
    """Return a story that was sent before with what is new in it, None when nothing is.

    New is a number that no report gave before, or a headline that says something else while another
    independent report has come. A copy gives neither: only the reports that it copies are looked at.
    """
    fresh = [number for number in one.numbers if number not in sent.numbers]
    new_reports = sum(origin not in sent.origins for origin in one.origins)
    retold = new_reports > 0 and not alike(one.item.headline, sent.headline)
    if not fresh and not retold:
        return None
    said = tuple(dict.fromkeys(one.numbers[number] for number in fresh))[:NEW_FACTS]
    parts = [f"the headline was “{sent.headline.rstrip('.')}”"] if retold else []
    if new_reports:
        parts.append(f"{new_reports} more independent {'report' if new_reports == 1 else 'reports'}")
    # New numbers that are quoted say themselves that a number moved.
    differs = None if said and one.item.differs and one.item.differs.is_update else one.item.differs
    told = "; ".join(parts) or "new numbers in a report"
    return replace(one.item, update=told, said=said, differs=differs)


def merged(sent: Sent, told: Sent, *, now: datetime) -> Sent:
    """Return the line of the ledger after a story was sent again."""
    return replace(told, at=now, origins=sent.origins | told.origins, numbers=sent.numbers | told.numbers)


def alike(one: str, other: str) -> bool:
    """Return whether two headlines share at least half of their words."""
    words, others = _words(one), _words(other)
    together = len(words | others)
    return not together or len(words & others) / together >= ALIKE


def _words(headline: str) -> frozenset[str]:
    flat = "".join(sign if sign.isalnum() else " " for sign in headline.casefold())
    return frozenset(flat.split())
