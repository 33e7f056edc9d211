import cv2
import numpy as np
import pytest

from organizer.errors import TrainingDataError
from organizer.training.lite.corpus import read_corpus, read_picture
from organizer.types import LABELS
from tests.corpus import CORPUS, needs_corpus

IMAGES = "image,labels,group,fold,source_class,source,commit,path,licence\n"
CLIPS = "clip,labels,group,fold,counts,scene,source,frames,seconds,width,height,video,commit,path,licence\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "images.csv").write_text(IMAGES + "images/a.jpg,Animal;Food,g1,,cat,s,c,cat/a.jpg,none\n")
    (tmp_path / "clips.csv").write_text(CLIPS + "c1,none,g2,3,no,x,s,2,2.0,8,8,,c,p,none\n")
    for second in range(2):
        frame = tmp_path / "clips" / "c1" / f"{second:03}.jpg"
        frame.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(frame), np.full((8, 8, 3), (255, 0, 0), np.uint8))
    return tmp_path


def test_reads_the_tables(folder):
    corpus = read_corpus(folder)
    (picture,), (clip,) = corpus.pictures, corpus.clips
    assert (picture.labels, picture.fold, picture.group) == ({"Animal", "Food"}, None, "g1")
    assert (clip.labels, clip.fold, clip.counts, len(clip.frames)) == (frozenset(), 3, False, 2)
    assert [LABELS[i] for i in np.flatnonzero(corpus.picture_targets[0])] == ["Animal", "Food"]
    assert not corpus.clip_targets.any()


def test_pictures_are_rgb(folder):
    blue = read_picture(folder / "clips" / "c1" / "000.jpg")
    assert blue.shape == (8, 8, 3) and blue[0, 0, 2] > 240 and blue[0, 0, 0] < 20


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("images.csv", "images/a.jpg,Unicorn,g1,,cat,s,c,p,none\n"),
        ("images.csv", "images/a.jpg,Animal,g1,first,cat,s,c,p,none\n"),
        ("clips.csv", "c1,none,g2,3,yes,x,s,7,2.0,8,8,,c,p,none\n"),
    ],
)
def test_a_wrong_row_is_an_error(folder, table, row):
    (folder / table).write_text((IMAGES if table == "images.csv" else CLIPS) + row)
    with pytest.raises(TrainingDataError, match="cannot be read"):
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
    assert len(corpus.clips) > 250 and all(len(found) == 1 for found in folds.values())
    # A picture of a clip's source is tied to the fold of that clip.
    for picture in corpus.pictures:
        if picture.group in folds:
            assert {picture.fold} == folds[picture.group]
