"""``organizer retag``."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from typing import Any

import click

from organizer.cli.context import library_option, open_library
from organizer.cli.filter_options import build_filter, filter_options
from organizer.cli.text import count_list
from organizer.words import count, safe_text


@click.command()
@click.argument("videos", nargs=-1, metavar="[VIDEO...]")
@filter_options
@library_option
def retag(videos: tuple[str, ...], **options: Any) -> None:
    """Tag videos again with the model in use, from stored features: no video is opened.

    Without a VIDEO or an option, all of them; with both, those that fit. What you confirmed or rejected
    stays.
    """
    from organizer import pipeline
    from organizer.errors import UnknownVideoError
    from organizer.library import queries
    from organizer.library.store import Store
    from organizer.models.catalogue import open_bundle
    from organizer.tags.tagger import Tagger

    with open_library() as db:
        chosen = build_filter(**options)
        named = {queries.find_video(db, video) for video in videos}
        ids = [id_ for id_ in queries.video_ids(db, chosen) if not videos or id_ in named]
        tagger = Tagger(open_bundle())
        added: Counter[str] = Counter()
        removed: Counter[str] = Counter()
        tagged = changed = 0
        for progress in pipeline.retag(db, Store(db), tagger, ids):
            tagged = progress.tagged
            for change in progress.changes:
                changed += 1
                added.update(change.added)
                removed.update(change.removed)
                signs = [f"+{name}" for name in change.added] + [f"-{name}" for name in change.removed]
                # A scan beside this may just have given the video's only place to another one.
                with suppress(UnknownVideoError):
                    path = queries.video(db, change.video_id).places[0].path
                    click.echo(f"{safe_text(path)}: {safe_text(' '.join(signs))}")
        left = queries.count_to_look_at(db, ids, tagger.bundle.space_id) if tagged < len(ids) else 0
    click.echo(f"{count(tagged, 'video')} tagged again with {tagger.bundle.id}, {changed} changed")
    for words, counts in (("added", added), ("removed", removed)):
        if counts:
            click.echo(f"{words}: {count_list(counts)}")
    if left:
        click.echo(
            f"{count(left, 'video')} left out: without features of this model. "
            "To look at them: organizer scan"
        )
