"""``organizer features``."""

from __future__ import annotations

from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from organizer.cli.cluster_options import cluster_options, computers
from organizer.cli.context import EXIT_STOPPED, library_argument, library_option, library_path, open_library
from organizer.cli.node_report import workers_line
from organizer.cli.parameters import enum_option, exclude_option, sampling_option, workers_option
from organizer.cli.progress import Unit, progress_bar
from organizer.cli.stopping import stop_asked_for
from organizer.cluster.shard_runner import ClusterRunner
from organizer.dataset.description import DatasetFormat, LabelsOf, describe
from organizer.dataset.make_features import AllWritten, Compared, Wanted, Written, make_features
from organizer.dataset.parquet import load_pyarrow
from organizer.dataset.plan import MOST_SHARD_VIDEOS, SHARD_VIDEOS
from organizer.dataset.runner import LocalRunner
from organizer.dataset.shard_files import shard_name
from organizer.dataset.tfrecords import load_crc32c
from organizer.dataset.write_shard import FileDone
from organizer.errors import BundleError
from organizer.frames.readers.sampling import Sampling
from organizer.models.catalogue import open_bundle
from organizer.pipeline.scan import FileAccess
from organizer.stopping import StoppedError
from organizer.text import count, safe_text
from organizer.types import LABELS

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from organizer.cli.progress import Bar
    from organizer.dataset.runner import ShardRunner
    from organizer.library import Library
    from organizer.pipeline.progress import WorkersEvent

_MOST_NAMED = 20


@click.command()
@click.argument("folders", nargs=-1, required=True, metavar="FOLDER...", type=click.Path())
@click.option(
    "--to",
    "target",
    required=True,
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Folder for the shards; what is complete there stays.",
)
@enum_option(
    "--format",
    "format_",
    enum=DatasetFormat,
    default=DatasetFormat.YT8M.value,
    show_default=True,
    help="YouTube-8M's frame-level TFRecords with a CSV table beside each, or Parquet files that hold both.",
)
@click.option("--model", metavar="NAME", help="The installed model. [default: the one in use]")
@click.option(
    "--given",
    is_flag=True,
    help="Tags that the model gives are labels too, unless you rejected them. Else your decisions alone are.",
)
@exclude_option
@click.option(
    "--shard-videos",
    type=click.IntRange(1, MOST_SHARD_VIDEOS),
    default=SHARD_VIDEOS,
    show_default=True,
    help="Files of a shard. What is stopped loses the shards it was at.",
)
@click.option("--retry-failed", is_flag=True, help="Also try files again that could not be read.")
@workers_option
@sampling_option
@cluster_options
@library_option
def features(
    folders: tuple[str, ...],
    *,
    target: Path,
    format_: DatasetFormat,
    model: str | None,
    given: bool,
    exclude: tuple[str, ...],
    shard_videos: int,
    retry_failed: bool,
    workers: int | None,
    sampling: Sampling,
    cluster: str | None,
    maps: tuple[str, ...],
) -> None:
    """Write the features of all videos in folders as files, for training and other programs.

    Videos that the library knows, by their content, are not decoded again, and your decisions become labels;
    the library itself stays as it is, and need not be there. Each shard is written whole, with checksums:
    Ctrl-C stops, and the same command goes on with what is missing. With --cluster each shard is written by a
    computer that sees its files and DIR; what none sees is written by this one. "organizer train --data yt8m
    --folder DIR" learns from the shards, "organizer import-features DIR" brings them into a library.
    """
    # Before anything is decoded.
    if format_ is DatasetFormat.PARQUET:
        load_pyarrow()
    else:
        load_crc32c()
    bundle = open_bundle(model)
    if not bundle.makes_features:
        raise BundleError(f"{bundle.name} is a classifier alone and makes no features. Name another model.")
    access = click.get_current_context().find_object(FileAccess) or FileAccess()
    with computers(cluster, maps) as shared, _library_if_any() as library, stop_asked_for() as stop:
        own = () if library is None else library.confirmed_tags()
        labels = (*LABELS, *(bundle.labels if given else ()), *own)
        labels_of = LabelsOf.GIVEN if given else LabelsOf.DECISIONS
        wanted = Wanted(
            folders,
            describe(bundle, format_, labels, labels_of),
            exclude,
            sampling,
            shard_videos,
            retry_failed,
        )
        runner: ShardRunner = LocalRunner(
            bundle=bundle, workers=workers, start=access.start_decoders, stop=stop
        )
        if shared is not None:
            runner = ClusterRunner(shared.nodes(bundle, sampling), runner, _say_news, stop)
        events = make_features(target, wanted, runner, library=library, stop=stop)
        try:
            _follow(events, target)
        except (StoppedError, KeyboardInterrupt):
            click.echo("Stopped. Shards that are complete stay; the same command goes on.", err=True)
            raise SystemExit(EXIT_STOPPED) from None


def _say_news(event: WorkersEvent) -> None:
    click.echo(workers_line(event), err=True)


@contextmanager
def _library_if_any() -> Iterator[Library | None]:
    """Open the library if it is there; one that was named for this command has to be."""
    if not library_path().exists() and not library_argument():
        yield None
        return
    with open_library() as library:
        yield library


def _follow(events: Generator[Compared | FileDone | Written | AllWritten, None, None], target: Path) -> None:
    done = 0
    with closing(events), progress_bar("looking through folders", Unit.VIDEOS) as bar:
        for event in events:
            match event:
                case Compared():
                    _say_compared(event)
                    bar.restart(event.to_do, "writing features")
                case FileDone():
                    done += 1
                    bar.update(done)
                case Written():
                    _say_written(event, bar)
                case AllWritten():
                    _say_all(event, target)


def _say_compared(compared: Compared) -> None:
    for folder in compared.unreadable:
        click.echo(f"{safe_text(folder)}: this folder cannot be read.", err=True)
    if compared.damaged:
        click.echo(f"Incomplete or damaged, written anew: {', '.join(compared.damaged)}")
    if compared.complete:
        click.echo(
            f"{count(compared.complete, 'shard')} with {count(compared.records, 'video')} complete already"
        )
    click.echo(f"{count(compared.videos, 'file')} found, {compared.to_do:,} to do")


def _say_written(written: Written, bar: Bar) -> None:
    report = written.report
    if bar.drawn:
        return
    extra = f", {report.stored:,} from the library" if report.stored else ""
    extra += f", {count(len(report.failed), 'file')} failed" if report.failed else ""
    click.echo(f"{shard_name(report.number)}: {count(report.records, 'video')}{extra}")


def _say_all(done: AllWritten, target: Path) -> None:
    for failed in done.failed[:_MOST_NAMED]:
        again = "; the next run tries it again" if failed.again else ""
        click.echo(f"{safe_text(failed.path)}: {safe_text(failed.reason)}{again}")
    if len(done.failed) > _MOST_NAMED:
        click.echo(f"... and {len(done.failed) - _MOST_NAMED:,} more, named in the shards' .json files")
    if done.aside:
        click.echo(
            f"Damaged shards whose videos were not written again stay: {', '.join(done.aside)}", err=True
        )
    failed_words = f", {count(len(done.failed), 'file')} could not be read" if done.failed else ""
    click.echo(
        f"{safe_text(str(target))}: {count(done.records, 'video')} in {count(done.shards, 'shard')}"
        f"{failed_words}"
    )
