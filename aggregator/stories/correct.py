"""Put stories right by a reader's word: merge, split, move, undo, and the log of it.

Writes the links that bind every later build (`constrain.py`), and changes the stories at once in the
same transaction. Needs no model: the vectors of the articles are stored.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from aggregator.clock import Clock
from aggregator.domain.errors import CorrectionRefused, CorrectionUnknown, StoryUnknown
from aggregator.domain.ids import ArticleId, CorrectionId, StoryId
from aggregator.domain.stories import (
    Correction,
    CorrectionAction,
    Link,
    LinkKind,
    Merged,
    Opened,
    Story,
    StoryChanges,
    StoryState,
)
from aggregator.domain.topics import Topic
from aggregator.storage import Storage, UnitOfWork
from aggregator.stories.examples import read_prototypes
from aggregator.stories.faces import new_faces
from aggregator.stories.gists import renew_gists
from aggregator.stories.own_pairs import write_own_pairs

Members = frozenset[ArticleId]
KEPT = 500
"""Stories of which the corrections are kept until a story changes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correct:
    """Change stories as a reader says. `model` names the stored vectors, `pairs` the labelled file.

    `topics` are those of builds.
    """

    storage: Storage
    clock: Clock
    model: str
    pairs: Path
    topics: tuple[Topic, ...] = ()

    def merge(self, story: int, other: int, *, by: str = "") -> Correction:
        """Make one story of two: the larger keeps its number, the other's leads to it.

        Raises:
            StoryUnknown: one of them does not exist.
            CorrectionRefused: they are one story already.
        """
        with self.storage.writing() as work:
            stories = _story(work, story), _story(work, other)
            if stories[0].id == stories[1].id:
                raise CorrectionRefused(f"story {story} and story {other} are one story already")
            members = _members(work, *stories)
            into, gone = sorted(stories, key=lambda one: (-len(members[one.id]), one.id))
            changes = StoryChanges(
                members={into.id: members[into.id] | members[gone.id]},
                merged=(Merged(story=gone.id, into=into.id),),
            )
            ends = {(into.face.lead_id, gone.face.lead_id), _latest(work, members[into.id], members[gone.id])}
            links = [*_must(sorted(ends)), *_against(work, members[into.id], members[gone.id])]
            detail = f"story {gone.id} is the same as story {into.id}"
            return self._keep(work, CorrectionAction.MERGE, detail, by, links, changes)

    def split(self, story: int, articles: Collection[int], *, by: str = "") -> Correction:
        """Take articles out of a story, with the copies of their texts, into one of their own.

        Raises:
            StoryUnknown: there is no such story.
            CorrectionRefused: an article is not in it, or none would stay.
        """
        with self.storage.writing() as work:
            home = _story(work, story)
            members = _members(work, home)[home.id]
            if not articles:
                raise CorrectionRefused("no article was named")
            if strangers := sorted({*articles} - members):
                raise CorrectionRefused(f"article {strangers[0]} is not in story {home.id}")
            leaving = _with_copies(work, articles, members)
            staying = members - leaving
            if not staying:
                raise CorrectionRefused(f"every article of story {home.id} would leave it")
            changes = StoryChanges(
                opened=(Opened(members=leaving, split_from=home.id),), members={home.id: staying}
            )
            links = [*_together(leaving), *_cannot(leaving, staying)]
            detail = f"{_titles(work, articles)} is not part of story {home.id}"
            return self._keep(work, CorrectionAction.SPLIT, detail, by, links, changes)

    def move(self, article: int, story: int, *, by: str = "") -> Correction:
        """Take an article, with the copies of its text, out of its story and into another.

        Raises:
            StoryUnknown: there is no such story.
            CorrectionRefused: the article is in that story already, or in none yet.
        """
        with self.storage.writing() as work:
            target = _story(work, story)
            home = work.stories.story_of([ArticleId(article)]).get(ArticleId(article))
            if home is None:
                raise CorrectionRefused(f"article {article} does not exist or was not grouped yet")
            if home == target.id:
                raise CorrectionRefused(f"article {article} is in story {target.id} already")
            found = work.stories.members([home, target.id])
            members, there = frozenset(found[home]), frozenset(found[target.id])
            leaving = _with_copies(work, [article], members)
            staying = members - leaving
            changes = StoryChanges(
                members={target.id: there | leaving} | ({home: staying} if staying else {}),
                merged=() if staying else (Merged(story=home, into=target.id),),
            )
            links = [
                *_together(leaving),
                *_cannot(leaving, staying),
                *_still_apart(work, leaving, staying | there),
                *_must([(ArticleId(article), target.face.lead_id)]),
                *_against(work, leaving, there),
            ]
            detail = f"{_titles(work, [article])} is part of story {target.id}, not of story {home}"
            return self._keep(work, CorrectionAction.MOVE, detail, by, links, changes)

    def undo(self, correction: int) -> Correction:
        """Take a correction back: it binds nothing any more, and the articles go back where they were.

        Articles that a later correction moved, or a build since, stay where they are. A story that
        was merged lives again under its old number.

        Raises:
            CorrectionUnknown: there is none with this number, or it was undone before.
        """
        with self.storage.writing() as work:
            found = work.corrections.get(CorrectionId(correction))
            if found is None or not work.corrections.undo(found.id, now=self.clock.now()):
                raise CorrectionUnknown(correction)
            later = {a for one in work.corrections.live() if one.id > found.id for a in one.moved}
            changes = _back(work, {a: homes for a, homes in found.moved.items() if a not in later})
            self._apply(work, changes, f"undone: {found.detail}")
            write_own_pairs(work, self.pairs)
            undone = work.corrections.get(found.id)
        assert undone is not None
        return undone

    def log(self) -> tuple[Correction, ...]:
        """Return every correction, the undone ones too, the newest first."""
        with self.storage.reading() as work:
            return work.corrections.log()

    def of_story(self, story: int) -> tuple[Correction, ...]:
        """Return the corrections that bind articles of a story, the newest first; none for no story."""
        with self.storage.reading() as work:
            kept = work.revisions.of_each("corrections", most=KEPT)
            known: tuple[Correction, ...] | None = kept.get(StoryId(story))
            if known is None:
                found = work.stories.resolve(StoryId(story))
                known = () if found is None else work.corrections.naming(_members(work, found)[found.id])
                kept[StoryId(story)] = known
            return known

    def _keep(
        self,
        work: UnitOfWork,
        action: CorrectionAction,
        detail: str,
        by: str,
        links: Sequence[Link],
        changes: StoryChanges,
    ) -> Correction:
        """Apply a correction and store it with its links."""
        involved = {one for members in changes.members.values() for one in members}
        involved |= {one for opened in changes.opened for one in opened.members}
        before = work.stories.story_of(involved)
        self._apply(work, changes, detail)
        after = work.stories.story_of(involved)
        number = work.corrections.add(
            action,
            detail=detail,
            by=by,
            links=links,
            moved={one: (before[one], home) for one, home in after.items() if before[one] != home},
            now=self.clock.now(),
        )
        write_own_pairs(work, self.pairs)
        stored = work.corrections.get(number)
        assert stored is not None
        return stored

    def _apply(self, work: UnitOfWork, changes: StoryChanges, detail: str) -> None:
        """Change the stories, their faces and their history."""
        now = self.clock.now()
        sources = [*changes.members, *(merge.story for merge in changes.merged)]
        before = {one: frozenset(ids) for one, ids in work.stories.members(sources).items()}
        states = {story.state for story in work.stories.get_many(sources)}
        opened = work.stories.apply(changes, now=now)
        if StoryState.OPEN in states:
            gained = [story for story, members in changes.members.items() if members - before[story]]
            work.stories.reopen(gained)
        living = dict(changes.members) | dict(
            zip(opened, (one.members for one in changes.opened), strict=True)
        )
        articles = {a.id: a for a in work.articles.get_many(one for m in living.values() for one in m)}
        hashes = sorted({a.content_hash for a in articles.values()})
        present, matrix = work.vectors.load(self.model, hashes)
        row = {content_hash: place for place, content_hash in enumerate(present)}
        vectors = {a.id: matrix[row[a.content_hash]] for a in articles.values() if a.content_hash in row}
        folding = work.articles.folding(articles.keys())
        known = read_prototypes(work, self.model, self.topics)
        faces = new_faces(
            work, living, articles=articles, vectors=vectors, folding=folding, known=known, now=now
        )
        work.stories.set_faces(dict(faces))
        renew_gists(work, living, {a.id: a.content_hash for a in articles.values()})
        work.stories.record(living, "corrected", detail, now=now)


