"""One day's paper in values: what the browser tests read and the screenshots show."""

from datetime import timedelta
from typing import Any

from aggregator.domain.articles import ArticleVersion
from aggregator.domain.feeds import Failure, FeedState
from aggregator.domain.ids import ArticleId, StoryId
from aggregator.domain.stories import Name, NameKind, RankPart, StoryEvent
from aggregator.readers.course import Development, DevelopmentKind, Timeline
from aggregator.readers.edits import Edit, Piece
from aggregator.readers.views import (
    ArticleLine,
    ArticlePage,
    DiscussionLine,
    FeedLine,
    OutletLine,
    OutletPage,
    QuoteLine,
    StoryCard,
    StoryPage,
)
from tests.fakes import NOON
from tests.web.fake_reading import (
    FakeReading,
    ago,
    make_article_page,
    make_card,
    make_copy,
    make_count,
    make_coverage,
    make_feed_line,
    make_first,
    make_front,
    make_outlet,
    make_report,
    make_story,
    make_summary,
    make_trouble,
)


def bridge_story() -> StoryPage:
    """A widely covered story with a repost, an agency text at four outlets, and a report in German."""
    return make_story(
        make_card(
            1,
            "Harbour bridge in Orsholm closed after divers find crack in main pier",
            excerpt="The bridge that carries a third of Orsholm’s commuters was closed on Saturday, "
            "after divers inspecting the northern pier found a crack as long as a bus. Ferries run; the "
            "city says repairs may take until midsummer.",
            outlet=make_count(1, 2),
            also=(
                make_count(7),
                make_count(5, 2),
                make_count(2),
                make_count(3),
                make_count(4),
                make_count(8),
                make_count(6),
            ),
            article_count=11,
            outlet_count=8,
            origin_count=4,
            first_at=ago(hours=6, minutes=10),
            last_at=ago(minutes=35),
            coverage=make_coverage(1, 2, 0, 5, 1, 2),
            score=4.37,
            parts=(
                RankPart(name="breadth", value=2.77, why="4 outlets report it in their own words"),
                RankPart(name="freshness", value=1.1, why="The newest report came 35 minutes ago"),
                RankPart(name="pace", value=0.5, why="3 reports came within the last 2 hours"),
            ),
        ),
        reports=(
            make_report(
                1,
                "Harbour bridge in Orsholm closed after divers find crack in main pier",
                excerpt="The bridge that carries a third of Orsholm’s commuters was closed before dawn on "
                "Saturday, after divers inspecting the northern pier found a crack as long as a bus.",
                at=ago(hours=6, minutes=10),
                versions=2,
                copies=(
                    make_copy(
                        11,
                        "Crack in main pier closes Orsholm’s harbour bridge",
                        is_repost=True,
                        at=ago(hours=5, minutes=10),
                    ),
                ),
            ),
            make_report(
                2,
                "Ferries run round the clock as Orsholm bridge shuts",
                outlet=7,
                provenance="Veldmark Wire",
                at=ago(hours=4),
                excerpt="Extra ferries were laid on across the harbour. The ministry spoke of weeks.",
                copies=tuple(
                    make_copy(
                        20 + outlet,
                        "Ferries run round the clock as bridge shuts",
                        outlet=outlet,
                        hours_later=lag,
                    )
                    for outlet, lag in ((2, 0.4), (3, 1.2), (4, 2.0), (6, 3.5))
                ),
            ),
            make_report(
                3,
                "Risse im Pfeiler: Hafenbrücke von Orsholm gesperrt",
                outlet=8,
                lang="de",
                at=ago(hours=3),
                excerpt="Die Hafenbrücke bleibt bis auf weiteres gesperrt. Taucher fanden einen Riss.",
            ),
            make_report(
                4,
                "‘We heard it at night’: people under the bridge tell of weeks of noise",
                outlet=5,
                at=ago(minutes=35),
                dated=False,
                excerpt="Residents of Pier Street say that they wrote to the city twice since February.",
            ),
        ),
        discussions=(
            DiscussionLine(
                outlet="Quayside Links",
                headline="Orsholm bridge crack: what the 2019 survey said",
                link="https://quayside.example/d/81",
                at=ago(hours=2),
            ),
        ),
        related=(
            make_card(
                6,
                "Orsholm council put off bridge survey twice, minutes show",
                outlet=make_count(5),
                also=(make_count(1),),
                article_count=2,
                outlet_count=2,
                origin_count=2,
                last_at=ago(days=1),
            ),
        ),
        summary=(
            make_summary(
                1,
                "The bridge that carries a third of Orsholm’s commuters was closed on Saturday, after divers "
                "found a crack in the northern pier.",
            ),
            make_summary(2, "Extra ferries were laid on across the harbour before six.", outlet=7),
            make_summary(
                4, "Residents of Pier Street say that they wrote to the city twice since February.", outlet=5
            ),
        ),
        quotes=(
            QuoteLine(
                speaker="Marta Quill",
                text="We wrote to the city in February and again in March",
                article=ArticleId(4),
                outlet="Brannoc Broadcasting",
                headline="‘We heard it at night’",
            ),
        ),
        timeline=Timeline(
            outlets=(make_first(1), make_first(7, 2, is_copy=True), make_first(5, 5.5)),
            coverage=make_coverage(1, 2, 0, 5, 1, 2),
            undated=1,
            developments=(
                make_turn(DevelopmentKind.FIRST, 1, span=timedelta(days=4)),
                make_turn(DevelopmentKind.COUNT, 2, values=("7 injured", "9 injured")),
                make_turn(DevelopmentKind.BURST, 4, articles=5, span=timedelta(minutes=40)),
                make_turn(DevelopmentKind.HEADLINE, 2, values=("Bridge shut", "Bridge closed")),
                make_turn(DevelopmentKind.AGAIN, 4, span=timedelta(hours=26)),
            ),
        ),
        names=(
            Name(name="Marta Quill", kind=NameKind.PERSON, reports=3),
            Name(name="Orsholm", kind=NameKind.PLACE, reports=3),
            Name(name="Pier Trust & Sons", kind=NameKind.ORGANISATION, reports=2),
        ),
        split_from=StoryId(5),
        history=(
            StoryEvent(at=ago(hours=6), kind="opened", detail="3 articles"),
            StoryEvent(at=ago(minutes=30), kind="grown", detail="1 article from Brannoc Broadcasting"),
        ),
    )


