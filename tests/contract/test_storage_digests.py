"""Schedules, addresses, editions, the outbox and the ledger of digests, on every database."""

from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import pytest

from aggregator.domain.digests import (
    AddressState,
    Edition,
    Filters,
    Outcome,
    Post,
    PostState,
    Schedule,
    Sent,
)
from aggregator.domain.ids import AddressId, ArticleId, OutletId, ReaderId, ScheduleId, StoryId
from aggregator.domain.saved_searches import SavedSearchId
from aggregator.domain.stories import Merged, Opened, StoryChanges
from aggregator.storage import Storage
from tests.contract.conftest import Newsroom
from tests.factories import make_draft
from tests.fakes import NOON

READER = ReaderId(1)
HOUR = timedelta(hours=1)


def make_schedule(**fields: Any) -> Schedule:
    values: dict[str, Any] = {
        "reader": READER,
        "name": "Morning",
        "at": time(7, 30),
        "zone": "Europe/Oslo",
        "days": frozenset({0, 6}),
        "filters": Filters(
            folders=frozenset({"Islands"}),
            topics=frozenset({"sport", "other"}),
            outlets=frozenset({OutletId(3)}),
            reports=2,
            unread_only=True,
            searches=frozenset({SavedSearchId(5), SavedSearchId(2)}),
        ),
        "most": 7,
        "next_at": NOON,
        "secret": "a",
    }
    return Schedule(**values | fields)


def make_edition(schedule: ScheduleId, **fields: Any) -> Edition:
    values: dict[str, Any] = {
        "reader": READER,
        "schedule": schedule,
        "slot": NOON,
        "outcome": Outcome.MADE,
        "made_at": NOON,
        "as_of": NOON - HOUR,
        "stories": 3,
        "secret": "e",
        "content": {"name": "x"},
    }
    return Edition(**values | fields)


def make_post(address: AddressId, **fields: Any) -> Post:
    values: dict[str, Any] = {
        "message_id": "1@orsholm.example",
        "address": address,
        "recipient": "marta@orsholm.example",
        "message": b"mail",
        "made_at": NOON,
        "next_try_at": NOON,
    }
    return Post(**values | fields)


@pytest.fixture
def address(storage: Storage) -> AddressId:
    with storage.writing() as work:
        return work.digest_addresses.add(READER, "marta@orsholm.example", AddressState.CONFIRMED, now=NOON)


@pytest.fixture
def schedule(storage: Storage, address: AddressId) -> ScheduleId:
    with storage.writing() as work:
        return work.digest_schedules.add(make_schedule(address=address), now=NOON)


def test_schedule_that_was_stored_before_there_were_searches_is_of_none(
    storage: Storage, schedule: ScheduleId
) -> None:
    with storage.writing() as work:
        old = "UPDATE digest_schedules SET filters = json_remove(filters, '$.searches')"
        work.digest_schedules.connection.exec_driver_sql(old)
    with storage.reading() as work:
        found = work.digest_schedules.get(schedule)
    assert found is not None
    assert found.filters.searches == frozenset()


def test_schedule_comes_back_as_it_was_stored(
    storage: Storage, schedule: ScheduleId, address: AddressId
) -> None:
    stored = make_schedule(id=schedule, address=address)
    with storage.reading() as work:
        assert work.digest_schedules.get(schedule) == stored
        assert work.digest_schedules.of(READER) == (stored,)
        assert work.digest_schedules.by_secret("a") == stored
        assert work.digest_schedules.by_secret("b") is None


def test_schedule_is_changed_by_its_reader_alone(storage: Storage, schedule: ScheduleId) -> None:
    changed = make_schedule(id=schedule, name="Evening", is_paused=True)
    with storage.writing() as work:
        assert not work.digest_schedules.change(replace(changed, reader=ReaderId(2)), now=NOON)
        assert work.digest_schedules.change(changed, now=NOON)
        assert work.digest_schedules.get(schedule) == changed
        assert not work.digest_schedules.remove(ReaderId(2), schedule)
        assert work.digest_schedules.remove(READER, schedule)
        assert work.digest_schedules.of(READER) == ()


