"""Find themes by themselves: several stories of one matter, one level above the grouping of articles.

Takes the window's stories as vectors and words from build; the themes go to storage. HDBSCAN finds the
dense places among the stories, a guard takes out what stands apart there, and each theme is called by
the words that tell it from all other stories (class-based TF-IDF, as in Grootendorst 2022,
"BERTopic", arXiv:2203.05794, counting stories instead of words).
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import log
from typing import TYPE_CHECKING

from aggregator.domain.ids import StoryId
from aggregator.domain.topics import Theme
from aggregator.stories.background import Background
from aggregator.stories.words import tokens

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LEAST_STORIES = 3
"""Two stories that are alike are related stories; three make a theme."""
MOST_STORIES = 1500
"""Stories that are compared with each other, best first: 18 MB of distances."""
LEAST_COSINE = 0.45
"""Of a story to the middle of its theme's other stories: read off the labelled days of 2020."""
WORDS = 3
COMMON = 0.01
"""A word that usually stands in this share of all articles says nothing about a theme, if it is no name."""
NAME_CAPITALS = 0.6
"""A word that is capitalised this often inside sentences is a name."""
SHARED = 1 / 3
"""Part of a theme's stories that must have a word for it to stand in the theme's name."""
SAME = 0.5
"""A theme carries on an earlier one when they share this part of all stories of both."""

