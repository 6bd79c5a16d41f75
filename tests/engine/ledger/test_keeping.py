"""What a later commit holds was kept; whatever else it says is no evidence."""

from __future__ import annotations

import os
import subprocess
import time

import pytest

from thea_code_system.ledger import keeping
from thea_code_system.values.correction import Edit, State

A, B = b"import os\r\nimport sys\r\nx = 1\r\n", b"import re\ny = 2"
FIRST, SECOND = Edit(0, 11, ""), Edit(11, 23, "")
FILES = {"a.py": [FIRST, SECOND], "b.py": [Edit(0, 10, "")]}
KEPT = ("ruff/F401", 0.97, "kept", "commit")


@pytest.fixture
def repository(desk, monkeypatch):
    """The desk's project under git; a commit is made some seconds after now, by its clock."""
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{name}_NAME", "n")
        monkeypatch.setenv(f"GIT_{name}_EMAIL", "a@b.c")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    desk.git = lambda *arguments: subprocess.run(
        ["git", *arguments], cwd=desk.root, check=True, capture_output=True
    )

    def commit(message="x", seconds=1):
        monkeypatch.setenv("GIT_COMMITTER_DATE", f"@{int(time.time()) + seconds} +0000")
        desk.git("add", "-A")
        desk.git("commit", "-q", "--allow-empty", "-m", message)

    desk.commit = commit
    desk.git("init", "-q")
    (desk.root / ".gitignore").write_text(".thea\n")
    commit(seconds=-1000)
    return desk


async def said(desk):
    await desk.ledger.observe_commit()
    return (await desk.ledger.past()).judgements


async def test_what_a_later_commit_holds_was_kept_and_is_entered_once(repository):
    await repository.correct(FILES)
    assert await said(repository) == (), "it is not committed"
    repository.commit()
    assert await said(repository) == (KEPT,) * 3
    repository.commit(seconds=5)
    assert await said(repository) == (KEPT,) * 3


async def test_a_correction_is_looked_for_where_its_lines_are_now(repository):
    text = b"one = 1\nimport re\ntwo = 2\nthree = 3\n"
    (repository.root / "b.py").write_bytes(text)
    await repository.correct({"b.py": [Edit(8, 18, "")]})
    moved = b"# top\n\none = 1\ntwo = 2\nthree = 3\nfour = 4\n"
    (repository.root / "b.py").write_bytes(moved.replace(b"two", b"import re\ntwo"))
    repository.commit()
    assert await said(repository) == (), "it was put back by hand"
    (repository.root / "b.py").write_bytes(moved)
    repository.commit(seconds=5)
    assert await said(repository) == (KEPT,)


async def test_a_changed_line_says_nothing_of_it_and_does_not_stop_the_others(repository):
    text = b"a = 1\nb = 2\nc = 3\nd = 4\ne = 5\nf = 6\n"
    (repository.root / "a.py").write_bytes(text)
    await repository.correct({"a.py": [Edit(4, 5, "10"), Edit(28, 29, "50")]})
    other = b"# top\na = 11\nb = 2\nc = 3\nd = 4\ne = 50\nf = 6\n"
    (repository.root / "a.py").write_bytes(other)
    repository.commit()
    assert await said(repository) == (KEPT,)
    (repository.root / "a.py").write_bytes(text)
    repository.commit(seconds=5)
    assert await said(repository) == (KEPT,), "a reversal may be a branch that never had it"
    assert await repository.ledger.refusals() == ()


async def test_beside_a_copy_of_what_was_taken_away_nobody_can_tell(repository):
    text = b"one = 1\n\nimport os\nimport os\nimport re\n\ntwo = 2\n"
    (repository.root / "a.py").write_bytes(text)
    await repository.correct({"a.py": [Edit(19, 29, "")]})
    without = b"# top\none = 1\n\nimport os\nimport os\nimport re\n\ntwo = 2\n# end\n"
    (repository.root / "a.py").write_bytes(without)
    repository.commit()
    assert await said(repository) == ()
    (repository.root / "a.py").write_bytes(without.replace(b"import os\n", b"", 1))
    repository.commit(seconds=5)
    assert await said(repository) == (KEPT,)