def make_turn(kind: DevelopmentKind, article: int, **fields: Any) -> Development:
    values: dict[str, Any] = {
        "kind": kind,
        "at": ago(hours=5),
        "article": ArticleId(article),
        "outlet": "Isvik Post",
        "headline": "Bridge closed",
        "lang": "en",
    }
    return Development(**values | fields)


def german_article(story: StoryCard) -> ArticlePage:
    return make_article_page(
        3,
        outlet=make_outlet(8, country="Nordhelm", kind="newspaper", lang="de"),
        headline="Risse im Pfeiler: Hafenbrücke von Orsholm gesperrt",
        author="Ulla Brandt",
        link="https://nordhelm-abendblatt.example/hafenbruecke?a=1&b=2",
        at=ago(hours=3),
        lang="de",
        html="<p>Die Hafenbrücke bleibt bis auf weiteres gesperrt. Taucher fanden am nördlichen Pfeiler "
        "einen Riss, der länger ist als ein Bus. "
        '<a href="https://orsholm.example/bruecke">Die Stadt</a> rechnet mit Wochen.</p>'
        '<figure><img src="https://cdn.example/pier.jpg" alt="Taucher am Pfeiler">'
        "<figcaption>Am Morgen</figcaption></figure>"
        "<h2>Fähren im Zehn-Minuten-Takt</h2>"
        "<p>„So etwas habe ich in dreißig Jahren nicht gesehen“, sagte der Hafenmeister.</p>"
        "<blockquote><p>Wir öffnen erst, wenn wir sicher sind.</p></blockquote>"
        "<ul><li>Linie 4 fährt über die Nordschleuse.</li><li>Fußgänger nehmen die Fähre.</li></ul>",
        feeds=("Nordhelm Abendblatt – Titelseite", "Nordhelm Abendblatt – Welt"),
        versions=(
            ArticleVersion(
                title="Hafenbrücke von Orsholm gesperrt",
                summary="",
                text="Die Hafenbrücke ist gesperrt.\n\nGründe sind noch nicht bekannt.",
                seen_at=ago(hours=2, minutes=40),
            ),
        ),
        edits=(
            Edit(
                seen_at=ago(hours=2, minutes=40),
                headline=(
                    Piece(kind="new", text="Risse im Pfeiler: "),
                    Piece(kind="kept", text="Hafenbrücke von Orsholm gesperrt"),
                ),
                text=(
                    Piece(kind="kept", text="Die Hafenbrücke "),
                    Piece(kind="gone", text="ist gesperrt.\n\nGründe sind noch nicht bekannt."),
                    Piece(kind="new", text="bleibt bis auf weiteres gesperrt."),
                ),
            ),
        ),
        story=story,
        copies=(),
        others=(
            make_report(
                1, "Harbour bridge in Orsholm closed after divers find crack in main pier", at=ago(hours=6)
            ),
            make_report(2, "Ferries run round the clock as Orsholm bridge shuts", outlet=7, at=ago(hours=4)),
        ),
    )


