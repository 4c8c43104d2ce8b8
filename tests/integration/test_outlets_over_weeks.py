"""Labels, outlets' work, overlap, lenses and questions over a real database: from articles to values."""

from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.domain.feeds import Failure
from aggregator.domain.ids import ArticleId, FeedId, OutletId
from aggregator.domain.outlet_errors import LabelRefused, LensUnknown, OutletUnknown
from aggregator.domain.stories import Folding, Opened, StoryChanges
from aggregator.readers.ask import COLD, Ask, AskPage
from aggregator.readers.frontlenses import Asked, FrontLenses, LensKind
from aggregator.readers.labelling import Labelling
from aggregator.readers.meaning import Meaning
from aggregator.readers.outletfacts import Share
from aggregator.readers.outletwork import OutletWork
from aggregator.readers.rephrase import NotRephrased
from aggregator.storage import Storage
from aggregator.stories.sentences import sentences_of
from tests.contract.test_storage_stories import make_face
from tests.databases import file_storage
from tests.factories import make_draft, make_new_feed
from tests.fakes import NOON, FrozenClock, HashedWords, InlineExecutor

LONG_AGO = NOON - timedelta(days=60)


@dataclass
class Desk:
    """A database that tests fill with stories, and the services over it."""

    storage: Storage
    clock: FrozenClock
    outlets: dict[str, tuple[OutletId, FeedId]] = field(default_factory=dict)
    count: int = 0

    def outlet(self, name: str) -> tuple[OutletId, FeedId]:
        if name not in self.outlets:
            with self.storage.writing() as work:
                key = work.outlets.ensure(f"{name}.example", name=name.title())
                feed = make_new_feed(f"https://{name}.example/feed.xml")
                self.outlets[name] = (key, work.feeds.add(feed, key, now=LONG_AGO))
        return self.outlets[name]

    def story(self, *told: str, hours: float = 8, texts: dict[str, str] | None = None) -> int:
        """Store a story; each word is an outlet, with a star for a copy of the first."""
        ids: list[ArticleId] = []
        copies: dict[ArticleId, ArticleId] = {}
        for place, name in enumerate(told):
            outlet, feed = self.outlet(name.rstrip("*"))
            self.count += 1
            draft = make_draft(
                f"Report {self.count}",
                (texts or {}).get(name, f"Text {self.count} of the report, which says little more."),
                published_at=NOON - timedelta(hours=hours - place / 2),
            )
            with self.storage.writing() as work:
                ids += work.articles.add([draft], outlet_id=outlet, feed_id=feed, now=NOON)
            if name.endswith("*"):
                copies[ids[-1]] = ids[0]
        with self.storage.writing() as work:
            work.articles.store_folding(Folding(origin_of=copies), among=ids)
            (story,) = work.stories.apply(StoryChanges(opened=(Opened(members=frozenset(ids)),)), now=NOON)
            face = make_face(
                ids[0],
                first_at=NOON - timedelta(hours=hours),
                last_at=NOON - timedelta(hours=hours - (len(told) - 1) / 2),
                article_count=len(ids),
                outlet_count=len({name.rstrip("*") for name in told}),
                origin_count=len(ids) - len(copies),
            )
            work.stories.set_faces({story: face})
        return story

    def polled(self, *failing: str) -> None:
        """Note a poll of every feed for each of the last twelve hours."""
        with self.storage.writing() as work:
            for name, (_, feed) in self.outlets.items():
                for hours in range(12, 0, -1):
                    failure = Failure.TIMEOUT if name in failing else None
                    work.polls.add(feed, at=NOON - timedelta(hours=hours), failure=failure, new=0)

    @property
    def labelling(self) -> Labelling:
        return Labelling(storage=self.storage, clock=self.clock)

    @property
    def work(self) -> OutletWork:
        return OutletWork(storage=self.storage, clock=self.clock)

    def through(self, kind: LensKind, **asked: object) -> dict[str, list[int]]:
        lenses = FrontLenses(storage=self.storage, clock=self.clock, window=timedelta(hours=96))
        page = lenses(Asked(kind=kind, **asked))  # type: ignore[arg-type]
        return {group.value: [one.card.id for one in group.cards] for group in page.groups}


@pytest.fixture
def desk(tmp_path: Path, clock: FrozenClock) -> Iterator[Desk]:
    storage = file_storage(tmp_path / "news.db")
    yield Desk(storage=storage, clock=clock)
    storage.close()


def test_a_label_is_set_shown_replaced_and_taken_away(desk: Desk) -> None:
    desk.outlet("lantern")
    put = desk.labelling.put
    assert put("lantern.example", "Slant", " very  dry ") == "Lantern is “very dry” on the axis “slant” now."
    assert put("LANTERN", "slant", "wet", source="me") == "Lantern is “wet” on the axis “slant” now."
    (line,) = desk.labelling.table().outlets
    assert (line.labels["slant"].value, line.labels["slant"].source) == ("wet", "your own label (me)")
    assert put("1", "slant", "") == "Your label of Lantern on the axis “slant” was taken away."
    assert desk.labelling.table().axes == ("country", "language", "type", "owner")


