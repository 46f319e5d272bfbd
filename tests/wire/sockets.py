"""One gateway socket: messages go out in the order they were given, compressed as the bot asked for."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import json
import zlib
from collections.abc import Callable
from typing import Any

from aiohttp import web


class Socket:
    """Sends without waiting: a task of its own writes, so that what changes the world never has to."""

    def __init__(self, ws: web.WebSocketResponse, compression: str | None) -> None:
        self._ws = ws
        self._closed_with: int | None = None
        self._pack = _packer(compression)
        self._queue: asyncio.Queue[Any] = asyncio.Queue()
        self._writer = asyncio.create_task(self._write())

    def send(self, payload: Any) -> None:
        self._queue.put_nowait(payload)

    def after_sent(self, callback: Callable[[], None]) -> None:
        """Call back when all that was given so far is on its way."""
        self._queue.put_nowait(callback)

    @property
    def close_code(self) -> int | None:
        """The code of whoever closed first; a client answers a close with a code of no meaning."""
        return self._closed_with or self._ws.close_code

    async def close(self, code: int) -> None:
        self._closed_with = code
        await self._ws.close(code=code)

    async def stop(self) -> None:
        self._writer.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._writer

    async def _write(self) -> None:
        with contextlib.suppress(ConnectionError):
            while True:
                item = await self._queue.get()
                if callable(item):
                    item()
                    continue
                text = json.dumps(item, separators=(",", ":"))
                if self._pack is None:
                    await self._ws.send_str(text)
                else:
                    await self._ws.send_bytes(self._pack(text.encode()))


def _packer(compression: str | None) -> Callable[[bytes], bytes] | None:
    """One compressor for the life of the socket, flushed after each message."""
    if compression == "zlib-stream":
        deflate = zlib.compressobj()
        return lambda data: deflate.compress(data) + deflate.flush(zlib.Z_SYNC_FLUSH)
    if compression == "zstd-stream":
        return _zstd_packer()
    return None


def _zstd_packer() -> Callable[[bytes], bytes]:
    try:
        library: Any = importlib.import_module("compression.zstd")
        stream = library.ZstdCompressor()
        return lambda data: stream.compress(data, mode=stream.FLUSH_BLOCK)
    except ImportError:
        library = importlib.import_module("zstandard")
        stream = library.ZstdCompressor().compressobj()
        return lambda data: stream.compress(data) + stream.flush(library.COMPRESSOBJ_FLUSH_BLOCK)
