"""Pick a story's summary: three to five sentences that its outlets agree on, each out of an article.

Takes the independent reports of a story and the usual counts of words (`background.py`); `gists.py` stores
what it gives. Nothing is written anew: a summary is a choice of sentences.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import log, sqrt

from aggregator.domain.articles import Article
from aggregator.domain.ids import OutletId
from aggregator.domain.stories import Sentence
from aggregator.stories.background import Background
from aggregator.stories.sentences import primary, sentences_of
from aggregator.stories.titles import is_roundup
from aggregator.stories.words import tokens

FEWEST, MOST = 3, 5
"""Sentences of a summary; what would be shorter is none."""
READ = 12
"""Sentences of a report that are looked at: what happened stands at the head of a piece of news."""
REPORTS = 40
"""Reports of a story that are compared; a larger story agrees on no more."""
SHORTEST, LONGEST = 8, 45
"""Words of a sentence that can stand alone and is still read."""
ALIKE = 0.5
"""Cosine from which a sentence says again what another has said: read off pairs of the day of 2020-06-09."""
HELD = 0.75
"""Share of a sentence's weight that the sentences before it may hold already, in the same words."""
CENTRAL = 0.06
"""Least mean of the nearest cosines to the other outlets: below it, a sentence is one outlet's aside."""
HEAD = 0.4
"""By how much of its score the first sentence of a report gains on one at the end of what is read."""
RARE = 25
"""Articles that every word is thought to stand in besides: one strange name must not be all of a sentence."""
COVERED = 0.6
"""Share of the words that the background must know to cover their language, as in `rarity.py`."""

