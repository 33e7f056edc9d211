"""Importing this module loads what every worker process needs, once for all of them.

The fork server imports it before it makes the first worker; workers are its forks and import nothing more.
"""

from organizer.frames import decode  # noqa: F401
from organizer.frames.loading import load_decoders
from organizer.frames.readers import keyframe_reader, pyav_reader, sampling  # noqa: F401
from organizer.pipeline.decoding import worker_process  # noqa: F401

load_decoders()
