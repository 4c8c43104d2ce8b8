"""Give stories their topics: how like a topic's examples their reports are, and where outlets file them.

The topics come from a TOML file that readers may replace (`topics.toml` beside this one). The vectors
of the examples are stored like those of articles, so that only the first build after an edit needs
the model. The topic of a story goes on its face. The numbers are measured in docs/explanation/topics.md.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from aggregator.domain.errors import TopicsUnreadable
from aggregator.domain.topics import EVERY, OTHER, Topic

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FILE = Path(__file__).parent / "topics.toml"

SOFTNESS = 10.0
"""How much the nearest examples count more than the others: 0 is their mean, infinity the nearest alone."""
FILED = 0.1
"""What filing adds to a topic's likeness, which lies a few hundredths above that of the next topic."""
LEAST_LIKENESS = 0.1
LEAST_MARGIN = 0.01
"""Below these, a story has no topic: more than half of the topics given there would be wrong."""

_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_KEYS = frozenset(("name", "shown", "examples", "sections"))
_FIRST_SENTENCE = re.compile(r"[.!?] ")
_NUMBER_AT_END = re.compile(r"-\d+$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prototypes:
    """The topics with the unit vectors of their examples: float32[p, d], row i of `topics[of[i]]`."""

    topics: tuple[Topic, ...]
    rows: "NDArray[np.float32]"
    of: tuple[int, ...]


def load_topics(file: Path = FILE) -> tuple[Topic, ...]:
    """Return the topics of a file, in its order.

    Raises:
        TopicsUnreadable: the file is missing, is no TOML, or a topic lacks what it needs.
    """
    try:
        raw = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TopicsUnreadable(file, f"it is not TOML ({error})") from error
    except OSError as error:
        raise TopicsUnreadable(file, error.strerror or "it cannot be read") from error
    tables = raw.get("topic")
    if set(raw) != {"topic"} or not isinstance(tables, list) or not all(isinstance(t, dict) for t in tables):
        raise TopicsUnreadable(file, "it must hold [[topic]] tables and nothing else")
    topics = tuple(_topic(file, place, table) for place, table in enumerate(tables, start=1))
    names = [topic.name for topic in topics]
    if twice := [name for name in names if names.count(name) > 1]:
        raise TopicsUnreadable(file, f"two topics are called {twice[0]!r}")
    return topics


def _topic(file: Path, place: int, table: Mapping[str, Any]) -> Topic:
    name = table.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        reason = f"topic {place} needs a name of small letters, digits and hyphens"
        raise TopicsUnreadable(file, reason)
    lists = {key: table.get(key, []) for key in ("examples", "sections")}
    problems = {
        f"the name {name!r} is taken by Broadfold itself": name in {OTHER, EVERY},
        f"topic {name!r} has the unknown keys {sorted(set(table) - _KEYS)}": bool(set(table) - _KEYS),
        f"topic {name!r} needs a text `shown`": not _is_text(table.get("shown", name)),
        **{f"`{key}` of topic {name!r} must be a list of texts": not _are_texts(lists[key]) for key in lists},
        f"topic {name!r} needs at least one of `examples`": not lists["examples"],
    }
    for reason, is_so in problems.items():
        if is_so:
            raise TopicsUnreadable(file, reason)
    return Topic(
        name=name,
        shown=table.get("shown", name.capitalize()),
        examples=tuple(lists["examples"]),
        sections=frozenset(section.casefold().strip("/") for section in lists["sections"]),
    )


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _are_texts(values: object) -> bool:
    return isinstance(values, list) and all(map(_is_text, values))


def example_parts(example: str) -> tuple[str, str]:
    """Return an example as title and text: its first sentence, and the rest."""
    end = _FIRST_SENTENCE.search(example)
    return (example[: end.start() + 1], example[end.end() :]) if end else (example, "")


def example_hash(example: str) -> str:
    """Return the key of an example's vector, which no article's text can have."""
    return "topic-" + sha256(example.encode()).hexdigest()


def prototypes(topics: Sequence[Topic], vectors: "Mapping[str, NDArray[np.float32]]") -> Prototypes | None:
    """Return the topics with the vectors of their examples by hash; None when one has no vector yet."""
    import numpy as np

    listed = [(place, example_hash(one)) for place, topic in enumerate(topics) for one in topic.examples]
    if not listed or any(key not in vectors for _, key in listed):
        return None
    return Prototypes(
        topics=tuple(topics),
        rows=np.stack([vectors[key] for _, key in listed]),
        of=tuple(place for place, _ in listed),
    )


def likeness(rows: "NDArray[np.float32]", known: Prototypes) -> "NDArray[np.float32]":
    """Return float32[n, topics]: how like each topic's examples each row is, as a soft maximum of cosines."""
    import numpy as np

    nearness = np.exp(SOFTNESS * (rows @ known.rows.T))
    of = np.array(known.of)
    means = [nearness[:, of == place].mean(axis=1) for place in range(len(known.topics))]
    found: NDArray[np.float32] = (np.log(np.stack(means, axis=1)) / SOFTNESS).astype(np.float32)
    return found


def filed_under(url: str, topics: Sequence[Topic]) -> tuple[int, ...]:
    """Return the places of the topics under which an address files its article, mostly none or one."""
    parts = {_NUMBER_AT_END.sub("", part) for part in urlsplit(url).path.casefold().split("/") if part}
    return tuple(place for place, topic in enumerate(topics) if parts & topic.sections)


def choose(
    likenesses: "NDArray[np.float32]",
    filed: Sequence[tuple[int, ...]],
    topics: Sequence[Topic],
    *,
    topic_now: str | None = None,
) -> str | None:
    """Return the name of a story's topic, None when none is sure enough.

    Args:
        likenesses: float32[n, topics] of its independent reports.
        filed: for each report, the places of the topics under which its outlet files it.
        topics: all of them.
        topic_now: the topic it has, kept while no other is clearly better, so that sections hold still.
    """
    import numpy as np

    if not len(likenesses):
        return topic_now if any(topic.name == topic_now for topic in topics) else None
    points = likenesses.mean(axis=0).astype(np.float64)
    telling = [places for places in filed if places]
    for places in telling:
        for place in places:
            points[place] += FILED / (len(places) * len(telling))
    order = np.argsort(-points, kind="stable")
    best = int(order[0])
    if points[best] < LEAST_LIKENESS:
        return None
    for place, topic in enumerate(topics):
        if topic.name == topic_now and points[place] >= points[best] - LEAST_MARGIN:
            return topic.name
    if len(order) > 1 and points[best] - points[int(order[1])] < LEAST_MARGIN:
        return None
    return topics[best].name
