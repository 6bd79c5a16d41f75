"""Which names are visible at a place of a text that parses."""

from __future__ import annotations

import ast
import bisect
import warnings
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from thea_code_system.correctors.learned.classes import ATTRIBUTE, BUILTINS
from thea_code_system.languages.trees import PythonTree
from thea_code_system.models.tokens import CodeToken
from thea_code_system.values.source import LineMap

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_INNER = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
PARAMETER, LOCAL, IMPORTED = "parameter", "local", "imported"
FUNCTION, CLASS, BUILTIN = "function", "class", "builtin"
_RECEIVERS: Final = frozenset(("self", "cls"))
_BOUND_BY_ALL: Final = frozenset(("self", "cls", "_", "args", "kwargs"))


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

    def kind(self, token: CodeToken, name: str) -> str:
        """How a name is bound that is read where a token stands; nothing where that is unknown."""
        del token, name
        return ""

    def idle(self, token: CodeToken) -> frozenset[str]:
        """The names that the function around a token binds and never reads."""
        del token
        return frozenset()

    def reads(self, token: CodeToken, name: str) -> int:
        """How often the function around a token reads a name."""
        del token, name
        return 0

    def around(self, token: CodeToken) -> tuple[str, str]:
        """The names of the function and of the class around a token."""
        del token
        return "", ""

    @property
    def parameters(self) -> Mapping[str, tuple[str, ...]]:
        """The parameters of each function of the text, but ``self`` and ``cls``."""
        return {}

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
    names: dict[str, str] = field(default_factory=dict)
    """How each is bound."""
    name: str = ""
    function: bool = False

    def bind(self, name: str, kind: str) -> None:
        """Bind a name: the first time says how."""
        self.names.setdefault(name, kind)


