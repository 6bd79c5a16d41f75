"""Every encoding that PEP 263 allows: bytes outside of the edits stay, or the file is skipped."""

from __future__ import annotations

import encodings
import pkgutil
import warnings

import pytest

from thea_code_system.actors.core.correction_actor import CorrectionActor
from thea_code_system.values.context import ProjectContext, Settings
from thea_code_system.values.correction import State
from thea_code_system.values.outcome import Clean, Corrected, Failed
from thea_code_system.values.source import NotTextError, SourceFile

pytest.importorskip("torch")
NAMES = sorted(module.name for module in pkgutil.iter_modules(encodings.__path__))
SAMPLES = "日本語 한국어 привет ελληνικά äöüéß עברית عربى ไทย ～＼ ½¤§"


async def corrected(files, **settings):
    """Outcomes of one batch, by path."""
    actor = CorrectionActor(ProjectContext("/p", Settings(**settings)))
    await actor.setup()
    try:
        sources = [SourceFile.decode(path, data) for path, data in files.items()]
        return dict(zip(files, await actor.correct(sources), strict=True))
    finally:
        await actor.shutdown()


def declared(name):
    """A file in an encoding: an edit before, between and after what the encoding is needed for."""
    text = f"# coding: {name}\nimport os\n# %s\nimport re\nx = '%s'\nif x == None:\n    pass\n"
    warnings.simplefilter("ignore")
    for sample in (SAMPLES, *SAMPLES.split(), "plain"):
        try:
            return (text % (sample, sample)).encode(name)
        except (UnicodeError, LookupError):
            continue
    return (text % ("plain", "plain")).encode()


async def test_every_codec_keeps_the_bytes_outside_of_edits_or_is_skipped():
    files, skipped = {}, []
    for name in NAMES:
        data = declared(name)
        try:
            SourceFile.decode(f"{name}.py", data)
        except NotTextError:
            skipped.append(name)
        else:
            files[f"{name}.py"] = data
    assert {"latin_1", "cp1252", "shift_jis", "euc_jp", "gb18030", "koi8_r", "big5"} <= {
        path[:-3] for path in files
    }
    assert {"utf_16", "utf_7", "punycode", "rot_13", "iso2022_jp", "cp037", "undefined"} <= set(
        skipped
    )
    outcomes = await corrected(files, select=("ruff/F401",), unsafe_fixes=True)
    for path, data in files.items():
        outcome = outcomes[path]
        assert isinstance(outcome, Corrected), path
        after = data.replace(b"import os\n", b"").replace(b"import re\n", b"")
        assert outcome.after == SourceFile.digest_of(after), path


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (
            b"import os\nimport re\n# coding: no-such\nprint(1)\n",
            "it cannot be written as utf-8",
        ),
        (
            b"import os\nimport re\n# coding: latin-1\nprint('\xc3\xa9')\n",
            "it would be read as latin-1, not utf-8",
        ),
    ],
)
async def test_a_correction_may_not_move_a_declared_encoding(data, reason):
    outcome = (await corrected({"m.py": data}, select=("ruff/F401",), unsafe_fixes=True))["m.py"]
    assert isinstance(outcome, Clean)
    assert [c.state for c in outcome.corrections] == [State.REJECTED] * 2
    assert {c.reason for c in outcome.corrections} == {reason}


RULE = """
id: arrow
language: Python
message: an arrow
rule: {pattern: arrow()}
fix: print("→")
metadata: {thea: {safety: safe, confidence: 0.95}}
"""


async def test_a_correction_may_not_write_what_the_encoding_lacks():
    files = {"m.py": b"# coding: latin-1\narrow()\n", "n.py": b"arrow()\n"}
    outcomes = await corrected(files, select=("patterns",), patterns=(("r.yml", RULE),))
    assert isinstance(outcomes["n.py"], Corrected)
    assert isinstance(outcomes["m.py"], Clean)
    (refused,) = outcomes["m.py"].corrections
    assert refused.state is State.REJECTED
    assert refused.reason == "it cannot be written as latin-1"


async def test_a_repair_may_not_either():
    text = b"<<<<<<< HEAD\n# coding: %s\n=======\n>>>>>>> other\nx = '\xc3\xa9'\n"
    files = {"m.py": text % b"koi8-r", "n.py": text % b"utf-8"}
    settings = {"select": ("syntax",), "min_confidence": 0.0, "unsafe_fixes": True}
    outcomes = await corrected(files, **settings)
    assert isinstance(outcomes["n.py"], Corrected)
    assert isinstance(outcomes["m.py"], Failed)
    refused = outcomes["m.py"].corrections[0]
    assert (refused.state, refused.reason[:28]) == (State.REJECTED, "it would be read as koi8-r, ")


@pytest.mark.parametrize("mark", ["utf-16", "utf-32", "utf-16-le"])
async def test_wide_encodings_are_skipped(target, mark):
    target.write("m.py", "import os\nprint(1)\n".encode(mark))
    done = target.thea("correct", ".", "-v").check(0)
    assert "binary" in done.out + done.err
