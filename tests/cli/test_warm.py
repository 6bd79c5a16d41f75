"""A warm process answers for `thea correct`, and nobody could tell but by the time it takes."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from thea_cli.wire import Message

pytestmark = [
    pytest.mark.torch,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing is forked on Windows"),
]
CLIENT = [sys.executable, "-c", "from thea_cli.client import main; main()"]
COLD = [sys.executable, "-m", "thea_cli"]
UNUSED = "import os\n\nprint(1)\n"
BROKEN = "def f(a)\n    return a\n"


class Warm:
    """A user with a runtime folder of his own, and projects."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.runtime = Path(tempfile.mkdtemp(prefix="tw-", dir="/tmp"))  # a socket's path is short
        self.env = {
            **os.environ,
            "HOME": str(folder / "home"),
            "XDG_RUNTIME_DIR": str(self.runtime),
            "XDG_CACHE_HOME": str(folder / "cache"),
            "XDG_STATE_HOME": str(folder / "state"),
            "XDG_CONFIG_HOME": str(folder / "config"),
            "GIT_CONFIG_GLOBAL": os.devnull,
        }

    def project(self, name, **files):
        root = self.folder / name
        for path, text in {"thea.toml": "", **files}.items():
            place = root / path.replace("__", "/").replace("_py", ".py")
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text)
        return root

    def run(self, *arguments, cwd=None, program=CLIENT, **more):
        return subprocess.run(
            [*program, *map(str, arguments)],
            cwd=cwd or self.folder,
            env={**self.env, **more.pop("env", {})},
            input=more.pop("stdin", b""),
            capture_output=True,
            check=False,
            timeout=120,
            **more,
        )

    def begun(self, name, **files):
        """A project, and a run there that goes on until it is told which files to look at."""
        root = self.project(name, a_py=UNUSED, **files)
        os.mkfifo(root / "list")
        command = [*CLIENT, "correct", "--files-from", "list"]
        process = subprocess.Popen(command, cwd=root, env=self.env, stderr=subprocess.PIPE)
        while not (running := self.status()["running"]):
            time.sleep(0.05)
        return root, process, running[0]["pid"]

    def cluster(self, *arguments):
        return self.run("cluster", *arguments, program=COLD)

    def entered(self, root):
        """The corrections of the one run that was entered for a project."""
        history = ("history", "--format", "json")
        [run] = json.loads(self.run(*history, cwd=root, program=COLD).stdout)
        listed = self.run(*history, run["run"], "--all", cwd=root, program=COLD)
        return json.loads(listed.stdout)["files"]

    def status(self):
        return json.loads(self.cluster("status", "--format", "json").stdout)

    def end(self):
        status = self.status()
        self.cluster("down")
        shutil.rmtree(self.runtime)
        return status


@pytest.fixture(scope="module")
def warm(tmp_path_factory):
    one = Warm(tmp_path_factory.mktemp("warm"))
    done = one.cluster("up", "--idle-timeout", "10m")
    assert done.returncode == 0, done.stderr
    yield one
    one.end()


@pytest.fixture
def served(warm):
    """Asserts that the warm process has answered, and that nothing crashed in it."""
    before = warm.status()
    yield warm
    after = warm.status()
    assert after["served"] > before["served"]
    assert after["crashed"] == before["crashed"]


def plain(data):
    """Output without what differs from run to run: seconds, ids, numbers of actors, measures."""
    data = re.sub(rb'"statistics": .*', b"", data, flags=re.DOTALL)
    text = re.sub(rb"\d\d:\d\d:\d\d\.\d+", b"NOW", re.sub(rb"\d+\.\d\d s", b"S", data))
    text = re.sub(rb'"run": [^,\n]+', b"", text)
    return re.sub(rb"\b[0-9a-f]{8}\b|(?<=Actor-)\d+", b"ID", text)


def contents(root):
    return {
        str(path.relative_to(root)): (path.read_bytes(), path.stat().st_mode)
        for path in sorted(root.rglob("*"))
        if path.is_file() and ".thea" not in path.parts and ".git" not in path.parts
    }


SAMPLES = Path(__file__).parents[2] / "sample_repos"
SUPPRESSED = "import os  # thea: ignore[F401]\nimport sys\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ("--diff", "."),
        (".",),
        ("--check", "--output-format", "json", "."),
        (".", "--show-fixes", "--show-suggestions", "-v"),
        ("--output-format", "sarif", "-o", "report.sarif", "."),
        ("src/a.py", "--min-confidence", "0.99"),
        ("--help",),
        ("nothing.py",),
        ("--min-confidence", "2", "."),
    ],
    ids=" ".join,
)
def test_it_prints_returns_and_writes_what_a_cold_start_does(served, arguments):
    files = {"src__a_py": UNUSED, "src__b_py": BROKEN, "src__c_py": SUPPRESSED}
    both = [served.project(f"{kind}/project", **files) for kind in ("cold", "warm")]
    assert_alike(served, *both, *arguments)


