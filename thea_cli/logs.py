"""Log records: to standard error with ``-v``, as JSON lines with ``--log-file``."""

from __future__ import annotations

import json
import logging
import sys
from datetime import datetime, timezone
from pathlib import Path

from thea_code_system.errors import UsageError

ENGINE = "thea_code_system"


class TerminalFormatter(logging.Formatter):
    """``12:00:01.123 INFO CorrectionActor-0: message``."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, and the traceback where there is one."""
        at = datetime.fromtimestamp(record.created).astimezone().strftime("%H:%M:%S.%f")[:-3]
        who = getattr(record, "actor", record.name)
        text = f"{at} {record.levelname} {who}: {record.getMessage()}"
        return f"{text}\n{self.formatException(record.exc_info)}" if record.exc_info else text


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, actor, run, message."""

    def format(self, record: logging.LogRecord) -> str:
        """The record with what tells runs and actors apart."""
        entry = {
            "time": datetime.fromtimestamp(record.created, timezone.utc).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "actor": getattr(record, "actor", ""),
            "run": getattr(record, "run", ""),
            "process": record.process,
            "message": record.getMessage(),
        }
        if record.exc_info:
            entry["traceback"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False)


class Logs:
    """Sets up logging for one run of the command line."""

    def __init__(self, verbose: int, log_file: str | None) -> None:
        self._verbose, self._file = verbose, log_file

    def start(self) -> None:
        """Attach the handlers.

        Raises:
            UsageError: the log file cannot be written.
        """
        logger = logging.getLogger(ENGINE)
        logger.setLevel(logging.DEBUG if self._verbose > 1 or self._file else logging.INFO)
        terminal = logging.StreamHandler(sys.stderr)
        terminal.setFormatter(TerminalFormatter())
        levels = (logging.WARNING, logging.INFO, logging.DEBUG)
        terminal.setLevel(levels[min(self._verbose, 2)])
        logger.addHandler(terminal)
        if self._file:
            logger.addHandler(self._to_file(Path(self._file)))

    @staticmethod
    def _to_file(path: Path) -> logging.Handler:
        try:
            handler = logging.FileHandler(path, encoding="utf-8", delay=False)
        except OSError as error:
            raise UsageError(f"cannot write the log file {path}: {error.strerror}") from error
        handler.setFormatter(JsonFormatter())
        return handler
