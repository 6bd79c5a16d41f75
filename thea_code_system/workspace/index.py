"""What is known of each file while its stamp stays the same, and what all files together say."""

from __future__ import annotations

import itertools
import json
import posixpath
import sqlite3
import struct
import threading
import time
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

from thea_code_system.config.plain import PlainFile
from thea_code_system.values.context import ProjectContext
from thea_code_system.values.workspace import Entry, Stamp, TreeFacts
from thea_code_system.workspace.names import CommonWords, ImportedNames, TreeNames
from thea_code_system.workspace.reading import Reader
from thea_code_system.workspace.scanning import PYTHON, FileScan, FileScanner, WideScan
from thea_code_system.workspace.words import FileWords
from thea_code_system.wrappers.platform import Platform

_SCHEMA = """
CREATE TABLE IF NOT EXISTS file (
    root TEXT, path TEXT, stamp BLOB, digest TEXT, imports TEXT, words TEXT,
    PRIMARY KEY (root, path)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS stems (root TEXT PRIMARY KEY, names TEXT) WITHOUT ROWID;
"""
_TOP = frozenset({"", "src", "lib"})  # folders whose files are modules by themselves


class TreeIndex:
    """Digests, imports and words of files, kept in a database by path and stamp.

    Args:
        connection: a database that may be lost at any time; the index makes its own tables.
        root: the project root, absolute.
        reader: reads what has changed.
    """

    def __init__(self, connection: sqlite3.Connection, root: str, reader: Reader) -> None:
        self._database = connection
        self._root = root
        self._reader = reader
        self._files = WideScan(FileScanner(root, reader), Platform().cpu_count())
        self._layout = ProjectContext(root)
        self._turn = threading.RLock()  # a corrector may ask while files are being read
        with connection:
            connection.executescript(_SCHEMA)

    def recognise(self, entries: Sequence[Entry]) -> tuple[Entry, ...]:
        """The entries, with the digest of those whose stamp is known."""
        query = "SELECT path, stamp, digest FROM file WHERE root = ?"
        with self._turn:
            known = {path: rest for path, *rest in self._database.execute(query, (self._root,))}
        return tuple(
            entry._replace(digest=row[1])
            if (row := known.get(entry.path)) and row[0] == self._pack(entry.stamp)
            else entry
            for entry in entries
        )

    def remember(self, read: Iterable[tuple[Entry, str]]) -> None:
        """Keep the digests of files that were read, so that the next run need not."""
        now = time.time_ns()
        rows = [
            (self._root, entry.path, self._pack(entry.stamp), digest)
            for entry, digest in read
            if entry.stamp.settled(now)
        ]
        with self._turn, self._database:
            self._database.executemany(
                "INSERT INTO file (root, path, stamp, digest) VALUES (?, ?, ?, ?)"
                " ON CONFLICT DO UPDATE SET stamp = excluded.stamp, digest = excluded.digest,"
                " imports = iif(digest = excluded.digest, imports, NULL),"
                " words = iif(digest = excluded.digest, words, NULL)",
                rows,
            )

    def facts(self, names: TreeNames, configs: Sequence[str], needs: frozenset[str]) -> TreeFacts:
        """What all the files of the tree say.

        ``needs`` are some of ``imports``, ``words`` and ``configs``; nothing else is looked at, and
        imports and words only once somebody asks for one.
        """
        return TreeFacts(
            ImportedNames(names) if "imports" in needs else {},
            CommonWords(names) if "words" in needs else frozenset(),
            self._first_party(names.entries),
            self._texts(configs) if "configs" in needs else {},
        )

    def stems(self, entries: Sequence[Entry]) -> frozenset[str]:
        """The last names of the tree's modules and packages."""
        modules = {self._layout.module_of(path) for path in self._python(entries)}
        return frozenset(part for module in modules for part in module.split(".") if part)

    def scan(self, entries: Sequence[Entry], needs: frozenset[str], stems: frozenset[str]) -> None:
        """Look at files, known or not; ``stems`` are those of the whole tree.

        Others may ask meanwhile: who reads need not wait until all are scanned.
        """
        for scans in self._files.scan(entries, needs, stems):
            self._keep(scans)

    def update(
        self,
        entries: Sequence[Entry],
        needs: frozenset[str],
        stems: frozenset[str],
        scanned: Container[str],
    ) -> None:
        """Scan what is new or changed, and what imports a name that is a module only now.

        Files whose paths are in ``scanned`` have changed since they were: they are not looked at.
        """
        with self._turn:
            self._drop_others({entry.path for entry in entries})
            before = self._stems_before()
            rest = [entry for entry in entries if entry.path not in scanned]
            stale = list(self._stale(rest, needs, stems - before))
        self.scan(stale, needs, stems)
        if "imports" in needs and stems != before:
            with self._turn, self._database:
                row = (self._root, " ".join(sorted(stems)))
                self._database.execute("INSERT OR REPLACE INTO stems VALUES (?, ?)", row)

    def _stems_before(self) -> frozenset[str]:
        """The names that were modules when imports were last looked at."""
        query = "SELECT names FROM stems WHERE root = ?"
        row = self._database.execute(query, (self._root,)).fetchone()
        return frozenset(row[0].split()) if row else frozenset()

    def _drop_others(self, present: set[str]) -> None:
        query = "SELECT path FROM file WHERE root = ?"
        paths = [path for (path,) in self._database.execute(query, (self._root,))]
        gone = [(self._root, path) for path in paths if path not in present]
        if gone:
            with self._database:
                self._database.executemany("DELETE FROM file WHERE root = ? AND path = ?", gone)

    def _stale(
        self, entries: Sequence[Entry], needs: frozenset[str], new: frozenset[str]
    ) -> Iterator[Entry]:
        query = "SELECT path, stamp, imports, words IS NULL FROM file WHERE root = ?"
        known = {path: rest for path, *rest in self._database.execute(query, (self._root,))}
        for entry in entries:
            stamp, imports, wordless = known.get(entry.path, (b"", None, True))
            missing = "words" in needs and wordless
            if "imports" in needs and entry.path.endswith(PYTHON):
                missing = missing or imports is None or self._names_any(imports, new)
            elif "words" not in needs:
                continue
            if missing or stamp != self._pack(entry.stamp):
                yield entry

    @staticmethod
    def _names_any(imports: str, new: frozenset[str]) -> bool:
        """Whether the imports of a file name something that is a module only now."""
        if not new:
            return False
        names = itertools.chain.from_iterable(json.loads(imports).items())
        flat = itertools.chain.from_iterable([x] if isinstance(x, str) else x for x in names)
        return not new.isdisjoint(name.rpartition(".")[2] for name in flat)

    def _keep(self, scans: Iterable[tuple[Entry, FileScan]]) -> None:
        now = time.time_ns()
        rows = [
            (
                self._root,
                entry.path,
                self._pack(entry.stamp) if entry.stamp.settled(now) and scan.digest else b"",
                *scan,
            )
            for entry, scan in scans
        ]
        with self._turn, self._database:
            self._database.executemany(
                "INSERT INTO file VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
                " imports = coalesce(excluded.imports,"
                " iif(digest = excluded.digest, imports, NULL)),"
                " words = coalesce(excluded.words, iif(digest = excluded.digest, words, NULL)),"
                " stamp = excluded.stamp, digest = excluded.digest",
                rows,
            )

    def imported(self, entries: Sequence[Entry]) -> Mapping[str, frozenset[str]]:
        """Names by the module of the tree that they are taken from, as far as files were scanned.

        An import says ``app.x`` where the tree has ``backend/app/x.py``: every module whose name
        ends in what was imported may be meant.
        """
        modules: defaultdict[str, list[str]] = defaultdict(list)
        for module in {self._layout.module_of(path) for path in self._python(entries)}:
            parts = module.split(".")
            for start in range(len(parts)):
                modules[".".join(parts[start:])].append(module)
        imported: defaultdict[str, set[str]] = defaultdict(set)
        for packed in self._column("imports", entries):
            for name, names in json.loads(packed).items():
                for module in modules.get(name, ()):
                    imported[module].update(names)
        return {module: frozenset(names) for module, names in imported.items()}

    def words(self, entries: Sequence[Entry]) -> frozenset[str]:
        """Names, and words that stand in the tree three times, as far as files were scanned."""
        paths = "\n".join(sorted({part for e in entries for part in e.path.split("/")}))
        names = FileWords.scan("names.py", paths).pack()
        return FileWords.of_tree([names, *self._column("words", entries)])

    def _first_party(self, entries: Sequence[Entry]) -> frozenset[str]:
        """Names by which modules and packages of the tree are imported from outside of them."""
        folders: defaultdict[str, list[str]] = defaultdict(list)
        for path in self._python(entries):
            folder, _, name = path.rpartition("/")
            folders[folder].append(name)
        packages = {folder for folder, names in folders.items() if "__init__.py" in names}
        names = {
            posixpath.basename(folder)
            for folder in packages
            if posixpath.dirname(folder) not in packages
        }
        for folder, files in folders.items():
            alike = files if folder in _TOP else files[:1]  # deeper down the folders tell
            tops = (self._layout.module_of(f"{folder}/{name}".lstrip("/")) for name in alike)
            names.update(top.partition(".")[0] for top in tops)
            if folder not in packages:
                names.update(posixpath.splitext(name)[0] for name in files)
        return frozenset(names - {""})

    def _texts(self, configs: Sequence[str]) -> Mapping[str, str]:
        most = PlainFile.configuration
        found = ((path, self._reader.data(path, most)) for path in configs)
        return {path: data.decode("utf-8", "replace") for path, data in found if data is not None}

    def _column(self, name: str, entries: Sequence[Entry]) -> Iterator[str]:
        """A column of the files that are present."""
        present = {entry.path for entry in entries}
        query = f"SELECT path, {name} FROM file WHERE root = ?"  # noqa: S608 - one of our columns
        with self._turn:
            rows = self._database.execute(query, (self._root,)).fetchall()
        return (value for path, value in rows if value and path in present)

    @staticmethod
    def _python(entries: Sequence[Entry]) -> Iterator[str]:
        return (entry.path for entry in entries if entry.path.endswith(PYTHON))

    @staticmethod
    def _pack(stamp: Stamp) -> bytes:
        return struct.pack("<4q", *stamp)
