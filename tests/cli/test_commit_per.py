"""`thea correct --commit-per`: Thea's changes in commits of their own, and nobody else's."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.torch

BOTH = b'import os\nimport sys\n\nprint(sys.argv, f"x")\n'
ONE = b"import os\n\nprint(1)\n"
HEALTHY = b"print('fine')\n"


@pytest.fixture
def tree(tree):
    tree.git("config", "user.name", "Ada")
    tree.git("config", "user.email", "ada@example.org")
    tree.put(a=BOTH, b=ONE, c=HEALTHY)
    tree.git("add", ".")
    tree.git("commit", "-qm", "first")
    return tree


def log(tree, *arguments):
    return tree.git("log", "--reverse", "first..", *arguments).splitlines()


@pytest.fixture
def first(tree):
    tree.git("tag", "first")
    return tree


def test_a_run_is_one_commit_that_names_its_rules(first):
    out, err = first.correct("--commit-per", "run", "--output-format", "json")
    (name,) = json.loads(out)["statistics"]["commits"]
    assert name == first.git("rev-parse", "HEAD").strip()
    assert f"Made commit {name[:10]}" in err
    run = json.loads(out)["run"]
    assert first.git("log", "-1", "--format=%an <%ae>%n%B").strip() == (
        "Ada <ada@example.org>\nCorrect ruff/F401, ruff/F541 in 2 files\n\n"
        f"ruff/F401: 2\nruff/F541: 1\n\nThea-Run: {run}"
    )
    assert first.git("status", "--porcelain") == ""
    assert first.git("diff-files") == ""
    assert sorted(first.git("show", "--format=", "--name-only").split()) == ["src/a.py", "src/b.py"]
    assert first.git("rev-parse", "HEAD~") == first.git("rev-parse", "first")
    assert "thea: Correct" in first.git("reflog", "-1")
    first.git("fsck", "--strict")


def test_each_rule_is_a_commit_and_reverting_one_keeps_the_other(first):
    first.correct("--commit-per", "rule")
    assert log(first, "--format=%s") == [
        "Correct ruff/F401 in 2 files",
        "Correct ruff/F541 in src/a.py",
    ]
    middle = first.git("show", "HEAD~:src/a.py").encode()
    assert middle == BOTH.replace(b"import os\n", b"")
    assert first.git("show", "HEAD:src/a.py").encode() == first.read("a")
    first.git("revert", "--no-edit", "HEAD~")
    assert first.read("a") == BOTH.replace(b'f"x"', b'"x"')
    assert first.read("b") == ONE


def test_each_file_is_a_commit(first):
    first.correct("--commit-per", "file")
    assert log(first, "--format=%s") == [
        "Correct ruff/F401, ruff/F541 in src/a.py",
        "Correct ruff/F401 in src/b.py",
    ]
    assert log(first, "--format=", "--name-only") == ["src/a.py", "src/b.py"]


def test_a_repair_comes_before_what_was_found_in_the_repaired_text(first):
    first.put(a=b"import os\n\n\ndef f()\n    return f'x'\n")
    first.git("commit", "-qam", "broken")
    first.git("tag", "-f", "first")
    first.thea("correct", "--commit-per", "rule", "--select", "syntax,ruff/F541", "src/a.py")
    subjects = log(first, "--format=%s")
    assert subjects[0].startswith("Correct syntax/")
    assert subjects[1:] == ["Correct ruff/F541 in src/a.py"]
    assert "return f'x'" in first.git("show", "HEAD~:src/a.py")


def test_undo_takes_back_in_the_working_tree_what_was_committed(first):
    first.correct("--commit-per", "run")
    first.thea("undo")
    assert first.read("a") == BOTH
    assert first.git("diff", "--name-only").split() == ["src/a.py", "src/b.py"]


def test_nothing_to_correct_makes_no_commit(first):
    first.correct("--commit-per", "run", "src/c.py")
    assert log(first) == []


def test_blame_is_told_to_pass_over_the_commits(first):
    (first.root / ".git-blame-ignore-revs").write_bytes(b"# mine\n" + b"1" * 40)
    first.git("add", "-A")
    first.git("commit", "-qm", "list")
    first.git("tag", "-f", "first")
    first.correct("--commit-per", "rule", "--blame-ignore-revs")
    one, two, last = log(first, "--format=%H")
    listed = (first.root / ".git-blame-ignore-revs").read_text()
    assert listed == (
        f"# mine\n{'1' * 40}\n# Correct ruff/F401 in 2 files\n{one}\n"
        f"# Correct ruff/F541 in src/a.py\n{two}\n"
    )
    assert first.git("show", "--format=", "--name-only", last).split() == [".git-blame-ignore-revs"]
    assert first.git("status", "--porcelain") == ""


def test_the_list_is_made_where_there_is_none(first):
    first.correct("--commit-per", "run", "--blame-ignore-revs")
    one, _ = log(first, "--format=%H")
    assert one in (first.root / ".git-blame-ignore-revs").read_text()
    assert first.git("status", "--porcelain") == ""
    command = ("blame", "--ignore-revs-file", ".git-blame-ignore-revs", "-s", "src/a.py")
    assert one[:7] not in first.git(*command)


# --- what is the user's stays the user's ---------------------------------------------------------


def refused(tree, *arguments):
    """Whatever is refused, nothing is written, committed or staged."""
    before = [tree.git("rev-parse", "HEAD"), tree.git("ls-files", "-s"), tree.git("diff")]
    files = {path: path.read_bytes() for path in tree.root.glob("src/*")}
    _, err = tree.correct("--commit-per", "run", *arguments, code=2)
    assert [tree.git("rev-parse", "HEAD"), tree.git("ls-files", "-s"), tree.git("diff")] == before
    assert {path: path.read_bytes() for path in tree.root.glob("src/*")} == files
    return err


def test_a_file_with_changes_of_its_owner_is_not_committed(tree):
    tree.put(b=ONE + b"# mine\n")
    err = refused(tree)
    assert "src/b.py would be corrected, and could not be committed" in err
    assert "it has changes that are not committed" in err
    assert "Commit or stash" in err
    assert tree.read("b") == ONE + b"# mine\n"


def test_a_file_that_was_only_touched_has_no_changes_of_its_owner(first):
    os.utime(first.root / "src/b.py", (1, 1))
    first.correct("--commit-per", "run")
    assert first.git("show", "--format=", "--name-only").split() == ["src/a.py", "src/b.py"]


def test_changes_in_files_that_need_no_correction_are_no_hindrance(first):
    first.put(c=HEALTHY + b"# mine\n", new=HEALTHY)
    first.correct("--commit-per", "run")
    assert len(log(first, "--format=%h")) == 1
    assert first.read("c") == HEALTHY + b"# mine\n"
    assert first.git("status", "--porcelain").split("\n")[:2] == [" M src/c.py", "?? src/new.py"]
    first.correct("--commit-per", "run")


def test_a_file_that_git_does_not_know_is_not_committed(tree):
    tree.put(new=ONE)
    assert "git does not know it" in refused(tree)


def test_an_index_with_something_staged_is_left_alone(tree):
    tree.put(c=HEALTHY + b"# mine\n")
    tree.git("add", "src/c.py")
    assert "something is staged, and --commit-per leaves it alone" in refused(tree)


def test_a_merge_that_is_under_way_is_left_alone(tree):
    head = tree.git("rev-parse", "HEAD")
    (tree.root / ".git/MERGE_HEAD").write_text(head)
    assert "a merge is under way" in refused(tree)


def test_a_file_that_git_converts_is_not_committed(tree):
    (tree.root / ".gitattributes").write_text("src/b.py filter=lfs\n")
    tree.git("add", "-A")
    tree.git("commit", "-qm", "attributes")
    assert "git converts it (filter in .gitattributes)" in refused(tree)


def test_a_file_that_git_was_told_not_to_look_at_is_not_committed(tree):
    tree.git("update-index", "--assume-unchanged", "src/b.py")
    tree.put(b=ONE + b"# mine\n")
    assert "changes that are not committed" in refused(tree)


def test_without_a_commit_or_a_name_there_is_nothing_to_add_to(tree, tmp_path):
    tree.git("config", "user.useConfigOnly", "true")
    tree.git("config", "--unset", "user.email")
    assert "user.email" in refused(tree)
    subprocess.run(["git", "init", "-q", tmp_path / "new"], check=True)
    (tmp_path / "new/a.py").write_bytes(ONE)
    _, err = tree.thea("correct", "--commit-per", "run", str(tmp_path / "new"), code=2)
    assert "--commit-per needs a git repository with a commit" in err
    assert (tmp_path / "new/a.py").read_bytes() == ONE


def test_line_ends_that_git_makes_are_not_committed(first):
    (first.root / ".gitattributes").write_text("*.py text eol=crlf\n")
    first.put(a=BOTH.replace(b"\n", b"\r\n"))
    first.git("add", "-A")
    first.git("commit", "-qm", "eol")
    first.correct("--commit-per", "run", "src/a.py")
    assert first.read("a") == b'import sys\r\n\r\nprint(sys.argv, "x")\r\n'
    assert (
        subprocess.run(
            ["git", "cat-file", "blob", "HEAD:src/a.py"],
            cwd=first.root,
            capture_output=True,
            check=True,
        ).stdout
        == b'import sys\n\nprint(sys.argv, "x")\n'
    )
    assert first.git("status", "--porcelain") == ""


def test_a_project_within_a_repository_commits_its_own_files_only(first):
    (first.root / "src/thea.toml").write_text("")
    first.put(a=BOTH + b"# mine\n")
    first.git("add", "src/thea.toml")
    first.git("commit", "-qm", "project")
    first.git("mv", "src/a.py", "a.py")
    first.git("commit", "-qam", "moved")
    (first.root / "a.py").write_bytes(BOTH + b"# mine, too\n")
    first.correct("--commit-per", "run", "src")
    assert first.git("show", "--format=", "--name-only").split() == ["src/b.py"]
    assert first.git("status", "--porcelain").split() == ["M", "a.py"]


@pytest.mark.parametrize(
    "arguments",
    [("--check",), ("--staged",), ("--diff",), ("-",), ("--commit-per", "line")],
)
def test_what_makes_no_commits_is_refused(tree, arguments):
    _, err = tree.correct("--commit-per", "run", *arguments, code=2)
    assert "--commit-per" in err


def test_a_list_needs_commits(tree):
    _, err = tree.correct("--blame-ignore-revs", code=2)
    assert "--commit-per run" in err


# --- what the repository would like to run -------------------------------------------------------


def test_no_hook_runs_and_no_program_that_the_repository_chose(first, tmp_path):
    trap, seen = tmp_path / "ran", tmp_path / "signed"
    for hook in (
        "pre-commit",
        "commit-msg",
        "post-commit",
        "reference-transaction",
        "post-index-change",
    ):
        path = first.root / ".git/hooks" / hook
        path.write_text(f"#!/bin/sh\ntouch {trap}\n")
        path.chmod(0o755)
    for name in (
        "gpg.program",
        "gpg.openpgp.program",
        "gpg.ssh.program",
        "gpg.ssh.defaultKeyCommand",
    ):
        first.git("config", name, f"{tmp_path}/trap")
    (tmp_path / "trap").write_text(f"#!/bin/sh\ntouch {trap}\nexit 1\n")
    signer = tmp_path / "gpg"
    signer.write_text(
        f"#!/bin/sh\ntouch {seen}\ncat > /dev/null\necho '[GNUPG:] SIG_CREATED ' >&2\n"
        "echo '-----BEGIN PGP SIGNATURE-----'\necho '-----END PGP SIGNATURE-----'\n"
    )
    for program in (tmp_path / "trap", signer):
        program.chmod(0o755)
    first.git("config", "commit.gpgSign", "true")
    path = {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    first.correct("--commit-per", "run", **path)
    assert not trap.exists()
    assert seen.exists()
    assert "PGP SIGNATURE" in first.git("cat-file", "commit", "HEAD")


def test_a_signature_that_fails_leaves_the_corrections_in_the_files(first, tmp_path):
    first.env["GIT_CONFIG_GLOBAL"] = str(tmp_path / "config")
    (tmp_path / "config").write_text("[commit]\ngpgSign = true\n[gpg]\nprogram = false\n")
    _, err = first.correct("--commit-per", "run", code=2)
    assert "commit-tree failed" in err
    assert log(first) == []
    assert first.read("b") == b"\nprint(1)\n"
    assert first.git("diff", "--cached") == ""
    first.thea("undo")
    assert first.read("b") == ONE


# --- killed while it commits ---------------------------------------------------------------------

KILLED = """
import itertools, os, signal
from thea_cli.app import main
from thea_code_system.workspace.git import Git

