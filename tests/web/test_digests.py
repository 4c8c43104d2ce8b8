"""The pages of digests, over a real desk and a database in memory."""

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from aggregator.digests.opening import Digests, open_digests
from aggregator.digests.press import Press
from aggregator.digests.render import Render
from aggregator.domain.digests import AddressState
from aggregator.domain.ids import ReaderId
from aggregator.domain.readers import Role
from aggregator.domain.saved_searches import SavedSearchId
from aggregator.domain.stories import Folding, Opened, StoryChanges
from aggregator.readers.finding import FindStories
from tests.browser import Sheet
from tests.contract.test_storage_stories import make_face
from tests.databases import memory_storage
from tests.factories import make_draft, make_new_feed
from tests.fakes import NOON, FrozenClock, OutboxMailer
from tests.web.fake_reading import Bell, FakeCorrect, FakeMarks, make_services
from tests.web.paper import make_paper
from tests.web.test_axe import LOOKS, put_on, reported
from web.factory import create_app

READER = ReaderId(1)
OURS = {"Sec-Fetch-Site": "same-origin"}
FORM = {
    "name": "Evening", "at": "18:30", "zone": "Asia/Kolkata", "day": ["0", "4"], "address": "1",
    "most": "5", "reports": "2", "topic": "sport", "outlet": "1", "unread_only": "on",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """The site, what is behind it, and the mails that it sent."""

    client: FlaskClient
    digests: Digests
    clock: FrozenClock
    outbox: OutboxMailer
    marks: FakeMarks
    correct: FakeCorrect
    bell: Bell

    def post(self, path: str, /, **form: Any) -> TestResponse:
        return self.client.post(path, data=form, headers=OURS)

    def send(self) -> None:
        """Let the daily digest at 07:00 UTC come due, and send it."""
        self.clock.advance(hours=19)
        assert self.digests.send().sent == 1

    def token(self, purpose: str) -> str:
        """Return the link for a purpose in the last mail."""
        deeds = {token: self.digests.desk.deed(token) for token in self.outbox.tokens("do")}
        return next(token for token, deed in deeds.items() if deed.purpose.name == purpose)


@pytest.fixture
def room(clock: FrozenClock) -> Iterator[Room]:
    with closing(memory_storage()) as storage:
        with storage.writing() as work:
            outlet = work.outlets.ensure("lantern.example", name="The Orsholm Lantern")
            feed = work.feeds.add(make_new_feed(folder="Islands"), outlet, now=NOON)
            draft = make_draft("Harbour bridge closed", "The bridge is shut. It cracked.")
            ids = work.articles.add([draft], outlet_id=outlet, feed_id=feed, now=NOON)
            work.articles.store_folding(Folding(origin_of={ids[0]: ids[0]}), among=ids)
            opened = (Opened(members=frozenset(ids)),)
            (story,) = work.stories.apply(StoryChanges(opened=opened), now=NOON)
            face = replace(make_face(ids[0]), headline="Harbour bridge closed", last_at=NOON)
            work.stories.set_faces({story: face})
        outbox, marks, correct, bell = OutboxMailer(), FakeMarks(), FakeCorrect(), Bell()
        digests = open_digests(
            storage,
            clock,
            topics=(),
            owner="test",
            press=Press(
                render=Render(site="http://127.0.0.1", site_name="Broadfold"),
                sender="news@orsholm.example",
                key=lambda: b"k" * 32,
            ),
            find=FindStories(),
            zone="UTC",
            mailer=outbox,
            lease_for=timedelta(minutes=5),
            give_up=timedelta(hours=72),
            keep=timedelta(days=90),
        )
        services = make_services(
            make_paper(),
            digests=digests.desk,
            digest_soon=bell,
            marks=marks,
            correct=correct,
            clock=clock,
        )
        yield Room(
            client=create_app(services).test_client(),
            digests=digests,
            clock=clock,
            outbox=outbox,
            marks=marks,
            correct=correct,
            bell=bell,
        )


@pytest.fixture
def daily(room: Room) -> Room:
    """A room with a confirmed address and a daily digest."""
    room.post("/digests/addresses", address="marta@orsholm.example")
    assert room.post("/digests", preset="daily", zone="UTC", address="1").status_code == 303
    return room


def test_page_without_digests_offers_to_add_one(room: Room) -> None:
    page = room.client.get("/digests")
    assert page.status_code == 200
    assert "There are none yet." in page.text
    assert 'value="daily" checked' in page.text


def test_digest_is_added_and_its_form_shows_what_it_is(daily: Room) -> None:
    page = daily.client.get("/digests/1?told=added").text
    assert "07:00 UTC, every day · to marta@orsholm.example" in page
    assert "Next: Sunday 15 March 2026, 07:00 UTC" in page
    assert page.count('name="day"') == page.count('name="day" value=') == 7


def test_form_changes_every_part_of_a_digest(daily: Room) -> None:
    assert daily.client.post("/digests/1", data=FORM, headers=OURS).status_code == 303
    made = daily.digests.desk.schedule(READER, 1)
    assert (made.name, f"{made.at:%H:%M}", made.zone, made.days) == (
        "Evening", "18:30", "Asia/Kolkata", frozenset({0, 4}),
    )  # fmt: skip
    assert (made.most, made.filters.reports, made.filters.unread_only) == (5, 2, True)
    assert (made.filters.topics, made.filters.outlets) == (frozenset({"sport"}), frozenset({1}))
    page = daily.client.get("/digests/1").text
    assert re.search(r'value="4" checked> Friday', page)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("zone", "Europe/Orsholm", "is not a time zone"),
        ("at", "25:99", "is no time of day"),
        ("at", "", "is no time of day"),
        ("most", "many", "must be a whole number"),
        ("reports", "0", "can be 1 to 100"),
        ("name", "", "give the digest a name"),
        ("address", "99", "is none of yours"),
        ("search", "99", "one of the saved searches is none of yours"),
    ],
)
def test_mistake_in_the_form_is_told_and_changes_nothing(
    daily: Room, field: str, value: str, words: str
) -> None:
    answer = daily.client.post("/digests/1", data=FORM | {field: value}, headers=OURS)
    assert answer.status_code == 400
    assert words in answer.text
    assert daily.digests.desk.schedule(READER, 1).name == "Daily digest"


