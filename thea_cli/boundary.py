"""The one place where exceptions become a message, a hint and an exit code."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable

from thea_cli.console import Console
from thea_code_system.errors import TheaError

_OUT_OF_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EIO}
FINE, ERROR, INTERRUPTED, TERMINATED = 0, 2, 130, 143


class Terminated(BaseException):
    """The process was asked to end (SIGTERM)."""


class Boundary:
    """Runs a command, and turns whatever it raises into what the user sees."""

    def __init__(self) -> None:
        self._console = Console()

    def run(self, command: Callable[[], int]) -> int:
        """The command's exit code, or the one that its exception stands for."""
        for stream in (sys.stdout, sys.stderr):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
        try:
            code = command()
            sys.stdout.flush()
        except TheaError as error:
            self._console.error(error.message, error.hint)
            return error.exit_code
        except KeyboardInterrupt:
            self._console.error("interrupted; files that were finished are kept")
            return INTERRUPTED
        except Terminated:
            self._console.error("asked to end; files that were finished are kept")
            return TERMINATED
        except BrokenPipeError:
            return self._pipe_closed()
        except OSError as error:
            return self._system(error)
        except Exception as error:  # noqa: BLE001 - the last resort, and it says where it logged
            return self._unexpected(error)
        return code

    @staticmethod
    def _pipe_closed() -> int:
        """The reader (`| head`) has gone: that is how it wants to end, and no error."""
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FINE

    def _system(self, error: OSError) -> int:
        """A full disk and a folder that is gone are nobody's mistake in here."""
        if error.errno in _OUT_OF_SPACE:
            self._console.error(f"cannot write: {error.strerror}", "Finished files are kept.")
        elif isinstance(error, FileNotFoundError) and error.filename is None:
            self._console.error("the current folder does not exist any more", "Change to another.")
        else:
            return self._unexpected(error)
        return ERROR

    def _unexpected(self, error: Exception) -> int:
        import tempfile
        import traceback

        with tempfile.NamedTemporaryFile(
            "w", prefix="thea-", suffix=".log", delete=False, encoding="utf-8"
        ) as log:
            log.write(f"thea {' '.join(sys.argv[1:])}\n")
            traceback.print_exception(error, file=log)
        self._console.error(
            f"Thea failed in a way it should not: {type(error).__name__}: {error}",
            f"The traceback is in {log.name}; please report it. Finished files are kept.",
        )
        return ERROR
