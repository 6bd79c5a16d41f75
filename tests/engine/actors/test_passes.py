"""What a batch of files comes to: the correction actor with its real tools, without Ray."""

from __future__ import annotations

import pytest

from thea_code_system.actors.core.correction_actor import CorrectionActor
from thea_code_system.errors import ToolCrashError
from thea_code_system.languages.python import PythonLanguage
from thea_code_system.tools.ruff import RuffClient
from thea_code_system.values.context import ProjectContext, Settings
from thea_code_system.values.correction import State
from thea_code_system.values.outcome import Clean, Corrected, Failed, Skipped, SkipReason
from thea_code_system.values.patch import Patch
from thea_code_system.values.source import SourceFile
from thea_code_system.wrappers import create_actor

pytest.importorskip("torch")


async def outcomes_of(files, tmp_path, **settings):
    context = ProjectContext(str(tmp_path), Settings(**settings))
    actor = create_actor(CorrectionActor, context, inline=True)
    sources = [SourceFile.decode(path, text.encode()) for path, text in files.items()]
    try:
        outcomes = await actor.correct(sources)
    finally:
        await actor.shutdown()
    return dict(zip(files, outcomes, strict=True))


def text_after(outcome, text):
    edits = [e for c in outcome.corrections if c.state is State.APPLIED for e in c.edits]
    return Patch.rewrite(text, edits)


async def test_clean_files_stay_clean_and_need_no_quantity(tmp_path):
    files = {"a.py": "x = 1\n", "b.js": "const a = 1;\nconsole.log(a);\n"}
    found = await outcomes_of(files, tmp_path)
    assert all(isinstance(outcome, Clean) for outcome in found.values())


async def test_a_broken_file_is_repaired_by_one_correction(tmp_path):
    text = "def f(a):\n    if a\n        return 1\n    return 2\n"
    found = await outcomes_of({"m.py": text}, tmp_path, min_confidence=0.5)
    outcome = found["m.py"]
    assert isinstance(outcome, Corrected)
    assert text_after(outcome, text) == text.replace("if a\n", "if a:\n")
    (applied,) = [c for c in outcome.corrections if c.state is State.APPLIED]
    assert applied.rules == ("syntax/missing-colon",)


async def test_a_broken_file_with_no_sure_repair_fails_and_keeps_its_bytes(tmp_path):
    text = "def f(:\n  ))) ] if while = =\n"
    outcome = (await outcomes_of({"m.py": text}, tmp_path, syntax_budget=200))["m.py"]
    assert isinstance(outcome, Failed)
    assert outcome.broken
    assert "does not parse: line 2" in outcome.reason
    assert not any(c.state is State.APPLIED for c in outcome.corrections)


async def test_a_file_on_which_a_tool_crashes_costs_no_other_its_tools(tmp_path, monkeypatch):
    check, asked = RuffClient.check, []

    async def crashing(self, sources, request):
        asked.append(len(sources))
        if any(source.path == "bad.py" for source in sources):
            raise ToolCrashError("ruff ended with status -6")
        return await check(self, sources, request)

    monkeypatch.setattr(RuffClient, "check", crashing)
    files = {f"m{number}.py": "import os\n\nprint(1)\n" for number in range(20)}
    actor = create_actor(CorrectionActor, ProjectContext(str(tmp_path), Settings()), inline=True)
    sources = [SourceFile.decode(path, text.encode()) for path, text in files.items()]
    try:
        outcomes = await actor.correct([*sources, SourceFile("bad.py", "import re\n")])
        lost = (await actor.statistics())["unavailable"]
    finally:
        await actor.shutdown()
    assert [type(outcome) for outcome in outcomes] == [Corrected] * 20 + [Clean]
    assert "it crashed on bad.py" in lost["ruff"]
    assert len(asked) < 30


