"""What the page that compares a story's outlets shows, as values. All times are aware and in UTC."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from aggregator.domain.comparing import DifferenceKind
from aggregator.domain.ids import ArticleId, OutletId, StoryId
from aggregator.readers.blindspots import Blindspot
from aggregator.readers.edits import Piece
from aggregator.readers.framing import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A sentence with the report that has it; `place` counts its sentences from 0, −1 is the headline."""

    article: ArticleId
    outlet: OutletId
    name: str
    headline: str
    text: str
    place: int
    at: datetime
    dated: bool
    lang: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What one column has of a claim: `said`, `silent`, or `unknown` with the reason in words."""

    state: str
    said: tuple[Source, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRow:
    """A claim in its most typical words, who makes it of all outlets of the story, and its cells by column.

    `not_by` are outlets whose reports were read and lack it; of the `unknown` ones nobody can say.
    """

    words: Source
    by: tuple[str, ...]
    outlets: int
    not_by: tuple[str, ...]
    unknown: tuple[str, ...]
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column: an outlet, or a value of the axis with its outlets. `unknown` says why, in words."""

    key: str
    name: str
    outlets: tuple[OutletId, ...]
    reports: int
    unknown: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The first report of an outlet: headline and first lines, the words marked that few others have."""

    outlet: OutletId
    name: str
    article: ArticleId
    link: str
    headline: tuple[Span, ...]
    lead: tuple[Span, ...]
    own: tuple[str, ...]
    at: datetime
    dated: bool
    lang: str | None
    copy_of: str = ""
    """Name of the outlet whose text it carries, empty for one of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """An outlet or axis that can be chosen."""

    key: str
    name: str
    is_chosen: bool
    articles: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """An article on an outlet's line of time: `across` runs from 0 to 1; `kind` is `report` or `copy`."""

    across: float
    at: datetime
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """When an outlet reported: its first article, the lag behind the very first, and all its articles."""

    outlet: OutletId
    name: str
    first: datetime
    hours_later: float
    is_copy: bool
    dots: tuple[Dot, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A value of the axis in the coverage bar; an empty `value` is what the axis does not label."""

    value: str
    reports: int
    share: float
    outlets: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureLine:
    """A number in its sentence."""

    source: Source
    written: str
    value: float
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceLine:
    """Numbers for one thing that differ, the earliest first."""

    kind: DifferenceKind
    of: str
    figures: tuple[FigureLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """Who is quoted as saying what, where."""

    speaker: str
    text: str
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What an outlet changed in a report: words in and out of its headline and its text."""

    article: ArticleId
    name: str
    seen_at: datetime
    headline: tuple[Piece, ...]
    text: tuple[Piece, ...]
    lang: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparePage:
    """A story's outlets side by side.

    `axis` is the name of the chosen or shown axis; `problem` says in words what was wrong with what was asked
    for, and the page then shows what it shows of itself.
    """

    story: StoryId
    headline: str
    lang: str | None
    articles: int
    outlets: int
    reports: int
    choices: tuple[Choice, ...]
    axes: tuple[Choice, ...]
    by_axis: bool
    axis: str
    columns: tuple[Column, ...]
    heads: tuple[Head, ...]
    rows: tuple[ClaimRow, ...]
    more_rows: int
    alone: tuple[tuple[str, tuple[Source, ...]], ...]
    more_alone: int
    differences: tuple[DifferenceLine, ...]
    quotes: tuple[Quoted, ...]
    tracks: tuple[Track, ...]
    undated: tuple[str, ...]
    shares: tuple[Share, ...]
    blindspots: tuple[Blindspot, ...]
    unknown_names: tuple[tuple[str, str], ...]
    """Outlets of which it is not known what they leave out, each with the reason."""
    changes: tuple[Change, ...]
    outlet_names: Mapping[OutletId, str]
    problem: str = ""
