"""The numbers that a report gives, such as a toll, and the sentence that says each; pure.

A number is the plainest new fact there is: it is found in any language, and it reads the same in every
outlet. Years, dates and times of day are none: they are in every report, and tell nothing new.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from aggregator.domain.articles import Article

LOOKED_AT: Final = 500
"""Characters of a text that are looked at: reports put what is new first."""
MONTH: Final = (
    r"(?:jan|feb|mar|mär|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez|déc|ene|abr|ago|gen|mag|giu|lug|set|ott)"
    r"\w*\.?"
)
NO_FACT: Final = re.compile(
    r"\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:\s?(?:uhr|h|am|pm|a\.m\.|p\.m\.))"
    r"|\d{1,2}:\d{2}|\b\d{1,2}\s?(?:am|pm|a\.m\.|p\.m\.|uhr|o[’']clock)(?!\w)"
    r"|\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}[./]\d{1,2}[./]\d{2,4}\b"
    rf"|\b\d{{1,2}}(?:st|nd|rd|th|\.|er)?\s(?:of\s|de\s)?{MONTH}(?!\w)"
    rf"|(?<!\w){MONTH}\s\d{{1,2}}(?:st|nd|rd|th)?(?![\w.,]*\d)"
    r"|(?<![\d.,])(?:19|20)\d\d(?![\d.,]*\d)",
    re.IGNORECASE,
)
NUMBER: Final = re.compile(r"\d+(?:[.,\u00a0\u202f’' ]\d{3})*(?:[.,]\d+)?")
GROUPS: Final = re.compile(r"(?<=\d)[.,\u00a0\u202f’' ](?=\d{3}(?!\d))")
WORDS: Final = {
    "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9",
    "ten": "10", "eleven": "11", "twelve": "12", "thirteen": "13", "fourteen": "14", "fifteen": "15",
    "sixteen": "16", "seventeen": "17", "eighteen": "18", "nineteen": "19", "twenty": "20", "thirty": "30",
    "forty": "40", "fifty": "50", "sixty": "60", "seventy": "70", "eighty": "80", "ninety": "90",
}  # fmt: skip
WORD: Final = re.compile(rf"\b(?:{'|'.join(WORDS)})\b", re.IGNORECASE)
SENTENCE_END: Final = re.compile(r"(?<=[.!?。！？…])[\"”’»]?\s+(?=[\"“„«‘]?[^\W_a-z])")


def numbers(text: str) -> frozenset[str]:
    """Return the numbers in a text as plain digits, those written as English words too."""
    left = NO_FACT.sub(" ", text)
    found = {GROUPS.sub("", one).replace(",", ".") for one in NUMBER.findall(left)}
    return frozenset(found | {WORDS[one.lower()] for one in WORD.findall(left)})


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
