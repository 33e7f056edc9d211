"""``organizer review``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from organizer.cli.context import EXIT_STOPPED, library_argument, library_option, library_path, open_library
from organizer.cli.query_words import videos_where, where_option
from organizer.errors import ReviewError
from organizer.models.catalogue import open_bundle
from organizer.reviewing.background import Relearning
from organizer.reviewing.precision import precision_words
from organizer.reviewing.queue import begin, like_this
from organizer.reviewing.words import asked_words, learnt_words, left_words, passed_over_words
from organizer.text import clock_time, duration, safe_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from organizer.library import Library
    from organizer.library.reviews import Learnt, Review, ReviewItem
    from organizer.models.bundle import Bundle

_MOST_SECONDS = 3
_KEYS = "[y]es  [n]o  [l]ater  [s]kip the rest like this  [u]ndo  [q]uit"
_MEANS = {
    "yes": "y",
    "no": "n",
    "later": "l",
    "skip": "s",
    "undo": "u",
    "quit": "q",
    "\x03": "q",
    "\x04": "q",
}


@click.command()
@click.argument("tags", nargs=-1, metavar="[TAG...]")
@where_option
@click.option(
    "--new",
    "how",
    flag_value="new",
    help="Begin anew, and do not ask whether to end another review.",
)
@click.option(
    "--continue", "how", flag_value="continue", help="Go on with the last review, or say that it is done."
)
@click.option("--list", "listed", is_flag=True, help="Print what is left, in its order, and ask nothing.")
@library_option
def review(*, tags: tuple[str, ...], wheres: tuple[str, ...], how: str | None, listed: bool) -> None:
    """Go through suggestions one by one, the most telling first: does the TAG fit?

    Asks about all suggestions that nobody decided about, or those of some TAGs: maybes, and what a model or a
    tag of your own gives. The list stays as it was when it was begun: go on with it any time, here or in the
    gallery. One key answers: y yes, n no, l later, s skip what is left of this tag and looks like this video,
    u undo the last answer, q quit; Enter quits too. Each answer is stored at once, as "organizer tag" and
    "untag" store it. Tags that you taught are learnt again meanwhile. Answers may also be piped in, one a
    line. There is one review at a time: beginning another ends it, at a terminal after a question.
    """
    if how == "continue" and (tags or wheres):
        raise click.UsageError("--continue goes on with what was begun: name no tags, and no --where.")
    with open_library() as library:
        bundle = open_bundle()
        now = _chosen(library, bundle, tags, wheres, how)
        if now is None:
            click.echo(f"Nothing was begun. To go on: organizer review --continue{library_argument()}")
            return
        if listed:
            _print_list(library, now)
            return
        relearning = Relearning(library_path(), open_bundle)
        stopped = False
        try:
            _Questions(library, bundle, now, relearning).ask_all()
        except KeyboardInterrupt:
            # Each answer was stored before the next question.
            stopped = True
        _end(library, now, relearning, stopped=stopped)


def _chosen(
    library: Library, bundle: Bundle, tags: Sequence[str], wheres: Sequence[str], how: str | None
) -> Review | None:
    """Return the review to go on with, or a new one; None where the person does not end another for it."""
    last = library.reviews.newest()
    asked = asked_words(tags, wheres)
    if how == "continue":
        if last is None:
            raise ReviewError(f"No review was begun. Begin one: organizer review{library_argument()}")
        return last
    if how is None and last is not None and last.left and last.asked == asked:
        click.echo("Going on with what was begun. A new list: --new", err=True)
        return last
    names = [library.meant_tag(tag) for tag in tags]
    video_ids = videos_where(library, wheres) if wheres else None
    if last is None or not last.left:
        return begin(library, bundle, names, video_ids, asked)
    behind = safe_text(left_words(last))
    # Where nothing was answered in it, nothing is lost.
    if (
        how is None
        and last.underway
        and sys.stdin.isatty()
        and not click.confirm(f"To begin another ends {behind}; what you answered stays. Begin it?", err=True)
    ):
        return None
    begun = begin(library, bundle, names, video_ids, asked)
    click.echo(f"{behind[0].upper()}{behind[1:]} has ended. What you answered stays.", err=True)
    return begun


class _Questions:
    """Asks about one suggestion after the other."""

    def __init__(self, library: Library, bundle: Bundle, review: Review, relearning: Relearning) -> None:
        self._library, self._bundle = library, bundle
        self._id = review.id
        self._relearning = relearning
        self._told: tuple[Learnt, ...] = review.learnt
        self._answered: set[int] = set()
        """Positions that were put off here, and would come again at once."""

    def ask_all(self) -> None:
        """Ask until nothing is left, or the person quits."""
        keys = _keys()
        while (item := self._next()) is not None:
            self._tell()
            self._show(item)
            key = next(keys, "q")
            if key in {"q", ""}:
                return
            self._do(key, item)

    def _next(self) -> ReviewItem | None:
        left = self._library.reviews.left(self._id, 1)
        if not left or (left[0].put_off and left[0].position in self._answered):
            return None
        return left[0]

    def _do(self, key: str, item: ReviewItem) -> None:
        reviews, position = self._library.reviews, item.position
        match key:
            case "y" | "n":
                reviews.answer(self._id, position, yes=key == "y")
                self._relearning.ask(self._id)
                # Gone where the tag was renamed or deleted meanwhile.
                tally = next((one for one in reviews.tallies(self._id) if one.tag == item.tag), None)
                if tally is not None and (words := precision_words(tally)):
                    click.echo(f"  {safe_text(words)}")
            case "l":
                self._answered.add(position)
                reviews.put_off(self._id, position)
            case "s":
                alike = like_this(self._library, self._bundle, reviews.get(self._id), item)
                click.echo(f"  {reviews.skip(self._id, alike)} skipped.")
            case "u":
                undone = reviews.undo(self._id)
                self._answered.discard(undone)
                click.echo("  Undone." if undone else "  There is nothing to undo.")
            case _:
                click.echo(f"  {_KEYS}")

    def _show(self, item: ReviewItem) -> None:
        now = self._library.reviews.get(self._id)
        video = self._library.video(item.video_id)
        seconds = ", ".join(clock_time(second) for second in item.seconds[:_MOST_SECONDS])
        seen = f", seen at {seconds}" if seconds else ""
        sure = "" if item.score is None else f"  {item.score:.0%}"
        click.echo(f"{now.number} of {now.total}  {safe_text(item.tag)}?{sure}{seen}")
        click.echo(f"  {safe_text(video.path)}  {duration(video.duration_s)}".rstrip())
        click.echo(f"  {_KEYS} ", nl=not sys.stdin.isatty())

    def _tell(self) -> None:
        """Say what was learnt meanwhile."""
        learnt = self._library.reviews.get(self._id).learnt
        if learnt != self._told:
            self._told = learnt
            for one in learnt:
                click.echo(f"  {safe_text(learnt_words(one))}")


def _keys() -> Iterator[str]:
    """Yield what the person answers: single keys of a terminal, lines of anything else."""
    while True:
        if sys.stdin.isatty():
            try:
                typed = click.getchar()
            except EOFError:
                return
            typed = "" if typed in {"\r", "\n"} else typed
            click.echo(safe_text(typed) if typed.isprintable() else "")
        else:
            line = sys.stdin.readline()
            if not line:
                return
            # An empty line among answers is none; at a terminal Enter quits.
            typed = line.strip() or "?"
        typed = typed.lower()
        yield _MEANS.get(typed, typed)


def _end(library: Library, before: Review, relearning: Relearning, *, stopped: bool) -> None:
    now = library.reviews.get(before.id)
    try:
        if now.answered or before.answered:
            relearning.ask(now.id, at_end=True)
            while not relearning.wait(0.2):
                pass
    except KeyboardInterrupt:
        stopped = True
        relearning.end()
    after = library.reviews.get(before.id)
    for tally in library.reviews.tallies(now.id):
        if words := precision_words(tally):
            click.echo(safe_text(words))
    for one in after.learnt:
        if one not in before.learnt:
            click.echo(safe_text(learnt_words(one)))
    if relearning.problem:
        click.echo(f"It was not learnt again: {safe_text(relearning.problem)}", err=True)
    if passed := passed_over_words(after):
        click.echo(f"{passed[0].upper()}{passed[1:]}.")
    if after.left:
        go_on = f"organizer review --continue{library_argument()}"
        click.echo(f"{after.left} of {after.total} are left. To go on: {go_on}")
    else:
        click.echo(f"All {after.total} are done.")
    if stopped:
        raise SystemExit(EXIT_STOPPED)


def _print_list(library: Library, now: Review) -> None:
    # By the number that it has when it is asked about.
    for number, item in enumerate(library.reviews.left(now.id), start=now.number):
        score = "" if item.score is None else f"{item.score:.0%}"
        at = " ".join(clock_time(second) for second in item.seconds[:1])
        path = safe_text(library.video(item.video_id).path)
        click.echo(f"{number:5}  {safe_text(item.tag)}  {score:>4}  {at:>5}  {path}")
