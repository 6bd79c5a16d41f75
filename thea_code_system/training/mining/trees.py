"""What stands at a place of a Python file, as its syntax tree sees it."""

from __future__ import annotations

import ast
import warnings
from functools import cached_property

from thea_code_system.training.mining.edits import Span


class Tree:
    """The syntax tree of one text; an organ that lives as long as the text is looked at.

    Raises:
        SyntaxError: the text does not parse.
        ValueError: it holds what no source may.
    """

    def __init__(self, text: str) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._root = ast.parse(text)

    def chain(self, span: Span) -> list[ast.AST]:
        """The nodes that hold a span, from the module down to the smallest."""
        start, end = (span.line, span.column), (span.end_line, span.end_column)
        out: list[ast.AST] = [self._root]
        while (inner := self._child(out[-1], start, end)) is not None:
            out.append(inner)
        return out

    def _child(self, node: ast.AST, start: tuple[int, int], end: tuple[int, int]) -> ast.AST | None:
        for child in ast.iter_child_nodes(node):
            if isinstance(
                child, (ast.expr_context, ast.operator, ast.boolop, ast.cmpop, ast.unaryop)
            ):
                continue
            first, last = getattr(child, "lineno", None), getattr(child, "end_lineno", None)
            if first is None or last is None:  # arguments, comprehensions, cases
                if self._child(child, start, end) is not None:
                    return child
            elif (first, child.col_offset) <= start and end <= (last, child.end_col_offset):  # type: ignore[attr-defined]
                return child
        return None

    @cached_property
    def names(self) -> frozenset[str]:
        """All names that are read or bound anywhere in the text."""
        return frozenset(self._named()) | self.bound

    @cached_property
    def bound(self) -> frozenset[str]:
        """All names that are bound anywhere in the text."""
        found: set[str] = set()
        for node in ast.walk(self._root):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                found.add(node.name)
            elif isinstance(node, ast.arg):
                found.add(node.arg)
            elif isinstance(node, ast.alias):
                found.add((node.asname or node.name).partition(".")[0])
            elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
                found.add(node.id)
            elif isinstance(node, ast.ExceptHandler) and node.name:
                found.add(node.name)
        return frozenset(found)

    def _named(self) -> set[str]:
        return {node.id for node in ast.walk(self._root) if isinstance(node, ast.Name)}
