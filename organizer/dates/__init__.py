"""Dates of videos: which to believe, what names say, which source wins, how all of it is shown."""
