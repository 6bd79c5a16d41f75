"""`thea correct --watch`: corrects again what is saved."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from watchfiles import Change, DefaultFilter, watch

from thea_cli.console import Console
from thea_cli.correcting import CorrectRun
from thea_cli.request import CorrectRequest
from thea_code_system.errors import TheaError
from thea_code_system.languages.registry import Languages

_TOGETHER = 200  # milliseconds: what is saved within that belongs together


class Watch:
    """One request, run at once and then on each file that is saved below its paths."""

    def __init__(self, request: CorrectRequest) -> None:
        self._request = replace(request, watch=False)
        self._config = self._request.resolve()
        self._console = Console(quiet=request.quiet)
        self._languages = Languages()

    def run(self) -> int:
        """Correct until interrupted.

        Raises:
            UsageError: a path does not exist or lies outside the project.
            KeyboardInterrupt: always, in the end.
        """
        self._places = self._request.job(self._config).paths
        heard = watch(
            self._config.root,  # settings may lie above what is to be corrected
            watch_filter=DefaultFilter(),
            debounce=_TOGETHER,
            rust_timeout=_TOGETHER,
            yield_on_timeout=True,
        )
        next(heard)  # it listens from here on, so that nothing is missed during the first run
        code = CorrectRun(self._request, self._config).run()
        self._console.note("Watching for changes; Ctrl-C ends it.")
        for changes in heard:
            try:
                self._corrected(changes)
            except TheaError as error:  # such as a setting that is half written
                self._console.error(error.message, error.hint)
        return code

    def _corrected(self, changes: Iterable[tuple[Change, str]]) -> None:
        """Correct what was saved; all of it where that decides how to correct."""
        paths = sorted({path for change, path in changes if change is not Change.deleted})
        if set(paths) & set(self._config.consulted):
            self._config = self._request.resolve()
            CorrectRun(self._request, self._config).run()
            return
        files = tuple(filter(self._concerns, paths))
        if files:
            config = replace(self._config, force_exclude=True)
            CorrectRun(replace(self._request, paths=files), config).run()

    def _concerns(self, path: str) -> bool:
        """Whether a path is a file of code below those that were asked for."""
        below = any(Path(path).is_relative_to(place) for place in self._places)
        return below and self._languages.for_path(path) is not None and Path(path).is_file()
