"""Languages that tree-sitter parses."""

from __future__ import annotations

import itertools
import threading
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from thea_code_system.languages.base import Fault, Language, Lexeme
from thea_code_system.languages.tokens import Tokenizer
from thea_code_system.values.correction import Edit

if TYPE_CHECKING:
    from tree_sitter import Node, Parser, Tree

_SHOWN = 30
_READ = 400  # bytes of a piece of text that are looked at for that
_MOST = 2_000  # faults that are told
_CHUNK = 65_536  # bytes handed to the parser at once
_STEPS = 2_000  # progress reports of a parse; good code takes about one for 50 bytes
_BYTES_A_STEP = 4
_WORK = 200  # characters that CPython parses while tree-sitter takes a step


class GrammarLanguage(Language):
    """A language whose faults are the ERROR and MISSING nodes of a tree-sitter grammar."""

    def __init__(self) -> None:
        self._tokenizer = Tokenizer.ecmascript()
        self._parsing = threading.Lock()  # a parser serves one thread at a time, or crashes

    @abstractmethod
    def grammar(self) -> Any:
        """The pointer that the grammar's package hands out."""

    @cached_property
    def _parser(self) -> Parser:
        import tree_sitter

        return tree_sitter.Parser(tree_sitter.Language(self.grammar()))

    def parses(self, text: str) -> bool:
        """Whether the grammar accepts a text."""
        tree = self.tree(text.encode("utf-8", "surrogatepass"))
        return tree is not None and not tree.root_node.has_error

    def faults(self, text: str) -> tuple[Fault, ...]:
        """Where the grammar objects, in order."""
        data = text.encode("utf-8", "surrogatepass")
        return self.objections(self.tree(data), data)

    def lexemes(self, text: str) -> list[Lexeme]:
        """Lossless lexemes."""
        return self._tokenizer(text)

    def reparser(self, text: str) -> Reparser:
        """Asks about many edited versions of one text at a fraction of the cost."""
        return Reparser(self, text)

    def tree(self, data: bytes, old: Tree | None = None) -> Tree | None:
        """The syntax tree of UTF-8 text; ``old`` is an edited tree of what it was before.

        None where the parser would go on for long: recovering from errors it can take exponential
        time. Its steps are counted, not its seconds, so that every machine decides alike.
        """
        steps = itertools.count()
        most = _STEPS + len(data) // _BYTES_A_STEP
        options: dict[str, Any] = {
            "encoding": "utf8",
            "progress_callback": lambda _offset, _failed: next(steps) > most,
        }
        if old is not None:
            options["old_tree"] = old
        with self._parsing:
            try:
                return self._parser.parse(lambda at, _point: data[at : at + _CHUNK], **options)
            except ValueError:
                self._parser.reset()
                return None
            finally:
                self.work += _WORK * (1 + next(steps))

    def objections(self, tree: Tree | None, data: bytes) -> tuple[Fault, ...]:
        """The faults that a tree holds, in order."""
        if tree is None:
            return (Fault(0, 1, "the parser finds no way through"),)
        if not tree.root_node.has_error:
            return ()
        nodes = sorted(self._bad(tree.root_node), key=lambda node: node.start_byte)
        return tuple(self._faults(nodes[:_MOST], data))

    @staticmethod
    def _bad(root: Node) -> Iterator[Node]:
        todo = [root]
        while todo:
            node = todo.pop()
            if node.is_missing or node.is_error:
                yield node
            if node.has_error:
                todo.extend(node.children)

    @staticmethod
    def _faults(nodes: Sequence[Node], data: bytes) -> Iterator[Fault]:
        """What is wrong with nodes in order of their place; offsets count on from each other."""
        offset = done = 0
        for node in nodes:
            between, done = data[done : node.start_byte], node.start_byte
            offset += len(between.decode("utf-8", "replace"))
            message = f"missing {node.type}"
            if not node.is_missing:
                end = min(node.end_byte, done + _READ)
                shown = data[done:end].decode("utf-8", "replace").strip()
                first = shown.split("\n")[0][:_SHOWN]
                message = f"unexpected {first!r}"
            yield Fault(offset, node.start_point[0] + 1, message)


class Reparser:
    """Parses edited versions of one text, re-using the tree of what did not change."""

    def __init__(self, language: GrammarLanguage, text: str) -> None:
        self._language = language
        self._text = text
        self._data = text.encode("utf-8", "surrogatepass")
        self._tree = language.tree(self._data)
        self._plain = self._data.isascii()

    def faults(self, edits: Sequence[Edit]) -> tuple[Fault, ...]:
        """Where the grammar objects to the text as edited by disjoint edits."""
        tree, data = self._tree.copy() if self._tree else None, self._data
        for edit in sorted(edits, reverse=True):
            start, end = self._bytes(edit.start), self._bytes(edit.end)
            new = edit.replacement.encode("utf-8", "surrogatepass")
            after = data[:start] + new + data[end:]
            stop = start + len(new)
            points = (self._point(data, start), self._point(data, end), self._point(after, stop))
            if tree is not None:
                tree.edit(start, end, stop, *points)
            data = after
        return self._language.objections(self._language.tree(data, tree), data)

    def _bytes(self, offset: int) -> int:
        if self._plain:
            return offset
        return len(self._text[:offset].encode("utf-8", "surrogatepass"))

    @staticmethod
    def _point(data: bytes, offset: int) -> tuple[int, int]:
        return data.count(b"\n", 0, offset), offset - data.rfind(b"\n", 0, offset) - 1
