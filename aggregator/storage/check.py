"""Look for faults in a database, for `broadfold db check`: SQLite's own checks, then our rules."""

from sqlalchemy import Connection, exists, func, select

from aggregator.domain.stories import StoryState
from aggregator.storage import migrate, sqlite
from aggregator.storage.schema import stories, story_articles, vectors

REPORT = "Broadfold should never write that: please report it, with the file if you can."


def problems(connection: Connection) -> tuple[str, ...]:
    """Return what is wrong, as sentences that say what to do; the connection must be a writing one."""
    found = sqlite.damage(connection)
    old_schema = schema_problem(migrate.current(connection))
    if old_schema is not None:
        return (*found, old_schema)
    if not sqlite.search_in_step(connection):
        found.append("The search index does not match the articles, so searches miss or mislead. " + REPORT)
    return (*found, *broken_stories(connection), *broken_vectors(connection))


def schema_problem(revision: str | None) -> str | None:
    """Return what is wrong with a schema of this revision, or None when it is the one we work with."""
    if revision == migrate.head():
        return None
    if revision is None:
        return "The database has no tables yet. Run `broadfold db upgrade`."
    if revision in migrate.known_revisions():
        return f"Schema {revision} is older than {migrate.head()}. Run `broadfold db upgrade`."
    return f"Schema {revision} is newer than {migrate.head()}. Install the newer Broadfold again."


def broken_stories(connection: Connection) -> list[str]:
    """Return which rules of stories do not hold."""
    merged = stories.c.state == StoryState.MERGED.value
    target = stories.alias("target")
    chained = exists().where(target.c.id == stories.c.merged_into, target.c.merged_into.is_not(None))
    has_articles = exists().where(story_articles.c.story_id == stories.c.id)
    rules = {
        "merged stories lead nowhere": merged & stories.c.merged_into.is_(None),
        "merged stories still hold articles": merged & has_articles,
        "merged stories lead to another merged one": merged & chained,
    }
    counts = {
        what: connection.scalar(select(func.count()).select_from(stories).where(rule))
        for what, rule in rules.items()
    }
    return [f"{count} {what}. {REPORT}" for what, count in counts.items() if count]


def broken_vectors(connection: Connection) -> list[str]:
    """Return the models whose vectors are not all of one length."""
    sizes = func.count(func.length(vectors.c.vector).distinct())
    uneven = select(vectors.c.model).group_by(vectors.c.model).having(sizes > 1)
    return [f"The vectors of {model} differ in length. {REPORT}" for model in connection.scalars(uneven)]
