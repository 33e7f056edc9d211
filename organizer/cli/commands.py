"""All commands, in the order that help shows them; a command's module is imported only when it is needed."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from organizer.cli.other_words import meant_by
from organizer.text import safe_text

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class CommandEntry:
    """A line of help, and where the command is found."""

    name: str
    module: str
    """Full name of the module that holds the command."""
    attribute: str
    """The command's name in that module."""
    help: str
    """The first sentence of the command's help."""


COMMANDS = (
    CommandEntry(
        "open",
        "organizer.cli.gallery",
        "open_",
        "Show the gallery and scan folders meanwhile; videos appear as they are done.",
    ),
    CommandEntry(
        "gallery",
        "organizer.cli.gallery",
        "gallery",
        "Show the library in the browser: see, play, correct, tag again.",
    ),
    CommandEntry("scan", "organizer.cli.scan", "scan", "Look at the videos in folders and tag them."),
    CommandEntry(
        "list", "organizer.cli.listing", "list_", "List videos with their tags, one line for each file."
    ),
    CommandEntry(
        "show",
        "organizer.cli.show",
        "show",
        "Show everything known of one VIDEO: its path, its file name, or its id.",
    ),
    CommandEntry(
        "similar",
        "organizer.cli.similar",
        "similar",
        "List the videos that are most like one VIDEO: its path, its file name, or its id.",
    ),
    CommandEntry(
        "tag",
        "organizer.cli.decide",
        "tag",
        "Confirm or add tags of one VIDEO; no model ever takes them away.",
    ),
    CommandEntry(
        "untag",
        "organizer.cli.decide",
        "untag",
        "Reject tags of one VIDEO; no model ever suggests them for it again.",
    ),
    CommandEntry(
        "searches",
        "organizer.cli.searches",
        "searches",
        "List the searches that you keep; those below keep and forget one.",
    ),
    CommandEntry("favourite", "organizer.cli.marks", "favourite", "Mark videos as favourites."),
    CommandEntry(
        "rate", "organizer.cli.marks", "rate", "Rate videos with 1 to 5 STARS; 0 takes the rating away."
    ),
    CommandEntry(
        "hide",
        "organizer.cli.marks",
        "hide",
        "Hide videos: lists and counts leave them out, and no file is touched.",
    ),
    CommandEntry(
        "unhide",
        "organizer.cli.marks",
        "unhide",
        "Show hidden videos again; options choose among hidden ones.",
    ),
    CommandEntry(
        "tags",
        "organizer.cli.tags",
        "tags",
        "List all tags with how many videos carry each; those below rename, merge, delete, colour and hide.",
    ),
    CommandEntry(
        "teach",
        "organizer.cli.teach",
        "teach",
        "Teach organizer a TAG of your own from a few videos, or list what it was taught.",
    ),
    CommandEntry(
        "review",
        "organizer.cli.review",
        "review",
        "Go through suggestions one by one, the most telling first: does the TAG fit?",
    ),
    CommandEntry(
        "folders",
        "organizer.cli.folders",
        "folders",
        "List the scanned folders and what scans leave out; those below forget, exclude and include.",
    ),
    CommandEntry(
        "history",
        "organizer.cli.history",
        "history",
        "List what was done to videos, tags and folders, the newest first.",
    ),
    CommandEntry(
        "undo",
        "organizer.cli.history",
        "undo",
        "Undo the last STEP of the history, or the one with this number: all is as it was before.",
    ),
    CommandEntry(
        "redo",
        "organizer.cli.history",
        "redo",
        "Do again what was undone last, or the STEP with this number.",
    ),
    CommandEntry(
        "export",
        "organizer.cli.export",
        "export",
        "Write what is known of videos as a table or as JSON, or copy their files into a folder.",
    ),
    CommandEntry(
        "adopt", "organizer.cli.adopt", "adopt", "Move your tags from the missing video OLD to NEW."
    ),
    CommandEntry("merge", "organizer.cli.merge", "merge", "Bring what other libraries hold into this one."),
    CommandEntry(
        "duplicates",
        "organizer.cli.duplicates",
        "duplicates",
        "List videos that show the same film: encoded again, resized, trimmed, cropped, or joined to others.",
    ),
    CommandEntry(
        "retag",
        "organizer.cli.retag",
        "retag",
        "Tag videos again with the model in use, from stored features: no video is opened.",
    ),
    CommandEntry(
        "job",
        "organizer.cli.job",
        "job",
        "Show the job that runs, or ran last: a scan, tagging again, a merge; pause, resume or stop it.",
    ),
    CommandEntry(
        "models",
        "organizer.cli.models.group",
        "models",
        "List the installed models, each checked against its checksums.",
    ),
    CommandEntry(
        "features",
        "organizer.cli.features",
        "features",
        "Write the features of all videos in folders as files, for training and other programs.",
    ),
    CommandEntry(
        "import-features",
        "organizer.cli.import_features",
        "import_features",
        'Bring what "organizer features" wrote into a library, without opening a video.',
    ),
    CommandEntry("train", "organizer.cli.train", "train", "Train a classifier and make a model of it."),
    CommandEntry(
        "evaluate",
        "organizer.cli.evaluate",
        "evaluate",
        "Measure a MODEL, the one in use without, on labelled videos it was not trained on.",
    ),
    CommandEntry(
        "cache",
        "organizer.cli.cache",
        "cache",
        "Say how much the gallery keeps of what it made of videos: pieces to play, pictures for hovering.",
    ),
    CommandEntry(
        "demo", "organizer.cli.demo", "demo", "Make five small clips, tag them, and say what was found."
    ),
    CommandEntry(
        "bench", "organizer.cli.bench", "bench", "Measure how fast this machine scans, and what limits it."
    ),
)

