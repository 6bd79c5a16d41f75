"""What a loaded edit model costs: time, memory of its own, memory shared with a twin. Linux only.

    python benchmarks/model_memory.py [--model DIR]

Two processes load the model; torch and the model's modules are there already. Prints how long that
takes one of them, digest included, what it then has to itself for the model (unique set size), and
how much of the weights file it shares with the other.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import time
from pathlib import Path


class Twin:
    """One of two processes: tells what it holds before and after loading, while both live."""

    def __init__(self, folder):
        self._folder = folder

    def run(self):
        import torch

        from thea_code_system.models import checkpoint, editor, network, ranking  # noqa: F401
        from thea_code_system.models.shelf import ModelShelf

        torch.set_num_threads(1)
        alone, wall, processor = self.unique(), time.perf_counter(), time.process_time()
        model = ModelShelf(self._folder).model()
        print(time.perf_counter() - wall, time.process_time() - processor, flush=True)
        sys.stdin.readline()  # both have loaded
        print(self.unique() - alone, self.shared(), flush=True)
        sys.stdin.readline()  # both have looked
        del model

    @staticmethod
    def unique():
        """Bytes that are this process's alone."""
        rollup = Path("/proc/self/smaps_rollup").read_text("ascii")
        return sum(int(n) for n in re.findall(r"Private_\w+:\s+(\d+)", rollup)) * 1024

    @staticmethod
    def shared():
        """Bytes of the weights file that another process maps, too."""
        maps = re.split(r"\n(?=[0-9a-f]+-[0-9a-f]+ )", Path("/proc/self/smaps").read_text("utf-8"))
        mine = "".join(one for one in maps if "weights.safetensors" in one.partition("\n")[0])
        return sum(int(n) for n in re.findall(r"Shared_\w+:\s+(\d+)", mine)) * 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model")
    parser.add_argument("--twin", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.twin:
        Twin(options.model).run()
        return
    asked = [sys.executable, __file__, "--twin"]
    asked += ["--model", options.model] if options.model else []
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    twins = [subprocess.Popen(asked, **pipes) for _ in range(2)]
    answers = []
    for _ in range(2):
        said = [twin.stdout.readline().split() for twin in twins]
        answers += said[0]
        for twin in twins:
            twin.stdin.write("\n")
            twin.stdin.flush()
    for twin in twins:
        twin.communicate()
    wall, processor, own, shared = map(float, answers)
    print(f"loading:    {wall:.2f} s, {processor:.2f} s of a processor")
    print(f"its own:    {own / 2**20:.1f} MiB")
    print(f"shared:     {shared / 2**20:.1f} MiB")


if __name__ == "__main__":
    main()
