"""All languages that Thea knows."""

from __future__ import annotations

import posixpath

from thea_code_system.languages.base import Language
from thea_code_system.languages.javascript import JavaScriptLanguage
from thea_code_system.languages.python import PythonLanguage
from thea_code_system.languages.typescript import TsxLanguage, TypeScriptLanguage


class Languages:
    """Finds the language of a file; an organ that owns one instance of each."""

    def __init__(self) -> None:
        every = (PythonLanguage(), JavaScriptLanguage(), TypeScriptLanguage(), TsxLanguage())
        self._named: dict[str, Language] = {language.name: language for language in every}
        self._suffixes = {suffix: language for language in every for suffix in language.suffixes}

    def for_path(self, path: str) -> Language | None:
        """The language of a file by its name; None for one that Thea does not know."""
        return self._suffixes.get(posixpath.splitext(path)[1].lower())

    def named(self, name: str) -> Language:
        """A language by its name: ``python``, ``javascript``, ``typescript`` or ``tsx``.

        Raises:
            KeyError: there is no such language.
        """
        return self._named[name]

    def suffixes(self) -> tuple[str, ...]:
        """The file suffixes of all languages, with their dots."""
        return tuple(sorted(self._suffixes))