def keep_search(room: Room, name: str) -> int:
    with room.digests.desk.storage.writing() as work:
        query, token = name.lower(), f"secret of {name}"
        return work.saved_searches.add(READER, name=name, query=query, token=token, now=NOON)


def forget_search(room: Room, number: int) -> None:
    with room.digests.desk.storage.writing() as work:
        work.saved_searches.remove(READER, SavedSearchId(number))


def test_saved_searches_are_chosen_in_the_form(daily: Room) -> None:
    assert "saved searches" not in daily.client.get("/digests/1").text
    number, other = keep_search(daily, "Otters"), keep_search(daily, "Bridges")

    form = FORM | {"search": [str(number)]}
    assert daily.client.post("/digests/1", data=form, headers=OURS).status_code == 303

    page = daily.client.get("/digests/1").text
    assert f'name="search" value="{number}" checked> Otters' in page
    assert f'name="search" value="{other}"> Bridges' in page
    assert "only what “Otters” finds" in page
    assert "only what “Otters” finds" in daily.client.get("/digests").text


def test_deleted_search_is_told_of_wherever_the_digest_is_shown(daily: Room) -> None:
    number, other = keep_search(daily, "Otters"), keep_search(daily, "Bridges")
    for chosen in ([number], [number, other]):
        form = FORM | {"search": list(map(str, chosen))}
        assert daily.client.post("/digests/1", data=form, headers=OURS).status_code == 303
    forget_search(daily, number)
    one = [daily.client.get(where).text for where in ("/digests/1", "/digests/1/preview")]
    listed = daily.client.get("/digests").text
    forget_search(daily, other)
    both = [daily.client.get(where).text for where in ("/digests/1", "/digests/1/preview")]

    assert ["A saved search of this digest was deleted, and finds nothing." in page for page in one] == [
        True
    ] * 2
    assert ["What its other searches find still comes." in page for page in one] == [True] * 2
    assert ["2 saved searches of this digest were deleted" in page for page in both] == [True] * 2
    assert ["So nothing is sent until you choose another search" in page for page in both] == [True] * 2
    assert "only what “Bridges” and a deleted search find" in listed
    assert "only what 2 deleted searches find" in daily.client.get("/digests").text
    assert both[0].count("a deleted search <span") == 2


