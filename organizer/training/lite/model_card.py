"""The model card, written from the bundle's manifest so that the two never disagree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from organizer.training.ensemble_weights import LINEAR_SHARE
from organizer.training.render import render

if TYPE_CHECKING:
    from collections.abc import Mapping


def model_card(manifest: Mapping[str, Any]) -> str:
    """Return the card as Markdown.

    Args:
        manifest: what ``bundle.json`` of the bundled model holds.
    """
    return render("lite_card.md", manifest=manifest, linear_share=LINEAR_SHARE)
