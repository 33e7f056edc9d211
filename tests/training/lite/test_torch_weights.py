import pytest

from organizer.errors import TrainingDataError
from organizer.training.lite.torch_weights import read_state_dict
from tests.training.lite.legacy_checkpoint import Call, Global, Storage, checkpoint, tensor

FLOATS = Storage("1", [float(n) for n in range(6)])
LONGS = Storage("2", [7], "LongStorage")


@pytest.fixture
def read(tmp_path):
    def read(content):
        file = tmp_path / "weights.pth"
        file.write_bytes(content)
        return read_state_dict(file)

    return read


def test_reads_tensors_by_name(read):
    tensors = {"w": tensor(FLOATS, (2, 3), (3, 1)), "n": tensor(LONGS, (), ())}
    state = read(checkpoint(tensors, [FLOATS, LONGS]))
    assert state["w"].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert state["w"].dtype == "float32"
    assert state["n"].shape == () and state["n"] == 7


def test_honours_strides_and_offsets(read):
    tensors = {"transposed": tensor(FLOATS, (3, 2), (1, 3)), "tail": tensor(FLOATS, (2,), (1,), offset=4)}
    state = read(checkpoint(tensors, [FLOATS]))
    assert state["transposed"].tolist() == [[0, 3], [1, 4], [2, 5]]
    assert state["transposed"].flags["C_CONTIGUOUS"]
    assert state["tail"].tolist() == [4, 5]


@pytest.mark.parametrize(
    ("shape", "strides", "offset"), [((7,), (1,), 0), ((2,), (1,), 5), ((2,), (-1,), 3), ((1,), (1,), -1)]
)
def test_refuses_a_tensor_that_reaches_beyond_its_storage(read, shape, strides, offset):
    with pytest.raises(TrainingDataError, match="beyond its storage"):
        read(checkpoint({"w": tensor(FLOATS, shape, strides, offset)}, [FLOATS]))


@pytest.mark.parametrize(("module", "name"), [("os", "system"), ("builtins", "eval"), ("torch", "load")])
def test_never_runs_what_a_pickle_asks_for(read, tmp_path, module, name):
    proof = tmp_path / "ran"
    attack = Call(Global(module, name), f"touch {proof}")
    with pytest.raises(TrainingDataError, match=rf"{module}\.{name}"):
        read(checkpoint({"w": attack}, []))
    assert not proof.exists()


@pytest.mark.parametrize("kept", [0, 5, 60, -1])
def test_a_file_that_is_cut_off_is_refused(read, kept):
    content = checkpoint({"w": tensor(FLOATS, (6,), (1,))}, [FLOATS])
    with pytest.raises(TrainingDataError, match=r"weights\.pth"):
        read(content[:kept])


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(TrainingDataError, match="nowhere"):
        read_state_dict(tmp_path / "nowhere.pth")
