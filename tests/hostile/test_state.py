"""State that a target ships is not believed, and what Thea keeps is the user's alone."""

from __future__ import annotations

import os
import pickle
import shutil
import stat

import pytest

pytest.importorskip("torch")
FIXABLE, FIXED = "import os\n\nprint(1)\n", "\nprint(1)\n"


@pytest.fixture
def forged(target):
    """A target with the ledger and cache of a run that somebody else made on it."""
    good = target.write("good.py", FIXABLE)
    mine = target.home
    target.home = target.base / "attacker"
    target.home.mkdir()
    target.thea("correct", ".").check(0)
    assert good.read_text() == FIXED
    target.home = mine
    return target


@pytest.mark.parametrize("way", ["as it is", "sealed anew", "a link"])
def test_a_ledger_and_a_cache_that_a_target_ships_are_left_alone(forged, way):
    state = forged.root / ".thea"
    if way == "sealed anew":
        (state / "identity").write_text(f"{'0' * 32}\n{'0' * 64}\n")
    elif way == "a link":
        shutil.move(state, forged.outside / "state")
        state.symlink_to(forged.outside / "state")
        forged.before = forged.snapshot()
    held = {path.name: path.read_bytes() for path in state.iterdir()}
    done = forged.thea("undo")
    assert done.code == 2
    assert (forged.root / "good.py").read_text() == FIXED, "no pre-image of theirs is written"
    (forged.root / "good.py").write_text(FIXABLE)
    done = forged.thea("correct", ".").check(0)
    assert "is not trusted" in done.err
    assert (forged.root / "good.py").read_text() == FIXED
    assert {path.name: path.read_bytes() for path in state.iterdir()} == held
    forged.thea("undo").check(0)
    assert (forged.root / "good.py").read_text() == FIXABLE, "our own ledger is elsewhere"


def test_a_ledger_that_git_tracks_is_left_alone(target):
    target.write("good.py", FIXABLE)
    target.git("init", "--quiet")
    target.thea("correct", ".").check(0)
    target.git("add", "--all", "--force")
    done = target.thea("undo")
    assert done.code == 2
    assert (target.root / "good.py").read_text() == FIXED


class Payload:
    """Runs a command when it is unpickled."""

    def __init__(self, command):
        self.command = command

    def __reduce__(self):
        return os.system, (self.command,)


def test_weights_are_read_from_safetensors_only(target):
    bad = target.write("bad.py", "def f(a)\n    return a\n")
    payload = pickle.dumps(Payload(f"touch '{target.mark}'"))
    for folder in (".thea/model", "model"):
        for name in ("weights.safetensors", "tokenizer.json", "weights.bin", "model.pt",
                     "ranking.json", "alarms.json", "pytorch_model.bin"):  # fmt: skip
            target.write(f"{folder}/{name}", payload)
    pickle.loads(payload)
    assert target.sprung(), "the trap works where nobody looks out"
    target.write("thea.toml", "model = 'model'\n")
    done = target.thea("correct", ".").check(0)
    assert "model does not count" in done.err
    assert bad.read_text() == "def f(a):\n    return a\n"
    bad.write_text("def f(a)\n    return a\n")
    done = target.thea("correct", ".", "--model", "model")
    done.check(done.code)
    assert done.code in {0, 1, 2}


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
def test_what_thea_keeps_is_for_its_user_alone(target, mask):
    target.write("good.py", FIXABLE)
    before = os.umask(mask)
    try:
        target.thea("correct", ".").check(0)
        target.thea("stats").check(0)
    finally:
        os.umask(before)
    places = [target.root / ".thea", *(target.root / ".thea").iterdir()]
    places += [path for path in target.home.rglob("*") if "thea" in path.parts]
    assert {"ledger.sqlite", "cache.sqlite", "key"} <= {path.name for path in places}
    for path in places:
        assert not stat.S_IMODE(path.stat().st_mode) & 0o077, f"{path} {path.stat().st_mode:o}"
