"""The small family of errors that end a run; a bad file is a value, not one of these."""

from __future__ import annotations


class TheaError(Exception):
    """A run cannot go on: what happened, where, and what to do about it.

    Args:
        message: what happened and where, in one sentence.
        hint: what the user can do about it; empty where nothing can be said.
    """

    exit_code = 2

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __reduce__(self) -> tuple[type[TheaError], tuple[str, str]]:
        """Keep both parts when the error crosses a process boundary."""
        return type(self), (self.message, self.hint)


class UsageError(TheaError):
    """The command line asks for something that cannot be done."""


class ConfigError(TheaError):
    """A configuration file or environment variable cannot be read or understood."""


class ClusterError(TheaError):
    """Ray cannot be started, joined or used."""


class ActorError(TheaError):
    """An actor cannot be created, found or called."""


class DeviceError(TheaError):
    """The requested torch device does not exist here."""


class ToolError(TheaError):
    """An outside program is missing, too old, crashed or did not finish in time."""


class ToolCrashError(ToolError):
    """An outside program was ended by a signal: what it was given may be why."""


class WorkspaceError(TheaError):
    """The user's files cannot be read or written as asked."""


class LedgerError(TheaError):
    """The ledger cannot be opened, trusted, migrated or written."""
