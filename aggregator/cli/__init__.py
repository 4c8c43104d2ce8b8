"""The `broadfold` command: one module a noun, each loaded only when it is called for.

Exit codes: 0 done, 1 failed, 2 wrong use. `broadfold --help` imports click and nothing heavier.
"""

from importlib import import_module
from typing import IO, Any

import click

from aggregator import __version__
from aggregator.domain.errors import BroadfoldError, WrongUse

COMMANDS = {
    "demo": ("demo", "Play the bundled sample newsroom and show its stories."),
    "run": ("run", "Pull your feeds, group the articles, and serve the pages."),
    "refresh": ("refresh", "Poll the feeds that are due, once, and group what came."),
    "feeds": ("feeds", "List, add, remove, import and export feeds."),
    "ask": ("ask", "Answer a question with sentences of articles."),
    "outlets": ("outlets", "List outlets, label them, import and export labels."),
    "stories": ("stories", "List stories, show one, or put them right."),
    "people": ("people", "Add, list, invite and remove the people who may read."),
    "digest": ("digest", "Send the day's stories by mail, and change when."),
    "compare": ("compare", "Lay a story's outlets side by side."),
    "eval": ("evaluate", "Score the grouping on labelled JSONL files."),
    "db": ("database", "Bring the database up to date, or check it."),
    "config": ("config", "Show the settings, or check them."),
}
"""Each command's module in this folder and its line of help."""


class Told(click.ClickException):
    """A known error on its way to the person: its sentence and an exit code."""

    def __init__(self, error: BroadfoldError) -> None:
        super().__init__(str(error))
        self.error = error

    @property
    def exit_code(self) -> int:  # type: ignore[override]  # click has a class variable here
        """Return 2 for wrong use, 1 for what failed."""
        return 2 if isinstance(self.error, WrongUse) else 1

    def show(self, file: IO[Any] | None = None) -> None:
        """Write the sentence to standard error."""
        click.secho(f"broadfold: {self.message}", fg="red", err=True, file=file)


class LazyGroup(click.Group):
    """A group that knows its commands' names and helps, and imports a command when it is run."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a known error becomes one sentence and an exit code."""
        try:
            return super().invoke(ctx)
        except BroadfoldError as error:
            raise Told(error) from error

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  (click's signature)
        """Return the commands in the order in which people meet them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Return a command, imported from its module."""
        if cmd_name not in COMMANDS:
            return None
        module, _ = COMMANDS[cmd_name]
        command = import_module(f"aggregator.cli.{module}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the list of commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="broadfold")
def broadfold() -> None:
    """Read the news with one page per story.

    Broadfold pulls RSS, Atom and JSON feeds, works out which articles report the same event, and
    shows every outlet's coverage side by side. Start with `broadfold demo`, or `broadfold run`.
    """


def main() -> None:
    """Run the command line."""
    broadfold.main(prog_name="broadfold")
