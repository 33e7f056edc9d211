import os

import pytest

from organizer.features.processor import has_bfloat16, processors


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("processor\t: 0\nflags\t\t: fpu avx512f avx512_bf16 sse\n\nprocessor\t: 1\n", True),
        ("flags\t\t: fpu amx_tile amx_bf16\n", True),
        ("flags\t\t: fpu avx512f avx512_bf16x\n", False),
        ("model name\t: avx512_bf16\nflags\t\t: fpu\n", False),
        ("Features\t: fp asimd bf16\n", False),
        ("", False),
    ],
)
def test_bfloat16_is_read_from_the_flags(tmp_path, content, expected):
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text(content)
    assert has_bfloat16(cpuinfo) is expected


def test_a_system_that_does_not_tell_has_none(tmp_path):
    assert has_bfloat16(tmp_path / "cpuinfo") is False


def test_only_processors_that_may_be_used_count():
    assert 1 <= processors() <= (os.cpu_count() or 1)
