"""Run a benchmark: python -m benchmarks NAME [OPTION...].

A scan's worker processes import this module again, as they do with every program's main one; it stays as
small as the ``organizer`` script, so that their start costs what it costs there.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys


def main() -> None:
    """Run the benchmark that is named first."""
    import benchmarks

    names = [module.name for module in pkgutil.iter_modules(benchmarks.__path__)]
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    module = importlib.import_module(f"benchmarks.{name}") if name in names else None
    if not hasattr(module, "main") or name.startswith("_"):
        sys.exit(
            "Name a benchmark: against, alike, backbones, cluster, cluster_kill, doubles, doubles_speed, "
            "end_to_end, features, few_shot, folder, fuzz, generated, input_pipeline, kill, large_library, "
            "merge, opening, page_script, playback, published, refine, review, sampling, similar, simulate, "
            "sweep, teach, timeline, two_models or yt8m_means"
        )
    del sys.argv[1]
    module.main()


if __name__ == "__main__":
    main()
