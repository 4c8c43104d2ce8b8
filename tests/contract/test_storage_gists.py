"""What a story says and names is kept as it was picked, and goes when it is dropped."""

from aggregator.domain.ids import ArticleId
from aggregator.domain.stories import Gist, Name, NameKind, Opened, Quote, Sentence, StoryChanges
from aggregator.storage import Storage
from tests.contract.conftest import Newsroom
from tests.factories import make_draft
from tests.fakes import NOON


def test_gist_comes_back_whole_is_replaced_and_dropped(storage: Storage, newsroom: Newsroom) -> None:
    gist = Gist(
        of="state",
        summary=(Sentence(article=ArticleId(1), text="The bridge is shut."),),
        quotes=(Quote(article=ArticleId(1), speaker="Ada Berg", text="It is shut and stays so"),),
        names=(Name(name="Ada Berg", kind=NameKind.PERSON, reports=3),),
    )
    with storage.writing() as work:
        (article,) = work.articles.add(
            [make_draft()], outlet_id=newsroom.outlet, feed_id=newsroom.feed, now=NOON
        )
        opened = StoryChanges(opened=(Opened(members=frozenset({article})),))
        (story,) = work.stories.apply(opened, now=NOON)
        work.gists.put({story: Gist(of="before")})
        work.gists.put({story: gist})
        assert work.gists.get(story) == gist
        work.gists.drop([story])
        assert work.gists.get(story) is None
