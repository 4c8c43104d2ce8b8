"""What one poll changes: takes stored fingerprints and clean drafts, gives a `FeedPlan`; pure.

The stored article of a draft is looked for by guid, then by identity, then by URL; each article is
taken at most once. PRODUCT.md section 8, cases 2, 6, 7, 8 and 15, are decided here.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from aggregator.domain.articles import ArticleDraft, Fingerprint, text_hash
from aggregator.domain.feeds import FeedPlan, Sighting
from aggregator.domain.ids import ArticleId
from aggregator.feeds.normalise import (
    SAME_TITLE,
    SUMMARY_LIMIT,
    content_hash,
    guid_key,
    title_overlap,
)
from aggregator.feeds.urls import identity_of

_Match = Callable[[Fingerprint, ArticleDraft], bool]


def decide(stored: Sequence[Fingerprint], drafts: Sequence[ArticleDraft]) -> FeedPlan:
    """Return what to store for `drafts` of one outlet, of which `stored` may already hold some.

    A draft equal to a state that its article has or had is the same; another title or text is a
    change; a text that is only an extract of the stored one is not. A new draft whose identity
    is taken by another post goes by its guid.
    """
    articles = _assigned(stored, drafts)
    taken = {fingerprint.identity for fingerprint in stored}
    plan = _Plan()
    for position, draft in enumerate(drafts):
        found = articles.get(position)
        if found is None:
            plan.add(draft, taken)
        else:
            plan.meet(found, draft)
    return FeedPlan(new=tuple(plan.new), changed=tuple(plan.changed), same=tuple(plan.same))


@dataclass(slots=True)
class _Plan:
    """The plan while it is being made."""

    new: list[ArticleDraft] = field(default_factory=list)
    changed: list[tuple[ArticleId, ArticleDraft]] = field(default_factory=list)
    same: list[Sighting] = field(default_factory=list)

    def add(self, draft: ArticleDraft, taken: set[str]) -> None:
        """Plan a new article under the first of its names that is free; without one it is a duplicate."""
        for identity in (draft.identity, draft.guid, f"sha256:{draft.content_hash}"):
            if identity and identity not in taken:
                taken.add(identity)
                self.new.append(replace(draft, identity=identity))
                return

    def meet(self, stored: Fingerprint, draft: ArticleDraft) -> None:
        """Plan what a draft means for the article that it is."""
        edited = _edited(stored, draft)
        if edited is None:
            self.same.append(Sighting(article_id=stored.article_id, guid=draft.guid))
        else:
            self.changed.append((stored.article_id, edited))


def _assigned(stored: Sequence[Fingerprint], drafts: Sequence[ArticleDraft]) -> dict[int, Fingerprint]:
    """Return the stored article of each draft by the draft's position; surest signs first."""
    free = {fingerprint.article_id: fingerprint for fingerprint in stored}
    assigned: dict[int, Fingerprint] = {}
    for is_match, keys in _SIGNS:
        index = _index(free.values(), keys)
        for position, draft in enumerate(drafts):
            if position in assigned:
                continue
            candidates = (one for key in keys.of_draft(draft) for one in index.get(key, ()))
            found = next((one for one in candidates if one.article_id in free and is_match(one, draft)), None)
            if found is not None:
                assigned[position] = found
                del free[found.article_id]
    return assigned


@dataclass(frozen=True, slots=True, kw_only=True)
class _Keys:
    """Under which names a stored article and a draft can meet."""

    of_stored: Callable[[Fingerprint], Sequence[str]]
    of_draft: Callable[[ArticleDraft], Sequence[str]]


def _index(stored: Iterable[Fingerprint], keys: _Keys) -> dict[str, list[Fingerprint]]:
    index: dict[str, list[Fingerprint]] = {}
    for fingerprint in stored:
        for key in keys.of_stored(fingerprint):
            index.setdefault(key, []).append(fingerprint)
    return index


