"""`thea server` in an editor: a real client talks to the real process over its pipes."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types
from pygls.protocol import default_converter
from pygls.workspace import PositionCodec
from pytest_lsp import LanguageClient, client_capabilities
from pytest_lsp.client import DEFAULT_CLIENT_FEATURES, register_lsp_features

from thea_cli.language_server.findings import Findings, Ruler
from thea_code_system.values.source import LineMap

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.torch,
    pytest.mark.skipif(sys.platform == "win32", reason="the server is not there on Windows"),
]
THEA = (sys.executable, "-c", "from thea_cli.client import main; main()")
SAMPLES = Path(__file__).parents[2] / "sample_repos"
BROKEN = "def f(a)\n    return a\n"
MENDED = "def f(a):\n    return a\n"
UNUSED = "import os\n\nprint(1)\n"
HOPELESS = "x = 1\n\n)](:\n"
FIX_ALL = "source.fixAll.thea"
PUBLISH = types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS
ERROR, WARNING, INFORMATION = (types.DiagnosticSeverity(number) for number in (1, 2, 3))


def edited(text, edits, encoding="utf-16"):
    """A text after edits of LSP, read as its specification says."""
    lines = re.split(r"(?<=\n)|(?<=\r)(?!\n)", text)
    width = {"utf-8": 1, "utf-16": 2, "utf-32": 4}[encoding]
    codec = encoding if width == 1 else f"{encoding}-le"

    def offset(place):
        before = lines[place.line].encode(codec)[: place.character * width].decode(codec)
        return len("".join(lines[: place.line]) + before)

    spans = [(offset(one.range.start), offset(one.range.end), one.new_text) for one in edits]
    for start, end, new in sorted(spans, reverse=True):
        text = text[:start] + new + text[end:]
    return text


class Desk:
    """A user with projects, and a warm process that nobody else uses."""

    def __init__(self, folder):
        self.folder = folder
        self.runtime = Path(tempfile.mkdtemp(prefix="ts-", dir="/tmp"))  # a socket's path is short
        homes = {f"XDG_{name}_HOME": str(folder / name) for name in ("CACHE", "STATE", "CONFIG")}
        own = {"HOME": str(folder), "XDG_RUNTIME_DIR": str(self.runtime), **homes}
        self.env = {**os.environ, **own, "GIT_CONFIG_GLOBAL": os.devnull}

    def thea(self, *arguments, cwd=None):
        done = subprocess.run(
            [*THEA, *arguments],
            cwd=cwd or self.folder,
            env=self.env,
            capture_output=True,
            check=False,
        )
        return done.stdout

    def status(self):
        return json.loads(self.thea("cluster", "status", "--format", "json"))

    def project(self, name, configuration="", **files):
        root = self.folder / name
        root.mkdir(parents=True)
        (root / "thea.toml").write_text(configuration)
        for file, text in files.items():
            (root / f"{file}.py").write_text(text)
        return root

    def end(self):
        self.thea("cluster", "down")
        shutil.rmtree(self.runtime)


class Editor:
    """An editor with documents, and what the server has told it of them."""

    def __init__(self, client):
        self.client = client
        self.told = []
        self._versions = {}

    @classmethod
    async def started(
        cls, desk, options=None, like="visual-studio-code", encodings=None, cwd=None, **more
    ):
        client = LanguageClient(converter_factory=default_converter, **more)
        editor = cls(client)
        heard = {PUBLISH: lambda params: editor.told.append(params)}  # noqa: PLW0108 - pygls marks it
        register_lsp_features(client, {**DEFAULT_CLIENT_FEATURES, **heard})
        program = (sys.executable, "-m", "thea_cli") if cwd else THEA  # which is a script
        await client.start_io(*program, "server", env=desk.env, cwd=cwd or desk.folder)
        capabilities = client_capabilities(like) if like else types.ClientCapabilities()
        if encodings:
            capabilities.general = types.GeneralClientCapabilities(position_encodings=encodings)
        asked = types.InitializeParams(
            capabilities, root_uri=desk.folder.as_uri(), initialization_options=options or {}
        )
        await client.initialize_session(asked)
        return editor

    async def end(self):
        await self.client.shutdown_session()
        assert self.client._server.returncode == 0
        await self.client.stop()

    async def show(self, path, text, language="python"):
        """Open a document, or change one; the diagnostics of that version."""
        self.put(path, text, language)
        return await self.diagnostics(path)

    def put(self, path, text, language="python"):
        uri = path if isinstance(path, str) else path.as_uri()
        if uri not in self._versions:
            self._versions[uri] = 1
            item = types.TextDocumentItem(uri, language, 1, text)
            self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
            return
        self._versions[uri] += 1
        self.client.text_document_did_change(
            types.DidChangeTextDocumentParams(
                types.VersionedTextDocumentIdentifier(self._versions[uri], uri),
                [types.TextDocumentContentChangeWholeDocument(text)],
            )
        )

    def save(self, path):
        document = types.TextDocumentIdentifier(path.as_uri())
        self.client.text_document_did_save(types.DidSaveTextDocumentParams(document))

    async def diagnostics(self, path, count=1):
        """What was told of the present version, once it was so often."""
        uri = path if isinstance(path, str) else path.as_uri()
        limit = time.monotonic() + 60
        while time.monotonic() < limit:
            mine = [one for one in self.told if (one.uri, one.version) == self._state(uri)]
            if len(mine) >= count:
                return list(mine[-1].diagnostics)
            await asyncio.sleep(0.01)
        raise AssertionError(self.client.log_messages)

    def _state(self, uri):
        return uri, self._versions[uri]

    async def actions(self, path, line=0, only=None):
        place = types.Position(line, 0)
        found = await self.client.text_document_code_action_async(
            types.CodeActionParams(
                types.TextDocumentIdentifier(path.as_uri()),
                types.Range(place, place),
                types.CodeActionContext([], only=only),
            )
        )
        return list(found)

    async def all_fixed(self, path, text, encoding="utf-16", language="python"):
        """A text after what is done on saving."""
        self.put(path, text, language)
        found = await self.actions(path, only=[FIX_ALL])
        assert len(found) <= 1
        return edited(text, self.edits(found[0], path), encoding) if found else text

    def edits(self, action, path):
        (change,) = action.edit.document_changes
        assert (change.text_document.uri, change.text_document.version) == self._state(
            path.as_uri()
        )
        return change.edits


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    one = Desk(tmp_path_factory.mktemp("desk"))
    one.thea("cluster", "up", "--idle-timeout", "10m")
    yield one
    one.end()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(desk):
    one = await Editor.started(desk)
    yield one
    await one.end()


@pytest.fixture
def editor(running):
    """The one of all tests that have no settings, with nothing told yet."""
    for heard in (running.told, running.client.messages, running.client.log_messages):
        heard.clear()
    return running


async def test_a_broken_file_is_an_error_until_its_quick_fix_is_applied(desk, editor):
    root = desk.project("broken", a=MENDED)
    path = root / "a.py"
    (error,) = await editor.show(path, BROKEN)
    assert (error.severity, error.source, error.code) == (ERROR, "thea", "syntax/missing-colon")
    assert re.fullmatch(r"add the missing colon \(0\.\d\d\)", error.message)
    assert error.data["state"] == "applied"
    assert error.range.start == types.Position(0, 8)
    fix, _ = await editor.actions(path)
    assert fix.kind == types.CodeActionKind.QuickFix
    assert fix.is_preferred
    assert edited(BROKEN, editor.edits(fix, path)) == MENDED
    assert await editor.show(path, MENDED) == []
    assert await editor.actions(path) == []
    assert path.read_text() == MENDED, "what was broken was never saved"
    assert b"There is no run" in desk.thea("history", cwd=root)


async def test_a_file_that_stays_broken_is_an_error_at_its_line(desk, editor):
    (error, *_) = await editor.show(desk.project("hopeless") / "a.py", HOPELESS)
    assert error.severity is ERROR
    assert error.message.startswith("does not parse: line 3")
    assert error.range == types.Range(types.Position(2, 0), types.Position(2, 4))


async def test_what_is_not_certain_enough_is_a_hint_that_is_not_preferred(desk):
    editor = await Editor.started(desk, {"minConfidence": 0.99})
    path = desk.project("hint") / "a.py"
    (hint,) = await editor.show(path, UNUSED)
    assert hint.severity is INFORMATION
    assert "suggestion, 0.8" in hint.message
    (fix,) = await editor.actions(path)
    assert not fix.is_preferred
    assert edited(UNUSED, editor.edits(fix, path)) == "\nprint(1)\n"
    assert await editor.actions(path, line=2) == []
    assert await editor.actions(path, only=["source"]) == []
    await editor.end()


CASES = {
    "astral.py": "x = '\U0001f600\U0001f600'; import os\ny = '\U0001f600'; import re\n",
    "bom.py": "\ufeffimport os\nimport sys\n\nprint(sys.argv)\n",
    "bom_only_line.py": "\ufeffdef f(): return f'{1}'; import os\n",
    "windows.py": "import os\r\n\r\ndef f(a)\r\n    return '\U0001f600'\r\n",
    "form_feed.py": "import re\nx = 1\n\f\ny = '\u2028'; import os\n\x0b\n",
    "latin.py": "# -*- coding: latin-1 -*-\nx = 'é'; import os\n",
    "no_end.py": "x = 1; import os",
    "old_mac.py": "import os\rx = 1\r",
}


async def test_positions_are_units_of_utf_16_and_lines_end_where_lsp_says(desk, editor):
    """Byte for byte what the command line makes of the same files."""
    root = desk.project("places")
    encoding = {name: "latin-1" if name == "latin.py" else "utf-8" for name in CASES}
    fixed = {}
    for name, text in CASES.items():
        (root / name).write_bytes(text.encode(encoding[name]))
    for name, text in CASES.items():
        fixed[name] = await editor.all_fixed(root / name, text)
        assert fixed[name] != text, f"{name} shows nothing"
    desk.thea("correct", root)
    for name, text in fixed.items():
        assert (root / name).read_bytes() == text.encode(encoding[name]), name


@pytest.mark.parametrize("encoding", ["utf-8", "utf-32"])
async def test_the_client_may_choose_other_units(desk, encoding):
    editor = await Editor.started(desk, encodings=[types.PositionEncodingKind(encoding)])
    path = desk.project(f"places-{encoding}") / "a.py"
    fixed = await editor.all_fixed(path, CASES["astral.py"], encoding)
    assert fixed == "x = '\U0001f600\U0001f600'; \ny = '\U0001f600'; \n"
    await editor.end()


@st.composite
def written(draw):
    """A text as an editor has it, and edits of it that are apart from each other, by offset."""
    odd = "ab \n\r\f\v\x85\u2028é\U0001f600"
    text = draw(st.sampled_from(["", "\ufeff"])) + draw(st.text(odd, max_size=30))
    first = text.startswith("\ufeff")
    cuts = draw(st.lists(st.integers(int(first), len(text)), max_size=6, unique=True))
    # between CR and LF there is no place that LSP could name
    cuts = sorted(cut for cut in cuts if text[cut - 1 : cut + 1] != "\r\n")
    new = st.text("xy\U0001f600\n", max_size=3)
    return text, [
        (start, end, draw(new)) for start, end in zip(cuts[::2], cuts[1::2], strict=False)
    ]


@given(written(), st.sampled_from(["utf-8", "utf-16", "utf-32"]))
async def test_an_edit_is_in_its_place_in_any_text_and_any_units(written, encoding):
    text, edits = written
    hidden = text.startswith("\ufeff")
    map_, expected = LineMap.of(text[hidden:]), text

    def place(offset):
        found = map_.position(offset - hidden)
        return {"line": found.line, "column": found.column}

    plain = [
        {"start": place(start), "end": place(end), "replacement": new} for start, end, new in edits
    ]
    for start, end, new in reversed(edits):
        expected = expected[:start] + new + expected[end:]
    about = {"id": "1", "fingerprint": "2", "rules": ["ruff/F401"], "message": "m", "reason": ""}
    one = {**about, "confidence": 0.9, "safety": "safe", "state": "applied", "edits": plain}
    file = {"line": None, "corrections": [one]}
    found = Findings.of("file:///a.py", 1, file, Ruler(text, PositionCodec(encoding)))
    everywhere = types.Range(types.Position(0, 0), types.Position(99, 0))
    asked = types.CodeActionParams(
        types.TextDocumentIdentifier("file:///a.py"), everywhere, types.CodeActionContext([])
    )
    for action in found.actions(asked, versioned=False):
        assert edited(text, action.edit.changes["file:///a.py"], encoding) == expected


async def same(desk, editor, root, paths):
    """Fix-all equals what the command line does, for the files of a project."""
    subprocess.run(["git", "init", "-q", root], check=True)
    fixed = {}
    for path in paths:
        fixed[path] = await editor.all_fixed(path, path.read_bytes().decode())
    desk.thea("correct", root)
    for path, text in fixed.items():
        assert path.read_bytes().decode() == text, path


async def test_fix_all_does_what_the_command_line_does(desk, editor):
    root = desk.folder / "few"
    root.mkdir()
    names = ["bookshop/bookshop/cart.py", "bookshop/bookshop/money.py", "storefront/src/h.js"]
    paths = [Path(shutil.copy(SAMPLES / name, root)) for name in names]
    await same(desk, editor, root, paths)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["bookshop", "storefront"])
async def test_fix_all_does_so_for_every_sample(desk, editor, name):
    root = desk.folder / f"all-{name}"
    shutil.copytree(SAMPLES / name, root)
    await same(
        desk,
        editor,
        root,
        [
            one
            for one in sorted(root.rglob("*.[pjtm]*"))
            if one.is_file() and one.suffix in {".py", ".js", ".mjs", ".jsx", ".ts", ".tsx"}
        ],
    )


async def test_refusals_suppression_and_exclusion_are_those_of_the_project(desk, editor):
    root = desk.project("rules", 'extend-exclude = ["left"]\n', refused=UNUSED)
    (root / "left").mkdir()
    desk.thea("correct", ".", cwd=root)
    desk.thea("undo", "--file", "refused.py", cwd=root)
    assert await editor.show(root / "refused.py", UNUSED) == []
    assert len(await editor.show(root / "other.py", UNUSED)) == 1
    assert await editor.show(root / "noted.py", f"{UNUSED}# thea: skip-file\n") == []
    assert await editor.show(root / "left/a.py", BROKEN) == []
    assert await editor.show(root / "vendor/a.py", BROKEN) == []


async def test_what_is_no_file_or_in_no_language_of_ours_is_left_alone(desk, editor):
    before = desk.status()["served"]
    root = desk.project("odd")
    assert await editor.show(f"git:{root}/a.py", BROKEN) == []
    assert await editor.show("untitled:Untitled-1", BROKEN) == []
    assert await editor.show(root / "a.md", BROKEN, "markdown") == []
    assert await editor.show(root / "a.py", "x = '\0'\nimport os\n") == []
    assert desk.status()["served"] == before
    assert editor.client.messages == []


async def test_a_file_outside_of_any_project_is_looked_at_by_itself(desk, editor):
    home = desk.folder / "no-project"
    home.mkdir()
    assert len(await editor.show(home / "scratch.py", UNUSED)) == 1
    assert list(home.iterdir()) == []


async def test_only_the_last_of_many_versions_is_looked_at(desk, editor):
    path = desk.project("typing") / "a.py"
    await editor.show(path, "")
    before = desk.status()["served"]
    for end in range(len(UNUSED)):
        editor.put(path, UNUSED[:end])
    editor.put(path, UNUSED)
    fixes = await editor.actions(path)
    assert edited(UNUSED, editor.edits(fixes[0], path)) == "\nprint(1)\n"
    assert desk.status()["served"] == before + 1
    assert [one.version for one in editor.told] == [1, len(UNUSED) + 2]


async def test_a_look_at_an_old_version_is_ended(desk, editor):
    path = desk.project("ended") / "a.py"
    heavy = "".join(f"x{n} = f(({n}, [y for y in x{n - 1}\n" for n in range(2_000))
    editor.put(path, heavy)
    limit = time.monotonic() + 30
    while not (running := desk.status()["running"]) and time.monotonic() < limit:
        await asyncio.sleep(0.02)
    assert str(path) in running[0]["command"]
    assert len(await editor.show(path, UNUSED)) == 1
    assert [one.version for one in editor.told] == [2]
    while desk.status()["running"] and time.monotonic() < limit:
        await asyncio.sleep(0.02)
    assert not desk.status()["running"]


async def test_a_run_that_fails_is_told_once_and_the_next_one_counts(desk, editor):
    root = desk.project("wrong", "selct = []\n")
    path = root / "a.py"
    assert await editor.show(path, UNUSED) == []
    assert await editor.show(path, f"{UNUSED}\n") == []
    (message,) = editor.client.messages
    assert "there is no key selct" in message.message
    assert len(editor.client.log_messages) == 2
    (root / "thea.toml").write_text("")
    editor.save(path)
    assert len(await editor.diagnostics(path, count=2)) == 1


async def test_settings_are_asked_for_and_may_change(desk):
    editor = await Editor.started(desk, configuration={"": {"thea": {"ignore": ["F401"]}}})
    path = desk.project("settings") / "a.py"
    assert await editor.show(path, UNUSED) == []
    editor.client.set_configuration({"thea": {"select": ["ruff"], "unsafeFixes": False}})
    changed = types.DidChangeConfigurationParams({})
    editor.client.workspace_did_change_configuration(changed)
    assert len(await editor.diagnostics(path, count=2)) == 1
    wrong = {"minConfidenc": 1, "run": "always", "trust": True, "ignore": ["--trust"]}
    for count, (key, value) in enumerate(wrong.items(), start=3):
        editor.client.set_configuration({"thea": {key: value}})
        editor.client.workspace_did_change_configuration(changed)
        await editor.diagnostics(path, count=count)
    first, *messages = [one.message for one in editor.client.messages]
    assert "there is no setting minConfidenc. Did you mean minConfidence?" in first
    assert "the setting run cannot be 'always'" in messages[0]
    assert "there is no setting trust." in messages[1]
    assert "--trust" in messages[2], "it is no code"
    await editor.end()


async def test_modules_of_the_folder_that_is_open_are_not_imported(desk):
    names = ("torch", "json", "lsprotocol", "asyncio", "wave")
    traps = dict.fromkeys(names, "open('sprung', 'w')")
    root = desk.project("traps", **traps)
    editor = await Editor.started(desk, cwd=root)
    assert len(await editor.show(root / "a.py", UNUSED)) == 1
    await editor.end()
    assert not (root / "sprung").exists()


async def test_a_user_may_want_it_on_saving_only(desk):
    editor = await Editor.started(desk, {"run": "onSave"})
    path = desk.project("saving") / "a.py"
    assert await editor.show(path, "") == []
    editor.put(path, UNUSED)
    assert await editor.actions(path) == [], "nobody has looked yet"
    assert await editor.all_fixed(path, f"{UNUSED}#\n") == "\nprint(1)\n#\n"
    editor.put(path, UNUSED)
    editor.save(path)
    assert len(await editor.diagnostics(path)) == 1
    assert [one.version for one in editor.told] == [1, 3, 4]
    await editor.end()


async def test_a_simple_client_gets_simple_edits(desk):
    editor = await Editor.started(desk, like=None)
    path = desk.project("simple") / "a.py"
    editor.put(path, UNUSED)
    (fix,) = await editor.actions(path, only=[types.CodeActionKind.SourceFixAll])
    assert edited(UNUSED, fix.edit.changes[path.as_uri()]) == "\nprint(1)\n"
    await editor.end()


async def test_a_closed_document_has_no_diagnostics(desk, editor):
    path = desk.project("closed") / "a.py"
    await editor.show(path, UNUSED)
    document = types.TextDocumentIdentifier(path.as_uri())
    editor.client.text_document_did_close(types.DidCloseTextDocumentParams(document))
    assert await editor.actions(path) == []
    assert editor.told[-1].diagnostics == ()


async def test_neither_torch_nor_ray_is_in_the_servers_memory(desk, editor):
    await editor.show(desk.project("light") / "a.py", BROKEN)
    maps = Path(f"/proc/{editor.client._server.pid}/maps")
    if not maps.exists():
        pytest.skip("no /proc here")
    assert not re.search(r"libtorch|/ray/", maps.read_text())


@pytest.mark.parametrize(
    "word", ["", 'Content-Length: 33\r\n\r\n{"jsonrpc":"2.0","method":"exit"}']
)
async def test_an_editor_that_goes_without_a_word_leaves_exit_code_1(desk, word):
    done = subprocess.run(
        [*THEA, "server"],
        env=desk.env,
        input=word.encode(),
        capture_output=True,
        check=False,
        timeout=30,
    )
    assert (done.returncode, done.stdout, done.stderr) == (1, b"", b"")


@pytest.mark.slow
async def test_it_works_cold_and_starts_the_warm_process_itself(tmp_path):
    desk = Desk(tmp_path)
    editor = await Editor.started(desk)
    try:
        path = desk.project("cold") / "a.py"
        assert len(await editor.show(path, UNUSED)) == 1
        limit = time.monotonic() + 120
        while not desk.status() and time.monotonic() < limit:
            await asyncio.sleep(0.2)
        assert len(await editor.show(path, f"{UNUSED}\n")) == 1
        assert desk.status()["served"] == 1
        await editor.end()
        assert desk.status(), "the next editor will use it"
    finally:
        desk.end()


@pytest.mark.slow
async def test_it_works_without_a_warm_process(tmp_path):
    desk = Desk(tmp_path)
    editor = await Editor.started(desk, {"warm": False})
    assert len(await editor.show(desk.project("cold") / "a.py", UNUSED)) == 1
    await editor.end()
    assert not desk.status()
    shutil.rmtree(desk.runtime)
