"""Everything known of the videos, in one SQLite file. All SQL is here."""
