"""Computers that Ray connects. All of Ray is here and in ``ray_node``.

One actor a computer, which decodes in processes of its own and runs the network, as a scan on one computer
does; see docs/decisions/0076-plain-actors.md. Nothing is asked of Ray but to start it there, to carry calls
and answers, and to say when it has ended.
"""

from __future__ import annotations

import logging
import os
import secrets
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from organizer.cluster.cluster_decoders import ClusterDecoders
from organizer.cluster.computers import NodeGoneError, NodeInfo
from organizer.cluster.model_package import digest_of, pack
from organizer.cluster.node import Broken, Node, NodeSettings
from organizer.cluster.program import Program, distributions, program_finder
from organizer.cluster.ray_node import RayNode, wait_for
from organizer.cluster.scratch import remove_left_behind, scratch_folder
from organizer.errors import ClusterError, MissingDependencyError
from organizer.frames.readers.sampling import Sampling
from organizer.pipeline.decoding.decoders import start_decoders

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from organizer.cluster.address import ClusterAddress
    from organizer.cluster.node_paths import NodePathMap
    from organizer.frames.readers.reader import FrameReader
    from organizer.models.bundle import Bundle

SENT_AT_ONCE = 4
"""Files on their way to computers at any time."""
_OBJECT_STORE_BYTES = 256 * 2**20
"""Of a cluster on this computer: answers have 50 KB each, the model at most a few hundred MB on the disk."""
_SCRATCH = "organizer-ray-"
"""Begins the names of folders with a cluster's logs; then the number of the process that started it."""
_START_S = 60.0
"""For a computer's processors to be free, and its first answer."""
_LOOPBACK_ALONE = "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"
"""Where this is 0, Ray gives its nodes the address 127.0.0.1, and its servers listen there alone."""


@dataclass(frozen=True, slots=True)
class SharedWork:
    """What a person wants of a cluster."""

    address: ClusterAddress
    maps: tuple[NodePathMap, ...] = ()
    most_sent_bytes: int = 0
    """Larger files are not sent to computers that do not see them."""


class RayCluster:
    """A cluster that this process is connected to."""

    def __init__(self, work: SharedWork) -> None:
        """Take what is wanted; see ``connected``."""
        self._work = work

    def nodes(self, bundle: Bundle, sampling: Sampling) -> RayNodes:
        """Return its computers, for work with a model.

        Raises:
            BundleError: the model is damaged.
        """
        return RayNodes(bundle, sampling, self._work.maps)

    def start_decoders(
        self, how: FrameReader | Sampling, bundle: Bundle, *, workers: int, files: int, isolated: bool
    ) -> ClusterDecoders:
        """Return what looks at a scan's files on the computers of the cluster; see ``FileAccess``.

        Args:
            how: as for ``decoders.start_decoders``, but no reader of one's own.
            bundle: the model.
            workers: of this computer, where it has to look at files itself.
            files: how many there are.
            isolated: as for ``decoders.start_decoders``, of this computer.

        Raises:
            ClusterError: ``how`` is a reader.
            BundleError: the model is damaged.
        """
        if not isinstance(how, Sampling):
            raise ClusterError("Other computers cannot use a reader of one's own. Scan without a cluster.")
        return ClusterDecoders(
            self.nodes(bundle, how),
            lambda: start_decoders(how, bundle, workers=workers, files=files, isolated=isolated),
            most_sent_bytes=self._work.most_sent_bytes,
        )


@contextmanager
def connected(work: SharedWork) -> Iterator[RayCluster]:
    """Connect to a cluster for the length of a block; one on this computer alone is started and ended.

    Raises:
        MissingDependencyError: Ray is not installed.
        ClusterError: there is no such cluster, or it does not let this computer in.
    """
    local = work.address.local_workers
    # Read when Ray is imported. Nobody is told that it is used, and no call starts it by the way.
    os.environ |= {"RAY_USAGE_STATS_ENABLED": "0", "RAY_ENABLE_AUTO_CONNECT": "0"}
    if local is not None:
        os.environ[_LOOPBACK_ALONE] = "0"
        # Else Ray would leave one in the home folder, which a cluster that is started later would take.
        os.environ |= {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
    ray = _ray()
    scratch = None
    options: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.CRITICAL}
    if local is None:
        options["address"] = work.address.running
    else:
        # Its logs name files; the usual folder could be read by others of this computer, and stays.
        # Names of sockets in it may have a hundred letters, and the folder of macOS for this has fifty.
        short = "/tmp" if os.name == "posix" else None
        remove_left_behind(_SCRATCH, short)
        scratch = str(scratch_folder(_SCRATCH, short))
        options |= {
            "address": "local",
            "num_cpus": local,
            "num_gpus": 0,
            "include_dashboard": False,
            "object_store_memory": _OBJECT_STORE_BYTES,
            "_temp_dir": scratch,
        }
    try:
        try:
            ray.init(**options)
        except Exception as error:
            raise ClusterError(_cannot_connect(work.address, error)) from error
        yield RayCluster(work)
    finally:
        with suppress(Exception):
            ray.shutdown()
        if scratch is not None:
            shutil.rmtree(scratch, ignore_errors=True)


def _cannot_connect(address: ClusterAddress, error: Exception) -> str:
    # Ray's own words go over many lines.
    reason = next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
    if address.running is None:
        return f"Ray cannot be started on this computer ({reason}). Scan without --cluster."
    if address.running == "auto":
        return (
            f"This computer belongs to no cluster ({reason}). Start one: ray start --head, or join one: "
            "ray start --address=HOST:6379"
        )
    return (
        f"{address.running}: the cluster cannot be reached ({reason}). This computer has to belong to it: "
        f"ray start --address={address.running}"
    )


