"""Which version of organizer this is; the package is built from this number too."""

__version__ = "0.1.0"
