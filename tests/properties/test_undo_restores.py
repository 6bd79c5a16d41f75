"""Whatever was applied and in whatever order it is taken back, the bytes come back."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from thea_code_system.ledger.books import Books
from thea_code_system.ledger.choice import Choice
from thea_code_system.ledger.state import State
from thea_code_system.values import correction as states
from thea_code_system.values.correction import Correction, Edit, Safety
from thea_code_system.values.outcome import Corrected
from thea_code_system.values.patch import Patch
from thea_code_system.values.source import SourceFile
from thea_code_system.values.workspace import Written

TEXTS = st.text(st.sampled_from("ab \r\n\t\u00e9\u2028\U0001f600"), max_size=40)


@st.composite
def edited(draw):
    """A text, and disjoint edits of it that do not touch and each change something."""
    text = draw(TEXTS)
    bounds = sorted(draw(st.sets(st.integers(0, len(text)), max_size=8)))
    pairs = zip(bounds[::2], bounds[1::2], strict=False)
    edits = [Edit(start, end, draw(TEXTS)) for start, end in pairs]
    return text, [one for one in edits if text[one.start : one.end] != one.replacement]


@st.composite
def numbered(draw):
    """The lines of a text, no two alike, in some encoding of line ends."""
    newline = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    lines = [f"{number} {draw(st.sampled_from('ab'))}{newline}" for number in range(30)]
    return lines if draw(st.booleans()) else [*lines[:-1], lines[-1].rstrip()]


@st.composite
def shared_out(draw, kinds):
    """Lines, and who rewrites which of them: a mapping for each kind, never rows in touch."""
    lines = draw(numbered())
    marks = draw(st.lists(st.sampled_from(f"{kinds}.."), min_size=9, max_size=9))
    return lines, *(
        {3 * place + 2: draw(texts(kind)) for place, one in enumerate(marks) if one == kind}
        for kind in kinds
    )


def texts(kind):
    """What somebody may write instead of a line; nobody writes the same as another."""
    return st.sampled_from(["", kind, f"two {kind}\nlines {kind}", f"{kind}\u00e9\u2028"])


def rewritten(lines, *changes):
    """The lines with some of them replaced; an empty text deletes a line."""
    new = list(lines)
    for row, text in (item for change in changes for item in change.items()):
        end = lines[row][len(lines[row].rstrip("\r\n")) :]
        new[row] = text and text + end
    return new


def edits_of(present, lines, change):
    """One edit of the present lines for each row that is replaced."""
    starts = [len("".join(present[:row])) for row in range(len(present))]
    new = rewritten(lines, change)
    return [Edit(starts[row], starts[row] + len(present[row]), new[row]) for row in change]


class Remembered:
    """A file in memory that a run has corrected, with one correction an edit."""

    def __init__(self, folder, text, edits, *, bom):
        self.books = Books(State(Path(folder)))
        self.store = self.books.store
        data = (b"\xef\xbb\xbf" if bom else b"") + text.encode()
        self.source = SourceFile.decode("f.py", data)
        self.edits = edits
        self.disk = self.with_edits(edits)
        self.run = self.correct(self.source, edits)

    def with_edits(self, edits):
        return self.source.encode_text(Patch.rewrite(self.source.text, edits))

    def encoded(self, lines):
        return self.source.encode_text("".join(lines))

    def correct(self, source, edits):
        """Enter a run that has written these edits."""
        run = self.store.begin("correct", "", "", "write")
        outcome = self.outcome(source, edits)
        self.store.record(run, [outcome], {source.digest: source.encode()})
        self.store.settle(run, [Written("f.py")])
        return run

    @staticmethod
    def outcome(source, edits):
        corrections = tuple(
            Correction(
                str(number),
                str(number),
                ("a/b",),
                "",
                (edit,),
                Safety.SAFE,
                1.0,
                states.State.APPLIED,
            )
            for number, edit in enumerate(edits)
        )
        after = source.encode_text(Patch.rewrite(source.text, edits))
        return Corrected("f.py", source.digest, SourceFile.digest_of(after), corrections)

    def undo(self, correction="", run=""):
        """Take back; what is left, which is nothing unless the test expects it."""
        name = run or self.run
        disk = {"f.py": self.disk}
        plan = self.books.undoing.undo(name, disk, Choice(correction=correction))
        self.store.plan(plan.changes)
        for change in plan.changes:
            self.disk = change.data
        self.store.settle(name, [Written("f.py")])
        return plan.left

    def applied(self, run=""):
        """The edits that the ledger says are in the file."""
        (record,) = self.books.history.files(run or self.run)
        return [one.edits[0] for one in record.applied]


@given(edited(), st.booleans(), st.data())
@settings(deadline=None, max_examples=60)
def test_undoing_some_corrections_is_as_if_they_had_never_been(text_and_edits, bom, data):
    text, edits = text_and_edits
    with tempfile.TemporaryDirectory() as folder:
        file = Remembered(folder, text, edits, bom=bom)
        if file.disk == file.source.encode():
            return
        kept = dict(enumerate(edits))
        for number in data.draw(st.permutations(sorted(kept)))[: data.draw(st.integers(0, 4))]:
            if file.disk == file.source.encode():
                break
            assert file.undo(str(number)) == ()
            del kept[number]
            assert file.disk == file.with_edits(list(kept.values()))
        if file.disk != file.source.encode():
            assert file.undo() == ()
        assert file.disk == file.source.encode()
        file.books.close()


@given(shared_out("TU"), st.booleans(), st.data())
@settings(deadline=None, max_examples=60)
def test_undo_leaves_exactly_what_the_user_changed_elsewhere(shared, bom, data):
    lines, theas, users = shared
    with tempfile.TemporaryDirectory() as folder:
        file = Remembered(folder, "".join(lines), edits_of(lines, lines, theas), bom=bom)
        file.disk = file.encoded(rewritten(lines, theas, users))
        kept = dict(enumerate(theas))
        for number in data.draw(st.permutations(sorted(kept))):
            assert file.undo(str(number)) == ()
            del kept[number]
            rest = {row: theas[row] for row in kept.values()}
            assert file.disk == file.encoded(rewritten(lines, rest, users))
        file.books.close()


@given(shared_out("TLU"), st.booleans())
@settings(deadline=None, max_examples=60)
def test_of_two_runs_either_can_be_taken_back_first(shared, last_first):
    lines, first, later, users = shared
    with tempfile.TemporaryDirectory() as folder:
        file = Remembered(folder, "".join(lines), edits_of(lines, lines, first), bom=False)
        between = rewritten(lines, first, users)
        source = SourceFile.decode("f.py", file.encoded(between))
        run = file.correct(source, edits_of(between, lines, later))
        file.disk = file.encoded(rewritten(lines, first, users, later))
        for name in [run, file.run] if last_first else [file.run, run]:
            if file.applied(name):
                assert file.undo(run=name) == ()
        assert file.disk == file.encoded(rewritten(lines, users))
        assert file.applied() == file.applied(run) == []
        file.books.close()


@given(edited(), TEXTS, st.data())
@settings(deadline=None, max_examples=60)
def test_whatever_the_user_wrote_undo_takes_back_whole_corrections_or_says_which_it_leaves(
    text_and_edits, theirs, data
):
    text, edits = text_and_edits
    with tempfile.TemporaryDirectory() as folder:
        file = Remembered(folder, text, edits, bom=False)
        before = len(file.applied())
        cut = data.draw(st.integers(0, len(file.disk.decode())))
        present = file.disk.decode()
        file.disk = (present[:cut] + theirs + present[cut:]).encode()
        untouched = file.disk
        left = file.undo() if before else ()
        named = [one for one in left if one.correction]
        assert len(file.applied()) == (before if len(left) > len(named) else len(named))
        if len(file.applied()) == before:
            assert file.disk == untouched
        assert theirs in file.disk.decode()
        file.books.close()


@given(shared_out("TRU"))
@settings(deadline=None, max_examples=60)
def test_what_was_restored_by_hand_is_no_obstacle(shared):
    lines, kept, restored, users = shared
    theas = {**kept, **restored}
    with tempfile.TemporaryDirectory() as folder:
        file = Remembered(folder, "".join(lines), edits_of(lines, lines, theas), bom=False)
        file.disk = file.encoded(rewritten(lines, kept, users))
        assert file.undo() == ()
        assert file.disk == file.encoded(rewritten(lines, users))
        assert file.applied() == []
        file.books.close()
