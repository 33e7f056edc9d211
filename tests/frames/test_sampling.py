"""The choice between the readers."""

from __future__ import annotations

import pickle

import pytest

from organizer.errors import NotAVideoError, UnreadableVideoError
from organizer.frames.keyframe_reader import CannotPlanError, KeyFrameReader
from organizer.frames.opencv_reader import OpenCvReader
from organizer.frames.sampling import AutoReader, Sampling, reader_for
from tests import clips

KINDS = {Sampling.EXACT: OpenCvReader, Sampling.KEYFRAME: KeyFrameReader, Sampling.AUTO: AutoReader}


@pytest.mark.parametrize("sampling", Sampling)
def test_each_sampling_has_its_reader(tmp_path, sampling):
    reader = reader_for(sampling, threads=1)
    assert isinstance(reader, KINDS[sampling])
    sent = pickle.loads(pickle.dumps(reader))
    path = clips.make_clip(tmp_path / "clip.mp4", seconds=3)
    assert [frame.second for frame in sent.read(str(path))] == [0, 1, 2]


def test_names():
    names = {str(sampling): reader_for(sampling, threads=1).name for sampling in Sampling}
    assert names == {"exact": "opencv", "keyframe": "keyframe", "auto": "auto"}


def test_auto_takes_key_frames_where_it_can(tmp_path, monkeypatch):
    path = clips.make_numbered_clip(tmp_path / "clip.mp4", 40, key_every=7)
    expected = [frame.time_s for frame in KeyFrameReader().read(str(path))]
    monkeypatch.setattr(OpenCvReader, "read", None)
    assert [frame.time_s for frame in AutoReader().read(str(path))] == expected


def test_auto_reads_exactly_what_cannot_be_planned(tmp_path):
    path = clips.make_numbered_clip(tmp_path / "clip.avi", 40, codec="libx264", options={"bf": "3"})
    with pytest.raises(CannotPlanError):
        list(KeyFrameReader().read(str(path)))
    frames = list(AutoReader().read(str(path), short_side=32))
    assert [frame.second for frame in frames] == [0, 1, 2, 3]
    assert [clips.number_on(frame.rgb) // 10 for frame in frames] == [0, 1, 2, 3]
    assert frames[0].rgb.shape == (32, 80, 3)


def test_auto_does_not_change_its_mind_in_the_middle(tmp_path, monkeypatch):
    path = clips.make_clip(tmp_path / "clip.mp4", seconds=4)
    (first, *_) = KeyFrameReader().read(str(path))

    def breaks(self, path, **settings):
        yield first
        raise UnreadableVideoError(path, "it broke", "Mend it.")

    monkeypatch.setattr(KeyFrameReader, "read", breaks)
    frames = AutoReader().read(str(path))
    assert next(frames) is first
    with pytest.raises(UnreadableVideoError, match="it broke"):
        next(frames)


@pytest.mark.parametrize("content", [b"", b"just some words\n"])
def test_what_neither_can_read_is_refused_in_the_same_words(tmp_path, content):
    path = tmp_path / "clip.mp4"
    path.write_bytes(content)
    messages = set()
    for sampling in Sampling:
        with pytest.raises(NotAVideoError) as caught:
            list(reader_for(sampling, threads=1).read(str(path)))
        messages.add(str(caught.value))
    assert len(messages) == 1
