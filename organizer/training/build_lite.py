"""Deprecated name of ``organizer.training.lite.build``; it goes with the next version."""

from __future__ import annotations

import sys

import click

from organizer.training.lite.build import main

_AS_BEFORE = ("--out", "assets/lite", "--data", "tests/training/lite/data")

if __name__ == "__main__":
    click.echo("This is called python -m organizer.training.lite.build now.", err=True)
    main([*_AS_BEFORE, *sys.argv[1:]])
