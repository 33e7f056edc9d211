"""What FFmpeg calls the formats of containers: one reader often stands for a family of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from av.container import InputContainer


def has_format(container: InputContainer, *names: str) -> bool:
    """Tell whether a container is of one of these formats: ``mp4`` (MOV and 3GP too), ``avi``, ``matroska``."""
    return not set(names).isdisjoint(container.format.name.split(","))
