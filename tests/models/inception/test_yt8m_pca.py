import io
import shutil
import tarfile

import numpy as np
import pytest

from organizer.errors import BundleError
from organizer.features.pca import load_pca
from organizer.models.inception.yt8m_pca import NAMES, assemble_pca, read_yt8m_pca
from tests.yt8m import YT8M, needs_yt8m


def rotation(rng):
    """A (2048, 2048) matrix of orthonormal rows that is not its own transpose."""
    signs = np.ones((1, 1))
    for _ in range(11):
        signs = np.kron(signs, [[1, 1], [1, -1]])
    return (signs * rng.choice([-1, 1], 2048) / np.sqrt(2048))[rng.permutation(2048)]


@pytest.fixture(scope="module")
def arrays():
    rng = np.random.default_rng(0)
    mean = rng.uniform(0.1, 1, (2048, 1))
    eigenvalues = np.geomspace(15, 1e-3, 2048)[:, np.newaxis]
    return {
        name: np.asarray(array, "<f4")
        for name, array in zip(NAMES, (mean, eigenvalues, rotation(rng)), strict=True)
    }


@pytest.fixture
def folder(arrays, tmp_path):
    folder = tmp_path / "pca"
    folder.mkdir()
    for name, array in arrays.items():
        np.save(folder / name, array)
    yield folder
    shutil.rmtree(folder)


def archive(folder, *, prefix="", skip=()):
    file = folder.parent / "yt8m_pca.tgz"
    with tarfile.open(file, "w:gz", compresslevel=1) as opened:
        for name in NAMES:
            if name not in skip:
                opened.add(folder / name, prefix + name)
    return file


def formula(x, mean, eigenvalues, eigenvectors):
    """As it is published, in float64."""
    x, mean, eigenvalues, eigenvectors = (
        np.asarray(array, np.float64) for array in (x, mean[:, 0], eigenvalues[:, 0], eigenvectors)
    )
    return (x - mean) @ eigenvectors.T[:, :1024] / np.sqrt(eigenvalues[:1024] + 1e-4)


def test_projects_as_published(folder, arrays):
    x = np.random.default_rng(1).uniform(0, 3, (7, 2048)).astype(np.float32)
    projected = read_yt8m_pca(folder).project(x)
    expected = formula(x, *arrays.values())
    assert projected.shape == (7, 1024) and projected.dtype == np.float32
    assert np.abs(projected - expected).max() < 1e-5 * np.abs(expected).max()


def test_worked_example():
    # Eigenvectors along the axes, two of them exchanged and one turned round, so each number can be followed.
    vectors = np.eye(2048, dtype=np.float32)
    vectors[[0, 1]] = vectors[[1, 0]]
    vectors[2] *= -1
    values = np.full((2048, 1), 0.0024, np.float32)
    values[:3, 0] = [3.9999, 0.9999, 0.2499]  # with 1e-4: deviations of 2, 1 and 0.5, and 0.05 for the rest
    mean = np.zeros((2048, 1), np.float32)
    mean[:4, 0] = [1, 2, 3, 4]
    x = np.zeros((1, 2048), np.float32)
    x[0, :4] = [4, 8, 5, 4.1]
    projected = assemble_pca(mean, values, vectors).project(x)[0]
    assert projected[:5] == pytest.approx([(8 - 2) / 2, (4 - 1) / 1, -(5 - 3) / 0.5, 0.1 / 0.05, 0], abs=1e-5)


@pytest.mark.parametrize("prefix", ["", "./", "yt8m_pca/"])
def test_reads_the_archive_like_the_folder(folder, prefix):
    from_archive, from_folder = read_yt8m_pca(archive(folder, prefix=prefix)), read_yt8m_pca(folder)
    assert np.array_equal(from_archive.mean, from_folder.mean)
    assert np.array_equal(from_archive.components, from_folder.components)


def test_becomes_the_file_that_a_bundle_carries(folder, tmp_path):
    pca = read_yt8m_pca(folder)
    pca.save(tmp_path / "pca.npz")
    assert np.array_equal(load_pca(tmp_path / "pca.npz").components, pca.components)
    (tmp_path / "pca.npz").unlink()


