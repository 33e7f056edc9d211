"""Files to pictures: which files are videos, what they say of themselves, one frame for each second."""
