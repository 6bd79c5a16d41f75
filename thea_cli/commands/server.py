"""`thea server`: corrections in an editor, by the Language Server Protocol."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from tempfile import TemporaryDirectory

EXAMPLES = (
    "thea server            what an editor starts; docs/guides/editors.md shows how to set it up",
    "thea cluster status    the warm process that it keeps at hand",
)


@dataclass(frozen=True, slots=True)
class ServerRequest:
    """What `thea server` was asked: there is nothing to choose."""

    def run(self) -> int:
        """Talk to the editor on standard input and output until it ends.

        Whatever else prints does so on standard error.
        """
        from thea_cli.language_server.features import make_server

        conversation = os.fdopen(os.dup(1), "wb")
        os.dup2(2, 1)
        with TemporaryDirectory(prefix="thea-") as alone:
            server = make_server(alone)
            server.start_io(sys.stdin.buffer, conversation)
        return 0 if server.asked_to_end else 1


def command() -> ServerRequest:
    """Show in an editor what `thea correct` would do, and let it be done.

    Speaks LSP on standard input and output: diagnostics with their confidence, a quick fix for each
    correction, and `source.fixAll.thea`. Texts are corrected as they stand in the editor; nothing
    is written. Exit code: 0 as asked by the editor, 1 if it went without a word.
    """
    return ServerRequest()
