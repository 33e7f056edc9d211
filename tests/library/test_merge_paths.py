"""Where files of another library lie here."""

from __future__ import annotations

import pytest

from organizer.errors import PathMapError
from organizer.library.merging.paths import PlaceMap
from organizer.library.records import Root
from organizer.path_maps import PathMap

WINDOWS = r"C:\Users\Anna\Videos"

PLACES = [
    # Roots here, roots there, maps, file there: root and relative path here.
    ([], ["/v"], {}, ("/v", "a.mp4"), ("/v", "a.mp4")),
    (["/v"], ["/v"], {}, ("/v", "2020/a.mp4"), ("/v", "2020/a.mp4")),
    (["/v"], ["/v/2020"], {}, ("/v/2020", "a.mp4"), ("/v", "2020/a.mp4")),
    (["/v/2020"], ["/v"], {}, ("/v", "2020/a.mp4"), ("/v/2020", "a.mp4")),
    (["/v/2020"], ["/v"], {}, ("/v", "2021/a.mp4"), ("/v", "2021/a.mp4")),
    (["/v", "/v/2020"], ["/v"], {}, ("/v", "2020/x/a.mp4"), ("/v/2020", "x/a.mp4")),
    (["/v"], ["/vv"], {}, ("/vv", "a.mp4"), ("/vv", "a.mp4")),
    ([], ["/v", "/v/2020"], {}, ("/v/2020", "a.mp4"), ("/v/2020", "a.mp4")),
    ([], ["/mnt/nas"], {"/mnt/nas": "/Volumes/nas"}, ("/mnt/nas", "a.mp4"), ("/Volumes/nas", "a.mp4")),
    ([], ["/mnt/nas/f"], {"/mnt/nas/": "/Volumes/nas"}, ("/mnt/nas/f", "a"), ("/Volumes/nas/f", "a")),
    (
        ["/Volumes/nas"],
        ["/mnt/nas/f"],
        {"/mnt/nas": "/Volumes/nas"},
        ("/mnt/nas/f", "a"),
        ("/Volumes/nas", "f/a"),
    ),
    # The longest counts, and one may lie below a root.
    ([], ["/v"], {"/v": "/w", "/v/b": "/c"}, ("/v", "b/a.mp4"), ("/c", "a.mp4")),
    ([], ["/v"], {"/v": "/w", "/v/b": "/c"}, ("/v", "bb/a.mp4"), ("/w", "bb/a.mp4")),
    (["/c"], ["/v"], {"/v/b": "/c/d"}, ("/v", "b/a.mp4"), ("/c", "d/a.mp4")),
    ([], ["/v"], {"/": "/mnt"}, ("/v", "a.mp4"), ("/mnt/v", "a.mp4")),
    ([], ["/"], {}, ("/", "v/a.mp4"), ("/", "v/a.mp4")),
    # Between systems.
    ([], [WINDOWS], {}, (WINDOWS, r"2020\a.mp4"), (WINDOWS, r"2020\a.mp4")),
    ([], [WINDOWS], {r"C:\Users\Anna": "/anna"}, (WINDOWS, r"2020\a.mp4"), ("/anna/Videos", "2020/a.mp4")),
    ([], [WINDOWS], {r"c:\users\anna": "/anna"}, (WINDOWS, r"2020\a.mp4"), ("/anna/Videos", "2020/a.mp4")),
    (["/anna"], [WINDOWS], {WINDOWS: "/anna/v"}, (WINDOWS, r"2020\a.mp4"), ("/anna", "v/2020/a.mp4")),
    ([], ["/v"], {"/v": "D:\\v"}, ("/v", "2020/a.mp4"), ("D:\\v", r"2020\a.mp4")),
    ([], ["\\\\nas\\v"], {"\\\\nas\\v": "/nas"}, ("\\\\nas\\v", r"x\a.mp4"), ("/nas", "x/a.mp4")),
]


@pytest.mark.parametrize(("here", "others", "maps", "place", "expected"), PLACES)
def test_files_lie_below_the_innermost_root(here, others, maps, place, expected):
    roots = [Root(id_, path, False) for id_, path in enumerate(here, start=1)]
    place_map = PlaceMap(roots, others, [PathMap(old, new) for old, new in maps.items()])
    mapped = place_map.place(*place)
    assert (mapped.root, mapped.relative_path) == expected
    assert place_map.unused == ()


def test_names_that_are_no_text_are_kept():
    place_map = PlaceMap([], ["/caf\udce9"], [PathMap("/caf\udce9", "/b\udcff")])
    mapped = place_map.place("/caf\udce9", "\udce9.mp4")
    assert (mapped.root, mapped.relative_path) == ("/b\udcff", "\udce9.mp4")


def test_a_map_of_what_nobody_knows_is_named():
    maps = [PathMap("/mnt/nas", "/x"), PathMap("/v", "/y"), PathMap("/v/a/b", "/z")]
    assert PlaceMap([], ["/v"], maps).unused == (maps[0],)


@pytest.mark.parametrize(("old", "new"), [("nas", "/x"), ("/x", "nas"), ("", "/x")])
def test_maps_are_absolute(old, new):
    with pytest.raises(PathMapError, match="absolute"):
        PlaceMap([], ["/v"], [PathMap(old, new)])
