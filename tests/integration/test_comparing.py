"""A story compared from the database: worked out once, anew for what changed, and laid out as its page."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from aggregator.domain.feeds import Failure, FeedState, PollOutcome
from aggregator.domain.ids import StoryId
from aggregator.domain.labels import OwnLabel
from aggregator.domain.stories import Merged, StoryChanges
from aggregator.readers.compared import ComparePage
from aggregator.readers.comparing import Comparing
from aggregator.readers.laying import CHANGES
from aggregator.stories.comparing import Compare
from tests.databases import memory_storage
from tests.factories import make_draft
from tests.fakes import NOON
from tests.integration.test_reading import Paper

FIRE = "Three people were killed by the fire in the Plumbago tunnel."
FANS = "Half of the fans had been switched off for maintenance that week."
PASS = "The pass above needs chains, and nobody has driven over it since the first snow fell, they say,"


def body(*sentences: str, desk: str) -> str:
    return " ".join(
        (
            *sentences,
            f"{PASS} as the {desk} desk heard from a shepherd with nine dogs and no road to anywhere at all.",
        )
    )


@pytest.fixture
def paper() -> Iterator[Paper]:
    storage = memory_storage()
    yield Paper(storage=storage)
    storage.close()


def compare(paper: Paper) -> Compare:
    return Compare(storage=paper.storage, embedder=paper.embedder)


def page_of(paper: Paper, story: int, **asked: object) -> ComparePage:
    comparing = Comparing(storage=paper.storage, clock=paper.clock, compare=compare(paper))
    page = comparing(story, **asked)  # type: ignore[arg-type]
    assert isinstance(page, ComparePage)
    return page


def three_reports(paper: Paper) -> StoryId:
    told = (("lantern", FIRE, FANS), ("gull", FIRE.replace("were", "are"), FANS), ("signal", FIRE, ""))
    ids = [
        paper.article(
            outlet,
            f"Tunnel burns, writes {outlet}",
            body(fire, fans, desk=outlet) if fans else body(fire, desk=outlet),
            published_at=NOON - timedelta(hours=9 - hours),
        )
        for hours, (outlet, fire, fans) in enumerate(told)
    ]
    return paper.story(*ids)


def test_story_is_compared_once_and_then_read(paper: Paper) -> None:
    story = three_reports(paper)
    first = compare(paper)(story)
    paper.embedder.encoded.clear()
    assert compare(paper)(story) == first
    assert paper.embedder.encoded == []


def test_new_article_has_only_its_own_sentences_embedded(paper: Paper) -> None:
    story = three_reports(paper)
    before = compare(paper)(story)
    paper.embedder.encoded.clear()
    new = "A bus driver named Odd Farthing ran back twice to knock on windows."
    late = paper.article("kettle", "Bus driver ran back into burning tunnel", body(FIRE, new, desk="kettle"))
    with paper.storage.writing() as work:
        members = frozenset([*work.stories.members([story])[story], late])
        work.stories.apply(StoryChanges(members={story: members}), now=NOON)
    paper.embedder.encoded.clear()
    after = compare(paper)(story)
    assert FIRE not in paper.embedder.encoded
    assert set(paper.embedder.encoded) == {
        "Bus driver ran back into burning tunnel",
        new,
        f"{PASS} as the kettle desk heard from a shepherd with nine dogs and no road to anywhere at all.",
    }
    assert after.of != before.of
    assert new in {one.text for one in after.alone}


def test_page_lays_outlets_out_with_who_says_what(paper: Paper) -> None:
    page = page_of(paper, three_reports(paper))
    assert [column.name for column in page.columns] == ["The Lantern", "The Gull", "The Signal"]
    row = next(row for row in page.rows if "Half of the fans" in row.words.text)
    assert (row.by, row.outlets, row.not_by, row.unknown) == (
        ("The Lantern", "The Gull"),
        3,
        ("The Signal",),
        (),
    )
    assert [cell.state for cell in row.cells] == ["said", "said", "silent"]
    assert [(track.name, track.hours_later) for track in page.tracks] == [
        ("The Lantern", 0.0),
        ("The Gull", 1.0),
        ("The Signal", 2.0),
    ]


def test_copy_says_what_its_origin_says_and_counts_once(paper: Paper) -> None:
    story = three_reports(paper)
    with paper.storage.writing() as work:
        first, *_ = members = work.stories.members([story])[story]
    copy = paper.article("kettle", "Tunnel burns", body(FIRE, FANS, desk="lantern"))
    paper.fold(copies={copy: first}, discusses={})
    with paper.storage.writing() as work:
        work.stories.apply(StoryChanges(members={story: frozenset([*members, copy])}), now=NOON)
    lantern, kettle = paper.outlet("lantern"), paper.outlet("kettle")
    page = page_of(paper, story, outlets=[lantern, kettle])
    row = next(row for row in page.rows if "Half of the fans" in row.words.text)
    assert [[source.name for source in cell.said] for cell in row.cells] == [["The Lantern"], ["The Lantern"]]
    assert row.outlets == 3


def test_axis_makes_columns_and_shares_and_keeps_the_unlabelled(paper: Paper) -> None:
    story = three_reports(paper)
    page = page_of(paper, story, axis="country")
    assert (page.by_axis, page.axis) == (True, "country")
    assert [column.name for column in page.columns] == ["Not labelled"]
    assert [(share.value, share.reports) for share in page.shares] == [("", 3)]


def test_own_label_makes_an_axis_to_lay_the_story_out_by(paper: Paper) -> None:
    story = three_reports(paper)
    label = OwnLabel(domain="lantern.example", axis="slant", value="dry")
    with paper.storage.writing() as work:
        work.outlet_labels.put([label], now=NOON)
    page = page_of(paper, story, axis="slant")
    assert page.axes[-1].name == "Slant"
    assert {column.name: len(column.outlets) for column in page.columns} == {"dry": 1, "Not labelled": 2}


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"axis": "colour"}, "There is no axis “colour”: choose one of country, owner, type, language."),
        ({"outlets": [999, 1]}, "An outlet that you asked for has no report in this story."),
        ({"outlets": [1]}, "One outlet alone cannot be compared: choose two to six."),
    ],
)
def test_what_cannot_be_laid_out_is_told_and_the_page_still_stands(
    paper: Paper, asked: dict[str, object], said: str
) -> None:
    page = page_of(paper, three_reports(paper), **asked)
    assert page.problem.startswith(said)
    assert len(page.columns) == 3


def test_latest_changes_are_shown_word_by_word_and_no_more_than_fit(paper: Paper) -> None:
    story, feed = three_reports(paper), paper.feed("lantern")
    with paper.storage.writing() as work:
        (article,) = work.articles.get_many(work.stories.members([story])[story][:1])
        for number in range(CHANGES + 3):
            draft = make_draft(f"Tunnel burns, state {number}", article.text, url=article.url)
            at = NOON + timedelta(minutes=number)
            work.articles.change(article.id, draft, feed_id=feed, now=at)
    page = page_of(paper, story)
    assert len(page.changes) == CHANGES
    assert [(piece.kind, piece.text.strip()) for piece in page.changes[0].headline] == [
        ("kept", "Tunnel burns, state"),
        ("gone", str(CHANGES + 1)),
        ("new", str(CHANGES + 2)),
    ]


def test_outlet_whose_feed_fails_is_unknown_and_not_silent(paper: Paper) -> None:
    story = three_reports(paper)
    feed = paper.feed("signal")
    outcome = PollOutcome(
        polled_at=NOON,
        next_poll_at=NOON + timedelta(hours=1),
        state=FeedState.ACTIVE,
        failures=3,
        failure=Failure.TIMEOUT,
    )
    with paper.storage.writing() as work:
        work.feeds.claim([feed], owner="a", now=NOON, until=NOON + timedelta(hours=1))
        work.feeds.record(feed, outcome, owner="a")
    page = page_of(paper, story)
    row = next(row for row in page.rows if "Half of the fans" in row.words.text)
    assert (row.not_by, row.unknown, row.cells[2].state) == ((), ("The Signal",), "unknown")
    assert page.unknown_names == (("The Signal", "its feed was failing"),)


def test_number_of_a_merged_story_leads_on_and_one_of_none_is_none(paper: Paper) -> None:
    story, other = three_reports(paper), paper.story(paper.article("chronicle", "Otters counted", "Otters."))
    with paper.storage.writing() as work:
        work.stories.apply(StoryChanges(merged=(Merged(story=other, into=story),)), now=NOON)
    comparing = Comparing(storage=paper.storage, clock=paper.clock, compare=compare(paper))
    assert (comparing(other), comparing(999)) == (story, None)
