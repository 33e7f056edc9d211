"""The sweep itself, and a handful of its files of each kind; all of them take minutes."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from benchmarks import sweep
from benchmarks.sweep_files import (
    ALL_KEYS,
    CONTAINERS,
    NO_INDEX,
    NO_SYNC_TABLE,
    TOP_FIRST,
    CannotMakeError,
    Case,
    Codec,
    cases,
    clock,
    make,
)
from organizer.frames.readers.sampling import Sampling

CODECS = {codec.encoder: codec for codecs in CONTAINERS.values() for codec in codecs}
H264 = CONTAINERS[".mp4"][0]

OF_EACH_KIND = (
    Case(".mp4", H264, b_frames=2),
    Case(".avi", H264, fields=TOP_FIRST, b_frames=2),
    Case(".mpg", CODECS["mpeg2video"], fields=TOP_FIRST),
    Case(".avi", CODECS["msmpeg4"], index=NO_INDEX),
    Case(".avi", CODECS["cinepak"], index=NO_INDEX),
    Case(".wmv", CODECS["wmv2"], index=ALL_KEYS),
    Case(".flv", CODECS["flv"], index=ALL_KEYS),
    Case(".mp4", CODECS["libx265"], index=NO_SYNC_TABLE),
    Case(".mkv", H264, turn_deg=90),
    Case(".mov", H264, turn_deg=90, aspect=Fraction(64, 45)),
)


@pytest.mark.parametrize("case", OF_EACH_KIND, ids=lambda case: case.name)
def test_every_sampling_agrees_with_a_full_decode(case, tmp_path):
    outcome = sweep.examine(case, tmp_path)
    assert outcome.made, outcome.fault
    assert outcome.faults == []
    assert [reading.seconds for reading in outcome.readings if not reading.refused].count(5) >= 2


@pytest.mark.long
def test_every_file_of_the_sweep():
    outcomes = sweep.run(cases())
    assert sum(outcome.made for outcome in outcomes) > 400
    assert {outcome.name: outcome.faults for outcome in outcomes if outcome.made and outcome.faults} == {}


def test_names_of_cases_are_their_own():
    names = [case.name for case in cases()]
    assert len(names) == len(set(names)) > 400


def test_what_cannot_be_made_says_so(tmp_path):
    with pytest.raises(CannotMakeError):
        make(Case(".webm", CODECS["mpeg2video"]), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_picture_of_another_second_is_a_fault(tmp_path):
    case = Case(".mkv", CODECS["mjpeg"])
    path = make(case, tmp_path)
    decoded = sweep.full_decode(path, 0)
    assert sweep.check_truth(decoded, case) == ""
    assert sweep.read(path, case, Sampling.EXACT, decoded).fault == ""
    late = [*decoded[25:], *decoded[:25]]
    assert "levels" in sweep.check_truth(late, case)
    assert "levels off" in sweep.read(path, case, Sampling.EXACT, late).fault
    assert "picture 4 is of second 3" in sweep.read(path, case, Sampling.AUTO, decoded[:60]).fault


def test_another_shape_is_a_fault(tmp_path):
    square = Case(".mkv", CODECS["mjpeg"])
    path = make(square, tmp_path)
    wide = replace(square, aspect=Fraction(64, 45))
    assert "176 x 144, not 250 x 144" in sweep.probe_fault(path, wide)
    reading = sweep.read(path, wide, Sampling.EXACT, sweep.full_decode(path, 0))
    assert reading.fault == "(176, 144) pixels, not (250, 144)"


def test_neighbouring_seconds_of_the_clock_differ_by_more_than_is_accepted():
    seconds = [sweep.small(clock(second + 0.5, (176, 144))) for second in range(5)]
    for one, other in pairwise(seconds):
        assert sweep.difference(one, other) > 2 * sweep.ACCEPTED_LEVELS
    start, end = (sweep.small(clock(moment, (176, 144))) for moment in (1.0, 1.9))
    assert sweep.difference(start, end) > sweep.ACCEPTED_LEVELS


def test_figures_and_table_count_faults():
    case = Case(".mp4", Codec("libx264"))
    good = sweep.Reading("auto", 5, 1.0)
    outcomes = [
        sweep.Outcome(
            "a.mp4", case, made=True, readings=(good, sweep.Reading("exact", 5, 9.0, fault="9 off"))
        ),
        sweep.Outcome(
            "b.mp4", case, made=True, readings=(good, sweep.Reading("keyframe", 0, 0.0, refused=True))
        ),
        sweep.Outcome("c.mp4", case, made=False, fault="no such muxer"),
    ]
    figures = sweep.figures(outcomes)
    assert (figures["files"], figures["not_made"]) == (2, {"c.mp4": "no such muxer"})
    assert figures["faults"] == {"a.mp4": ["exact: 9 off"]}
    assert figures["worst_levels"] == {"exact": 9.0, "keyframe": 0.0, "auto": 1.0}
    assert figures["refused_by_keyframe"] == ["b.mp4"]
    assert np.isclose(figures["seconds"]["auto"], 10)
    row = sweep.table(outcomes).splitlines()[-1]
    assert row == "| .mp4 | x264 | 2 |  | 1.0 | (1 refused) | 9.0 | 1 |"
