"""Deprecated name of ``organizer.training.lite.convert_backbone``; it goes with the next version."""

from __future__ import annotations

import sys

import click

from organizer.training.lite.convert_backbone import main

_AS_BEFORE = ("--out", "assets/lite")

if __name__ == "__main__":
    click.echo("This is called python -m organizer.training.lite.convert_backbone now.", err=True)
    main([*_AS_BEFORE, *sys.argv[1:]])