def test_a_label_for_nobody_or_of_nothing_is_refused(desk: Desk) -> None:
    desk.outlet("lantern")
    with pytest.raises(OutletUnknown):
        desk.labelling.put("herald", "slant", "dry")
    with pytest.raises(LabelRefused, match="has no label of yours"):
        desk.labelling.put("lantern", "slant", "")


def test_labels_go_out_and_come_back_and_wait_for_their_outlet(desk: Desk) -> None:
    desk.outlet("lantern")
    document = b"domain,slant,reach,source\r\nlantern.example,dry,,me\r\nherald.example,wet,far,\r\n"
    assert desk.labelling.preview(document, "mine.csv").count("new") == 2
    assert desk.labelling.table().waiting == ()
    desk.labelling.import_csv(document, "mine.csv")
    assert [one.domain for one in desk.labelling.table().waiting] == ["herald.example"] * 2
    out = desk.labelling.export_csv()
    assert out == (
        b"domain,name,reach,slant,source\r\nherald.example,,far,wet,\r\nlantern.example,Lantern,,dry,me\r\n"
    )
    assert desk.labelling.import_csv(out, "again.csv").count("same") == 2
    desk.outlet("herald")
    assert desk.labelling.table().waiting == ()


def test_too_many_axes_are_refused_and_nothing_is_stored(desk: Desk) -> None:
    desk.outlet("lantern")
    first = [f"a{number}" for number in range(40)]
    row = ",".join(["lantern.example", *first])
    desk.labelling.import_csv(f"domain,{','.join(first)}\n{row}\n".encode(), "many.csv")
    with pytest.raises(LabelRefused, match="40 axes already"):
        desk.labelling.import_csv(b"domain,one more\nlantern.example,x\n", "more.csv")
    assert len(desk.labelling.table().axes) == 44


def test_work_of_an_outlet_counts_its_stories_beside_the_others(desk: Desk) -> None:
    desk.story("lantern", "gull")
    desk.story("gull", "lantern*")
    desk.story("lantern")
    desk.story("lantern", hours=24 * 40)
    page = desk.work.outlet(desk.outlet("lantern")[0])
    assert page is not None
    facts = page.facts
    assert (facts.articles, facts.stories) == (3, 3)
    assert (facts.first, facts.exclusive) == (Share(part=1, whole=2), Share(part=1, whole=3))
    assert facts.from_others == Share(part=1, whole=3)
    assert facts.shared == ((desk.outlet("gull")[0], Share(part=2, whole=3)),)
    assert len(page.feeds) == 1
    assert desk.work.outlet(404) is None


def test_of_a_very_busy_outlet_the_newest_articles_are_counted_over_a_shorter_span(desk: Desk) -> None:
    for days in (1, 3, 20):
        desk.story("lantern", hours=24 * days)
    page = replace(desk.work, most=2).outlet(desk.outlet("lantern")[0])
    assert page is not None
    assert (page.days, page.facts.articles, len(page.facts.days)) == (3, 2, 4)


def test_overlap_looks_at_the_busiest_outlets_and_advises(desk: Desk) -> None:
    for _ in range(20):
        desk.story("lantern", "gull")
    desk.story("lantern")
    desk.outlet("silent")
    page = desk.work.overlap()
    lantern, gull = desk.outlet("lantern")[0], desk.outlet("gull")[0]
    assert page.matrix.outlets == (lantern, gull)
    assert [(one.outlet, one.beside, one.own.part) for one in page.suggestions] == [(gull, lantern, 0)]


def test_lenses_show_stories_by_who_tells_them(desk: Desk) -> None:
    both, alone, mixed = desk.story("lantern", "gull"), desk.story("lantern"), desk.story("lantern", "wire")
    for name, country in (("lantern", "North"), ("gull", "North"), ("wire", "South")):
        desk.labelling.put(name, "country", country)
    lantern = desk.outlet("lantern")[0]
    assert desk.through(LensKind.ONE) == {"North": [both]}
    assert desk.through(LensKind.ALONE) == {"Lantern": [alone]}
    assert desk.through(LensKind.ALONE, outlet=lantern) == {"Lantern": [alone]}
    assert desk.through(LensKind.BY, value="South") == {"South": [mixed]}
    by = desk.through(LensKind.BY)
    assert {key: set(ids) for key, ids in by.items()} == {"North": {both, alone}, "South": {mixed}}


@pytest.mark.parametrize("asked", [{"axis": "colour"}, {"outlet": OutletId(404)}])
def test_a_lens_that_there_is_not_is_refused(desk: Desk, asked: dict[str, object]) -> None:
    with pytest.raises(LensUnknown):
        desk.through(LensKind.ALONE, **asked)


