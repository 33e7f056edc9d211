"""Damaged files through the real scan, 200 of them; ``python -m benchmarks fuzz`` takes thousands."""

import random

import pytest

from benchmarks import fuzz
from benchmarks.fuzzing.mutations import MUTATIONS, mutant
from benchmarks.fuzzing.seeds import make_seeds


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzz")


def check(batches, count):
    found = fuzz.summary(batches)
    nothing = ("unaccounted", "unforeseen", "broken_off", "hangs", "left_running")
    assert {name: found[name] for name in nothing if found[name]} == {}
    assert found["mutants"] == found["read"] + found["refused"] + found["no_video"] == count
    assert found["most_address_space_mib"] <= found["limit_of_address_space_mib"]
    assert min(found["read"], found["refused"]) > count // 10


@pytest.fixture(scope="module")
def batches(work):
    return fuzz.run(mutants=200, seed=2, work=work)


def test_each_mutant_is_read_or_refused_with_a_reason(batches):
    check(batches, 200)


def test_a_run_goes_on_where_it_was(work, batches, monkeypatch):
    monkeypatch.setattr(fuzz, "run_batch", None)
    assert fuzz.summary(fuzz.run(mutants=200, seed=2, work=work))["mutants"] == 200


@pytest.mark.long
def test_thousands_of_mutants_are_read_or_refused_with_a_reason(work):
    check(fuzz.run(mutants=5000, seed=1, work=work), 5000)


def test_mutants_can_be_made_again(work):
    seeds = [path.read_bytes() for path in make_seeds(work / "seeds")]
    made = [[mutant(seeds, 0, random.Random(number)) for number in range(40)] for _ in range(2)]
    assert made[0] == made[1]
    assert sum(data != seeds[0] for data, _ in made[0]) > 35


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.__name__)
@pytest.mark.parametrize("size", [1, 7, 4096])
def test_mutations_bear_files_of_any_size(mutation, size):
    data = bytes(range(256)) * 16
    for number in range(20):
        assert isinstance(mutation(data[:size], random.Random(number)), bytes)
