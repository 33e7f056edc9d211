"""The bundled model, decoders in processes, shards written in processes of their own, and SIGKILL."""

from __future__ import annotations

import pickle
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from benchmarks.features import check, make_clips, make_videos, measure
from organizer.dataset.description import DatasetFormat, describe
from organizer.dataset.make_features import AllWritten, Wanted, make_features
from organizer.dataset.runner import LocalRunner
from organizer.dataset.shard_files import read_records_of
from organizer.dataset.write_shard import write_shard
from organizer.demo import make_clips as make_demo
from organizer.library import Library
from organizer.models.catalogue import open_bundle
from organizer.pipeline.scan import scan
from organizer.tags.tagger import Tagger
from organizer.types import LABELS
from tests.workers import made_once


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    return made_once(tmp_path_factory, "demo", make_demo).resolve()


class InProcesses:
    """Has each shard written by ``write_shard`` in another process, which has nothing but the call."""

    def run(self, shards, folder):
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            for work in shards:
                yield pool.submit(write_shard, work, folder).result()


def test_shards_written_elsewhere_are_those_written_here_and_what_a_scan_stores(demo, tmp_path):
    bundle = open_bundle("lite")
    description = describe(bundle, DatasetFormat.YT8M, LABELS)
    wanted = Wanted((str(demo),), description, shard_videos=3)
    here, elsewhere = tmp_path / "here", tmp_path / "elsewhere"
    for folder, runner in ((here, LocalRunner(workers=2)), (elsewhere, InProcesses())):
        *_, last = make_features(folder, wanted, runner)
        assert isinstance(last, AllWritten)
        assert (last.shards, last.records, last.failed) == (2, 5, ())
    names = sorted(file.name for file in here.iterdir() if not file.name.startswith("."))
    assert len(names) == 8
    assert all((here / name).read_bytes() == (elsewhere / name).read_bytes() for name in names)

    with Library.open(tmp_path / "library.db") as library:
        list(scan(library, Tagger(bundle), folders=[str(demo)], workers=1))
        for number in range(2):
            for record in read_records_of(here, number, description):
                video_id = library.find(record.row.file.path)
                ((_, stored),) = library.features.of([video_id], bundle.space_id)
                assert (stored.quantised == record.features).all()
                assert library.contents.facts(video_id) == record.row.facts


def test_a_call_that_is_pickled_names_no_library(demo, tmp_path):
    """A writer on another computer needs neither SQLite nor the command line."""
    description = describe(open_bundle("lite"), DatasetFormat.YT8M, LABELS)
    works = []

    class Taking:
        def run(self, shards, _folder):
            works.extend(shards)
            yield from ()

    with pytest.raises(Exception, match="not there"):
        list(make_features(tmp_path, Wanted((str(demo),), description), Taking()))
    (work,) = works
    (tmp_path / "work").write_bytes(pickle.dumps(work))
    script = (
        "import pickle, sys\n"
        "from pathlib import Path\n"
        "from organizer.dataset.write_shard import write_shard\n"
        "folder = Path(sys.argv[1])\n"
        "if __name__ == '__main__':\n"
        "    print(write_shard(pickle.loads((folder / 'work').read_bytes()), folder).records)\n"
        "    wrong = {'sqlite3', 'sqlite_utils', 'click', 'tensorflow', 'streamlit'} & set(sys.modules)\n"
        "    assert not wrong, wrong\n"
    )
    (tmp_path / "write.py").write_text(script)
    ran = subprocess.run(
        [sys.executable, tmp_path / "write.py", tmp_path], capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "5\n", "")


def test_a_killed_command_goes_on(tmp_path, monkeypatch):
    monkeypatch.setattr("benchmarks.features.SHARD_VIDEOS", 4)
    figures = measure(tmp_path, videos=18, nodes=0, kill_at=0.4, format_="yt8m")
    assert (figures["records"], figures["shards"]) == (18, 5)
    assert figures["complete_when_killed"] >= 2


@pytest.mark.long
def test_ten_thousand_clips_are_complete_after_a_kill(tmp_path):
    figures = measure(tmp_path, videos=10_000, nodes=2, kill_at=0.5, format_="yt8m")
    assert (figures["records"], figures["rows"], figures["shards"]) == (10_000, 20_000, 40)


def test_the_check_notices_what_is_missing(tmp_path):
    videos, target = tmp_path / "videos", tmp_path / "features"
    make_videos(videos, make_clips(tmp_path / "clips", 2), 3)
    description = describe(open_bundle("lite"), DatasetFormat.YT8M, LABELS)
    list(make_features(target, Wanted((str(videos),), description), LocalRunner(workers=1)))
    assert check(videos, target)["records"] == 3
    make_videos(videos, make_clips(tmp_path / "clips", 2), 4)
    with pytest.raises(AssertionError, match="no record"):
        check(videos, target)
