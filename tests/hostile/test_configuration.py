"""Configuration of the target: what it may not decide, and tools that it would turn on us."""

from __future__ import annotations

import json
import socket

import pytest

pytest.importorskip("torch")
FIXABLE, FIXED = "import os\n\nprint(1)\n", "\nprint(1)\n"


@pytest.fixture
def fixable(target):
    """A target with a file to correct, which has to be corrected whatever lies beside it."""
    good = target.write("good.py", FIXABLE)
    yield target
    assert good.read_text() == FIXED


def test_thea_toml_can_make_thea_no_bolder(fixable):
    unsafe = fixable.write("sub/__init__.py", "import os\n")  # its removal is unsafe
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        listening.setblocking(False)
        address = f"127.0.0.1:{listening.getsockname()[1]}"
        fixable.write(
            "thea.toml",
            f"address = '{address}'\ncache-dir = '{fixable.outside}/cache'\nworkers = 8\n"
            f"unsafe-fixes = true\nmin-confidence = 0\nmodel = '{fixable.outside}'\n"
            "max-file-size = 999999999\ntrust = true\ndevice = 'cuda'\ntool-seconds = 9999\n"
            "output-format = 'json'\npreset = 'production'\n",
        )
        done = fixable.thea("correct", ".").check(0)
        with pytest.raises(BlockingIOError):
            listening.accept()
    for key in ("address", "cache-dir", "workers", "unsafe-fixes", "min-confidence", "model",
                "max-file-size", "trust", "device", "tool-seconds", "output-format"):  # fmt: skip
        assert f"{key} does not count" in done.err
    assert unsafe.read_text() == "import os\n"


@pytest.mark.parametrize(
    "line",
    [
        "extend = '../outside/evil.toml'", "extend = '{outside}/evil.toml'",
        "extend = 'link.toml'", "extend = 'up/evil.toml'",
    ],
)  # fmt: skip
def test_extend_does_not_lead_out_of_the_tree(target, line):
    (target.outside / "evil.toml").write_text("ignore = ['ruff']\n")
    target.before = target.snapshot()
    (target.root / "link.toml").symlink_to("../outside/evil.toml")
    (target.root / "up").symlink_to("../outside")
    target.write("thea.toml", line.format(outside=target.outside))
    done = target.thea("config", ".").check(0)
    assert "extend does not count" in done.err
    assert "evil.toml" not in done.out
    assert (
        "link.toml" in (out := target.thea("config", ".", "--trust").check(0).out)
        or "evil.toml" in out
    )


@pytest.mark.parametrize("pattern", ["../outside", "/**/*.yml", "{outside}/r.yml", "up/*.yml"])
def test_patterns_do_not_lead_out_of_the_tree(target, pattern):
    (target.root / "up").symlink_to("../outside")
    target.write("thea.toml", f"patterns = ['{pattern.format(outside=target.outside)}']\n")
    assert "patterns does not count" in target.thea("config", ".").check(0).err


def test_settings_of_tools_that_would_run_or_write_something(fixable):
    outside = fixable.outside
    (outside / "evil.toml").write_text("[lint]\nselect = []\n")
    (outside / "evil.json").write_text(json.dumps({"jsPlugins": [str(outside / "plugin.js")]}))
    (outside / "plugin.js").write_text("require('fs').writeFileSync('sprung', '')\n")
    fixable.before = fixable.snapshot()
    fixable.write(
        "ruff.toml",
        f"cache-dir = '{outside}/cache'\nfix = true\nunsafe-fixes = true\nfix-only = true\n"
        f"show-fixes = true\noutput-format = 'github'\nsrc = ['{outside}', '/']\n"
        "[lint]\nselect = ['F']\n[analyze]\ndetect-string-imports = true\n",
    )
    fixable.write(
        "pyproject.toml",
        "[build-system]\nrequires = []\nbuild-backend = 'evil'\nbackend-path = ['.']\n"
        "[tool.mypy]\nplugins = ['evil']\n[tool.pytest.ini_options]\naddopts = '-p evil'\n"
        "[tool.typos.default]\nextend-words = { print = 'sprint' }\n",
    )
    fixable.write("evil.py", f"{fixable.python}\nimport os\n")
    fixable.write("mypy.ini", "[mypy]\nplugins = evil.py\n")
    fixable.write(
        ".oxlintrc.json",
        json.dumps({"jsPlugins": ["./plugin.js"], "extends": [str(outside / "evil.json")],
                    "rules": {"no-debugger": "error"}}),
    )  # fmt: skip
    fixable.write("plugin.js", f"require('fs').writeFileSync({str(fixable.mark)!r}, '')\n")
    fixable.write("eslint.config.js", f"require('fs').writeFileSync({str(fixable.mark)!r}, '')\n")
    fixable.write("tsconfig.json", '{"compilerOptions": {"plugins": [{"name": "./plugin.js"}]}}')
    fixable.write("_typos.toml", "[default.extend-words]\nprint = 'sprint'\n")
    fixable.write(
        "sgconfig.yml",
        "ruleDirs: [/]\ncustomLanguages:\n  python: {libraryPath: evil.so, extensions: [py]}\n",
    )
    fixable.write("evil.so", b"\x7fELF")
    fixable.write("rules/r.yml", "id: r\nlanguage: Python\nrule: {pattern: zzz}\nfix: yyy\n")
    fixable.write("thea.toml", "patterns = ['rules']\n")
    fixable.write("a.js", "debugger;\n")
    done = fixable.thea("correct", ".").check(0)
    assert "unavailable" not in done.err, done.err


