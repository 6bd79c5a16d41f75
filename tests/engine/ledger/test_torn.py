"""A run that is killed leaves files whole, and a ledger that the next run sets right."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from thea_code_system.values.correction import Edit, State

OLD, NEW = b"import os\nx = 1\n", b"x = 1\n"

SCRIPT = """
import asyncio, importlib.util, os, sys
from pathlib import Path

conftest, root, owner, step, at = sys.argv[1:]
spec = importlib.util.spec_from_file_location("desk", conftest)
desk = importlib.util.module_from_spec(spec)
spec.loader.exec_module(desk)
from thea_code_system.ledger.store import LedgerStore
from thea_code_system.values.correction import Edit
from thea_code_system.workspace import writing

calls = iter(range(1000))
parent = {"store": LedgerStore, "writer": writing.GroupedWriter}[owner]
method = getattr(parent, step)

def dying(*arguments, **options):
    if next(calls) == int(at):
        os._exit(9)
    return method(*arguments, **options)

static = isinstance(vars(parent)[step], staticmethod)
setattr(parent, step, staticmethod(dying) if static else dying)
writing.GroupedWriter.threads = 1
table = desk.Desk(Path(root))
files = {f"f{n}.py": [Edit(0, 10, "")] for n in range(4)}
asyncio.run(table.correct(files))
"""


def killed(root, owner, step, at):
    conftest = str(Path(__file__).with_name("conftest.py"))
    command = [sys.executable, "-c", textwrap.dedent(SCRIPT), conftest, str(root)]
    return subprocess.run([*command, owner, step, str(at)], check=False).returncode


@pytest.mark.parametrize(
    ("owner", "step", "at", "new"),
    [
        ("store", "_intend", 2, 0),
        ("writer", "write", 0, 0),
        ("writer", "_stage", 2, 0),
        ("writer", "_sync", 2, 0),
        ("writer", "_replace", 0, 0),
        ("writer", "_replace", 2, 2),
        ("store", "settle", 0, 4),
        ("store", "_settle", 2, 4),
        ("store", "finish", 0, 4),
    ],
)
async def test_killed_between_any_two_steps(desk, owner, step, at, new):
    for number in range(4):
        (desk.root / f"f{number}.py").write_bytes(OLD)
    assert killed(desk.root, owner, step, at) == 9
    names = [f"f{number}.py" for number in range(4)]
    now = [(desk.root / name).read_bytes() for name in names]
    assert now == [NEW] * new + [OLD] * (4 - new)
    torn = await desk.recover()
    assert bool(torn) == (step not in {"_intend", "finish"})
    assert await desk.ledger.torn() == ()
    assert not list(desk.root.glob(".*tmp"))
    (run,) = await desk.ledger.runs()
    assert run.changed == tuple(names[:new])
    details = await desk.ledger.run_details(run.id)
    states = [record.corrections[0].state for record in details]
    if step != "_intend":
        assert states == [State.APPLIED] * new + [State.REVERTED] * (4 - new)
    await desk.undo(run.id)
    assert {(desk.root / name).read_bytes() for name in names} == {OLD}


async def test_an_undo_that_was_killed_is_finished_by_the_next(desk):
    (desk.root / "f.py").write_bytes(OLD)
    run = await desk.correct({"f.py": [Edit(0, 10, "")]})
    disk = await desk.workspace.contents(await desk.ledger.undo_targets(run))
    plan = await desk.ledger.undo_plan(run, disk)
    await desk.ledger.intend(plan)
    await desk.workspace.write([change.write() for change in plan.changes])
    await desk.ledger.shutdown()  # killed before it could say that it was done
    assert [one.path for one in await desk.recover()] == ["f.py"]
    assert (await desk.ledger.runs())[0].changed == ()


@pytest.mark.parametrize("wrote", [True, False])
async def test_a_merging_undo_that_was_killed_is_finished_or_left_to_be_done_again(desk, wrote):
    lines = b"import os\nx = 1\ny = 2\nz = 3\n"
    (desk.root / "f.py").write_bytes(lines)
    run = await desk.correct({"f.py": [Edit(0, 10, "")]})
    mine = lines.replace(b"import os\n", b"").replace(b"z", b"mine")
    (desk.root / "f.py").write_bytes(mine)
    plan = await desk.ledger.undo_plan(run, {"f.py": mine})
    await desk.ledger.intend(plan)
    if wrote:
        await desk.workspace.write([change.write() for change in plan.changes])
    await desk.ledger.shutdown()
    assert [one.path for one in await desk.recover()] == ["f.py"]
    (record,) = await desk.ledger.run_details(run)
    assert (record.before == record.after) == wrote
    assert record.corrections[0].state is (State.REVERTED if wrote else State.APPLIED)
    assert (await desk.undo(run)).left == ()
    assert (desk.root / "f.py").read_bytes() == lines.replace(b"z", b"mine")


async def test_a_process_that_is_still_writing_is_not_taken_for_a_killed_one(desk, tmp_path):
    (desk.root / "f.py").write_bytes(OLD)
    run = await desk.ledger.begin_run("correct", "{}", "0.1.0")
    source, outcome = desk.outcome("f.py", [Edit(0, 10, "")])
    await desk.ledger.record(run, [outcome], {source.digest: OLD})
    other = type(desk)(desk.root)
    assert await other.ledger.torn() == ()
    await desk.ledger.settle(run, [])
    assert [one.path for one in await other.ledger.torn()] == ["f.py"]
    await other.ledger.shutdown()
