"""Add, find, remove, import and export subscriptions: what people do to the list of feeds."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aggregator.clock import Clock
from aggregator.domain.articles import OutletFacts
from aggregator.domain.errors import FeedAddressRefused, FeedUnknown, SeveralFeeds
from aggregator.domain.explain import explain
from aggregator.domain.feeds import (
    Failure,
    Feed,
    FeedWish,
    FetchFailed,
    ImportLine,
    ImportReport,
    NewFeed,
)
from aggregator.domain.ids import FeedId, OutletId
from aggregator.feeds.discover import discover
from aggregator.feeds.guard import feed_address, refusal
from aggregator.feeds.opml import parse_opml, render_opml, tidy, tidy_folder
from aggregator.feeds.poll import placeholder_title
from aggregator.feeds.urls import registrable_domain

if TYPE_CHECKING:
    from aggregator.feeds.fetch import Fetcher
    from aggregator.storage import Storage, UnitOfWork

HOPELESS = frozenset(
    {Failure.REFUSED_ADDRESS, Failure.GONE, Failure.TOO_LARGE, Failure.TOO_MANY_REDIRECTS, Failure.NOT_A_FEED}
)
"""Failures that waiting will not mend: such an address is refused, any other is added for later."""

LISTED_CANDIDATES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscribed:
    """What became of an address to add. `note` is a sentence for the person who added it, or empty."""

    feed_id: FeedId
    url: str
    title: str
    is_new: bool
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscribe:
    """The list of feeds, in the words of the person who keeps it.

    With a `fetcher`, an address is looked at before it is added: a site's address leads to its feed.
    """

    storage: "Storage"
    clock: Clock
    fetcher: "Fetcher | None" = None

    def add(self, wanted: NewFeed) -> Subscribed:
        """Subscribe to a feed, or to the one feed that a page announces; known feeds stay as they are.

        An address that cannot be reached now is added all the same, and the note says so.

        Raises:
            FeedAddressRefused: It cannot be a feed's address, or the page there announces none.
            SeveralFeeds: The page there announces several; the error has them.
        """
        address = checked_address(wanted.url)
        known = self._known(address)
        if known is not None:
            return _as_known(known)
        if self.fetcher is None:
            return self._store(replace(wanted, url=address))
        found = discover(address, self.fetcher)
        if isinstance(found, FetchFailed):
            note = _added_unseen(address, found)
            return self._store(replace(wanted, url=address), note)
        return self._store(_filled(wanted, _only(found, address)), "")

    def find(self, name: str) -> Feed:
        """Return the feed with this number or address.

        Raises:
            FeedUnknown: There is none.
        """
        wanted = name.strip()
        with self.storage.reading() as work:
            if wanted.isascii() and wanted.isdigit() and len(wanted) < 19:  # fits 64 bits
                feed = work.feeds.get(FeedId(int(wanted)))
            else:
                feed = work.feeds.by_url(wanted) or work.feeds.by_url(feed_address(wanted))
        if feed is None:
            raise FeedUnknown(name)
        return feed

    def remove(self, name: str) -> Feed:
        """End a subscription, by number or address, and return what it was; its articles stay.

        Raises:
            FeedUnknown: There is none.
        """
        feed = self.find(name)
        with self.storage.writing() as work:
            work.feeds.remove(feed.id)
        return feed

    def preview_opml(self, data: bytes, name: str) -> ImportReport:
        """Say what an import of an OPML file would do with each line; nothing is stored.

        Raises:
            OpmlUnreadable: It is not OPML or lists no feeds.
        """
        listed = parse_opml(data, name=name)
        seen: set[str] = set()
        with self.storage.reading() as work:
            return ImportReport(lines=tuple(_judged(work, line, seen) for line in listed))

    def import_opml(self, data: bytes, name: str, chosen: Collection[int] | None = None) -> ImportReport:
        """Add every feed of an OPML file, without a network, and say what became of each line.

        `name` is the file's; `chosen` are the places of the lines to add, from 0, None for all. All lines
        are stored together or, after a crash, none: run it again.

        Raises:
            OpmlUnreadable: It is not OPML or lists no feeds; nothing was added.
        """
        listed = parse_opml(data, name=name)
        seen: set[str] = set()
        told = []
        with self.storage.writing() as work:
            for place, line in enumerate(listed):
                judged = _judged(work, line, seen)
                if judged.result == "new":
                    is_chosen = chosen is None or place in chosen
                    judged = replace(judged, result="added" if is_chosen else "skipped")
                    if is_chosen:
                        self._insert(work, replace(line, url=judged.url))
                told.append(judged)
        return ImportReport(lines=tuple(told))

    def export_opml(self) -> bytes:
        """Return all subscriptions with their switches as OPML 2.0, folder by folder."""
        with self.storage.reading() as work:
            feeds, wishes = work.feeds.all(), work.feed_wishes.all()
            langs = {outlet.id: outlet.lang for outlet in work.outlets.all()}
        lines = (_as_new(feed, langs, wishes.get(feed.id, FeedWish())) for feed in feeds)
        return render_opml(lines, title="Broadfold feeds")

    def learn(self, facts: Sequence[OutletFacts]) -> None:
        """Note facts about outlets, for those there are and those still to come."""
        with self.storage.writing() as work:
            work.outlets.apply_facts(facts)

    def _known(self, address: str) -> Feed | None:
        with self.storage.reading() as work:
            return work.feeds.by_url(address)

    def _store(self, feed: NewFeed, note: str = "") -> Subscribed:
        with self.storage.writing() as work:
            known = work.feeds.by_url(feed.url)
            if known is not None:
                return _as_known(known)
            feed_id = self._insert(work, feed)
        title = feed.title or placeholder_title(feed.url)
        return Subscribed(feed_id=feed_id, url=feed.url, title=title, is_new=True, note=note)

    def _insert(self, work: "UnitOfWork", feed: NewFeed) -> FeedId:
        """Store the feed under its outlet: the site's domain, or the feed's own when no site is named.

        A guessed outlet is kept when a later poll learns the site, so that article ids stay stable.
        """
        domain = outlet_domain(feed)
        title = tidy(feed.title) or placeholder_title(feed.url)
        titled = replace(feed, title=title, folder=tidy_folder(feed.folder))
        outlet_id = work.outlets.ensure(domain, name=tidy(feed.title) or domain, lang=feed.lang)
        feed_id = work.feeds.add(titled, outlet_id, now=self.clock.now())
        if feed.interval is not None:
            work.feeds.change([feed_id], interval=feed.interval)
        if feed.full_text:
            work.feed_wishes.want_full_texts([feed_id], wanted=True)
        if feed.muted:
            work.feed_wishes.mute([feed_id], muted=True)
        return feed_id


def _judged(work: "UnitOfWork", line: NewFeed, seen: set[str]) -> ImportLine:
    """Return what an import does with a line: `new`, `known` or `refused`; `seen` are those before it."""
    told = ImportLine(url=line.url, title=line.title, result="refused", folder=line.folder)
    try:
        address = checked_address(line.url)
    except FeedAddressRefused as error:
        return replace(told, reason=error.reason)
    is_known = address in seen or work.feeds.by_url(address) is not None
    seen.add(address)
    return replace(told, url=address, result="known" if is_known else "new")


def checked_address(text: str) -> str:
    """Return an address as it is stored.

    Private addresses pass: whether they may be fetched is a setting, and a poll explains it.

    Raises:
        FeedAddressRefused: It can never be a feed's address.
    """
    address = feed_address(text)
    reason = refusal(address, allow_private=True)
    if reason is not None:
        raise FeedAddressRefused(text, reason)
    return address


def outlet_domain(feed: NewFeed) -> str:
    """Return the registrable domain that stands for the feed's outlet."""
    if feed.site_url and refusal(feed.site_url, allow_private=True) is None:
        return registrable_domain(feed.site_url)
    return registrable_domain(feed.url)


