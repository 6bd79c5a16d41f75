"""A team's past is mined, split by commits, learned from, and measured before anything is kept."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from pathlib import Path

import pytest

from thea_code_system.errors import UsageError, WorkspaceError
from thea_code_system.training.kept import KeptEdits
from thea_code_system.training.past import TeamPast
from thea_code_system.values.evaluation import EVERY, EvaluationReport, KindScores
from thea_code_system.values.learning import LearningJob

BODY = """\
def area{0}(width, height):
    total = 0
    for value in range(height):
        total = total + width
    return total


def volume{0}(width, height, depth):
    return area{0}(width, height) * depth
"""
BROKEN = BODY.replace("height):\n", "height)\n", 1)


@pytest.fixture
def fixes(repository):
    """A history in which twelve files are mended, one after the other."""
    for number in range(12):
        repository.change(
            "Fix it", f"shapes{number}.py", BROKEN.format(number), BODY.format(number)
        )
    return repository.folder


@pytest.fixture
def past(tmp_path):
    folder = tmp_path / "work"
    folder.mkdir()
    return TeamPast(folder)


async def test_commits_decide_what_is_held_out_and_its_files_are_not_learned_from(fixes, past):
    (found,) = await past.gather([fixes], None)
    assert (found.name, found.commits, found.syntax, found.bugs) == ("repository", 24, 12, 0)
    learned, held = past.learned(), past.held()
    assert len(learned) + len(held) == 12
    assert not {row["commit"] for row in learned} & {row["commit"] for row in held}
    past.gather_code([fixes], seed=0)
    texts = (past.held_out.parent / "pieces.jsonl").read_text()
    assert all(row["path"] in texts for row in learned)
    assert not any(row["path"] in texts for row in held)
    again = TeamPast(past.held_out.parent)
    assert (again.pairs(), again.held()) == (past.pairs(), held)


async def test_what_a_file_of_a_held_out_pair_was_at_another_time_is_not_learned_from(
    repository, past
):
    for number in range(12):
        repository.change("Fix it", "shapes.py", BROKEN.format(number), BODY.format(number))
    await past.gather([repository.folder], None)
    assert len(past.pairs()) > 1
    assert past.held()
    assert past.learned() == []


async def test_cases_come_along_and_none_comes_twice(fixes, past, tmp_path):
    await past.gather([fixes], None)
    past.save_pairs(tmp_path / "cases.jsonl")
    own = {"id": 7, "language": "python", "kind": "x", "broken": "f(\n", "fixed": "f()\n"}
    with (tmp_path / "cases.jsonl").open("a") as out:
        out.write(json.dumps(own))
    past.check([fixes], str(tmp_path / "cases.jsonl"))
    await past.gather([fixes], str(tmp_path / "cases.jsonl"))
    assert len(past.pairs()) == 13
    assert not past.is_bug(own)


async def test_what_cannot_be_read_is_named(fixes, past, tmp_path):
    (tmp_path / "cases.jsonl").write_text("{}")
    with pytest.raises(UsageError, match="has no id"):
        past.check([fixes], str(tmp_path / "cases.jsonl"))
    with pytest.raises(WorkspaceError, match="no commit can be read"):
        past.check([fixes, tmp_path], None)


KEPT = {
    "the same edit beside much else": ("f(a\nb = 1\n", "f(a)\nb = 1\n", "f(a)\nb = c + d\ne()\n"),
    "further edits in its line": ("f(a, 1\n", "f(a, 1)\n", "g.f(a, 1)\n"),
    "removed lines": ("a = 1\n<<<\nb = 2\n", "a = 1\nb = 2\n", "a = 1\nb = 2\nc = 3\n"),
}
REFUSED = {
    "another edit": ("f(a\nb = 1\n", "f(a)\nb = 1\n", "f(a, b)\nb = 1\n"),
    "it was put back": ("a = 1\n<<<\nb = 2\n", "a = 1\nb = 2\n", "a = 1\nd = 4\nb = 2\n"),
}


@pytest.mark.parametrize("name", [*KEPT, *REFUSED])
def test_an_edit_was_kept_where_the_owner_made_it_too(name):
    assert KeptEdits("python").kept(*(KEPT | REFUSED)[name]) is (name in KEPT)


def test_where_no_line_is_left_nobody_knows():
    assert KeptEdits("python").kept("f(a\n", "f(a)\n", "import os\n") is None


class TestRanking:
    """The ranking is fitted anew only where there is enough to fit it to, and where it helps."""

    @pytest.fixture
    def reranking(self):
        pytest.importorskip("torch")
        from thea_code_system.models.ranking import RepairRanker
        from thea_code_system.training.ranking import RankedCase
        from thea_code_system.training.reranking import Reranking

        class Model:
            ranking = dict.fromkeys((*RepairRanker.REPAIR, *RepairRanker.NONE), 0.0) | {"score": 1}

        def row(score, odds):
            return (score, odds, *[0.0] * (len(RepairRanker.REPAIR) - 2))

        def make(number, *, right):
            made = Reranking(Model())
            rows = (row(0.5, -1.0), row(0.0, 1.0))
            case = RankedCase(rows, (0.0,) * len(RepairRanker.NONE), right)
            made.cases.extend([case] * number)
            return made

        return make

    def test_few_repairs_leave_it_as_it_is(self, reranking):
        scores, weights = reranking(49, right=(False, True)).fit()
        assert (scores.n, scores.chosen, weights["odds"]) == (49, False, 0.0)

    def test_many_change_it_where_it_is_better_then(self, reranking):
        scores, weights = reranking(50, right=(False, True)).fit()
        assert (scores.kept, scores.fitted, scores.chosen) == (0, 50, True)
        assert weights["odds"] > 0
        scores, weights = reranking(50, right=(True, False)).fit()
        assert (scores.kept, scores.fitted, scores.chosen) == (50, 50, False)
        assert weights["odds"] == 0.0


class Scales:
    """Says of the first model and of the second how many cases they get right."""

    def __init__(self, *right):
        self.right, self.folders = list(right), []

    async def __call__(self, model, cases):
        rows = [json.loads(line) for line in Path(cases).read_text().splitlines()]
        n, right = len(rows), self.right[len(self.folders)]
        self.folders.append(model)
        for _ in rows:
            yield None
        row = KindScores(EVERY, n, n, 1, 1, right / n, right / n, 1, 1, 1, 1)
        yield EvaluationReport(0.8, 5, (row,))


@pytest.mark.usefixtures("one_thread")
class TestLearning:
    @pytest.fixture
    def job(self, fixes, untaught_model, tmp_path):
        output, work = str(tmp_path / "ours"), str(tmp_path / "work")
        return LearningJob((str(fixes),), output, work, model=str(untaught_model), minutes=0.01)

    @staticmethod
    async def learn(job, *right):
        from thea_code_system.training.learning import Learning

        scales = Scales(*right)
        return await Learning(job, scales).run(), scales

    async def test_a_better_model_is_written_with_its_card(self, job):
        from thea_code_system.models.shelf import ModelShelf

        report, scales = await self.learn(job, 1, 2)
        assert (report.worse, report.written) == (False, job.output)
        assert scales.folders == [job.model, str(Path(job.work, "candidate"))]
        (score,) = report.scores
        assert (score.exact_before, score.exact_after, score.n) == (1, 2, report.held)
        assert ModelShelf(job.output).model().ranking
        assert ModelShelf(job.output).version != ModelShelf(job.model).version
        card = json.loads(Path(job.output, "learned.json").read_text())
        assert (card["learned"], card["steps"]) == (report.learned, report.steps)
        assert not Path(job.work).exists()

    async def test_a_worse_one_is_kept_aside_until_it_is_forced(self, job):
        report, _ = await self.learn(job, 2, 1)
        assert (report.worse, report.written) == (True, "")
        assert not list(Path(job.output).iterdir())
        forced = dataclasses.replace(job, resume=True, force=True, minutes=0)
        again, _ = await self.learn(forced, 2, 1)
        assert (again.worse, again.written) == (True, job.output)
        assert (again.steps, again.repositories) == (report.steps, report.repositories)

    async def test_who_is_cancelled_leaves_a_checkpoint(self, job):
        from thea_code_system.training.learning import Learning

        learning = Learning(dataclasses.replace(job, minutes=5), Scales())
        task = asyncio.ensure_future(learning.run())
        while learning.progress.done == 0 and not task.done():
            await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        report, _ = await self.learn(dataclasses.replace(job, resume=True, minutes=0), 1, 1)
        assert report.steps > 0
        assert report.minutes > 0

    async def test_the_same_seed_draws_the_same(self, job, past, fixes, untaught_model):
        from thea_code_system.training.adaptation import Adaptation

        await past.gather([fixes], None)
        past.gather_code([fixes], 0)
        rows = [
            Adaptation(untaught_model, past.held_out.parent, past, seed)._batch().rows
            for seed in (3, 3, 4)
        ]
        assert rows[0].equal(rows[1])
        assert not rows[0].equal(rows[2])
