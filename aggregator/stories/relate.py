"""Weigh, pair by pair, why two articles may report one event.

Takes the articles of the window with their vectors and their folding from build and evaluate; the
evidence goes to group, and its parts to the pages that say "why together?". The window is looked at in
`survey.py`, the probability comes from `judge.py`, and what overrules it stands here.

A running process relates every few minutes a window of which most is as it was. Then only pairs with
an article that is *due* are measured and judged: those that are new or were edited, and twice as many
of the others, first those among whose nearest most has changed since they were due. All other pairs keep
the word of the first judge, and so long stay out if it dropped them. The second judge, who sees
a pair among the others, is asked about every pair around which anything has changed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from aggregator.domain.articles import Article
from aggregator.domain.stories import Folding
from aggregator.stories.context import CONTEXT, context, two_steps
from aggregator.stories.judge import Judge, Judges, load_judges
from aggregator.stories.nearest import Floats, Keys, keys
from aggregator.stories.parts import MUTUAL_AMONG
from aggregator.stories.shared import Telling
from aggregator.stories.survey import Evidence, RelateNumbers, Survey, survey, within
from aggregator.stories.uncollected import uncollected

AGAIN = 2
"""Articles that are due with each new one."""

NUMBERS = RelateNumbers()
NO_KEYS: Keys = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """The evidence of a window, and what makes it quick to relate the next window. That is only a cache.

    `first` holds the pairs that the first judge kept, with their context, and `said` float32[m] what the
    second said of them; `proposed` the pairs that only common neighbours spoke for. `waiting` int32[n]
    counts for each article what has changed among its nearest since it was due.
    """

    settings: RelateNumbers
    judges: Judges
    survey: Survey
    first: Evidence
    said: Floats
    proposed: Keys
    waiting: NDArray[np.int64]
    evidence: Evidence


@dataclass(slots=True)
class Recall:
    """Relates window after window for one running process, each starting from the one before.

    What is recalled is lost with the process, and nothing but time with it.
    """

    last: Related | None = None

    def __call__(
        self,
        articles: Sequence[Article],
        vectors: Floats,
        folding: Folding,
        settings: RelateNumbers = NUMBERS,
        judges: Judges | None = None,
    ) -> Evidence:
        """Return the evidence as `relate` does; see `related`."""
        self.last = related(articles, vectors, folding, settings, judges, self.last)
        return self.last.evidence


def relate(
    articles: Sequence[Article],
    vectors: Floats,
    folding: Folding,
    settings: RelateNumbers = NUMBERS,
    judges: Judges | None = None,
) -> Evidence:
    """Return the evidence between the articles that is worth keeping; their order does not matter.

    Args:
        articles: the window, n articles.
        vectors: unit rows of `embed.encode_articles`, float32[n, 2d], in the order of the articles.
        folding: of the same articles.
        settings: how candidates are found.
        judges: make the probabilities; the fitted ones unless told.
    """
    return related(articles, vectors, folding, settings, judges).evidence


@uncollected()
def related(
    articles: Sequence[Article],
    vectors: Floats,
    folding: Folding,
    settings: RelateNumbers = NUMBERS,
    judges: Judges | None = None,
    past: Related | None = None,
) -> Related:
    """Return the evidence between the articles, starting from that of another window if there is one.

    Other settings, other judges, and a window that is new for more than a third are related from scratch.
    """
    fitted = judges or load_judges()
    if past is not None and (past.settings != settings or past.judges is not fitted):
        past = None
    window = survey(articles, vectors, folding, settings, before=past.survey if past else None)
    due, waiting = _due(window, past)
    everything = past is None or bool(due.all())
    candidates = window.measured(window.candidates(settings, None if everything else due))
    carried, passed = (None, NO_KEYS) if past is None or everything else _carried(past, window, due)
    first, proposed = _first(window, candidates, fitted.first, settings, carried, passed)
    first, said = _said(first, fitted.second)
    return Related(
        settings=settings,
        judges=fitted,
        survey=window,
        first=first,
        said=said,
        proposed=proposed,
        waiting=waiting,
        evidence=_kept(first, said, settings),
    )


def at_first(
    window: Survey, candidates: Evidence, judge: Judge, settings: RelateNumbers = NUMBERS
) -> Evidence:
    """Return the measured candidates, and what common neighbours propose, judged each for itself.

    The columns of `context.CONTEXT` are added: what stands around each pair.
    """
    every, _ = _first(window, candidates, judge, settings)
    return replace(every, parts={**every.parts, **_around(every)})


def _first(
    window: Survey,
    candidates: Evidence,
    judge: Judge,
    settings: RelateNumbers,
    carried: Evidence | None = None,
    passed: Keys = NO_KEYS,
) -> tuple[Evidence, Keys]:
    """Return the pairs that the first judge keeps, and all that common neighbours proposed.

    What is carried over, and what was passed over before, is not judged again.
    """
    found = judged(candidates, judge, settings)
    found = found if carried is None else _joined(carried, found)
    beyond = two_steps(len(found.ids), found.left, found.right, found.score, settings.through_floor)
    beyond = np.setdiff1d(within(beyond, window.facts.hours, settings.horizon_hours), _keys_of(found))
    asked = np.setdiff1d(beyond, passed)
    return _joined(found, judged(window.measured(asked), judge, settings)), np.union1d(asked, passed)


def _around(found: Evidence) -> dict[str, Floats]:
    return context(len(found.ids), found.left, found.right, found.score)


def _said(first: Evidence, judge: Judge) -> tuple[Evidence, Floats]:
    """Return the pairs with what stands around them, and what the second judge says of each.

    He is asked only about those around which something differs from the last time.
    """
    parts, around = dict(first.parts), _around(first)
    said = parts.pop("said", np.full(len(first.score), np.nan, dtype=np.float32)).copy()
    known = [parts[name] == around[name] for name in CONTEXT if name in parts]
    asked = np.flatnonzero(~np.logical_and.reduce(known) if known else np.isnan(said))
    parts |= around
    said[asked] = judge({name: column[asked] for name, column in parts.items()})
    return replace(first, parts=parts), said


def _due(window: Survey, past: Related | None) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Return which articles are due, and what has changed among the nearest of the others."""
    size, kept = len(window.articles), window.kept
    due = kept < 0
    if past is None or 3 * int(due.sum()) > size:
        return np.ones(size, dtype=bool), np.zeros(size, dtype=np.int64)
    waiting = past.waiting[kept] + _changes(window, past.survey)
    first = np.argsort(np.where(due, 0, -waiting), kind="stable")[: AGAIN * int(due.sum())]
    due |= np.isin(np.arange(size), first[waiting[first] > 0])
    # Folding, and a headline that is used for the third time, change pairs of articles that stay the same.
    due |= past.survey.headlines.repeated[kept] != window.headlines.repeated
    same = np.setxor1d(_moved(past.survey.same, past.survey, window)[0], window.same)
    due[same // max(size, 1)] = due[same % max(size, 1)] = True
    return due, np.where(due, 0, waiting)


def _changes(window: Survey, before: Survey) -> NDArray[np.int64]:
    """Return how many came and went among the nearest few of each article."""
    kept = window.kept
    now, then = window.near.places[:, :MUTUAL_AMONG], before.near.places[kept, :MUTUAL_AMONG]
    is_left = np.zeros(len(before.articles), dtype=bool)
    is_left[kept[kept >= 0]] = True
    came = ((now >= 0) & (kept[now] < 0)).sum(axis=1)
    went = ((then >= 0) & ~is_left[then]).sum(axis=1)
    changes: NDArray[np.int64] = came + went
    return changes


def _moved(pairs: Keys, before: Survey, window: Survey) -> tuple[Keys, NDArray[np.bool_]]:
    """Return the pairs of the survey before in the places of now, and which of them are still there."""
    place = np.full(max(len(before.articles), 1), -1, dtype=np.int64)
    place[window.kept[window.kept >= 0]] = np.flatnonzero(window.kept >= 0)
    size = max(len(before.articles), 1)
    one, other = place[pairs // size], place[pairs % size]
    there = (one >= 0) & (other >= 0)
    return keys(one[there], other[there], len(window.articles)), there


def _carried(past: Related, window: Survey, due: NDArray[np.bool_]) -> tuple[Evidence, Keys]:
    """Return the pairs of articles that are not due, as they were judged, and those that were passed over."""
    size = max(len(window.articles), 1)
    moved, there = _moved(_keys_of(past.first), past.survey, window)
    rest = ~(due[moved // size] | due[moved % size])
    taken = np.flatnonzero(there)[rest]
    columns = {**past.first.parts, "said": past.said}
    carried = Evidence(
        ids=tuple(one.id for one in window.articles),
        left=(moved[rest] // size).astype(np.int32),
        right=(moved[rest] % size).astype(np.int32),
        score=past.first.score[taken],
        parts={name: column[taken] for name, column in columns.items()},
        telling=Telling(words=window.facts.words, rarity=window.facts.rarity),
    )
    passed, _ = _moved(past.proposed, past.survey, window)
    return carried, passed[~(due[passed // size] | due[passed % size])]


def judged(found: Evidence, judge: Judge, settings: RelateNumbers) -> Evidence:
    """Return the pairs with the judge's probability, without those too weak to keep."""
    return _kept(found, judge(found.parts), settings)


def _kept(found: Evidence, chance: Floats, settings: RelateNumbers) -> Evidence:
    """Return the pairs with their probability after what overrules it, without those too weak to keep.

    Those that are held apart are kept: they speak against their groups.
    """
    score = _overruled(chance, found.parts, settings)
    kept = np.flatnonzero((score >= settings.keep) | (found.parts["held_apart"] > 0))
    return replace(
        found,
        left=found.left[kept],
        right=found.right[kept],
        score=score[kept],
        parts={name: column[kept] for name, column in found.parts.items()},
    )


def _joined(one: Evidence, other: Evidence) -> Evidence:
    """Return the pairs of both with the columns of the first, in the order of their places."""
    left, right = np.concatenate([one.left, other.left]), np.concatenate([one.right, other.right])
    order = np.lexsort((right, left))
    missing = np.full(len(other.score), np.nan, dtype=np.float32)
    return replace(
        one,
        left=left[order],
        right=right[order],
        score=np.concatenate([one.score, other.score])[order],
        parts={
            name: np.concatenate([column, other.parts.get(name, missing)])[order]
            for name, column in one.parts.items()
        },
    )


def _keys_of(found: Evidence) -> Keys:
    return keys(found.left, found.right, len(found.ids))


def _overruled(chance: Floats, parts: Mapping[str, Floats], settings: RelateNumbers) -> Floats:
    """Return the probability after what the judge cannot know."""
    hours = np.nan_to_num(parts["hours"])
    faded = chance * np.exp(-(hours - settings.fade_after).clip(0) / settings.fade_hours)
    # Two issues of one series look alike whatever they report: only what their texts say counts.
    faded = np.where(parts["series"] > 0, np.minimum(faded, parts["tfidf"]), faded)
    faded = np.where(parts["held_apart"] > 0, 0, faded)
    return np.where(parts["same"] > 0, 1, faded).astype(np.float32)
