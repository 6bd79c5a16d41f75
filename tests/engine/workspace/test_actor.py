"""The workspace as the orchestrator sees it."""

from __future__ import annotations

import os
import subprocess
import time

import pytest

from thea_code_system.actors.core.workspace_actor import WorkspaceActor
from thea_code_system.values.correction import Edit
from thea_code_system.values.outcome import SkipReason
from thea_code_system.values.patch import Patch
from thea_code_system.values.source import SourceFile
from thea_code_system.values.workspace import Write
from thea_code_system.workspace.walking import WalkOptions


class Tree:
    def __init__(self, root, cache):
        self.root, self.cache = root, cache

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        self.settle()

    def settle(self):
        past = time.time() - 10
        for folder, _, names in os.walk(self.root):
            for name in [".", *names]:
                os.utime(f"{folder}/{name}", (past, past))

    def actor(self):
        return WorkspaceActor(str(self.root), WalkOptions((".py",), exclude=(".git",)), self.cache)


@pytest.fixture
def tree(tmp_path):
    root = tmp_path / "project"
    root.mkdir()
    tree = Tree(root, tmp_path / "cache" / "cache.sqlite")
    tree.write("app/a.py", "import os\n")
    tree.write("app/b.py", "from app.a import os\n")
    return tree


async def test_what_was_read_once_is_known_by_its_stamp_to_the_next_process(tree):
    first = tree.actor()
    survey = await first.survey([str(tree.root)])
    assert [entry.digest for entry in survey.entries] == ["", ""]
    sources = await first.read(survey.entries)
    again = await tree.actor().survey([str(tree.root)])
    assert [entry.digest for entry in again.entries] == [source.digest for source in sources]


async def test_a_tree_is_unchanged_until_a_write(tree):
    actor = tree.actor()
    survey = await actor.survey([str(tree.root)])
    assert survey.manifest.holds()
    digest = SourceFile.digest_of(b"import os\n")
    (written,) = await actor.write([Write("app/a.py", digest, b"import re\n")])
    assert written.done
    assert not survey.manifest.holds()
    assert await actor.contents(["app/a.py", "gone.py"]) == {"app/a.py": b"import re\n"}
    assert (await actor.digests(["gone.py"])) == {"gone.py": ""}


async def test_facts_are_those_of_the_whole_tree_also_for_a_single_file(tree):
    actor = tree.actor()
    survey = await actor.survey([str(tree.root / "app/a.py")])
    assert [entry.path for entry in survey.entries] == ["app/a.py"]
    facts = await actor.facts(frozenset({"imports"}))
    assert facts.imported["app.a"] == {"os"}


async def test_what_this_run_writes_does_not_change_the_facts_of_the_tree(tree):
    actor = tree.actor()
    facts = await actor.facts(frozenset({"imports"}))
    data = (tree.root / "app/b.py").read_bytes()
    (written,) = await actor.write([Write("app/b.py", SourceFile.digest_of(data), b"x = 1\n")])
    assert written.done
    assert facts.imported["app.a"] == {"os"}


async def test_staged_texts_are_those_of_the_index_and_are_carried_to_the_working_tree(tree):
    def git(*arguments):
        subprocess.run(["git", *arguments], cwd=tree.root, check=True, capture_output=True)

    git("init", "-q")
    index = "import os\nimport re\nx = 1\ny = 2\nz = 3\n"
    tree.write("app/a.py", index)
    tree.write("app/bin.py", "a\0b")
    git("add", "-A")
    tree.write("app/a.py", "# more\n\n" + index.replace("z = 3", "z = 4"))
    actor = tree.actor()
    staged = {one.path: one for one in await actor.staged()}
    assert staged["app/a.py"].text == index
    assert staged["app/bin.py"].why is SkipReason.BINARY
    now = (await actor.contents(["app/a.py"]))["app/a.py"].decode()
    first, last = Edit(0, 10, ""), Edit(index.index("y"), index.index("y") + 1, "w")
    carried, lost = await actor.carry(index, now, [[first], [last]])
    assert Patch.rewrite(now, carried) == now.replace("import os\n", "")
    assert lost is None


async def test_a_cache_that_is_no_database_costs_nothing_but_time(tree, caplog):
    tree.cache.parent.mkdir()
    tree.cache.write_bytes(b"nothing of the kind" * 100)
    survey = await tree.actor().survey([str(tree.root)])
    assert len(survey.entries) == 2
    assert "starts anew" in caplog.text
