"""Everything that a worker may know about the project besides the files it is given."""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from thea_code_system.values.lines import LineRanges

_DELIBERATE = re.compile(
    r"(^|/)(tests?[-_/]?data|tests?/(inputs?|resources|roots|files|samples)|testing[-_]data|test[-_]?files|fixtures?|__fixtures__|corpus|corpora|"
    r"golden|example[-_]?files|snapshots?|__snapshots__|test[-_]?cases|baselines?|examples?[-_]broken|"
    r"templates?|cookiecutter[^/]*|\{\{[^/]*|bad[-_]?(syntax|code|files)|invalid)(/|$)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Settings:
    """The effective settings of a run, as far as correctors and the gate read them.

    ``selected`` and ``ignored`` are families, codes or prefixes; ``extend_selected`` adds to the
    defaults. ``per_file_ignores`` maps globs, relative to the root, to codes. ``min_confidence`` is
    a probability. ``context_length`` is in tokens around a fault, ``syntax_budget`` in candidates a
    file, ``syntax_seconds`` and ``tool_seconds`` are emergency stops in seconds. ``model`` is a
    folder with an edit model, Thea's own where there is none; with a ``learned_budget``, in tokens,
    the family ``learned`` is one of the defaults. ``verify`` is how far a worker proves what it
    does: ``parse`` or ``lint``; what whole trees prove is no matter of single files. With
    ``changed_lines`` only lines that somebody has changed are corrected.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    min_confidence: float = 0.8
    unsafe_fixes: bool = False
    isolated: bool = False
    trust: bool = False
    context_length: int = 32_768
    syntax_budget: int = 3_000
    syntax_seconds: float = 20.0
    tool_seconds: float = 60.0
    model: str | None = None
    learned_budget: int = 0
    verify: str = "lint"
    words: tuple[str, ...] = ()
    changed_lines: bool = False
    patterns: tuple[tuple[str, str], ...] = ()  # file name and YAML text of ast-grep rules

    def digest(self) -> str:
        """A content address of all that decides about an outcome."""
        return hashlib.blake2b(repr(self).encode(), digest_size=20).hexdigest()


@dataclass(frozen=True, slots=True)
class ProjectContext:
    """Frozen facts about the tree, sent once to each worker.

    ``tool_configs`` maps paths of tool configuration files (``pyproject.toml``, ``ruff.toml``,
    ``.oxlintrc.json``, ``_typos.toml``, …), relative to the root, to their texts. ``imported`` maps
    each dotted module name to the names that other files of the tree import from it or read as its
    attributes (``*`` for a star import). ``words`` are lower-case words of five letters or more
    that are identifiers, imports or packages of the tree, or that stand in it more than twice.
    ``refused`` holds fingerprints that the user has turned down. ``searched`` are the paths to be
    searched for bugs by the edit model; None stands for all. ``changed`` are the lines of each file
    that may be corrected; None where all may be.
    """

    root: str
    settings: Settings = field(default_factory=Settings)
    tool_configs: Mapping[str, str] = field(default_factory=dict)
    first_party: frozenset[str] = frozenset()
    imported: Mapping[str, frozenset[str]] = field(default_factory=dict)
    words: AbstractSet[str] = frozenset()
    refused: frozenset[str] = frozenset()
    searched: frozenset[str] | None = None
    changed: Mapping[str, LineRanges] | None = None

    def looks_deliberate(self, path: str) -> bool:
        """Whether a broken file at this path is probably meant to be broken."""
        return _DELIBERATE.search(posixpath.dirname(path)) is not None

    def config_chain(self, path: str) -> tuple[tuple[str, str], ...]:
        """The tool configurations from the root down to a file's folder, nearest last."""
        folder = posixpath.dirname(path)
        return tuple(
            (name, text)
            for name, text in sorted(self.tool_configs.items())
            if (where := posixpath.dirname(name)) == ""
            or folder == where
            or folder.startswith(f"{where}/")
        )

    def module_of(self, path: str) -> str:
        """The dotted name under which a file of the tree is imported, as far as layout tells."""
        parts = path.removesuffix(".pyi").removesuffix(".py").split("/")
        if parts[0] in {"src", "lib"} and len(parts) > 1:
            parts = parts[1:]
        if parts[-1] == "__init__":
            parts = parts[:-1]
        return ".".join(parts)

    def fact(self, kind: str, key: str) -> str:
        """The value of one fact, as text: what an outcome's cache entry remembers having read.

        Kinds: ``config`` (key: a path; the digest of its chain), ``imported`` (key: a dotted
        module; the names), ``first-party`` (no key), ``word`` (key: a word; ``1`` or nothing),
        ``changed`` (key: a path; the lines).
        """
        match kind:
            case "config":
                chain = repr(self.config_chain(key)).encode()
                return hashlib.blake2b(chain, digest_size=12).hexdigest()
            case "imported":
                return " ".join(sorted(self.imported.get(key, ())))
            case "first-party":
                return " ".join(sorted(self.first_party))
            case "word":
                return "1" if key in self.words else ""
            case "changed":
                return repr((self.changed or {}).get(key))
            case _:
                message = f"unknown kind of fact: {kind}"
                raise ValueError(message)
