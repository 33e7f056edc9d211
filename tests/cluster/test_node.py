"""What a computer of a cluster sees."""

from __future__ import annotations

from organizer.cluster.node import Node, NodeSettings, NotSeen
from organizer.frames.readers.sampling import Sampling
from organizer.types import VideoFile


def test_an_empty_folder_is_a_drive_that_is_not_there(tmp_path):
    node = Node(NodeSettings("one", ("one",), 1, "lite", "", Sampling.AUTO, (), None))
    file = VideoFile(str(tmp_path), "a.mp4", 10, 0)
    assert node.look(file, "its print") == NotSeen(root_is_there=False)
    (tmp_path / "another.mp4").touch()
    assert node.look(file, "its print") == NotSeen(root_is_there=True)
    assert node.look(VideoFile(str(tmp_path / "none"), "a.mp4", 10, 0), "") == NotSeen(root_is_there=False)
