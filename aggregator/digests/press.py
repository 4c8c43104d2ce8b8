"""From a selection to a mail: signed links, both parts, and as many stories as fit."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from aggregator.digests import links, message
from aggregator.digests.content import Digest
from aggregator.digests.links import CONFIRM_FOR, GOOD_FOR, Deed, Purpose
from aggregator.digests.message import Envelope, compose
from aggregator.digests.render import Actions, Links, Render, Rendered, template
from aggregator.domain.digests import Address, Schedule
from aggregator.domain.ids import ReaderId, StoryId


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """A mail, and the digest as it fits into it: stories may have been dropped."""

    digest: Digest
    message: bytes
    message_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """Makes mails. `key` returns what signs links, `sender` is the mailbox that they come from."""

    render: Render
    sender: str
    key: Callable[[], bytes] = field(repr=False)
    limit: int = message.LIMIT

    def digest(
        self,
        digest: Digest,
        schedule: Schedule,
        *,
        recipient: str,
        seed: str,
        secret: str,
        is_admin: bool,
        now: datetime,
    ) -> Printed:
        """Return the mail of an edition.

        Args:
            digest: what is in it.
            schedule: whose it is.
            recipient: the bare mail address.
            seed: names the mail: the same seed makes the same Message-ID.
            secret: the unguessable part of its address in the archive.
            is_admin: whether its reader may correct stories.
            now: the `Date` of the mail.
        """
        own = self._links(digest, schedule, secret, is_admin=is_admin, until=now + GOOD_FOR)
        envelope = Envelope(
            sender=self.sender,
            recipient=recipient,
            message_id=message.message_id(seed, self.sender),
            at=now,
            list_name=f"{self.render.site_name}: {schedule.name}",
            list_key=f"digest-{schedule.id}",
            unsubscribe=own.unsubscribe,
        )
        while True:
            rendered = self.render(digest, own)
            whole = compose(envelope, subject=rendered.subject, text=rendered.text, html=rendered.html)
            items = len(digest.selection.items)
            if len(whole) <= self.limit or items <= 1:
                return Printed(digest=digest, message=whole, message_id=envelope.message_id)
            drop = min(too_many(len(whole), self.limit, items), items - 1)
            digest = replace(digest, selection=digest.selection.without_last(drop))

    def page(self, digest: Digest) -> Rendered:
        """Return a digest as the archive and the preview show it: without links that change anything."""
        return self.render(digest)

    def confirmation(self, address: Address, *, seed: str, now: datetime) -> tuple[str, bytes]:
        """Return Message-ID and mail that ask the owner of an address whether it is to get digests."""
        token = self.token(Purpose.CONFIRM, address.reader, address.id, until=now + CONFIRM_FOR)
        text = template("confirm.txt").render(
            site=self.render.site,
            site_name=self.render.site_name,
            address=address.address,
            link=f"{self.render.site}/digests/confirm/{token}",
            days=CONFIRM_FOR.days,
        )
        key = message.message_id(seed, self.sender)
        envelope = Envelope(sender=self.sender, recipient=address.address, message_id=key, at=now)
        subject = f"{self.render.site_name}: may digests come to this address?"
        return key, compose(envelope, subject=subject, text=text)

    def token(self, purpose: Purpose, reader: ReaderId, target: int, *, until: datetime) -> str:
        """Return the signed part of a link."""
        return links.sign(self.key(), Deed(purpose=purpose, reader=reader, target=target), until=until)

    def deed(self, token: str, *, now: datetime) -> Deed:
        """Return what a link lets its holder do.

        Raises:
            LinkExpired: it is too old, changed, or none of ours.
        """
        return links.read(self.key(), token, now=now)

    def _links(
        self, digest: Digest, schedule: Schedule, secret: str, *, is_admin: bool, until: datetime
    ) -> Links:
        token = self.token(Purpose.UNSUBSCRIBE, schedule.reader, schedule.id, until=until)
        site = self.render.site
        return Links(
            unsubscribe=f"{site}/digests/unsubscribe/{token}",
            settings=f"{site}/digests/{schedule.id}",
            archive=f"{site}/digests/editions/{secret}" if secret else "",
            actions=self._actions(digest, schedule.reader, is_admin=is_admin, until=until),
        )

    def _actions(
        self, digest: Digest, reader: ReaderId, *, is_admin: bool, until: datetime
    ) -> Mapping[StoryId, Actions]:
        def link(purpose: Purpose, story: StoryId) -> str:
            return f"{self.render.site}/digests/do/{self.token(purpose, reader, story, until=until)}"

        return {
            item.id: Actions(
                read=link(Purpose.READ, item.id),
                mute=link(Purpose.MUTE, item.id),
                wrong=link(Purpose.WRONG, item.id) if is_admin else "",
            )
            for item in digest.selection.items
        }


def too_many(size: int, limit: int, stories: int) -> int:
    """Return how many stories of average length are too much in a mail of `size` bytes; one at least."""
    return max(1, (size - limit) * stories // size)
