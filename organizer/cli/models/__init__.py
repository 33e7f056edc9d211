"""``organizer models``: what is installed, and everything that changes it."""
