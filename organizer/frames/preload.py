"""What every worker process needs; importing this module loads it."""

from organizer.frames import decode, sampling  # noqa: F401
from organizer.frames.load_decoders import load_decoders

load_decoders()
