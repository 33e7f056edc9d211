"""``organizer models``: what is installed, and everything that changes it."""

from organizer.cli.models.group import models

__all__ = ["models"]
