"""What lets people in, and what they follow: by hashes of secrets, each belonging to one reader."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from aggregator.domain.ids import ApiTokenId, ArticleId, InvitationId, ReaderId, SessionId, StoryId
from aggregator.domain.people import ApiToken, Invitation, Session, Unfollowed
from aggregator.domain.readers import PERSONAL, Reader, ReadMark, Role
from aggregator.domain.stories import Opened, StoryChanges
from aggregator.storage import Storage
from tests.contract.conftest import Newsroom
from tests.factories import make_draft, make_new_feed
from tests.fakes import NOON

HOUR = timedelta(hours=1)
ADA = Reader(id=ReaderId(2), name="Ada", role=Role.READER, created_at=NOON, password="hash", theme="dark")
SESSION = Session(
    id=SessionId(1), reader=PERSONAL, created_at=NOON, seen_at=NOON, expires_at=NOON + HOUR, agent="Firefox"
)
INVITATION = Invitation(
    id=InvitationId(1), role=Role.ADMIN, made_by=PERSONAL, created_at=NOON, expires_at=NOON + HOUR
)
TOKEN = ApiToken(id=ApiTokenId(1), reader=PERSONAL, name="Notes", created_at=NOON)


def test_reader_is_added_changed_and_listed(storage: Storage) -> None:
    with storage.writing() as work:
        assert work.readers.add(replace(ADA, id=ReaderId(0))) == 2
        work.readers.put(replace(ADA, time_zone="Europe/Oslo", role=Role.ADMIN))
    with storage.reading() as work:
        assert work.readers.get(ReaderId(2)) == replace(ADA, time_zone="Europe/Oslo", role=Role.ADMIN)
        assert [one.id for one in work.readers.all()] == [PERSONAL, 2]


def test_name_is_nobody_elses(storage: Storage) -> None:
    with storage.writing() as work:
        work.readers.add(ADA)
    with pytest.raises(IntegrityError), storage.writing() as work:
        work.readers.add(ADA)


def test_reader_goes_with_everything_that_is_theirs(storage: Storage, newsroom: Newsroom) -> None:
    with storage.writing() as work:
        (article,) = work.articles.add(
            [make_draft()], outlet_id=newsroom.outlet, feed_id=newsroom.feed, now=NOON
        )
        work.sessions.add("s", SESSION)
        work.invitations.add("i", INVITATION)
        work.api_tokens.add("t", TOKEN)
        work.follows.put(PERSONAL, Unfollowed(folders=frozenset({"Sport"})))
        work.read_marks.put(PERSONAL, {article: ReadMark(is_read=True, at=NOON)})
        work.readers.remove(PERSONAL)
    with storage.reading() as work:
        assert work.readers.all() == ()
        assert (work.sessions.by_token("s"), work.invitations.by_token("i")) == (None, None)
        assert work.api_tokens.by_token("t") is None
        assert work.follows.of(PERSONAL) == Unfollowed()
        assert work.read_marks.of(PERSONAL, [article]) == {}


def test_session_is_found_by_its_token_and_renewed(storage: Storage) -> None:
    with storage.writing() as work:
        work.sessions.add("s", SESSION)
        work.sessions.renew(SessionId(1), seen_at=NOON + HOUR, expires_at=NOON + 2 * HOUR)
    with storage.reading() as work:
        assert work.sessions.by_token("other") is None
        assert work.sessions.by_token("s") == replace(
            SESSION, seen_at=NOON + HOUR, expires_at=NOON + 2 * HOUR
        )


def test_sessions_are_ended_one_by_one_or_all_but_one(storage: Storage) -> None:
    with storage.writing() as work:
        work.readers.add(ADA)
        for number in range(4):
            work.sessions.add(str(number), replace(SESSION, seen_at=NOON + number * HOUR))
        work.sessions.remove(ReaderId(2), SessionId(4))
        work.sessions.remove(PERSONAL, SessionId(1))
        assert [one.id for one in work.sessions.of(PERSONAL)] == [4, 3, 2]
        work.sessions.remove_all(PERSONAL, but=SessionId(3))
        assert [one.id for one in work.sessions.of(PERSONAL)] == [3]
        work.sessions.remove_all(PERSONAL)
        assert work.sessions.of(PERSONAL) == ()


def test_sessions_and_invitations_that_ended_are_forgotten(storage: Storage) -> None:
    with storage.writing() as work:
        work.sessions.add("s", SESSION)
        work.sessions.add("later", replace(SESSION, expires_at=NOON + 2 * HOUR))
        work.invitations.add("i", INVITATION)
        work.sessions.forget(before=NOON + HOUR)
        work.invitations.forget(before=NOON + HOUR)
        assert [one.id for one in work.sessions.of(PERSONAL)] == [2]
        assert work.invitations.by_token("i") is None


def test_invitation_is_open_until_it_ends_and_is_used_once(storage: Storage) -> None:
    with storage.writing() as work:
        work.invitations.add("i", INVITATION)
        assert work.invitations.by_token("i") == INVITATION
        assert work.invitations.open(now=NOON) == (INVITATION,)
        assert work.invitations.open(now=NOON + HOUR) == ()
        assert work.invitations.remove(INVITATION.id)
        assert not work.invitations.remove(INVITATION.id)


def test_api_token_tells_when_it_was_used_and_is_removed_by_its_reader_only(storage: Storage) -> None:
    with storage.writing() as work:
        work.api_tokens.add("t", TOKEN)
        work.api_tokens.used(TOKEN.id, at=NOON + HOUR)
        assert work.api_tokens.by_token("t") == replace(TOKEN, used_at=NOON + HOUR)
        work.api_tokens.remove(ReaderId(2), TOKEN.id)
        assert len(work.api_tokens.of(PERSONAL)) == 1
        work.api_tokens.remove(PERSONAL, TOKEN.id)
        assert work.api_tokens.of(PERSONAL) == ()


def test_what_is_not_followed_is_replaced_as_a_whole(storage: Storage) -> None:
    wanted = Unfollowed(outlets=frozenset({"1", "2"}), folders=frozenset({"Sport"}))
    with storage.writing() as work:
        work.follows.put(PERSONAL, Unfollowed(outlets=frozenset({"9"})))
        work.follows.put(PERSONAL, wanted)
        assert work.follows.of(PERSONAL) == wanted
        assert work.follows.of(ReaderId(2)) == Unfollowed()


@pytest.fixture
def told(storage: Storage, newsroom: Newsroom) -> dict[str, StoryId]:
    """Stories by who reports them: the first outlet's feed has no folder, the second's is in *Sport*."""
    with storage.writing() as work:
        second = work.outlets.ensure("herald.example", name="The Herald")
        sport = work.feeds.add(
            make_new_feed("https://herald.example/sport.xml", folder="Sport"), second, now=NOON
        )
        ids: dict[str, ArticleId] = {}
        for name, outlet, feed in (
            ("one", newsroom.outlet, newsroom.feed),
            ("two", second, sport),
            ("both a", newsroom.outlet, newsroom.feed),
            ("both b", second, sport),
        ):
            (ids[name],) = work.articles.add([make_draft(name)], outlet_id=outlet, feed_id=feed, now=NOON)
        groups = {"one": ["one"], "two": ["two"], "both": ["both a", "both b"]}
        opened = tuple(Opened(members=frozenset(ids[name] for name in names)) for names in groups.values())
        return dict(zip(groups, work.stories.apply(StoryChanges(opened=opened), now=NOON), strict=True))


@pytest.mark.parametrize(
    ("without", "left"),
    [
        (Unfollowed(outlets=frozenset({"1"})), {"two", "both"}),
        (Unfollowed(folders=frozenset({"Sport"})), {"one", "both"}),
        (Unfollowed(outlets=frozenset({"1"}), folders=frozenset({"Sport"})), set()),
        (Unfollowed(folders=frozenset({"Elsewhere"})), {"one", "two", "both"}),
    ],
)
def test_story_is_followed_while_one_of_its_articles_is(
    storage: Storage, told: dict[str, StoryId], without: Unfollowed, left: set[str]
) -> None:
    with storage.reading() as work:
        found = work.follows.followed(list(told.values()), without)
    assert found == {told[name] for name in left}


def test_article_that_no_feed_delivers_any_more_is_followed_by_its_outlet(
    storage: Storage, newsroom: Newsroom, told: dict[str, StoryId]
) -> None:
    without = Unfollowed(folders=frozenset({"", "Sport"}))
    with storage.writing() as work:
        work.feeds.remove(newsroom.feed)
        assert work.follows.followed(list(told.values()), without) == {told["one"], told["both"]}
