"""The one error tree: facts as attributes, and `str(error)` is the sentence that a person may read.

Every class says what happened, to which feed, file or story, and what to do next. A driver's own
error travels as `__cause__` and reaches the log, never a reader.
"""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from aggregator.domain.feeds import NewFeed


class BroadfoldError(Exception):
    """Root of every error that Broadfold raises on purpose; its text is written for people."""


class WrongUse(BroadfoldError):
    """What was asked for cannot be done as asked; commands exit with 2."""


class SettingsError(WrongUse):
    """A setting is unknown or has a value that cannot be used."""

    def __init__(self, problems: Sequence[str], source: str) -> None:
        self.problems = tuple(problems)
        self.source = source
        listed = "; ".join(problems)
        super().__init__(
            f"Settings from {source} cannot be used: {listed}. "
            "Run `broadfold config show` to see every setting and its default."
        )


class DataFolderUnusable(BroadfoldError):
    """The folder for the database cannot be made or written."""

    def __init__(self, folder: Path, reason: str) -> None:
        self.folder = folder
        self.reason = reason
        super().__init__(
            f"The data folder {folder} cannot be used: {reason}. "
            "Make it writable, or set BROADFOLD_DATA to a folder that is."
        )


class DatabaseNewer(BroadfoldError):
    """The database was written by a newer Broadfold than this one."""

    def __init__(self, location: str, found: str, known: str) -> None:
        self.location = location
        self.found = found
        self.known = known
        super().__init__(
            f"The database {location} has schema {found}; this Broadfold knows schemas up to {known}. "
            "Nothing was changed. Install the newer Broadfold again, or set BROADFOLD_DATA to another folder."
        )


class DatabaseUnusable(BroadfoldError):
    """The database file is damaged, locked for too long, or not a database."""

    def __init__(self, location: str, reason: str) -> None:
        self.location = location
        self.reason = reason
        super().__init__(
            f"The database {location} cannot be used: {reason}. "
            "Run `broadfold db check`; to start afresh, move the file away and start again."
        )


class DatabaseBusy(DatabaseUnusable):
    """Another thread or program held the database's lock for longer than the caller would wait."""


class FeedUnknown(WrongUse):
    """No subscribed feed has this address or number."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            f"No feed is called {name!r}. `broadfold feeds list` shows the feeds and their numbers."
        )


class FeedAddressRefused(WrongUse):
    """An address cannot be subscribed to."""

    def __init__(self, url: str, reason: str) -> None:
        self.url = url
        self.reason = reason
        super().__init__(f"{url!r} cannot be added as a feed: {reason}.")


class SeveralFeeds(FeedAddressRefused):
    """A page announces several feeds, and one has to be chosen."""

    def __init__(self, url: str, choices: Sequence[NewFeed], reason: str) -> None:
        self.choices = tuple(choices)
        super().__init__(url, reason)


class FolderUnknown(WrongUse):
    """No feed is filed in a folder of this name."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"No feed is in a folder called {name!r}. Nothing was changed.")


class RemovalUnknown(WrongUse):
    """Feeds that were removed cannot be brought back: it was done before, or is too long ago."""

    def __init__(self, removal: int) -> None:
        self.removal = removal
        super().__init__("These feeds cannot be brought back any more. Add them again by their addresses.")


class OpmlUnreadable(WrongUse):
    """An OPML file is not OPML, or has no feeds in it."""

    def __init__(self, name: str, reason: str) -> None:
        self.name = name
        self.reason = reason
        super().__init__(f"{name} cannot be imported: {reason}. Nothing was added.")


class OutletsUnreadable(WrongUse):
    """A CSV file with facts about outlets is not what it should be."""

    def __init__(self, name: str, reason: str) -> None:
        self.name = name
        self.reason = reason
        super().__init__(
            f"{name} cannot be read: {reason}. It needs the columns domain, name, country, kind, owner "
            "and language. Nothing was learned from it."
        )


class CursorUnknown(WrongUse):
    """A page of a list was asked for with a cursor that nobody gave out."""

    def __init__(self, cursor: str) -> None:
        self.cursor = cursor
        super().__init__("This page of the list does not exist; start again from the list's first page.")


class StoryUnknown(WrongUse):
    """No story has this number."""

    def __init__(self, story_id: int) -> None:
        self.story_id = story_id
        super().__init__(f"There is no story {story_id}. `broadfold stories list` shows today's stories.")


class TopicsUnreadable(WrongUse):
    """The file of the topics is not what it should be."""

    def __init__(self, file: Path, reason: str) -> None:
        self.file = file
        self.reason = reason
        super().__init__(
            f"The topics in {file} cannot be used: {reason}. "
            "Correct the file, or leave `stories.topics_file` empty for Broadfold's own topics."
        )


class TopicUnknown(WrongUse):
    """No topic has this name."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        self.name = name
        self.known = tuple(known)
        super().__init__(f"There is no topic {name!r}. The topics are {', '.join(known)}.")


class CorrectionRefused(WrongUse):
    """Stories cannot be corrected in this way."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"Nothing was changed: {reason}.")


