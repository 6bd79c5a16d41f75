"""A local cluster: loopback only, with a token, off the target's folders, gone at the end."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from thea_code_system.errors import ClusterError
from thea_code_system.wrappers import Actor, Cluster, create_actor, remote_method

pytestmark = pytest.mark.ray
LISTENING = "0A"
TRAPS = ("torch", "json", "wave", "typing_extensions", "thea_code_system")

DRIVER = """
import asyncio, os, sys, time
from pathlib import Path
from thea_code_system.wrappers import Actor, ActorPool, Cluster, remote_method

class Importer(Actor):
    @remote_method
    async def imports(self, name):
        module = __import__(name)
        return str(getattr(module, "__file__", "")), [path for path in sys.path]

async def main(address, ending):
    cluster = Cluster(hidden=(Path.cwd(),))
    await (cluster.join(address) if address else cluster.start(workers=1))
    async with ActorPool(Importer, 1) as pool:
        for name in ("wave", "json", "typing_extensions"):
            file, path = await pool.submit("imports", name)
            print("IMPORTED", name, file, os.getcwd() in path, flush=True)
        print("READY", cluster.process_group, cluster.directory, flush=True)
        if ending == "wait":
            await asyncio.sleep(120)
    if ending == "leave":
        await cluster.leave()

if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
"""


class Processes:
    """What /proc says about the processes of a session."""

    def of_session(self, session):
        found = []
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = path.read_text().rpartition(")")[2].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if int(fields[3]) == session and fields[0] != "Z":
                found.append(int(path.parent.name))
        return found

    def wait_for_none(self, session, seconds):
        limit = time.monotonic() + seconds
        while self.of_session(session) and time.monotonic() < limit:
            time.sleep(0.05)
        return [Path(f"/proc/{pid}/cmdline").read_text()[:80] for pid in self.of_session(session)]

    def listeners(self, pids):
        inodes = {inode for pid in pids for inode in self.sockets(pid)}
        for table in ("tcp", "tcp6"):
            for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
                fields = line.split()
                if fields[3] == LISTENING and fields[9] in inodes:
                    yield self.host(fields[1].partition(":")[0])

    def sockets(self, pid):
        for entry in Path(f"/proc/{pid}/fd").iterdir():
            try:
                target = str(entry.readlink())
            except FileNotFoundError:
                continue
            if target.startswith("socket:["):
                yield target[8:-1]

    def host(self, text):
        words = [bytes.fromhex(text[at : at + 8])[::-1] for at in range(0, len(text), 8)]
        family = socket.AF_INET if len(words) == 1 else socket.AF_INET6
        return socket.inet_ntop(family, b"".join(words))


class Greeter(Actor):
    @remote_method
    async def greet(self):
        return "hello"


@pytest.fixture
def trapped(tmp_path):
    """A folder of modules that leave a trace when they are imported, and a driver to run in it."""
    for name in TRAPS:
        (tmp_path / f"{name}.py").write_text(
            f"open({str(tmp_path / 'sprung')!r}, 'a').write({name!r})\nraise SystemExit(3)\n"
        )
    driver = tmp_path.parent / f"{tmp_path.name}-driver" / "driver.py"
    driver.parent.mkdir()
    driver.write_text(DRIVER)
    return tmp_path, driver


def start(trapped, address="", ending="wait", **environment):
    folder, driver = trapped
    return subprocess.Popen(
        [sys.executable, str(driver), address, ending],
        cwd=folder,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        text=True,
    )


def said(process):
    """Return what the driver says until it is ready."""
    lines = []
    for line in process.stdout:
        lines.append(line.split())
        if line.startswith("READY"):
            return lines
    raise AssertionError(f"the driver ended with {process.wait()}: {lines}")


def check_traps(lines, folder):
    imported = [line for line in lines if line[0] == "IMPORTED"]
    assert [line[1] for line in imported] == ["wave", "json", "typing_extensions"]
    for _, _, file, folder_is_on_the_path in imported:
        assert not file.startswith(str(folder))
        assert folder_is_on_the_path == "False"
    assert not (folder / "sprung").exists()


async def test_everything_listens_on_loopback_only(cluster):
    await create_actor(Greeter).greet()
    processes = Processes()
    pids = processes.of_session(cluster.process_group)
    assert len(pids) >= 4
    hosts = set(processes.listeners([*pids, os.getpid()]))
    assert hosts
    assert hosts <= {"127.0.0.1", "::1", "::ffff:127.0.0.1"}


def test_the_directory_and_the_token_are_private(cluster):
    assert stat.S_IMODE(cluster.directory.stat().st_mode) == 0o700
    assert stat.S_IMODE((cluster.directory / "token").stat().st_mode) == 0o600


def test_the_handlers_of_signals_are_the_drivers_own(cluster):
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
    ignored = signal.SIG_IGN  # by the shell, where the tests run in its background
    assert signal.getsignal(signal.SIGINT) in {signal.default_int_handler, ignored}
    status = Path("/proc/self/status").read_text()
    caught = int(re.search(r"SigCgt:\s*(\w+)", status)[1], 16)
    assert not caught & 1 << (signal.SIGTERM - 1), "something below Python catches SIGTERM"


async def test_a_second_cluster_is_refused(cluster):
    with pytest.raises(ClusterError, match="is connected to the cluster"):
        await Cluster().start(workers=1)


def test_a_joined_cluster_needs_its_token_keeps_off_the_target_and_goes_on(cluster, trapped):
    token = {"RAY_AUTH_TOKEN_PATH": str(cluster.directory / "token")}
    process = start(trapped, cluster.address, "leave", **token)
    check_traps(said(process), trapped[0])
    assert process.wait(20) == 0
    assert asyncio.run(create_actor(Greeter).greet()) == "hello"


def test_a_dead_address_is_an_error_within_a_second(cluster):
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{bound.getsockname()[1]}"
        program = (
            "import asyncio, sys, time\n"
            "from thea_code_system.wrappers import Cluster\n"
            "started = time.perf_counter()\n"
            "try:\n"
            "    asyncio.run(Cluster().join(sys.argv[1]))\n"
            "except Exception as error:\n"
            "    print(type(error).__name__, time.perf_counter() - started)\n"
        )
        told = subprocess.run(
            [sys.executable, "-c", program, address], capture_output=True, text=True, check=True
        )
    name, seconds = told.stdout.split()
    assert name == "ClusterError"
    assert float(seconds) < 1.5


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["leave", "exit"])
def test_a_local_cluster_keeps_off_the_target_and_leaves_nothing(trapped, ending):
    process = start(trapped, ending=ending)
    lines = said(process)
    check_traps(lines, trapped[0])
    _, group, directory = lines[-1]
    assert process.wait(20) == 0
    assert Processes().wait_for_none(int(group), 1.0) == []
    assert not Path(directory).exists()


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_five_seconds_after_the_driver_was_ended(trapped, number):
    process = start(trapped)
    _, group, directory = said(process)[-1]
    assert len(Processes().of_session(int(group))) >= 4
    process.send_signal(number)
    assert Processes().wait_for_none(int(group), 5.0) == []
    process.wait(5)
    assert not Path(directory).exists()
