"""The history of what was done: steps undone and redone, and those that change where videos lie."""
