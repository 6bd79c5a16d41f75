"""Trees that break tools: the right exit code, a clear message, in bounded time and memory.

`Run.check` holds the bounds: 60 seconds and 2 GB a run, and no traceback.
"""

from __future__ import annotations

import os
import socket
import stat

import pytest

pytest.importorskip("torch")
FIXABLE, FIXED = "import os\n\nprint(1)\n", "\nprint(1)\n"
AS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0


@pytest.fixture
def fixable(target):
    """A target with a file to correct, which has to be corrected whatever lies beside it."""
    good = target.write("good.py", FIXABLE)
    yield target
    assert good.read_text() == FIXED


# --- what is no file of code ---------------------------------------------------------------------


def test_links_out_of_the_root_and_in_circles(fixable):
    root = fixable.root
    (root / "a").mkdir()
    (root / "a" / "up").symlink_to("..")
    (root / "self").symlink_to("self")
    (root / "one").symlink_to("two")
    (root / "two").symlink_to("one")
    (root / "out").symlink_to(fixable.outside)
    (root / "out.py").symlink_to(fixable.outside / "precious.py")
    (root / "lost.py").symlink_to("nowhere.py")
    (root / "loop.py").symlink_to("loop.py")
    (root / "a" / "same.py").symlink_to("../good.py")
    fixable.thea("correct", ".").check(0)
    assert (root / "a" / "same.py").is_symlink()


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("out.py", 2, "outside of the given paths"),
        ("out/precious.py", 2, "outside of the given paths"),
        ("loop.py", 2, "cannot look at"),
        ("lost.py", 2, "cannot look at"),
        ("pipe.py", 2, "neither a file nor a folder"),
    ],
)
def test_a_link_or_a_pipe_that_was_named(target, name, code, words):
    target.write("thea.toml", "")
    (target.root / "out").symlink_to(target.outside)
    (target.root / "out.py").symlink_to(target.outside / "precious.py")
    (target.root / "lost.py").symlink_to("nowhere.py")
    (target.root / "loop.py").symlink_to("loop.py")
    os.mkfifo(target.root / "pipe.py")
    done = target.thea("correct", name, "--unsafe-fixes").check(code)
    assert words in " ".join((done.out + done.err).split())


def test_pipes_sockets_and_devices(fixable, monkeypatch):
    os.mkfifo(fixable.root / "pipe.py")
    monkeypatch.chdir(fixable.root)  # the name of a socket must be short
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket.py")
        if AS_ROOT:
            os.mknod(fixable.root / "zero.py", stat.S_IFCHR | 0o666, os.makedev(1, 5))
            os.mknod(fixable.root / "full.js", stat.S_IFCHR | 0o666, os.makedev(1, 7))
        fixable.thea("correct", ".").check(0)


CONFIGS = ("pyproject.toml", "ruff.toml", ".ruff.toml", ".oxlintrc.json", "_typos.toml",
           "tsconfig.json", "thea-calibration.toml")  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "named"),
    [("pipe", "sub/good.py"), ("folder", "."), ("device", "sub/good.py"), ("huge", ".")],
)
def test_configuration_of_tools_that_is_no_file(target, kind, named):
    good = target.write("sub/good.py", FIXABLE)
    target.git("init", "--quiet")
    for place in (target.root, target.root / "sub"):
        for name in CONFIGS:
            lay(place / name, kind)
    target.thea("correct", named, "--select", "ruff").check(0)
    assert good.read_text() == FIXED


def lay(path, kind):
    """Something else where a file is expected."""
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "huge":
        with path.open("wb") as file:
            file.truncate(1 << 30)
    else:
        path.write_bytes(b"x = \xff" if kind == "not UTF-8" else b"= =")


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("pipe", "it is a pipe or a device"),
        ("folder", "Is a directory"),
        ("device", "it is a pipe or a device"),
        ("huge", "it is larger than 1,000,000 bytes"),
        ("not UTF-8", "is not UTF-8"),
        ("broken", "is no valid TOML"),
    ],
)
def test_configuration_of_thea_that_is_no_file(target, kind, words):
    target.write("good.py", FIXABLE)
    lay(target.root / "thea.toml", kind)
    done = target.thea("correct", "good.py").check(2)
    assert "thea.toml" in done.err
    assert words in " ".join(done.err.split())
    assert "hint:" in done.err


