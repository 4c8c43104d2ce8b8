"""What differs between outlets, in a sentence: a number first, else what some leave out, never a guess."""

from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.digests.content import from_json, to_json
from aggregator.digests.differing import QUOTED, Press, differs
from aggregator.digests.render import Render
from aggregator.digests.select import Differs, Extract, update
from aggregator.domain.articles import Article
from aggregator.domain.comparing import (
    HEADLINE,
    Claim,
    Comparison,
    Difference,
    DifferenceKind,
    Figure,
    Said,
    Unread,
    UnreadReport,
)
from aggregator.domain.digests import Sent
from aggregator.domain.ids import ArticleId, OutletId
from aggregator.domain.stories import Folding
from tests.factories import make_article
from tests.fakes import NOON
from tests.unit.digests.items import OUTLETS, make_digest, make_told

NAMES = {one.id: one.name for one in OUTLETS.values()}
FANS = "Half of the fans had been switched off."
TOLD = {1: "Nine people were killed.", 2: "The fire killed 12.", 3: "At least 9 died.", 4: "A heron watched."}


def reports(**changed: str) -> list[Article]:
    """Return a report of each of four outlets, an hour after the other."""
    return [
        make_article(
            number,
            f"Report {number}",
            f"{changed.get(f'text{number}', text)} {FANS if number < 3 else ''}",
            outlet=number,
            at=NOON + timedelta(hours=number),
        )
        for number, text in TOLD.items()
    ]


def press(articles: list[Article] | None = None, **fields: object) -> Press:
    values = {"folding": Folding(), "names": NAMES} | fields
    return Press(articles=reports() if articles is None else articles, **values)  # type: ignore[arg-type]


def said(article: int, text: str, place: int = 0) -> Said:
    return Said(article=ArticleId(article), outlet=OutletId(article), place=place, text=text)


def figure(article: int, written: str, value: float) -> Figure:
    return Figure(said=said(article, TOLD[article]), written=written, value=value, at=NOON)


TOLL = Difference(
    kind=DifferenceKind.CONTRADICTION,
    of="killed",
    figures=(figure(1, "Nine", 9), figure(2, "12", 12), figure(3, "9", 9)),
)
GROWN = Difference(
    kind=DifferenceKind.UPDATE, of="killed", figures=(figure(1, "Nine", 9), figure(2, "12", 12))
)
FAN_CLAIM = Claim(said=(said(1, FANS, 1), said(2, FANS, 1)))
HERON = (said(3, TOLD[3]), said(4, TOLD[4]))


def compared(of: Press | None = None, **fields: object) -> Comparison:
    return Comparison(of=f"1:model:{(of or press()).state}", alone=HERON, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("differences", "told"),
    [
        (
            (TOLL, GROWN),
            Differs(
                text="Outlets contradict each other: The Orsholm Lantern and Nordhelm Ledger say nine "
                "killed, Dosht Times says 12."
            ),
        ),
        (
            (replace(TOLL, of="money", figures=(figure(1, "$9m", 9), figure(2, "$12m", 12))),),
            Differs(
                text="Outlets contradict each other: The Orsholm Lantern says $9m, Dosht Times says $12m."
            ),
        ),
        (
            (replace(TOLL, of="per cent", figures=(figure(1, "4.7", 4.7), figure(2, "Forty-one", 41))),),
            Differs(
                text="Outlets contradict each other: The Orsholm Lantern says 4.7 per cent, "
                "Dosht Times says forty-one."
            ),
        ),
        (
            (replace(TOLL, of="per cent", figures=(figure(1, "4.7%", 4.7), figure(2, "4.1%", 4.1))),),
            Differs(
                text="Outlets contradict each other: The Orsholm Lantern says 4.7%, Dosht Times says 4.1%."
            ),
        ),
        (
            (GROWN,),
            Differs(
                text="The number moved with time: first nine killed (The Orsholm Lantern), "
                "later 12 (Dosht Times).",
                is_update=True,
            ),
        ),
    ],
)
def test_number_that_differs_comes_before_what_is_left_out(
    differences: tuple[Difference, ...], told: Differs
) -> None:
    found = differs(compared(differences=differences, claims=(FAN_CLAIM,)), press())

    assert found == told


def test_outlet_that_corrected_itself_contradicts_nobody() -> None:
    one = replace(figure(1, "9", 9), said=replace(said(1, TOLD[1]), outlet=OutletId(2)))
    again = replace(TOLL, figures=(one, figure(2, "12", 12)))

    assert differs(compared(differences=(again,)), press()) is None


