"""Groups of one run, and the lasting stories that people link to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import NamedTuple

from aggregator.domain.ids import ArticleId, CorrectionId, OutletId, StoryId


@dataclass(frozen=True, slots=True, kw_only=True)
class Folding:
    """Which articles are the same text (PRODUCT.md: repost, copy) and which only point at another.

    `origin_of` maps every article to the earliest article with its text; an article that is its own
    origin is an independent report. Reposts and copies both have another article as their origin:
    a repost shares its outlet. `discusses` maps an aggregator's entry to the article it links to.
    """

    origin_of: Mapping[ArticleId, ArticleId] = field(default_factory=dict)
    discusses: Mapping[ArticleId, ArticleId] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Partition:
    """What one grouping returns: nameless groups of two or more, and noise. Disjoint."""

    groups: tuple[frozenset[ArticleId], ...] = ()
    noise: frozenset[ArticleId] = frozenset()

    def articles(self) -> frozenset[ArticleId]:
        """Return every article that the run looked at."""
        return self.noise.union(*self.groups)


class StoryState(StrEnum):
    """`open` may still grow; `retired` has left the window; `merged` lives on as another story."""

    OPEN = "open"
    RETIRED = "retired"
    MERGED = "merged"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackedStory:
    """An open story as `track` sees it: its number and all its members, in the window or not."""

    id: StoryId
    opened_at: datetime
    members: frozenset[ArticleId]


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A story to open; `split_from` names the story that most of its articles were in before.

    `follows` is an article of the closed story that it takes up after a silence.
    """

    members: frozenset[ArticleId]
    split_from: StoryId | None = None
    follows: ArticleId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """A story that lives on in another: its id redirects for ever."""

    story: StoryId
    into: StoryId


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryChanges:
    """What one tracking run changes. `members` holds the full new membership of changed stories."""

    opened: tuple[Opened, ...] = ()
    members: Mapping[StoryId, frozenset[ArticleId]] = field(default_factory=dict)
    merged: tuple[Merged, ...] = ()
    retired: tuple[StoryId, ...] = ()

    def is_empty(self) -> bool:
        """Return whether there is nothing to store."""
        return not (self.opened or self.members or self.merged or self.retired)


@dataclass(frozen=True, slots=True, kw_only=True)
class RankPart:
    """One reason for a story's place: a name for machines, its share of the score, words for people."""

    name: str
    value: float
    why: str


NEWNESS = "newness"
"""Name of the rank part that grows with time; see `newness`."""
HOURS_A_DOUBLING = 12.0
"""A morning's story with twice the reports stays above an evening's: tried on the 2020 snapshots."""
_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)


def newness(at: datetime) -> float:
    """Return the rank part of a latest report at `at`: one more for every `HOURS_A_DOUBLING` hours.

    It counts from a fixed moment, so that scores of builds at different hours compare; a page shows
    it against its own moment, `newness(at) - newness(now)`.
    """
    return (at - _EPOCH).total_seconds() / 3600 / HOURS_A_DOUBLING


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryFace:
    """How a story is shown, worked out from its articles: counts, times, lead, rank with its parts.

    `origin_count` is the number of independent reports; `score` is the sum of `parts` and comparable
    between faces of any age (see `domain/rank.py`). `excerpt` is the first lines of the lead's text.
    `topic` is a topic's name, None where none is sure enough.
    """

    lead_id: ArticleId
    headline: str
    excerpt: str
    first_at: datetime
    last_at: datetime
    article_count: int
    outlet_count: int
    origin_count: int
    lang: str | None
    score: float
    parts: tuple[RankPart, ...]
    topic: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A story as stored. `merged_into` is set once its id only redirects.

    `follows` is the story that it takes up, by the number that it had when this one opened.
    """

    id: StoryId
    state: StoryState
    opened_at: datetime
    face: StoryFace
    merged_into: StoryId | None = None
    split_from: StoryId | None = None
    follows: StoryId | None = None


class Member(NamedTuple):
    """An article of a story as a card counts it. A tuple, because one page reads a thousand.

    `origin` is the article whose text it carries, itself for an independent report; `discusses` is the one
    that it only points at. `joined_at` is since when it is in the story. `link` is only that of the lead.
    Times are UTC.
    """

    id: ArticleId
    outlet_id: OutletId
    at: datetime
    dated: bool
    origin: ArticleId
    discusses: ArticleId | None
    joined_at: datetime
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryEvent:
    """One line of a story's visible history: opened, grown, merged, split, retired. UTC."""

    at: datetime
    kind: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildReport:
    """What one build did, for the log and the command line."""

    embedded: int = 0
    articles: int = 0
    opened: int = 0
    changed: int = 0
    merged: int = 0
    retired: int = 0
    seconds: Mapping[str, float] = field(default_factory=dict)


class LinkKind(StrEnum):
    """`must`: the two articles belong to one story; `cannot`: they do not, and the first leaves."""

    MUST = "must"
    CANNOT = "cannot"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What a reader said of two articles."""

    kind: LinkKind
    one: ArticleId
    other: ArticleId


class CorrectionAction(StrEnum):
    """`merge`: two stories are one; `split`: articles leave for a story of their own; `move`: for another."""

    MERGE = "merge"
    SPLIT = "split"
    MOVE = "move"


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """One thing that a reader put right, with the links that keep it right in every later build.

    `detail` is a sentence about it; `by` says where it came from; `moved` holds for each article that
    changed its story the one before and the one after; `at` and `undone_at` are UTC.
    """

    id: CorrectionId
    action: CorrectionAction
    detail: str
    at: datetime
    by: str
    links: tuple[Link, ...]
    moved: Mapping[ArticleId, tuple[StoryId, StoryId]]
    undone_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """Why an article is in its story: the member nearest to it, and the parts of the evidence by name.

    `score` is the probability that both report one event; parts that could not be measured, such as
    hours between undated articles, are left out. `shared` are the few most telling words that both
    have, as articles write them, the most telling first.
    """

    article: ArticleId
    nearest: ArticleId
    score: float
    parts: Mapping[str, float]
    shared: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A sentence exactly as an article has it, blanks made single."""

    article: ArticleId
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What somebody said, exactly as an article has it between quotation marks."""

    article: ArticleId
    speaker: str
    text: str


class NameKind(StrEnum):
    """What a name is of; `other` where that cannot be told."""

    PERSON = "person"
    PLACE = "place"
    ORGANISATION = "organisation"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """Somebody or something that a story names, and in how many of its independent reports."""

    name: str
    kind: NameKind
    reports: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Gist:
    """What a story says in its articles' own words. `of` names the state of the articles it was read from."""

    of: str
    summary: tuple[Sentence, ...] = ()
    quotes: tuple[Quote, ...] = ()
    names: tuple[Name, ...] = ()
