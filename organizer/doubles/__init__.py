"""The same clip found twice, by its sequence of seconds; which copy to keep, and where the others may go."""
