"""What files say by themselves, and how many of them are scanned at once."""

from __future__ import annotations

import json
import posixpath
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from thea_code_system.values.context import ProjectContext
from thea_code_system.values.source import SourceFile
from thea_code_system.values.workspace import Entry, Stamp
from thea_code_system.workspace.imports import ImportScanner
from thea_code_system.workspace.reading import Reader
from thea_code_system.workspace.words import FileWords

PYTHON = (".py", ".pyi", ".pyw")
_BATCH = 256  # files
_SHARE = 2_048  # files of one process: it starts in the time in which it scans some two hundred


class FileScan(NamedTuple):
    """What one file says.

    ``digest`` is empty where it could not be read. ``imports`` is JSON as :class:`ImportScanner`
    finds it, ``words`` a packed :class:`FileWords`; each is None where it was not looked for.
    """

    digest: str
    imports: str | None
    words: str | None


class FileScanner:
    """Reads files, and finds their imports and words.

    Args:
        root: the project root, absolute.
        reader: of the same root.
    """

    def __init__(self, root: str, reader: Reader) -> None:
        self.root, self.reader = root, reader
        self._imports = ImportScanner()
        self._layout = ProjectContext(root)

    def scan(
        self, entries: Sequence[Entry], needs: frozenset[str], stems: frozenset[str]
    ) -> list[FileScan]:
        """One scan for each entry; ``needs`` are ``imports``, ``words`` or both.

        ``stems`` are the last names of the tree's modules and packages.
        """
        found = []
        for entry, source in zip(entries, self.reader.read(entries), strict=True):
            text = source.text if isinstance(source, SourceFile) else ""
            imports = words = None
            if "words" in needs:
                words = FileWords.scan(entry.path, text).pack()
            if "imports" in needs and entry.path.endswith(PYTHON):
                imports = json.dumps(self._imports.scan(text, self._package(entry.path), stems))
            found.append(FileScan(source.digest, imports, words))
        return found

    def _package(self, path: str) -> str:
        """The dotted package that ``.`` means in a file."""
        return self._layout.module_of(f"{posixpath.dirname(path)}/__init__.py".lstrip("/"))


class WideScan:
    """Scans many files in several processes: a thread would keep everybody else from working.

    Args:
        scanner: scans where few files are left, and what a process was lost over.
        processes: how many work at once.
    """

    def __init__(self, scanner: FileScanner, processes: int) -> None:
        self._scanner = scanner
        self._processes = processes

    def scan(
        self, entries: Sequence[Entry], needs: frozenset[str], stems: frozenset[str]
    ) -> Iterator[Iterable[tuple[Entry, FileScan]]]:
        """Entries with their scans, in some order."""
        if self._processes == 1 or len(entries) < _SHARE:
            for start in range(0, len(entries), _BATCH):
                batch = entries[start : start + _BATCH]
                yield zip(batch, self._scanner.scan(batch, needs, stems), strict=True)
            return
        turns = -(-len(entries) // (_SHARE * self._processes))
        number = turns * self._processes  # so that all have work to the end
        shares = [entries[start::number] for start in range(number)]
        with ThreadPoolExecutor(self._processes) as threads:
            found = threads.map(lambda share: self._elsewhere(share, needs, stems), shares)
            for share, scans in zip(shares, found, strict=True):
                yield zip(share, scans, strict=True)

    def _elsewhere(
        self, share: Sequence[Entry], needs: frozenset[str], stems: frozenset[str]
    ) -> list[FileScan]:
        """The scans of another process; our own where that was lost."""
        task = {
            "root": self._scanner.root,
            "limit": self._scanner.reader.limit,
            "files": [(entry.path, entry.explicit) for entry in share],
            "needs": sorted(needs),
            "stems": sorted(stems),
        }
        process = subprocess.run(
            [sys.executable, "-I", "-S", str(Path(__file__).with_name("scan_process.py"))],
            input=json.dumps(task).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # a Ctrl-C is for us
            check=False,
        )
        if process.returncode:
            return self._scanner.scan(share, needs, stems)
        return [
            FileScan(*scan) for line in process.stdout.splitlines() for scan in json.loads(line)
        ]


class ScanProcess:
    """The other end of :class:`WideScan`: a task comes in, a line of scans goes out a batch."""

    def main(self) -> None:
        """Scan what standard input asks for."""
        task = json.load(sys.stdin)
        scanner = FileScanner(task["root"], Reader(task["root"], task["limit"]))
        unknown = Stamp(0, 0, 0, 0)
        entries = [Entry(path, unknown, explicit=explicit) for path, explicit in task["files"]]
        needs, stems = frozenset(task["needs"]), frozenset(task["stems"])
        for start in range(0, len(entries), _BATCH):
            found = scanner.scan(entries[start : start + _BATCH], needs, stems)
            sys.stdout.write(f"{json.dumps(found)}\n")