word, when = os.environ["AT"].split()
calls, ask = itertools.count(), Git.ask

async def dying(self, *arguments, **options):
    mine = word in arguments and not options.get("index") and not next(calls)
    if mine and when == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    found = await ask(self, *arguments, **options)
    if mine:
        os.kill(os.getpid(), signal.SIGKILL)
    return found

Git.ask = dying
main()
"""


@pytest.mark.parametrize(
    ("at", "staged", "commits"),
    [
        pytest.param("commit-tree after", [], 0, marks=pytest.mark.slow),
        ("update-ref before", [".git-blame-ignore-revs", "src/a.py", "src/b.py"], 0),
        pytest.param("update-ref after", [], 3, marks=pytest.mark.slow),
    ],
)
def test_killed_at_any_point_it_has_committed_all_or_resume_does(first, at, staged, commits):
    command = ["correct", "--select", "ruff", "--commit-per", "rule", "--blame-ignore-revs"]
    done = subprocess.run(
        [sys.executable, "-c", KILLED, *command], cwd=first.root, env={**first.env, "AT": at},
        capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == -9, done.stderr
    assert first.git("diff", "--cached", "--name-only").split() == staged
    assert len(log(first, "--format=%H")) == commits
    if staged:  # nothing but what the files say, and others are told whose it is
        assert first.git("diff", "--name-only", "src") == ""
        _, err = first.thea(*command, code=2)
        assert "something is staged" in err
        assert "`thea resume " in err
    _, err = first.thea("resume")
    assert "Made 2 commits" in err or "Made 3 commits" in err
    assert log(first, "--format=%s") == [
        "Correct ruff/F401 in 2 files",
        "Correct ruff/F541 in src/a.py",
        "Leave the commits of Thea out of git blame",
    ]
    assert first.git("status", "--porcelain") == ""
    listed = (first.root / ".git-blame-ignore-revs").read_text().split("\n")[1::2]
    assert listed[:2] == log(first, "--format=%H")[:2]
    first.thea("undo")
    assert (first.read("a"), first.read("b")) == (BOTH, ONE)


def test_what_somebody_else_staged_after_a_kill_is_not_taken_for_ours(first):
    command = ["correct", "--select", "ruff", "--commit-per", "run"]
    killed = {**first.env, "AT": "update-ref before"}
    call = [sys.executable, "-c", KILLED, *command]
    subprocess.run(call, cwd=first.root, env=killed, check=False)
    first.put(a=first.read("a") + b"# mine\n")
    first.git("add", "src/a.py")
    before = first.git("ls-files", "-s", "src/a.py")
    _, err = first.thea("resume", code=2)
    assert "something is staged" in err
    assert first.git("ls-files", "-s", "src/a.py") == before
    first.git("reset", "-q", "src/a.py")
    first.thea("resume")
    assert first.git("diff", "HEAD", "--stat").strip().endswith("1 insertion(+)")
    assert len(log(first, "--format=%H")) == 1