def _story(work: UnitOfWork, number: int) -> Story:
    found = work.stories.resolve(StoryId(number))
    if found is None:
        raise StoryUnknown(number)
    return found


def _members(work: UnitOfWork, *stories: Story) -> dict[StoryId, Members]:
    found = work.stories.members([story.id for story in stories])
    return {story: frozenset(members) for story, members in found.items()}


def _latest(work: UnitOfWork, one: Members, other: Members) -> tuple[ArticleId, ArticleId]:
    """Return the latest article of each of two stories: they are in the window longest."""
    at = {a.id: (a.at, a.id) for a in work.articles.get_many(one | other)}
    return max(one, key=lambda a: at[a]), max(other, key=lambda a: at[a])


def _with_copies(work: UnitOfWork, articles: Collection[int], members: Members) -> Members:
    """Return these articles with the copies of their texts and what only points at them."""
    folding = work.articles.folding(members)
    texts = {folding.origin_of.get(ArticleId(one), ArticleId(one)) for one in articles}
    leaving = {one for one in members if folding.origin_of.get(one, one) in texts}
    return frozenset(leaving | {one for one in members if folding.discusses.get(one) in leaving})


def _titles(work: UnitOfWork, articles: Collection[int]) -> str:
    """Return the headline of the first article, and how many more there are."""
    first, *rest = sorted(articles)
    (article,) = work.articles.get_many([ArticleId(first)])
    return f"“{article.title}”" + (f" with {len(rest)} more" if rest else "")


