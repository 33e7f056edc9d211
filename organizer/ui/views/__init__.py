"""The views: the grid of all chosen videos, and one video. ``main.py`` draws the one of the address."""
