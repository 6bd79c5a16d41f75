"""A conversation with a language server over its pipes."""

from __future__ import annotations

import asyncio
import itertools
import json
from typing import Any

from thea_code_system.errors import ToolCrashError, ToolError


class LspSession:
    """Organ: sends requests and notifications and keeps what the server says meanwhile."""

    def __init__(self, process: asyncio.subprocess.Process, name: str) -> None:
        self._process = process
        self._name = name
        self._ids = itertools.count(1)
        self._heard: list[dict[str, Any]] = []

    async def request(self, method: str, params: Any) -> Any:
        """The result of a request.

        Raises:
            ToolError: if the server ends or answers with an error.
        """
        number = next(self._ids)
        await self._send({"id": number, "method": method, "params": params})
        while True:
            message = await self._receive()
            if message.get("id") == number and "method" not in message:
                if "error" in message:
                    raise ToolError(f"{self._name} refuses {method}: {message['error']}")
                return message.get("result")
            self._heard.append(message)

    async def notify(self, method: str, params: Any) -> None:
        """Tell the server something."""
        await self._send({"method": method, "params": params})

    async def heard(self, method: str) -> Any:
        """The parameters of the next notification of a kind, waiting for it if need be."""
        while True:
            for place, message in enumerate(self._heard):
                if message.get("method") == method:
                    del self._heard[place]
                    return message["params"]
            self._heard.append(await self._receive())

    async def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        pipe = self._process.stdin
        if pipe is None:
            raise ToolError(f"{self._name} has no input")
        try:
            pipe.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
            await pipe.drain()
        except OSError as error:
            raise self._gone() from error

    async def _receive(self) -> dict[str, Any]:
        pipe = self._process.stdout
        if pipe is None:
            raise ToolError(f"{self._name} has no output")
        try:
            header = await pipe.readuntil(b"\r\n\r\n")
            sizes = [line.split(b":") for line in header.lower().split(b"\r\n") if b":" in line]
            size = next(int(value) for name, value in sizes if name == b"content-length")
            message: dict[str, Any] = json.loads(await pipe.readexactly(size))
        except (asyncio.IncompleteReadError, OSError) as error:
            raise self._gone() from error
        except (ValueError, StopIteration, asyncio.LimitOverrunError) as error:
            raise ToolError(f"{self._name} answers oddly: {error!r}") from error
        return message

    def _gone(self) -> ToolError:
        return ToolCrashError(f"{self._name} ended in the middle of a conversation")
