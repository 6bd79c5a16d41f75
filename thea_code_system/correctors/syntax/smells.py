"""Signs that Python code parses but was not meant so."""

from __future__ import annotations

import ast
import warnings
from collections import Counter
from collections.abc import Sequence
from typing import Final

from thea_code_system.languages.trees import PythonTree

_USELESS: Final = (
    ast.Name,
    ast.Attribute,
    ast.Compare,
    ast.BinOp,
    ast.BoolOp,
    ast.UnaryOp,
    ast.Tuple,
    ast.List,
    ast.Dict,
    ast.Set,
    ast.Subscript,
    ast.IfExp,
    ast.Lambda,
    ast.GeneratorExp,
)
_LITERALS: Final = (ast.Constant, ast.Tuple, ast.List, ast.Dict, ast.Set, ast.JoinedStr)
_ENDS: Final = (ast.Return, ast.Raise, ast.Continue, ast.Break)
_SCOPES: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


class Smells(ast.NodeVisitor):
    """Counts the signs in one piece of code; :attr:`found` holds them by name."""

    NAMES: Final = (
        "useless",
        "stray_string",
        "odd_annotation",
        "called_literal",
        "unreachable",
        "misplaced",
        "foreign_self",
        "odd_target",
        "one_tuple",
        "bare_tuple",
        "empty_ellipsis",
    )

    def __init__(self, lines: range, *, inner: bool) -> None:
        self.found: Counter[str] = Counter()
        self._lines = lines
        self._inner = inner
        self._functions: list[ast.AST] = []
        self._loops = 0

    @classmethod
    def of(cls, text: str, lines: range, *, inner: bool = False) -> Counter[str]:
        """The signs on some lines (from 1) of a text; none if it does not parse.

        ``inner`` text was cut out of a block: nobody knows which functions are around it.
        """
        smells = cls(lines, inner=inner)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = PythonTree.of(text)
            smells.visit(tree)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return Counter()
        return smells.found

    def _note(self, name: str, node: ast.expr | ast.stmt) -> None:
        last = node.end_lineno or node.lineno
        self.found[name] += node.lineno < self._lines.stop and last >= self._lines.start

    def generic_visit(self, node: ast.AST) -> None:
        """Look at every body of statements on the way down."""
        for field in ("body", "orelse", "finalbody"):
            body = getattr(node, field, None)
            if isinstance(body, list):
                self._body(node, body)
        super().generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """A function has its own loops and returns."""
        loops, self._loops = self._loops, 0
        self._functions.append(node)
        self.generic_visit(node)
        self._functions.pop()
        self._loops = loops

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815

    def visit_For(self, node: ast.For | ast.AsyncFor | ast.While) -> None:
        """``break`` belongs into loops."""
        self._loops += 1
        self.generic_visit(node)
        self._loops -= 1

    visit_While = visit_For  # noqa: N815
    visit_AsyncFor = visit_For  # noqa: N815

    def visit_Return(self, node: ast.Return) -> None:
        """``return`` belongs into functions."""
        if not self._functions and not self._inner:
            self._note("misplaced", node)
        self.generic_visit(node)

    def visit_Break(self, node: ast.Break | ast.Continue) -> None:
        """Outside a loop."""
        if not self._loops and not self._inner:
            self._note("misplaced", node)

    visit_Continue = visit_Break  # noqa: N815

    def visit_Name(self, node: ast.Name) -> None:
        """``self`` where no function of that parameter encloses it."""
        known = self._inner or any(self._takes_self(f) for f in self._functions)
        if node.id == "self" and not known:
            self._note("foreign_self", node)

    def visit_Call(self, node: ast.Call) -> None:
        """A literal that is called: a comma or an operator is missing."""
        if isinstance(node.func, _LITERALS):
            self._note("called_literal", node)
        self.generic_visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        """A list that is indexed by a tuple: a comma is missing."""
        odd = isinstance(node.value, (ast.List, ast.Tuple, ast.Set)) and isinstance(
            node.slice, ast.Tuple
        )
        if odd:
            self._note("called_literal", node)
        self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        """``x: 3`` is no annotation."""
        plain = (ast.Name, ast.Attribute, ast.Subscript, ast.BinOp)
        quoted = isinstance(node.annotation, ast.Constant) and isinstance(
            node.annotation.value, (str, type(None))
        )
        if not (isinstance(node.annotation, plain) or (quoted and node.value is not None)):
            self._note("odd_annotation", node)
        self._tuple(node, node.value, node.target)
        self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        """``x = 1,`` is rarely meant."""
        self._tuple(node, node.value, node.targets[-1])
        self.generic_visit(node)

    def _tuple(self, node: ast.stmt, value: ast.expr | None, target: ast.expr) -> None:
        """A tuple without parentheses for a single name."""
        if not isinstance(value, ast.Tuple) or not value.elts:
            return
        bare = value.col_offset == value.elts[0].col_offset
        if len(value.elts) == 1:
            self._note("one_tuple", node)
        elif bare and isinstance(target, (ast.Name, ast.Attribute, ast.Subscript)):
            self._note("bare_tuple", node)

    def visit_Assert(self, node: ast.Assert) -> None:
        """``assert (x, "message")`` is always true."""
        if isinstance(node.test, ast.Tuple):
            self._note("one_tuple", node)
        self.generic_visit(node)

    @staticmethod
    def _takes_self(function: ast.AST) -> bool:
        if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return False
        names = [a.arg for a in (*function.args.posonlyargs, *function.args.args)]
        return "self" in names

    def _body(self, owner: ast.AST, body: Sequence[ast.stmt]) -> None:
        for index, statement in enumerate(body):
            if index and isinstance(body[index - 1], _ENDS):
                self._note("unreachable", statement)
            if isinstance(statement, ast.Expr) and (
                sign := self._expression(owner, index, statement.value)
            ):
                self._note(sign, statement)

    @staticmethod
    def _expression(owner: ast.AST, index: int, value: ast.expr) -> str:
        if isinstance(value, _USELESS):
            return "useless"
        if not isinstance(value, ast.Constant):
            return ""
        if isinstance(value.value, str):
            return "stray_string" if index > 0 else ""
        if value.value is not ...:
            return "useless"
        return "" if isinstance(owner, (*_SCOPES, ast.ClassDef)) else "empty_ellipsis"
