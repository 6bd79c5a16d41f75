"""What a budget lets pass does not depend on the order in which workers finish."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from thea_code_system.actors.budget import RunBudget, Turns
from thea_code_system.config.production import ProductionConfig
from thea_code_system.values.correction import Correction, Edit, Safety, State
from thea_code_system.values.outcome import Clean, Corrected
from thea_code_system.values.source import SourceFile

PATHS = [f"{letter}.py" for letter in "abcdefgh"]
TEXT = "one\ntwo\nthree\nfour\n"


def finished(path, lines):
    """A file of which the first lines are taken away."""
    source = SourceFile(path, TEXT, digest="before")
    if not lines:
        return source, Clean(path, "before")
    edit = Edit(0, len("".join(TEXT.splitlines(keepends=True)[:lines])), "")
    one = Correction("i", "f", ("x/y",), "", (edit,), Safety.SAFE, 1.0, State.APPLIED)
    return source, Corrected(path, "before", "after", (one,))


async def let_through(config, files, arrivals, settled=()):
    turns = Turns(PATHS, RunBudget(config))
    passed = await turns.passed([], [files[path][1] for path in settled])
    for path in arrivals:
        if path not in settled:
            passed += await turns.passed([files[path]])
    return [source.path for source, _ in passed], [one.path for one in turns.left()]


def expected(config, lines, settled):
    """The same, told one file after the other."""
    through, changed, touched = [], 0, 0
    waiting = [path for path in PATHS if path not in settled]
    for path in list(waiting):
        if (config.max_files and changed >= config.max_files) or (
            config.max_changed_lines and touched >= config.max_changed_lines
        ):
            break
        waiting.remove(path)
        through.append(path)
        changed, touched = changed + bool(lines[path]), touched + lines[path]
    return through, waiting


RUNS = given(
    st.fixed_dictionaries({path: st.integers(0, 4) for path in PATHS}),
    st.permutations(PATHS),
    st.integers(0, 4),
    st.integers(0, 6),
    st.sets(st.sampled_from(PATHS)),
)


@settings(deadline=None)  # the first one imports torch
@RUNS
async def test_the_same_files_pass_in_whatever_order_they_arrive(
    lines, arrivals, files, changed, settled
):
    config = ProductionConfig(max_files=files, max_changed_lines=changed)
    known = {path: finished(path, lines[path]) for path in PATHS}
    settled = {path for path in settled if not lines[path]}
    passed, left = await let_through(config, known, arrivals, settled)
    if files or changed:
        assert (passed, left) == expected(config, lines, settled)
    else:
        assert (passed, left) == ([path for path in arrivals if path not in settled], [])


async def test_what_never_arrived_is_left_when_time_is_up():
    config = ProductionConfig(time_budget=60.0)
    known = {path: finished(path, 1) for path in PATHS}
    passed, left = await let_through(config, known, ["b.py", "a.py", "d.py"])
    assert passed == ["a.py", "b.py"]
    assert left == PATHS[2:]


@settings(deadline=None)
@RUNS
async def test_what_is_turned_down_costs_nothing_and_others_take_its_place(
    lines, arrivals, files, changed, rejected
):
    config = ProductionConfig(max_files=files, max_changed_lines=changed)
    turns = Turns(PATHS, RunBudget(config))
    passed = []
    batch = await turns.passed([finished(path, lines[path]) for path in arrivals])
    more = True
    while more:
        passed += [source.path for source, _ in batch]
        ends = [Clean(s.path, s.digest) if s.path in rejected else end for s, end in batch]
        await turns.delivered(batch, ends, lambda _: None)
        more = turns.reopened()
        batch = await turns.passed([]) if more else []
    cost = {path: 0 if path in rejected else lines[path] for path in PATHS}
    if files or changed:
        assert (passed, [one.path for one in turns.left()]) == expected(config, cost, set())
    else:
        assert passed == list(arrivals)
