"""The sentences that say the numbers of a report; pure. What is a number, `domain/facts.py` tells."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from aggregator.domain.articles import Article
from aggregator.domain.facts import LOOKED_AT, numbers

SENTENCE_END: Final = re.compile(r"(?<=[.!?。！？…])[\"”’»]?\s+(?=[\"“„«‘]?[^\W_a-z])")


def sentences(text: str) -> tuple[str, ...]:
    """Return the sentences of a text, blanks made single."""
    return tuple(one for one in SENTENCE_END.split(" ".join(text.split())) if one)


def told(article: Article) -> Mapping[str, str]:
    """Return each number that an article gives at its head, with the sentence or headline that gives it."""
    return dict(reversed(list(_told(article))))


def _told(article: Article) -> Iterator[tuple[str, str]]:
    for number in sorted(numbers(article.title)):
        yield number, article.title
    head = (article.text or article.summary)[: LOOKED_AT + 200]
    read = 0
    for sentence in sentences(head):
        if read > LOOKED_AT or (read and sentence[-1:].isalnum()):
            return
        read += len(sentence)
        for number in sorted(numbers(sentence)):
            yield number, sentence
