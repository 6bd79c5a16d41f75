"""Ray clusters of several nodes on this machine, for tests and benchmarks.

python nodes.py fixed CPUS NODES       a head that takes no actors, and nodes beside it
python nodes.py growing CPUS NODES     a head, and an autoscaler that adds nodes when asked for

Each says its address, and ends with its input. Each line of the input takes a node away, at once.
"""

import json
import os
import socket
import sys
import tempfile
from pathlib import Path

from thea_code_system.wrappers.platform import Platform

STORE = 100 << 20
HEAD = f"{'f' * 51}00000"  # the id by which Ray's provider of pretended nodes knows the head


class Fixed:
    """Nodes that are there from the beginning."""

    def __init__(self, cpus, count):
        from ray.cluster_utils import Cluster

        head = {"num_cpus": 0, "include_dashboard": False, "object_store_memory": STORE}
        self.cluster = Cluster(initialize_head=True, head_node_args=head)
        self.nodes = [
            self.cluster.add_node(num_cpus=cpus, object_store_memory=STORE) for _ in range(count)
        ]
        self.cluster.wait_for_nodes()
        self.address = self.cluster.address

    def remove(self):
        self.cluster.remove_node(self.nodes.pop(), allow_graceful=False)

    def end(self):
        self.cluster.shutdown()


class Growing:
    """A head, and Ray's own autoscaler, whose provider starts nodes here.

    `ray.cluster_utils.AutoscalingCluster` would end every Ray on the machine before it starts.
    """

    def __init__(self, cpus, count):
        os.environ |= {
            "RAY_FAKE_CLUSTER": "1",
            "PYTHONPATH": os.pathsep.join(
                [str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")]
            ),
            "AUTOSCALER_UPDATE_INTERVAL_S": "1",
            "RAY_CLOUD_INSTANCE_ID": HEAD,
            "RAY_OVERRIDE_NODE_ID_FOR_TESTING": HEAD,
        }
        from ray._private.node import Node
        from ray._private.parameter import RayParams

        self.folder = tempfile.TemporaryDirectory(prefix="nodes-", dir="/tmp")
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        plan = Path(self.folder.name, "autoscaling.json")
        plan.write_text(json.dumps(self.plan(f"127.0.0.1:{port}", cpus, count)))
        parameters = RayParams(
            num_cpus=cpus,
            gcs_server_port=port,
            temp_dir=f"{self.folder.name}/ray",
            object_store_memory=STORE,
            include_dashboard=False,
            autoscaling_config=str(plan),
        )
        self.node = Node(parameters, head=True, shutdown_at_exit=False, spawn_reaper=True)
        self.address = self.node.gcs_address

    @staticmethod
    def plan(address, cpus, count):
        worker = {"CPU": cpus, "memory": 4 << 30, "object_store_memory": STORE}
        commands = (
            "setup",
            "head_setup",
            "worker_setup",
            "head_start_ray",
            "worker_start_ray",
            "initialization",
        )
        return {
            "cluster_name": "pretended",
            "max_workers": count,
            "idle_timeout_minutes": 60,
            "upscaling_speed": 10.0,
            "provider": {
                "type": "external",
                "module": "pretended_nodes.PretendedNodes",
                "head_node_id": HEAD,
                "gcs_address": address,
                "launch_multiple": True,
                "use_node_id_as_ip": True,
            },
            "head_node_type": "ray.head.default",
            "available_node_types": {
                "ray.head.default": {
                    "resources": {"CPU": cpus},
                    "node_config": {},
                    "max_workers": 0,
                },
                "worker": {"resources": worker, "node_config": {}, "max_workers": count},
            },
            # What follows is for nodes that have to be set up; it only has to be there.
            "auth": {"ssh_user": "nobody"},
            "docker": {},
            "file_mounts": {},
            "file_mounts_sync_continuously": False,
            **{f"{one}_commands": [] for one in commands},
            **{key: [] for key in ("cluster_synced_files", "rsync_exclude", "rsync_filter")},
        }

    def remove(self):
        raise NotImplementedError("the autoscaler owns these nodes")

    def end(self):
        Platform().kill(Platform().descendants(os.getpid()))  # also what the autoscaler started
        self.folder.cleanup()


def main(kind, cpus, count):
    os.chdir("/")
    nodes = {"fixed": Fixed, "growing": Growing}[kind](int(cpus), int(count))
    print("ADDRESS", nodes.address, flush=True)
    for _ in sys.stdin:
        nodes.remove()
        print("REMOVED", flush=True)
    nodes.end()


if __name__ == "__main__":
    main(*sys.argv[1:])