MODEL_COMMANDS = (
    CommandEntry("pull", "organizer.cli.models.pull", "pull", "Download a model and install it."),
    CommandEntry(
        "import", "organizer.cli.models.transfer", "import_", "Install a model from files, without network."
    ),
    CommandEntry(
        "export",
        "organizer.cli.models.transfer",
        "export",
        'Copy a model to a folder that "organizer models import" takes on another computer.',
    ),
    CommandEntry(
        "verify",
        "organizer.cli.models.verify",
        "verify",
        "Check a model, the one in use without a NAME, and say of each check what was found.",
    ),
    CommandEntry(
        "use",
        "organizer.cli.models.use",
        "use",
        "Use a model from now on, for scans, tagging and the gallery.",
    ),
    CommandEntry("remove", "organizer.cli.models.transfer", "remove", "Delete an installed model's files."),
    CommandEntry(
        "build",
        "organizer.cli.models.build",
        "build",
        "Make a model of any TF Hub module, with a PCA fitted to your own videos.",
    ),
)
"""Those of ``organizer models``."""


TAG_COMMANDS = (
    CommandEntry(
        "rename", "organizer.cli.tags", "rename", "Rename the tag OLD of your own to NEW, on all videos."
    ),
    CommandEntry(
        "merge",
        "organizer.cli.tags",
        "merge",
        "Make one tag of several of your own; of two decisions about a video the newer one holds.",
    ),
    CommandEntry("delete", "organizer.cli.tags", "delete", "Take a TAG of your own from all videos."),
    CommandEntry(
        "colour",
        "organizer.cli.tags",
        "colour",
        "Give a TAG a colour, such as #3366cc; without one it has none any more.",
    ),
    CommandEntry(
        "hide",
        "organizer.cli.tags",
        "hide",
        "Hide a TAG, such as a built-in label: it is never shown, suggested or counted.",
    ),
    CommandEntry("show", "organizer.cli.tags", "show", "Show a hidden TAG again."),
)
"""Those of ``organizer tags``."""

FOLDER_COMMANDS = (
    CommandEntry(
        "forget",
        "organizer.cli.folders",
        "forget",
        "Let go of a scanned FOLDER and its videos in the library; no file is touched.",
    ),
    CommandEntry(
        "exclude",
        "organizer.cli.folders",
        "exclude",
        "Leave a folder, or names that fit a PATTERN, out of all scans from now on.",
    ),
    CommandEntry(
        "include",
        "organizer.cli.folders",
        "include",
        "Leave a folder or PATTERN out no longer; the next scan finds its videos.",
    ),
)
"""Those of ``organizer folders``."""


SEARCH_COMMANDS = (
    CommandEntry(
        "save",
        "organizer.cli.searches",
        "save",
        'Keep a QUERY under a NAME, in place of one of that name; "organizer list --saved NAME" uses it.',
    ),
    CommandEntry(
        "delete",
        "organizer.cli.searches",
        "delete",
        "Forget the search of this NAME; no video is touched.",
    ),
)
"""Those of ``organizer searches``."""


class LazyGroup(click.Group):
    """A group that imports a command when it is run or its own help is asked for.

    Its help is made of the table alone, and shows the whole first sentence of each command, where click
    would cut what does not fit on one line.
    """

    def __init__(self, *arguments: Any, entries: Sequence[CommandEntry], **settings: Any) -> None:
        """Take the commands of a table.

        Args:
            arguments: of ``click.Group``.
            entries: the commands, in the order of help.
            settings: of ``click.Group``.
        """
        super().__init__(*arguments, **settings)
        self._entries = {entry.name: entry for entry in entries}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the table, then of those that were added."""
        return [*self._entries, *(name for name in super().list_commands(ctx) if name not in self._entries)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command and return it; None where there is none of this name."""
        entry = self._entries.get(cmd_name)
        if entry is not None and cmd_name not in self.commands:
            self.add_command(load_command(entry), cmd_name)
        return super().get_command(ctx, cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that is asked for.

        Raises:
            click.UsageError: there is none of this name; it says which one may be meant.
        """
        name = args[0]
        if not (name.startswith("-") or ctx.resilient_parsing) and self.get_command(ctx, name) is None:
            meant = meant_by(name, self.list_commands(ctx), top=ctx.parent is None)
            commands = " or ".join(f"{ctx.command_path} {command}" for command in meant)
            did_you_mean = f" Did you mean: {commands}" if meant else ""
            raise click.UsageError(f"No such command '{safe_text(name)}'.{did_you_mean}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands."""
        with formatter.section("Commands"):
            formatter.write_dl([(entry.name, entry.help) for entry in self._entries.values()])


def load_command(entry: CommandEntry) -> click.Command:
    """Import the command of an entry."""
    command: click.Command = getattr(import_module(entry.module), entry.attribute)
    return command
