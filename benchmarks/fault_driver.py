"""`thea`, run by the fault scenarios: slow enough to be hit, with short deadlines.

Started as `python fault_driver.py FOLDER DEADLINE [ARGUMENT]...`. Workers note their process id and
their batch in FOLDER before they begin it.
"""

import asyncio
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

from thea_code_system.actors.core.correction_actor import CorrectionActor
from thea_code_system.wrappers.actor import remote_method

SECONDS = 0.4  # that a batch takes at least


class WatchedActor(CorrectionActor):
    """A correction actor that says what it is doing, and that a certain file kills."""

    NOTES = ""

    def __init__(self, context, device=None, notes=""):
        super().__init__(context, device)
        self._notes = Path(notes)

    @remote_method
    async def correct(self, batch):
        paths = [source.path for source in batch]
        note = self._notes.joinpath(f"{os.getpid()}-{paths[0].replace('/', '_')}")
        note.write_text("\n".join(paths), encoding="utf-8")
        await asyncio.sleep(SECONDS)
        if any("poison" in path for path in paths):
            os.kill(os.getpid(), signal.SIGKILL)
        return await super().correct(batch)


class Driver:
    """Puts the watched actor in the place of the real one, and runs the command line."""

    def __init__(self, notes, deadline):
        self.notes, self.deadline = notes, deadline

    def run(self, arguments):
        """The product's own entry point."""
        from thea_cli.app import main
        from thea_code_system.actors import placement, run
        from thea_code_system.wrappers import pool

        pool.DEADLINE = self.deadline
        run.WRITE_BATCH = 16
        placement.CorrectionActor = WatchedActor
        notes, asked = self.notes, placement.RunPlacement.pool

        class WatchedPool(placement.ActorPool):
            def __init__(self, _, *, args, **options):
                super().__init__(WatchedActor, args=(*args, notes), **options)

        placement.ActorPool = WatchedPool
        if os.environ.get("FAULT_FILL"):
            placement.RunPlacement.pool = self._filling(asked)
        sys.argv = ["thea", *arguments]
        main()

    @staticmethod
    def _filling(asked):
        async def pool(placement, *arguments, **options):
            import numpy as np
            import ray

            made = await asked(placement, *arguments, **options)
            held = []
            with suppress(ray.exceptions.RayError):  # it and the disk that it spills to are full
                for _ in range(12):  # three times what the store holds, the first of it pinned
                    held.append(ray.put(np.zeros(64 << 20, dtype=np.uint8)))
                    if len(held) < 4:
                        held.append(ray.get(held[-1]))
            made.held = held
            return made

        return pool


if __name__ == "__main__":
    notes, deadline, *rest = sys.argv[1:]
    sys.path.insert(0, str(Path(__file__).parent))
    from fault_driver import Driver as Imported  # workers must find the actor by its module

    Imported(notes, float(deadline)).run(rest)
