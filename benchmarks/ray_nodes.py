"""Ray's own cluster for tests, with nodes that are killed."""

from __future__ import annotations

import random


class Nodes:
    """Several nodes on this computer with a processor each; the command runs on the first."""

    def __init__(self, nodes: int) -> None:
        from ray.cluster_utils import Cluster

        self._cluster = Cluster(
            initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False}
        )
        self._most = nodes
        self.fill()

    @property
    def options(self) -> tuple[str, str]:
        """How a command shares its work among them."""
        return "--cluster", self._cluster.address

    def fill(self) -> None:
        """Put new nodes in the place of those that were killed."""
        while len(self._cluster.list_all_nodes()) < self._most:
            self._cluster.add_node(num_cpus=1)
        self._cluster.wait_for_nodes()

    def kill_one(self, chance: random.Random) -> bool:
        """End a node but the first, with all its processes, by SIGKILL; False where there is no other."""
        nodes = [node for node in self._cluster.list_all_nodes() if node is not self._cluster.head_node]
        if nodes:
            self._cluster.remove_node(chance.choice(nodes), allow_graceful=False)
        return bool(nodes)

    def close(self) -> None:
        """End them all."""
        self._cluster.shutdown()