_WORD = re.compile(r"[^\W\d_]+(?:[’'][^\W\d_]+)*")
_INSIDE = re.compile(r"(?<=[\w,;] )[^\W\d_]+(?:[’'][^\W\d_]+)*")
"""Words after another word, or its comma: no sentence, quotation or bracket begins with them."""
_STEM = 5
"""Words that begin with the same letters, as "protest" and "protesters", count as one in a name."""
_SHORTEST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class _Speech:
    """The words of all stories: how many stories have each, which are names, how common they usually are.

    `plain` are the words that sentences do not capitalise.
    """

    stories: int
    spread: Counter[str]
    names: frozenset[str]
    plain: frozenset[str]
    background: Background

    def weight(self, word: str, holders: int) -> float:
        """Return how typical a word is of a theme of which `holders` stories have it."""
        usual = self.background.counts.get(word, 0) / max(self.background.articles, 1)
        if len(word) < _SHORTEST or (usual > COMMON and word not in self.names):
            return 0.0
        return holders * log(1 + self.stories / self.spread[word])


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A story as the themes see it: the unit float32[d] middle of its reports, and its words.

    `titles` are the headlines of all its reports, which name a theme; `excerpt` is running text that
    tells beside them which words are names.
    """

    id: StoryId
    vector: "NDArray[np.float32]"
    titles: str
    excerpt: str


def find_themes(stories: Sequence[Told], background: Background) -> tuple[Theme, ...]:
    """Return the themes among the stories, the largest first; most stories are in none."""
    stories = sorted(stories, key=lambda one: one.id)
    groups = _dense(stories)
    speech = _speech(stories, background)
    found = [
        Theme(
            words=_typical([stories[place] for place in group], speech),
            stories=frozenset(stories[place].id for place in group),
        )
        for group in groups
    ]
    named = (theme for theme in found if _says_something(theme.words))
    return tuple(sorted(named, key=lambda theme: (-len(theme.stories), min(theme.stories))))


def _says_something(words: Sequence[str]) -> bool:
    """Return whether the words can name a theme: a name does alone, other words only together."""
    return len(words) > 1 or any(word[0].isupper() for word in words)


def carry_on(found: Sequence[Theme], before: Sequence[Theme]) -> tuple[Theme, ...]:
    """Return the themes with the id and the words of the earlier one that each mostly is."""
    pairs = sorted(
        (
            (-_shared(one, other), place, earlier)
            for place, one in enumerate(found)
            for earlier, other in enumerate(before)
            if _shared(one, other) >= SAME
        ),
    )
    named: dict[int, Theme] = {}
    taken: set[int] = set()
    for _, place, earlier in pairs:
        if place not in named and earlier not in taken:
            taken.add(earlier)
            named[place] = replace(before[earlier], stories=found[place].stories)
    return tuple(named.get(place, one) for place, one in enumerate(found))


def _shared(one: Theme, other: Theme) -> float:
    return len(one.stories & other.stories) / len(one.stories | other.stories)


def _dense(stories: Sequence[Told]) -> list[list[int]]:
    """Return groups of places in `stories`: HDBSCAN's leaves without the members that stand apart.

    Leaves, since whole branches join the pandemic to the budget; and a guard, since density is
    relative: on a quiet day the least unlike stories are dense.
    """
    import numpy as np

    # HDBSCAN needs room for two leaves; with fewer stories there is nothing to tell apart.
    if len(stories) < 2 * LEAST_STORIES:
        return []
    from hdbscan import HDBSCAN

    rows = np.stack([one.vector for one in stories]).astype(np.float64)
    cosines = rows @ rows.T
    distances = np.clip(1 - cosines, 0, None)
    np.fill_diagonal(distances, 0)
    core = HDBSCAN(
        min_cluster_size=LEAST_STORIES,
        min_samples=1,
        metric="precomputed",
        cluster_selection_method="leaf",
    )
    labels = core.fit(distances).labels_
    groups = (_guarded(list(np.flatnonzero(labels == label)), rows) for label in range(labels.max() + 1))
    return [[int(place) for place in group] for group in groups if len(group) >= LEAST_STORIES]


def _guarded(group: list[int], rows: "NDArray[np.float64]") -> list[int]:
    """Return the group without the members that are unlike its others, the least like first."""
    import numpy as np

    while len(group) >= LEAST_STORIES:
        members = rows[group]
        others = members.sum(axis=0) - members
        lengths = np.linalg.norm(others, axis=1).clip(1e-9)
        nearness = np.einsum("ij,ij->i", members, others) / lengths
        worst = int(nearness.argmin())
        if nearness[worst] >= LEAST_COSINE:
            break
        group = group[:worst] + group[worst + 1 :]
    return group


def _speech(stories: Sequence[Told], background: Background) -> _Speech:
    inside: Counter[str] = Counter()
    capitals: Counter[str] = Counter()
    for one in stories:
        for word in _INSIDE.findall(f"{one.titles}. {one.excerpt}"):
            for folded in tokens(word):
                inside[folded] += 1
                capitals[folded] += word[0].isupper()
    return _Speech(
        stories=len(stories),
        spread=Counter(word for one in stories for word in set(tokens(one.titles))),
        names=frozenset(word for word, count in inside.items() if capitals[word] >= NAME_CAPITALS * count),
        plain=frozenset(word for word, count in inside.items() if capitals[word] < NAME_CAPITALS * count),
        background=background,
    )


def _typical(members: Sequence[Told], speech: _Speech) -> tuple[str, ...]:
    """Return the words that many of the members share and few other stories have, as they are written."""
    written: dict[str, Counter[str]] = {}
    holders: Counter[str] = Counter()
    for one in members:
        words = {folded: word for word in _WORD.findall(one.titles) for folded in tokens(word)}
        holders.update(words.keys())
        for folded, word in words.items():
            written.setdefault(folded, Counter())[word] += 1
    least = max(2, SHARED * len(members))
    weights = {word: speech.weight(word, count) for word, count in holders.items() if count >= least}
    chosen: list[str] = []
    for word in sorted((word for word in weights if weights[word]), key=lambda word: (-weights[word], word)):
        if len(chosen) < WORDS and not any(word[:_STEM] == other[:_STEM] for other in chosen):
            chosen.append(word)
    return tuple(_spelling(word, written[word], speech) for word in chosen)


def _spelling(word: str, forms: Counter[str], speech: _Speech) -> str:
    """Return a plain word in small letters, and any other as it is mostly written."""
    if word in speech.plain:
        return word
    return re.sub(r"[’']s$", "", max(forms, key=lambda form: (forms[form], form)))
