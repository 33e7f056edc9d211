import pytest

from organizer.errors import TrainingDataError
from organizer.training.yt8m.vocabulary import read_label_classes
from organizer.types import LABELS
from tests.training.yt8m.generate import IDS, write_vocabulary
from tests.yt8m import YT8M

OF_4716 = {
    "Vehicle": 1,
    "Concert": 3,
    "Dance": 5,
    "Football": 8,
    "Animal": 10,
    "Food": 12,
    "Outdoor recreation": 18,
    "Nature": 22,
    "Mobile phone": 23,
    "Cooking": 26,
}


def test_the_release_of_3862_classes(tmp_path):
    write_vocabulary(tmp_path / "vocabulary.csv")
    classes = read_label_classes(tmp_path / "vocabulary.csv")
    assert classes.labels == LABELS
    assert classes.column_of == {
        number: LABELS.index(label) for label, numbers in IDS.items() for number in numbers
    }
    assert classes.column_of[12] == classes.column_of[79] == LABELS.index("Football")


@pytest.mark.skipif(
    not (YT8M / "label_names_4716.csv").is_file(), reason=f"no names of 4,716 classes at {YT8M}"
)
def test_the_release_of_4716_classes():
    classes = read_label_classes(YT8M / "label_names_4716.csv")
    assert classes.column_of == {number: LABELS.index(label) for label, number in OF_4716.items()}


def test_other_numbers_of_the_same_names(tmp_path):
    file = tmp_path / "v.csv"
    file.write_text("Index,Name\n0,Nature\n1,Animal\n7,Nature\n", encoding="utf-8")
    classes = read_label_classes(file, ("Animal", "Nature"))
    assert classes.column_of == {1: 0, 0: 1, 7: 1}


@pytest.mark.parametrize(
    ("missing", "said"),
    [("Cooking", "'Cooking'"), ("American football", "'American football'"), ("Vehicle", "'Vehicle'")],
)
def test_a_missing_name_is_told_with_the_file(tmp_path, missing, said):
    file = tmp_path / "vocabulary.csv"
    write_vocabulary(file)
    file.write_text(file.read_text(encoding="utf-8").replace(f",{missing},", ",Other,"), encoding="utf-8")
    with pytest.raises(TrainingDataError) as caught:
        read_label_classes(file)
    assert said in str(caught.value)
    assert str(file) in str(caught.value)


@pytest.mark.parametrize(
    "content", [b"", b"a,b\n1,2\n", b"Index,Name\nx,Vehicle\n", b"\xff\xfe\x00", b"Index,Name\n1\n"]
)
def test_another_file_is_no_vocabulary(tmp_path, content):
    file = tmp_path / "vocabulary.csv"
    file.write_bytes(content)
    with pytest.raises(TrainingDataError, match="vocabulary"):
        read_label_classes(file)


def test_no_file(tmp_path):
    with pytest.raises(TrainingDataError, match="cannot be read"):
        read_label_classes(tmp_path / "vocabulary.csv")
