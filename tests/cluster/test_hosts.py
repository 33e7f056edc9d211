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


def start_ray(hosts, environment, name, *options, first=""):
    """Start Ray on a computer, and wait until the cluster knows it."""
    head = hosts.address(hosts.names[0])
    where = ("--head", f"--port={PORT}", "--include-dashboard=false")
    if name != hosts.names[0]:
        where = (f"--address={head}:{PORT}",)
    words = (*RAY, "start", *where, f"--node-ip-address={hosts.address(name)}", "--block", *options)
    process = hosts.start(hosts.command(name, *words, first=first), env=environment)
    lines = []
    for line in process.stdout:
        lines.append(line)
        if "--block" in line or "Ray runtime started" in line:
            return
    pytest.fail(f"Ray did not start on {name}: {''.join(lines)}")


def scan(hosts, environment, library, folder, *options):
    """Scan on the first computer; return what it says, and how many videos each of the others looked at."""
    address = f"{hosts.address(hosts.names[0])}:{PORT}"
    done = subprocess.run(
        hosts.command(hosts.names[0], *command(library, "scan", folder, "--cluster", address, *options)),
        env=environment,
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    looked = re.findall(r"^(\S+): (\d+) videos?, [\d.]+ videos/s$", done.stderr, re.M)
    return done.stderr, {name: int(number) for name, number in looked}


def test_computers_that_see_the_folder_elsewhere_or_not_at_all_look_at_its_videos(
    videos, alone, hosts, environment, tmp_path
):
    one, two, three = hosts.names
    hidden = f"mount -t tmpfs none {videos}"
    elsewhere = f"mount -t tmpfs none /mnt; mkdir /mnt/nas; mount --bind {videos} /mnt/nas; {hidden}"
    # The first scans, and looks at nothing itself.
    start_ray(hosts, environment, one, "--num-cpus=0")
    start_ray(hosts, environment, two, "--num-cpus=1", first=elsewhere)
    mapped = ("--map-path", f"{two}:{videos}=/mnt/nas")
    said, looked = scan(hosts, environment, tmp_path / "mapped.db", videos, *mapped)
    assert f"{two} takes part with 1 worker" in said and "sent to" not in said
    assert looked == {two: CLIPS}
    assert contents(tmp_path / "mapped.db") == alone

    start_ray(hosts, environment, three, "--num-cpus=2", first=hidden)
    said, looked = scan(hosts, environment, tmp_path / "sent.db", videos)
    assert f"{three} takes part with 2 workers" in said
    assert re.search(rf"^host[23] does not see {videos}, so files are sent to it", said, re.M)
    assert sum(looked.values()) == CLIPS and set(looked) <= {two, three}
    assert contents(tmp_path / "sent.db") == alone