@pytest.mark.parametrize("kind", ["pipe", "folder", "device", "huge"])
def test_a_project_file_that_is_none_configures_nothing(target, kind):
    lay(target.root / "pyproject.toml", kind)
    target.thea("config", ".").check(0)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("extend = 'thea.toml'", "extend leads back"),
        ("extend = 'other.toml'", "extend leads back"),
        ("extend = '.'", "Is a directory"),
        ("extend = 'pipe.toml'", "it is a pipe or a device"),
        ("select = " + "[" * 100_000, "thea.toml"),
        ("x" + ".x" * 400_000 + " = 1", "thea.toml"),
        ("select = [" + "'ruff', " * 90_000 + "]", ""),
        ("words = [" + "'ab', " * 100_000 + "]", ""),
    ],
    ids=["itself", "a circle", "a folder", "a pipe", "deep", "dotted", "long", "words"],
)
def test_configuration_that_is_a_bomb(target, text, words):
    target.write("thea.toml", text)
    target.write("other.toml", "extend = 'thea.toml'")
    os.mkfifo(target.root / "pipe.toml")
    done = target.thea("config", ".").check(2 if words else 0)
    assert words in " ".join(done.err.split())


@pytest.mark.skipif(AS_ROOT, reason="root reads all")
def test_files_that_may_not_be_read(fixable):
    fixable.write("secret.py", FIXABLE).chmod(0)
    done = fixable.thea("correct", ".").check(2)
    assert "cannot be read" in done.out + done.err


def test_names_that_are_hard_to_say(fixable):
    names = [b"new\nline.py", b"\xff\xfe.py", b"tab\t.py", b"-q.py", b"@arguments.py", b"a'b\".py",
             b"esc\x1b[31m.py", b"back\\slash.py", b"\xe2\x80\xae.py", b"[x]*?.py", b"%s{0}.py",
             b" .py", b"x" * 250 + b".py", "ü".encode("latin-1") + b".js"]  # fmt: skip
    paths = {name: fixable.root / os.fsdecode(name) for name in names}
    for path in paths.values():
        path.write_text(FIXABLE)
    done = fixable.thea("correct", ".", "-v").check(0)
    assert "2 skipped (2 not text)" in done.err
    assert "\x1b[31m" not in done.out + done.err
    for name, path in paths.items():
        text = not set(name) & {0xFF, 0xFC}
        assert (path.read_text() == FIXED) == (text and name.endswith(b".py")), name
    fixable.thea("undo").check(0)
    for path in paths.values():
        assert path.read_text() == FIXABLE, path
    (fixable.root / "good.py").write_text(FIXED)


def test_tools_see_files_and_settings_in_folders_that_are_hard_to_say(target):
    odd = "new\nline\\x"
    kept, script = (
        target.write(f"{odd}/keep_me\n.py"),
        target.write(f"{odd}/a\\b.js", "debugger;\n"),
    )
    fixed = target.write(
        f"{odd}/m\r\n.py", "import os\n\n# it may recieve the message of a user\nprint(1)\n"
    )
    target.write(f"{odd}/ruff.toml", "[lint]\nper-file-ignores = {'keep_me*' = ['F401']}\n")
    target.write("rules/r.yml", "id: r\nlanguage: Python\nmessage: m\nrule: {pattern: print($A)}\n"
                 "fix: repr($A)\nmetadata: {thea: {safety: safe, confidence: 0.95}}\n")  # fmt: skip
    target.write("thea.toml", "patterns = ['rules']\n")
    arguments = ("--select", "ruff,oxlint,spelling,patterns", "--unsafe-fixes")
    done = target.thea("correct", ".", *arguments).check(0)
    assert "Without" not in done.err
    assert kept.read_text() == "import os\n\nrepr(1)\n"
    assert fixed.read_text() == "\n# it may receive the message of a user\nrepr(1)\n"
    assert script.read_text().strip() == ""