def _guids(stored: Fingerprint) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for guid in stored.guids if (key := guid_key(guid))))


def _own_guid(draft: ArticleDraft) -> tuple[str, ...]:
    key = guid_key(draft.guid)
    return (key,) if key else ()


def _page(url: str) -> tuple[str, ...]:
    address = identity_of(url)
    return (address,) if address else ()


def _is_same_name(stored: Fingerprint, draft: ArticleDraft) -> bool:
    return stored.identity == draft.identity


def _is_same_thing(stored: Fingerprint, draft: ArticleDraft) -> bool:
    """Return whether what an equal guid names is one article: words or page agree, else it was reused."""
    return _is_alike(stored, draft) or _page(stored.url) == _page(draft.url)


def _is_same_page(stored: Fingerprint, draft: ArticleDraft) -> bool:
    """Return whether equal identities mean one article; not so when an outlet reuses the URL (case 8).

    It does when the guid is another one and neither title nor text agrees.
    """
    return not _has_other_guid(stored, draft) or _is_alike(stored, draft)


def _has_other_guid(stored: Fingerprint, draft: ArticleDraft) -> bool:
    own, known = _own_guid(draft), _guids(stored)
    if not own or not known:
        return False
    return _beyond_query(own[0], draft.url) not in {_beyond_query(guid, draft.url) for guid in known}


def _beyond_query(guid: str, url: str) -> str:
    """Return a guid without query and fragment when the rest is the article's own address.

    A live blog's guid may be its address and a running number; `?p=123` on another page is a name.
    """
    bare = re.split(r"[?#]", guid, maxsplit=1)[0]
    return bare if bare == re.split(r"[?#]", identity_of(url), maxsplit=1)[0] else guid


def _is_alike(stored: Fingerprint, draft: ArticleDraft) -> bool:
    """Return whether title or text agrees."""
    if title_overlap(stored.title, draft.title) >= SAME_TITLE:
        return True
    return bool(draft.text) and stored.text_hash == text_hash(draft.text)


_BY_GUID = _Keys(of_stored=_guids, of_draft=_own_guid)
_BY_IDENTITY = _Keys(of_stored=lambda stored: (stored.identity,), of_draft=lambda draft: (draft.identity,))
_BY_PAGE = _Keys(of_stored=lambda stored: _page(stored.url), of_draft=lambda draft: _page(draft.url))
_SIGNS: tuple[tuple[_Match, _Keys], ...] = (
    (_is_same_name, _BY_GUID),
    (_is_same_thing, _BY_GUID),
    (_is_same_page, _BY_IDENTITY),
    (_is_alike, _BY_PAGE),
)


def _edited(stored: Fingerprint, draft: ArticleDraft) -> ArticleDraft | None:
    """Return the draft to store as the article's new state, None when it says nothing new."""
    if draft.content_hash == stored.content_hash or draft.content_hash in stored.past_hashes:
        return None
    if not _is_thinner(stored, draft.text):
        return draft
    if draft.title == stored.title or not stored.text:
        return None
    kept = content_hash(draft.title, stored.text)
    if kept in stored.past_hashes:
        return None
    return replace(draft, text=stored.text, html=stored.html, content_hash=kept)


def _is_thinner(stored: Fingerprint, text: str) -> bool:
    """Return whether a text says nothing that the stored body does not say: empty, an extract, a summary."""
    if not text:
        return bool(stored.text)
    if not stored.text:
        return False
    bare = text.rstrip("….").rstrip()
    if bare in stored.text or _blocks(bare) <= _blocks(stored.text):
        return True
    return _is_body(stored.text) and not _is_body(text)


def _blocks(text: str) -> set[str]:
    return {" ".join(block.split()) for block in text.split("\n\n") if block.strip()}


def _is_body(text: str) -> bool:
    """Return whether a text is more than a summary: several blocks, or longer than a summary gets."""
    return "\n\n" in text or len(text) > SUMMARY_LIMIT
