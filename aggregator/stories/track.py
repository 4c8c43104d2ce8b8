"""Give the nameless groups of one run the lasting ids of stories: open, grow, merge, split, retire.

Takes the open stories with their members, a partition of the articles in the window, and returns
what changes. Nothing is read or written here; `build.py` stores the answer.

The rule is heritage by majority, after the matching of evolving communities (Greene, Doyle and
Cunningham 2010, "Tracking the evolution of communities in dynamic social networks"): a group carries
on the number of the story that gave it most members. A story that lost its largest part to another
story is merged into it when that part was more than half of it, else it lives on in the largest part
that nobody else claims. Ties go to the older story and the earlier article, so a run repeated on the
same partition changes nothing, and the order of the arguments never matters.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from aggregator.domain.ids import ArticleId, StoryId
from aggregator.domain.stories import Merged, Opened, Partition, StoryChanges, TrackedStory
from aggregator.stories.uncollected import uncollected

Group = frozenset[ArticleId]
Shares = dict[StoryId, list[tuple[int, int]]]


@uncollected()
def track(
    tracked: Sequence[TrackedStory],
    partition: Partition,
    *,
    at: Mapping[ArticleId, datetime],
) -> StoryChanges:
    """Return the changes that make the stories follow the partition.

    Args:
        tracked: all open stories. Members outside the partition (older than the window) stay where
            they are.
        partition: the groups and the noise of this run; an article alone is a story of one.
        at: when each article of the partition was published, UTC; new stories are opened in the
            order of their first article, so that numbers follow time.
    """
    stories = {story.id: story for story in tracked}
    seen = partition.articles()
    groups = sorted(_groups(partition), key=min)
    shares = _shares(tracked, groups)
    named = _names(shares, stories)
    merged = _merges(shares, named)
    members = _memberships(stories, groups, named, merged, seen)
    return StoryChanges(
        opened=_opened(stories, groups, named, at),
        members={story: now for story, now in sorted(members.items()) if now != stories[story].members},
        merged=tuple(merged),
        retired=tuple(sorted(s.id for s in tracked if s.members.isdisjoint(seen))),
    )


def _groups(partition: Partition) -> list[Group]:
    return [group for group in partition.groups if group] + [frozenset({one}) for one in partition.noise]


def _shares(stories: Iterable[TrackedStory], groups: Sequence[Group]) -> Shares:
    """Return for each story how many of its members each group (by its place) holds, largest first.

    Equal shares are listed in the order of the groups, which is that of their earliest article.
    """
    home = {article: place for place, group in enumerate(groups) for article in group}
    shares: Shares = {}
    for story in stories:
        places = [home[article] for article in story.members if article in home]
        if len(set(places)) == 1:
            shares[story.id] = [(places[0], len(places))]
        elif places:
            shares[story.id] = sorted(Counter(places).items(), key=lambda item: (-item[1], item[0]))
    return shares


def _names(shares: Shares, stories: Mapping[StoryId, TrackedStory]) -> dict[int, StoryId]:
    """Return for each inherited group the story whose number it carries on."""
    claims: dict[int, list[StoryId]] = defaultdict(list)
    for story, parts in shares.items():
        claims[parts[0][0]].append(story)
    named = {
        place: min(claimants, key=lambda s: (-shares[s][0][1], stories[s].opened_at, s))
        if claimants[1:]
        else claimants[0]
        for place, claimants in claims.items()
    }
    carried = set(named.values())
    for story in sorted(set(shares) - carried, key=lambda s: (stories[s].opened_at, s)):
        rest = [place for place, _ in shares[story][1:] if place not in named]
        if rest and not _moved_on(shares[story]):
            named[rest[0]] = story
    return named


def _moved_on(parts: Sequence[tuple[int, int]]) -> bool:
    """Return whether more than half of a story's members are in its largest part."""
    return 2 * parts[0][1] > sum(share for _, share in parts)


def _merges(shares: Shares, named: Mapping[int, StoryId]) -> list[Merged]:
    """Return the stories that carry no number on: they live on where most of their members went."""
    carried = set(named.values())
    return [
        Merged(story=story, into=named[shares[story][0][0]])
        for story in sorted(shares)
        if story not in carried
    ]


def _memberships(
    stories: Mapping[StoryId, TrackedStory],
    groups: Sequence[Group],
    named: Mapping[int, StoryId],
    merged: Sequence[Merged],
    seen: Group,
) -> dict[StoryId, Group]:
    """Return every surviving story's members: its group, and what lies before the window."""
    members = {
        story: groups[place] if (own := stories[story].members) <= seen else groups[place] | (own - seen)
        for place, story in named.items()
    }
    for merge in merged:
        members[merge.into] |= stories[merge.story].members - seen
    return members


def _opened(
    stories: Mapping[StoryId, TrackedStory],
    groups: Sequence[Group],
    named: Mapping[int, StoryId],
    at: Mapping[ArticleId, datetime],
) -> tuple[Opened, ...]:
    """Return the groups that no story inherits, oldest first, each with the story it broke off from."""
    before = {article: story.id for story in stories.values() for article in story.members}
    fresh = [group for place, group in enumerate(groups) if place not in named]
    fresh.sort(key=lambda group: min((at[article], article) for article in group))
    return tuple(Opened(members=group, split_from=_broke_off(group, before)) for group in fresh)


def _broke_off(group: Group, before: Mapping[ArticleId, StoryId]) -> StoryId | None:
    shares = Counter(before[article] for article in group if article in before)
    return min(shares, key=lambda story: (-shares[story], story)) if shares else None
