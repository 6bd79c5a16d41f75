"""From flags, environment and files to one configuration."""

from __future__ import annotations

import difflib
import os
import re
from collections import ChainMap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from thea_code_system.config.files import ConfigFile, ConfigReader
from thea_code_system.config.globs import GlobBase
from thea_code_system.config.presets import PRESETS
from thea_code_system.config.production import Origin, ProductionConfig
from thea_code_system.errors import ConfigError

if TYPE_CHECKING:
    from pydantic import ValidationError

    from thea_code_system.config.schema import SettingsSchema

_GLOBS = ("exclude", "extend_exclude")
_FREE = frozenset({
    "select", "ignore", "extend_select", "per_file_ignores", "exclude", "extend_exclude",
    "force_exclude", "respect_gitignore", "words", "patterns",
})  # fmt: skip
_LOWER_IS_STRICTER = frozenset({
    "unsafe_fixes", "max_file_size", "context_length", "syntax_budget", "syntax_seconds",
    "tool_seconds", "learned_budget",
})  # fmt: skip
_HIGHER_IS_STRICTER = frozenset({"min_confidence"})
_NEVER_IN_A_PROJECT = frozenset({"cache_dir", "trust", "isolated", "auto_start"})
_PLAINLY = {  # what pydantic says, and what it means to somebody who writes TOML
    "Input should be a valid tuple": 'write a list, such as ["ruff", "syntax"]',
    "Input should be a valid dictionary": 'write a table, such as {"tests/*" = ["ruff/F401"]}',
}
_FOLDERS = ("cache_dir", "model")
_VARIABLES = {"THEA_CONFIDENCE_THRESHOLD": "min_confidence"}


@dataclass(frozen=True, slots=True)
class Layer:
    """What one source says: values by field name, and where it says them."""

    values: Mapping[str, Any]
    origins: Mapping[str, Origin]


@dataclass(frozen=True, slots=True)
class ConfigRequest:
    """Who asks for a configuration.

    ``target`` is the first path of the command line, ``cwd`` the working directory, both absolute.
    ``flags`` maps field names to what was given on the command line. ``config`` is the file of
    ``--config``, ``user_file`` the one in the user's configuration directory.
    """

    target: str
    cwd: str
    flags: Mapping[str, Any]
    environ: Mapping[str, str]
    config: str | None = None
    user_file: str | None = None


