"""Where results are kept: one JSON file a benchmark, with the machine in words."""

from __future__ import annotations

import json
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from organizer.bench.machine import this_machine

RESULTS = Path(__file__).parent / "results"
_PACKAGES = ("ai-edge-litert", "av", "numpy", "opencv-python")


def write(name: str, result: dict[str, Any], folder: Path = RESULTS) -> Path:
    """Write a result and return its file; no path or name of the computer is added to it."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}.json"
    content = {
        "command": f"python -m benchmarks {name}",
        "machine": asdict(this_machine()),
        "packages": {package: version(package) for package in _PACKAGES},
        **result,
    }
    file.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return file


def default_folder() -> Path:
    """Return where generated videos are kept between runs."""
    from platformdirs import user_cache_path

    return user_cache_path("organizer", appauthor=False) / "benchmarks"