def test_claim_of_few_is_told_as_theirs_only() -> None:
    found = differs(compared(claims=(FAN_CLAIM,)), press())

    assert found == Differs(
        text="Only The Orsholm Lantern and Dosht Times, of 4 outlets, report: “Half of the fans had been "
        "switched off.” (The Orsholm Lantern)"
    )


@pytest.mark.parametrize("why", ["short", "failing"])
def test_silence_that_means_nothing_is_not_told(why: str) -> None:
    unread = (UnreadReport(article=ArticleId(4), why=Unread.SHORT),)
    comparison = compared(claims=(FAN_CLAIM,), unread=unread if why == "short" else ())
    failing = frozenset({OutletId(4)}) if why == "failing" else frozenset()

    assert differs(comparison, press(failing=failing)) is None


def test_claim_that_most_make_is_not_told_because_the_rest_may_say_it_in_other_words() -> None:
    claim = Claim(said=(said(1, FANS), said(2, FANS), said(3, FANS)))

    assert differs(compared(claims=(claim,)), press()) is None


def test_outlet_that_carries_the_text_of_another_leaves_nothing_out() -> None:
    folded = press(folding=Folding(origin_of={ArticleId(3): ArticleId(1), ArticleId(4): ArticleId(2)}))

    assert differs(compared(folded, claims=(FAN_CLAIM,)), folded) is None


@pytest.mark.parametrize(
    "claim",
    [
        Claim(said=(said(1, FANS), said(2, FANS), said(3, FANS), said(4, FANS))),
        Claim(said=(said(1, "Report 1", HEADLINE), said(2, "Report 2", HEADLINE))),
    ],
)
def test_claim_that_all_make_or_only_headlines_make_is_passed_over(claim: Claim) -> None:
    assert differs(compared(claims=(claim,)), press()) is None


def test_long_claim_is_cut_at_a_word() -> None:
    long = Claim(said=(said(1, "fan " * 60), said(2, FANS)))

    found = differs(compared(claims=(long,)), press())

    assert found is not None
    quoted = found.text.partition("“")[2].partition("”")[0]
    assert len(quoted) <= QUOTED
    assert quoted.endswith("fan…")


def test_after_a_new_report_only_a_contradiction_of_others_is_still_told() -> None:
    later = [*reports(), make_article(5, "Later", "Twenty.", outlet=4, at=NOON + timedelta(hours=9))]
    told = [differs(compared(differences=(one,), claims=(FAN_CLAIM,)), press(later)) for one in (TOLL, GROWN)]

    assert told == [differs(compared(differences=(TOLL,)), press()), None]


def test_outlet_with_a_new_report_may_say_something_else_by_now() -> None:
    later = [*reports(), make_article(5, "Later", "Twelve.", outlet=2, at=NOON + timedelta(hours=9))]

    assert differs(compared(differences=(TOLL,)), press(later)) is None


def test_sentence_that_was_edited_away_contradicts_nothing() -> None:
    edited = reports(text2="The fire killed nobody.")
    for one in edited:
        if one.id == 2:
            edited[1] = replace(one, content_hash="edited")

    assert differs(compared(differences=(TOLL,)), press(edited)) is None


def test_line_stands_in_both_parts_before_the_counts_and_survives_being_kept() -> None:
    told = make_told(1, differing=Differs(text="Outlets contradict each other: <A> says 9, B says 12."))
    digest = from_json(to_json(make_digest(told)))

    shown = Render(site="https://news.orsholm.example", site_name="Broadfold")(digest)

    assert digest == make_digest(told)
    assert "    Outlets contradict each other: <A> says 9, B says 12.\n    1 article" in shown.text
    before, _, after = shown.html.partition("Outlets contradict each other: &lt;A&gt; says 9, B says 12.")
    assert "The text of story 1." in before
    assert '/stories/1/compare"' in after.partition("1 article")[0]


def test_edition_that_was_kept_without_the_line_is_still_shown() -> None:
    kept = to_json(make_digest(make_told(1)))
    del kept["sections"][0]["items"][0]["differs"]

    assert from_json(kept) == make_digest(make_told(1))


@pytest.mark.parametrize(("is_update", "left"), [(True, False), (False, True)])
def test_number_that_moved_is_not_told_twice_in_an_update(is_update: bool, left: bool) -> None:
    line = Differs(text="A number.", is_update=is_update)
    told = make_told(1, make_article(1, "Nine killed", "Now 12 were killed."), differing=line)
    sent = Sent(at=NOON, headline="Nine killed", origins=frozenset({ArticleId(1)}), numbers=frozenset({"9"}))

    item = update(told, sent)

    assert item is not None
    assert item.said == (
        Extract(text="Now 12 were killed.", outlet=NAMES[OutletId(1)], link=item.said[0].link),
    )
    assert (item.differs is not None) is left
