"""The console script: hands a command line to the warm process, or starts Thea here.

Nothing is imported before the socket was tried but what Python has loaded by itself.
"""

from __future__ import annotations

import os
import sys

from thea_cli.wire import ENDED, RUNNING, Message, Place

TYPE_CHECKING = False  # typing is not imported for that
if TYPE_CHECKING:
    from _socket import socket

WARM = "correct"  # the command that is worth it
PATIENCE = 2.0  # seconds until a process that does not answer is taken for dead


class Client:
    """One command line on its way to the warm process."""

    def __init__(self) -> None:
        self._signals: list[int] = []

    def code(self, argv: list[str]) -> int | None:
        """The exit code; None where it has to be run here."""
        place = Place()
        secret = place.secret() if place.is_private() else b""
        if not secret:
            return None
        import _socket

        link: socket = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
        try:
            link.settimeout(PATIENCE)
            link.connect(place.socket)
            self._send(link, self._message(secret, argv))
            if link.recv(1) != RUNNING:
                return None
        except OSError:
            return None  # nobody listens there any more
        return self._awaited(link)

    @staticmethod
    def _message(secret: bytes, argv: list[str]) -> bytes:
        """Who asks, where, and with which arguments and environment."""
        umask = os.umask(0o077)
        os.umask(umask)
        environment = [b"%s=%s" % pair for pair in os.environb.items()]
        arguments = [os.fsencode(one) for one in argv]
        count = str(len(arguments)).encode()
        here = os.getcwdb()  # noqa: PTH109 - no pathlib yet
        head = [secret, b"run", here, str(umask).encode(), count]
        return Message.packed([*head, *arguments, *environment])

    @staticmethod
    def _send(link: socket, data: bytes) -> None:
        """The message, and with it standard input, output and error."""
        import _socket

        streams = b"".join(number.to_bytes(4, sys.byteorder) for number in (0, 1, 2))
        sent = link.sendmsg([data], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, streams)])
        while sent < len(data):
            sent += link.send(data[sent:])

    def _awaited(self, link: socket) -> int | None:
        """The exit code of what runs there; signals are passed on."""
        import _signal  # type: ignore[import-not-found]

        def pass_on(number: int, _frame: object) -> None:
            self._signals.append(number)
            link.send(bytes((number,)))

        numbers = (_signal.SIGINT, _signal.SIGTERM)
        before = {number: _signal.signal(number, pass_on) for number in numbers}
        link.settimeout(None)
        try:
            answer = link.recv(2)
        except OSError:
            answer = b""
        if answer[:1] == ENDED:
            return int(answer[1])
        for number, handler in before.items():
            _signal.signal(number, handler)
        if self._signals:
            return 128 + self._signals[-1]  # it was asked twice, and left at once
        print("warning: the warm process ended early; starting without it", file=sys.stderr)
        return None


def main() -> None:
    """Run the command line of this process, and end it with the command's exit code."""
    argv = sys.argv[1:]
    if argv[:1] == [WARM] and hasattr(os, "fork"):
        try:
            code = Client().code(argv)
        except FileNotFoundError:  # the working directory is gone: told where errors are told
            code = None
        if code is not None:
            sys.stdout.flush()
            os._exit(code)
    from thea_cli.app import main as here

    here()
