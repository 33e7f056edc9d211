"""The machine in words: what makes it fast or slow, nothing that tells whose it is."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from pathlib import Path

from organizer.features.processor import processors

_TELLING = ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "avx_vnni", "amx_bf16", "amx_int8")
"""Processor features that decide how fast networks run, as Linux spells them."""


@dataclass(frozen=True, slots=True)
class Machine:
    """What a figure was measured on."""

    system: str
    """``Linux``, ``Darwin`` or ``Windows``."""
    architecture: str
    """For example ``x86_64`` or ``arm64``."""
    processors: int
    """How many this process may use."""
    features: tuple[str, ...]
    """Telling features of the processor; empty where the system does not list them."""

    def words(self) -> str:
        """Return it as ``2 processors, Linux x86_64 (avx2 avx512f)``."""
        features = f" ({' '.join(self.features)})" if self.features else ""
        noun = "processor" if self.processors == 1 else "processors"
        return f"{self.processors} {noun}, {self.system} {self.architecture}{features}"


def this_machine(cpuinfo: Path = Path("/proc/cpuinfo")) -> Machine:
    """Describe the machine this runs on.

    Args:
        cpuinfo: where Linux lists the processor's features; elsewhere there is no such file.
    """
    flags: set[str] = set()
    try:
        for line in cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith(("flags", "Features")):
                flags = set(line.partition(":")[2].split())
                break
    except OSError:
        pass
    features = tuple(name for name in _TELLING if name in flags)
    return Machine(platform.system(), platform.machine(), processors(), features)
