"""Labels, outlets' work and lenses made of values, for the pages."""

from dataclasses import dataclass, field, replace
from datetime import timedelta, tzinfo
from typing import Any

from aggregator.domain.ids import ArticleId, OutletId, StoryId
from aggregator.domain.labels import BUILT_IN, labels_of
from aggregator.domain.outlet_errors import LabelRefused, LabelsUnreadable, LensUnknown
from aggregator.readers.ask import Answer, AskPage
from aggregator.readers.frontlenses import Asked, LensCard, LensGroup, LensPage
from aggregator.readers.labelfile import LabelReport, read_labels, render_labels
from aggregator.readers.labelling import LabelledOutlet, LabelTable
from aggregator.readers.lens import Lens
from aggregator.readers.outletfacts import Carried, Facts, Lag, Share
from aggregator.readers.outletwork import OutletPage, OverlapPage
from aggregator.readers.overlap import Matrix, suggestions
from tests.fakes import NOON
from tests.web.fake_reading import OUTLETS, make_card, make_outlet

FACTED = (
    make_outlet(1, country="Veldmark", kind="broadsheet", lang="en", source="Wikipedia: Lantern"),
    make_outlet(2, country="Castelmare", lang="en"),
    make_outlet(3),
)


@dataclass
class FakeLabelling:
    """Keeps labels in a list; outlet 404 does not exist."""

    asked: list[tuple[str, ...]] = field(default_factory=list)
    own: list[Any] = field(default_factory=list)

    def table(self) -> LabelTable:
        return LabelTable(
            axes=(*BUILT_IN, *sorted({one.axis for one in self.own} - set(BUILT_IN))),
            outlets=tuple(
                LabelledOutlet(outlet=outlet, labels={one.axis: one for one in labels_of(outlet, self.own)})
                for outlet in FACTED
            ),
            waiting=(),
        )

    def put(self, outlet: str, axis: str, value: str, *, source: str = "") -> str:
        if axis == "name":
            raise LabelRefused("“name” cannot be an axis")
        self.asked.append((outlet, axis, value, source))
        return "Done."

    def preview(self, document: bytes, name: str) -> LabelReport:
        return read_labels(document, name=name, outlets=FACTED, own=self.own)

    def import_csv(self, document: bytes, name: str) -> LabelReport:
        report = self.preview(document, name)
        if name == "no.csv":
            raise LabelsUnreadable(name, "it is not CSV")
        self.own += [label for line in report.lines for label in line.labels]
        return report

    def export_csv(self) -> bytes:
        return render_labels(self.own, FACTED)


def make_facts(**fields: Any) -> Facts:
    first = (NOON - timedelta(days=28)).date()
    values: dict[str, Any] = {
        "articles": 60,
        "stories": 40,
        "topics": (("world", 25), (None, 15)),
        "days": tuple((first + timedelta(days=number), number % 4) for number in range(29)),
        "first": Share(part=6, whole=24),
        "lag": Lag(median=timedelta(minutes=50), stories=18),
        "exclusive": Share(part=16, whole=40),
        "carried": (Carried(articles=9, credited="Marble Wire"), Carried(articles=2, outlet=OutletId(2))),
        "from_others": Share(part=11, whole=60),
        "reposts": 1,
        "edited": Share(part=3, whole=60),
        "shared": ((OutletId(2), Share(part=20, whole=40)), (OutletId(3), Share(part=4, whole=40))),
    }
    return Facts(**values | fields)


@dataclass
class FakeOutletWork:
    """The same work for every outlet, and a matrix of three."""

    facts: Facts = field(default_factory=make_facts)

    def outlet(self, outlet_id: int, *, zone: tzinfo | None = None) -> OutletPage | None:
        outlet = FACTED[0]
        return OutletPage(
            outlet=outlet,
            labels=labels_of(outlet, ()),
            facts=self.facts,
            days=28,
            names={OutletId(key): name for key, name in OUTLETS.items()},
            topics={"world": ("world", "World"), None: ("other", "Other stories")},
            feeds=(),
        )

    def overlap(self) -> OverlapPage:
        one, two, three = OutletId(1), OutletId(2), OutletId(3)
        found = Matrix(
            outlets=(one, two, three),
            stories={one: 120, two: 60, three: 7},
            told={(one, two): 50, (two, one): 52, (three, one): 3},
            own={
                (one, two): 64,
                (one, three): 117,
                (two, one): 4,
                (two, three): 55,
                (three, one): 4,
                (three, two): 6,
            },
            alone={one: 60, two: 3, three: 4},
            worded={one: 110, two: 50, three: 7},
        )
        return OverlapPage(
            matrix=found,
            suggestions=suggestions(found),
            names={OutletId(key): name for key, name in OUTLETS.items()},
            days=28,
            left_out=2,
        )


@dataclass
class FakeLenses:
    """One group with one story, or `groups`; remembers what was asked."""

    asked: list[Asked] = field(default_factory=list)
    groups: tuple[LensGroup, ...] = (
        LensGroup(value="Veldmark", cards=(LensCard(card=make_card(1), note=""),), more=2),
    )
    fields: dict[str, Any] = field(default_factory=dict)

    def __call__(self, asked: Asked, *, lens: Lens | None = None) -> LensPage:
        self.asked.append(asked)
        if asked.axis == "colour":
            raise LensUnknown("there is no axis “colour”")
        page = LensPage(
            asked=asked,
            outlet=FACTED[0] if asked.outlet else None,
            groups=self.groups,
            looked_at=30,
            several=12,
            widely=4,
            labelled=2,
            axes=BUILT_IN,
            values=("Castelmare", "Veldmark"),
            outlets=FACTED,
        )
        return replace(page, **self.fields)


@dataclass
class FakeAsk:
    """Answers every question but "nothing" with one sentence; story 404 is none, story 8 became story 1."""

    asked: list[tuple[str, int | None, bool]] = field(default_factory=list)
    fields: dict[str, Any] = field(default_factory=dict)

    def __call__(
        self, question: str, *, story: int | None = None, may_rephrase: bool = True
    ) -> AskPage | int | None:
        self.asked.append((question, story, may_rephrase))
        if story in (404, 8):
            return 1 if story == 8 else None
        answer = Answer(
            number=1,
            text="Divers found a crack as long as an arm.",
            article=ArticleId(3),
            headline="Harbour bridge closed",
            link="https://outlet1.example/3",
            outlet_id=OutletId(1),
            outlet=OUTLETS[1],
            at=NOON - timedelta(hours=6),
            lang="en",
            fit=0.8,
        )
        page = AskPage(
            question=question,
            story=StoryId(story) if story else None,
            headline="Harbour bridge closed" if story else "",
            answers=(answer,) if question not in ("", "nothing") else (),
            looked_at=12,
        )
        return replace(page, **self.fields)


@dataclass
class FakeDesk:
    """All of them together."""

    labelling: FakeLabelling = field(default_factory=FakeLabelling)
    work: FakeOutletWork = field(default_factory=FakeOutletWork)
    lenses: FakeLenses = field(default_factory=FakeLenses)
    ask: FakeAsk = field(default_factory=FakeAsk)
