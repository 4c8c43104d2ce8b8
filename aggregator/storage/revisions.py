"""How often stories, articles, feeds and readers' wishes have changed, so that pages ask once for each state.

A count over the whole window takes milliseconds, and every page of every reader shows the same one; a short
question costs a turn of the interpreter beside a busy thread. An answer is kept under the state of the
database that it was found in, and another state is asked anew: nothing that is kept can be out of date.
"""

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import Connection, select

from aggregator.storage.rows import insert_into
from aggregator.storage.sqlite import WRITING
from aggregator.storage.tables_revisions import revisions

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)

MOST_KEPT = 1000
"""Readers, or stories, about each of which one short answer is kept: some kB at most."""
UNKNOWN = object()
"""Stands for an answer that is not kept; None may be one."""
KEPT = "broadfold_kept"
"""The execution option under which a connection finds what its storage keeps."""
SEEN = "broadfold_revisions_seen"
"""The execution option with the numbers that this transaction has read: its view does not change."""


class Changing(StrEnum):
    """What is counted: every writer of it calls `advance`."""

    STORIES = "stories"
    """Which there are, and whatever their pages tell of them: outlets, gists, themes, corrections."""
    ARTICLES = "articles"
    """Which there are."""
    FEEDS = "feeds"
    """Which there are, their names, how they fare and what is wished of them; not when each is due."""
    READERS = "readers"
    """Who there is, with settings, rules, kept searches and what is not followed; not what was read."""


def advance(connection: Connection, what: Changing) -> None:
    """Tell that the stories, or the articles, are others from this transaction on."""
    insert = insert_into(connection, revisions).values(name=what.value, number=1)
    once_more = insert.on_conflict_do_update(
        index_elements=[revisions.c.name], set_={"number": revisions.c.number + 1}
    )
    connection.execute(once_more)


def number(connection: Connection, what: Changing) -> int:
    """Return how often it has changed."""
    if _keeps(connection):
        return _seen(connection)[what.value]
    found = connection.scalar(select(revisions.c.number).where(revisions.c.name == what.value))
    return int(found or 0)


def kept_of_each(
    connection: Connection, name: str, *, most: int, of: Sequence[Changing] = (Changing.STORIES,)
) -> dict[Any, Any] | None:
    """Return the answers about single things that are kept in this state, to be added to; None to keep none.

    At most about `most` are kept. An answer must depend on nothing but `of`, and must not change.
    """
    if not _keeps(connection):
        return None
    answers: dict[Any, Any] = kept(connection, name, None, of=of, make=dict)
    if len(answers) >= most:
        answers.clear()
    return answers


def of_one(
    connection: Connection,
    name: str,
    key: Hashable,
    make: Callable[[], T],
    *,
    of: Sequence[Changing] = (Changing.STORIES,),
) -> T:
    """Return what `make` returns about one thing, or returned in this state: see `kept_of_each`."""
    answers = kept_of_each(connection, name, most=MOST_KEPT, of=of)
    if answers is None:
        return make()
    found = answers.get(key, UNKNOWN)
    if found is UNKNOWN:
        found = answers[key] = make()
    answer: T = found
    return answer


def each(
    connection: Connection,
    name: str,
    keys: Collection[K],
    make: Callable[[Collection[K]], Mapping[K, T]],
    *,
    most: int,
    of: Sequence[Changing] = (Changing.STORIES,),
) -> dict[K, T]:
    """Return an answer for each of these keys; `make` is asked for those that are not kept.

    See `kept_of_each`; no answer may be None.
    """
    answers = kept_of_each(connection, name, most=most, of=of)
    if answers is None:
        return dict(make(keys))
    found: dict[K, T] = {key: known for key in keys if (known := answers.get(key)) is not None}
    missing = [key for key in keys if key not in found]
    if missing:
        made = make(missing)
        answers.update(made)
        found.update(made)
    return {key: found[key] for key in keys}


def _seen(connection: Connection) -> dict[str, int]:
    """Return how often each thing has changed in the view of a transaction that reads; asked for once."""
    seen: dict[str, int] = connection.get_execution_options()[SEEN]
    if not seen:
        seen |= dict.fromkeys((one.value for one in Changing), 0)
        seen |= {row.name: row.number for row in connection.execute(select(revisions))}
    return seen


def _keeps(connection: Connection) -> bool:
    options = connection.get_execution_options()
    return KEPT in options and not options.get(WRITING, False)


def kept(
    connection: Connection, name: str, key: Hashable, *, of: Sequence[Changing], make: Callable[[], T]
) -> T:
    """Return what `make` returns, or returned when the database was in the same state.

    Args:
        connection: of the unit of work; while it writes nothing is kept, since it may be undone.
        name: the question; its last answer is kept, one for all readers.
        key: what the answer depends on beside the database.
        of: what of the database it depends on.
        make: asks the database; what it returns must not change.
    """
    if not _keeps(connection):
        return make()
    answers: dict[str, tuple[Hashable, Any]] = connection.get_execution_options()[KEPT]
    seen = _seen(connection)
    state = (key, tuple(seen[one.value] for one in of))
    found = answers.get(name)
    if found is None or found[0] != state:
        found = answers[name] = (state, make())
    answer: T = found[1]
    return answer


@dataclass(frozen=True, slots=True)
class Revisions:
    """What is kept for those who work it out from what several repositories tell."""

    connection: Connection

    def of_each(self, name: str, *, most: int) -> dict[Any, Any]:
        """Return what is kept under `name` of each story in this state: see `kept_of_each`."""
        kept = kept_of_each(self.connection, name, most=most)
        return {} if kept is None else kept

    def each(
        self, name: str, keys: Collection[K], make: Callable[[Collection[K]], Mapping[K, T]], *, most: int
    ) -> dict[K, T]:
        """Return an answer for each of these stories: see `each`."""
        return each(self.connection, name, keys, make, most=most)
