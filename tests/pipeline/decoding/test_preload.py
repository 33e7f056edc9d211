"""What the fork server loads once, so that its workers load nothing."""

import pickle
import subprocess
import sys

import pytest

from organizer.frames.decode import decode
from organizer.frames.loading import load_decoders
from organizer.frames.readers.sampling import Sampling, reader_for
from organizer.pipeline.decoding.worker_process import Work, serve
from organizer.types import InputSpec, VideoFile

IMPORTED_BY_UNPICKLING = """
import pickle, sys
import organizer.pipeline.decoding.preload
before = set(sys.modules)
given = pickle.load(sys.stdin.buffer)
print(*sorted(name for name in set(sys.modules) - before if name.split(".")[0] == "organizer"))
print(len(given), "cv2" in before, "av" in before)
"""


@pytest.mark.parametrize("sampling", Sampling)
def test_a_worker_imports_nothing_of_ours_after_its_start(sampling):
    """Each would do it again, in front of its first file."""
    work = Work(reader_for(sampling, threads=1), InputSpec(32), 1, load_decoders, decode)
    given = pickle.dumps((serve, work, VideoFile("/videos", "a.mp4", 1, 1)))
    done = subprocess.run(
        [sys.executable, "-c", IMPORTED_BY_UNPICKLING], input=given, capture_output=True, check=True
    )
    assert done.stdout.decode().splitlines() == ["", "3 True True"], done.stderr.decode()
