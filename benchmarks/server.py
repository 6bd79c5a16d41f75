"""Time `thea server`: from a change of a text to the diagnostics, warm and cold.

    python benchmarks/server.py [--runs 20] [--write-docs]

A file of 200 lines, as it is typed: healthy, with corrections by rules, and broken. The pause in
which the server waits for more typing is part of the figures. Prints medians in milliseconds.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from document import Document
from lsprotocol import types
from pygls.lsp.client import LanguageClient

PIECE = '''
def area_{0}(width: float, height: float) -> float:
    """The area of a rectangle, rounded to whole units."""
    if width < 0 or height < 0:
        message = f"a side of {{width}} by {{height}} is less than nothing"
        raise ValueError(message)
    return round(width * height, 2)

'''
HEALTHY = '"""Rectangles."""\n' + "".join(PIECE.format(n) for n in range(25))
UNUSED = HEALTHY.replace('"""Rectangles."""\n', '"""Rectangles."""\n\nimport os\n')
HEADER = "def area_11(width: float, height: float) -> float"
BROKEN = HEALTHY.replace(f"{HEADER}:", HEADER)
CASES = {"healthy": HEALTHY, "corrections by rules": UNUSED, "does not parse": BROKEN}


class Editor:
    """A client with one document, on a machine whose warm process nobody else uses."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "project" / "module.py"
        self.path.parent.mkdir(exist_ok=True)
        (self.path.parent / "thea.toml").touch()
        (folder / "run").mkdir(mode=0o700, exist_ok=True)
        own = {"XDG_RUNTIME_DIR": "run", "XDG_CACHE_HOME": "cache", "XDG_STATE_HOME": "state"}
        self.env = {**os.environ, **{name: str(folder / place) for name, place in own.items()}}
        self.version = 0
        self.told: asyncio.Queue[types.PublishDiagnosticsParams] = asyncio.Queue()
        self.client = LanguageClient("benchmark", "1")

    async def begin(self) -> None:
        client = self.client

        @client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def _(params: types.PublishDiagnosticsParams) -> None:
            self.told.put_nowait(params)

        await client.start_io(sys.executable, "-m", "thea_cli", "server", env=self.env)
        asked = types.InitializeParams(
            types.ClientCapabilities(), initialization_options={"warm": False}
        )
        await client.initialize_async(asked)
        client.initialized(types.InitializedParams())
        item = types.TextDocumentItem(self.path.as_uri(), "python", 0, HEALTHY)
        client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        await self.told.get()

    async def milliseconds(self, text: str) -> float:
        """From a change, with a line that no cache has seen, to the diagnostics of that version."""
        self.version += 1
        document = types.VersionedTextDocumentIdentifier(self.version, self.path.as_uri())
        whole = types.TextDocumentContentChangeWholeDocument(f"{text}\n# {self.version}\n")
        start = time.perf_counter()
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(document, [whole]))
        while (await self.told.get()).version != self.version:
            pass
        return 1000 * (time.perf_counter() - start)

    async def end(self) -> None:
        await self.client.shutdown_async(None)
        self.client.exit(None)
        await self.client.stop()


async def medians(folder: Path, runs: int) -> list[float]:
    editor = Editor(folder)
    await editor.begin()
    times: dict[str, list[float]] = {name: [] for name in CASES}
    for _ in range(runs):
        for name, text in CASES.items():
            times[name].append(await editor.milliseconds(text))
    await editor.end()
    return [statistics.median(each) for each in times.values()]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--write-docs", action="store_true")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="tw-", dir="/tmp"))
    few = max(options.runs // 4, 1)
    cold = asyncio.run(medians(folder, few))
    thea = [sys.executable, "-m", "thea_cli", "cluster"]
    env = Editor(folder).env
    subprocess.run([*thea, "up"], env=env, check=True, stdout=subprocess.DEVNULL)
    try:
        warm = asyncio.run(medians(folder, options.runs))
    finally:
        subprocess.run([*thea, "down"], env=env, check=True, stdout=subprocess.DEVNULL)
        shutil.rmtree(folder)
    rows = [
        f"| {name} | {hot:.0f} | {alone:.0f} |"
        for name, hot, alone in zip(CASES, warm, cold, strict=True)
    ]
    print("\n".join(rows))
    if options.write_docs:
        command = f"`python benchmarks/server.py --runs {options.runs}`"
        how = (
            f"from a change of a text of {len(HEALTHY.splitlines())} lines to its diagnostics,"
            f" medians of {options.runs} in milliseconds ({few} cold), 200 of them a pause for more"
            " typing"
        )
        head = [
            "## In an editor",
            "",
            f"{command}: {how}; load {Document.load()}.",
            "",
            "| text | warm | cold |",
            "|---|--:|--:|",
        ]
        Document().write("server", [*head, *rows])
    return 0


if __name__ == "__main__":
    sys.exit(main())
