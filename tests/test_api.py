"""Organizer from Python: its public names, and what they cost."""

from __future__ import annotations

import subprocess
import sys

import pytest

import organizer
from organizer import Library, VideoFilter
from tests.clips import make_clip

PUBLIC = ["Library", "OrganizerError", "VideoFilter", "__version__", "scan"]

SCRIPT = """
import sys
from organizer import Library, scan

with Library.open(sys.argv[1]) as library:
    for event in scan(library, [sys.argv[2]]):
        print(type(event).__name__)
    for video in library.list():
        library.confirm(video, "Holiday")
"""


def run(*command: str) -> str:
    return subprocess.run([sys.executable, *command], capture_output=True, text=True, check=True).stdout


def test_the_public_names_are_these():
    assert sorted(organizer.__all__) == PUBLIC
    assert set(PUBLIC) <= set(dir(organizer))
    for name in PUBLIC:
        assert getattr(organizer, name).__doc__
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = organizer.no_such_name


def test_importing_it_imports_no_part_of_it():
    loaded = run(
        "-c",
        "import sys, organizer; print(*sorted(m for m in sys.modules if '.' not in m or 'organizer' in m))",
    )
    assert not {"numpy", "sqlite3", "sqlite_utils"} & set(loaded.split())
    assert [name for name in loaded.split() if name.startswith("organizer")] == [
        "organizer",
        "organizer.version",
    ]


def test_the_values_of_a_library_come_without_its_sql():
    modules = "organizer.library.filters, organizer.library.records, organizer.library.waiting"
    loaded = run("-c", f"import sys, {modules}; print(*sys.modules)").split()
    assert not {"sqlite3", "sqlite_utils", "numpy", "organizer.library.library"} & set(loaded)


def test_types_are_shipped(request):
    assert (request.config.rootpath / "organizer" / "py.typed").is_file()


def test_a_script_scans_lists_and_tags(tmp_path):
    """Without a guard for the main file, which workers must not import again."""
    (tmp_path / "videos").mkdir()
    for name in ("a.mp4", "b.mp4"):
        make_clip(tmp_path / "videos" / name, seconds=1 + (name == "b.mp4"))
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    told = run(str(script), str(tmp_path / "library.db"), str(tmp_path / "videos"))
    assert told.split() == ["Listed", "Stored", "Stored", "Vanished"]
    with Library.open(tmp_path / "library.db", read_only=True) as library:
        found = {
            video.path: [tag.name for tag in video.tags]
            for video in library.list(VideoFilter(any_tags=("holiday",)))
        }
    assert set(found) == {str(tmp_path / "videos" / name) for name in ("a.mp4", "b.mp4")}
    assert all("Holiday" in tags for tags in found.values())


OWN_READER = """
import sys
from organizer.frames.readers.pyav_reader import PyAvReader
from organizer.library import Library
from organizer.pipeline.progress import Stored
from organizer.pipeline.scan import scan
from organizer.pipeline.usable_model import model_in_use

class Mine(PyAvReader):
    name = "mine"

if __name__ == "__main__":
    with Library.open(sys.argv[1]) as library:
        events = list(scan(library, model_in_use(), Mine(threads=1), [sys.argv[2]]))
    print(*(event.outcome.kind.value for event in events if isinstance(event, Stored)))
"""


def test_a_script_may_read_frames_in_its_own_way(tmp_path):
    """Its reader is known to the workers only by importing the script."""
    (tmp_path / "videos").mkdir()
    make_clip(tmp_path / "videos" / "a.mp4", seconds=1)
    script = tmp_path / "script.py"
    script.write_text(OWN_READER)
    assert run(str(script), str(tmp_path / "library.db"), str(tmp_path / "videos")) == "new\n"
