"""What looks broken but is meant so: other grammars, templates, an older Python."""

from __future__ import annotations

import builtins
import re
import warnings
from collections.abc import Iterable
from functools import cached_property
from itertools import islice
from typing import Any, Final

from thea_code_system.values.outcome import SkipReason
from thea_code_system.values.source import SourceFile

_FLOW: Final = re.compile(
    r"^\s*(?:#![^\n]*\n\s*)?(?:/\*[\s\S]{0,4000}?@flow\b|//[^\n]*@flow\b)", re.MULTILINE
)
_TEMPLATE: Final = re.compile(r"\{%-?\s*\w[^\n]{0,400}?%\}|<%[-=#]?[\s\S]{1,400}?%>")
_MUSTACHE: Final = re.compile(r"\{\{-?[^\S ]*[\w.|()'\" -]{1,400}\s*-?\}\}")
_HINTS: Final = re.compile(
    r"^[ \t]*print\b(?!\s*[(=.,:\)])|^[ \t]*exec\s+[\w\"']"
    r"|\bexcept\s+[\w.()\s,]{1,400},\s*\w+\s*:|\braise\s+[\w.]+\s*,|<>|`|\b0\d+\b"
    r"|\bur[\"']|\d[lL]\b|^[ \t]*def\s+\w+\s*\(.*\(|\blambda\s*\(",
    re.MULTILINE,
)

_LOOKED_AT: Final = 100  # of the places in one text that may be what a pattern is after
_LONGEST: Final = 1_000_000  # characters that the parser of Python 2, slow as it is, is given
_UNPARENTHESIZED: Final = "Multiple exception types must be parenthesized"  # Ruff's words
_COMMA: Final = re.compile(r"except[ \t]+(?:[\w.]+|\([^()\n]*\))[ \t]*,")  # quick to rule out
_EXCEPT: Final = re.compile(
    r"^(?P<indent>[ \t]*)except[ \t]+(?:[\w.]+|\([^()\n]*\))[ \t]*,"
    r"[ \t]*(?P<name>[^\W\d]\w*)[ \t]*:(?P<rest>[^\n]*)",
    re.MULTILINE,
)


class Screen:
    """Tells files that do not parse but should be left alone; an organ of one actor."""

    def skip_reason(self, source: SourceFile) -> SkipReason | None:
        """Why a broken file is to be skipped, by the marks of Flow and of templates."""
        text = source.text
        if source.path.endswith((".js", ".jsx", ".mjs", ".cjs")) and _FLOW.match(text[:5000]):
            return SkipReason.FLOW
        if _TEMPLATE.search(text) or self._mustache(source):
            return SkipReason.TEMPLATE
        return None

    @staticmethod
    def _mustache(source: SourceFile) -> bool:
        """Double braces, where the language itself cannot mean them.

        JSX writes ``style={{…}}`` and f-strings escape braces by doubling them.
        """
        for match in islice(_MUSTACHE.finditer(source.text), _LOOKED_AT):
            before = source.text[source.text.rfind("\n", 0, match.start()) + 1 : match.start()]
            if source.path.endswith((".jsx", ".tsx", ".js")) and before.endswith("="):
                continue
            if before.count('"') % 2 or before.count("'") % 2 or "#" in before or "//" in before:
                continue
            return True
        return False

    def newer_syntax(self, source: SourceFile, uses: Iterable[str]) -> str:
        """The first use of syntax that is too new for us, in a parser's words, or nothing.

        What a newer grammar takes for ``except A, B:`` may be Python 2's; then it does not count.
        """
        old = self.has_old_except(source)
        return next((use for use in uses if not (old and _UNPARENTHESIZED in use)), "")

    def has_old_except(self, source: SourceFile) -> bool:
        """Whether an ``except X, name:`` can only be Python 2's, though a newer grammar takes it.

        It is old where the name is read in the handler, or bound nowhere else in the file.
        """
        if not source.path.endswith((".py", ".pyw")) or not _COMMA.search(source.text):
            return False
        found = islice(_EXCEPT.finditer(source.text), _LOOKED_AT)
        return any(self._binds(source.text, match) for match in found)

    @staticmethod
    def _binds(text: str, match: re.Match[str]) -> bool:
        name, width = match["name"], len(match["indent"].expandtabs(8))
        body: list[str] = [match["rest"]]
        for line in text[match.end() :].split("\n")[1:]:
            if line.strip() and len(line.expandtabs(8)) - len(line.expandtabs(8).lstrip()) <= width:
                break
            body.append(line)
        if re.search(rf"(?<![.\w]){name}\b", "\n".join(body)):
            return True
        bound = rf"\b(?:class|def|import|as|from)\b[^\n]*\b{name}\b|^\s*{name}\s*(?:[,=]|$)"
        return not hasattr(builtins, name) and not re.search(bound, text, re.MULTILINE)

    def is_python2(self, source: SourceFile) -> bool:
        """Whether a whole file that Python 3 rejects is good Python 2."""
        if not source.path.endswith((".py", ".pyw")) or len(source.text) > _LONGEST:
            return False
        if not _HINTS.search(source.text):
            return False
        text = source.text.replace("\r\n", "\n").replace("\r", "\n")
        try:
            self._python2.parse_string(text if text.endswith("\n") else f"{text}\n")
        except Exception:  # noqa: BLE001 - the old grammar raises what it likes on broken text
            return False
        return True

    @cached_property
    def _python2(self) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from fissix import pygram, pytree
            from fissix.pgen2 import driver

            return driver.Driver(pygram.python_grammar, convert=pytree.convert)
