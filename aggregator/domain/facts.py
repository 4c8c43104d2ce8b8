"""What a report tells that others do not: numbers, and the words of its headline; pure.

A number is the plainest new fact there is: it is found in any language, and it reads the same in every
outlet. Years, dates and times of day are none: they are in every report, and tell nothing new. What no number
says, a headline does: "Minister resigns" has a word that no report before had.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

LOOKED_AT: Final = 500
"""Characters of a text in which new numbers are looked for: reports put what is new first."""
READ: Final = 1500
"""Characters of a text that count as read: what stands further down is background in nearly all reports."""
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
WORD_OF_ANY_LANGUAGE: Final = re.compile(r"[^\W\d_]+")


def numbers(text: str) -> frozenset[str]:
    """Return the numbers in a text as plain digits, those written as English words too."""
    left = NO_FACT.sub(" ", text)
    found = {GROUPS.sub("", one).replace(",", ".") for one in NUMBER.findall(left)}
    return frozenset(found | {WORDS[one.lower()] for one in WORD.findall(left)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Tells:
    """What a report tells.

    `fresh` numbers, of its head, and the words of its `headline` may be news; `numbers` and `words` are what
    whoever has read it knows.
    """

    fresh: frozenset[str]
    headline: frozenset[str]
    numbers: frozenset[str]
    words: frozenset[str]


def tells(title: str, text: str) -> Tells:
    """Return what a report with this headline and text, of which the beginning is enough, tells."""
    whole = f"{title}\n{text[:READ]}"
    return Tells(
        fresh=numbers(f"{title}\n{text[:LOOKED_AT]}"),
        headline=_words(title),
        numbers=numbers(whole),
        words=_words(whole),
    )


def new_facts(new: Sequence[Tells], known: Iterable[Tells]) -> int:
    """Return how many facts some reports bring that the known ones do not.

    Each number at the head of a report counts that is known from none; a report without any counts as one
    fact when its headline has a word that is known from none. When in doubt it is a fact: words of another
    language are new, and so is another word for the same.

    Args:
        new: the reports, the earliest first: what one of them tells is known for the next.
        known: the reports that were read.
    """
    some = tuple(known)
    numbers_known = frozenset[str]().union(*(one.numbers for one in some))
    words_known = frozenset[str]().union(*(one.words for one in some))
    found = 0
    for one in new:
        numbers_new = one.fresh - numbers_known
        found += len(numbers_new) or int(not one.headline <= words_known)
        numbers_known |= one.numbers
        words_known |= one.words
    return found


def _words(text: str) -> frozenset[str]:
    return frozenset(WORD_OF_ANY_LANGUAGE.findall(text.casefold()))
