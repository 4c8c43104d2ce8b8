"""Full-text search over titles and texts: a person's words in, article ids out, by FTS5."""

from unicodedata import category

from sqlalchemy import Connection, text

from aggregator.domain.ids import ArticleId

SEARCH = text(
    "SELECT rowid FROM article_search WHERE article_search MATCH :words "
    "ORDER BY rank, rowid DESC LIMIT :limit"
)


def match_expression(query: str) -> str | None:
    """Return an FTS5 expression that asks for all the words of a query, or None when it has no word.

    Each word becomes a quoted string, in which no sign has a meaning but the quote itself
    (https://www.sqlite.org/fts5.html 3.1). Pieces without a letter or digit would match nothing.
    """
    words = [word for word in query.replace("\0", " ").split() if any(is_token_sign(sign) for sign in word)]
    quoted = ['"' + word.replace('"', '""') + '"' for word in words]
    return " ".join(quoted) or None


def is_token_sign(sign: str) -> bool:
    """Return whether the unicode61 tokenizer makes words of this sign: letters, numbers, private use."""
    kind = category(sign)
    return kind[0] in "LN" or kind == "Co"


def search_articles(connection: Connection, query: str, *, limit: int) -> tuple[ArticleId, ...]:
    """Return the articles that hold every word of the query, the best match (BM25) first."""
    words = match_expression(query)
    if words is None:
        return ()
    rows = connection.execute(SEARCH, {"words": words, "limit": limit})
    return tuple(ArticleId(row.rowid) for row in rows)
