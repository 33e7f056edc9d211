"""The gallery's server: its routes, who may talk to it, and how files are sent."""
