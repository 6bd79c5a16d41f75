"""What all files say is kept by stamp and brought up to date."""

from __future__ import annotations

import os
import pickle
import sqlite3
import time

import pytest

from thea_code_system.workspace.index import TreeIndex
from thea_code_system.workspace.names import TreeNames
from thea_code_system.workspace.reading import Reader
from thea_code_system.workspace.walking import Walker, WalkOptions

ALL = frozenset({"imports", "words", "configs"})


class CountingReader(Reader):
    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.paths = []

    def read(self, entries):
        self.paths += [entry.path for entry in entries]
        return super().read(entries)


class Project:
    def __init__(self, root):
        self.root = root
        self.walker = Walker(str(root), WalkOptions((".py", ".js")))
        self.reader = CountingReader(str(root), 1_000_000)
        self.index = TreeIndex(sqlite3.connect(":memory:"), str(root), self.reader)

    def write(self, **files):
        for name, text in files.items():
            path = self.root / f"{name.replace('__', '/')}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            past = time.time() - 10
            os.utime(path, (past, past))

    def facts(self, needs=ALL):
        entries = self.walker.survey([str(self.root)]).entries
        self.names = TreeNames(self.index, entries, needs)
        return self.index.facts(self.names, self.walker.configs(), needs)

    def ask(self):
        facts = self.facts()
        self.names.find()
        return facts


@pytest.fixture
def project(tmp_path):
    project = Project(tmp_path)
    project.write(
        app__x="import os\nSettings = 1\n",
        app__main="from app.x import os\nfrom . import x\nx.Settings\n",
        src__lib__thing="import app.x as y\ny.extra()\n",
    )
    (tmp_path / "app/__init__.py").write_text("")
    return project


def test_imports_of_all_files_are_merged_by_module(project):
    assert project.facts().imported["app.x"] == {"os", "Settings", "extra"}


def test_an_import_may_leave_out_folders_that_are_no_package(project):
    project.write(backend__core__models="", backend__core__use="from core.models import Thing\n")
    assert "Thing" in project.facts().imported["backend.core.models"]


def test_only_what_changed_is_read_again(project):
    project.ask()
    project.reader.paths.clear()
    project.ask()
    assert project.reader.paths in ([], ["app/__init__.py"])  # written this instant: racy
    project.write(app__main="from app.x import other\n")
    facts = project.ask()
    assert "app/main.py" in project.reader.paths
    assert "src/lib/thing.py" not in project.reader.paths
    assert facts.imported["app.x"] == {"other", "extra"}


def test_names_are_looked_for_when_somebody_asks_for_one(project):
    facts = project.facts()
    assert project.reader.paths == []
    assert facts.imported["app.x"] == {"os", "Settings", "extra"}
    assert "extra" in facts.words
    assert len(project.reader.paths) == 4  # each once, for both
    assert set(project.reader.paths) == {f"app/{name}.py" for name in ("__init__", "main", "x")} | {
        "src/lib/thing.py"
    }


def test_names_are_those_of_the_tree_as_it_was_found(project):
    project.write(one="recieve = 1\n", two="")
    facts = project.facts()
    project.names.hold(["app/main.py", "one.py"])
    project.write(app__main="from app.x import other\n", one="", two="adress = 1\n")
    assert facts.imported["app.x"] == {"os", "Settings", "extra"}
    assert {"recieve", "adress"} <= facts.words
    assert project.facts().imported["app.x"] == {"other", "extra"}
    assert "recieve" not in project.facts().words


def test_what_travels_is_complete(project):
    facts = project.facts()
    assert pickle.loads(pickle.dumps(facts)) == facts
    assert len(facts.imported) == len(list(facts.imported)) > 0
    assert len(facts.words) == len(list(facts.words)) > 0


def test_a_module_that_is_new_makes_reads_of_it_count(project):
    project.write(app__use="from app import late\nlate.name\n")
    assert "app.late" not in project.facts().imported
    project.write(app__late="name = 1\n")
    assert project.facts().imported["app.late"] == {"name"}


def test_a_deleted_file_no_longer_counts(project):
    project.facts()
    (project.root / "src/lib/thing.py").unlink()
    assert project.facts().imported["app.x"] == {"os", "Settings"}


def test_words_are_names_or_stand_in_the_tree_three_times(project):
    project.write(
        one="recieve_data = 1  # seperate adress\n",
        two="# adress teh adress wierd\n'seperate'\n",
    )
    words = project.facts().words
    assert {"recieve", "adress"} <= words
    assert words.isdisjoint({"seperate", "wierd"})


def test_first_party_names_are_those_that_imports_begin_with(project):
    project.write(backend__core__models="", script="")
    (project.root / "backend/core/__init__.py").write_text("")
    names = project.facts().first_party
    assert {"app", "core", "script"} <= names
    assert "models" not in names


def test_configurations_come_with_their_text(project):
    (project.root / "app/ruff.toml").write_text("line-length = 99\n")
    assert project.facts().tool_configs == {"app/ruff.toml": "line-length = 99\n"}
    assert project.facts(frozenset({"imports"})).tool_configs == {}


def test_a_known_stamp_tells_the_digest_and_a_changed_one_does_not(project):
    entries = project.walker.survey([str(project.root)]).entries
    sources = project.reader.read(entries)
    project.index.remember((e, s.digest) for e, s in zip(entries, sources, strict=True))
    project.write(app__x="changed = 1\n")
    again = project.index.recognise(project.walker.survey([str(project.root)]).entries)
    digests = {entry.path: entry.digest for entry in again}
    read = {source.path: source.digest for source in sources}
    assert digests["app/main.py"] == read["app/main.py"]
    assert digests["app/x.py"] == ""