def test_form_keeps_a_deleted_search_until_it_is_unticked(daily: Room) -> None:
    number = keep_search(daily, "Otters")
    daily.client.post("/digests/1", data=FORM | {"search": str(number)}, headers=OURS)
    forget_search(daily, number)

    kept = daily.client.post("/digests/1", data=FORM | {"search": str(number)}, headers=OURS)
    still = daily.digests.desk.schedule(READER, 1).filters.searches
    daily.client.post("/digests/1", data=FORM, headers=OURS)

    assert (kept.status_code, still) == (303, {number})
    assert daily.digests.desk.schedule(READER, 1).filters.searches == frozenset()


def test_digest_is_paused_resumed_tested_and_removed(daily: Room) -> None:
    assert "Paused" in daily.client.get(daily.post("/digests/1/act", act="pause").location).text
    assert daily.digests.desk.schedule(READER, 1).is_paused
    daily.post("/digests/1/act", act="resume")
    assert not daily.digests.desk.schedule(READER, 1).is_paused
    rung = daily.bell.rings
    daily.post("/digests/1/act", act="test")
    assert daily.bell.rings == rung + 1
    assert daily.digests.send().sent == 1
    assert daily.post("/digests/1/act", act="remove").status_code == 303
    assert daily.client.get("/digests/1").status_code == 400
    assert daily.post("/digests/1/act", act="explode").status_code == 400


def test_address_that_is_none_is_told(room: Room) -> None:
    answer = room.post("/digests/addresses", address="marta at orsholm")
    assert answer.status_code == 400
    assert "is no mail address" in answer.text


def test_address_is_deleted_and_its_digest_says_so(daily: Room) -> None:
    assert daily.post("/digests/addresses/1/remove").status_code == 303
    page = daily.client.get("/digests").text
    assert "marta@" not in page
    assert "feed only" in page


def test_log_tells_what_was_sent_and_links_to_it(daily: Room) -> None:
    daily.send()
    page = daily.client.get("/digests").text
    assert "1 story, sent" in page
    (secret,) = re.findall(r"/digests/editions/([\w-]+)", page)
    edition = daily.client.get(f"/digests/editions/{secret}")
    assert "Harbour bridge closed" in edition.text
    assert "unsubscribe" not in edition.text


def test_mail_as_a_page_may_have_style_and_nothing_else(daily: Room) -> None:
    answer = daily.client.get("/digests/1/preview.html")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "script-src" not in policy
    assert (answer.headers["X-Frame-Options"], "frame-ancestors 'self'" in policy) == ("SAMEORIGIN", True)


def test_preview_shows_light_dark_and_text(daily: Room) -> None:
    assert "@media all" in daily.client.get("/digests/1/preview.html?dark=1").text
    assert "@media not all" in daily.client.get("/digests/1/preview.html").text
    page = daily.client.get("/digests/1/preview?width=320&dark=1")
    assert 'class="mail-frame w320"' in page.text
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    assert " 1. Harbour bridge closed" in daily.client.get("/digests/1/preview?form=text").text


def test_feed_of_a_digest_has_its_editions(daily: Room) -> None:
    daily.send()
    secret = daily.digests.desk.schedule(READER, 1).secret
    feed = ET.fromstring(daily.client.get(f"/digests/feed/{secret}.atom").data)
    atom = {"a": "http://www.w3.org/2005/Atom"}
    assert [one.text for one in feed.findall("a:entry/a:title", atom)] == [
        "Daily digest: Harbour bridge closed"
    ]
    assert daily.client.get("/digests/feed/guess.atom").status_code == 404
    assert daily.client.get("/digests/editions/guess").status_code == 404


def unsubscribe_link(room: Room) -> str:
    return f"/digests/unsubscribe/{room.outbox.token('unsubscribe')}"


def test_mail_program_unsubscribes_with_one_click_and_nothing_else(daily: Room) -> None:
    daily.send()
    answer = daily.client.post(unsubscribe_link(daily), data={"List-Unsubscribe": "One-Click"})
    assert (answer.status_code, "Set-Cookie" in answer.headers) == (200, False)
    assert daily.digests.desk.schedule(READER, 1).is_paused


def test_following_links_changes_nothing(daily: Room) -> None:
    daily.send()
    links = [f"/digests/do/{token}" for token in daily.outbox.tokens("do")]
    for link in (unsubscribe_link(daily), *links):
        page = daily.client.get(link)
        assert page.status_code == 200
        assert f'action="{link}" method="post"' in page.text
    assert not daily.digests.desk.schedule(READER, 1).is_paused
    assert (daily.marks.asked, daily.correct.asked) == ([], [])


