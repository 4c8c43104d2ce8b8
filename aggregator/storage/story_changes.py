"""Store what a tracking run decided: new stories, moved articles, redirects, and a line of history each.

The values come from `stories/track.py`; nothing is decided here but the order of the writes.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from aggregator.domain.ids import ArticleId, StoryId
from aggregator.domain.stories import Merged, Opened, StoryChanges, StoryState
from aggregator.storage.rows import chunks, insert_into, select_in
from aggregator.storage.schema import stories, story_articles, story_events

Memberships = Mapping[ArticleId, StoryId]
Line = tuple[StoryId, str, str]
"""A line of history: story, kind, detail."""


def apply_changes(connection: Connection, changes: StoryChanges, *, now: datetime) -> tuple[StoryId, ...]:
    """Write one run's changes and return the ids of the opened stories, in their order.

    Raises:
        ValueError: stories merge in a circle.
    """
    redirects = final_targets(connection, changes.merged)
    opened = open_stories(connection, changes.opened, now)
    before = current_members(connection, {*changes.members, *redirects})
    after = new_members(changes, opened, before, redirects)
    move(connection, before, after, now)
    redirect(connection, redirects)
    followed = follow(connection, opened, changes.opened)
    for chunk in chunks(changes.retired):
        retire = stories.update().where(stories.c.id.in_(chunk))
        connection.execute(retire.values(state=StoryState.RETIRED.value))
    write_history(connection, [*history(changes, opened, before), *follow_lines(followed)], now)
    return opened


def final_targets(connection: Connection, merged: Sequence[Merged]) -> dict[StoryId, StoryId]:
    """Return for each merging story the one that is left at the end, so that one hop always suffices.

    Raises:
        ValueError: stories merge in a circle.
    """
    into = {merge.story: merge.into for merge in merged}
    query = select(stories.c.id, stories.c.merged_into).where(stories.c.merged_into.is_not(None))
    for row in list(select_in(connection, query, stories.c.id, into.values())):
        into.setdefault(StoryId(row.id), StoryId(row.merged_into))
    final = {}
    for merge in merged:
        target, hops = merge.into, 0
        while target in into:
            target, hops = into[target], hops + 1
            if hops > len(into):
                raise ValueError(f"story {merge.story} would merge into itself")
        final[merge.story] = target
    return final


def open_stories(connection: Connection, opened: Sequence[Opened], now: datetime) -> tuple[StoryId, ...]:
    """Insert a row for each story to open and return their ids in order."""
    if not opened:
        return ()
    rows = [
        {"state": StoryState.OPEN.value, "opened_at": now, "split_from": story.split_from} for story in opened
    ]
    insert = stories.insert().returning(stories.c.id, sort_by_parameter_order=True)
    return tuple(StoryId(row.id) for row in connection.execute(insert, rows))


def current_members(connection: Connection, story_ids: Collection[StoryId]) -> dict[ArticleId, StoryId]:
    """Return the stored membership of these stories."""
    query = select(story_articles.c.article_id, story_articles.c.story_id)
    rows = select_in(connection, query, story_articles.c.story_id, story_ids)
    return {ArticleId(row.article_id): StoryId(row.story_id) for row in rows}


def new_members(
    changes: StoryChanges,
    opened: Sequence[StoryId],
    before: Memberships,
    redirects: Mapping[StoryId, StoryId],
) -> dict[ArticleId, StoryId]:
    """Return where every article of a changed story belongs from now on.

    Where a merge says nothing about its target's members, the articles go there with the id.
    """
    after = {
        article: redirects[story]
        for article, story in before.items()
        if story in redirects and redirects[story] not in changes.members
    }
    for story, members in changes.members.items():
        after.update(dict.fromkeys(members, story))
    for story, new in zip(opened, changes.opened, strict=True):
        after.update(dict.fromkeys(new.members, story))
    return after


def move(connection: Connection, before: Memberships, after: Memberships, now: datetime) -> None:
    """Write the memberships that differ: who stays keeps the time of joining."""
    for chunk in chunks(article for article in before if article not in after):
        connection.execute(story_articles.delete().where(story_articles.c.article_id.in_(chunk)))
    query = select(story_articles.c.article_id, story_articles.c.story_id)
    rows = select_in(connection, query, story_articles.c.article_id, after)
    stored = {row.article_id: row.story_id for row in rows}
    joining = [
        {"article_id": article, "story_id": story, "joined_at": now}
        for article, story in after.items()
        if stored.get(article) != story
    ]
    if joining:
        insert = insert_into(connection, story_articles)
        replaced = {"story_id": insert.excluded.story_id, "joined_at": insert.excluded.joined_at}
        connection.execute(
            insert.on_conflict_do_update(index_elements=[story_articles.c.article_id], set_=replaced), joining
        )


def redirect(connection: Connection, redirects: Mapping[StoryId, StoryId]) -> None:
    """Make merged ids, and the ids that led to them before, point at the story that is left."""
    if not redirects:
        return
    pairs = [{"old": old, "new": new} for old, new in redirects.items()]
    merge = stories.update().where(stories.c.id == bindparam("old"))
    connection.execute(merge.values(state=StoryState.MERGED.value, merged_into=bindparam("new")), pairs)
    follow = stories.update().where(stories.c.merged_into == bindparam("old"))
    connection.execute(follow.values(merged_into=bindparam("new")), pairs)


def follow(
    connection: Connection, opened: Sequence[StoryId], changes: Sequence[Opened]
) -> dict[StoryId, StoryId]:
    """Write which story each opened one takes up, and return it: the story that the article is in by now."""
    wanted = {
        story: new.follows for story, new in zip(opened, changes, strict=True) if new.follows is not None
    }
    if not wanted:
        return {}
    query = select(story_articles.c.article_id, story_articles.c.story_id)
    rows = select_in(connection, query, story_articles.c.article_id, wanted.values())
    home = {row.article_id: StoryId(row.story_id) for row in rows}
    followed = {story: home[article] for story, article in wanted.items() if article in home}
    update = stories.update().where(stories.c.id == bindparam("story")).values(follows=bindparam("old"))
    if followed:
        connection.execute(update, [{"story": story, "old": old} for story, old in followed.items()])
    return followed


def follow_lines(followed: Mapping[StoryId, StoryId]) -> list[Line]:
    """Return what the histories of follow-ups and of what they take up say."""
    pairs = followed.items()
    return [
        line
        for new, old in pairs
        for line in ((new, "follows", f"story {old}"), (old, "followed", f"by story {new}"))
    ]


def history(changes: StoryChanges, opened: Sequence[StoryId], before: Memberships) -> list[Line]:
    """Return what the history of each story says about this run; a detail goes on where its kind ends."""
    lines: list[Line] = []
    for story, new in zip(opened, changes.opened, strict=True):
        size = counted(len(new.members))
        if new.split_from is None:
            lines.append((story, "opened", size))
        else:
            lines.append((story, "split", f"from story {new.split_from}, with {size}"))
            lines.append((new.split_from, "split", f"story {story} left with {size}"))
    for merge in changes.merged:
        lines.append((merge.story, "merged", f"into story {merge.into}"))
        lines.append((merge.into, "merged", f"story {merge.story}"))
    for story, members in changes.members.items():
        lines += growth(story, {key for key, home in before.items() if home == story}, members)
    lines += [(story, "retired", "") for story in changes.retired]
    return lines


def growth(story: StoryId, before: Collection[ArticleId], after: Collection[ArticleId]) -> list[Line]:
    """Return the lines about articles that came to a story and that left it."""
    came, left = len(set(after) - set(before)), len(set(before) - set(after))
    lines: list[Line] = []
    if left:
        lines.append((story, "shrunk", f"{counted(left)} left, {len(after)} now"))
    if came:
        lines.append((story, "grown", f"{counted(came)} came, {len(after)} now"))
    return lines


def counted(articles: int) -> str:
    """Return "1 article" or "3 articles"."""
    return f"{articles} article" if articles == 1 else f"{articles} articles"


def write_history(connection: Connection, lines: Sequence[Line], now: datetime) -> None:
    """Insert lines of history, all at the time of the run."""
    rows = [{"story_id": story, "at": now, "kind": kind, "detail": detail} for story, kind, detail in lines]
    if rows:
        connection.execute(story_events.insert(), rows)
