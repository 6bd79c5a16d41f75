"""The commits of a run add up to what it wrote, one rule or file at a time."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from thea_code_system.actors.commits import CommitPlan
from thea_code_system.values.commits import CommitPer
from thea_code_system.values.correction import Correction, Edit, Safety, State
from thea_code_system.values.outcome import Clean, Corrected
from thea_code_system.values.patch import Patch

TEXT = "\r\n".join(f"line {number} é" for number in range(12))
RULES = ("ruff/F401", "syntax/missing-colon", "spelling/comment")


def correction(place, rule, number, text):
    edit = Edit(place * 9, place * 9 + 4, text)
    state = State.APPLIED
    return Correction(f"{place}", "f", (rule,), "", (edit,), Safety.SAFE, 1.0, state, "", number)


corrections = st.lists(
    st.builds(
        correction,
        st.integers(0, 11),
        st.sampled_from(RULES),
        st.integers(1, 3),
        st.text("ab\né", max_size=3),
    ),
    min_size=1,
    unique_by=lambda one: one.edits[0].start,
)


@given(st.dictionaries(st.sampled_from(["a.py", "b.py", "c.py"]), corrections, min_size=1))
def test_the_last_state_of_each_file_is_what_was_written(files):
    before = dict.fromkeys(files, TEXT.encode())
    for per in CommitPer:
        plan = CommitPlan(per, "")
        for path, found in files.items():
            plan.add(Corrected(path, f"digest of {path}", "after", tuple(found)))
        plan.add(Clean("z.py", "digest"))
        series = plan.series("run", before)
        last = {path: data for step in series.steps for path, data in step.files.items()}
        for path, found in files.items():
            edits = [edit for one in found for edit in one.edits]
            assert last[path] == Patch.rewrite(TEXT, edits).encode()
        rules = {one.rule for found in files.values() for one in found}
        number = {CommitPer.RUN: 1, CommitPer.FILE: len(files), CommitPer.RULE: len(rules)}
        assert len(series.steps) == number[per]
        assert plan.digests == {path: f"digest of {path}" for path in files}


def message(files, per=CommitPer.RUN):
    plan = CommitPlan(per, "")
    for path, found in files.items():
        plan.add(Corrected(path, "digest", "after", tuple(found)))
    (step,) = plan.series("1c0ffee5", dict.fromkeys(files, TEXT.encode())).steps
    return step.message


def test_a_message_names_the_rules_their_numbers_and_the_run():
    one, two = (correction(place, RULES[0], 1, "") for place in (1, 2))
    joined = Correction(
        *("3", "f", (RULES[1], RULES[0]), "", (Edit(0, 1, ""),), Safety.SAFE, 1.0, State.APPLIED)
    )
    assert message({"a.py": [one, two, joined]}) == (
        "Correct ruff/F401, syntax/missing-colon in a.py\n\n"
        "ruff/F401: 3\nsyntax/missing-colon: 1\n\nThea-Run: 1c0ffee5\n"
    )


def test_a_subject_stays_short_and_plain():
    found = [correction(place, f"ruff/F{place}0000000000", 1, "") for place in range(9)]
    assert message({"a.py": found}).startswith("Correct 9 rules in a.py\n")
    assert message({"a\nb.py": found[:1]}).startswith("Correct ruff/F00000000000 in 1 file\n")
    assert message({f"{'long/' * 20}a.py": found[:1]}).startswith(
        "Correct ruff/F00000000000 in 1 file\n"
    )
