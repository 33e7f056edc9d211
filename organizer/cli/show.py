"""``organizer show``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from organizer.cli.context import library_argument, library_option, open_library
from organizer.cli.query_words import videos_where, where_option
from organizer.cli.text import tag_name
from organizer.gallery.detail import ADD_A_TAG, picture_size, placement, why_no_tag
from organizer.models.catalogue import maybe_thresholds_of, sampled_by, thresholds_of
from organizer.tags.tagger import NEVER
from organizer.text import UNKNOWN, duration, looked_at, safe_text, spans
from organizer.types import TagState

if TYPE_CHECKING:
    from organizer.library.records import TagRecord, VideoRecord
    from organizer.types import SampledSeconds


@click.command()
@click.argument("video", metavar="VIDEO", required=False)
@where_option
@library_option
def show(video: str | None, wheres: tuple[str, ...]) -> None:
    """Show everything known of one VIDEO: its path, its file name, or its id.

    With --where, of all videos that a search finds.
    """
    if video is None and not wheres:
        raise click.UsageError("Missing argument 'VIDEO', or --where to choose videos by a search.")
    if video is not None and wheres:
        raise click.UsageError("Name one VIDEO, or choose videos by --where, not both.")
    with open_library() as library:
        ids = [library.find(video)] if video is not None else videos_where(library, wheres)
        for number, id_ in enumerate(ids):
            if number:
                click.echo()
            _show(library.video(id_))


def _show(record: VideoRecord) -> None:
    thresholds, maybes = thresholds_of(record.bundle), maybe_thresholds_of(record.bundle)
    for line in describe(record, thresholds, maybes, sampled_by(record.bundle)):
        click.echo(line)


def describe(
    video: VideoRecord,
    thresholds: dict[str, float],
    maybe_thresholds: dict[str, float],
    sampled: SampledSeconds | None = None,
) -> list[str]:
    """Return the lines that tell a person everything about a video.

    Args:
        video: the video.
        thresholds: from which score on each label is given; empty where the model is not installed.
        maybe_thresholds: from which score on it is a maybe, without the labels that never are.
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
        if reason.endswith(ADD_A_TAG):
            lines[-1] = f"{lines[-1].removesuffix('.')}: organizer tag {video.id} TAG{library_argument()}"
    return lines + _score_lines(video, thresholds, maybe_thresholds)


def _score_lines(
    video: VideoRecord, thresholds: dict[str, float], maybe_thresholds: dict[str, float]
) -> list[str]:
    words = (
        "in brackets from which on a tag is given, and from which on it is a maybe"
        if maybe_thresholds
        else "a tag is given from the number in brackets on"
    )
    lines = ["", f"scores     ({words})"]
    in_brackets = {}
    for label, given in thresholds.items():
        numbers = ["never" if given >= NEVER else f"{given:.2f}"]
        numbers += [f"{maybe_thresholds[label]:.2f}"] if label in maybe_thresholds else []
        in_brackets[label] = f"({', '.join(numbers)})"
    width = max(map(len, in_brackets.values()), default=0)
    for label, score in sorted(video.scores.items(), key=lambda item: -item[1]):
        bar = "#" * round(score * 20)
        lines.append(f"  {label:20} {score:.2f} {in_brackets.get(label, ''):{width}} {bar}".rstrip())
    return lines


def _tag(tag: TagRecord, sampled: SampledSeconds | None) -> str:
    seconds = f", seconds {spans(tag.seconds, sampled)}" if tag.seconds else ""
    score = "" if tag.score is None else f" {tag.score:.2f}"
    return f"{tag_name(tag)}{score}, {_standing(tag)}{seconds}"


def _standing(tag: TagRecord) -> str:
    """Say who stands behind a tag: the model, and how sure it is; or the person, and what the model says."""
    if tag.tier is None:
        return tag.state.value
    return (
        tag.tier.value
        if tag.state is TagState.SUGGESTED
        else f"{tag.state.value} (the model: {tag.tier.value})"
    )


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
