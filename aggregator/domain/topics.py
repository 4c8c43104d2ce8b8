"""What holds many stories: the topics that a file names, and the themes that a build finds by itself."""

from dataclasses import dataclass

from aggregator.domain.ids import StoryId, ThemeId

OTHER = "other"
"""Name of the section for stories without a topic."""
EVERY = "all"
"""Name of the list of all stories, whatever their topic."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A section of the front page. `name` stands in addresses, `shown` on pages.

    `examples` are made-up leads of its reports; `sections` are the parts of addresses under which
    outlets file them, in small letters.
    """

    name: str
    shown: str
    examples: tuple[str, ...]
    sections: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """Several stories of one matter, as the last build saw them; `id` is None before it is stored.

    `words` are its most typical words, the most typical first.
    """

    words: tuple[str, ...]
    stories: frozenset[StoryId]
    id: ThemeId | None = None