class ConfigResolver:
    """Asks every source, refuses what the target may not decide, and types the rest."""

    def __init__(self, request: ConfigRequest) -> None:
        self._request = request
        self._reader = ConfigReader()
        self._notes: list[str] = []
        self._root = Path()

    def resolve(self) -> ProductionConfig:
        """The configuration.

        Raises:
            ConfigError: for a file that cannot be read, an unknown key or a wrong value; the
                message names the place.
        """
        request = self._request
        self._root = self._reader.root(Path(request.target))
        flags, environment = self._flags(), self._environment()
        user, trusted = self._user_layer()
        own = self._typed(self._merged(flags, environment, user))
        trusted = trusted or own.trust
        believed = trusted or request.config is not None
        inside = None if believed else self._root
        project = Layer({}, {}) if own.isolated else self._project_layer(inside)
        named = self._merged(flags, environment, project if believed else Layer({}, {}), user)
        preset = self._preset_layer(named.values.get("preset"))
        if not believed:
            project = self._restricted(project, self._merged(user, preset))
        layers = (flags, environment, project, user, preset)
        merged = self._merged(*layers)
        if trusted and "trust" not in merged.values:
            where = Origin("user", str(request.user_file))
            merged = self._merged(Layer({"trust": True}, {"trust": where}), merged)
        return self._finished(merged)

    def _finished(self, merged: Layer) -> ProductionConfig:
        typed = self._typed(merged)
        values = {key: getattr(typed, key) for key in ProductionConfig.names()}
        values["per_file_ignores"] = tuple(typed.per_file_ignores.items())
        return ProductionConfig(
            **values,
            root=str(self._root),
            origins=dict(merged.origins),
            notes=tuple(self._notes),
            consulted=tuple(self._reader.consulted),
        )

    def _flags(self) -> Layer:
        flags = {key: value for key, value in self._request.flags.items() if value is not None}
        here = Path(self._request.cwd)
        base = GlobBase(
            str(here if here.is_relative_to(self._root) else self._root), str(self._root)
        )
        origins = {}
        for key, value in flags.items():
            negated = "no-" if value is False else ""
            origins[key] = Origin("flag", f"--{negated}{key.replace('_', '-')}")
        for key in self._folders(flags):
            flags[key] = str(here / flags[key])
        return Layer(self._placed(flags, base), origins)

    def _environment(self) -> Layer:
        values, origins = {}, {}
        names = {f"THEA_{key.upper()}": key for key in ProductionConfig.names()} | _VARIABLES
        names.pop("THEA_PER_FILE_IGNORES")  # a table; there is no way to write one in a variable
        for name in sorted(self._request.environ):
            if name.startswith("THEA_") and name not in names:
                near = difflib.get_close_matches(name, names, n=1)
                hint = f"; did you mean {near[0]}?" if near else ""
                self._notes.append(f"the variable {name} sets nothing{hint}")
        for name, key in names.items():
            if text := self._request.environ.get(name, "").strip():
                values[key], origins[key] = text, Origin("env", name)
        for key in self._folders(values):
            values[key] = str(Path(self._request.cwd, values[key]))
        base = GlobBase(str(self._root), str(self._root))
        listed = {key: self._listed(values[key]) for key in (*_GLOBS, "patterns") if key in values}
        return Layer(self._placed({**values, **listed}, base), origins)

    def _user_layer(self) -> tuple[Layer, bool]:
        """The user's own file, and whether it trusts the target."""
        name = self._request.user_file
        if name is None or not self._reader.exists(Path(name)):
            return Layer({}, {}), False
        layer = self._file_layer(Path(name), "user", str(self._root))
        values = dict(layer.values)
        folders = values.pop("trusted", [])
        if not isinstance(folders, list) or not all(isinstance(each, str) for each in folders):
            raise ConfigError(f"{layer.origins['trusted']}: trusted is a list of folders")
        target = Path(os.path.realpath(self._root))
        homes = (Path(os.path.realpath(Path(each).expanduser())) for each in folders)
        return Layer(values, layer.origins), any(target.is_relative_to(home) for home in homes)

    def _project_layer(self, inside: Path | None) -> Layer:
        target = Path(self._request.target)
        if self._request.config:
            path: Path | None = Path(self._request.cwd, self._request.config)
        else:
            path = self._reader.nearest(self._reader.folder(target))
        layer = self._file_layer(path, "project", inside=inside) if path else Layer({}, {})
        for stray in self._reader.strays:
            self._notes.append(f"{stray}: extend does not count: outside, it needs --trust")
        return layer

    def _file_layer(
        self, path: Path, kind: str, base: str | None = None, inside: Path | None = None
    ) -> Layer:
        """What a file and the files that it extends, as far as they lie inside, say in order."""
        layers = []
        for file in self._reader.chain(path, inside):
            raw = self._known(file, kind)
            where = GlobBase(base or str(file.path.parent), str(self._root))
            origins = {key: file.origin(key.replace("_", "-"), kind) for key in raw}
            layers.append(Layer(self._placed(raw, where, origins), origins))
        return self._merged(*layers)

    def _known(self, file: ConfigFile, kind: str) -> dict[str, Any]:
        """A file's values by field name.

        Raises:
            ConfigError: for a key that does not exist, naming the nearest one that does.
        """
        known = {key.replace("_", "-"): key for key in ProductionConfig.names()}
        if kind == "user":
            known["trusted"] = "trusted"
        values = {}
        for key, value in file.values.items():
            if key == "extend":
                continue
            if key not in known:
                near = difflib.get_close_matches(key.replace("_", "-"), known, n=1, cutoff=0.0)
                hint = f"Did you mean {near[0]}? `thea config` lists all keys."
                if key == "trusted":
                    hint = "A project cannot trust itself: `trusted` belongs into your own file."
                raise ConfigError(f"{file.origin(key, kind)}: there is no key {key}", hint)
            values[known[key]] = value
        return values

    def _restricted(self, project: Layer, lower: Layer) -> Layer:
        """What the target's own file may decide: selection, exclusion, and being stricter."""
        mine, base = self._typed(project), self._typed(lower)
        kept = {}
        for key, value in project.values.items():
            stricter = (key in _LOWER_IS_STRICTER and getattr(mine, key) <= getattr(base, key)) or (
                key in _HIGHER_IS_STRICTER and getattr(mine, key) >= getattr(base, key)
            )
            stays = key != "patterns" or self._stay(mine.patterns, project.origins[key])
            if (key in _FREE and stays) or stricter:
                kept[key] = value
            else:
                name = key.replace("_", "-")
                why = (
                    "cannot be set by a project"
                    if key in _NEVER_IN_A_PROJECT
                    else (
                        "would be less strict"
                        if key in _LOWER_IS_STRICTER | _HIGHER_IS_STRICTER
                        else "needs --trust"
                    )
                )
                self._notes.append(f"{project.origins[key]}: {name} does not count: it {why}")
        return Layer(kept, {key: project.origins[key] for key in kept})

    def _stay(self, globs: Sequence[str], origin: Origin) -> bool:
        """Whether paths, up to their first wildcard, lie in the project or beside its file."""
        parts = [re.split(r"[*?\[]", glob, maxsplit=1) for glob in globs]
        starts = [Path(f"{start}*").parent if rest else Path(start) for start, *rest in parts]
        homes = self._root, Path(origin.where).parent
        return all(self._reader.lies_in(start, *homes) for start in starts)

    def _preset_layer(self, name: object) -> Layer:
        values = PRESETS.get(str(name), {})
        return Layer(values, {key: Origin("preset", str(name)) for key in values})

    def _placed(
        self, values: Mapping[str, Any], base: GlobBase, origins: Mapping[str, Origin] | None = None
    ) -> dict[str, Any]:
        """The values with every glob relative to the root, and paths in files absolute."""
        placed = dict(values)
        for key in _GLOBS:
            if isinstance(globs := values.get(key), (list, tuple)):
                placed[key] = [moved for glob in globs if (moved := base.rebase(str(glob)))]
        if isinstance(paths := values.get("patterns"), (list, tuple)):
            placed["patterns"] = [base.absolute(str(path)) for path in paths]
        if isinstance(table := values.get("per_file_ignores"), Mapping):
            moved_table = {base.rebase(str(glob)): codes for glob, codes in table.items()}
            placed["per_file_ignores"] = {glob: c for glob, c in moved_table.items() if glob}
        for key in self._folders(values) if origins else ():
            placed[key] = base.absolute(str(Path(str(values[key])).expanduser()))
        return placed

    @staticmethod
    def _folders(values: Mapping[str, Any]) -> list[str]:
        """The keys that name a folder, and do not leave the choice to Thea."""
        return [key for key in _FOLDERS if key in values and values[key] != "auto"]

    @staticmethod
    def _listed(text: str) -> list[str]:
        return [part.strip() for part in text.split(",") if part.strip()]

    @staticmethod
    def _merged(*layers: Layer) -> Layer:
        """One layer that says what the first of these says about each key."""
        return Layer(
            {**ChainMap(*(dict(layer.values) for layer in layers))},
            {**ChainMap(*(dict(layer.origins) for layer in layers))},
        )

    def _typed(self, layer: Layer) -> SettingsSchema:
        from pydantic import ValidationError

        from thea_code_system.config.schema import SettingsSchema

        try:
            return SettingsSchema(**ProductionConfig.defaults() | dict(layer.values))
        except ValidationError as error:
            raise self._explained(error, layer.origins) from error

    @staticmethod
    def _explained(error: ValidationError, origins: Mapping[str, Origin]) -> ConfigError:
        first = error.errors()[0]
        key = str(first["loc"][0]) if first["loc"] else ""
        words = str(first["msg"]).removeprefix("Value error, ")
        words = _PLAINLY.get(words, words)
        where = origins.get(key, Origin())
        name = key.replace("_", "-")
        given = first.get("input")
        return ConfigError(
            f"{where}: {name} cannot be {given!r}: {words[:1].lower()}{words[1:]}",
            f"`thea config` shows every key; docs/guides/configuration.md says what {name} means.",
        )