def _only(found: tuple[NewFeed, ...], address: str) -> NewFeed:
    if not found:
        raise FeedAddressRefused(
            address,
            "the page there is not a feed and announces none; look on the site for an RSS or Atom link",
        )
    if len(found) > 1:
        shown = ", ".join(_named(feed) for feed in found[:LISTED_CANDIDATES])
        more = f" and {len(found) - LISTED_CANDIDATES} more" if len(found) > LISTED_CANDIDATES else ""
        reason = f"the page there announces {len(found)} feeds; add one of them: {shown}{more}"
        raise SeveralFeeds(address, found, reason)
    return found[0]


def _named(feed: NewFeed) -> str:
    return f"{feed.url} ({feed.title})" if feed.title else feed.url


def _added_unseen(address: str, failed: FetchFailed) -> str:
    """Return the note for a feed that could not be read yet.

    Raises:
        FeedAddressRefused: Waiting will not mend it.
    """
    what, _ = explain(failed.failure, url=address, detail=failed.detail, status=failed.status)
    if failed.failure in HOPELESS or failed.status == 404:
        raise FeedAddressRefused(address, what.rstrip("."))
    return f"{what} The feed was added all the same and is tried at the next refresh."


def _filled(wanted: NewFeed, found: NewFeed) -> NewFeed:
    """Return the feed that was found, with what the person said taking precedence."""
    return NewFeed(
        url=checked_address(found.url),
        title=wanted.title or found.title,
        site_url=wanted.site_url or found.site_url,
        folder=wanted.folder,
        lang=wanted.lang or found.lang,
    )


def _as_known(feed: Feed) -> Subscribed:
    return Subscribed(
        feed_id=feed.id,
        url=feed.url,
        title=feed.title,
        is_new=False,
        note=f"{feed.title} is already among the feeds, with number {feed.id}; nothing was changed.",
    )


def _as_new(feed: Feed, langs: Mapping[OutletId, str | None], wish: FeedWish) -> NewFeed:
    return NewFeed(
        url=feed.url,
        title=feed.title,
        site_url=feed.site_url,
        folder=feed.folder,
        lang=langs.get(feed.outlet_id),
        interval=feed.interval,
        full_text=wish.full_text,
        muted=wish.is_muted,
    )
