"""``organizer models pull``."""

from __future__ import annotations

import sys
from contextlib import closing
from typing import TYPE_CHECKING

import click

from organizer.cli.context import EXIT_STOPPED
from organizer.cli.progress import Unit, progress_bar
from organizer.cli.stopping import stop_asked_for
from organizer.config import cache_folder
from organizer.errors import BundleError, MissingDependencyError
from organizer.features.tensorflow.loading import missing_tensorflow
from organizer.models.classifier_choice import ClassifierChoice, classifier_of
from organizer.models.download.fetch import FetchProgress, announced_size
from organizer.models.download.sources import read_sources, shown_url
from organizer.models.inception.assemble import NAME
from organizer.models.inception.own_classifier import shipped_classifier
from organizer.models.inception.pull import Installed, Note, standing
from organizer.models.inception.pull import pull as pull_inception
from organizer.stopping import StoppedError
from organizer.text import safe_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from organizer.models.bundle import Bundle
    from organizer.models.download.sources import Part
    from organizer.models.inception.pull import PullEvent

_PULLS = {NAME: pull_inception}
"""By the name of a model, what downloads its parts and puts it together."""


def about_the_classifier(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that choose the classifier; ``choice_of`` reads them."""
    own = click.option(
        ClassifierChoice.OWN.option,
        "classifier",
        flag_value=ClassifierChoice.OWN.value,
        help="Take organizer's own classifier, also in place of the published one. It comes with organizer "
        "and is what you get where you do not say otherwise.",
    )
    accept = click.option(
        ClassifierChoice.PUBLISHED.option,
        "classifier",
        flag_value=ClassifierChoice.PUBLISHED.value,
        help="Take the published classifier instead, though nobody states that it may be used.",
    )
    refuse = click.option(
        ClassifierChoice.NONE.option,
        "classifier",
        flag_value=ClassifierChoice.NONE.value,
        help="Take none: the model makes features and no tags.",
    )
    return own(accept(refuse(command)))


def choice_of(classifier: str | None) -> ClassifierChoice | None:
    """Return which classifier a person asked for; None where they did not say."""
    return None if classifier is None else ClassifierChoice(classifier)


@click.command()
@click.argument("name")
@about_the_classifier
@click.option(
    "--replace", is_flag=True, help="Put it in the place of an installed model of its name, a whole one too."
)
@click.option("--yes", is_flag=True, help="Do not ask whether to begin. It consents to no licence.")
@click.option("--dry-run", is_flag=True, help="Say what comes from where, and stop.")
def pull(name: str, classifier: str | None, replace: bool, yes: bool, dry_run: bool) -> None:
    """Download a model and install it.

    First it says what comes from where, how large it is and under which licence. A model that is installed
    and whole is not downloaded again; where only organizer's own classifier is wanting, or there is a newer
    one, that is put beside the rest. Ctrl-C stops; what came so far is kept, and the next call goes on from
    there.
    """
    roles = read_sources().of(name)
    pull_model = _PULLS.get(name)
    if pull_model is None:
        raise BundleError(
            f"{safe_text(name)}: this version of organizer does not know how to make it. Update organizer."
        )
    choice = choice_of(classifier)
    # Before a person reads on, answers and waits for nothing.
    if not dry_run and (missing := missing_tensorflow()):
        raise MissingDependencyError(missing)
    downloads = cache_folder() / "downloads" / name
    found = standing(name, classifier=choice, replace=replace)
    if found is None:
        _say_what_comes(name, roles, downloads, choice)
    elif not found.to_be_joined:
        click.echo(f"{name} is installed already, and whole. To use it: organizer models use {name}")
        has = classifier_of(found.bundle)
        if choice is None and has in {None, ClassifierChoice.PUBLISHED}:
            which = "another" if has is None else "the published"
            click.echo(
                f"It has {which} classifier. To have organizer's own, without a download: organizer "
                f"models pull {name} --own-classifier"
            )
        if not dry_run:
            return
    elif dry_run:
        click.echo(f"Network and PCA of {name} are installed. This would be put beside them:")
        _say_own_classifier(choice)
    if dry_run:
        if found is not None:
            click.echo(f"To see what all of it is made of: organizer models pull {name} --replace --dry-run")
        return
    if (
        found is None
        and not yes
        and sys.stdin.isatty()
        and not click.confirm("Download and install it?", default=True)
    ):
        click.echo("Nothing was downloaded.")
        return
    try:
        with stop_asked_for() as stop:
            events = pull_model(roles, downloads, classifier=choice, replace=replace, stop=stop)
            with closing(events):
                bundle = _follow(events)
    except (StoppedError, KeyboardInterrupt):
        click.echo(
            f"Stopped. What came so far is kept in {safe_text(str(downloads))}; to go on: "
            f"organizer models pull {name}"
            + (" --replace" if replace else "")
            + (f" {choice.option}" if choice else ""),
            err=True,
        )
        raise SystemExit(EXIT_STOPPED) from None
    say_installed(bundle)


def say_installed(bundle: Bundle) -> None:
    """Print that a model was installed, and what to do with it."""
    click.echo(f"Installed {safe_text(bundle.id)} in {safe_text(str(bundle.folder))}")
    click.echo(f"To prove it: organizer models verify {bundle.name}")
    if bundle.has_classifier:
        click.echo(f"To use it:   organizer models use {bundle.name}")
    else:
        click.echo("It has no classifier yet: it makes features, and no tags.")
        click.echo(f"{bundle.classifier_advice}")


def _say_what_comes(
    name: str, roles: Mapping[str, tuple[Part, ...]], downloads: Path, choice: ClassifierChoice | None
) -> None:
    click.echo(f"{name} is made of these parts, downloaded one by one:")
    for role, parts in roles.items():
        optional = role == "classifier" and choice is not ClassifierChoice.PUBLISHED
        if optional:
            _say_own_classifier(choice)
        for number, part in enumerate(parts):
            how = "or else: " if number else "left out: " if optional else ""
            click.echo(f"  {part.name:15} {how}{part.title}")
            size = _size(part, downloads) if number == 0 and not optional else ""
            click.echo(f"    from      {', '.join(part.hosts)}, as {part.file_name}{size}")
            for url in part.urls:
                click.echo(f"              {safe_text(shown_url(url))}")
            click.echo(f"    licence   {part.licence}")
            click.echo(f"    proof     {part.proof}")
            if optional:
                click.echo("    to have it instead: --accept-unlicensed-classifier")


def _say_own_classifier(choice: ClassifierChoice | None) -> None:
    if choice is ClassifierChoice.NONE:
        return
    own = shipped_classifier()
    click.echo(f"  {'own':15} organizer's own classifier, {len(own.labels)} labels")
    click.echo("    from      organizer itself, nothing is downloaded")
    click.echo(f"    licence   {safe_text(own.licence)}")
    click.echo(f"    measured  {safe_text(str(own.metrics.get('summary', 'nothing')))}")


def _size(part: Part, downloads: Path) -> str:
    if (downloads / part.file_name).exists():
        return ", downloaded already"
    size = part.size or announced_size(part)
    return ", size not known: no server says it" if size is None else f", {size / 1e6:,.1f} MB"


def _follow(events: Iterator[FetchProgress | PullEvent]) -> Bundle:
    """Show a download while it runs, a bar on a terminal and lines elsewhere; return what it installed."""
    with progress_bar("", Unit.BYTES) as bar:
        last = None
        for event in events:
            match event:
                case Installed(bundle):
                    return bundle
                case Note(text):
                    click.echo(safe_text(text))
                case FetchProgress():
                    bar.update(
                        event.done, event.total, safe_text(f"{event.part} {event.note or event.step.value}")
                    )
                    step = (event.part, event.step, event.note)
                    if step != last and not bar.drawn:
                        click.echo(_line(event))
                    last = step
    raise AssertionError("a pull ends with a model or an error")


def _line(event: FetchProgress) -> str:
    where = f" from {event.host}" if event.host else ""
    total = "" if event.total is None else f" of {event.total:,}"
    note = f": {safe_text(event.note)}" if event.note else ""
    return f"{event.part}: {event.step.value}{where}, {event.done:,}{total} bytes{note}"
