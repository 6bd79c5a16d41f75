"""The resolved configuration of a run: typed, frozen, each value with its origin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from thea_code_system.config.amounts import AGE
from thea_code_system.config.plain import PlainFile
from thea_code_system.errors import ConfigError

DEFAULT_EXCLUDE = (
    ".bzr", ".direnv", ".eggs", ".git", ".hg", ".ipynb_checkpoints", ".mypy_cache", ".nox",
    ".pants.d", ".pyenv", ".pytest_cache", ".ruff_cache", ".svn", ".thea", ".tox", ".venv",
    ".vscode", "__pycache__", "__pypackages__", "_build", "buck-out", "build", "dist",
    "node_modules", "site-packages", "venv",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value comes from.

    ``kind`` is one of ``flag env project user preset default``. ``where`` is the flag, the
    variable, the file or the preset; ``line`` counts from 1 and is 0 where there is none.
    """

    kind: str = "default"
    where: str = ""
    line: int = 0

    def __str__(self) -> str:
        if self.kind in {"project", "user"}:
            return f"{self.where}:{self.line}" if self.line else self.where
        return f"{self.kind} {self.where}".strip()


@dataclass(frozen=True, slots=True)
class ProductionConfig:
    """Everything that can be configured, after all sources have been asked.

    ``root`` is the absolute path of the project root. Globs (``exclude``, ``extend_exclude``, the
    first parts of ``per_file_ignores``) are written as in ``.gitignore`` and relative to the root;
    ``patterns`` are absolute paths or globs of ast-grep rule files and folders. ``workers`` is None
    for the automatic choice, which ``max_workers`` caps. ``max_file_size`` is in bytes,
    ``context_length`` in tokens, ``syntax_budget`` in candidates a file, ``…_seconds`` in seconds.
    ``model`` is the absolute path of a folder that holds an edit model; None means Thea's own.
    ``verify`` is how far corrections are proved, ``test_command`` a line for the shell that runs
    the tests, ``verify_budget`` seconds for all that looks at whole trees.
    ``learned_budget`` is how many tokens a run over a whole tree searches for bugs unasked.
    A run takes on no more files once it has changed ``max_files`` files or ``max_changed_lines``
    lines, or has worked for ``time_budget`` seconds; 0 is no limit.
    ``auto_start`` starts the warm process after a run that had none.
    The ledger keeps what files were before for ``keep_days`` days, within ``keep_size`` bytes.
    ``notes`` are one-line remarks for the user; ``consulted`` are the files that decided.
    """

    root: str = ""
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    min_confidence: float = 0.8
    unsafe_fixes: bool = False
    exclude: tuple[str, ...] = DEFAULT_EXCLUDE
    extend_exclude: tuple[str, ...] = ()
    force_exclude: bool = False
    respect_gitignore: bool = True
    max_file_size: int = 1_000_000
    words: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    context_length: int = 32_768
    syntax_budget: int = 3_000
    syntax_seconds: float = 20.0
    tool_seconds: float = 60.0
    verify: str = "lint"
    test_command: str = ""
    verify_budget: float = 600.0
    model: str | None = None
    learned_budget: int = 0  # 750_000 once the shipped weights have shown their precision
    max_files: int = 0
    max_changed_lines: int = 0
    time_budget: float = 0.0
    keep_days: int = 90
    keep_size: int = 500_000_000
    workers: int | None = None
    max_workers: int | None = None
    device: str = "auto"
    address: str | None = None
    preset: str | None = None
    auto_start: bool = False
    isolated: bool = False
    trust: bool = False
    cache: bool = True
    cache_dir: str | None = None
    output_format: str = "full"
    show_fixes: bool = False
    show_suggestions: bool = False
    origins: Mapping[str, Origin] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    consulted: tuple[str, ...] = ()

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """The names of all values that can be configured."""
        about = {"root", "origins", "notes", "consulted"}
        return tuple(entry.name for entry in fields(cls) if entry.name not in about)

    @classmethod
    def defaults(cls) -> dict[str, Any]:
        """The value of each name where no source gives one."""
        plain = cls()
        values = {name: getattr(plain, name) for name in cls.names()}
        return values | {"per_file_ignores": dict(plain.per_file_ignores)}

    @property
    def keep_age(self) -> float:
        """``keep_days`` in seconds."""
        return AGE.parse(f"{self.keep_days}d")

    def origin(self, key: str) -> Origin:
        """Where a value comes from."""
        return self.origins.get(key, Origin())

    def explained(self) -> Iterator[tuple[str, Any, Origin]]:
        """Every key as it is spelled in a file, its value and its origin."""
        for key in self.names():
            yield key.replace("_", "-"), getattr(self, key), self.origin(key)

    def pattern_texts(self) -> tuple[tuple[str, str], ...]:
        """The ast-grep rules of this configuration: file names and YAML texts, in order.

        Raises:
            ConfigError: where a rule file cannot be read, or a pattern names none.
        """
        texts: dict[str, str] = {}
        for pattern in self.patterns:
            found = list(self._rule_files(pattern))
            if not found:
                raise ConfigError(
                    f"patterns: no rule file at {pattern} ({self.origin('patterns')})",
                    "Name .yml files of ast-grep rules, or folders that hold some.",
                )
            for path in found:
                texts[str(path)] = self._read(path)
        return tuple(texts.items())

    def to_json(self) -> dict[str, Any]:
        """This configuration as plain JSON values: what the start-up cache keeps."""
        return asdict(self)

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> ProductionConfig:
        """The inverse of :meth:`to_json`."""
        values: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in plain.items()
        }
        values["per_file_ignores"] = tuple(
            (glob, tuple(codes)) for glob, codes in values["per_file_ignores"]
        )
        values["origins"] = {key: Origin(**origin) for key, origin in plain["origins"].items()}
        return cls(**values)

    @staticmethod
    def _rule_files(pattern: str) -> Iterator[Path]:
        path = Path(pattern)
        if path.is_file():
            yield path
        elif path.is_dir():
            yield from sorted([*path.rglob("*.yml"), *path.rglob("*.yaml")])
        else:
            anchor = Path(path.anchor)
            yield from sorted(anchor.glob(path.relative_to(anchor).as_posix()))

    @staticmethod
    def _read(path: Path) -> str:
        try:
            return PlainFile(str(path), PlainFile.configuration).read().decode("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"patterns: cannot read {path}: {error}") from error
