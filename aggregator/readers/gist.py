"""Say a story in its articles' own words: the stored sentences become lines that name their articles."""

from collections.abc import Sequence

from aggregator.domain.articles import Article
from aggregator.domain.stories import Gist
from aggregator.readers.lines import Outlets
from aggregator.readers.views import QuoteLine, SummaryLine


def summary(gist: Gist | None, articles: Sequence[Article], outlets: Outlets) -> tuple[SummaryLine, ...]:
    """Return the sentences that still stand in an article of the story.

    An article may have been edited, or taken out of the story, since the last build.
    """
    members = {one.id: one for one in articles}
    return tuple(
        SummaryLine(
            text=sentence.text,
            article=sentence.article,
            outlet=outlets[members[sentence.article].outlet_id].name,
            headline=members[sentence.article].title,
            at=members[sentence.article].at,
            lang=members[sentence.article].lang,
        )
        for sentence in (gist.summary if gist else ())
        if sentence.article in members and stands_in(sentence.text, members[sentence.article])
    )


def quotes(gist: Gist | None, articles: Sequence[Article], outlets: Outlets) -> tuple[QuoteLine, ...]:
    """Return the quotations that still stand in an article of the story."""
    members = {one.id: one for one in articles}
    return tuple(
        QuoteLine(
            speaker=quote.speaker,
            text=quote.text,
            article=quote.article,
            outlet=outlets[members[quote.article].outlet_id].name,
            headline=members[quote.article].title,
        )
        for quote in (gist.quotes if gist else ())
        if quote.article in members and stands_in(quote.text, members[quote.article])
    )


def stands_in(sentence: str, article: Article) -> bool:
    """Return whether an article has this sentence, whatever its blanks."""
    return sentence in " ".join((article.text or article.summary).split())