@pytest.mark.parametrize("sample", [pytest.param("bookshop", marks=pytest.mark.slow), "storefront"])
def test_it_does_to_the_samples_what_a_cold_start_does(served, sample):
    both = [served.folder / kind / "project" for kind in ("cold", "warm")]
    for root in both:
        shutil.copytree(SAMPLES / sample, root)
        subprocess.run(["git", "init", "-q", root], check=True)
    assert_alike(served, *both, ".", "--show-suggestions", kept=True)


def assert_alike(served, cold, warm, *arguments, kept=False):
    """Output, exit code, files and, where asked for, what was entered are the same."""
    apart = served.run("correct", *arguments, cwd=cold, env={"XDG_RUNTIME_DIR": ""})
    together = served.run("correct", *arguments, cwd=warm)
    assert together.returncode == apart.returncode
    there, here = str(cold).encode(), str(warm).encode()
    assert plain(together.stdout).replace(here, there) == plain(apart.stdout)
    assert plain(together.stderr).replace(here, there) == plain(apart.stderr)
    assert contents(warm).keys() == contents(cold).keys()
    for path, found in contents(cold).items():
        assert plain(contents(warm)[path][0]).replace(here, there) == plain(found[0])
        assert contents(warm)[path][1] == found[1]
    if kept:
        assert served.entered(warm) == served.entered(cold) != []
    shutil.rmtree(cold.parent)
    shutil.rmtree(warm.parent)


def test_standard_input_is_the_clients(served):
    root = served.project("stdin")
    done = served.run("correct", "-", cwd=root, stdin=UNUSED.encode())
    assert done.stdout == b"\nprint(1)\n"


def test_environment_and_umask_are_the_clients(served):
    root = served.project("mask", a_py=UNUSED)
    env = {"THEA_CONFIDENCE_THRESHOLD": "0.999", "THEA_NONSENSE": "1"}
    done = served.run("correct", ".", cwd=root, env=env, umask=0o027)
    assert b"THEA_NONSENSE sets nothing" in done.stderr
    assert (root / "a.py").read_text() == UNUSED, "no correction is that sure"
    assert b"\033[" in served.run("correct", "--diff", cwd=root, env={"FORCE_COLOR": "1"}).stdout
    report = root / "report.json"
    served.run("correct", "--log-file", report, cwd=root, umask=0o027)
    assert stat.S_IMODE(report.stat().st_mode) == 0o640


def test_modules_of_the_target_are_not_imported(served):
    traps = {f"{name}_py": "open('sprung', 'w')" for name in ("torch", "json", "wave", "sqlite3")}
    root = served.project("traps", a_py=UNUSED, **traps)
    assert served.run("correct", "a.py", cwd=root).returncode == 0
    assert (root / "a.py").read_text() == "\nprint(1)\n"
    assert not (root / "sprung").exists()


def test_a_run_can_be_interrupted(served):
    _, process, _ = served.begun("slow")
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert b"interrupted" in err


def test_what_a_client_leaves_behind_ends(warm):
    _, process, _ = warm.begun("left")
    process.kill()
    process.communicate()
    limit = time.monotonic() + 20
    while warm.status()["running"] and time.monotonic() < limit:
        time.sleep(0.05)
    assert not warm.status()["running"]


def test_a_crash_is_said_and_the_run_starts_by_itself(warm):
    root, process, forked = warm.begun("crash")
    os.kill(forked, signal.SIGKILL)
    while warm.status()["running"]:
        time.sleep(0.05)
    (root / "list").write_text("a.py\n")
    _, err = process.communicate(timeout=60)
    assert err.startswith(b"warning: the warm process ended early; starting without it\n")
    assert process.returncode == 0
    assert (root / "a.py").read_text() == "\nprint(1)\n"


def test_socket_and_token_are_this_users_alone(warm):
    (folder,) = warm.runtime.iterdir()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for path in folder.iterdir():
        assert not stat.S_IMODE(path.stat().st_mode) & 0o077, path


@pytest.mark.parametrize(
    "message",
    [
        b"", b"\0\0\0\1x", b"\xff" * 64, b"\0\0\0\x08\0\0\0\xffabcd",
        Message.packed([b"0" * 64, b"run"]), Message.packed([b"0" * 64, b"down"]),
    ],
)  # fmt: skip
def test_who_does_not_know_the_token_gets_no_answer(warm, message):
    (path,) = warm.runtime.glob("thea/*.sock")
    with socket.socket(socket.AF_UNIX) as link:
        link.connect(str(path))
        link.sendall(message)
        link.shutdown(socket.SHUT_WR)
        link.settimeout(20)
        assert link.recv(10) == b""
    assert warm.status()["pid"]


