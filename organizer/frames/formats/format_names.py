"""What FFmpeg calls the formats of containers: one reader often stands for a family of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from av.container.core import Container


def has_format(container: Container, *names: str) -> bool:
    """Tell whether a container is of one of these formats: ``mp4`` (also MOV, 3GP) or ``avi``."""
    return not set(names).isdisjoint(container.format.name.split(","))
