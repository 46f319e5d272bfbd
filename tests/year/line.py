"""The HTTP client's session: each request goes to the wire's own routes, if the weather lets it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
from multidict import CIMultiDict

from tests.wire import Wire
from tests.wire.rest import PREFIX, Rest
from tests.year.ledger import Ledger
from tests.year.weather import Fault, Struck, Weather

BEFORE = {Fault.BROKEN: 500, Fault.BAD_GATEWAY: 502, Fault.UNAVAILABLE: 503}
VIA = {"Via": "1.1 google"}


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as the wire reads it."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any


class Answer:
    """A response as discord.py reads it."""

    def __init__(self, status: int, data: Any, headers: Mapping[str, str]) -> None:
        self.status = status
        self.reason = "as the wire says"
        typed = {} if data is None else {"Content-Type": "application/json"}
        self.headers = CIMultiDict(VIA | typed | dict(headers))
        self._text = "" if data is None else json.dumps(data)

    async def text(self, encoding: str = "utf-8") -> str:
        return self._text


class _Asking:
    def __init__(self, line: Line, asked: Asked) -> None:
        self._line = line
        self._asked = asked

    async def __aenter__(self) -> Answer:
        return await self._line.ask(self._asked)

    async def __aexit__(self, *_: object) -> None:
        return None


class Line:
    """In place of ``aiohttp.ClientSession``, for one life of the process."""

    def __init__(self, wire: Wire, weather: Weather, ledger: Ledger, moment: Callable[[str], None]) -> None:
        self._wire = wire
        self._rest = Rest(wire)
        self._weather = weather
        self._ledger = ledger
        self._moment = moment
        self.dropped = 0
        """How often every connection broke at once, because the machine slept."""

    def request(self, method: str, url: str, *, headers: Any, data: Any = None, params: Any = None) -> _Asking:
        body = json.loads(data) if data is not None else None
        query = {key: str(value) for key, value in (params or {}).items()}
        path = url.partition(PREFIX)[2]
        return _Asking(self, Asked(method, path, query, headers, body))

    async def close(self) -> None:
        return None

    async def ask(self, asked: Asked) -> Answer:
        dropped = self.dropped
        struck = self._weather.strikes()
        if struck is not None:
            self._ledger.struck(asked.path, struck)
        await asyncio.sleep(self._weather.latency())
        if dropped != self.dropped:
            raise ConnectionResetError("the machine slept")
        refused = await self._before(struck, asked)
        if refused is not None:
            return refused
        self._moment("asked")
        request: Any = asked  # it has all that the wire reads of one
        status, data, headers, _, _ = await self._rest._answer(request, asked.path, asked.body, {})
        if asked.method == "POST" and asked.path.endswith("/messages") and status == 200:
            self._heard(int(data["channel_id"]), int(data["id"]))
        self._moment("answered")
        await self._after(struck)
        await asyncio.sleep(self._weather.latency())
        if dropped != self.dropped:
            raise aiohttp.ServerDisconnectedError
        if struck is not None and struck.fault is Fault.DONE_AND_502:
            return Answer(502, {"message": "bad gateway", "code": 0}, {})
        return Answer(status, data, headers)

    def _heard(self, channel_id: int, message_id: int) -> None:
        text = self._wire.world.channels[channel_id].messages[message_id].text
        self._ledger.said.setdefault(message_id, (channel_id, text))

    async def _before(self, struck: Struck | None, asked: Asked) -> Answer | None:
        """What happens instead of the deed."""
        match struck and struck.fault:
            case Fault.BROKEN | Fault.BAD_GATEWAY | Fault.UNAVAILABLE as fault:
                return Answer(BEFORE[fault], {"message": "set to fail", "code": 0}, {})
            case Fault.LIMITED:
                assert struck is not None
                wait = {"retry_after": struck.lasts, "global": struck.everything}
                return Answer(429, {"message": "You are being rate limited.", "code": 0} | wait, {})
            case Fault.GONE if asked.path.startswith("/channels/"):
                return Answer(404, {"message": "Unknown Channel", "code": 10003}, {})
            case Fault.RESET:
                raise aiohttp.ClientOSError(104, "Connection reset by peer")
            case Fault.HUNG:
                assert struck is not None
                await asyncio.sleep(struck.lasts)
                raise aiohttp.ServerDisconnectedError
            case _:
                return None

    async def _after(self, struck: Struck | None) -> None:
        """What happens to the answer, now that the deed is done."""
        if struck is None:
            return
        if struck.fault is Fault.HUNG_AFTER:
            await asyncio.sleep(struck.lasts)
        if struck.fault in (Fault.LOST, Fault.HUNG_AFTER):
            raise aiohttp.ServerDisconnectedError
