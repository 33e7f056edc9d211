import cv2
import numpy as np
import pytest

from organizer.errors import TrainingDataError
from organizer.training.lite.corpus import Corpus, read_corpus, read_picture
from organizer.types import LABELS
from tests.corpus import CORPUS, needs_corpus

IMAGES = "image,labels,group,fold,source_class,source,commit,path,licence\n"
CLIPS = "clip,labels,group,fold,counts,scene,source,frames,seconds,width,height,video,commit,path,licence\n"
CLIPS_2 = CLIPS.replace("\n", ",maybe\n")
DOUBTED_LATER = {
    *("c0009", "c0054", "c0055", "c0058", "c0068", "c0105", "c0124"),
    *("c0203", "c0221", "c0229", "c0239", "c0265"),
}
"""Clips of the first table, which has no column for doubts."""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "images.csv").write_text(IMAGES + "images/a.jpg,Animal;Food,g1,,cat,s,c,cat/a.jpg,none\n")
    (tmp_path / "clips.csv").write_text(CLIPS + "c1,none,g2,3,no,x,s,2,2.0,8,8,,c,p,none\n")
    (tmp_path / "clips_2.csv").write_text(
        CLIPS_2 + "c2,Dance,g3,1,yes,x,s,1,1.0,8,8,,c,p,none,Concert;Vehicle\n"
    )
    for clip, seconds in (("c1", 2), ("c2", 1)):
        for second in range(seconds):
            frame = tmp_path / "clips" / clip / f"{second:03}.jpg"
            frame.parent.mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(frame), np.full((8, 8, 3), (255, 0, 0), np.uint8))
    return tmp_path


def test_reads_the_tables(folder):
    corpus = read_corpus(folder)
    (picture,), (clip, later) = corpus.pictures, corpus.clips
    assert (picture.labels, picture.fold, picture.group) == ({"Animal", "Food"}, None, "g1")
    assert (clip.labels, clip.fold, clip.counts, len(clip.frames)) == (frozenset(), 3, False, 2)
    assert (later.name, later.labels, later.fold, later.counts) == ("c2", {"Dance"}, 1, True)
    assert [LABELS[i] for i in np.flatnonzero(corpus.picture_targets[0])] == ["Animal", "Food"]
    assert not corpus.clip_targets[0].any()
    assert [LABELS[i] for i in np.flatnonzero(corpus.clip_targets[1])] == ["Dance"]


def in_doubt(corpus: Corpus, clip: int) -> set[str]:
    assert corpus.clip_known.shape == (len(corpus.clips), len(LABELS))
    assert set(np.unique(corpus.clip_known)) <= {0, 1}
    return {LABELS[column] for column in np.flatnonzero(corpus.clip_known[clip] == 0)}


def test_what_a_clip_may_show_is_in_doubt(folder):
    corpus = read_corpus(folder)
    assert corpus.clips[1].doubtful == in_doubt(corpus, 1) == {"Concert", "Vehicle"}
    assert corpus.clips[0].doubtful == in_doubt(corpus, 0) == set()


@pytest.mark.parametrize(
    ("labels", "maybe", "doubtful"),
    [
        ("Dance", "", set()),
        ("none", "Dance", {"Dance"}),
        ("Dance", "Dance", {"Dance"}),
        ("Food;Cooking", "none", {"Food", "Cooking"}),
        ("Food;Cooking", "none;Nature", {"Food", "Cooking", "Nature"}),
        ("none", "none", set()),
    ],
)
def test_where_a_clip_may_show_nothing_all_that_it_is_said_to_show_is_in_doubt(
    folder, labels, maybe, doubtful
):
    row = f"c2,{labels},g3,1,yes,x,s,1,1.0,8,8,,c,p,none,{maybe}\n"
    (folder / "clips_2.csv").write_text(CLIPS_2 + row)
    assert in_doubt(read_corpus(folder), 1) == doubtful


def test_clips_of_the_first_table_that_were_doubted_later_are_known_by_name(folder):
    (folder / "clips" / "c1").rename(folder / "clips" / "c0054")
    (folder / "clips.csv").write_text(CLIPS + "c0054,Concert,g2,3,yes,x,s,2,2.0,8,8,,c,p,none\n")
    assert in_doubt(read_corpus(folder), 0) == {"Concert"}


def test_pictures_are_rgb(folder):
    blue = read_picture(folder / "clips" / "c1" / "000.jpg")
    assert blue.shape == (8, 8, 3) and blue[0, 0, 2] > 240 and blue[0, 0, 0] < 20


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("images.csv", "images/a.jpg,Unicorn,g1,,cat,s,c,p,none\n"),
        ("images.csv", "images/a.jpg,Animal,g1,first,cat,s,c,p,none\n"),
        ("clips.csv", "c1,none,g2,3,yes,x,s,7,2.0,8,8,,c,p,none\n"),
        ("clips_2.csv", "c2,none,g2,3,yes,x,s,7,2.0,8,8,,c,p,none,\n"),
        ("clips_2.csv", "c2,none,g2,3,yes,x,s,1,1.0,8,8,,c,p,none,Unicorn\n"),
    ],
)
def test_a_wrong_row_is_an_error(folder, table, row):
    header = {"images.csv": IMAGES, "clips.csv": CLIPS, "clips_2.csv": CLIPS_2}[table]
    (folder / table).write_text(header + row)
    with pytest.raises(TrainingDataError, match="cannot be read"):
        read_corpus(folder)


@pytest.mark.parametrize("table", ["images.csv", "clips.csv", "clips_2.csv"])
def test_a_missing_table_is_named(folder, table):
    (folder / table).unlink()
    with pytest.raises(
        TrainingDataError, match=f"{table}' *.*It must hold images.csv, clips.csv, clips_2.csv"
    ):
        read_corpus(folder)


def test_a_missing_corpus_or_picture_is_named(tmp_path):
    with pytest.raises(TrainingDataError, match=r"images\.csv"):
        read_corpus(tmp_path)
    with pytest.raises(TrainingDataError, match=r"nothing\.jpg"):
        read_picture(tmp_path / "nothing.jpg")


@needs_corpus
def test_no_group_of_the_corpus_stands_in_two_folds():
    corpus = read_corpus(CORPUS)
    folds = {}
    for clip in corpus.clips:
        folds.setdefault(clip.group, set()).add(clip.fold)
    assert len(corpus.clips) > 370 and all(len(found) == 1 for found in folds.values())
    # A picture of a clip's source is tied to the fold of that clip.
    for picture in corpus.pictures:
        if picture.group in folds:
            assert {picture.fold} == folds[picture.group]


@needs_corpus
def test_the_clips_in_doubt_are_there_and_few():
    corpus = read_corpus(CORPUS)
    names = {clip.name for clip in corpus.clips}
    assert len(names) == len(corpus.clips) and names >= DOUBTED_LATER
    doubted = {clip.name for clip in corpus.clips if clip.doubtful}
    assert doubted > DOUBTED_LATER
    assert 0.9 < corpus.clip_known.mean() < 1
