"""Lay a story's reports beside each other: claims, what only one says, differing numbers, quotations.

Pure but for the model, which is handed in as `encode`; `comparing.py` is the service that stores what this
gives.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from aggregator.domain.articles import Article, text_hash
from aggregator.domain.comparing import Comparison
from aggregator.stories.claims import NUMBERS, ClaimNumbers, align, nearness
from aggregator.stories.conflicts import differences
from aggregator.stories.describe import main_language
from aggregator.stories.quotes import every_quote_of
from aggregator.stories.statements import statements_of, unread_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Encode = Callable[[Sequence[str]], "NDArray[np.float32]"]
"""Texts to unit rows, float32[n, d], in their order."""


def compared(
    reports: Sequence[Article], encode: Encode, *, of: str = "", numbers: ClaimNumbers = NUMBERS
) -> Comparison:
    """Return what the independent reports of a story say beside each other.

    Args:
        reports: one article for each origin, in the order of their times.
        encode: gives the vectors of sentences.
        of: names the state of the story that is compared.
        numbers: how near two sentences are that say the same.
    """
    statements = statements_of(reports)
    if not statements:
        return Comparison(of=of)
    near = nearness(statements, encode([one.text for one in statements]), numbers)
    aligned = align(statements, near, numbers)
    return Comparison(
        of=of,
        claims=aligned.claims,
        alone=aligned.alone,
        differences=differences(statements, near, aligned.claims, reports),
        quotes=every_quote_of(reports),
        unread=unread_of(reports, main_language(reports)),
        read=tuple(dict.fromkeys(text_hash(one.text) for one in statements)),
    )
