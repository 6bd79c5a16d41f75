"""Python's own syntax trees, made in several threads at once."""

from __future__ import annotations

import ast
import contextlib
import threading
from typing import ClassVar, Final

_TRIES: Final = 4  # before the last


class PythonTree:
    """Parses as :func:`ast.parse` does.

    CPython 3.11 counts the depth of all trees that are being made in one place: where the collector
    lets another thread in meanwhile, and that one parses too, both fail with a SystemError. Ours
    take turns; with those of a library that is just being imported it is tried again.
    """

    _turn: ClassVar = threading.Lock()

    @classmethod
    def of(cls, text: str) -> ast.Module:
        """The tree of a module.

        Raises:
            SyntaxError: it is no Python of this version.
            ValueError: it holds a NUL.
            RecursionError: it nests too deep.
        """
        with cls._turn:
            for _ in range(_TRIES):
                with contextlib.suppress(SystemError):
                    return ast.parse(text)
            return ast.parse(text)
