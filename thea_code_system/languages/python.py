"""Python as CPython's own parser sees it."""

from __future__ import annotations

import ast
import re
import warnings
from itertools import islice
from typing import ClassVar, Final

from thea_code_system.languages.base import Fault, Language, Lexeme
from thea_code_system.languages.tokens import Tokenizer
from thea_code_system.values.source import LineMap

_TRIES: Final = 20
_NEWLINE: Final = re.compile(r"\r\n|\r|\n")


class PythonLanguage(Language):
    """Python at the version of the running interpreter."""

    name: ClassVar[str] = "python"
    suffixes: ClassVar[tuple[str, ...]] = (".py", ".pyi", ".pyw")
    line_comment: ClassVar[str] = "#"

    def __init__(self) -> None:
        self._tokenizer = Tokenizer.python()
        # what a text warns of is not the user's business, and filters set for a while are shared by
        # all threads: this one stays
        warnings.filterwarnings("ignore", module=r"<source>$")

    def faults(self, text: str) -> tuple[Fault, ...]:
        """The one place where CPython objects, or nothing."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            fault = self.first_fault(text)
        return () if fault is None else (fault,)

    def first_fault(self, text: str) -> Fault | None:
        """The same for a caller who has silenced warnings already, and asks often."""
        self.work += len(text)
        try:
            self._compile(text)
        except SyntaxError as error:
            return self._locate(text, error)
        except ValueError as error:  # NUL characters, lone surrogates
            offset = next(
                (i for i, c in enumerate(text) if c == "\0" or "\ud800" <= c < "\ue000"), 0
            )
            return Fault(offset, LineMap.of(text).position(offset).line, str(error))
        except (RecursionError, MemoryError):
            return Fault(0, 1, "too deeply nested to be parsed")
        return None

    @staticmethod
    def _compile(text: str) -> None:
        """Parse a text; again where another thread that parses was in the way.

        CPython 3.11 counts the depth of all threads' trees together, and then finds a mismatch.
        """
        for _ in range(_TRIES):
            try:
                compile(text, "<source>", "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
            except SystemError:
                continue
            return
        compile(text, "<source>", "exec", ast.PyCF_ONLY_AST, dont_inherit=True)

    def lexemes(self, text: str) -> list[Lexeme]:
        """Lossless lexemes."""
        return self._tokenizer(text)

    @staticmethod
    def _locate(text: str, error: SyntaxError) -> Fault:
        if not error.lineno:
            offset = max(text.find("\0"), 0)
            return Fault(offset, LineMap.of(text).position(offset).line, str(error.msg))
        start, line = 0, 1
        for match in islice(_NEWLINE.finditer(text), error.lineno - 1):
            start, line = match.end(), line + 1
        following = _NEWLINE.search(text, start)
        end = following.end() if following else len(text)
        column = max(error.offset or 1, 1)
        return Fault(min(start + column - 1, end), line, str(error.msg))