def test_what_is_up_is_not_started_again(warm):
    pid = warm.status()["pid"]
    done = warm.cluster("up")
    assert done.returncode == 0
    assert f"runs already: process {pid}".encode() in done.stdout
    assert warm.status()["pid"] == pid


def test_the_status_names_every_process_with_its_memory_and_what_does_the_work(warm):
    status = warm.status()
    assert set(status["versions"]) == {"torch", "ray", "ruff", "oxlint", "typos", "ast-grep"}
    assert status["answers"]
    assert any("raylet" in one["title"] for one in status["ray"])
    for one in (status, *status["waiting"], *status["ray"]):
        os.kill(one["pid"], 0)  # it is there
        assert one["memory"] >= 0
    assert status["memory"] > 50e6, "torch is loaded"
    told = warm.cluster("status").stdout.decode()
    rows = dict(line.split(maxsplit=1) for line in told.splitlines())
    assert status["cluster"] in rows["ray"]
    assert all(f"process {one['pid']}" in rows["waiting"] for one in status["waiting"])


@pytest.mark.slow
def test_a_socket_that_nobody_listens_on_is_no_obstacle(tmp_path):
    one = Warm(tmp_path)
    root = one.project("stale", a_py=UNUSED)
    try:
        assert one.cluster("status").returncode == 1
        assert b"Nothing runs" in one.cluster("down").stdout
        one.cluster("up", "--idle-timeout", "10m")
        os.kill(one.status()["pid"], signal.SIGKILL)
        limit = time.monotonic() + 10
        while one.status() and time.monotonic() < limit:
            time.sleep(0.05)
        assert list(one.runtime.glob("thea/*.sock"))
        done = one.run("correct", cwd=root)
        assert done.returncode == 0
        assert b"warning" not in done.stderr
        assert one.cluster("up", "--idle-timeout", "1s").returncode == 0
        time.sleep(1)
        limit = time.monotonic() + 20
        while one.status() and time.monotonic() < limit:
            time.sleep(0.2)
        assert not list(one.runtime.glob("thea/*.sock")), "it had nothing to do for a second"
    finally:
        one.end()


def test_a_folder_of_somebody_elses_is_not_used(tmp_path):
    one = Warm(tmp_path)
    (one.runtime / "thea").mkdir(mode=0o755)
    (one.runtime / "thea").chmod(0o755)
    done = one.cluster("up")
    assert done.returncode == 2
    assert b"not a folder of yours alone" in done.stderr
    one.end()


@pytest.mark.slow
def test_a_user_can_have_it_started_after_a_cold_run(tmp_path):
    one = Warm(tmp_path)
    root = one.project("auto", a_py=UNUSED)
    try:
        done = one.run("correct", cwd=root, env={"THEA_AUTO_START": "true"})
        assert done.returncode == 0
        limit = time.monotonic() + 60
        while not one.status() and time.monotonic() < limit:
            time.sleep(0.2)
        one.run("correct", cwd=root, env={"THEA_AUTO_START": "true"})
        assert one.status()["served"] == 1
    finally:
        one.end()


@pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux's")
def test_a_large_tree_is_watched_and_what_changes_in_it_is_found(served):
    files = {f"module{number}_py": "print(1)\n" for number in range(600)}
    root = served.project("large", **files)
    time.sleep(0.05)  # files within a tick of the clock prove nothing
    limit = time.monotonic() + 60
    while not served.status()["watched"]:  # after a run that has found nothing changed
        assert time.monotonic() < limit
        assert served.run("correct", cwd=root).returncode == 0
    assert served.run("correct", cwd=root).returncode == 0
    (root / "module7.py").write_text(UNUSED)
    found = served.run("correct", "--check", cwd=root)
    assert found.returncode == 1, found.stderr
    assert b"module7.py" in found.stdout
    assert served.run("correct", cwd=root).returncode == 0
    assert "import" not in (root / "module7.py").read_text()


@pytest.mark.ray
@pytest.mark.slow
def test_a_run_with_workers_joins_its_cluster(served):
    root = served.project("ray", **{f"f{number}_py": UNUSED for number in range(20)})
    address = served.status()["cluster"]
    done = served.run("correct", "--workers", "2", "--log-file", "log", cwd=root)
    assert done.returncode == 0
    assert f"ray {address}" in (root / "log").read_text()
    assert (root / "f0.py").read_text() == "\nprint(1)\n"
    assert served.status()["cluster"] == address, "it is still there"
