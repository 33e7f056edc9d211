"""What a person writes of a cluster: its address, and where folders are seen."""

import pytest

from organizer.cluster.address import ClusterAddress, parse_address
from organizer.cluster.node_paths import NodePathMap, parse_node_path_map, paths_there
from organizer.errors import ClusterError, PathMapError
from organizer.path_maps import PathMap


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("auto", ClusterAddress(running="auto")),
        ("local:3", ClusterAddress(local_workers=3)),
        ("nas.home:6379", ClusterAddress(running="nas.home:6379")),
        ("192.168.1.7:6379", ClusterAddress(running="192.168.1.7:6379")),
        ("[fe80::1]:6379", ClusterAddress(running="[fe80::1]:6379")),
    ],
)
def test_an_address_is_read(text, expected):
    assert parse_address(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "nas", "local", "local:", "local:0", "local:x", "nas:", "a b:1", "nas:1;x", "ray://nas:10001"],
)
def test_what_is_no_address_is_refused_with_what_to_write(text):
    with pytest.raises(ClusterError, match="Write auto"):
        parse_address(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/mnt/nas=/Volumes/nas", NodePathMap(PathMap("/mnt/nas", "/Volumes/nas"))),
        ("/mnt/nas/=/Volumes/nas/", NodePathMap(PathMap("/mnt/nas", "/Volumes/nas"))),
        ("mac:/mnt/nas=/Volumes/nas", NodePathMap(PathMap("/mnt/nas", "/Volumes/nas"), "mac")),
        (r"pc:/mnt/nas=N:\videos", NodePathMap(PathMap("/mnt/nas", r"N:\videos"), "pc")),
        (r"pc:D:\videos=/mnt/d", NodePathMap(PathMap(r"D:\videos", "/mnt/d"), "pc")),
        (r"D:\videos=/mnt/d", NodePathMap(PathMap(r"D:\videos", "/mnt/d"))),
        ("/a:b=/c", NodePathMap(PathMap("/a:b", "/c"))),
        ("/a=/c:d", NodePathMap(PathMap("/a", "/c:d"))),
        ("/=/mnt/other", NodePathMap(PathMap("/", "/mnt/other"))),
    ],
)
def test_a_path_map_is_read(text, expected):
    assert parse_node_path_map(text) == expected


@pytest.mark.parametrize("text", ["", "/a", "a=/b", "/a=b", "=", "mac:a=/b", "/a="])
def test_what_is_no_path_map_is_refused_with_what_to_write(text):
    with pytest.raises(PathMapError, match="Write /here=/there"):
        parse_node_path_map(text)


def test_a_computers_own_map_comes_first_and_the_path_as_it_is_last():
    maps = [
        NodePathMap(PathMap("/a", "/all")),
        NodePathMap(PathMap("/a", "/own"), "mac"),
        NodePathMap(PathMap("/a", "/others"), "pc"),
    ]
    assert paths_there("/a/x.mp4", maps, ("mac", "10.0.0.2")) == ["/own/x.mp4", "/all/x.mp4", "/a/x.mp4"]
    assert paths_there("/b/x.mp4", maps, ("mac",)) == ["/b/x.mp4"]