def test_due_schedule_is_claimed_by_one(storage: Storage, schedule: ScheduleId) -> None:
    claim: dict[str, Any] = {"now": NOON, "until": NOON + HOUR, "limit": 5}
    with storage.writing() as work:
        schedules = work.digest_schedules
        assert schedules.claim_due(owner="a", **claim | {"now": NOON - HOUR}) == ()
        (claimed,) = schedules.claim_due(owner="a", **claim)
        assert claimed.id == schedule
        assert schedules.claim_due(owner="b", **claim) == ()
        assert schedules.is_ours(claimed, owner="a")
        assert not schedules.is_ours(claimed, owner="b")
        schedules.advance(schedule, next_at=NOON + HOUR, now=NOON)
        assert not schedules.is_ours(claimed, owner="a")
        assert schedules.claim_due(owner="b", **claim) == ()
        later = {"now": NOON + HOUR, "until": NOON + 2 * HOUR, "limit": 5}
        assert len(schedules.claim_due(owner="b", **later)) == 1  # type: ignore[arg-type]


def test_lease_from_a_clock_that_ran_ahead_holds_nobody_up(storage: Storage, schedule: ScheduleId) -> None:
    claim: dict[str, Any] = {"now": NOON, "limit": 5}
    with storage.writing() as work:
        work.digest_schedules.claim_due(owner="a", until=NOON + 9000 * HOUR, **claim)
        assert len(work.digest_schedules.claim_due(owner="b", until=NOON + HOUR, **claim)) == 1


def test_schedules_looked_at_in_the_future_are_found(storage: Storage, schedule: ScheduleId) -> None:
    with storage.reading() as work:
        assert work.digest_schedules.ahead(now=NOON) == ()
        assert [one.id for one in work.digest_schedules.ahead(now=NOON - HOUR)] == [schedule]


def test_paused_schedule_is_never_due(storage: Storage, schedule: ScheduleId) -> None:
    with storage.writing() as work:
        work.digest_schedules.change(make_schedule(id=schedule, is_paused=True), now=NOON)
        assert work.digest_schedules.claim_due(owner="a", now=NOON, until=NOON + HOUR, limit=5) == ()


def test_slot_is_stored_once(storage: Storage, schedule: ScheduleId) -> None:
    with storage.writing() as work:
        first = work.digest_editions.add(make_edition(schedule))
        assert first is not None
        assert work.digest_editions.add(make_edition(schedule, secret="f")) is None
        found = work.digest_editions.by_secret("e")
        assert found == make_edition(schedule, id=first)
        assert work.digest_editions.made(schedule, limit=5) == (found,)
        assert work.digest_editions.latest_as_of(schedule) == NOON - HOUR


def test_content_is_forgotten_and_the_slot_is_not(storage: Storage, schedule: ScheduleId) -> None:
    with storage.writing() as work:
        work.digest_editions.add(make_edition(schedule))
        work.digest_editions.forget_content(before=NOON + HOUR)
        assert work.digest_editions.made(schedule, limit=5) == ()
        (line,) = work.digest_editions.log(READER, limit=5)
        assert (line.slot, line.outcome, line.stories, line.has_content) == (NOON, Outcome.MADE, 3, False)
        assert work.digest_editions.add(make_edition(schedule, secret="f")) is None


def test_slots_that_joined_ahead_of_time_are_forgotten(storage: Storage, schedule: ScheduleId) -> None:
    with storage.writing() as work:
        for hours, outcome in ((0, Outcome.JOINED), (1, Outcome.JOINED), (2, Outcome.MADE)):
            edition = make_edition(
                schedule, slot=NOON + hours * HOUR, outcome=outcome, secret=str(hours), as_of=None
            )
            work.digest_editions.add(edition)
        work.digest_editions.unjoin(schedule, since=NOON + HOUR)
        left = [(line.slot, line.outcome) for line in work.digest_editions.log(READER, limit=9)]
        assert left == [(NOON + 2 * HOUR, Outcome.MADE), (NOON, Outcome.JOINED)]


def test_mail_is_claimed_by_one_and_emptied_when_it_is_sent(
    storage: Storage, schedule: ScheduleId, address: AddressId
) -> None:
    claim: dict[str, Any] = {"now": NOON, "until": NOON + HOUR, "limit": 5}
    with storage.writing() as work:
        posts = work.digest_posts
        edition = work.digest_editions.add(make_edition(schedule))
        posts.add([make_post(address, edition=edition), make_post(address, edition=edition)])
        (post,) = posts.claim_due(owner="a", **claim)
        assert post == make_post(address, edition=edition, id=post.id)
        assert posts.claim_due(owner="b", **claim) == ()
        assert posts.hold(post.id, owner="a", until=NOON + HOUR)
        assert not posts.hold(post.id, owner="b", until=NOON + HOUR)
        posts.record(replace(post, state=PostState.SENT, sent_at=NOON, attempts=1))
        assert not posts.hold(post.id, owner="a", until=NOON + HOUR)
        assert posts.claim_due(owner="b", **claim) == ()
        (line,) = work.digest_editions.log(READER, limit=5)
        assert (line.post, line.attempts) == (PostState.SENT, 1)
        assert posts.troubled(limit=5) == ()


