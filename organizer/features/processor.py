"""What the processor offers to networks."""

from __future__ import annotations

import os
from pathlib import Path

_BFLOAT16_FLAGS = {"avx512_bf16", "amx_bf16"}
_CPUINFO = Path("/proc/cpuinfo")


def processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def has_bfloat16(cpuinfo: Path = _CPUINFO) -> bool:
    """Say whether the processor multiplies bfloat16 numbers (AVX512_BF16 or AMX).

    Only Linux tells; elsewhere the answer is no. TensorFlow does not ask for these: on older processors it
    would compute bfloat16 in float32 with extra conversions, slower than float32 alone.
    """
    try:
        lines = cpuinfo.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return False
    flags = next((line.partition(":")[2].split() for line in lines if line.startswith("flags")), [])
    return not _BFLOAT16_FLAGS.isdisjoint(flags)
