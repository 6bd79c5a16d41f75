"""Which names a Python file takes from which modules, found fast enough to ask every file."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

_IMPORT = re.compile(r"import\b")
_HEAD = re.compile(r"(?:^|[;:]|>>>|\.\.\.|\\\n)[ \t]*(?:from[ \t]*(\.*[ \t]*[\w.]*)[ \t\\\r\n]+)?$")
_NAMES = re.compile(r"[ \t]*(\([^)]*\)|(?:[^\n#;\\]|\\\r?\n)+)")
_COMMENT = re.compile(r"#[^\n]*")
_CHAIN = re.compile(r"(?:\.[^\W\d]\w*)+")
_DOTTED = r"([^\W\d]\w*(?:\.[^\W\d]\w*)+)"
_QUOTED = (re.compile(rf'"{_DOTTED}"'), re.compile(rf"'{_DOTTED}'"))  # a literal first is faster


class ImportScanner:
    """Reads imports with regular expressions, so that broken files have them too.

    It would rather see a use that is none than miss one: a name that seems to be used elsewhere
    is only kept. Doctests count, and so do dotted names in strings, by which tests patch and
    frameworks load.
    """

    def scan(
        self, text: str, package: str, modules_named: frozenset[str]
    ) -> dict[str, tuple[str, ...]]:
        """Names by the dotted module that they are imported from, or read or named as part of.

        ``package`` is the dotted package that the file lies in: what ``.`` means in it.
        ``modules_named`` are the last names of the tree's modules and packages: attributes are only
        looked for where a name may be one of these.
        """
        used: defaultdict[str, set[str]] = defaultdict(set)
        modules: dict[str, str] = {}
        for source, names in self._statements(text):
            for name, alias in self._aliases(names):
                if source is None:
                    head = name.partition(".")[0]
                    modules[alias or head] = name if alias else head
                    self._use(used, "", name)
                else:
                    module = self._resolve(source.replace(" ", ""), package)
                    used[module].add(name)
                    modules[alias or name] = f"{module}.{name}" if module else name
        for alias, module in modules.items():
            if module.rpartition(".")[2] in modules_named:
                self._read(used, text, alias, module)
        for quoted in _QUOTED:
            for dotted in quoted.findall(text):
                self._use(used, "", dotted)
        return {module: tuple(sorted(names)) for module, names in sorted(used.items()) if module}

    @staticmethod
    def _statements(text: str) -> Iterator[tuple[str | None, str]]:
        """What follows ``from``, None where there is no such word, and what follows ``import``."""
        for word in _IMPORT.finditer(text):
            start = text.rfind("\n", 0, word.start()) + 1
            while start > 1 and text.endswith(("\\\n", "\\\r\n"), 0, start):
                start = text.rfind("\n", 0, start - 1) + 1
            head = _HEAD.search(text[start : word.start()])
            names = _NAMES.match(text, word.end())
            if head and names:
                yield head.group(1), names.group(1)

    @staticmethod
    def _resolve(source: str, package: str) -> str:
        """The absolute name of a module in a ``from`` clause."""
        name = source.lstrip(".")
        dots = len(source) - len(name)
        if dots == 0:
            return name
        parts = package.split(".") if package else []
        parts = parts[: max(len(parts) - dots + 1, 0)]
        return ".".join([*parts, name] if name else parts)

    @staticmethod
    def _aliases(names: str) -> Iterator[tuple[str, str]]:
        """Pairs of name and alias; the alias is empty where there is none."""
        if "#" in names:
            names = _COMMENT.sub("", names)
        for part in names.strip("()").replace("\\", " ").split(","):
            words = part.split()
            if words:
                yield words[0], words[2] if len(words) == 3 and words[1] == "as" else ""

    @staticmethod
    def _use(used: defaultdict[str, set[str]], module: str, chain: str) -> None:
        """Note each step of a dotted chain below a module as a name of what precedes it."""
        for name in chain.strip(".").split("."):
            if module:
                used[module].add(name)
            module = f"{module}.{name}" if module else name

    @classmethod
    def _read(cls, used: defaultdict[str, set[str]], text: str, alias: str, module: str) -> None:
        """Note the attributes that a text reads of a name."""
        dotted = f"{alias}."
        at = text.find(dotted)
        seen = set()
        while at >= 0:
            before = text[at - 1 : at]
            chain = _CHAIN.match(text, at + len(alias))
            if chain and not (before.isalnum() or before in {"_", "."}):
                seen.add(chain.group())
            at = text.find(dotted, at + len(dotted))
        for attributes in seen:
            cls._use(used, module, attributes)
