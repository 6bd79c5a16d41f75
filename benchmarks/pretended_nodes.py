"""What Ray's autoscaler of `nodes.py growing` starts its nodes with, on this machine."""

from ray.autoscaler._private.fake_multi_node.node_provider import FakeMultiNodeProvider


class NothingToDo:
    """In the place of a shell on a new machine: these nodes are ready as they are."""

    def run(self, *_, **__):
        return b""

    run_init = run_rsync_up = run_rsync_down = run


class PretendedNodes(FakeMultiNodeProvider):
    """Ray's own, which takes nodes with memory for a mistake, and would set them up by ssh."""

    def create_node_with_resources_and_labels(self, node_config, tags, count, resources, labels):
        resources = {name: amount for name, amount in resources.items() if name != "memory"}
        super().create_node_with_resources_and_labels(node_config, tags, count, resources, labels)

    def set_node_tags(self, node_id, tags):
        with self.lock:
            self._nodes[node_id]["tags"].update(tags)

    def get_command_runner(self, *_, **__):
        return NothingToDo()
