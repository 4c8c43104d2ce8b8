"""The twenty largest stories of a real day are laid side by side, whatever their texts are like."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from aggregator.domain.articles import ArticleDraft
from aggregator.domain.feeds import NewFeed
from aggregator.domain.ids import ArticleId, StoryId
from aggregator.domain.stories import Folding, Opened, StoryChanges
from aggregator.evaluate import Labelled, read_labelled
from aggregator.readers.comparing import Comparing
from aggregator.storage import Storage
from aggregator.stories.comparing import Compare
from aggregator.stories.copies import fold
from aggregator.stories.describe import describe
from aggregator.stories.embed import open_embedder
from tests.databases import memory_storage
from tests.fakes import FrozenClock
from tests.web.fake_reading import make_services
from web.factory import create_app

pytestmark = [pytest.mark.corpus, pytest.mark.model, pytest.mark.xdist_group("newsroom")]

LARGEST = 20


def stored(storage: Storage, labelled: Labelled) -> list[StoryId]:
    """Store the largest stories of a labelled file as they are labelled."""
    counts = Counter(story for story in labelled.stories if story)
    largest = [story for story, _ in counts.most_common(LARGEST)]
    folding = fold(labelled.articles, labelled.domains)
    stories, numbers = [], {}
    with storage.writing() as work:
        for name in largest:
            members = []
            for article, story in zip(labelled.articles, labelled.stories, strict=True):
                if story != name:
                    continue
                outlet = work.outlets.ensure(
                    f"outlet{article.outlet_id}.example", name=f"O{article.outlet_id}"
                )
                feed_url = f"https://outlet{article.outlet_id}.example/feed"
                known = work.feeds.by_url(feed_url)
                feed = known.id if known else work.feeds.add(NewFeed(url=feed_url), outlet, now=article.at)
                draft = ArticleDraft(
                    identity=str(article.id),
                    guid=None,
                    url=f"{article.url}#{article.id}",
                    link=article.link,
                    title=article.title,
                    summary=article.summary,
                    text=article.text,
                    html="",
                    content_hash=article.content_hash,
                    published_at=article.at if article.dated else None,
                    lang=article.lang,
                )
                (numbers[article.id],) = work.articles.add(
                    [draft], outlet_id=outlet, feed_id=feed, now=article.at
                )
                members.append(numbers[article.id])
            (story_id,) = work.stories.apply(
                StoryChanges(opened=(Opened(members=frozenset(members)),)), now=labelled.articles[0].at
            )
            work.stories.set_faces({story_id: describe(work.articles.get_many(members), {}, Folding())})
            stories.append(story_id)
        work.articles.store_folding(renumbered(folding, numbers), among=list(numbers.values()))
    return stories


def renumbered(folding: Folding, numbers: dict[ArticleId, ArticleId]) -> Folding:
    """Return the folding of the stored articles, by the numbers that they got."""
    return replace(
        folding,
        origin_of={
            numbers[one]: numbers[other]
            for one, other in folding.origin_of.items()
            if one in numbers and other in numbers
        },
        discusses={},
    )


def test_pages_of_the_largest_stories_of_a_day_render(corpus: Path) -> None:
    labelled = read_labelled(corpus / "labelled" / "day-2020-06-09.jsonl")
    storage = memory_storage()
    stories = stored(storage, labelled)
    clock = FrozenClock(at=max(one.at for one in labelled.articles))
    compare = Compare(storage=storage, embedder=open_embedder())
    comparing = Comparing(storage=storage, clock=clock, compare=compare)
    client = create_app(make_services(comparing=comparing, clock=clock)).test_client()

    answers = [client.get(f"/stories/{story}/compare") for story in stories]
    again = [client.get(f"/stories/{story}/compare?axis=language") for story in stories]
    storage.close()

    assert [answer.status_code for answer in (*answers, *again)] == [200] * 2 * LARGEST
    assert all("Who says what" in answer.text for answer in answers)
    assert sum("reported by" in answer.text for answer in answers) >= LARGEST // 2
