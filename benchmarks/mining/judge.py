"""Which files are broken: both parsers reject them, and no Python 2 and no template explains it."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import tempfile
import warnings
from pathlib import Path
from typing import ClassVar

import tree_sitter
import tree_sitter_javascript
import tree_sitter_typescript
from fissix import pygram, pytree
from fissix.pgen2 import driver
from fissix.pgen2.parse import ParseError
from fissix.pgen2.tokenize import TokenError

LANGUAGES = {
    ".py": "python",
    ".js": "javascript",
    ".jsx": "javascript",
    ".ts": "typescript",
    ".tsx": "tsx",
}
TEMPLATE = re.compile(r"\{%.*%\}|\{\{\s*\w[\w.| ]*\}\}|\{\{\s*_\(|<%|@flow")
# fissix takes these too, but they are faults in either Python.
FAULT_IN_BOTH = re.compile(
    r"cannot assign|cannot delete|positional argument follows|expression cannot contain assignment"
    r"|inconsistent use of tabs|parameter without a default|illegal target|invalid non-printable"
)


class Judge:
    """Screens files in bulk with Ruff and oxlint, then asks CPython, tree-sitter and fissix."""

    def __init__(self) -> None:
        warnings.simplefilter("ignore")
        grammars = {
            "javascript": tree_sitter_javascript.language(),
            "typescript": tree_sitter_typescript.language_typescript(),
            "tsx": tree_sitter_typescript.language_tsx(),
        }
        self._parsers = {
            n: tree_sitter.Parser(tree_sitter.Language(g)) for n, g in grammars.items()
        }
        python2 = (pygram.python_grammar, pygram.python_grammar_no_print_statement)
        self._python2 = [driver.Driver(grammar, convert=pytree.convert) for grammar in python2]

    def screen(self, texts: dict[str, bytes]) -> set[str]:
        """Names (with suffixes) of the texts that the outside parser of their language rejects."""
        if not texts:
            return set()
        with tempfile.TemporaryDirectory() as folder:
            for name, content in texts.items():
                Path(folder, name).write_bytes(content)
            rejected = self._ruff(folder) if any(n.endswith(".py") for n in texts) else set()
            if any(not n.endswith(".py") for n in texts):
                rejected |= self._oxlint(folder)
        return rejected

    @staticmethod
    def _ruff(folder: str) -> set[str]:
        command = ["ruff", "check", "--isolated", "--no-cache", "--no-respect-gitignore", "--quiet"]
        command += ["--target-version=py314", "--select=E902", "--output-format=json", folder]
        done = subprocess.run(command, check=False, capture_output=True)
        return {Path(found["filename"]).name for found in json.loads(done.stdout)}

    @staticmethod
    def _oxlint(folder: str) -> set[str]:
        command = ["oxlint", "-A", "all", "--no-ignore", "-f", "json", folder]
        done = subprocess.run(command, check=False, capture_output=True)
        found = json.loads(done.stdout)["diagnostics"]
        faults = [f for f in found if f["severity"] == "error" and f.get("filename")]
        return {Path(fault["filename"]).name for fault in faults}

    def fault(self, text: str, language: str) -> str | None:
        """What CPython or tree-sitter says against the text; None if nothing."""
        if language != "python":
            tree = self._parsers[language].parse(text.encode("utf-8", "replace"))
            return "does not parse" if tree.root_node.has_error else None
        try:
            ast.parse(text)
        except SyntaxError as error:
            return error.msg
        except (ValueError, RecursionError, MemoryError) as error:
            return str(error)
        return None

    def other_language(self, text: str, language: str, fault: str) -> bool:
        """A template, Flow, or Python 2: rejected, but not broken."""
        if TEMPLATE.search(text):
            return True
        if language != "python" or FAULT_IN_BOTH.search(fault):
            return False
        return any(self._accepts(grammar, text) for grammar in self._python2)

    @staticmethod
    def _accepts(grammar: driver.Driver, text: str) -> bool:
        try:
            grammar.parse_string(text if text.endswith("\n") else f"{text}\n")
        except (
            ParseError,
            TokenError,
            IndentationError,
            RecursionError,
            AssertionError,
            ValueError,
        ):
            return False
        return True


class Classifier:
    """The kind of a fault, by what was edited where that is clear, else by CPython's message."""

    EDITED: ClassVar = {
        "bracket": set("()[]{}"),
        "comma": {","},
        "colon": {":"},
        "string": {'"', "'", "`"},
    }
    SAID: ClassVar = {
        "bracket": r"never closed|unmatched|does not match|unexpected EOF",
        "comma": r"forgot a comma",
        "colon": r"expected ':'",
        "string": r"unterminated|EOL while|f-string",
        "indentation": r"indent|tabs and spaces",
    }
    MARKER = re.compile(r"^(<{7}|>{7}|={7})( |\r?$)", re.MULTILINE)

    def kind(self, broken: str, fault: str, changes: list[tuple[list[str], list[str]]]) -> str:
        if len({m[1] for m in self.MARKER.finditer(broken)}) > 1:
            return "merge-conflict"
        touched = {token for change in changes for side in change for token in side}
        layout = {t for t in touched if t.startswith("<indent ") or t == "<newline>"}
        if layout and touched == layout:
            return "indentation"
        for kind, marks in self.EDITED.items():
            if touched - layout and touched - layout <= marks:
                return kind
        for kind, pattern in self.SAID.items():
            if re.search(pattern, fault):
                return kind
        return "misc"
