"""What has to be the same on all computers of a scan: then it does not matter which one looks at a video."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ORGANIZER = "organizer"
DECODES = ("av", "opencv-python")
"""The distributions that shape the pictures of a video."""
NETWORKS = {"litert": ("ai-edge-litert",)}
"""Those that shape its features, by the kind of the backbone; every other kind runs in TensorFlow."""
_TENSORFLOW = ("tensorflow",)


@dataclass(frozen=True, slots=True)
class Program:
    """What runs on a computer, as far as features depend on it."""

    versions: Mapping[str, str]
    """By distribution; one that is not installed is not named."""
    digest: str
    """Of organizer's own source: a version that is worked on has one number for many states."""

    def difference(self, other: Program) -> str | None:
        """Return what another computer has that is not the same, as words; None where all is.

        Args:
            other: what runs there.
        """
        for name in {**self.versions, **other.versions}:
            ours, theirs = (one.versions.get(name) for one in (self, other))
            if ours != theirs:
                words = [f"{name} {version}" if version else f"no {name}" for version in (theirs, ours)]
                return f"it has {words[0]}, and this computer {words[1]}"
        if self.digest != other.digest:
            return f"its {ORGANIZER} is not quite that of this computer, though both have the same number"
        return None


def distributions(backbone_kind: str) -> tuple[str, ...]:
    """Return what has to be of the same version for a model, by the kind of its backbone."""
    return (ORGANIZER, *DECODES, *NETWORKS.get(backbone_kind, _TENSORFLOW))


Found = tuple[dict[str, str], str]
"""The fields of a ``Program``, as plain values."""


def program_finder(names: tuple[str, ...]) -> Callable[[], Found | None]:
    """Return a function that says what runs on the computer that calls it; None without organizer.

    Sent to another computer it goes as code, and not by its name: there may be no organizer, or another one.
    So it imports the standard library alone, and returns plain values.

    Args:
        names: of distributions.
    """

    def find() -> Found | None:
        import hashlib
        from importlib import metadata, util
        from pathlib import Path

        spec = util.find_spec("organizer")
        if spec is None or spec.origin is None:
            return None
        versions = {}
        for name in names:
            try:
                versions[name] = metadata.version(name)
            except metadata.PackageNotFoundError:
                continue
        folder = Path(spec.origin).parent
        digest = hashlib.sha256()
        for file in sorted(folder.rglob("*.py")):
            digest.update(file.relative_to(folder).as_posix().encode())
            digest.update(file.read_bytes().replace(b"\r\n", b"\n"))
        return versions, digest.hexdigest()

    return find
