"""What a search asks for, once its words are read: the parser makes it, storage and pages use it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from unicodedata import category

from aggregator.domain.ids import OutletId, ReaderId


class Standing(StrEnum):
    """How a story stands with the reader who searches; `unread` are those with new reports, too."""

    UNREAD = "unread"
    READ = "read"
    SAVED = "saved"
    FOLLOWED = "followed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A search as understood. All words and phrases must be there, nothing of `without` may be.

    Of several outlets, topics or languages any will do. `after` is included, `before` is not; both
    are UTC. `standings` are of the stories and must all hold for `reader`. `notes` are sentences for
    the person who searches, about what was not understood.
    """

    words: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    outlets: frozenset[OutletId] = frozenset()
    topics: frozenset[str] = frozenset()
    langs: frozenset[str] = frozenset()
    after: datetime | None = None
    before: datetime | None = None
    standings: frozenset[Standing] = frozenset()
    reader: ReaderId | None = None
    notes: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Return what it is about, for the language model; empty when it only filters."""
        return " ".join((*self.words, *self.phrases))

    @property
    def is_narrowed(self) -> bool:
        """Return whether it asks for some articles only, whatever their words."""
        wanted = self.outlets or self.topics or self.langs or self.after or self.before
        return bool(wanted or self.standings - {Standing.UNREAD})

    @property
    def is_empty(self) -> bool:
        """Return whether it asks for nothing that could be found."""
        return not (self.text or self.is_narrowed or self.standings)


def is_token_sign(sign: str) -> bool:
    """Return whether the unicode61 tokenizer makes words of this sign: letters, numbers, private use."""
    kind = category(sign)
    return kind[0] in "LN" or kind == "Co"


def has_token(text: str) -> bool:
    """Return whether there is anything in a text that the index could hold."""
    return any(is_token_sign(sign) for sign in text)