def habit(desk: Desk) -> int:
    """Store eight stories that north and south both tell widely, and one that south leaves out."""
    for _ in range(8):
        desk.story("n1", "n2", "s1", "s2", "s3")
    silent = desk.story("n1", "n2", "n1", "n2", "n1", "n2")
    for name in desk.outlets:
        desk.labelling.put(name, "country", "North" if name.startswith("n") else "South")
    return silent


def test_a_blindspot_is_found_where_every_feed_could_be_read(desk: Desk) -> None:
    silent = habit(desk)
    desk.polled()
    assert desk.through(LensKind.BLINDSPOTS) == {"South": [silent]}


@pytest.mark.parametrize("failing", ["s1", "s2", "s3"])
def test_no_blindspot_is_ever_from_a_failing_feed(desk: Desk, failing: str) -> None:
    habit(desk)
    desk.polled(failing)
    assert desk.through(LensKind.BLINDSPOTS) == {}


@dataclass
class Model:
    """Says what a test wants."""

    answer: str | NotRephrased
    model: str = "small-model"
    asked: list[str] = field(default_factory=list)

    def __call__(self, question: str, extracts: object, /) -> str | NotRephrased:
        self.asked.append(question)
        return self.answer


REEF = "The ferry struck Cormorant Ledge in thick fog with 245 people aboard."


def asking(desk: Desk, model: Model | None = None) -> Ask:
    meaning = Meaning(storage=desk.storage, embedder=HashedWords(), executor=InlineExecutor())
    return Ask(storage=desk.storage, meaning=meaning, cut=sentences_of, rephrase=model)


def test_a_question_is_answered_by_a_sentence_with_its_source_one_an_origin(desk: Desk) -> None:
    story = desk.story(
        "lantern", "gull*", texts={"lantern": f"{REEF} Nobody died.", "gull*": f"{REEF} Nobody died."}
    )
    desk.story("wire", texts={"wire": "The council discussed parking fees for an hour in the evening."})
    for page in (asking(desk)("ferry struck ledge fog"), asking(desk)("ferry struck ledge fog", story=story)):
        assert isinstance(page, AskPage)
        assert [(one.number, one.text, one.outlet) for one in page.answers] == [(1, REEF, "Lantern")]


def test_a_question_that_nothing_answers_has_no_answer(desk: Desk) -> None:
    desk.story("lantern", texts={"lantern": REEF})
    page = asking(desk)("Which otter won the chess tournament?")
    assert isinstance(page, AskPage)
    assert (page.answers, page.note) == ((), "")


def test_a_question_without_a_telling_word_asks_for_one(desk: Desk) -> None:
    page = asking(desk)("What is it?")
    assert isinstance(page, AskPage)
    assert page.note == "Ask with at least one word that says what it is about."
    assert asking(desk)("ferry", story=404) is None


class Busy:
    """An executor that never gets round to it."""

    def __init__(self) -> None:
        self.waiting: list[Future[object]] = []

    def submit(self, call: object, /, *args: object, **kwargs: object) -> "Future[object]":
        self.waiting.append(Future())
        return self.waiting[-1]


def test_while_the_model_is_busy_the_words_alone_answer_and_the_page_says_so(desk: Desk) -> None:
    desk.story("lantern", texts={"lantern": REEF})
    busy = Busy()
    meaning = Meaning(storage=desk.storage, embedder=HashedWords(), executor=busy)  # type: ignore[arg-type]
    ask = Ask(storage=desk.storage, meaning=meaning, cut=sentences_of, patience=0)
    found, nothing = ask("ferry struck ledge fog"), ask("Which ledge did the otter like?")
    assert isinstance(found, AskPage)
    assert isinstance(nothing, AskPage)
    assert ([one.text for one in found.answers], nothing.answers) == ([REEF], ())
    assert found.note == COLD
    assert busy.waiting[-1].cancelled()


GOOD = "The ferry struck Cormorant Ledge [1]."


@pytest.mark.parametrize(
    ("answer", "rephrased", "note"),
    [
        (GOOD, (GOOD,), ""),
        ("The ferry struck it.", (), "is not shown: a sentence of it names no source."),
        ("It struck [9].", (), "is not shown: it names a source that was not found."),
        (NotRephrased(reason="it could not be reached"), (), "but it could not be reached."),
    ],
    ids=["good", "uncited", "unknown", "down"],
)
def test_a_model_may_only_reword_and_else_the_extract_stands(
    desk: Desk, answer: str | NotRephrased, rephrased: tuple[str, ...], note: str
) -> None:
    desk.story("lantern", texts={"lantern": REEF})
    page = asking(desk, Model(answer))("ferry struck ledge fog")
    assert isinstance(page, AskPage)
    assert (page.rephrased, [one.text for one in page.answers]) == (rephrased, [REEF])
    assert page.note.endswith(note)


def test_the_model_is_not_asked_when_nothing_was_found_or_nobody_opened_the_page(desk: Desk) -> None:
    desk.story("lantern", texts={"lantern": REEF})
    model = Model(GOOD)
    asking(desk, model)("Which otter won the chess tournament?")
    asking(desk, model)("ferry struck ledge fog", may_rephrase=False)
    assert model.asked == []
