"""Choose the sentence of an article that answers a search best, and the words in it to mark; pure."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from aggregator.domain.search import Query
from aggregator.readers.folded import folded, tokens
from aggregator.readers.found import Marked, Passage

SENTENCE_END: Final = re.compile(r"[.!?…](?:[\"”’)»](?=\s)|(?=\s))|[。！？\n]")
LONGEST: Final = 280
"""Characters of a sentence that are shown."""
BEFORE: Final = 80
"""Characters shown before the first marked word of a longer one."""
LOOKED_AT: Final = 20_000
"""Characters of a text that are looked at: a book's chapter, no news."""

Term = tuple[str, ...]
Span = tuple[int, int]


def best_passage(title: str, text: str, query: Query) -> Passage:
    """Return the sentence with the most of the query's words, the earliest of equals.

    The headline comes after the sentences of the text, for it stands on the page already. Without any
    word, as when only the meaning is near, it is the first sentence.
    """
    terms = [tuple(token for token, _, _ in tokens(term)) for term in (*query.phrases, *query.words)]
    headline, told = " ".join(title.split()), text[:LOOKED_AT]
    if not _may_hold(f"{headline}\n{told}", terms):
        return _passage(next(_sentences(told), headline), [])
    sentences = [*_sentences(told), headline]
    spans = [_spans(sentence, terms) for sentence in sentences]
    weights = [sum(len(terms[number]) for number in {number for number, _ in found}) for found in spans]
    best = max(range(len(sentences)), key=lambda place: (weights[place], -place))
    return _passage(sentences[best], _merged([span for _, span in spans[best]]))


def _sentences(text: str) -> Iterator[str]:
    start = 0
    for end in (*(found.end() for found in SENTENCE_END.finditer(text)), len(text)):
        flat = " ".join(text[start:end].split())
        start = end
        if flat:
            yield flat


def _may_hold(text: str, terms: Sequence[Term]) -> bool:
    """Return whether the beginning of any term stands in a text; to tell its words apart takes longer."""
    flat = folded(text)
    return any(term and term[0] in flat for term in terms)


def _spans(sentence: str, terms: Sequence[Term]) -> list[tuple[int, Span]]:
    """Return the number of each term that stands in a sentence, with where it does."""
    if not _may_hold(sentence, terms):
        return []  # as most sentences
    if sentence.isascii():
        return [(number, run) for number, term in enumerate(terms) if term for run in _runs(sentence, term)]
    words = list(tokens(sentence))
    starts: dict[str, list[int]] = {}
    for place, (word, _, _) in enumerate(words):
        starts.setdefault(word, []).append(place)
    found = []
    for number, term in enumerate(terms):
        for place in starts.get(term[0], ()) if term else ():
            run = words[place : place + len(term)]
            if tuple(word for word, _, _ in run) == term:
                found.append((number, (run[0][1], run[-1][2])))
    return found


def _runs(sentence: str, term: Term) -> Iterator[Span]:
    """Yield where a term stands in ASCII text, of which `tokens` levels nothing but the capitals."""
    small, pattern = sentence.lower(), _pattern(term)
    at = small.find(term[0])
    while at >= 0:
        if not (at and small[at - 1].isalnum()) and (run := pattern.match(small, at)):
            yield run.span()
        at = small.find(term[0], at + 1)


@lru_cache(maxsize=500)
def _pattern(term: Term) -> re.Pattern[str]:
    """Return what matches a run of words in small letters, to the end of the last one."""
    return re.compile(r"[\W_]+".join(map(re.escape, term)) + r"(?![^\W_])", re.ASCII)


def _merged(spans: Sequence[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _passage(sentence: str, spans: Sequence[Span]) -> Passage:
    first, last = 0, len(sentence)
    if last > LONGEST:
        first = max(0, spans[0][0] - BEFORE) if spans else 0
        first = sentence.find(" ", first, first + 30) + 1 if first else 0
        last = min(last, first + LONGEST)
        if last < len(sentence):
            last = max(sentence.rfind(" ", first, last), first + LONGEST - 30)
    pieces = [Marked(text="…")] if first else []
    at = first
    for start, end in spans:
        if first <= start and end <= last:
            pieces += [Marked(text=sentence[at:start]), Marked(text=sentence[start:end], is_match=True)]
            at = end
    pieces.append(Marked(text=sentence[at:last] + ("…" if last < len(sentence) else "")))
    return tuple(piece for piece in pieces if piece.text)
