"""A scan shared by three computers with addresses, names and mounts of their own, set up as the docs say."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from tests.cluster.conftest import CLIPS
from tests.cluster.hosts import Hosts, can_be_made
from tests.cluster.libraries import command, contents

pytest.importorskip("ray")
pytestmark = pytest.mark.skipif(not can_be_made(), reason="network namespaces need Linux and root")

PORT = 6379
RAY = (sys.executable, "-m", "ray.scripts.scripts")
_STARTS_WITHIN_S = 60


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """A home with a token, as ``ray get-auth-token --generate`` makes it; all computers have a copy of it."""
    home = tmp_path_factory.mktemp("home")
    environment = {**os.environ, "HOME": str(home), "RAY_AUTH_MODE": "token", "RAY_USAGE_STATS_ENABLED": "0"}
    environment.pop("RAY_ADDRESS", None)
    subprocess.run(
        [*RAY, "get-auth-token", "--generate"], env=environment, check=True, capture_output=True, timeout=120
    )
    return environment


@pytest.fixture
def hosts():
    with Hosts(3) as made:
        yield made


def start_ray(hosts, environment, name, first=""):
    """Start Ray on a computer, and wait until the cluster knows it."""
    head = hosts.address(hosts.names[0])
    where = ("--head", f"--port={PORT}", "--include-dashboard=false")
    if name != hosts.names[0]:
        where = (f"--address={head}:{PORT}",)
    words = (*RAY, "start", *where, f"--node-ip-address={hosts.address(name)}", "--num-cpus=1", "--block")
    process = hosts.start(hosts.command(name, *words, first=first), env=environment)
    lines = []
    for line in process.stdout:
        lines.append(line)
        if "--block" in line or "Ray runtime started" in line:
            return
    pytest.fail(f"Ray did not start on {name}: {''.join(lines)}")


def scan(hosts, environment, library, folder, *options):
    address = f"{hosts.address(hosts.names[0])}:{PORT}"
    return subprocess.run(
        hosts.command(hosts.names[0], *command(library, "scan", folder, "--cluster", address, *options)),
        env=environment,
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_computers_that_see_the_folder_elsewhere_or_not_at_all_share_a_scan(
    videos, alone, hosts, environment, tmp_path
):
    one, two, three = hosts.names
    hidden = f"mount -t tmpfs none {videos}"
    elsewhere = f"mount -t tmpfs none /mnt; mkdir /mnt/nas; mount --bind {videos} /mnt/nas; {hidden}"
    start_ray(hosts, environment, one)
    start_ray(hosts, environment, two, elsewhere)
    start_ray(hosts, environment, three, hidden)
    done = scan(hosts, environment, tmp_path / "library.db", videos, "--map-path", f"{two}:{videos}=/mnt/nas")
    assert done.returncode == 0, done.stderr
    assert contents(tmp_path / "library.db") == alone
    for name in hosts.names:
        assert f"{name} takes part with 1 worker" in done.stderr
    seen = re.findall(r"^(\S+): (\d+) videos?, [\d.]+ videos/s$", done.stderr, re.M)
    assert sum(int(number) for _, number in seen) == CLIPS
    assert {name for name, _ in seen} <= {*hosts.names}
    assert f"{two} does not see" not in done.stderr
