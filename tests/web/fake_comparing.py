"""A Comparing made of values: one page with something in every section, for tests of how it is shown."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from aggregator.domain.comparing import DifferenceKind
from aggregator.domain.ids import ArticleId, OutletId, StoryId
from aggregator.readers.blindspots import Blindspot
from aggregator.readers.compared import (
    Cell,
    Change,
    Choice,
    ClaimRow,
    Column,
    ComparePage,
    DifferenceLine,
    Dot,
    FigureLine,
    Head,
    Quoted,
    Share,
    Source,
    Track,
)
from aggregator.readers.edits import Piece
from aggregator.readers.framing import Span
from tests.fakes import NOON

NAMES = {1: "The Orsholm Lantern", 2: "The Gull", 3: "Grenzbote"}


def source(outlet: int, text: str, *, place: int = 0, lang: str = "en") -> Source:
    return Source(
        article=ArticleId(outlet),
        outlet=OutletId(outlet),
        name=NAMES[outlet],
        headline="Tunnel burns",
        text=text,
        place=place,
        at=NOON - timedelta(hours=outlet),
        dated=True,
        lang=lang,
    )


def head(outlet: int, *spans: tuple[str, bool], lang: str = "en", copy_of: str = "") -> Head:
    told = tuple(Span(text=text, is_own=own) for text, own in spans)
    return Head(
        outlet=OutletId(outlet),
        name=NAMES[outlet],
        article=ArticleId(outlet),
        link=f"https://outlet{outlet}.example/1",
        headline=told,
        lead=(Span(text="Three people died in the tunnel."),),
        own=tuple(span.text for span in told if span.is_own),
        at=NOON - timedelta(hours=outlet),
        dated=True,
        lang=lang,
        copy_of=copy_of,
    )


THREE, FIVE = (
    "Three people died in the Plumbago tunnel, police said.",
    "The fire has killed five people <now>.",
)
SPOT = Blindspot(
    axis="country", value="Veldmark", reports=0, total=9, usual_reports=29, usual_total=90, stories=16,
    topic=None, chance=0.03, as_low=4,
)  # fmt: skip

PAGE = ComparePage(
    story=StoryId(1),
    headline="Fire in the Plumbago tunnel",
    lang="en",
    articles=4,
    outlets=3,
    reports=3,
    choices=tuple(
        Choice(key=str(key), name=name, is_chosen=key < 3, articles=key) for key, name in NAMES.items()
    ),
    axes=(
        Choice(key="country", name="Country", is_chosen=True),
        Choice(key="language", name="Language", is_chosen=False),
    ),
    by_axis=False,
    axis="country",
    columns=(
        Column(key="1", name=NAMES[1], outlets=(OutletId(1),), reports=1),
        Column(key="2", name=NAMES[2], outlets=(OutletId(2),), reports=1),
        Column(
            key="3", name=NAMES[3], outlets=(OutletId(3),), reports=1,
            unknown="it reports in another language",
        ),
    ),
    heads=(
        head(1, ("Fire in tunnel", False)),
        head(2, ("INFERNO", True), (" in tunnel", False), copy_of="The Orsholm Lantern"),
        head(3, ("Brand im Tunnel", True), lang="de"),
    ),
    rows=(
        ClaimRow(
            words=source(1, THREE),
            by=(NAMES[1],),
            outlets=3,
            not_by=(NAMES[2],),
            unknown=(NAMES[3],),
            cells=(
                Cell(state="said", said=(source(1, THREE),)),
                Cell(state="silent"),
                Cell(state="unknown", why="it reports in another language"),
            ),
        ),
    ),
    more_rows=2,
    alone=((NAMES[2], (source(2, "A heron watched it all – from the toll-gate."),)),),
    more_alone=1,
    differences=(
        DifferenceLine(
            kind=DifferenceKind.UPDATE,
            of="killed",
            figures=(
                FigureLine(source=source(1, THREE), written="Three", value=3, at=NOON - timedelta(hours=1)),
                FigureLine(source=source(2, FIVE), written="five", value=5, at=NOON),
            ),
        ),
        DifferenceLine(
            kind=DifferenceKind.CONTRADICTION,
            of="lorries",
            figures=(
                FigureLine(source=source(1, "Four lorries burned."), written="Four", value=4, at=NOON),
                FigureLine(source=source(2, "Six lorries burned."), written="Six", value=6, at=NOON),
            ),
        ),
    ),
    quotes=(Quoted(speaker="Odd Farthing", text="I ran back twice", source=source(2, "I ran back twice")),),
    tracks=(
        Track(
            outlet=OutletId(1), name=NAMES[1], first=NOON - timedelta(hours=3), hours_later=0.0,
            is_copy=False,
            dots=(Dot(across=0.0, at=NOON - timedelta(hours=3), kind="report"),),
        ),
        Track(
            outlet=OutletId(2), name=NAMES[2], first=NOON, hours_later=3.0, is_copy=True,
            dots=(Dot(across=1.0, at=NOON, kind="copy"),),
        ),
    ),
    undated=(NAMES[3],),
    shares=(
        Share(value="Castelmare", reports=2, share=2 / 3, outlets=(NAMES[1], NAMES[2])),
        Share(value="", reports=1, share=1 / 3, outlets=(NAMES[3],)),
    ),
    blindspots=(SPOT, replace(SPOT, value="Karshan", failing=(OutletId(3),))),
    unknown_names=((NAMES[3], "it reports in another language"),),
    changes=(
        Change(
            article=ArticleId(2),
            name=NAMES[2],
            seen_at=NOON - timedelta(hours=2),
            headline=(
                Piece(kind="gone", text="Three "),
                Piece(kind="new", text="Five "),
                Piece(kind="kept", text="dead"),
            ),
            text=(Piece(kind="new", text="More later."),),
            lang="en",
        ),
    ),
    outlet_names={OutletId(key): name for key, name in NAMES.items()},
)  # fmt: skip


@dataclass
class FakeComparing:
    """Has one story, 1, into which 2 was merged; remembers what it was asked."""

    page: ComparePage = PAGE
    asked: list[tuple[int, tuple[int, ...], str]] = field(default_factory=list)

    def __call__(
        self, story_id: int, /, *, outlets: Sequence[int] = (), axis: str = ""
    ) -> ComparePage | int | None:
        self.asked.append((story_id, tuple(outlets), axis))
        return {1: self.page, 2: 1}.get(story_id)