def other_cards() -> tuple[StoryCard, ...]:
    return (
        make_card(
            2,
            "Veldmark’s central bank lifts its rate to 4.25 per cent, the fifth rise in a row",
            excerpt="The bank’s board voted five to two for a quarter point, citing rents. Two members "
            "wished to wait for the wage round in April.",
            outlet=make_count(9),
            also=(make_count(2), make_count(1)),
            article_count=3,
            outlet_count=3,
            origin_count=3,
            last_at=ago(hours=2),
        ),
        make_card(
            3,
            "Erste Funkstille auf der Rückseite des Mondes beendet",
            excerpt="Der Relaissatellit meldete sich um 4.12 Uhr. Kurz wurde geklatscht, dann gerechnet.",
            outlet=make_count(8),
            lang="de",
            last_at=ago(hours=5),
        ),
        make_card(
            4,
            "Kettle maker recalls 40,000 kettles whose handles come off when hot",
            excerpt="",
            outlet=make_count(4),
            also=(make_count(5),),
            article_count=2,
            outlet_count=2,
            origin_count=1,
            last_at=ago(hours=20),
        ),
        make_card(
            6,
            "Orsholm council put off bridge survey twice, minutes show",
            excerpt="The survey was to cost less than a week of the ferries that now replace the bridge.",
            outlet=make_count(5),
            also=(make_count(1),),
            article_count=2,
            outlet_count=2,
            origin_count=2,
            last_at=ago(days=1),
        ),
        make_card(
            7,
            "Dosht’s palm weevil has a taste for streetlights, botanists find",
            excerpt="It comes for the warmth of the lamps, they think, and stays for the palms beside them.",
            outlet=make_count(6),
            last_at=ago(days=2),
        ),
    )


def sick_feeds() -> tuple[FeedLine, ...]:
    return (
        make_feed_line(1, feed={"folder": "Veldmark"}),
        make_feed_line(
            2,
            "failing",
            what="The server did not answer within 20 seconds.",
            todo="Nothing for now: it is tried again later. If it goes on for days, "
            "look whether the outlet has moved its feed.",
            feed={
                "folder": "Castelmare",
                "failures": 4,
                "failure": Failure.TIMEOUT,
                "last_ok_at": ago(days=1),
            },
        ),
        make_feed_line(
            3,
            "gone",
            what="The server says that this feed is gone for good (410).",
            todo="Look on the outlet’s site for a new feed, add that, and remove this one.",
            feed={"state": FeedState.GONE, "failure": Failure.GONE},
        ),
        make_feed_line(
            4,
            "waiting",
            article_count=0,
            feed={"last_polled_at": None, "last_ok_at": None, "next_poll_at": NOON, "title": ""},
        ),
        make_feed_line(5, feed={"folder": "Islands"}),
        make_feed_line(6, "paused", feed={"state": FeedState.PAUSED}),
    )


def make_paper() -> FakeReading:
    """Everything that the screenshots and the browser tests look at."""
    story = bridge_story()
    sick = sick_feeds()
    lantern = make_outlet(1, country="Veldmark", kind="newspaper", owner="Lantern Trust", lang="en")
    return FakeReading(
        front=make_front(
            story.card,
            *other_cards(),
            cursor="older",
            feeds=6,
            polled=5,
            waiting=2,
            troubles=(make_trouble(2),),
        ),
        later={
            "older": make_front(
                make_card(8, "Old boats of the Kessou river find a second life"), feeds=6, polled=6
            )
        },
        stories={1: story, 6: make_story(other_cards()[3]), 9: 1},
        articles={
            1: make_article_page(1, headline=story.card.headline, story=story.card),
            3: german_article(story.card),
        },
        outlet_pages={
            1: OutletPage(
                outlet=lantern,
                feeds=(sick[0],),
                articles=(
                    ArticleLine(
                        id=ArticleId(1),
                        headline=story.card.headline,
                        excerpt="The bridge was closed before dawn.",
                        link="https://orsholm-lantern.example/1",
                        at=ago(hours=6),
                        lang="en",
                        story_id=StoryId(1),
                        story_outlets=8,
                    ),
                ),
                article_count=1241,
                cursor="older",
            )
        },
        outlet_lines=(
            OutletLine(outlet=lantern, article_count=1241, feed_count=1, last_at=ago(hours=5)),
            OutletLine(outlet=make_outlet(8, lang="de"), article_count=1, feed_count=2, last_at=None),
        ),
        feed_lines=sick,
    )
