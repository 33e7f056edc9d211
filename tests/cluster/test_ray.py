"""Scans on Ray's own cluster of several nodes, with the bundled model: equal to a scan on one computer."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pytest

from organizer.cluster.address import ClusterAddress
from organizer.cluster.node_paths import NodePathMap
from organizer.cluster.ray_cluster import SharedWork, connected
from organizer.cluster.shard_runner import ClusterRunner
from organizer.dataset.description import DatasetFormat, LabelsOf, describe
from organizer.dataset.make_features import AllWritten, Wanted, make_features
from organizer.dataset.runner import LocalRunner
from organizer.frames.readers.sampling import Sampling
from organizer.library import Library
from organizer.models.catalogue import open_bundle
from organizer.path_maps import PathMap
from organizer.pipeline.progress import DoneElsewhere, FilesSent, NodeJoined, NodeLost, Stored
from organizer.pipeline.scan import FileAccess, scan
from organizer.tags.tagger import Tagger
from organizer.types import LABELS
from tests.cluster.blind import Blind, FarAway
from tests.cluster.conftest import CLIPS
from tests.cluster.libraries import command, contents, organizer

ray = pytest.importorskip("ray")


def left_behind(prefix):
    """Return temporary folders whose process has ended; other tests may run beside this one."""
    folders = {
        folder for place in ("/tmp", tempfile.gettempdir()) for folder in Path(place).glob(f"{prefix}*")
    }
    numbers = {folder: int(folder.name.removeprefix(prefix).partition("-")[0]) for folder in folders}
    return [folder for folder, number in numbers.items() if not psutil.pid_exists(number)]


def processes_of(pid):
    return psutil.Process(pid).children(recursive=True)


def test_two_workers_on_this_computer_store_what_a_scan_without_ray_does(videos, alone, tmp_path):
    done = organizer(tmp_path / "library.db", "scan", videos, "--cluster", "local:2")
    assert done.returncode == 0, done.stderr
    assert re.search(r"^\S+ takes part with 2 workers$", done.stderr, re.M)
    assert re.search(rf"^\S+: {CLIPS} videos, [\d.]+ videos/s$", done.stderr, re.M)
    assert contents(tmp_path / "library.db") == alone
    again = organizer(tmp_path / "library.db", "scan", videos, "--cluster", "local:2")
    assert f"{CLIPS + 2}  unchanged" in again.stdout
    assert not left_behind("organizer-ray-")


@pytest.mark.skipif(sys.platform != "linux", reason="who listens where is told by /proc")
def test_a_cluster_on_this_computer_listens_to_this_computer_alone(videos, tmp_path):
    process = subprocess.Popen(
        command(tmp_path / "library.db", "scan", videos, "--cluster", "local:1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    listening = set()
    while process.poll() is None:
        try:
            all_of_it = [psutil.Process(process.pid), *processes_of(process.pid)]
        except psutil.Error:
            break
        for each in all_of_it:
            try:
                listening |= {
                    one.laddr.ip for one in each.net_connections("tcp") if one.status == psutil.CONN_LISTEN
                }
            except psutil.Error:
                continue
        time.sleep(0.1)
    assert process.wait() == 0
    assert listening, "nothing was seen to listen"
    assert {address.removeprefix("::ffff:") for address in listening} <= {"127.0.0.1", "::1"}


@pytest.mark.skipif(sys.platform == "win32", reason="SIGINT is sent in another way")
def test_ctrl_c_ends_a_shared_scan_with_all_its_processes(videos, tmp_path):
    process = subprocess.Popen(
        command(tmp_path / "library.db", "scan", videos, "--cluster", "local:1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    first = process.stdout.readline()
    assert first.startswith(("new", "failed", "copy"))
    below = processes_of(process.pid)
    # As a terminal does: to all processes of the command.
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert "Everything done is stored" in errors and "Traceback" not in errors
    _, alive = psutil.wait_procs(below, timeout=30)
    assert not alive


@pytest.fixture(scope="module")
def three_nodes():
    """Ray's own cluster for tests: three nodes with a processor each, one process after the other."""
    from ray.cluster_utils import Cluster

    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "object_store_memory": 80 * 2**20})
    for _ in range(2):
        cluster.add_node(num_cpus=1, object_store_memory=80 * 2**20)
    cluster.wait_for_nodes()
    yield cluster
    cluster.shutdown()


@pytest.fixture
def shared(three_nodes):
    """Give how a scan gets at files on the three nodes."""
    opened = []

    def access(**work):
        while opened:
            opened.pop().__exit__(None, None, None)
        context = connected(SharedWork(ClusterAddress(running=three_nodes.address), **work))
        computers = context.__enter__()
        opened.append(context)
        return FileAccess(start_decoders=computers.start_decoders)

    yield access
    for context in opened:
        context.__exit__(None, None, None)