def test_a_diff_says_odd_names_so_that_git_takes_it(target):
    path = target.write('a\n+++ b/"\\/x\t.py')
    target.git("init", "--quiet")
    done = target.thea("correct", ".", "--diff").check(1)
    assert '\n+++ b/"\\' not in done.out
    applied = target.git("apply", "-", input=done.out)
    assert (applied.returncode, path.read_text()) == (0, FIXED), applied.stderr


def test_a_name_too_long_for_its_alias_is_skipped_with_that_reason(target):
    path = target.write("\\" * 200 + ".py")
    done = target.thea("correct", ".", "--output-format", "json").check(0)
    assert "its name is too long to be told to tools" in done.out
    assert path.read_text() == FIXABLE


@pytest.mark.parametrize(
    ("kind", "words"),
    [("pipe", "a pipe or a device"), ("device", "a pipe or a device"), ("huge", "far too large")],
)
@pytest.mark.parametrize("place", ["", "sub/deep"])
def test_an_ignore_file_that_is_none_is_named_and_not_waited_for(target, kind, words, place):
    target.write("sub/deep/m.py")
    lay(target.root / place / ".gitignore", kind)
    done = target.thea("correct", ".").check(2)
    assert f".gitignore is {words}" in " ".join(done.err.split())
    target.thea("correct", ".", "--no-respect-gitignore").check(0)
    assert (target.root / "sub/deep/m.py").read_text() == FIXED


# --- what is no text, or too much of it ----------------------------------------------------------


def test_sparse_files_are_not_read(fixable):
    for name in ("big.py", "big.js"):
        with (fixable.root / name).open("wb") as file:
            file.truncate(1 << 30)
    done = fixable.thea("correct", ".", "-v").check(0)
    assert "larger than max-file-size" in done.out + done.err


@pytest.mark.parametrize(
    "data",
    [
        b"import os\0\n", b"\0", b"x = '\xed\xa0\x80'\nimport os\n", b"\xff\xfeimport os\n",
        b"\xef\xbb\xbf\xef\xbb\xbfimport os\n", b"# coding: utf-16\nimport os\n",
        b"\xf8\x88\x80\x80\x80", b"# coding: " + b"x" * 5_000 + b"\nimport os\n", b"\x1a", b"",
        b"# coding: latin-1\n# coding: utf-8\nimport os\nprint('\xe9')\n", b"\xc3",
    ],
)  # fmt: skip
def test_bytes_that_are_no_text(fixable, data):
    paths = [fixable.write(f"odd{suffix}", data) for suffix in (".py", ".js", ".tsx")]
    done = fixable.thea("correct", ".")
    done.check(done.code)
    assert done.code in {0, 1}
    for path in paths:
        if b"latin-1" not in data:
            assert path.read_bytes() in {data, data.strip(b"\x1a")}  # an end of text is a repair


def test_lines_that_end_in_carriage_returns(target):
    path = target.write("old.py", b"import os\rimport sys\rprint(sys)\r")
    script = target.write("old.js", b"debugger;\rlet a = 1;\rconsole.log(a)\r")
    target.thea("correct", ".").check(0)
    assert path.read_bytes() == b"import sys\rprint(sys)\r"
    assert script.read_bytes() in {b"debugger;\rlet a = 1;\rconsole.log(a)\r",
                                   b"\rlet a = 1;\rconsole.log(a)\r"}  # fmt: skip


def test_one_file_that_nests_deep_costs_no_other_its_tools(fixable):
    fixable.write("round.py", b"x = " + b"(" * 100_000 + b")" * 100_000 + b"\n")
    done = fixable.thea("correct", ".").check(0)
    assert "Without" not in done.err


def test_many_folders_deep(fixable):
    folder = fixable.root
    for _ in range(150):
        folder = folder / "deeper"
        folder.mkdir()
    (folder / "m.py").write_text(FIXABLE)
    fixable.thea("correct", ".").check(0)
    assert (folder / "m.py").read_text() == FIXED
