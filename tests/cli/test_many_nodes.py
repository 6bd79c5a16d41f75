"""`thea correct --address` on three nodes that do not have the files which are corrected."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.ray, pytest.mark.skipif(sys.platform != "linux", reason="mounts")]
NODES = Path(__file__).parents[2] / "benchmarks" / "nodes.py"

GUARD = """
import os, sys

def guard(event, arguments):
    if event == "open" or event.startswith(("os.", "subprocess.", "sqlite3.", "shutil.")):
        for one in arguments[:3]:
            for text in one if isinstance(one, (list, tuple)) else [one]:
                text = os.fsdecode(text) if isinstance(text, (str, bytes)) else ""
                if text.startswith(TARGET):
                    descriptor = os.open(LOG, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
                    os.write(descriptor, f"{event} {text}\\n".encode())
                    os.close(descriptor)
                    raise PermissionError(f"{event}: {text} is not for workers")

TARGET, LOG = os.environ["GUARDED"], os.environ["GUARD_LOG"]
sys.addaudithook(guard)
"""

DRIVER = """
import asyncio, sys
from pathlib import Path
from thea_code_system.actors import placement
from thea_code_system.actors.core.correction_actor import CorrectionActor
from thea_code_system.wrappers.actor import remote_method

class NosyActor(CorrectionActor):
    @remote_method
    async def correct(self, batch):
        for source in batch:
            Path(self._context.root, source.path).read_bytes()
        return await super().correct(batch)

class SlowActor(CorrectionActor):
    @remote_method
    async def correct(self, batch):
        await asyncio.sleep(4)
        return await super().correct(batch)

def main(kind):
    class Pool(placement.ActorPool):
        def __init__(self, _, **options):
            super().__init__({"nosy": NosyActor, "slow": SlowActor}[kind], **options)

    from thea_cli.app import main
    placement.ActorPool = Pool
    main()

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    import driver  # workers must find the actors by their module
    driver.main(sys.argv.pop(1))
"""


class Nodes:
    """Nodes whose processes are told apart from the driver: they must leave a folder alone."""

    def __init__(self, folder, guarded, *kind):
        self.log = folder / "opened"
        guard = folder / "guard"
        guard.mkdir()
        guard.joinpath("sitecustomize.py").write_text(GUARD)
        token = folder / "token"
        token.touch(mode=0o600)
        token.write_text(secrets.token_hex(32))
        self.token = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN_PATH": str(token)}
        env = {
            **os.environ,
            **self.token,
            "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",  # on loopback only
            "RAY_USAGE_STATS_ENABLED": "0",
            "RAY_worker_niceness": "0",
            "PYTHONPATH": str(guard),
            "GUARDED": str(guarded),
            "GUARD_LOG": str(self.log),
        }
        apart = self.apart(guarded)
        may = subprocess.run([*apart, "true"], capture_output=True, check=False).returncode == 0
        self.process = subprocess.Popen(
            [*(apart if may else ()), sys.executable, str(NODES), *kind], env=env, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self.address = self.said("ADDRESS")[1]

    def apart(self, folder):
        """Run a command with a folder that is empty for it and all that it starts."""
        script = 'mount -t tmpfs none "$0" && exec "$@"'
        return ["unshare", "--mount", "sh", "-c", script, str(folder)]

    def said(self, word):
        return next(line.split() for line in self.process.stdout if line.startswith(word))

    def opened(self):
        return self.log.read_text().splitlines() if self.log.exists() else []

    def end(self):
        self.process.stdin.close()
        self.process.wait(60)


@pytest.fixture
def nodes(tree, tmp_path, request):
    kind = getattr(request, "param", ("fixed", "1", "2"))
    nodes = Nodes(tmp_path, tree.root, *kind)
    tree.env |= nodes.token
    yield nodes
    nodes.end()


@pytest.fixture
def drive(tree, tmp_path):
    """`thea` with other actors."""
    program = tmp_path / "driver.py"
    program.write_text(DRIVER)

    def driven(kind, *arguments):
        command = [sys.executable, program, kind, *arguments]
        return subprocess.run(
            command, cwd=tree.root, env=tree.env, capture_output=True, text=True, check=False
        )

    return driven


def outcomes(out):
    """What was said of each file: its status, and what became of each proposal."""
    return {
        file["path"]: (
            file["status"],
            sorted((one["state"], *one["rules"], one["message"]) for one in file["corrections"]),
        )
        for file in json.loads(out)["files"]
    }


def files(root):
    found = (path for path in root.rglob("*") if ".git" not in path.parts and path.is_file())
    return {str(path.relative_to(root)): path.read_bytes() for path in found
            if ".thea" not in path.parts}  # fmt: skip


@pytest.fixture
def project(tree):
    """One thing to correct for every tool, and for each a configuration of the project's own."""
    tree.put(
        unused=b"import os\nimport sys\n\nprint(sys.argv)\n",
        kept=b"import os\n",
        broken=b"def area(width, height):\n    return (width * height\n",
        typo=b"# We recieve the messages hereafer, and print them.\nprint(1)\n",
        pattern=b"def same(a):\n    return repr(str(a))\n",
    )
    write = {
        "ruff.toml": '[lint.per-file-ignores]\n"src/kept.py" = ["F401"]\n',
        "_typos.toml": '[default.extend-words]\nhereafer = "hereafer"\n',
        ".oxlintrc.json": '{"rules": {"no-debugger": "error"}}',
        "src/page.js": "function f() {\n  debugger;\n  return 1;\n}\nf();\n",
        "thea.toml": 'patterns = ["rules"]\n',
        "rules/legacy.yml": (
            "id: legacy\nlanguage: python\nrule: {pattern: repr(str($A))}\n"
            "fix: ascii($A)\nmessage: say it in one call\nseverity: warning\n"
        ),
    }
    for name, text in write.items():
        path = tree.root / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return tree


ALL = ("--trust", "--unsafe-fixes", "--min-confidence", "0.5", "--output-format", "json", ".")


def test_workers_without_the_files_do_what_one_process_does_which_has_them(
    project, nodes, tmp_path
):
    alone = shutil.copytree(project.root, tmp_path / "alone")
    many = project.root
    out, _ = project.thea("correct", "--workers", "3", "--address", nodes.address, *ALL)
    there = outcomes(out)
    assert "ray " in json.loads(out)["statistics"]["placement"]
    project.root = alone
    out, _ = project.thea("correct", *ALL)
    assert outcomes(out) == there
    assert files(many) == files(alone)
    states = {name: status for name, (status, _) in there.items()}
    changed = {
        f"src/{name}" for name in ("unused.py", "broken.py", "typo.py", "page.js", "pattern.py")
    }
    assert {name for name, status in states.items() if status == "corrected"} == changed
    assert states["src/kept.py"] == "clean"
    assert b"hereafer" in project.read("typo")
    assert nodes.opened() == []


def test_a_worker_that_opens_a_file_of_the_target_is_noticed(tree, nodes, drive):
    """What the test above rests on."""
    tree.put(unused=b"import os\n")
    done = drive("nosy", "correct", "--address", nodes.address, ".")
    assert done.returncode == 2, done.stderr
    assert f"open {tree.root}/src/unused.py" in nodes.opened()
    assert tree.read("unused") == b"import os\n"


@pytest.mark.slow
@pytest.mark.parametrize("nodes", [("growing", "2", "2")], indirect=True)
def test_a_cluster_grows_with_what_is_asked_for_and_the_run_uses_what_comes(tree, nodes, drive):
    tree.put(**{f"f{number:03}": b"import os\n" for number in range(300)})
    done = drive(
        "slow", "correct", "--workers", "6", "--address", nodes.address, "--select", "ruff", "."
    )
    assert done.returncode == 0, done.stderr
    assert {path.read_bytes() for path in (tree.root / "src").iterdir()} == {b""}
    actors = json.loads(tree.thea("stats", "--format", "json")[0])["actors"]
    busy = [one["name"] for one in actors if one["files"] and one["name"].startswith("correction")]
    assert len(busy) > 2, done.stderr
