"""Languages that tree-sitter parses."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

from thea_code_system.languages.base import Fault, Language, Lexeme
from thea_code_system.languages.tokens import Tokenizer

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

_SHOWN = 30


class GrammarLanguage(Language):
    """A language whose faults are the ERROR and MISSING nodes of a tree-sitter grammar."""

    def __init__(self) -> None:
        self._tokenizer = Tokenizer.ecmascript()

    @abstractmethod
    def grammar(self) -> Any:
        """The pointer that the grammar's package hands out."""

    @cached_property
    def _parser(self) -> Parser:
        import tree_sitter

        return tree_sitter.Parser(tree_sitter.Language(self.grammar()))

    def parses(self, text: str) -> bool:
        """Whether the grammar accepts a text."""
        return not self._root(text).has_error

    def faults(self, text: str) -> tuple[Fault, ...]:
        """Where the grammar objects, in order."""
        root = self._root(text)
        if not root.has_error:
            return ()
        data = text.encode("utf-8", "surrogatepass")
        return tuple(sorted(self._objections(root, data), key=lambda fault: fault.offset))

    def lexemes(self, text: str) -> list[Lexeme]:
        """Lossless lexemes."""
        return self._tokenizer(text)

    def _root(self, text: str) -> Node:
        return self._parser.parse(text.encode("utf-8", "surrogatepass")).root_node

    def _objections(self, root: Node, data: bytes) -> Iterator[Fault]:
        todo = [root]
        while todo:
            node = todo.pop()
            if node.is_missing:
                yield self._fault(node, data, f"missing {node.type}")
            elif node.is_error:
                shown = data[node.start_byte : node.end_byte].decode("utf-8", "replace")
                first = shown.strip().split("\n")[0][:_SHOWN]
                yield self._fault(node, data, f"unexpected {first!r}")
            if node.has_error:
                todo.extend(node.children)

    @staticmethod
    def _fault(node: Node, data: bytes, message: str) -> Fault:
        offset = len(data[: node.start_byte].decode("utf-8", "replace"))
        return Fault(offset, node.start_point[0] + 1, message)
