"""Signs that JavaScript or TypeScript code parses but was not meant so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tree_sitter import Node, Tree

_USELESS: Final = frozenset(
    {
        "identifier",
        "member_expression",
        "subscript_expression",
        "number",
        "array",
        "object",
        "binary_expression",
        "regex",
        "arrow_function",
        "parenthesized_expression",
    }
)
_BODIES: Final = frozenset({"program", "statement_block"})


class TreeSmells:
    """Counts the signs on some lines of a syntax tree of tree-sitter."""

    NAMES: Final = ("useless", "stray_string", "bare_block", "empty", "label", "hole", "sequence")

    @classmethod
    def of(cls, tree: Tree, lines: range) -> Counter[str]:
        """The signs on some lines (from 1)."""
        return Counter(sign for node in cls._near(tree, lines) if (sign := cls._sign(node)))

    @staticmethod
    def _near(tree: Tree, lines: range) -> Iterator[Node]:
        todo = [tree.root_node]
        while todo:
            node = todo.pop()
            if node.start_point[0] < lines.stop and node.end_point[0] >= lines.start - 1:
                yield node
                todo.extend(node.children)

    @classmethod
    def _sign(cls, node: Node) -> str:
        kind, parent = node.type, node.parent
        if kind == "expression_statement" and node.named_children:
            return cls._expression(node, node.named_children[0].type)
        if kind == "statement_block" and parent is not None and parent.type in _BODIES:
            return "bare_block"
        if kind == "empty_statement":
            return "empty"
        if kind == "labeled_statement":
            return "label"
        holed = kind == "," and node.prev_sibling is not None and node.prev_sibling.type in ",["
        return "hole" if holed and parent is not None and parent.type == "array" else ""

    @staticmethod
    def _expression(statement: Node, kind: str) -> str:
        if kind == "string":
            return "stray_string" if statement.prev_named_sibling is not None else ""
        if kind == "sequence_expression":
            return "sequence"
        return "useless" if kind in _USELESS else ""
