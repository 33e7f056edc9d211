"""Features of any number of videos as files: written in shards, read back, brought into a library."""