def _ray() -> Any:
    try:
        import ray
    except ImportError as error:
        raise MissingDependencyError(
            'Not installed: ray. To share a scan among computers: pip install "organizer[cluster]"'
        ) from error
    return ray


class RayNodes:
    """The computers of the cluster that this process is connected to."""

    def __init__(self, bundle: Bundle, sampling: Sampling, maps: Sequence[NodePathMap]) -> None:
        """Take what they are told.

        Args:
            bundle: the model.
            sampling: how videos are sampled.
            maps: where they see folders of this computer.
        """
        self._ray = _ray()
        self._bundle = bundle
        self._sampling = sampling
        self._maps = tuple(maps)
        self._names: dict[str, str] = {}
        """By id."""
        self._senders = ThreadPoolExecutor(SENT_AT_ONCE, thread_name_prefix="send")
        self._closed = threading.Event()
        self._packing = threading.Lock()
        self._package: Any = None
        """The model in Ray's store: it goes once to each computer that needs it."""
        find = program_finder(distributions(bundle.backbone_kind.value))
        self._find = self._ray.remote(num_cpus=0, max_retries=0)(find)
        found = find()
        assert found is not None, "this is organizer"
        self._program = Program(*found)

    def there(self) -> Sequence[NodeInfo]:
        """See ``Nodes.there``."""
        found = []
        for node in self._ray.nodes():
            workers = int(node["Resources"].get("CPU", 0))
            if node["Alive"] and workers > 0:
                names = (node["NodeManagerHostname"], node["NodeManagerAddress"], node["NodeID"])
                found.append(NodeInfo(names[2], self._name(names[2], names[0]), names, workers))
        return found

    def _name(self, id_: str, hostname: str) -> str:
        """Return what a computer is called: several nodes may run on one."""
        if id_ not in self._names:
            used = set(self._names.values())
            numbered = (f"{hostname}-{number}" for number in range(2, len(used) + 3))
            self._names[id_] = next(name for name in (hostname, *numbered) if name not in used)
        return self._names[id_]

    def start(self, info: NodeInfo) -> RayNode:
        """See ``Nodes.start``."""
        from ray.exceptions import RayError, RayTaskError
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        on_it = NodeAffinitySchedulingStrategy(info.id, soft=False)
        actor = None
        try:
            self._check(info, self._wait_for(self._find.options(scheduling_strategy=on_it).remote()))
            actor = (
                self._ray.remote(Node)
                .options(
                    num_cpus=info.workers,
                    # Those that wait for a decoder, and a few that bring pieces of files.
                    max_concurrency=2 * info.workers + SENT_AT_ONCE,
                    scheduling_strategy=on_it,
                    max_restarts=0,
                )
                .remote(self._settings(info))
            )
            if not self._first_answer(actor.has_model.remote(), info):
                self._wait_for(actor.take_model.remote(self._packed()))
            workers = self._wait_for(actor.load.remote())
            if isinstance(workers, Broken):
                raise ClusterError(f"{info.name} takes no part: {workers.reason}")
        except RayTaskError as error:
            self._end(actor)
            raise ClusterError(f"{info.name} takes no part: {error.cause}") from error
        except RayError as error:
            self._end(actor)
            raise NodeGoneError(str(error)) from error
        except BaseException:
            self._end(actor)
            raise
        return RayNode(self._ray, actor, self._senders, workers, self._closed)

    def close(self) -> None:
        """See ``Nodes.close``."""
        self._closed.set()
        # Whoever sends sees that it is over; Ray may be shut down only then.
        self._senders.shutdown(wait=True, cancel_futures=True)

    def _wait_for(self, reference: Any) -> Any:
        return wait_for(self._ray, reference, self._closed)

    def _first_answer(self, reference: Any, info: NodeInfo) -> Any:
        """Wait for a computer to begin; it does when no other work of the cluster has its processors.

        Raises:
            ClusterError: it did not in time.
            NodeGoneError: nobody waits any more.
        """
        try:
            return wait_for(self._ray, reference, self._closed, within_s=_START_S)
        except TimeoutError as error:
            raise ClusterError(
                f"{info.name} takes no part: other work of the cluster has its processors. Scan again when "
                "that is done."
            ) from error

    def _end(self, actor: Any) -> None:
        if actor is not None:
            self._ray.kill(actor)

    def _check(self, info: NodeInfo, found: Any) -> None:
        if found is None:
            raise ClusterError(
                f"{info.name} takes no part: there is no organizer. Install the one of this computer there."
            )
        difference = self._program.difference(Program(*found))
        if difference is not None:
            raise ClusterError(
                f"{info.name} takes no part: {difference}. Features would differ; install the same there."
            )

    def _settings(self, info: NodeInfo) -> NodeSettings:
        return NodeSettings(
            name=info.name,
            names=info.names,
            workers=info.workers,
            model=self._bundle.name,
            digest=digest_of(self._bundle),
            sampling=self._sampling,
            maps=self._maps,
            zone=_zone(),
        )

    def _packed(self) -> Any:
        with self._packing:
            if self._package is None:
                self._package = self._ray.put(pack(self._bundle))
            return self._package


def _zone() -> str | None:
    from tzlocal import get_localzone_name

    try:
        name: str | None = get_localzone_name()
    except Exception:  # of several kinds, where the system is set up in no usual way
        return None
    return name
