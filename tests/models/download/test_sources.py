import json
from urllib.parse import urlsplit

import pytest

from organizer.errors import DownloadError
from organizer.models.checksums import parse_checksum
from organizer.models.download.sources import SOURCES_VARIABLE, read_sources

PIN = "sha256:" + "ab" * 32


@pytest.fixture
def replaced(tmp_path):
    """Read the sources with a file that replaces some of them."""

    def read(content):
        file = tmp_path / "mirror.json"
        file.write_text(content if isinstance(content, str) else json.dumps(content))
        return read_sources({SOURCES_VARIABLE: str(file)})

    return read


def test_the_model_has_a_source_for_every_role():
    model = read_sources({}).of("inception-yt8m")
    assert {role: [part.name for part in parts] for role, parts in model.items()} == {
        "backbone": ["inception-hub", "inception-graph"],
        "pca": ["yt8m-pca"],
        "classifier": ["cnn-lstm"],
    }


def test_what_has_no_checksum_comes_by_https_only():
    unpinned = [part for part in read_sources({}).parts.values() if part.checksum is None]
    assert [part.name for part in unpinned] == ["inception-hub"]
    for part in unpinned:
        assert {urlsplit(url).scheme for url in part.urls} == {"https"}, part.name


@pytest.mark.parametrize(
    ("part", "fields", "allowed"),
    [
        ("inception-hub", {"urls": ["http://mirror.example/a"]}, False),
        ("inception-hub", {"urls": ["https://mirror.example/a", "http://mirror.example/a"]}, False),
        ("inception-hub", {"urls": ["http://127.0.0.1.mirror.example/a"]}, False),
        ("inception-hub", {"urls": ["http://mirror.example/a"], "checksum": PIN}, True),
        ("inception-hub", {"urls": ["https://mirror.example/a"]}, True),
        ("inception-hub", {"urls": ["http://127.0.0.1:8000/a"]}, True),
        ("yt8m-pca", {"checksum": None}, True),
        ("yt8m-pca", {"checksum": None, "members": {}}, False),
    ],
)
def test_a_mirror_without_https_needs_a_checksum(replaced, part, fields, allowed):
    content = {"parts": {part: fields}}
    if allowed:
        assert replaced(content).parts[part].urls
    else:
        with pytest.raises(DownloadError, match=f"{part}: 'http://.*no checksum"):
            replaced(content)


def test_what_proves_the_network_is_said_as_it_is():
    proof = read_sources({}).parts["inception-hub"].proof
    assert "organizer models verify" in proof
    assert "afterwards" in proof


def test_the_known_pins():
    parts = read_sources({}).parts
    assert str(parts["yt8m-pca"].checksum) == "git-blob:67f1421a4d5f6ee6e1b95198fe466694e791eec2"
    assert str(parts["inception-graph"].checksum) == "git-blob:c0b8db7a2feaf3e26970e968c9bb7452b53e7f32"
    assert str(parts["cnn-lstm"].checksum) == "git-blob:572806594cc849b319a11134262fa10a0e3d7222"
    assert {name: str(pin) for name, pin in parts["yt8m-pca"].members.items()} == {
        "mean.npy": "sha256:3f8db8e33e0005e8ae8e70a7dd3efd4856565e1bafe4c86d8b33c30d9623a33a",
        "eigenvals.npy": "sha256:ad0d08dd2cb7981cbb0b9e532b0297fb6c720c233ba2e6b4420b56228eab4100",
        "eigenvecs.npy": "git-blob:c399040ee9b41d2641c47aea03d4e82db96ec91e",
    }
    assert {name: str(pin) for name, pin in parts["inception-graph"].members.items()} == {
        "classify_image_graph_def.pb": "git-blob:f34cb9b774a4547b5e214ef4202e5775a9c0f436"
    }


def test_only_what_states_no_licence_needs_consent():
    parts = read_sources({}).parts
    assert [name for name, part in parts.items() if part.needs_consent] == ["cnn-lstm"]
    assert parts["cnn-lstm"].licence == "no licence stated"
    assert all(part.licence and part.title and part.proof for part in parts.values())