async def test_broken_test_data_looks_deliberate(tmp_path):
    text = "def f(a):\n    if a\n        return 1\n"
    path = "tests/data/bad.py"
    outcome = (await outcomes_of({path: text}, tmp_path))[path]
    assert isinstance(outcome, Skipped)
    assert outcome.why is SkipReason.DELIBERATE
    assert outcome.corrections[0].state is State.SUGGESTED


async def test_a_suppressed_rule_takes_no_part_in_a_repair(tmp_path):
    text = "def f(a):\n    if a  # thea: ignore[syntax/missing-colon]\n        return 1\n"
    outcome = (await outcomes_of({"m.py": text}, tmp_path, select=("syntax",)))["m.py"]
    assert all("missing-colon" not in c.rule or c.state is State.SUPPRESSED
               for c in outcome.corrections)  # fmt: skip


async def test_an_unused_import_goes_and_a_comment_keeps_one(tmp_path):
    kept = "import os  # thea: ignore[ruff/F401]\nprint()\n"
    files = {"scripts/a.py": "import os\nprint()\n", "scripts/b.py": kept}
    found = await outcomes_of(files, tmp_path, select=("ruff/F401",))
    assert text_after(found["scripts/a.py"], files["scripts/a.py"]) == "print()\n"
    assert isinstance(found["scripts/b.py"], Clean)
    assert [c.state for c in found["scripts/b.py"].corrections] == [State.SUPPRESSED]


async def test_a_comment_that_suppresses_nothing_is_suggested_away(tmp_path):
    text = "x = 1  # thea: ignore[ruff/F401]\n"
    outcome = (await outcomes_of({"a.py": text}, tmp_path))["a.py"]
    assert [(c.rule, c.state) for c in outcome.corrections] == [
        ("thea/unused-suppression", State.SUGGESTED)
    ]


async def test_skip_file_and_templates_are_left_alone(tmp_path):
    files = {
        "a.py": "# thea: skip-file\nif x\n",
        "b.py": "{% if x %}\nclass {{ name }}:\n    pass\n",
    }
    found = await outcomes_of(files, tmp_path)
    assert found["a.py"].why is SkipReason.SKIP_FILE
    assert found["b.py"].why is SkipReason.TEMPLATE


NEWER = {
    "lazy.py": "lazy import os\nprint(os)\n",  # 3.15
    "broken_too.py": "lazy import os\nif os\n    print(os)\n",
    "template.py": "name = 'w'\nprint(t'hello {name}')\n",  # 3.14
    "except.py": "try:\n    f()\nexcept ValueError, TypeError:\n    g()\n",
    "default.py": "class A[T = int]:\n    pass\n",  # 3.13
    "generic.py": "import os\n\n\ndef f[T](x: T) -> T:\n    return x\n",  # 3.12
    "generic_broken.py": "def f[T](x: T) -> T\n    return x\n",
    "alias.py": "type X = int\n",
    "quotes.py": "a = {'k': 1}\nprint(f'{a['k']}')\n",
    "comment.py": "x = f'{\n    1  # one\n}'\n",
    "star.py": "try:\n    f()\nexcept* ValueError:\n    g()\n",  # 3.11
    "match.py": "match x:\n    case [a, *_]:\n        print(a)\n",  # 3.10
}


async def test_syntax_newer_than_the_running_python_is_left_alone(tmp_path):
    found = await outcomes_of(NEWER, tmp_path, min_confidence=0.0, unsafe_fixes=True)
    parses = {path for path, text in NEWER.items() if PythonLanguage().parses(text)}
    assert {path for path, one in found.items() if isinstance(one, Clean)} == parses
    for path in NEWER.keys() - parses:
        assert isinstance(found[path], Skipped), (path, found[path])
        assert found[path].why is SkipReason.NEWER_SYNTAX, path
        assert "(syntax was added in Python 3." in found[path].reason
        assert found[path].corrections == ()