def test_mail_that_was_put_off_waits_and_is_told(storage: Storage, address: AddressId) -> None:
    claim: dict[str, Any] = {"owner": "a", "now": NOON, "until": NOON + HOUR, "limit": 5}
    with storage.writing() as work:
        posts = work.digest_posts
        posts.add([make_post(address)])
        (post,) = posts.claim_due(**claim)
        posts.record(replace(post, attempts=1, next_try_at=NOON + HOUR, problem="451"))
        assert posts.claim_due(**claim) == ()
        assert [(one.attempts, one.problem) for one in posts.troubled(limit=5)] == [(1, "451")]
        (again,) = posts.claim_due(**claim | {"now": NOON + HOUR, "until": NOON + 2 * HOUR})
        assert again.message == b"mail"
        posts.release([post.id], owner="a")
        assert len(posts.claim_due(**claim | {"now": NOON + HOUR, "owner": "b"})) == 1


def test_waiting_mails_of_a_schedule_are_called_back(
    storage: Storage, schedule: ScheduleId, address: AddressId
) -> None:
    with storage.writing() as work:
        edition = work.digest_editions.add(make_edition(schedule))
        work.digest_posts.add([make_post(address, edition=edition), make_post(address, message_id="2@x")])
        work.digest_posts.call_back(schedule)
        left = work.digest_posts.claim_due(owner="a", now=NOON, until=NOON + HOUR, limit=5)
        assert [post.message_id for post in left] == ["2@x"]


def test_address_is_kept_once_a_reader_and_deleted_with_its_mails(
    storage: Storage, schedule: ScheduleId, address: AddressId
) -> None:
    with storage.writing() as work:
        addresses = work.digest_addresses
        again = addresses.add(READER, "marta@orsholm.example", AddressState.WAITING, now=NOON)
        assert (again, addresses.of(READER)[0].state) == (address, AddressState.CONFIRMED)
        addresses.set_state(address, AddressState.REFUSED, problem="550")
        assert [(one.id, one.problem) for one in addresses.refused()] == [(address, "550")]
        work.digest_posts.add([make_post(address)])
        assert not addresses.remove(ReaderId(2), address)
        assert addresses.remove(READER, address)
        assert addresses.get(address) is None
        assert work.digest_posts.claim_due(owner="a", now=NOON, until=NOON + HOUR, limit=5) == ()
        left = work.digest_schedules.get(schedule)
        assert left is not None
        assert left.address is None


def test_ledger_follows_stories_that_become_part_of_others(storage: Storage, newsroom: Newsroom) -> None:
    one, two = StoryId(1), StoryId(2)
    first = Sent(at=NOON, headline="A", origins=frozenset({ArticleId(1)}), numbers=frozenset({"9"}))
    second = Sent(at=NOON + HOUR, headline="B", numbers=frozenset({"14"}), is_muted=False)
    with storage.writing() as work:
        drafts = [make_draft("A"), make_draft("B")]
        ids = work.articles.add(drafts, outlet_id=newsroom.outlet, feed_id=newsroom.feed, now=NOON)
        opened = tuple(Opened(members=frozenset({key})) for key in ids)
        work.stories.apply(StoryChanges(opened=opened), now=NOON)
        work.digest_ledger.put(READER, {one: first, two: second})
        assert work.digest_ledger.of(READER) == {one: first, two: second}
        work.stories.apply(
            StoryChanges(members={two: frozenset(ids)}, merged=(Merged(story=one, into=two),)), now=NOON
        )
        together = replace(second, origins=first.origins, numbers=frozenset({"9", "14"}))
        assert work.digest_ledger.of(READER) == {two: together}
        assert work.digest_ledger.of(ReaderId(2)) == {}
        work.digest_ledger.forget(before=NOON + HOUR)
        assert work.digest_ledger.of(READER) == {two: second}
