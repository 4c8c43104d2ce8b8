"""Renew what stories say in their articles' own words, for every writer of stories: a build and a correction.

Reads the articles of the stories that changed; what was picked goes to storage.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice

from aggregator.domain.articles import Article
from aggregator.domain.ids import ArticleId, StoryId
from aggregator.domain.stories import Gist
from aggregator.storage import Storage, UnitOfWork
from aggregator.stories.background import load_background
from aggregator.stories.describe import independent_reports, main_language, reporting_members
from aggregator.stories.names import names_of
from aggregator.stories.quotes import quotes_of
from aggregator.stories.summary import summarise

EDITION = "2"
"""Of the way sentences are picked: another edition reads every story of the window anew."""
AT_A_TIME = 50
"""Stories whose articles are in memory together, and whose gists are stored together."""


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
    stale = _stale(work, living, known)
    work.gists.drop(stale.gone)
    for some in _batches(stale.wanted):
        work.gists.put(_picked(work, living, some))
    return len(stale.wanted)


def renew_gists_by_turns(
    storage: Storage,
    living: Mapping[StoryId, frozenset[ArticleId]],
    known: Mapping[ArticleId, str],
    *,
    between: Callable[[], object],
) -> int:
    """Do as `renew_gists` does, and let others write meanwhile: sentences are picked outside of writing.

    After an update of Broadfold every story of the window is read anew, which takes minutes.

    Args:
        storage: where the articles are read and the gists go, some stories at a time.
        living: the stories with all their members.
        known: the content hashes that are at hand; the others are read.
        between: called after each turn.

    Returns:
        How many stories were read.
    """
    with storage.reading() as work:
        stale = _stale(work, living, known)
    if stale.gone:
        with storage.writing() as work:
            work.gists.drop(stale.gone)
    for some in _batches(stale.wanted):
        with storage.reading() as work:
            picked = _picked(work, living, some)
        with storage.writing() as work:
            # A reader may have corrected a story meanwhile, which picks its gist anew.
            now = work.stories.members(list(picked))
            same = {story for story in picked if frozenset(now.get(story, ())) == living[story]}
            work.gists.put({story: found for story, found in picked.items() if story in same})
        between()
    return len(stale.wanted)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stale:
    """Stories whose gist is to be picked, with the state of their articles; and those that need none now."""

    wanted: Mapping[StoryId, str]
    gone: frozenset[StoryId]


def _stale(
    work: UnitOfWork, living: Mapping[StoryId, frozenset[ArticleId]], known: Mapping[ArticleId, str]
) -> _Stale:
    several = {story: ids for story, ids in living.items() if len(ids) > 1}
    older = {one for ids in several.values() for one in ids} - known.keys()
    hashes = {**known, **work.gists.hashes(older)}
    states = work.gists.states(living)
    wanted = {story: _state(ids, hashes) for story, ids in several.items()}
    return _Stale(
        wanted={story: state for story, state in wanted.items() if states.get(story) != state},
        gone=frozenset(states.keys() - wanted.keys()),
    )


def _batches(wanted: Mapping[StoryId, str]) -> Iterator[Mapping[StoryId, str]]:
    rest = iter(wanted.items())
    while some := dict(islice(rest, AT_A_TIME)):
        yield some


def _picked(
    work: UnitOfWork, living: Mapping[StoryId, frozenset[ArticleId]], some: Mapping[StoryId, str]
) -> Mapping[StoryId, Gist]:
    """Return the gists of some stories, each with the state it was picked from."""
    ids = sorted({one for story in some for one in living[story]})
    articles, folding = {a.id: a for a in work.articles.get_many(ids)}, work.articles.folding(ids)
    picked = {}
    for story, state in some.items():
        members = reporting_members([articles[one] for one in sorted(living[story])], folding)
        picked[story] = gist(independent_reports(members, folding), of=state)
    return picked


def gist(reports: list[Article], *, of: str = "") -> Gist:
    """Return what the independent reports of a story say, in its main language."""
    lang = main_language(reports)
    summary = summarise(reports, load_background(), lang=lang)
    return Gist(of=of, summary=summary, quotes=quotes_of(reports), names=names_of(reports))


def _state(ids: Iterable[ArticleId], hashes: Mapping[ArticleId, str]) -> str:
    told = [EDITION, *(f"{one}:{hashes.get(one, '')}" for one in sorted(ids))]
    return sha256("\n".join(told).encode()).hexdigest()
