"""Deprecated name of ``python -m benchmarks``; it goes with the next version."""

from __future__ import annotations

import sys

from benchmarks.__main__ import main

if __name__ == "__main__":
    print("This is called python -m benchmarks now.", file=sys.stderr)
    main()
