"""The language server: looks at each version of each open document, and tells what it found."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls.capabilities import get_capability
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path
from pygls.workspace import TextDocument

from thea_cli.language_server.asking import Question, RunError
from thea_cli.language_server.findings import Findings, Ruler
from thea_cli.language_server.settings import ON_TYPE, Settings
from thea_cli.language_server.warmth import Warmth
from thea_code_system import __version__
from thea_code_system.errors import UsageError

_SECTION = "thea"
_PAUSE = 0.2  # seconds without typing
_AT_ONCE = 2  # runs: a session of fifty files must not start fifty processes


class TheaServer(LanguageServer):
    """Keeps one task for each document: the look at its present version.

    Documents are taken over whole: pygls counts lines as ``str.splitlines`` does, so what changes
    within a text that has a form feed would be put into the wrong place.

    Args:
        alone: a folder without files, for documents that belong to no project.
    """

    def __init__(self, alone: str) -> None:
        super().__init__("thea", __version__, types.TextDocumentSyncKind.Full)
        self.asked_to_end = False
        self._alone = alone
        self._initial: Mapping[str, Any] = {}
        self._settings = Settings()
        self._looks: dict[str, asyncio.Task[Findings]] = {}
        self._turn = asyncio.Semaphore(_AT_ONCE)
        self._warmth = Warmth(self.log)
        self._shown: set[str] = set()

    # --- settings ----------------------------------------------------------------------------

    def begin(self, plain: object) -> None:
        """Take over the settings that hold unless the client has others."""
        if isinstance(plain, Mapping):
            self._initial = plain
            self.use({})

    def use(self, plain: object) -> None:
        """Take over settings, and look at all open documents with them."""
        if not isinstance(plain, Mapping):
            return
        try:
            self._settings = Settings.of({**self._initial, **plain})
        except UsageError as error:
            self.complain(f"{error.message}. {error.hint}")
        for uri in list(self._looks):
            self.look(uri)

    async def ask_for_settings(self) -> None:
        """Ask the client, if it can be asked."""
        if get_capability(self.client_capabilities, "workspace.configuration", False):
            item = types.ConfigurationItem(section=_SECTION)
            for plain in await self.workspace_configuration_async(
                types.ConfigurationParams(items=[item])
            ):
                self.use(plain)

    # --- documents ---------------------------------------------------------------------------

    def look(self, uri: str, pause: float = 0.0) -> None:
        """Look at the present version of a document, and no longer at an earlier one."""
        self._stop(uri)
        document = self.workspace.get_text_document(uri)
        self._looks[uri] = asyncio.create_task(self._looked(document, pause))

    def changed(self, uri: str) -> None:
        """Look again, unless that is wanted on saving only."""
        if self._settings.run == ON_TYPE:
            self.look(uri, _PAUSE)
        else:
            self._stop(uri)

    def saved(self, uri: str) -> None:
        """Look again: other files may have changed, too."""
        look = self._looks.get(uri)
        if look is None or look.done():
            self.look(uri)

    def closed(self, uri: str) -> None:
        """Forget a document."""
        self._stop(uri)
        self._publish(Findings(uri, None))

    async def found(self, uri: str, *, begin: bool) -> Findings:
        """What there is to say of the present version, once that is known.

        Args:
            uri: the document.
            begin: whether to look at it now if nobody has.
        """
        if begin and uri not in self._looks:
            self.look(uri)
        while look := self._looks.get(uri):
            await asyncio.wait([look])
            if not look.cancelled():
                return look.result()
        return Findings(uri, None)

    def _stop(self, uri: str) -> None:
        if look := self._looks.pop(uri, None):
            look.cancel()

    async def _looked(self, document: TextDocument, pause: float) -> Findings:
        uri, version, text = document.uri, document.version, document.source
        await asyncio.sleep(pause)
        findings = Findings(uri, version)
        try:
            async with self._turn:
                file = await self._report(uri, text)
            ruler = Ruler(text, self.workspace.position_codec)
            findings = Findings.of(uri, version, file, ruler)
        except RunError as error:
            self.complain(str(error))
        except Exception as error:  # noqa: BLE001 - the next text is looked at, whatever became of this
            self.complain(f"Thea failed in a way it should not: {type(error).__name__}: {error}")
        self._publish(findings)
        return findings

    async def _report(self, uri: str, text: str) -> dict[str, Any]:
        """The report on a text; empty for what is no file, as the other side of a comparison."""
        path = to_fs_path(uri)
        question = Question(path, text) if path else None
        if question is None or not question.wanted:
            return {}
        if self._settings.warm:
            self._warmth.ensure()
        name = Path(self._alone, Path(question.path).name) if question.is_alone else question.path
        return await question.ask(str(name), self._settings.arguments)

    # --- what the client is told -------------------------------------------------------------

    def _publish(self, findings: Findings) -> None:
        self.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(findings.uri, findings.diagnostics, findings.version)
        )

    def log(self, words: str) -> None:
        """Tell whoever looks into the log."""
        self.window_log_message(types.LogMessageParams(types.MessageType.Error, words))

    def complain(self, words: str) -> None:
        """Log what went wrong, and show it the first time."""
        self.log(words)
        if words not in self._shown:
            self._shown.add(words)
            self.window_show_message(types.ShowMessageParams(types.MessageType.Error, words))
