"""The route of the numbers under "Why?": what the model says of one video, second by second.

It is asked for when a person wants to see it, after the page of the video is drawn, so that no model stands
between a click and the first picture.
"""

from __future__ import annotations

import re
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from organizer.errors import BundleError, LibraryError
from organizer.gallery.detail import analysed_part
from organizer.gallery.evidence import label_rows, taught_rows
from organizer.library import Library
from organizer.models.catalogue import maybe_thresholds_of, sampled_by, thresholds_of
from organizer.ui.resources import tagger

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.requests import Request

    from organizer.gallery.evidence import LabelRow
    from organizer.library.records import VideoRecord

_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}", re.ASCII)
_HEADERS = {"Content-Security-Policy": "default-src 'none'; sandbox", "Cache-Control": "no-store"}


def evidence_routes(library: Path) -> list[Route]:
    """Return the route; whatever follows the prefix is taken as a key, or is not found."""
    return [Route("/api/evidence/{key:path}", partial(evidence, library))]


def evidence(library: Path, request: Request) -> Response:
    """Send ``{"rows": [...], "note": "..."}``: a ``LabelRow`` for each label, and a word on all of them."""
    key = request.path_params["key"]
    if not _KEY.fullmatch(key):
        return _not_found()
    try:
        with Library.open(library, create=False) as opened:
            record = opened.video(opened.media.id_of(key))
            rows, missing = rows_of(opened, record)
    except LibraryError:
        return _not_found()
    note = " ".join(filter(None, [analysed_part(record, sampled_by(record.bundle)), missing]))
    return JSONResponse({"rows": [asdict(row) for row in rows], "note": note}, headers=_HEADERS)


def rows_of(library: Library, record: VideoRecord) -> tuple[list[LabelRow], str]:
    """Return the rows of the labels, and why there are no strips, where there are none."""
    if not record.scores:
        return [], ""
    thresholds = thresholds_of(record.bundle), maybe_thresholds_of(record.bundle)
    try:
        with tagger() as shared:
            bundle = shared.bundle
            features = dict(library.features.of([record.id], bundle.space_id))
            if record.bundle != bundle.id or record.id not in features:
                words = "Another model scored it: tag it again to see which seconds speak for each label."
                return label_rows(record, *thresholds), words
            own = features[record.id]
            (scored,) = shared.score([own])
    except BundleError:
        words = "The model that scored it is not installed, so its seconds and thresholds are not shown."
        return label_rows(record, *thresholds), words
    rows = label_rows(record, *thresholds, bundle.labels, scored)
    if len(own.quantised):
        tags = library.teaching.suggesting(bundle.space_id)
        rows += taught_rows(record, tags, bundle.quantiser.dequantise(own.quantised), scored.seconds)
    return sorted(rows, key=lambda row: -row.score), ""


def _not_found() -> Response:
    return JSONResponse({"error": "There is no such video."}, status_code=404, headers=_HEADERS)
