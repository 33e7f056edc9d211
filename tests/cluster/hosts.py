"""Computers of a network of their own, as far as the kernel can make them up: Linux, as root.

Each has its own addresses, name and mounts; disks, processors and users are shared.
"""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import sys
from contextlib import suppress

NETWORK = "10.213.77"
_ENDS_WITHIN_S = 20


def can_be_made() -> bool:
    """Whether this system lets us make computers up."""
    if sys.platform != "linux" or os.geteuid() or not (shutil.which("ip") and shutil.which("unshare")):
        return False
    name = f"try{os.getpid()}"
    made = _quietly("ip", "netns", "add", name)
    works = made and _quietly(
        "ip", "netns", "exec", name, "ip", "link", "add", "name", "try", "type", "bridge"
    )
    if made:
        _quietly("ip", "netns", "delete", name)
    return works and _quietly("unshare", "--mount", "--uts", "true")


def _quietly(*command: str) -> bool:
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


class Hosts:
    """So many computers on one switch, called host1, host2 ...; a context manager."""

    def __init__(self, number: int) -> None:
        self._switch = f"switch{os.getpid()}"
        self.names = [f"host{index + 1}" for index in range(number)]
        self._spaces = {name: f"{name}-{os.getpid()}" for name in self.names}
        self._running: list[subprocess.Popen[str]] = []

    def __enter__(self) -> Hosts:
        try:
            _ip("netns", "add", self._switch)
            _ip("-n", self._switch, "link", "add", "name", "bridge0", "type", "bridge")
            _ip("-n", self._switch, "link", "set", "bridge0", "up")
            for number, (name, space) in enumerate(self._spaces.items(), start=1):
                _ip("netns", "add", space)
                end = ("type", "veth", "peer", "name", name, "netns", self._switch)
                _ip("-n", space, "link", "add", "name", "net", *end)
                _ip("-n", self._switch, "link", "set", name, "master", "bridge0", "up")
                _ip("-n", space, "addr", "add", f"{NETWORK}.{number}/24", "dev", "net")
                for device in ("net", "lo"):
                    _ip("-n", space, "link", "set", device, "up")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        for process in reversed(self._running):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
        for process in self._running:
            try:
                process.communicate(timeout=_ENDS_WITHIN_S)
            except subprocess.TimeoutExpired:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
        for space in (*self._spaces.values(), self._switch):
            left = subprocess.run(["ip", "netns", "pids", space], check=False, capture_output=True, text=True)
            for pid in left.stdout.split():
                with suppress(ProcessLookupError):
                    os.kill(int(pid), signal.SIGKILL)
            _quietly("ip", "netns", "delete", space)

    def address(self, name: str) -> str:
        """Return the address of a computer in the network."""
        return f"{NETWORK}.{self.names.index(name) + 1}"

    def command(self, name: str, *words: object, first: str = "") -> list[str]:
        """Return what runs a command on a computer.

        Args:
            name: of the computer.
            words: the command.
            first: what a shell does there before, such as mounts, which other computers do not see.
        """
        wanted = " ".join(shlex.quote(str(word)) for word in words)
        script = f"set -e; hostname {name}; {first or ':'}; exec {wanted}"
        into = ("ip", "netns", "exec", self._spaces[name], "unshare", "--mount", "--uts")
        return [*into, "sh", "-c", script]

    def start(self, command: list[str], **settings) -> subprocess.Popen[str]:
        """Start what runs until this ends."""
        process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            **settings,
        )
        self._running.append(process)
        return process


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)
