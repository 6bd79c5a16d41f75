"""What `thea correct` was asked, as plain values that can be remembered."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from thea_cli.exits import ExitPolicy
from thea_code_system.config.production import ProductionConfig
from thea_code_system.errors import UsageError
from thea_code_system.values.commits import CommitPer
from thea_code_system.values.report import Job, Mode
from thea_code_system.values.shard import Shard
from thea_code_system.values.source import NotTextError, SourceFile

STDIN = "-"


@dataclass(frozen=True, slots=True)
class CorrectRequest:
    """The command line of `thea correct`.

    ``flags`` are settings given as flags, by field name of the configuration. ``fail_on`` is the
    least confidence of a suggestion that fails the run. ``resumes`` is the id of the run that this
    request is to finish, and ``listed`` what its list of files said when it began.
    """

    paths: tuple[str, ...] = (".",)
    cwd: str = ""
    flags: Mapping[str, Any] = field(default_factory=dict)
    config: str | None = None
    check: bool = False
    diff: bool = False
    staged: bool = False
    since: str | None = None
    changed_lines: bool = False
    commit_per: str | None = None
    list_commits: bool = False
    files_from: str | None = None
    stdin_filename: str | None = None
    output_file: str | None = None
    log_file: str | None = None
    exit_zero: bool = False
    exit_non_zero_on_fix: bool = False
    fail_on: float | None = None
    quiet: bool = False
    verbose: int = 0
    command: str = ""
    resumes: str = ""
    listed: tuple[str, ...] | None = None
    watch: bool = False
    shard: str | None = None

    def to_json(self) -> dict[str, Any]:
        """This request as plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> CorrectRequest:
        """The inverse of :meth:`to_json`."""
        listed = plain["listed"]
        tuples = {
            "paths": tuple(plain["paths"]),
            "listed": None if listed is None else tuple(listed),
        }
        return cls(**{**plain, **tuples})

    @property
    def mode(self) -> Mode:
        """What the run does with the corrections that pass the gate."""
        if self.reads_stdin:
            return Mode.STDIN
        if self.check or self.diff:
            return Mode.CHECK
        return Mode.STAGED if self.staged else Mode.WRITE

    @property
    def reads_stdin(self) -> bool:
        """Whether the text to correct comes from standard input."""
        return self.paths == (STDIN,)

    @property
    def target(self) -> str:
        """The absolute path that decides about project root and configuration."""
        first = (self.stdin_filename or ".") if self.reads_stdin else self.paths[0]
        return self._absolute(first)

    def policy(self) -> ExitPolicy:
        """What the exit code will depend on."""
        mode = Mode.CHECK if self.check or self.diff else self.mode
        return ExitPolicy(mode, self.exit_zero, self.exit_non_zero_on_fix, self.fail_on)

    def resolve(self) -> ProductionConfig:
        """The configuration that these flags, the environment and the files make together.

        Raises:
            ConfigError: one of them cannot be read or understood.
        """
        from thea_code_system.config.resolver import ConfigRequest, ConfigResolver
        from thea_code_system.wrappers.platform import Platform

        user_file = str(Platform().config_directory() / "thea.toml")
        asked = ConfigRequest(self.target, self.cwd, self.flags, os.environ, self.config, user_file)
        return ConfigResolver(asked).resolve()

    def run(self) -> int:
        """Resolve, remember that for the next start, and correct."""
        from thea_cli.correcting import CorrectRun
        from thea_cli.startup import Startup

        if self.watch:
            from thea_cli.watching import Watch

            return Watch(self).run()
        config = self.resolve()
        Startup(self.command).save(self, config)
        return CorrectRun(self, config).run()

    def job(self, config: ProductionConfig) -> Job:
        """The engine's job; reads standard input and file lists where they were asked for.

        Raises:
            UsageError: a path does not exist or lies outside the project.
        """
        if self.reads_stdin:
            path = self._absolute(self.stdin_filename or "stdin.py")
            files = (self._inside(path, config.root),)
            text = self._text(files[0], sys.stdin.buffer.read())
            asks = self.check or self.diff  # as an editor does; a filter could show no suggestion
            return Job(
                config.root, (path,), self.mode, files, text, command=self.command, hook=asks
            )
        paths = tuple(self._existing(path, config.root) for path in self.paths)
        if self.paths == (".",) and (self.staged or self.since or self.files_from):
            paths = (config.root,)  # what they name counts wherever one stands in the project
        files_given = self.listed
        if self.files_from and files_given is None:
            files_given = self._listed(config.root)
        return Job(
            config.root,
            paths,
            self.mode,
            files_given,
            since=self.since,
            command=self.command,
            every_file=config.output_format in {"json", "json-lines"},
            hook=bool(os.environ.get("PRE_COMMIT")),
            changed_lines=self.changed_lines,
            commit_per=CommitPer(self.commit_per) if self.commit_per else None,
            list_commits=self.list_commits,
            request=self._kept(config, files_given),
            resumes=self.resumes,
            shard=Shard.parse(self.shard) if self.shard else None,
        )

    def _kept(self, config: ProductionConfig, listed: tuple[str, ...] | None) -> str:
        """All that finishing this run needs, should it be interrupted, from any folder."""
        if self.mode is Mode.CHECK:
            return ""
        lasting = replace(
            self,
            paths=tuple(self._absolute(path) for path in self.paths),
            listed=listed,
            output_file=self._absolute(self.output_file) if self.output_file else None,
            log_file=self._absolute(self.log_file) if self.log_file else None,
        )
        return json.dumps({"request": lasting.to_json(), "config": config.to_json()})

    @staticmethod
    def _text(path: str, data: bytes) -> bytes:
        try:
            SourceFile.decode(path, data)
        except NotTextError as error:
            raise UsageError(f"standard input cannot be corrected: {error}") from error
        return data

    def _existing(self, path: str, root: str) -> str:
        absolute = self._absolute(path)
        if not os.path.lexists(absolute):
            raise UsageError(f"there is no file or folder {path}", "Check the path's spelling.")
        self._inside(absolute, root)
        return absolute

    def _listed(self, root: str) -> tuple[str, ...]:
        """The paths of ``--files-from``, relative to the root: one a line, or NUL-separated."""
        if self.files_from == STDIN:
            data = sys.stdin.buffer.read()
        else:
            data = self._read_list(Path(self._absolute(str(self.files_from))))
        separator = b"\0" if b"\0" in data else b"\n"
        names = [os.fsdecode(name.rstrip(b"\r")) for name in data.split(separator)]
        absolute = [self._absolute(name) for name in names if name]
        return tuple(self._inside(path, root) for path in absolute)

    def missing(self, job: Job) -> str:
        """What to say of listed files that are not there: a list often names deleted ones."""
        listed = (job.files or ()) if self.files_from else ()
        gone = [path for path in listed if not os.path.lexists(Path(job.root, path))]
        if not gone:
            return ""
        number = "a file that does" if len(gone) == 1 else f"{len(gone)} files that do"
        return f"--files-from names {number} not exist, first {gone[0]}"

    @staticmethod
    def _read_list(path: Path) -> bytes:
        try:
            return path.read_bytes()
        except OSError as error:
            raise UsageError(f"cannot read the file list {path}: {error.strerror}") from error

    @staticmethod
    def _inside(path: str, root: str) -> str:
        relative = os.path.relpath(path, root)
        if relative == os.pardir or relative.startswith(os.pardir + os.sep):
            raise UsageError(
                f"{path} lies outside the project root {root}",
                "All paths of one run belong to one project; run Thea once for each.",
            )
        return Path(relative).as_posix()

    def _absolute(self, path: str) -> str:
        return os.path.normpath(Path(self.cwd, path))
