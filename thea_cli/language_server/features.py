"""What the server answers to: each feature of LSP in a line or two."""

from __future__ import annotations

from lsprotocol import types
from pygls.capabilities import get_capability

from thea_cli.language_server.findings import FIX_ALL, QUICK_FIX
from thea_cli.language_server.server import TheaServer


def make_server(alone: str) -> TheaServer:
    """A server that knows its features; ``alone`` is a folder without files."""
    server = TheaServer(alone)

    @server.feature(types.INITIALIZE)
    def initialize(ls: TheaServer, params: types.InitializeParams) -> None:
        ls.begin(params.initialization_options)

    @server.feature(types.INITIALIZED)
    async def initialized(ls: TheaServer, _: types.InitializedParams) -> None:
        await ls.ask_for_settings()

    @server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    async def configured(ls: TheaServer, params: types.DidChangeConfigurationParams) -> None:
        told = params.settings
        ls.use(told.get("thea") if isinstance(told, dict) else None)
        await ls.ask_for_settings()

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def opened(ls: TheaServer, params: types.DidOpenTextDocumentParams) -> None:
        ls.look(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def changed(ls: TheaServer, params: types.DidChangeTextDocumentParams) -> None:
        ls.changed(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def saved(ls: TheaServer, params: types.DidSaveTextDocumentParams) -> None:
        ls.saved(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def closed(ls: TheaServer, params: types.DidCloseTextDocumentParams) -> None:
        ls.closed(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_CODE_ACTION, types.CodeActionOptions([QUICK_FIX, FIX_ALL]))
    async def actions(ls: TheaServer, params: types.CodeActionParams) -> list[types.CodeAction]:
        named = params.context.only is not None  # by a command, or on saving
        found = await ls.found(params.text_document.uri, begin=named)
        can = "workspace.workspace_edit.document_changes"
        versioned = bool(get_capability(ls.client_capabilities, can, False))
        return list(found.actions(params, versioned=versioned))

    @server.feature(types.SHUTDOWN)
    def shut_down(ls: TheaServer, _: None) -> None:
        ls.asked_to_end = True

    return server