def test_settings_of_tools_that_are_bombs(target):
    good = target.write("good.py", FIXABLE)
    target.write("ruff.toml", "select = " + "[" * 100_000)
    target.write("sub/ruff.toml", "extend = 'ruff.toml'\n")
    target.write("sub/pyproject.toml", "[tool.ruff]\nextend = 5\n")
    target.write("sub/m.py", "x = 1\n")
    target.write(".oxlintrc.json", "[" * 100_000)
    target.write("sub/.oxlintrc.json", '{"extends": ["./.oxlintrc.json"]}')
    target.write("sub/a.js", "debugger;\n")
    target.write("_typos.toml", "default = " + "[" * 100_000)
    done = target.thea("correct", ".").check(0)
    assert "Ruff cannot use this project's configuration" in done.err
    assert "oxlint cannot read this project's configuration" in done.err
    assert good.read_text() == FIXABLE, "its fixes are suggestions then"


def test_a_calibration_that_is_a_bomb_is_an_error_that_names_it(target):
    target.write("good.py")
    target.write("thea-calibration.toml", "x = " + "[" * 100_000)
    assert "thea-calibration.toml" in target.thea("correct", ".").check(2).err


LAUGHS = "\n".join(
    [f"a0: &a0 [{', '.join(['x'] * 10)}]"]
    + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
)
RULE = "id: r\nlanguage: Python\nmessage: m\nfix: x\n"
BOMBS = {
    "laughs": f"{LAUGHS}\n{RULE}rule: {{pattern: print($A)}}\nmetadata: *a9\n",
    "deep": f"{RULE}rule: {'[' * 50_000}\n",
    "nested": f"{RULE}rule: {'{not: ' * 20_000}{{kind: string}}{'}' * 20_000}\n",
    "regex": f"{RULE}rule: {{regex: '(((((a*)*)*)*)*)*$', kind: string}}\n",
    "huge regex": f"{RULE}rule: {{regex: '((a{{1000}}){{1000}}){{1000}}', kind: string}}\n",
    "itself": f"{RULE}rule: {{matches: u}}\nutils: {{u: {{any: [{{matches: u}}]}}}}\n",
    "many": f"{RULE}rule: {{any: [{', '.join(['{pattern: f($$$A, $$$B, $$$C)}'] * 500)}]}}\n",
    "endless": f"{RULE}rule: {{pattern: 'f($$$A, $$$B, $$$C, $$$D, $$$E, $$$F, 0)'}}\n",
    "no YAML": "\t}{: x",
    "no rule": "x: 1\n",
}


@pytest.mark.parametrize("name", BOMBS)
def test_patterns_that_are_bombs(target, name):
    good = target.write("good.py", FIXABLE)
    target.write("calls.py", f"x = '{'a' * 5_000}b'\nf({', '.join(['1'] * 150)})\n" * 3)
    target.write("rules/r.yml", BOMBS[name])
    target.write("thea.toml", "patterns = ['rules']\ntool-seconds = 8\n")
    done = target.thea("correct", ".")
    done.check(done.code)
    assert done.code in {0, 2}
    assert "patterns" in done.err or good.read_text() == FIXED
