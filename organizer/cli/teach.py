"""``organizer teach``."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from organizer.cli.chosen import find
from organizer.cli.context import EXIT_STOPPED, library_argument, library_option, open_library
from organizer.cli.progress import Unit, progress_bar
from organizer.cli.stopping import stop_asked_for
from organizer.errors import FeatureSpaceError, TeachingError
from organizer.library.actions import TagChange
from organizer.library.spelling import folded
from organizer.models.catalogue import open_bundle
from organizer.pipeline.model_again import model_again
from organizer.stopping import StoppedError
from organizer.tags.tagger import Tagger
from organizer.teaching.refine import is_refined, learn_tag
from organizer.teaching.teach import suggest, taught
from organizer.teaching.transfer import read_taught, write_taught
from organizer.teaching.words import advice, how_sure, learnt_from
from organizer.text import count, safe_text
from organizer.types import LABELS, TagState

if TYPE_CHECKING:
    from organizer.library import Library
    from organizer.library.taught import TaughtTag
    from organizer.models.bundle import Bundle

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("tag", metavar="[TAG]", required=False)
@click.argument("videos", nargs=-1, metavar="[VIDEO...]")
@click.option(
    "--not", "others", multiple=True, metavar="VIDEO", help="A video that does not show it; repeat."
)
@click.option("--off", "action", flag_value="off", help="Do not suggest TAG any more; its suggestions go.")
@click.option("--on", "action", flag_value="on", help="Suggest TAG again.")
@click.option(
    "--forget", "action", flag_value="forget", help="Forget what was learnt of TAG; your tags stay."
)
@click.option(
    "--export", "target", type=_FILE, metavar="FILE", help="Write what was learnt of TAG to a new FILE."
)
@click.option(
    "--import",
    "source",
    type=_FILE,
    metavar="FILE",
    help="Take in what was learnt elsewhere; as TAG, if named.",
)
@library_option
def teach(
    *,
    tag: str | None,
    videos: tuple[str, ...],
    others: tuple[str, ...],
    action: str | None,
    target: Path | None,
    source: Path | None,
) -> None:
    """Teach organizer a TAG of your own from a few videos, or list what it was taught.

    Each VIDEO gets the tag, by your hand, and each --not is told that it does not fit. Then the tag is learnt
    from all videos that you gave it to, and suggested for the others as a maybe; once you answered some of
    these, also as a tag. Five to twenty videos are enough. Say it again, without videos, after you answered
    some more. A label that organizer looks for by itself is refined by your answers in the same way. No video
    is opened: all of it is done with stored features.
    """
    asked = [bool(videos or others), action is not None, target is not None, source is not None]
    if sum(asked) > 1:
        raise click.UsageError("Name videos, or one of --off, --on, --forget, --export and --import.")
    if tag is None and (any(asked[:3])):
        raise click.UsageError("Name the TAG.")
    with open_library() as library:
        bundle = open_bundle()
        if source is not None:
            _import(library, bundle, source, tag)
        elif tag is None:
            _list(library, bundle)
        elif target is not None:
            write_taught(taught(library, bundle, tag), target)
            click.echo(f"What was learnt of {safe_text(tag)} is in {safe_text(str(target))}.")
        elif action is not None:
            _switch(library, bundle, tag, action)
        else:
            _teach(library, bundle, tag, videos, others)


def _teach(
    library: Library, bundle: Bundle, tag: str, videos: tuple[str, ...], others: tuple[str, ...]
) -> None:
    # All of them before anything is done: one that is wrong does not leave half of it done.
    shown, not_shown = ([find(library, video) for video in named] for named in (videos, others))
    name = library.meant_tag(tag, to_add=bool(shown))
    for ids, state in ((shown, TagState.CONFIRMED), (not_shown, TagState.REJECTED)):
        if ids:
            library.apply(TagChange(name, state), ids)
    try:
        learnt = learn_tag(library, bundle, name)
    except TeachingError as error:
        if not (shown or not_shown):
            raise
        told = count(len(shown) + len(not_shown), "video")
        raise TeachingError(f"{error} What you said of {told} is kept.") from error
    library.teaching.store(learnt)
    # What is not among the decisions of a tag that nobody knew cannot be rejected before it is taught.
    if not_shown and learnt.not_shown < len(not_shown):
        library.apply(TagChange(name, TagState.REJECTED), not_shown)
        learnt = learn_tag(library, bundle, name)
        library.teaching.store(learnt)
    click.echo(f"{safe_text(name)}: learnt from {learnt_from(learnt)}; {how_sure(learnt)}.")
    _suggest(library, bundle, learnt)
    click.echo(advice(learnt))


def _suggest(library: Library, bundle: Bundle, tag: TaughtTag) -> None:
    new = 0
    with stop_asked_for() as stop, progress_bar(tag.name, Unit.VIDEOS) as bar:
        try:
            for step in suggest(library, bundle, tag, stop=stop):
                bar.update(step.done, step.total)
                new = step.new
        except (StoppedError, KeyboardInterrupt):
            click.echo("Stopped. What was suggested until then stays.", err=True)
            raise SystemExit(EXIT_STOPPED) from None
    name = library.meant_tag(tag.name)
    have, maybes = library.tag_counts().get(name, 0), library.maybe_counts().get(name, 0)
    words = f"{count(have, 'video')} {'has' if have == 1 else 'have'} {name}, {maybes} may have it"
    click.echo(safe_text(f"{words}; of these {new} are new."))
    if maybes:
        shown = safe_text(shlex.quote(name))
        click.echo(f"To see them: organizer list --only-maybes --tag {shown}{library_argument()}")


def _list(library: Library, bundle: Bundle) -> None:
    tags = library.teaching.tags()
    if not tags:
        click.echo(
            "Nothing was taught yet. Give a tag of your own to five videos or more, then: organizer teach TAG"
        )
        return
    given, maybes = library.tag_counts(), library.maybe_counts()
    for tag in tags:
        name = safe_text(tag.name)
        if tag.space_id != bundle.space_id:
            click.echo(f"{name}: learnt with another model, and not suggested with {bundle.name}.")
            continue
        state = "" if tag.enabled else "switched off; "
        counts = f"{given.get(tag.name, 0)} have it, {maybes.get(tag.name, 0)} may have it"
        click.echo(f"{name}: {state}{counts}; learnt from {learnt_from(tag)}; {how_sure(tag)}. {advice(tag)}")


def _switch(library: Library, bundle: Bundle, tag: str, action: str) -> None:
    name = library.meant_tag(tag)
    label = name in bundle.labels or is_refined(library, bundle, name)
    if action == "forget" and not label:
        step = library.teaching.unlearn(name)
        click.echo(
            f"What was learnt of {safe_text(name)} is forgotten. The videos that you gave it to keep it. "
            f"To undo: organizer undo {step.id}{library_argument()}"
        )
    else:
        # What answers say of a label is never forgotten for good: the next one would bring it back.
        library.teaching.switch(name, on=action == "on")
    if action == "on":
        _suggest(library, bundle, taught(library, bundle, name))
        return
    if label:
        # In the place of what was refined stands again what the model says.
        for _ in model_again(library, Tagger(bundle), name):
            pass
    if action == "off" or label:
        again = f"organizer teach {safe_text(shlex.quote(name))} --on{library_argument()}"
        click.echo(f"{safe_text(name)} is not suggested any more. To suggest it again: {again}")


def _import(library: Library, bundle: Bundle, source: Path, tag: str | None) -> None:
    learnt = read_taught(source)
    if learnt.space_id != bundle.space_id:
        raise FeatureSpaceError(
            f"{source}: it was learnt with another model than {bundle.name}, whose features are others. "
            "Use that model (organizer models use NAME), or teach the tag here."
        )
    if len(learnt.weights) != bundle.dimensions:
        raise TeachingError(
            f"{source}: its arrays are not of this model. Export it again where it was taught."
        )
    learnt = replace(learnt, name=library.meant_tag(tag or learnt.name, to_add=True))
    if learnt.name in {*LABELS, *bundle.labels}:
        raise TeachingError(
            f"{learnt.name} is a label that {bundle.name} knows by itself. Name another TAG for what was "
            "learnt."
        )
    if any(folded(one.name) == folded(learnt.name) for one in library.teaching.tags(bundle.space_id)):
        raise TeachingError(
            f"{learnt.name} was taught here already. Name another TAG for it, or forget what was learnt: "
            f"organizer teach {shlex.quote(learnt.name)} --forget",
            ends_in_command=True,
        )
    library.teaching.store(learnt, create=True)
    click.echo(f"{safe_text(learnt.name)}: taken in, learnt from {learnt_from(learnt)} elsewhere.")
    _suggest(library, bundle, learnt)
