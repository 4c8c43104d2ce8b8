"""Renew what stories say in their articles' own words, for every writer of stories: a build and a correction.

Reads the articles of the stories that changed; what was picked goes to storage.
"""

from collections.abc import Iterable, Mapping
from hashlib import sha256

from aggregator.domain.articles import Article
from aggregator.domain.ids import ArticleId, StoryId
from aggregator.domain.stories import Gist
from aggregator.storage import UnitOfWork
from aggregator.stories.background import load_background
from aggregator.stories.describe import independent_reports, main_language, reporting_members
from aggregator.stories.names import names_of
from aggregator.stories.quotes import quotes_of
from aggregator.stories.summary import summarise

EDITION = "2"
"""Of the way sentences are picked: another edition reads every story of the window anew."""
AT_A_TIME = 200
"""Stories whose articles are in memory together."""


def renew_gists(
    work: UnitOfWork, living: Mapping[StoryId, frozenset[ArticleId]], known: Mapping[ArticleId, str]
) -> int:
    """Pick the gists of the stories whose articles are others, or say something else, than at the last time.

    Args:
        work: where the articles are read and the gists go.
        living: the stories with all their members.
        known: the content hashes that are at hand; the others are read.

    Returns:
        How many stories were read.
    """
    several = {story: ids for story, ids in living.items() if len(ids) > 1}
    older = {one for ids in several.values() for one in ids} - known.keys()
    hashes = {**known, **work.gists.hashes(older)}
    states = work.gists.states(living)
    wanted = {story: _state(ids, hashes) for story, ids in several.items()}
    work.gists.drop(states.keys() - wanted.keys())
    stale = [story for story, state in wanted.items() if states.get(story) != state]
    for start in range(0, len(stale), AT_A_TIME):
        some = stale[start : start + AT_A_TIME]
        ids = sorted({one for story in some for one in several[story]})
        articles, folding = {a.id: a for a in work.articles.get_many(ids)}, work.articles.folding(ids)
        picked = {}
        for story in some:
            members = reporting_members([articles[one] for one in sorted(several[story])], folding)
            picked[story] = gist(independent_reports(members, folding), of=wanted[story])
        work.gists.put(picked)
    return len(stale)


def gist(reports: list[Article], *, of: str = "") -> Gist:
    """Return what the independent reports of a story say, in its main language."""
    lang = main_language(reports)
    summary = summarise(reports, load_background(), lang=lang)
    return Gist(of=of, summary=summary, quotes=quotes_of(reports), names=names_of(reports))


def _state(ids: Iterable[ArticleId], hashes: Mapping[ArticleId, str]) -> str:
    told = [EDITION, *(f"{one}:{hashes.get(one, '')}" for one in sorted(ids))]
    return sha256("\n".join(told).encode()).hexdigest()
