"""A project whose files are corrected by hand-made outcomes, through the real actors."""

from __future__ import annotations

import pytest

from thea_code_system.actors.core.ledger_actor import LedgerActor
from thea_code_system.actors.core.workspace_actor import WorkspaceActor
from thea_code_system.ledger.choice import Choice
from thea_code_system.values.correction import Correction, Edit, Safety, State
from thea_code_system.values.outcome import Clean, Corrected
from thea_code_system.values.patch import Patch
from thea_code_system.values.source import SourceFile
from thea_code_system.values.workspace import Write
from thea_code_system.workspace.walking import WalkOptions


class Desk:
    """A project root with a workspace and a ledger, used as the orchestrator uses them."""

    def __init__(self, root):
        self.root = root
        self.workspace = WorkspaceActor(str(root), WalkOptions((".py",)))
        self.ledger = LedgerActor(str(root))

    def outcome(self, path, edits, state=State.APPLIED):
        source = SourceFile.decode(path, (self.root / path).read_bytes())
        corrections = tuple(self.correction(source, edit, state) for edit in edits)
        if state is not State.APPLIED:
            return source, Clean(path, source.digest, corrections)
        text = Patch.rewrite(source.text, edits)
        after = SourceFile.digest_of(source.encode_text(text))
        return source, Corrected(path, source.digest, after, corrections)

    @staticmethod
    def correction(source, edit, state):
        rules = ("ruff/F401",)
        return Correction(
            Correction.identify(source.path, rules, source.digest, (edit,)),
            Correction.fingerprint_of(source.path, rules, source.text, (edit,)),
            rules,
            "message",
            (edit,),
            Safety.SAFE,
            0.97,
            state,
            evidence=(("tool", "ruff"),),
        )

    async def correct(self, files, state=State.APPLIED, write=True):
        """Run over files given as path and edits; the run's id."""
        run = await self.ledger.begin_run("correct", "{}", "0.1.0")
        made = [self.outcome(path, edits, state) for path, edits in files.items()]
        applied = write and state is State.APPLIED
        images = {source.digest: source.encode() for source, _ in made} if applied else {}
        await self.ledger.record(run, [outcome for _, outcome in made], images)
        writes = [
            Write(source.path, source.digest, self.bytes_of(source, outcome))
            for source, outcome in made
            if applied
        ]
        await self.ledger.settle(run, await self.workspace.write(writes))
        await self.ledger.finish_run(run, {"files": len(made)}, {"counters": {}})
        return run

    @staticmethod
    def bytes_of(source, outcome):
        edits = [edit for correction in outcome.corrections for edit in correction.edits]
        return source.encode_text(Patch.rewrite(source.text, edits))

    async def undo(self, run, **chosen):
        choice = Choice(**chosen)
        disk = await self.workspace.contents(await self.ledger.undo_targets(run, choice))
        return await self.carry_out(await self.ledger.undo_plan(run, disk, choice))

    async def accept(self, run, corrections):
        names = [record.path for record in await self.ledger.run_details(run)]
        disk = await self.workspace.contents(names)
        return await self.carry_out(await self.ledger.accept_plan(run, corrections, disk))

    async def carry_out(self, plan):
        await self.ledger.intend(plan)
        results = await self.workspace.write([change.write() for change in plan.changes])
        for change, result in zip(plan.changes, results, strict=True):
            await self.ledger.settle(change.run, [result])
        return plan

    async def recover(self):
        torn = await self.ledger.torn()
        if torn:
            disk = await self.workspace.digests([one.path for one in torn])
            await self.workspace.sweep([(one.path, one.planned) for one in torn])
            await self.ledger.recover(torn, disk)
        return torn


@pytest.fixture
async def desk(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    root = tmp_path / "project"
    root.mkdir()
    desk = Desk(root)
    (root / "a.py").write_bytes(b"import os\r\nimport sys\r\nx = 1\r\n")
    (root / "b.py").write_bytes(b"import re\ny = 2")
    yield desk
    await desk.ledger.shutdown()


FIRST, SECOND = Edit(0, 11, ""), Edit(11, 23, "")
