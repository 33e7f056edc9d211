"""A scan does not grow with the number of files."""

import subprocess
import sys

import pytest

from tests.clips import make_clip

psutil = pytest.importorskip("psutil")

_SCAN = """
import sys, psutil
from organizer.library import Library
from organizer.models.catalogue import open_bundle
from organizer.pipeline.progress import Stored
from organizer.pipeline.scan import scan
from organizer.tags.tagger import Tagger

process, resident = psutil.Process(), {}
library = Library.open(sys.argv[1])
for event in scan(library, Tagger(open_bundle()), folders=[sys.argv[2]], workers=2):
    if isinstance(event, Stored) and event.done in (200, 600):
        assert event.outcome.reason is None, event
        family = [process, *process.children(recursive=True)]
        assert len(family) >= 3
        resident[event.done] = sum(member.memory_info().rss for member in family)
print(resident[600] - resident[200])
"""


def test_six_hundred_files_take_no_more_memory_than_two_hundred(tmp_path):
    folder = tmp_path / "videos"
    folder.mkdir()
    clip = tmp_path / "clip.mp4"
    make_clip(clip, seconds=1)
    content = clip.read_bytes()
    for number in range(600):
        # A box that players skip makes each file a video of its own.
        box = number.to_bytes(8, "big")
        (folder / f"{number:03}.mp4").write_bytes(content + (8 + len(box)).to_bytes(4, "big") + b"free" + box)
    command = [sys.executable, "-c", _SCAN, str(tmp_path / "library.db"), str(folder)]
    grown = int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert grown < 15e6
