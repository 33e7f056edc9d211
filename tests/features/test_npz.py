"""Arrays from a ``.npz`` file that anybody may have made."""

import io
import resource
import struct
import zipfile

import numpy as np
import pytest
from numpy.lib import format as npy

from organizer.errors import BundleError
from organizer.features.npz import read_npz
from organizer.features.pca import Pca, load_pca

ARRAYS = {
    "floats": np.arange(12, dtype=np.float32).reshape(3, 4),
    "columns": np.asfortranarray(np.arange(6, dtype=np.int16).reshape(2, 3)),
    "number": np.array(7.5),
    "none": np.zeros((0, 5), np.float16),
    "words": np.array(["a", "bc"]),
}


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_it_reads_what_numpy_writes(tmp_path, save):
    save(tmp_path / "a.npz", **ARRAYS)
    read = read_npz(tmp_path / "a.npz")
    assert read.keys() == ARRAYS.keys()
    for name, array in ARRAYS.items():
        assert (read[name].dtype, read[name].shape) == (array.dtype, array.shape)
        assert np.array_equal(read[name], array)
        assert read[name].flags.writeable


def header(shape, dtype="<f4"):
    stream = io.BytesIO()
    npy.write_array_header_1_0(stream, {"descr": dtype, "fortran_order": False, "shape": shape})
    return stream.getvalue()


def made(folder, members, compression=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(folder / "made.npz", "w", compression) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return folder / "made.npz"


def with_claimed_size(file, size):
    """Write another unpacked size into both places that a ZIP archive has for it."""
    content = bytearray(file.read_bytes())
    for mark, offset in ((b"PK\3\4", 22), (b"PK\1\2", 24)):
        content[content.index(mark) + offset :][:4] = struct.pack("<I", size)
        at = content.index(mark) + offset
        content[at : at + 4] = struct.pack("<I", size)
    file.write_bytes(content)
    return file


@pytest.fixture
def no_more_memory_than_now():
    """Whoever unpacks or makes room for gigabytes gets a MemoryError, which no test here expects."""
    with open("/proc/self/statm") as pages:
        used = int(pages.read().split()[0]) * resource.getpagesize()
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (used + (1 << 28), before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_AS, before)


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path, no_more_memory_than_now):
    file = made(tmp_path, [("a.npy", header((1 << 28,)) + bytes(1 << 22))])
    file = with_claimed_size(file, (1 << 30) + len(header((1 << 28,))))
    with pytest.raises(ValueError, match="more than 512 MB"):
        read_npz(file)


def test_many_small_ones_are_a_bomb_too(tmp_path):
    members = [(f"{number}.npy", header((1 << 18,)) + bytes(1 << 20)) for number in range(20)]
    file = made(tmp_path, members)
    assert file.stat().st_size < 1 << 17
    assert len(read_npz(file)) == 20
    with pytest.raises(ValueError, match="more than 16 MB"):
        read_npz(file, 1 << 24)


@pytest.fixture
def overfull(tmp_path):
    """Made before memory is limited, for that takes some."""
    file = made(tmp_path, [("a.npy", header((4,)) + bytes(1 << 27))], zipfile.ZIP_DEFLATED)
    return with_claimed_size(file, len(header((4,))) + 16)


def test_more_than_is_claimed_is_never_unpacked(overfull, no_more_memory_than_now):
    with pytest.raises(ValueError):
        read_npz(overfull)


@pytest.mark.parametrize(
    "shape", [(1 << 40,), (1 << 30, 1 << 30), (5,), (3,), (-4,), (-2, -2), (4, 0)], ids=str
)
def test_a_header_that_promises_another_size_is_refused(tmp_path, shape, no_more_memory_than_now):
    file = made(tmp_path, [("a.npy", header(shape) + bytes(16))])
    with pytest.raises(ValueError):
        read_npz(file)


@pytest.mark.parametrize(
    "members",
    [
        [("a.npy", header((1,), "|O") + b"x" * 8)],
        [("a.txt", b"text")],
        [("a.npy", b"text")],
        [("a.npy", b"")],
        [("a.npy", header((4,)) + bytes(16)), ("a.npy", header((4,)) + bytes(16))],
        [(f"{number}.npy", header((1,)) + bytes(4)) for number in range(1001)],
    ],
    ids=["objects", "text", "no array", "empty", "twice", "very many"],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_what_is_no_set_of_arrays_is_refused(tmp_path, members):
    file = made(tmp_path, members)
    with pytest.raises(ValueError):
        read_npz(file)


def test_a_damaged_one_is_refused_wherever_the_damage_is(tmp_path):
    np.savez_compressed(tmp_path / "a.npz", a=np.arange(100, dtype=np.float32))
    content = (tmp_path / "a.npz").read_bytes()
    right = read_npz(tmp_path / "a.npz")["a"]
    for at in range(0, len(content), 3):
        changed = bytearray(content)
        changed[at] ^= 0x55
        (tmp_path / "b.npz").write_bytes(changed)
        try:
            read = read_npz(tmp_path / "b.npz")
        except (ValueError, OSError):
            continue
        assert np.array_equal(next(iter(read.values())), right)


def test_a_pca_that_is_a_bomb_is_refused_in_words(tmp_path):
    file = made(tmp_path, [("mean.npy", header((1 << 40,)) + bytes(16)), ("components.npy", b"")])
    with pytest.raises(BundleError, match="this PCA cannot be used"):
        load_pca(file)
    Pca(np.zeros(3, np.float32), np.ones((3, 2), np.float32)).save(file)
    assert load_pca(file).components.shape == (3, 2)
