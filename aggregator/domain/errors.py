"""The one error tree: facts as attributes, and `str(error)` is the sentence that a person may read.

Every class says what happened, to which feed, file or story, and what to do next. A driver's own
error travels as `__cause__` and reaches the log, never a reader.
"""

from collections.abc import Sequence
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


class OutletUnknown(WrongUse):
    """No outlet, or more than one, is called so."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            f"There is no one outlet called {name!r}. `broadfold outlets list` shows them with their numbers."
        )


class LabelRefused(WrongUse):
    """An outlet cannot be labelled in this way."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"Nothing was labelled: {reason}.")


class LabelsUnreadable(WrongUse):
    """A CSV file of labels is not what it should be."""

    def __init__(self, name: str, reason: str) -> None:
        self.name = name
        self.reason = reason
        super().__init__(
            f"{name} cannot be imported: {reason}. Its first line needs the column “domain” and one for each "
            "axis. Nothing was labelled."
        )


class LensUnknown(WrongUse):
    """The front page was asked for through a lens that there is not."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"The front page cannot be shown in this way: {reason}.")


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


class UndoUnknown(WrongUse):
    """What was marked read cannot be taken back at once."""

    def __init__(self) -> None:
        super().__init__(
            "This cannot be undone: it was undone before, or it is more than a week ago. "
            "Each story has a button to mark it unread."
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
