"""When the removal of an unused import is safe for everybody else, too."""

from __future__ import annotations

import ast
import posixpath
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from thea_code_system.languages.trees import PythonTree
from thea_code_system.tools.positions import Utf8Text
from thea_code_system.tools.ruff import RuffFinding
from thea_code_system.values.context import ProjectContext
from thea_code_system.values.source import LineMap, SourceFile

_GUARDED = re.compile(r"(__init__|conftest|conf|.*compat.*|six)\.pyw?|.*\.pyi")
_PRIVATE = re.compile(
    r"(^|/)(_[^_/][^/]*|tests?|docs?|examples?|scripts?|benchmarks?|ci|\.github)(/|\.py$)"
    r"|(^|/)(test_[^/]*|[^/]*_test|setup|noxfile|manage)\.py$"
)
_ACTS_ON_IMPORT = frozenset({"antigravity", "encodings", "readline", "rlcompleter", "this"})
_FOR_ANNOTATIONS = frozenset(
    {"__future__", "abc", "collections.abc", "dataclasses", "enum", "types", "typing"}
)
_UNSEEN = re.compile(r"#\s*type:|>>>|\b(?:eval|exec|globals|locals|patch(?:\.object)?)\s*\(")
_PARTS = ("body", "orelse", "finalbody", "handlers", "cases")
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_EARLIER = re.compile(r"from line (\d+)")


@dataclass(frozen=True, slots=True)
class Import:
    """One name that an import statement binds, and the blocks it stands in."""

    alias: ast.alias
    statement: ast.Import | ast.ImportFrom
    blocks: tuple[ast.AST, ...]

    @property
    def name(self) -> str:
        """The name that is bound."""
        return self.alias.asname or self.alias.name.partition(".")[0]

    @property
    def module(self) -> str:
        """The module that is imported, with its dots where it is relative."""
        if isinstance(self.statement, ast.Import):
            return self.alias.name
        return "." * self.statement.level + (self.statement.module or "")

    @property
    def is_conditional(self) -> bool:
        """Whether it stands in anything but functions."""
        return not all(isinstance(one, _FUNCTIONS) for one in self.blocks)

    @property
    def is_inert(self) -> bool:
        """Whether importing the module does nothing that somebody may count on."""
        top = self.module.partition(".")[0]
        return top in sys.stdlib_module_names and top not in _ACTS_ON_IMPORT


class ImportJudge:
    """Judges the removals of imports that Ruff proposes for one file and calls safe.

    They are not safe where others import from the file, where importing is itself the purpose, or
    where a name is used in a way that no parser sees.
    """

    def __init__(
        self, source: SourceFile, findings: Sequence[RuffFinding], context: ProjectContext
    ) -> None:
        self._source = source
        self._lines = LineMap.of(source.text)
        self._places = Utf8Text(source.text)
        self._private = _PRIVATE.search(source.path) is not None
        self._wanted = context.imported.get(context.module_of(source.path), frozenset())
        self._parameters: set[str] = set()
        self._imports = dict(self._index())
        removed = {finding.start for finding in findings}
        self._kept = {
            one.module
            for start, one in self._imports.items()
            if start not in removed and not one.blocks
        }

    def is_wanted(self, finding: RuffFinding) -> bool:
        """Whether another file of the tree takes the name from this module: it cannot go."""
        found = self._imports.get(finding.start)
        if found is None or finding.code == "F811":
            return False
        outside = not any(isinstance(one, _FUNCTIONS) for one in found.blocks)
        return outside and (found.name in self._wanted or "*" in self._wanted)

    def objection(self, finding: RuffFinding) -> str:
        """Why removing this import is not safe; empty if it is."""
        found = self._imports.get(finding.start)
        if found is None:
            return "the import was not found"
        if found.is_conditional:
            return "the import is conditional"
        if finding.code == "F811":
            return self._about_duplicate(found, finding)
        return self._about_name(found) or self._about_module(found)

    def _about_duplicate(self, found: Import, finding: RuffFinding) -> str:
        match = _EARLIER.search(finding.message)
        line = int(match[1]) if match else 0
        twins = (
            one
            for one in self._imports.values()
            if (one.alias.lineno, one.name, one.blocks) == (line, found.name, found.blocks)
        )
        return "" if next(twins, None) else "the other import is in another block"

    def _about_name(self, found: Import) -> str:
        """Objections of those who may use the name."""
        if _GUARDED.fullmatch(posixpath.basename(self._source.path)):
            return "others import from this file"
        if not found.blocks and (found.name in self._wanted or "*" in self._wanted):
            return f"another file imports {found.name} from this module"
        if self._used_unseen(found.name):
            return f"{found.name} may be used in a comment, in a string or as a fixture"
        return ""

    def _about_module(self, found: Import) -> str:
        """Objections against a module that is no longer imported, or no longer from here."""
        plain = isinstance(found.statement, ast.Import)
        if plain and "." in found.module and not found.alias.asname and found.module != "os.path":
            return f"importing {found.module} makes it an attribute of its package"
        if not found.is_inert and found.module not in self._kept:
            return "importing the module may be the purpose"
        private = self._private or bool(found.blocks)
        if private or found.module in _FOR_ANNOTATIONS or (plain and found.is_inert):
            return ""
        return f"others may import {found.name} from this public module"

    def _used_unseen(self, name: str) -> bool:
        """Whether a name stands in a type comment, doctest, evaluated text or parameter list."""
        word = re.compile(rf"(?<![\w.]){re.escape(name)}\b")
        text = self._source.text
        for match in _UNSEEN.finditer(text):
            line = self._lines.line_span(self._lines.position(match.start()).line)
            if word.search(text, match.start(), line[1]):
                return True
        return name in self._parameters

    def _index(self) -> Iterator[tuple[int, Import]]:
        """Every imported name by the offset at which it stands; only statements are walked."""
        try:
            tree = PythonTree.of(self._source.text)
        except (SyntaxError, ValueError, RecursionError):
            return
        stack: list[tuple[ast.AST, tuple[ast.AST, ...]]] = [(tree, ())]
        while stack:
            node, blocks = stack.pop()
            if isinstance(node, ast.Import | ast.ImportFrom):
                for alias in node.names:
                    yield self._offset(alias), Import(alias, node, blocks)
                continue
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                places = node.args
                every = [*places.posonlyargs, *places.args, *places.kwonlyargs]
                self._parameters |= {argument.arg for argument in every}
            inner = blocks if isinstance(node, ast.Module) else (*blocks, node)
            parts = (getattr(node, name, ()) for name in _PARTS)
            stack += [(child, inner) for part in parts for child in part]

    def _offset(self, alias: ast.alias) -> int:
        """Where Ruff sees a name bound, in code points; the tree counts bytes of UTF-8."""
        row, column = alias.lineno, alias.col_offset
        if alias.asname and alias.end_lineno and alias.end_col_offset:
            row, column = alias.end_lineno, alias.end_col_offset - len(alias.asname.encode())
        return self._places.in_line(row, column)
