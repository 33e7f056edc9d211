"""Folders under other paths, of this system and of others."""

import pytest

from organizer.errors import PathMapError
from organizer.path_maps import PathMap, is_inside, parse_path_map


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/mnt/nas=/Volumes/nas", PathMap("/mnt/nas", "/Volumes/nas")),
        ("/mnt//nas/=/Volumes/nas/", PathMap("/mnt/nas", "/Volumes/nas")),
        (r"D:\videos\=/mnt/d", PathMap(r"D:\videos", "/mnt/d")),
        ("D:/videos=/mnt/d", PathMap(r"D:\videos", "/mnt/d")),
        ("/=/mnt/other", PathMap("/", "/mnt/other")),
        ("/a=/b=c", PathMap("/a", "/b=c")),
        ("//mnt/nas=//x", PathMap("/mnt/nas", "/x")),
    ],
)
def test_a_map_is_read(text, expected):
    assert parse_path_map(text) == expected


@pytest.mark.parametrize(
    ("text", "said"), [("", "OLD=NEW"), ("/a", "OLD=NEW"), ("=/b", "OLD=NEW"), ("a=/b", "absolute")]
)
def test_what_is_no_map_is_refused(text, said):
    with pytest.raises(PathMapError, match=said):
        parse_path_map(text)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/mnt/nas", "/Volumes/nas"),
        ("/mnt/nas/2023/a.mp4", "/Volumes/nas/2023/a.mp4"),
        ("/mnt/nas2/a.mp4", None),
        ("/mnt", None),
    ],
)
def test_a_map_is_for_what_lies_in_its_folder(path, expected):
    assert PathMap("/mnt/nas", "/Volumes/nas").apply(path) == expected


def test_a_map_of_the_root_is_for_everything():
    assert PathMap("/", "/mnt/other").apply("/a/b.mp4") == "/mnt/other/a/b.mp4"


def test_windows_has_its_own_separator_and_one_case():
    assert PathMap("/mnt/nas", r"N:\videos").apply("/mnt/nas/a/b.mp4") == r"N:\videos\a\b.mp4"
    assert PathMap(r"N:\videos", "/mnt/nas").apply(r"N:\videos\a\b.mp4") == "/mnt/nas/a/b.mp4"
    assert PathMap(r"N:\Videos", "/mnt/nas").apply(r"n:\videos\A\b.mp4") == "/mnt/nas/A/b.mp4"
    assert PathMap("N:\\", "/mnt/nas").apply(r"N:\a\b.mp4") == "/mnt/nas/a/b.mp4"
    assert PathMap(r"N:\videos", "/mnt/nas").apply("N:/videos/a/b.mp4") == "/mnt/nas/a/b.mp4"


def test_a_folder_is_not_inside_itself():
    assert not is_inside("/v", "/v")
    assert not is_inside("/v", "C:\\")
    assert is_inside("/v", "/")
