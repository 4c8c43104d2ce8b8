"""Make a partition obey what readers corrected: some articles belong together, some do not.

Takes the nameless groups of `group.py` and the corrections from storage; the result goes to `track.py`.
Corrections are hard constraints. Where two of them contradict each other the newest wins.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from aggregator.domain.ids import ArticleId
from aggregator.domain.stories import Correction, Folding, Link, LinkKind, Partition, TrackedStory

Piece = set[ArticleId]

NO_FOLDING = Folding()


def constrain(
    partition: Partition,
    corrections: Iterable[Correction],
    *,
    tracked: Sequence[TrackedStory] = (),
    folding: Folding = NO_FOLDING,
) -> Partition:
    """Return the partition after moving articles as little as the corrections ask for.

    An article that cannot be with another leaves the group with those bound to it; groups whose
    articles must be together become one. The order of corrections, groups and stories never matters,
    and doing it twice changes nothing more.

    Args:
        partition: the groups and the noise of this run.
        corrections: in any order; undone ones bind nothing.
        tracked: the open stories. Their articles that are too old for the window take part when a
            correction names them, beside the most of their story that is still there.
        folding: a copy goes where its origin is sent, unless a correction says otherwise.
    """
    live = [one for one in corrections if one.undone_at is None]
    if not live:
        return Partition(groups=tuple(sorted(partition.groups, key=min)), noise=partition.noise)
    old = anchors(live, tracked, partition.articles())
    pieces = [set(group) for group in partition.groups] + [{one} for one in partition.noise]
    _join_anchors(pieces, tracked, old)
    present = {one for piece in pieces for one in piece}
    bonds = _agreed(_links(live, folding, present))
    pieces = [part for piece in pieces for part in _parted(piece, bonds)]
    for bond in bonds.all():
        met = [piece for piece in pieces if piece & bond]
        if len(met) > 1:
            pieces = [piece for piece in pieces if not piece & bond]
            pieces += _parted(set().union(*met), bonds)
    return _partition(pieces)


def anchors(
    corrections: Iterable[Correction], tracked: Sequence[TrackedStory], seen: frozenset[ArticleId]
) -> frozenset[ArticleId]:
    """Return the corrected articles outside `seen` whose story still has some inside: they still bind it."""
    named = {end for one in corrections if one.undone_at is None for end in _ends(one.links)}
    return frozenset(
        one for story in tracked if story.members & seen for one in story.members & named if one not in seen
    )


def _ends(links: Iterable[Link]) -> Iterable[ArticleId]:
    return (end for link in links for end in (link.one, link.other))


def _join_anchors(pieces: list[Piece], tracked: Sequence[TrackedStory], old: frozenset[ArticleId]) -> None:
    """Put each old article into the piece that holds most of its story; ties go to the earliest article."""
    home = {one: place for place, piece in enumerate(pieces) for one in piece}
    for story in tracked:
        if waiting := story.members & old:
            shares = Counter(home[one] for one in story.members if one in home)
            first = {place: min(pieces[place] & story.members) for place in shares}
            best = min(shares, key=lambda place: (-shares[place], first[place]))
            pieces[best] |= waiting


def _links(corrections: Sequence[Correction], folding: Folding, present: Piece) -> list[Link]:
    """Return the links between articles at hand, the newest first; those of folding are the oldest."""
    newest = sorted(corrections, key=lambda one: (one.at, one.id), reverse=True)
    said = [link for one in newest for link in one.links if {link.one, link.other} <= present]
    texts = {folding.origin_of.get(end, end) for end in _ends(said)}
    copies = sorted(
        (one, origin)
        for one, origin in folding.origin_of.items()
        if origin in texts and one != origin and {one, origin} <= present
    )
    return said + [Link(kind=LinkKind.MUST, one=one, other=origin) for one, origin in copies]


@dataclass(slots=True)
class _Bonds:
    """Which articles are bound together, and which pairs may not be together, named article first."""

    bond_of: dict[ArticleId, Piece] = field(default_factory=dict)
    apart: list[tuple[ArticleId, ArticleId]] = field(default_factory=list)

    def of(self, one: ArticleId) -> Piece:
        return self.bond_of.setdefault(one, {one})

    def forbid(self, one: ArticleId, other: ArticleId) -> bool:
        """Return whether the two are, through those bound to them, kept apart."""
        left, right = self.of(one), self.of(other)
        return any((a in left and b in right) or (a in right and b in left) for a, b in self.apart)

    def tie(self, one: ArticleId, other: ArticleId) -> None:
        both = self.of(one) | self.of(other)
        self.bond_of.update(dict.fromkeys(both, both))

    def all(self) -> list[Piece]:
        """Return every bond of two or more, by its earliest article."""
        distinct: Mapping[ArticleId, Piece] = {min(bond): bond for bond in self.bond_of.values()}
        return [distinct[first] for first in sorted(distinct) if len(distinct[first]) > 1]


def _agreed(links: Iterable[Link]) -> _Bonds:
    """Return what holds when each link is taken that does not contradict a newer one."""
    bonds = _Bonds()
    for link in links:
        if link.kind is LinkKind.MUST and not bonds.forbid(link.one, link.other):
            bonds.tie(link.one, link.other)
        elif link.kind is LinkKind.CANNOT and link.other not in bonds.of(link.one):
            bonds.apart.append((link.one, link.other))
    return bonds


def _parted(piece: Piece, bonds: _Bonds) -> list[Piece]:
    """Return the piece without the articles that may not be in it, and each lot that leaves."""
    rest, gone = set(piece), []
    for named, other in bonds.apart:
        leaving = bonds.of(named) & rest
        if leaving and bonds.of(other) & rest:
            rest -= leaving
            gone.append(leaving)
    return [rest, *gone]


def _partition(pieces: Iterable[AbstractSet[ArticleId]]) -> Partition:
    ordered = sorted(pieces, key=min)
    return Partition(
        groups=tuple(frozenset(piece) for piece in ordered if len(piece) > 1),
        noise=frozenset(one for piece in ordered if len(piece) == 1 for one in piece),
    )
