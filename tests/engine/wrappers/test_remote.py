"""What a worker may import from: nothing of the target's but this interpreter's own packages."""

from __future__ import annotations

import logging
import sys
import sysconfig
from pathlib import Path

from thea_code_system.wrappers.remote import RemoteActor


def test_an_environment_inside_the_project_is_still_imported_from(monkeypatch):
    installed = sysconfig.get_paths()["purelib"]
    project = Path(installed).parents[3]  # the folder that the environment lies in
    monkeypatch.setattr(sys, "path", ["", str(project), str(project / "src"), installed])
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        monkeypatch.setenv(name, "1")
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    try:
        RemoteActor(b"", "worker", "", (str(project),), level)
    finally:
        root.handlers[:] = handlers

    assert sys.path == [installed]