class PythonNames(Names):
    """Python's scopes, as its syntax tree tells them.

    Args:
        text: what parses.
        items: its tokens.
    """

    def __init__(self, text: str, items: tuple[CodeToken, ...]) -> None:
        super().__init__(items)
        self._text, self._lines = text, LineMap.of(text)
        self._reads: dict[int, str] = {}
        self._scopes: list[Scope] = []
        self._parameters: dict[str, tuple[str, ...]] = {}
        self._visible: dict[int, frozenset[str]] = {}
        self._idle: dict[int, frozenset[str]] = {}
        self._scope_of: dict[int, Scope] = {}
        self._star = False
        module = Scope(0, len(text), None)
        self._scopes.append(module)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._walk(PythonTree.of(text).body, module, module)

    def is_read(self, token: CodeToken) -> bool:
        """Whether the tree says so."""
        return token.start in self._reads

    def visible(self, token: CodeToken) -> frozenset[str]:
        """The names of the scope, of the functions around it, of the module, and the built-in."""
        own = self._scope(token)
        if id(own) not in self._visible:
            seen = (scope.names for scope in self._seen(own))
            self._visible[id(own)] = BUILTINS.union(*seen)
        return self._visible[id(own)]

    def kind(self, token: CodeToken, name: str) -> str:
        """How the innermost scope binds it that does."""
        for scope in self._seen(self._scope(token)):
            if name in scope.names:
                return scope.names[name]
        return BUILTIN if name in BUILTINS else ""

    def idle(self, token: CodeToken) -> frozenset[str]:
        """Those that some code inside of it reads are none; nor are private ones."""
        function = self._function(token)
        if function is None:
            return frozenset()
        if id(function) not in self._idle:
            self._idle[id(function)] = frozenset(
                name
                for name in function.names.keys() - _BOUND_BY_ALL
                if not name.startswith("_") and not self._count(function, name)
            )
        return self._idle[id(function)]

    def reads(self, token: CodeToken, name: str) -> int:
        """In the whole text where there is no function around it."""
        return self._count(self._function(token) or self._scopes[0], name)

    def around(self, token: CodeToken) -> tuple[str, str]:
        """The innermost of each."""
        names = {False: "", True: ""}
        scope: Scope | None = self._scope(token)
        while scope is not None:
            if scope.name:
                names[scope.opaque] = names[scope.opaque] or scope.name
            scope = scope.above
        return names[False], names[True]

    @property
    def parameters(self) -> Mapping[str, tuple[str, ...]]:
        """Of two functions of one name, those of the later one."""
        return self._parameters

    @staticmethod
    def _seen(own: Scope) -> Iterator[Scope]:
        """A scope and those around it whose names it sees, from the inside."""
        scope: Scope | None = own
        while scope is not None:
            if scope is own or not scope.opaque:
                yield scope
            scope = scope.above

    def _function(self, token: CodeToken) -> Scope | None:
        scope: Scope | None = self._scope(token)
        while scope is not None and not scope.function:
            scope = scope.above
        return scope

    def _count(self, scope: Scope, name: str) -> int:
        places = self._places.get(name, [])
        return bisect.bisect_left(places, scope.end) - bisect.bisect_left(places, scope.start)

    @cached_property
    def _places(self) -> dict[str, list[int]]:
        """Where each name is read, in order."""
        found: dict[str, list[int]] = {}
        for place in sorted(self._reads):
            found.setdefault(self._reads[place], []).append(place)
        return found

    def is_unbound(self, token: CodeToken) -> bool:
        """Whether no scope of the file binds the name, and nothing else may have."""
        if self._star or token.text in BUILTINS:
            return False
        return not any(token.text in scope.names for scope in self._scopes)

    def _scope(self, token: CodeToken) -> Scope:
        """The innermost scope: an inner one begins later than those around it."""
        if token.start not in self._scope_of:
            holding = [one for one in self._scopes if one.start <= token.start < one.end]
            inner = max(holding, key=lambda one: one.start, default=self._scopes[0])
            self._scope_of[token.start] = inner
        return self._scope_of[token.start]

    def _walk(self, nodes: Iterable[ast.AST], scope: Scope, module: Scope) -> None:
        for node in nodes:
            self._visit(node, scope, module)

    def _visit(self, node: ast.AST, scope: Scope, module: Scope) -> None:
        match node:
            case ast.Name(id=name, ctx=ast.Load()):
                self._reads[self._offset(node.lineno, node.col_offset)] = name
            case ast.Name(id=name):
                scope.bind(name, LOCAL)
            case ast.Global(names=names):
                module.names |= dict.fromkeys(names, LOCAL)
            case ast.alias(name=name, asname=alias):
                self._star = self._star or name == "*"
                scope.bind(alias or name.partition(".")[0], IMPORTED)
            case (
                ast.ExceptHandler(name=str(name))
                | ast.MatchAs(name=str(name))
                | ast.MatchStar(name=str(name))
                | ast.MatchMapping(rest=str(name))
            ):
                scope.bind(name, LOCAL)
            case ast.NamedExpr(target=ast.Name(id=name)) if scope.above:
                scope.above.bind(name, LOCAL)  # from a comprehension, it binds outside
            case _ if type(node).__name__ in {"TypeVar", "ParamSpec", "TypeVarTuple"}:
                scope.bind(str(getattr(node, "name", "")), CLASS)
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
            scope.bind(node.name, CLASS if isinstance(node, ast.ClassDef) else FUNCTION)
        first, last = inside[0], inside[-1]
        inner = Scope(
            self._offset(first.lineno, first.col_offset),  # type: ignore[attr-defined]
            self._offset(last.end_lineno, last.end_col_offset),  # type: ignore[attr-defined]
            scope,
            opaque=isinstance(node, ast.ClassDef),
            name=str(getattr(node, "name", "")),
            function=isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)),
        )
        self._scopes.append(inner)
        if isinstance(node, _FUNCTIONS):
            given = node.args
            named = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
            inner.names |= {each.arg: PARAMETER for each in named if each is not None}
            own = (each.arg for each in (*given.posonlyargs, *given.args))
            self._parameters[inner.name] = tuple(name for name in own if name not in _RECEIVERS)
        for parameter in getattr(node, "type_params", ()):
            inner.bind(parameter.name, CLASS)
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