class CorrectionUnknown(WrongUse):
    """No correction has this number, or it was undone before."""

    def __init__(self, correction: int) -> None:
        self.correction = correction
        super().__init__(
            f"There is no correction {correction} to undo. `broadfold stories log` shows all of them."
        )


class MuteRefused(WrongUse):
    """A rule that hides stories cannot be made."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"Nothing was muted: {reason}.")


class SavedSearchRefused(WrongUse):
    """A search cannot be kept, named or shown in this way."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"The search was not changed: {reason}.")


class DigestRefused(WrongUse):
    """A digest or its address cannot be set up like this."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"Nothing was changed: {reason}.")


class DigestUnknown(WrongUse):
    """No digest, edition or address of this reader has this number."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(
            f"There is no digest {number}. "
            "`broadfold digest schedule list` and the page Digests show all of them."
        )


class LinkExpired(WrongUse):
    """A link of a mail is too old, or was changed on its way."""

    def __init__(self) -> None:
        super().__init__(
            "This link is no longer good: it is too old, or part of it is missing. Nothing was changed. "
            "Use a link of a newer mail, or the page Digests."
        )


class MailKeyUnusable(BroadfoldError):
    """A file with a key or password for mail cannot be read or made."""

    def __init__(self, file: Path, reason: str) -> None:
        self.file = file
        self.reason = reason
        super().__init__(
            f"The file {file} cannot be used for mail: {reason}. "
            "Make it readable for Broadfold alone (chmod 600), or change the setting that names it."
        )


class UndoUnknown(WrongUse):
    """What was marked read cannot be taken back at once."""

    def __init__(self) -> None:
        super().__init__(
            "This cannot be undone: it was undone before, or it is more than a week ago. "
            "Each story has a button to mark it unread."
        )


class AccountMissing(WrongUse):
    """The pages would be open to other machines, and there is no account to keep strangers out."""

    def __init__(self, host: str) -> None:
        self.host = host
        super().__init__(
            f"The pages were not opened on {host}: other machines could reach them, and there is no account. "
            "Make one with `broadfold people add NAME` and start again, or listen on 127.0.0.1."
        )


class AccountRefused(WrongUse):
    """An account, a password or a setting of a reader cannot be made or changed in this way."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"Nothing was changed: {reason}.")


class PersonUnknown(WrongUse):
    """Nobody has an account of this name or number."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            f"There is no account called {name!r}. `broadfold people list` shows all of them; "
            "`broadfold people add NAME` makes one."
        )


class LoginRefused(WrongUse):
    """A name and a password do not belong together; which of them is wrong is not told."""

    def __init__(self) -> None:
        super().__init__("The name or the password is not right. Try again.")


class TooManyTries(WrongUse):
    """A password was tried too often; `wait` is how long to wait."""

    def __init__(self, wait: timedelta) -> None:
        self.wait = wait
        minutes = -(-wait // timedelta(minutes=1))
        super().__init__(
            "The password was wrong too often. Nothing was looked at this time. "
            f"Try again in {minutes} minute{'' if minutes == 1 else 's'}."
        )


class InvitationUnknown(WrongUse):
    """An invitation was used, was taken back, or has ended."""

    def __init__(self) -> None:
        super().__init__(
            "This invitation was used before, was taken back, or has ended. "
            "Ask whoever sent it for another one."
        )


class CorpusUnreadable(WrongUse):
    """A labelled file for `broadfold eval` is not what it should be."""

    def __init__(self, file: Path, reason: str) -> None:
        self.file = file
        self.reason = reason
        super().__init__(
            f"{file} cannot be scored: {reason}. "
            "Each line must be a JSON object with id, title, text, outlet, url, published and story."
        )


class ModelUnusable(BroadfoldError):
    """The embedding model is missing, damaged or not the one that was pinned."""

    def __init__(self, model: str, reason: str) -> None:
        self.model = model
        self.reason = reason
        super().__init__(
            f"The embedding model {model!r} cannot be used: {reason}. "
            "Run `make install` again, or set `stories.model` to a sentence-transformers folder you have."
        )


class AddressInUse(BroadfoldError):
    """The address for the web pages is taken by another program."""

    def __init__(self, host: str, port: int) -> None:
        self.host = host
        self.port = port
        super().__init__(
            f"{host}:{port} is already in use by another program. Stop it, or choose another with --port."
        )


class CommentRefused(WrongUse):
    """A comment cannot be written, changed or moderated in this way."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"Nothing was saved: {reason}.")


class CommentUnknown(WrongUse):
    """No comment has this number, or it was deleted."""

    def __init__(self, comment: int) -> None:
        self.comment = comment
        super().__init__(f"There is no comment {comment} any more. Nothing was changed.")


class CommentChanged(WrongUse):
    """A comment was changed elsewhere since its form was opened."""

    def __init__(self, comment: int) -> None:
        self.comment = comment
        super().__init__(
            "Nothing was saved: this comment was changed in another window since you opened it. "
            "Its text as it is now stands above yours; save again to put yours in its place."
        )