async def test_a_commit_from_before_the_run_is_none_from_after_it(repository):
    repository.git("rm", "-q", "--cached", "a.py", "b.py")
    (repository.root / "b.py").write_bytes(b"y = 2")
    repository.commit(seconds=-100)
    (repository.root / "b.py").write_bytes(B)
    await repository.correct({"b.py": FILES["b.py"]})
    assert await said(repository) == (), "the last commit had it before the run did"


@pytest.mark.parametrize(
    ("message", "evidence"),
    [
        ("Correct ruff/F401 in a.py\n\nruff/F401: 2\n\nThea-Run: 1c0ffee5", ()),
        ("Say how a Thea-Run: 1c0ffee5 is named", (KEPT,) * 3),
    ],
)
async def test_a_commit_that_thea_made_says_nothing(repository, message, evidence):
    await repository.correct(FILES)
    repository.commit(message)
    assert await said(repository) == evidence
    repository.commit("mine", seconds=5)
    assert await said(repository) == (KEPT,) * 3


async def test_line_ends_that_git_keeps_as_lf_are_the_same(repository):
    (repository.root / ".gitattributes").write_text("* text=auto\n")
    await repository.correct(FILES)
    repository.commit()
    assert await said(repository) == (KEPT,) * 3


async def test_undo_of_a_correction_outweighs_a_commit_and_undo_of_a_run_takes_it_back(repository):
    run = await repository.correct(FILES)
    repository.commit()
    await said(repository)
    await repository.undo(run, files=["b.py"])
    refused = ("ruff/F401", 0.97, "refused", "undo")
    assert sorted(await said(repository)) == [KEPT, KEPT, refused]
    await repository.undo(run)
    assert await said(repository) == (refused,)
    repository.commit(seconds=5)
    assert len(await said(repository)) == 1


async def test_who_was_asked_already_is_not_judged_by_a_commit(repository):
    run = await repository.correct(FILES, State.SUGGESTED)
    ids = [one.id for file in await repository.ledger.run_details(run) for one in file.corrections]
    await repository.accept(run, ids)
    repository.commit()
    assert await said(repository) == (("ruff/F401", 0.97, "kept", "review"),) * 3


async def test_what_somebody_wrote_in_review_is_no_success_of_a_rule(repository):
    run = await repository.correct({"b.py": FILES["b.py"]}, State.SUGGESTED)
    (record,) = await repository.ledger.run_details(run)
    disk = await repository.workspace.contents(["b.py"])
    own = Edit(0, 9, "import io")
    plan = await repository.ledger.edit_plan(run, record.corrections[0].id, own, disk)
    await repository.carry_out(plan)
    repository.commit()
    assert [verdict for _, _, verdict, _ in await said(repository)] == ["rejected"]


async def test_files_that_say_nothing_keep_no_others_waiting(repository, monkeypatch):
    monkeypatch.setattr(keeping, "_AT_ONCE", 2)
    await repository.correct({"a.py": FILES["a.py"]})
    names = [f"f{number}.py" for number in range(3)]
    for name in names:
        (repository.root / name).write_bytes(B)
    await repository.correct(dict.fromkeys(names, FILES["b.py"]))
    repository.git("add", "a.py")
    monkeypatch.setenv("GIT_COMMITTER_DATE", f"@{int(time.time())} +0000")
    repository.git("commit", "-qm", "only a.py")
    assert [len(await said(repository)) for _ in range(3)] == [0, 2, 2]
    repository.commit(seconds=5)
    assert [len(await said(repository)) for _ in range(3)] == [4, 5, 5]


async def test_a_file_that_was_removed_or_has_no_former_content_is_passed_over(repository):
    await repository.correct(FILES)
    await repository.ledger.prune(time.time() + 1, 0)
    (repository.root / "a.py").unlink()
    repository.commit()
    assert await said(repository) == (KEPT,), "the same bytes need no former content"


async def test_without_a_repository_or_a_commit_nothing_is_said(desk):
    await desk.correct(FILES)
    assert await said(desk) == ()
    subprocess.run(["git", "init", "-q", desk.root], check=True)
    assert await said(desk) == ()