_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")
_END = re.compile(r"[.!。！｡۔।።][\"'”’»」』)\]]*$")
_CUT = re.compile(r"(?:\.\.\.|…|\[…\]|\[\.\.\.\])[\"'”’»)\]]*$")
_PAIRS = (("“", "”"), ("«", "»"), ("„", "“"), ("「", "」"), ("(", ")"), ("[", "]"))
_LEANING = re.compile(
    r"(?:he|she|they|it|its|his|her|their|this|that|these|those|but|and|or|so|yet|however|also|then|there|here"
    r"|meanwhile|still|instead|moreover|furthermore|for example|in addition|i|i’m|i'm|i’ve|i've|we|we’re"
    r"|we're|you|your|our|my|both|such|another|others|the two|the three|the post|after that|at the time"
    r"|earlier|as a result|asked|because)\b",
    re.IGNORECASE,
)
"""Beginnings that lean on a sentence before them, or speak as "I" and "you" (English)."""
_BEHIND = re.compile(
    r"\b(?:click|subscribe|sign up|newsletter|cookies?|read more|follow us|all rights reserved|photo|image"
    r"|getty|watch|video|advertisement|appeared first|our (?:reporter|website|app)|download|copyright|©"
    r"|join us|sits? down with|weighs? in|speaks? (?:about|to)|takes? a look|reports? from"
    r"|looks? (?:back )?at|this (?:story|article|page|report|post|copy)|live (?:blog|updates)|editor’s note"
    r"|updated at)\b"
    r"|https?://|www\.|@|\|",
    re.IGNORECASE,
)
"""What belongs to the page and not to the news."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    """A sentence that may be picked: its unit weights by term, its place in the report, how central it is."""

    sentence: Sentence
    outlet: OutletId
    weights: Mapping[str, float]
    place: int
    score: float = 0.0


def summarise(
    reports: Sequence[Article], background: Background, *, lang: str | None = None
) -> tuple[Sentence, ...]:
    """Return three to five sentences of different outlets, the one that most outlets agree on first.

    Only reports in `lang` are read. A story of fewer than two outlets, or with too little text for three
    sentences, has none.
    """
    read = [a for a in reports if primary(a.lang) == primary(lang) and not is_roundup(a.title)][:REPORTS]
    listed = [(article, _worth_reading(article)) for article in read]
    terms = {text: _terms(text) for _, texts in listed for text in texts}
    weight = _weights(list(terms.values()), background)
    found = [
        _Candidate(
            sentence=Sentence(article=article.id, text=text),
            outlet=article.outlet_id,
            weights=_unit(terms[text], weight),
            place=place,
        )
        for article, texts in listed
        for place, text in enumerate(texts)
    ]
    scored = [replace(one, score=_central(one, found) * _head(one.place)) for one in found]
    central = [one for one in scored if one.score >= CENTRAL]
    ranked = sorted(central, key=lambda one: (-one.score, one.sentence.article, one.place))
    chosen = _chosen(ranked)
    return tuple(one.sentence for one in chosen) if len(chosen) >= FEWEST else ()


def is_whole(sentence: str) -> bool:
    """Return whether a sentence can stand alone: complete, of fair length, and about the news."""
    words = len(sentence.split()) + len(_CJK.findall(sentence)) // 2
    first = sentence.lstrip("\"'“‘«„「([")[:1]
    return (
        SHORTEST <= words <= LONGEST
        and bool(_END.search(sentence))
        and not _CUT.search(sentence)
        and bool(first)
        and not first.islower()
        and not _LEANING.match(sentence.lstrip("\"'“‘«„"))
        and not _BEHIND.search(sentence)
        and sentence.count('"') % 2 == 0
        and all(sentence.count(left) == sentence.count(right) for left, right in _PAIRS if left != "„")
        and sentence[:1] not in "\"“‘'«„「"
    )


def _worth_reading(article: Article) -> list[str]:
    """Return the sentences at the head of a report that can stand alone, each once."""
    head = sentences_of(article.text or article.summary, article.lang)[:READ]
    title = article.title.casefold().rstrip(" .")
    return [one for one in dict.fromkeys(head) if is_whole(one) and one.casefold().rstrip(" .") != title]


def _terms(text: str) -> Counter[str]:
    """Return the words of a sentence; of a script without blanks, its pairs of signs."""
    signs = _CJK.findall(text)
    pairs = [one + other for one, other in pairwise(signs)]
    return Counter([*(word for word in tokens(text) if not _CJK.search(word)), *pairs])


def _weights(listed: Sequence[Counter[str]], background: Background) -> Mapping[str, float]:
    """Return the inverse document frequency of every term: as news usually has it, where that is known.

    In a language that the background does not cover, the story's own sentences are counted.
    """
    spread = Counter(term for terms in listed for term in terms)
    known = sum(count for term, count in spread.items() if term in background.counts)
    if background.articles and known >= COVERED * spread.total():
        size = background.articles + 1
        return {term: max(log(size / (background.counts.get(term, 0) + RARE)), 0) for term in spread}
    return {term: 1 + log((len(listed) + 1) / (count + 0.5)) for term, count in spread.items()}


def _unit(terms: Counter[str], weight: Mapping[str, float]) -> Mapping[str, float]:
    rows = {term: (1 + log(count)) * weight[term] for term, count in terms.items()}
    length = sqrt(sum(value * value for value in rows.values())) or 1.0
    return {term: value / length for term, value in rows.items() if value}


def _cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    if len(other) < len(one):
        one, other = other, one
    return sum(value * other[term] for term, value in one.items() if term in other)


def _central(one: _Candidate, every: Sequence[_Candidate]) -> float:
    """Return the mean over the other outlets of the cosine to what each says nearest to it."""
    nearest: dict[OutletId, float] = {}
    for other in every:
        if other.outlet != one.outlet:
            cosine = _cosine(one.weights, other.weights)
            # The same words again are a copy that nobody has recognised, not a second voice.
            if cosine < 0.95:
                nearest[other.outlet] = max(nearest.get(other.outlet, 0.0), cosine)
    return sum(nearest.values()) / len(nearest) if nearest else 0.0


def _head(place: int) -> float:
    return 1 - HEAD * place / READ


def _chosen(ranked: Sequence[_Candidate]) -> list[_Candidate]:
    """Return the best sentences that say something new, from as many outlets as there are."""
    outlets = {one.outlet for one in ranked}
    share = 1 if len(outlets) >= FEWEST else 2
    chosen: list[_Candidate] = []
    for one in ranked:
        own = sum(other.outlet == one.outlet for other in chosen)
        if own < share and len(outlets) > 1 and _is_new(one, chosen):
            chosen.append(one)
        if len(chosen) == MOST:
            break
    return chosen


def _is_new(one: _Candidate, chosen: Sequence[_Candidate]) -> bool:
    """Return whether a sentence neither repeats a chosen one nor is held by all of them together."""
    if any(_cosine(one.weights, other.weights) >= ALIKE for other in chosen):
        return False
    said = {term for other in chosen for term in other.weights}
    held = sum(value * value for term, value in one.weights.items() if term in said)
    return held < HELD
