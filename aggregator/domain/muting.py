"""Decides which of a reader's rules hides a story; used by the lists of pages and by digests."""

import re
from collections.abc import Collection, Sequence
from functools import lru_cache

from aggregator.domain.ids import OutletId
from aggregator.domain.readers import Mute, MuteKind
from aggregator.domain.stories import Story

UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
"""Letters of scripts that put no space between words (Thai, Lao, Burmese, Khmer, Japanese, Chinese)."""


def hidden_by(
    story: Story, outlets: Collection[OutletId], mutes: Sequence[Mute], *, here: str = ""
) -> Mute | None:
    """Return the first rule that hides a story, or None.

    A word hides by headline and first lines, whatever its letters' case; an outlet hides what nobody
    else reports.

    Args:
        story: as shown.
        outlets: of all its articles.
        mutes: the reader's rules.
        here: the topic whose own page is asked for: a rule against that topic does not empty its page.
    """
    for mute in mutes:
        if mute.scope in ("", story.face.topic) and _matches(mute, story, outlets, here):
            return mute
    return None


def _matches(mute: Mute, story: Story, outlets: Collection[OutletId], here: str) -> bool:
    match mute.kind:
        case MuteKind.WORD:
            told = f"{story.face.headline}\n{story.face.excerpt}".casefold()
            return _pattern(mute.value).search(told) is not None
        case MuteKind.OUTLET:
            return {str(one) for one in outlets} == {mute.value}
        case MuteKind.TOPIC:
            return mute.value == story.face.topic and mute.value != here


@lru_cache(maxsize=1000)
def _pattern(phrase: str) -> re.Pattern[str]:
    """Return what finds a phrase as whole words, with any white space between them."""
    words = phrase.casefold().split()
    body = r"\s+".join(re.escape(word) for word in words)
    before = "" if UNSPACED.match(words[0][0]) else r"(?<!\w)"
    after = "" if UNSPACED.match(words[-1][-1]) else r"(?!\w)"
    return re.compile(before + body + after)
