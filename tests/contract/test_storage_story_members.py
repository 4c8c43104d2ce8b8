from datetime import timedelta

from aggregator.domain.ids import StoryId
from aggregator.domain.stories import Folding, Member
from aggregator.storage import Storage
from tests.contract.conftest import Newsroom
from tests.contract.test_storage_stories import make_face, opens
from tests.factories import make_draft
from tests.fakes import NOON

HOUR = timedelta(hours=1)


def test_members_tell_what_a_card_counts(storage: Storage, newsroom: Newsroom) -> None:
    drafts = [
        make_draft("Bridge closed", published_at=NOON - HOUR),
        make_draft("Bridge shut", published_at=None),
        make_draft("Bridge talk", published_at=NOON),
    ]
    with storage.writing() as work:
        lead, copy, talk = work.articles.add(
            drafts, outlet_id=newsroom.outlet, feed_id=newsroom.feed, now=NOON
        )
        fold = Folding(origin_of={copy: lead}, discusses={talk: lead})
        work.articles.store_folding(fold, among=[lead, copy, talk])
        (story,) = work.stories.apply(opens([lead, copy, talk]), now=NOON + HOUR)
        work.stories.set_faces({story: make_face(lead)})
        told = work.story_members.of([story, StoryId(99)])
        link = work.articles.get_many([lead])[0].link

    usual = {"outlet_id": newsroom.outlet, "joined_at": NOON + HOUR}
    assert told == {
        story: (
            Member(id=lead, at=NOON - HOUR, dated=True, origin=lead, discusses=None, link=link, **usual),
            Member(id=copy, at=NOON, dated=False, origin=lead, discusses=None, link="", **usual),
            Member(id=talk, at=NOON, dated=True, origin=talk, discusses=lead, link="", **usual),
        ),
        StoryId(99): (),
    }


def test_leads_are_those_of_the_best_stories_with_news(storage: Storage, newsroom: Newsroom) -> None:
    with storage.writing() as work:
        ids = work.articles.add(
            [make_draft(f"Article {number}") for number in range(4)],
            outlet_id=newsroom.outlet,
            feed_id=newsroom.feed,
            now=NOON,
        )
        stories = work.stories.apply(opens(*([one] for one in ids)), now=NOON)
        work.stories.set_faces(
            {
                stories[0]: make_face(ids[0], score=1.0),
                stories[1]: make_face(ids[1], score=3.0),
                stories[2]: make_face(ids[2], score=4.0, last_at=NOON - 2 * HOUR),
            }
        )
        hashes = [one.content_hash for one in work.articles.get_many(ids)]

        assert set(work.stories.leads(since=NOON - HOUR, limit=9)) == {
            (stories[0], hashes[0]),
            (stories[1], hashes[1]),
        }
        assert work.stories.leads(since=NOON - HOUR, limit=1) == ((stories[1], hashes[1]),)
