"""Configuration files: which ones there are, what they say, and on which line."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from thea_code_system.config.plain import PlainFile
from thea_code_system.config.production import Origin
from thea_code_system.errors import ConfigError

OWN_FILES = (".thea.toml", "thea.toml")
SHARED_FILE = "pyproject.toml"


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """One file's settings, as TOML gives them, and the line of each key."""

    path: Path
    values: Mapping[str, Any]
    lines: Mapping[str, int] = field(default_factory=dict)

    def origin(self, key: str, kind: str) -> Origin:
        """Where this file says something."""
        return Origin(kind, str(self.path), self.lines.get(key, 0))


class ConfigReader:
    """Finds and reads configuration files, and remembers every path that it asked about.

    Owned by a resolver. ``consulted`` holds what the answer depends on: a file that is made,
    changed or removed there makes a cached configuration stale.
    """

    def __init__(self) -> None:
        self.consulted: list[str] = []
        self.strays: list[Origin] = []
        """Where a file says `extend` and was not followed, because that leads out of its tree."""

    def nearest(self, start: Path) -> Path | None:
        """The configuration file of the nearest folder at or above ``start`` that has one."""
        for folder in (start, *start.parents):
            for name in (*OWN_FILES, SHARED_FILE):
                if self._is_config(folder / name):
                    return folder / name
        return None

    def root(self, target: Path) -> Path:
        """The project root: the nearest ancestor with ``.git`` or a file that configures Thea.

        Where there is none, the target itself, or its folder.
        """
        start = self.folder(target)
        for folder in (start, *start.parents):
            if self.exists(folder / ".git"):
                return folder
            if any(self._is_config(folder / name) for name in (*OWN_FILES, SHARED_FILE)):
                return folder
        return start

    @staticmethod
    def folder(target: Path) -> Path:
        """The target itself, or where it lies."""
        is_folder = os.path.isdir(target)  # noqa: PTH112 - where Path raises, this says no
        return target if is_folder else target.parent

    def chain(self, path: Path, inside: Path | None = None) -> Iterator[ConfigFile]:
        """A file and the files that it extends, nearest first.

        Args:
            path: the first of them.
            inside: the folder that they have to lie in or right above, or else below the first's.

        Raises:
            ConfigError: for a file that cannot be read, is no TOML, or extends itself.
        """
        seen: list[Path] = []
        following: Path | None = path
        while following is not None:
            if following in seen:
                raise ConfigError(
                    f"{seen[-1]}: extend leads back to {following}", "Remove one of the two."
                )
            seen.append(following)
            file = self.read(following)
            base = file.values.get("extend")
            if base is not None and not isinstance(base, str):
                where = file.origin("extend", "project")
                raise ConfigError(f"{where}: extend names one file, as a string")
            yield file
            following = Path(os.path.normpath(following.parent / base)) if base else None
            if (
                following
                and inside
                and not self.lies_in(following, inside, path.parent)
                and Path(os.path.realpath(following)).parent not in inside.resolve().parents
            ):
                self.strays.append(file.origin("extend", "project"))
                return

    @staticmethod
    def lies_in(path: Path, *folders: Path) -> bool:
        """Whether a path lies in one of some folders, all links resolved."""
        real = Path(os.path.realpath(path))
        return any(real.is_relative_to(os.path.realpath(folder)) for folder in folders)

    def read(self, path: Path) -> ConfigFile:
        """The settings of one file: all of it, or ``[tool.thea]`` of a ``pyproject.toml``."""
        import tomli

        self._note(path)
        try:
            text = self._bytes(path).decode("utf-8").replace("\r\n", "\n")
            values: Any = tomli.loads(text)
        except FileNotFoundError as error:
            raise ConfigError(
                f"there is no configuration file {path}",
                "Check the spelling of --config, or of `extend` in the file that names it.",
            ) from error
        except OSError as error:
            raise ConfigError(
                f"cannot read the configuration file {path}: {error.strerror}",
                "Make it a file that you may read, or run with --isolated.",
            ) from error
        except UnicodeDecodeError as error:
            raise ConfigError(
                f"the configuration file {path} is not UTF-8: {error.reason}, byte {error.start}",
                "Save it as UTF-8; TOML knows no other encoding.",
            ) from error
        except (tomli.TOMLDecodeError, RecursionError) as error:
            raise ConfigError(
                f"{path} is no valid TOML: {error}", "Mend it there, or run with --isolated."
            ) from error
        shared = path.name == SHARED_FILE
        for table in ("tool", "thea") if shared else ():
            values = values.get(table, {})
            if not isinstance(values, dict):
                raise ConfigError(f"{path}: {table} is no table", "Write [tool.thea].")
        return ConfigFile(path, values, self._lines(text, shared=shared))

    @staticmethod
    def _bytes(path: Path) -> bytes:
        return PlainFile(str(path), PlainFile.configuration).read()

    def _is_config(self, path: Path) -> bool:
        """Whether a path configures Thea; a ``pyproject.toml`` is looked into, but not parsed."""
        if not self.exists(path):
            return False
        if path.name != SHARED_FILE:
            return True
        try:
            return (
                re.search(rb"^\s*\[\s*tool\s*\.\s*thea\b", self._bytes(path), re.MULTILINE)
                is not None
            )
        except OSError:
            return False

    def exists(self, path: Path) -> bool:
        """Whether a path exists; the answer is remembered as one that the result depends on."""
        self._note(path)
        return os.path.exists(path)  # noqa: PTH110 - where Path raises, this says no

    def _note(self, path: Path) -> None:
        if str(path) not in self.consulted:
            self.consulted.append(str(path))

    @staticmethod
    def _lines(text: str, *, shared: bool) -> dict[str, int]:
        """The line of each of our keys; tables count as keys (``[per-file-ignores]``)."""
        lines: dict[str, int] = {}
        table = ""
        prefix = "tool.thea" if shared else ""
        for number, line in enumerate(text.splitlines(), 1):
            if head := re.match(r"\s*\[\s*([^\[\]]+?)\s*\]", line):
                table = head.group(1).replace(" ", "").replace('"', "")
                name = (
                    table.removeprefix(prefix).removeprefix(".") if table.startswith(prefix) else ""
                )
                if name:
                    lines.setdefault(name.split(".")[0], number)
            elif table == prefix and (key := re.match(r"\s*\"?([\w-]+)\"?\s*[.=]", line)):
                lines.setdefault(key.group(1), number)
        return lines
