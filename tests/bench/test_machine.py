import platform

from organizer.bench.machine import Machine, this_machine
from organizer.features.processor import processors


def test_tells_processors_and_features_but_not_whose_machine_it_is(tmp_path):
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text("model name\t: Some Name\nflags\t\t: fpu avx2 avx512_bf16\n\nflags\t\t: avx512f\n")
    machine = this_machine(cpuinfo)
    assert machine == Machine(platform.system(), platform.machine(), processors(), ("avx2", "avx512_bf16"))
    assert platform.node() not in machine.words()


def test_a_system_without_that_list_has_no_features(tmp_path):
    assert this_machine(tmp_path / "missing").features == ()


def test_words():
    assert Machine("Linux", "x86_64", 2, ("avx2",)).words() == "2 processors, Linux x86_64 (avx2)"
    assert Machine("Darwin", "arm64", 1, ()).words() == "1 processor, Darwin arm64"
