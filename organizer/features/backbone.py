"""The seam between pictures and features: what every backbone promises."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


LARGEST_PICTURE = 4096
"""Side in pixels; no network takes larger ones."""


class Backbone(Protocol):
    """A network that turns pictures into feature vectors."""

    input_size: int
    """Side of the square pictures it takes, in pixels."""
    feature_dim: int
    """Length of the vectors it gives."""
    batch_size: int
    """Pictures that one run of the network takes. Fewer take as long, so multiples of it are best given."""

    def extract(self, pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return one feature vector for each picture.

        Args:
            pictures: uint8 (pictures, input_size, input_size, 3), 0..255, RGB; any number from 0.

        Returns:
            float32 (pictures, feature_dim). A picture's vector does not depend on the others.

        Raises:
            ValueError: the pictures have another shape or type.
        """
        ...


def check_pictures(pictures: NDArray[np.uint8], input_size: int) -> None:
    """Refuse what a backbone does not take.

    Raises:
        ValueError: the pictures are not uint8 (pictures, input_size, input_size, 3).
    """
    if pictures.dtype.name != "uint8" or pictures.shape[1:] != (input_size, input_size, 3):
        raise ValueError(
            f"expected uint8 (pictures, {input_size}, {input_size}, 3), got {pictures.dtype} {pictures.shape}"
        )
