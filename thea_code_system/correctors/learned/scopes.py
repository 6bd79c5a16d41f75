"""Which names are visible at a place of a text that parses."""

from __future__ import annotations

import ast
import warnings
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from thea_code_system.correctors.learned.classes import ATTRIBUTE, BUILTINS
from thea_code_system.models.tokens import CodeToken
from thea_code_system.values.source import LineMap

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_INNER = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


class Names(ABC):
    """What a text binds; an organ of one search."""

    def __init__(self, items: tuple[CodeToken, ...]) -> None:
        self._items = items

    @abstractmethod
    def is_read(self, token: CodeToken) -> bool:
        """Whether a name token is a variable that is read."""

    @abstractmethod
    def visible(self, token: CodeToken) -> frozenset[str]:
        """The names that may be read where a token stands."""

    def is_unbound(self, token: CodeToken) -> bool:
        """Whether a name is bound nowhere, as far as this file tells."""
        del token
        return False

    @cached_property
    def attributes(self) -> frozenset[str]:
        """The names that stand after a dot."""
        pairs = zip(self._items, self._items[1:], strict=False)
        return frozenset(
            b.text for a, b in pairs if a.text in {".", "?."} and b.kind in {"name", "keyword"}
        )

    def fitting(self, token: CodeToken, role: str) -> frozenset[str]:
        """The names that may stand in a token's place."""
        return self.attributes if role == ATTRIBUTE else self.visible(token)


class ScriptNames(Names):
    """JavaScript and TypeScript: every name that stands in the file for itself."""

    def is_read(self, token: CodeToken) -> bool:
        """All are taken for variables; what does not parse is dropped later."""
        return bool(token.text)

    def visible(self, token: CodeToken) -> frozenset[str]:
        """Every such name."""
        del token
        return self._free

    @cached_property
    def _free(self) -> frozenset[str]:
        pairs = zip(self._items, self._items[1:], strict=False)
        return frozenset(b.text for a, b in pairs if b.kind == "name" and a.text not in {".", "?."})


@dataclass
class Scope:
    """A part of a text with names of its own; ``opaque`` ones are not seen from inside others."""

    start: int
    end: int
    above: Scope | None
    opaque: bool = False
    names: set[str] = field(default_factory=set)


class PythonNames(Names):
    """Python's scopes, as its syntax tree tells them.

    Args:
        text: what parses.
        items: its tokens.
    """

    def __init__(self, text: str, items: tuple[CodeToken, ...]) -> None:
        super().__init__(items)
        self._text, self._lines = text, LineMap.of(text)
        self._reads: set[int] = set()
        self._scopes: list[Scope] = []
        self._star = False
        module = Scope(0, len(text), None)
        self._scopes.append(module)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._walk(ast.parse(text).body, module, module)

    def is_read(self, token: CodeToken) -> bool:
        """Whether the tree says so."""
        return token.start in self._reads

    def visible(self, token: CodeToken) -> frozenset[str]:
        """The names of the scope, of the functions around it, of the module, and the built-in."""
        scope: Scope | None = self._scope(token)
        own, found = scope, set(BUILTINS)
        while scope is not None:
            if scope is own or not scope.opaque:
                found |= scope.names
            scope = scope.above
        return frozenset(found)

    def is_unbound(self, token: CodeToken) -> bool:
        """Whether no scope of the file binds the name, and nothing else may have."""
        if self._star or token.text in BUILTINS:
            return False
        return not any(token.text in scope.names for scope in self._scopes)

    def _scope(self, token: CodeToken) -> Scope:
        """The innermost scope: an inner one begins later than those around it."""
        holding = [one for one in self._scopes if one.start <= token.start < one.end]
        return max(holding, key=lambda one: one.start, default=self._scopes[0])

    def _walk(self, nodes: Iterable[ast.AST], scope: Scope, module: Scope) -> None:
        for node in nodes:
            self._visit(node, scope, module)

    def _visit(self, node: ast.AST, scope: Scope, module: Scope) -> None:
        match node:
            case ast.Name(id=name, ctx=ast.Load()):
                self._reads.add(self._offset(node.lineno, node.col_offset))
            case ast.Name(id=name):
                scope.names.add(name)
            case ast.Global(names=names):
                module.names.update(names)
            case ast.alias(name=name, asname=alias):
                self._star = self._star or name == "*"
                scope.names.add(alias or name.partition(".")[0])
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
                scope.names.add(name)
            case ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
                scope.names.add(name)
            case ast.NamedExpr(target=ast.Name(id=name)) if scope.above:
                scope.above.names.add(name)  # from a comprehension, it binds outside
            case _ if type(node).__name__ in {"TypeVar", "ParamSpec", "TypeVarTuple"}:
                scope.names.add(str(getattr(node, "name", "")))
        if isinstance(node, (*_FUNCTIONS, ast.ClassDef, *_INNER)):
            self._enter(node, scope, module)
        else:
            self._walk(ast.iter_child_nodes(node), scope, module)

    def _enter(self, node: ast.AST, scope: Scope, module: Scope) -> None:
        """A node with a scope of its own; what stands in its head belongs to the one around it."""
        inside: list[ast.AST] = list(self._body(node))
        within = set(map(id, inside))
        head = [
            child
            for child in ast.iter_child_nodes(node)
            if id(child) not in within and not isinstance(child, ast.comprehension)
        ]
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            scope.names.add(node.name)
        first, last = inside[0], inside[-1]
        inner = Scope(
            self._offset(first.lineno, first.col_offset),  # type: ignore[attr-defined]
            self._offset(last.end_lineno, last.end_col_offset),  # type: ignore[attr-defined]
            scope,
            opaque=isinstance(node, ast.ClassDef),
        )
        self._scopes.append(inner)
        if isinstance(node, _FUNCTIONS):
            given = node.args
            named = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
            inner.names.update(each.arg for each in named if each is not None)
        for parameter in getattr(node, "type_params", ()):
            inner.names.add(parameter.name)
        self._walk(head, scope, module)
        self._walk(inside, inner, module)

    @staticmethod
    def _body(node: ast.AST) -> Iterator[ast.AST]:
        match node:
            case ast.Lambda(body=body):
                yield body
            case ast.DictComp(key=key, value=value, generators=rest):
                yield from (key, value)
                yield from (part for one in rest for part in ast.iter_child_nodes(one))
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp():
                yield node.elt
                rest = node.generators
                yield from (part for one in rest for part in ast.iter_child_nodes(one))
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield from node.body

    def _offset(self, line: int, column: int) -> int:
        """An offset in code points of a line from 1 and a column in UTF-8 bytes."""
        start, end = self._lines.line_span(line)
        text = self._text[start:end]
        if not text.isascii():
            column = len(text.encode("utf-8", "surrogatepass")[:column].decode("utf-8", "ignore"))
        return start + column
