"""``organizer cache``."""

from __future__ import annotations

import click

from organizer.alike.shelf import clear as clear_vectors
from organizer.alike.shelf import kept_size
from organizer.config import CACHE_LIMIT_VARIABLE, pieces_folder, pieces_limit, vectors_folder
from organizer.playback.piece_cache import PieceCache
from organizer.text import safe_text


@click.command()
@click.option("--clear", is_flag=True, help="Delete all of it.")
def cache(*, clear: bool) -> None:
    """Say how much the gallery keeps of what it made of videos: pieces to play, pictures for hovering.

    It is made again when it is needed. Once there is more than the limit, what was not used for longest goes:
    2 GB, or ORGANIZER_CACHE_MB; with 0 nothing is kept. What tells which videos are alike is kept beside it,
    2 KB a video.
    """
    folder, limit = pieces_folder(), pieces_limit()
    pieces = PieceCache(folder, limit)
    kept = pieces.clear() if clear else pieces.kept()
    vectors, size = clear_vectors(vectors_folder()) if clear else kept_size(vectors_folder())
    click.echo(f"Folder: {safe_text(str(folder))}")
    beside = f"; to tell which videos are alike: {vectors:,} files, {_mb(size)}" if vectors else ""
    if clear:
        click.echo(f"Deleted: {kept.files:,} files, {_mb(kept.size)}{beside}")
        return
    most = f"of at most {_mb(limit)} ({CACHE_LIMIT_VARIABLE})"
    click.echo(f"Kept: {kept.files:,} files, {_mb(kept.size)} {most}{beside}")
    if kept.files or vectors:
        click.echo("To delete all of it: organizer cache --clear")


def _mb(size: int) -> str:
    return f"{size / 2**20:,.0f} MB"
