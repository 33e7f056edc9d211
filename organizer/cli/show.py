"""``organizer show``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from organizer.cli.context import library_option, open_library
from organizer.gallery.detail import picture_size, placement, why_no_tag
from organizer.models.catalogue import sampled_by, thresholds_of
from organizer.text import UNKNOWN, duration, looked_at, safe_text, spans

if TYPE_CHECKING:
    from organizer.library.records import TagRecord, VideoRecord
    from organizer.types import SampledSeconds


@click.command()
@click.argument("video", metavar="VIDEO")
@library_option
def show(video: str) -> None:
    """Show everything known of one VIDEO: its path, its file name, or its id."""
    with open_library() as library:
        record = library.video(library.find(video))
    for line in describe(record, thresholds_of(record.bundle), sampled_by(record.bundle)):
        click.echo(line)


def describe(
    video: VideoRecord, thresholds: dict[str, float], sampled: SampledSeconds | None = None
) -> list[str]:
    """Return the lines that tell a person everything about a video.

    Args:
        video: the video.
        thresholds: by label, of the model that scored it; empty when that is not installed.
        sampled: the seconds that this model looks at; None when it is not installed.
    """
    lines = [f"{safe_text(place.path)}  [{place.status.value}]" for place in video.places]
    lines.append(f"id         {video.id}")
    if video.error:
        lines.append(f"failed     {safe_text(video.error)}")
        return lines + (
            ["", "tags"] + [f"  {_tag(tag, sampled)}" for tag in video.tags] if video.tags else []
        )
    lines += [
        f"length     {duration(video.duration_s, unknown=UNKNOWN)}",
        f"picture    {_picture(video)}",
        f"size       {video.size_bytes / 1e6:.1f} MB",
        f"taken      {safe_text(taken_text(video))} (from the {_source(video)})",
        f"model      {safe_text(video.bundle or '-')}",
    ]
    if words := looked_at(video.duration_s, sampled):
        lines.append(f"           {words}")
    lines += ["", "tags"] + [f"  {_tag(tag, sampled)}" for tag in video.tags]
    if reason := why_no_tag(video, thresholds):
        lines.append(f"  none. {reason}")
    lines += ["", "scores     (a tag is suggested from the number in brackets on)"]
    for label, score in sorted(video.scores.items(), key=lambda item: -item[1]):
        threshold = f"({thresholds[label]:.2f})" if label in thresholds else ""
        lines.append(f"  {label:20} {score:.2f} {threshold:7} {'#' * round(score * 20)}".rstrip())
    return lines


def _tag(tag: TagRecord, sampled: SampledSeconds | None) -> str:
    seconds = f", seconds {spans(tag.seconds, sampled)}" if tag.seconds else ""
    score = "" if tag.score is None else f" {tag.score:.2f}"
    return f"{safe_text(tag.name)}{score}, {tag.state.value}{seconds}"


def _picture(video: VideoRecord) -> str:
    codec = safe_text(video.codec or "-")
    facts = (picture_size(video) or "size unknown", frame_rate_text(video), codec, placement(video))
    return ", ".join(filter(None, facts))


def frame_rate_text(video: VideoRecord) -> str:
    """Return how many frames it has a second, with two digits behind the point at the most."""
    return f"{round(video.frame_rate, 2):g} frames/s" if video.frame_rate else "frame rate unknown"


def taken_text(video: VideoRecord) -> str:
    """Return when it was taken, to the second: a file's date comes with microseconds."""
    return "-" if video.taken is None else video.taken.to_the_second()


def _source(video: VideoRecord) -> str:
    return {"container": "video itself", "name": "file's name"}.get(video.taken_source or "", "file's date")