def until(condition, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def scanned(library_file, folder, access, during=lambda event: None):
    """Scan and return the events; ``during`` is called with each."""
    events = []
    with Library.open(library_file) as library:
        model = Tagger(open_bundle("lite"))
        for event in scan(library, model, Sampling.AUTO, [str(folder)], access=access):
            events.append(event)
            during(event)
    return events


def of_kind(events, kind):
    return [event for event in events if isinstance(event, kind)]


def test_three_nodes_store_what_one_computer_does(videos, alone, shared, tmp_path):
    events = scanned(tmp_path / "library.db", videos, shared())
    assert contents(tmp_path / "library.db") == alone
    assert len({event.outcome.where for event in of_kind(events, Stored)} - {None}) > 1
    names = {event.name for event in of_kind(events, NodeJoined)}
    host = socket.gethostname()
    assert names <= {host, f"{host}-2", f"{host}-3"}


def test_what_looks_at_videos_is_killed_on_all_nodes(videos, alone, three_nodes, tmp_path):
    """The command is a process of its own: Ray ends one whose own node is gone."""
    process = subprocess.Popen(
        command(tmp_path / "library.db", "scan", videos, "--cluster", three_nodes.address),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        if "takes part" in line and not any("takes part" in before for before in lines):
            end([one for one in processes_of(os.getpid()) if is_actor(one)])
        lines.append(line)
    assert process.wait(timeout=120) == 0, lines
    assert contents(tmp_path / "library.db") == alone
    assert any(" is gone" in line for line in lines)


def is_actor(process):
    try:
        return " ".join(process.cmdline()).startswith("ray::Node")
    except psutil.Error:
        return False


def end(processes):
    assert processes, "nothing looks at videos"
    for process in processes:
        process.kill()


def test_files_are_found_under_another_path(videos, alone, shared, tmp_path, monkeypatch):
    there = tmp_path / "far away" / "videos"
    shutil.copytree(videos, there)
    for copy in there.iterdir():
        # What is stored is the date of the file that was listed.
        os.utime(copy, (10**9, 10**9))
    monkeypatch.setattr("organizer.cluster.ray_cluster.Node", FarAway)
    maps = (NodePathMap(PathMap(str(videos), str(there))),)
    events = scanned(tmp_path / "library.db", videos, shared(maps=maps))
    assert contents(tmp_path / "library.db") == alone
    assert not of_kind(events, DoneElsewhere)
    of_another = (NodePathMap(PathMap(str(videos), str(there)), "another"),)
    events = scanned(tmp_path / "again.db", videos, shared(maps=of_another))
    assert contents(tmp_path / "again.db") == alone
    assert {event.where for event in of_kind(events, DoneElsewhere)} == {"here"}


def test_files_that_no_node_sees_are_sent(videos, alone, shared, tmp_path, monkeypatch):
    monkeypatch.setattr("organizer.cluster.ray_cluster.Node", Blind)
    events = scanned(tmp_path / "library.db", videos, shared(most_sent_bytes=10**6))
    assert contents(tmp_path / "library.db") == alone
    told = of_kind(events, FilesSent)
    assert told and {event.root for event in told} == {str(videos)}
    assert not of_kind(events, DoneElsewhere)
    looked = [event.outcome.where for event in of_kind(events, Stored) if event.outcome.kind.value == "new"]
    assert len(looked) == CLIPS and None not in looked
    # Removed by a process that outlives the one that had them, which was killed.
    until(lambda: not left_behind("organizer-sent-"))


def shards_of(folder, videos, runner=None):
    """Write the features of the videos, three a shard; return the events and the files with their content."""
    bundle = open_bundle("lite")
    wanted = Wanted(
        (str(videos),), describe(bundle, DatasetFormat.YT8M, LABELS, LabelsOf.DECISIONS), shard_videos=3
    )
    events = list(make_features(folder, wanted, runner or LocalRunner(bundle=bundle)))
    return events, {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}


class Nobody:
    """Writes nothing: all is to be written by others."""

    def run(self, shards, folder):
        assert not list(shards)
        yield from ()


def test_nodes_write_the_shards_that_one_computer_writes(videos, three_nodes, tmp_path):
    _, expected = shards_of(tmp_path / "alone", videos)
    bundle, news = open_bundle("lite"), []

    def heard(event):
        news.append(event)
        if len(news) == 1:
            # The first one that takes part; it writes at least one shard.
            end([one for one in processes_of(os.getpid()) if is_actor(one)])

    with connected(SharedWork(ClusterAddress(running=three_nodes.address))) as computers:
        runner = ClusterRunner(computers.nodes(bundle, Sampling.AUTO), Nobody(), heard)
        events, written = shards_of(tmp_path / "shared", videos, runner)
    assert written == expected
    assert isinstance(events[-1], AllWritten) and events[-1].records == CLIPS
    assert of_kind(news, NodeLost)


def test_shards_that_no_node_can_write_are_written_here(videos, three_nodes, tmp_path, monkeypatch):
    _, expected = shards_of(tmp_path / "alone", videos)
    monkeypatch.setattr("organizer.cluster.ray_cluster.Node", FarAway)
    bundle, news = open_bundle("lite"), []
    with connected(SharedWork(ClusterAddress(running=three_nodes.address))) as computers:
        nodes = computers.nodes(bundle, Sampling.AUTO)
        runner = ClusterRunner(nodes, LocalRunner(bundle=bundle), news.append)
        _, written = shards_of(tmp_path / "shared", videos, runner)
    assert written == expected
    assert {event.where for event in of_kind(news, DoneElsewhere)} == {"here"}