async def test_refused_corrections_are_not_applied_again(tmp_path):
    text = "import os\nprint()\n"
    first = (await outcomes_of({"scripts/a.py": text}, tmp_path))["scripts/a.py"]
    refused = frozenset(c.fingerprint for c in first.corrections)
    context = ProjectContext(str(tmp_path), Settings(), refused=refused)
    actor = create_actor(CorrectionActor, context, inline=True)
    (again,) = await actor.correct([SourceFile.decode("scripts/a.py", text.encode())])
    await actor.shutdown()
    assert isinstance(first, Corrected)
    assert isinstance(again, Clean)
    assert again.corrections[0].state is State.SUPPRESSED


async def test_a_missing_tool_is_said_and_nothing_is_repaired_on_one_parsers_word(
    tmp_path, monkeypatch
):
    from thea_code_system.tools.runner import ToolRunner

    monkeypatch.setattr(ToolRunner, "_folders", lambda self: iter(()))
    texts = {"m.py": "x = 1\n", "broken.py": "def f(a):\n    if a\n        return 1\n"}
    context = ProjectContext(str(tmp_path), Settings(min_confidence=0.0, unsafe_fixes=True))
    actor = create_actor(CorrectionActor, context, inline=True)
    whole, broken = await actor.correct(
        [SourceFile.decode(path, text.encode()) for path, text in texts.items()]
    )
    packed = await actor.statistics()
    await actor.shutdown()
    assert isinstance(whole, Clean)
    assert isinstance(broken, Failed)
    assert not broken.broken
    assert "line 2: expected ':'; a newer version might accept it" in broken.reason
    assert not broken.corrections
    assert "ruff" in packed["unavailable"]
    for outcome in (whole, broken):
        assert any(kind == "incomplete" for kind, _, _ in outcome.facts)


async def test_a_corrector_that_fails_on_one_file_still_serves_the_others(tmp_path, monkeypatch):
    from thea_code_system.correctors.spelling.corrector import SpellingCorrector

    propose = SpellingCorrector.propose

    async def failing(self, sources, context):
        if any(source.path == "bad.py" for source in sources):
            raise ValueError("surprise")
        return await propose(self, sources, context)

    monkeypatch.setattr(SpellingCorrector, "propose", failing)
    text = "# We recieve the books from the printer on the first day.\nx = 1\n"
    found = await outcomes_of({"bad.py": text, "good.py": text}, tmp_path, select=("spelling",))
    assert isinstance(found["good.py"], Corrected)
    assert isinstance(found["bad.py"], Clean)
    assert any(kind == "incomplete" for kind, _, _ in found["bad.py"].facts)


async def test_a_python_2_except_clause_is_broken_although_a_newer_grammar_takes_it(tmp_path):
    text = "def f():\n    try:\n        g()\n    except ValueError, error:\n        print(error)\n"
    settings = {"min_confidence": 0.0, "unsafe_fixes": True}
    outcome = (await outcomes_of({"m.py": text}, tmp_path, **settings))["m.py"]
    assert "except ValueError as error:" in text_after(outcome, text)


async def test_metrics_tell_what_the_edit_model_has_read(tmp_path, hand_made):
    model = hand_made({}).save(tmp_path / "model")
    context = ProjectContext(str(tmp_path), Settings(select=("syntax", "learned"), model=model))
    actor = create_actor(CorrectionActor, context, inline=True)
    assert "model/tokens" not in (await actor.metrics()).counters
    texts = {"m.py": "def f(a):\n    if a\n        return 1\n", "whole.py": "x = 1\n"}
    await actor.correct([SourceFile.decode(path, t.encode()) for path, t in texts.items()])
    metrics = await actor.metrics()
    again = await actor.metrics()
    packed = await actor.statistics()
    await actor.shutdown()
    assert int(metrics.counters["model/tokens"]) > 20
    assert int(again.counters["model/tokens"]) == int(metrics.counters["model/tokens"])
    assert "model/tokens" in packed["counters"]
    for name in ("windows", "seconds", "queue", "tokens-per-second"):
        assert float(metrics.accumulators[f"model/{name}"].max()) >= 0
    assert float(metrics.accumulators["model/windows"].min()) >= 1