def _must(pairs: Iterable[tuple[ArticleId, ArticleId]]) -> list[Link]:
    return [Link(kind=LinkKind.MUST, one=one, other=other) for one, other in pairs]


def _together(articles: Members) -> list[Link]:
    """Return the links that keep the articles in one story."""
    first, *rest = sorted(articles)
    return _must((first, one) for one in rest)


def _cannot(leaving: Members, staying: Members) -> list[Link]:
    """Return a link for every pair, so that none of them comes back by another way."""
    return [
        Link(kind=LinkKind.CANNOT, one=one, other=other)
        for one in sorted(leaving)
        for other in sorted(staying)
    ]


def _against(work: UnitOfWork, one: Members, other: Members) -> list[Link]:
    """Return the links that overrule each earlier word that kept two of these articles apart."""
    pairs = {
        (min(link.one, link.other), max(link.one, link.other))
        for correction in work.corrections.naming(one)
        for link in correction.links
        if link.kind is LinkKind.CANNOT
        and ((link.one in one and link.other in other) or (link.one in other and link.other in one))
    }
    return _must(sorted(pairs))


def _still_apart(work: UnitOfWork, leaving: Members, besides: Members) -> list[Link]:
    """Return what was said before to keep these articles from others, to hold even when that is undone.

    Else an article that was taken out of a story, and then moved, would draw that story after it.
    """
    pairs = {
        (link.one, link.other) if link.one in leaving else (link.other, link.one)
        for correction in work.corrections.naming(leaving)
        for link in correction.links
        if link.kind is LinkKind.CANNOT and (link.one in leaving) != (link.other in leaving)
    }
    return [
        Link(kind=LinkKind.CANNOT, one=one, other=other)
        for one, other in sorted(pairs)
        if other not in besides
    ]


def _back(work: UnitOfWork, moved: Mapping[ArticleId, tuple[StoryId, StoryId]]) -> StoryChanges:
    """Return the changes that bring articles back to the story they were moved from, merged ones revived."""
    now_in = work.stories.story_of(moved)
    known = {number for homes in moved.values() for number in homes}
    leads_to = {number: story.id for number in known if (story := work.stories.resolve(number))}
    returning: dict[StoryId, set[ArticleId]] = {}  # by the story to return to, as it was called
    for article, (before, after) in moved.items():
        if article in now_in and now_in[article] == leads_to.get(after):
            returning.setdefault(before, set()).add(article)
    members = {
        story: set(ids) for story, ids in work.stories.members({*now_in.values(), *leads_to.values()}).items()
    }
    merged, revived = [], []
    for before, articles in sorted(returning.items()):
        source, target = now_in[min(articles)], leads_to[before]
        if before != source == target and articles < members[source]:
            members[source] -= articles
            members[before] = articles
            revived.append(before)
        elif source != target:
            members[source] -= articles
            members[target] |= articles
            if not members[source]:
                merged.append(Merged(story=source, into=target))
    work.stories.revive(revived)
    stored = work.stories.members(members)
    changed = {s: frozenset(ids) for s, ids in members.items() if ids and ids != set(stored[s])}
    return StoryChanges(members=changed, merged=tuple(merged))
