"""What every worker process needs; importing this module loads it."""

from organizer.frames.loading import load_decoders

load_decoders()