def test_other_links_act_only_from_their_own_page(daily: Room) -> None:
    daily.send()
    link = f"/digests/do/{daily.token('READ')}"
    assert daily.client.post(link).status_code == 403
    assert daily.post(link).status_code == 200
    assert daily.marks.asked == [("read", READER, [1])]


def test_article_that_is_wrong_is_taken_out(daily: Room) -> None:
    daily.send()
    link = f"/digests/do/{daily.token('WRONG')}"
    assert daily.client.get(link).text.count('name="article"') == 4
    assert "choose the article" in daily.post(link).text
    daily.post(link, article="2")
    assert daily.correct.asked == [("split", 1, 2, "digest mail")]


def test_link_of_a_reader_who_is_no_admin_any_more_corrects_nothing(daily: Room) -> None:
    daily.send()
    link = f"/digests/do/{daily.token('WRONG')}"
    with daily.digests.send.storage.writing() as work:
        for reader in work.readers.all():
            work.readers.put(replace(reader, role=Role.READER))
    assert "only an admin" in daily.post(link, article="2").text
    assert daily.correct.asked == []


def test_link_about_a_digest_that_is_gone_says_so(daily: Room) -> None:
    daily.send()
    link = unsubscribe_link(daily)
    daily.post("/digests/1/act", act="remove")
    for answer in (daily.client.get(link), daily.client.post(link)):
        assert (answer.status_code, "gone already" in answer.text) == (200, True)


@pytest.mark.parametrize("path", ["unsubscribe", "confirm", "do"])
def test_link_that_is_changed_or_for_something_else_is_refused(daily: Room, path: str) -> None:
    daily.send()
    wrong = daily.token("READ") if path != "do" else daily.outbox.token("unsubscribe")
    assert daily.post(f"/digests/{path}/{wrong}").status_code == 400
    assert daily.client.get(f"/digests/{path}/nonsense").status_code == 400


def test_address_is_confirmed_by_its_link(room: Room) -> None:
    with room.digests.send.storage.writing() as work:
        for reader in work.readers.all():
            work.readers.put(replace(reader, role=Role.READER))
    room.post("/digests/addresses", address="ulla@nordhelm.example")
    room.digests.send()
    link = f"/digests/confirm/{room.outbox.token('confirm')}"
    assert "ulla@nordhelm.example" in room.client.get(link).text
    assert room.digests.desk.overview(READER).addresses[0].state is AddressState.WAITING
    room.post(link)
    assert room.digests.desk.overview(READER).addresses[0].state is AddressState.CONFIRMED


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1200])
def test_pages_of_digests_fit_and_complain_of_nothing(
    daily: Room, serve: Callable[..., str], open_page: Callable[..., Sheet], width: int
) -> None:
    daily.send()
    daily.post("/digests", preset="weekly", zone="UTC", address="")
    address = serve(daily.client.application)
    for path in ("/digests", "/digests/1", "/digests/2/preview", "/digests/2/preview?form=text"):
        sheet = open_page(address + path, viewport={"width": width, "height": 900})
        assert sheet.complaints == []
        wide = sheet.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width


@pytest.mark.browser
@pytest.mark.parametrize("look", LOOKS)
def test_axe_reports_nothing_on_the_pages_of_a_digest(
    daily: Room, serve: Callable[..., str], open_page: Callable[..., Sheet], look: str
) -> None:
    daily.send()
    kept, gone = keep_search(daily, "Otters"), keep_search(daily, "Bridges")
    daily.client.post("/digests/1", data=FORM | {"search": [str(kept), str(gone)]}, headers=OURS)
    forget_search(daily, gone)
    (secret,) = re.findall(r"/digests/editions/([\w-]+)", daily.client.get("/digests").text)
    own = ("/digests", "/digests/1?told=changed", "/digests/1/preview", "/digests/1/preview?form=text")
    asking = (unsubscribe_link(daily), f"/digests/do/{daily.token('WRONG')}")
    site = serve(daily.client.application)
    sheet = open_page(site + own[0])
    put_on(sheet, look)

    found = {}
    for address in (*own, *asking):
        sheet.page.goto(site + address)
        if complaints := reported(sheet):
            found[address] = complaints
    # Its own page lets no script run, not even axe.
    sheet.page.goto("about:blank")
    sheet.page.set_content(daily.client.get(f"/digests/editions/{secret}").text)

    assert (found, reported(sheet)) == ({}, [])