def test_an_array_stored_by_columns_is_the_same(folder, arrays):
    expected = read_yt8m_pca(folder).components
    np.save(folder / "eigenvecs.npy", np.asfortranarray(arrays["eigenvecs.npy"]))
    assert np.array_equal(read_yt8m_pca(folder).components, expected)


def changed(name, change):
    def apply(folder):
        array = np.load(folder / name)
        np.save(folder / name, change(array))

    return apply


def put(index, value):
    def change(array):
        array[index] = value
        return array

    return change


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (changed("mean.npy", lambda a: a[:, 0]), "shape"),
        (changed("mean.npy", lambda a: a[:1024]), "mean.npy has the shape"),
        (changed("mean.npy", lambda a: a.astype(np.float64)), "float64"),
        (changed("mean.npy", put((3, 0), np.nan)), "mean.npy holds something"),
        (changed("eigenvals.npy", lambda a: a[::-1].copy()), "descending"),
        (changed("eigenvals.npy", put((2047, 0), -1)), "positive"),
        (changed("eigenvals.npy", put((0, 0), np.inf)), "eigenvals.npy holds something"),
        (changed("eigenvecs.npy", lambda a: a[:1000]), "eigenvecs.npy has the shape"),
        (changed("eigenvecs.npy", lambda a: a * 2), "length 1"),
        (changed("eigenvecs.npy", put(5, 0)), "length 1"),
        (changed("eigenvecs.npy", lambda a: np.vstack([a[:1], a[:1], a[2:]])), "right angles"),
        (lambda folder: (folder / "mean.npy").write_bytes(b"<html>not found</html>"), "no array file"),
        (lambda folder: (folder / "mean.npy").write_bytes(b""), "no array file"),
        (lambda folder: (folder / "eigenvals.npy").unlink(), "eigenvals.npy"),
    ],
)
def test_what_is_not_that_pca_is_refused(folder, damage, says):
    damage(folder)
    with pytest.raises(BundleError, match=f"not the PCA of YouTube-8M.*{says}"):
        read_yt8m_pca(folder)


class Runs:
    def __reduce__(self):
        return exec, ("raise SystemExit('it ran')",)


def test_pickled_objects_are_never_loaded(folder):
    np.save(folder / "mean.npy", np.array([Runs()], object), allow_pickle=True)
    with pytest.raises(BundleError, match="holds object"):
        read_yt8m_pca(folder)


def test_a_header_that_promises_too_much_takes_no_memory(folder):
    stream = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        stream, {"descr": "<f4", "fortran_order": False, "shape": (10**9, 10**6)}
    )
    (folder / "eigenvecs.npy").write_bytes(stream.getvalue())
    with pytest.raises(BundleError, match="0 bytes for the shape"):
        read_yt8m_pca(folder)


def test_an_incomplete_archive_is_refused(folder):
    with pytest.raises(BundleError, match=r"eigenvals\.npy is not in it"):
        read_yt8m_pca(archive(folder, skip=["eigenvals.npy"]))


@pytest.mark.parametrize("kept", [0, 10, 1000, 100_000])
def test_an_archive_that_is_cut_off_is_refused(folder, kept):
    file = archive(folder)
    file.write_bytes(file.read_bytes()[:kept])
    with pytest.raises(BundleError, match=r"yt8m_pca\.tgz"):
        read_yt8m_pca(file)


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE])
def test_a_link_in_an_archive_is_not_followed(folder, kind):
    file = archive(folder, skip=["mean.npy"])
    with tarfile.open(file, "w:gz") as opened:
        member = tarfile.TarInfo("mean.npy")
        member.type, member.linkname = kind, str(folder / "mean.npy")
        opened.addfile(member)
    with pytest.raises(BundleError, match=r"mean\.npy in it is no ordinary file"):
        read_yt8m_pca(file)


def test_an_archive_with_one_file_twice_is_refused(folder):
    file = folder.parent / "yt8m_pca.tgz"
    with tarfile.open(file, "w:gz") as opened:
        opened.add(folder / "mean.npy", "mean.npy")
        opened.add(folder / "mean.npy", "other/mean.npy")
    with pytest.raises(BundleError, match="twice"):
        read_yt8m_pca(file)


