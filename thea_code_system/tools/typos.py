"""A client of typos: misspelt words and what they should be, one process a batch."""

from __future__ import annotations

import asyncio
import json
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from thea_code_system.errors import ToolError
from thea_code_system.tools.runner import ToolRunner
from thea_code_system.tools.scratch import ScratchTree
from thea_code_system.values.source import SourceFile

_ARGUMENTS = ("--isolated", "--hidden", "--no-ignore", "--no-check-filenames", "--format", "json")


@dataclass(frozen=True, slots=True)
class TyposHit:
    """A misspelt word at an offset, and all that it may have been meant to be."""

    offset: int
    word: str
    corrections: tuple[str, ...]


class TyposClient:
    """Organ: asks typos on a scratch tree of its own, under a configuration of our own.

    What typos says of a line depends on that line alone. So a file of the latest batch is not asked
    about again as long as all its lines were in it then: most edits leave it so, and a process of
    typos takes longer than one of Ruff.
    """

    def __init__(self, runner: ToolRunner) -> None:
        self._runner = runner
        self._scratch = ScratchTree()
        self._busy = asyncio.Lock()
        self._words: Sequence[str] = ()
        self._latest: dict[str, tuple[str, tuple[TyposHit, ...]]] = {}

    def version(self) -> str:
        """The version of the program."""
        return self._runner.version()

    async def check(
        self, sources: Sequence[SourceFile], words: Sequence[str]
    ) -> Mapping[str, tuple[TyposHit, ...]]:
        """The hits of each source that has some; ``words`` are never misspelt.

        Raises:
            ToolError: if typos cannot be run.
        """
        async with self._busy:
            if words != self._words:
                self._words, self._latest = words, {}
            known = {source.path: self._recalled(source) for source in sources}
            fresh = [source for source in sources if known[source.path] is None]
            told = await self._ask(fresh, words) if fresh else {}
            found = {path: told.get(path, ()) if hits is None else hits
                     for path, hits in known.items()}  # fmt: skip
            self._latest = {source.path: (source.text, found[source.path]) for source in sources}
        return {path: hits for path, hits in found.items() if hits}

    def close(self) -> None:
        """Remove the scratch tree."""
        self._scratch.close()

    async def _ask(
        self, sources: Sequence[SourceFile], words: Sequence[str]
    ) -> Mapping[str, tuple[TyposHit, ...]]:
        """One process, told the folder: a list of its files takes it six times as long."""
        allowed = "".join(f"{json.dumps(word.lower())} = {json.dumps(word.lower())}\n"
                          for word in sorted(set(words)))  # fmt: skip
        self._scratch.write("typos.toml", f"[default.extend-words]\n{allowed}")
        paths = self._scratch.lay({source.path: source.text for source in sources})
        self._scratch.forget([*paths, "typos.toml"])
        output = await self._runner.run(
            [*_ARGUMENTS, "--config", "typos.toml", "tree"],
            cwd=self._scratch.root,
            accept=frozenset({0, 2}),
        )
        return self._parse(output.stdout, sources)

    def _recalled(self, source: SourceFile) -> tuple[TyposHit, ...] | None:
        """The hits in a text whose lines have all been asked about."""
        text, hits = self._latest.get(source.path, (None, ()))
        if text is None or text == source.text:
            return None if text is None else hits
        starts = self._line_starts(text)
        first = dict(zip(reversed(text.split("\n")), reversed(starts), strict=True))
        inside: dict[int, list[TyposHit]] = {}
        for hit in hits:
            begin = starts[bisect_right(starts, hit.offset) - 1]
            inside.setdefault(begin, []).append(hit)
        found: list[TyposHit] = []
        for line, begin in zip(
            source.text.split("\n"), self._line_starts(source.text), strict=True
        ):
            if line not in first:
                return None
            before = first[line]
            found.extend(
                replace(hit, offset=begin + hit.offset - before) for hit in inside.get(before, ())
            )
        return tuple(found)

    def _parse(
        self, stdout: bytes, sources: Sequence[SourceFile]
    ) -> dict[str, tuple[TyposHit, ...]]:
        texts = {source.path: source.text for source in sources}
        found: dict[str, list[TyposHit]] = {}
        starts: dict[str, list[int]] = {}
        try:
            for line in stdout.splitlines():
                item = json.loads(line)
                if item["type"] != "typo":
                    continue
                laid = item["path"].removeprefix("./").removeprefix("tree/")
                path = self._scratch.meant(laid)
                if path not in starts:
                    starts[path] = self._line_starts(texts[path])
                begin = starts[path][item["line_num"] - 1]
                offset = self._offset(texts[path], begin, item["byte_offset"])
                hit = TyposHit(offset, item["typo"], tuple(item["corrections"]))
                found.setdefault(path, []).append(hit)
        except (ValueError, KeyError, IndexError) as error:
            raise ToolError(f"typos {self.version()} answers oddly: {error!r}") from error
        return {
            path: tuple(sorted(hits, key=lambda hit: hit.offset)) for path, hits in found.items()
        }

    @staticmethod
    def _line_starts(text: str) -> list[int]:
        """Where the lines start as typos counts them: at line feeds only."""
        widths = map((1).__add__, map(len, text.split("\n")[:-1]))
        return list(accumulate(widths, initial=0))

    @staticmethod
    def _offset(text: str, begin: int, column: int) -> int:
        """A column counted in bytes of UTF-8 from the start of a line, as an offset."""
        line = text[begin : begin + column]
        if line.isascii():
            return begin + column
        return begin + len(line.encode()[:column].decode())