def test_hosts_are_named_once_and_without_passwords(replaced):
    urls = ["https://me:secret@mirror.example:8443/a", "https://mirror.example:8443/b", "http://c.example"]
    assert replaced({"parts": {"yt8m-pca": {"urls": urls}}}).parts["yt8m-pca"].hosts == (
        "mirror.example:8443",
        "c.example",
    )


def test_a_mirror_replaces_addresses_and_the_pins_hold(replaced):
    sources = replaced({"parts": {"yt8m-pca": {"urls": ["https://mirror.example/p.tgz"]}}})
    before = read_sources({}).parts
    pca = sources.parts["yt8m-pca"]
    assert pca.urls == ("https://mirror.example/p.tgz",)
    assert (pca.checksum, pca.members) == (before["yt8m-pca"].checksum, before["yt8m-pca"].members)
    assert sources.parts["cnn-lstm"] == before["cnn-lstm"]
    assert sources.of("inception-yt8m")["pca"] == (pca,)


def test_pins_and_sizes_can_be_replaced_and_taken_away(replaced):
    sources = replaced(
        {
            "parts": {
                "yt8m-pca": {"checksum": PIN, "members": {"mean.npy": PIN}, "size": 17},
                "inception-graph": {"checksum": None},
            }
        }
    )
    pca = sources.parts["yt8m-pca"]
    assert (pca.checksum, pca.size) == (parse_checksum(PIN), 17)
    assert dict(pca.members) == {"mean.npy": parse_checksum(PIN)}
    assert sources.parts["inception-graph"].checksum is None


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "line 1"),
        ("[]", "must be"),
        ('"text"', "must be"),
        ({"models": {}}, "must be"),
        ({"parts": {"yt9m": {}}}, "yt9m"),
        ({"parts": {"cnn-lstm": {"needs_consent": False}}}, "needs_consent"),
        ({"parts": {"cnn-lstm": {"licence": "MIT"}}}, "licence"),
        ({"parts": {"cnn-lstm": []}}, "keys"),
        ({"parts": []}, "items"),
        ({"parts": {"cnn-lstm": {"urls": []}}}, "list of addresses"),
        ({"parts": {"cnn-lstm": {"urls": "https://a.example/m.h5"}}}, "list of addresses"),
        ({"parts": {"cnn-lstm": {"urls": ["file:///etc/passwd"]}}}, "no http or https"),
        ({"parts": {"cnn-lstm": {"urls": ["https://"]}}}, "no http or https"),
        ({"parts": {"cnn-lstm": {"urls": ["http://[::1"]}}}, "mirror.json"),
        ({"parts": {"cnn-lstm": {"urls": [7]}}}, "no http or https"),
        ({"parts": {"cnn-lstm": {"size": -1}}}, "size"),
        ({"parts": {"cnn-lstm": {"size": True}}}, "size"),
        ({"parts": {"cnn-lstm": {"checksum": "md5:00"}}}, "md5"),
        ({"parts": {"cnn-lstm": {"checksum": 7}}}, "mirror.json"),
        ({"parts": {"cnn-lstm": {"members": {"a": "?"}}}}, "neither"),
    ],
)
def test_a_list_that_cannot_be_used_is_named_with_its_fault(replaced, content, words):
    with pytest.raises(DownloadError, match=words) as error:
        replaced(content)
    assert "mirror.json" in str(error.value)
    assert SOURCES_VARIABLE in str(error.value)


def test_a_list_that_is_not_there(tmp_path):
    with pytest.raises(DownloadError, match=r"nowhere\.json.*No such file"):
        read_sources({SOURCES_VARIABLE: str(tmp_path / "nowhere.json")})


def test_an_unknown_model_is_an_error_that_helps():
    with pytest.raises(DownloadError, match="only inception-yt8m"):
        read_sources({}).of("heavy")