def test_an_archive_that_unpacks_to_too_much_is_refused(tmp_path):
    file = tmp_path / "yt8m_pca.tgz"
    with tarfile.open(file, "w:gz") as opened:
        member = tarfile.TarInfo("padding")
        member.size = 200_000
        opened.addfile(member, io.BytesIO(bytes(member.size)))
    assert file.stat().st_size < 1000
    with pytest.raises(BundleError, match="too large"):
        read_yt8m_pca(file, most_bytes=100_000)


def test_a_missing_archive_is_named(tmp_path):
    with pytest.raises(BundleError, match="nowhere"):
        read_yt8m_pca(tmp_path / "nowhere.tgz")


# The real mean, eigenvalues and golden pair. The real eigenvectors are not there.


@pytest.fixture(scope="module")
def real():
    golden = np.load(YT8M / "golden_pca.npz")
    mean, eigenvalues = np.load(YT8M / "mean.npy"), np.load(YT8M / "eigenvals.npy")
    return mean, eigenvalues, golden["original"], golden["pca"]


@needs_yt8m
def test_the_golden_pair_is_reproduced_with_the_real_mean_and_eigenvalues(real, tmp_path):
    mean, eigenvalues, original, pca = real
    # Eigenvectors that turn the golden frame into the golden features once their scale is undone: any
    # rotation, followed by a reflection that moves the result where it has to be. Such eigenvectors exist
    # only where the lengths agree, which depends on mean, eigenvalues and the regulariser being right.
    centred = original - mean[:, 0]
    target = np.zeros(2048)
    target[:1024] = pca * np.sqrt(eigenvalues[:1024, 0] + 1e-4)
    target[1024] = np.sqrt(centred @ centred - target @ target)
    turned = rotation(np.random.default_rng(3))
    difference = turned @ centred - target
    difference /= np.linalg.norm(difference)
    vectors = turned - 2 * np.outer(difference, difference @ turned)
    for name, array in zip(NAMES, (mean, eigenvalues, vectors.astype(np.float32)), strict=True):
        np.save(tmp_path / name, array)
    projected = read_yt8m_pca(tmp_path).project(original[np.newaxis].astype(np.float32))[0]
    assert np.mean(np.abs(projected - pca)) / np.mean(np.abs(pca)) < 1e-5
    (tmp_path / "eigenvecs.npy").unlink()


@needs_yt8m
def test_a_projection_is_not_longer_than_what_it_was_made_from(real):
    mean, eigenvalues, original, pca = real
    unscaled = pca * np.sqrt(eigenvalues[:1024, 0] + 1e-4)
    share = (unscaled @ unscaled) / np.sum((original - mean[:, 0]) ** 2)
    # The first half of the eigenvalues is 96 % of their sum; the frame is one of many.
    assert eigenvalues[:1024].sum() / eigenvalues.sum() == pytest.approx(0.965, abs=0.001)
    assert 0.9 < share <= 1
    # Were the mean not taken away, the projection would be longer than the frame: it is.
    assert unscaled @ unscaled > original @ original


@needs_yt8m
def test_the_golden_features_are_whitened(real):
    _, eigenvalues, _, pca = real
    values = eigenvalues[:1024, 0].astype(np.float64)
    halves = [np.mean(pca[part] ** 2) for part in (slice(0, 512), slice(512, 1024))]
    unscaled = [np.mean((pca**2 * values)[part]) for part in (slice(0, 512), slice(512, 1024))]
    # Before whitening the strong components carry far more; after it, all are of one order.
    assert unscaled[0] / unscaled[1] > 8
    assert halves[0] / halves[1] < 6
    assert np.corrcoef(np.log(pca**2 * values), np.log(values))[0, 1] > 0.5
    assert (np.abs(pca) > 2).mean() < 0.01


@needs_yt8m
def test_the_real_mean_and_eigenvalues_are_accepted(real):
    mean, eigenvalues, original, _ = real
    vectors = rotation(np.random.default_rng(4)).astype(np.float32)
    pca = assemble_pca(mean, eigenvalues, vectors)
    assert pca.project(mean.T) == pytest.approx(np.zeros((1, 1024)))
    assert np.isfinite(pca.project(original[np.newaxis].astype(np.float32))).all()
