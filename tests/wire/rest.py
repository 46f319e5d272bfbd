"""REST v10: one request from its arrival to its answer, judged in the order in which Discord judges it."""

from __future__ import annotations

import contextlib
import json
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.wire import (
    routes_application,
    routes_channels,
    routes_events,
    routes_guilds,
    routes_interactions,
    routes_messages,
)
from tests.wire.errors import Refusal, refusal
from tests.wire.faults import Hold
from tests.wire.routing import Call, Routes

if TYPE_CHECKING:
    from tests.wire.server import Wire

PREFIX = "/api/v10"
_WITHOUT_TOKEN = ("/interactions/", "/webhooks/")
_COUNTS_AS_INVALID = (401, 403, 429)


@dataclass(frozen=True, slots=True)
class Request:
    """One line of the log: what was asked, when (monotonic seconds), and the status it was answered with."""

    method: str
    path: str
    body: Any
    at: float
    status: int


class Rest:
    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._routes = Routes()
        for part in (
            routes_application,
            routes_channels,
            routes_events,
            routes_guilds,
            routes_interactions,
            routes_messages,
        ):
            self._routes.include(part.routes)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        arrived = time.monotonic()
        path = "/" + request.match_info["path"]
        try:
            body, files = await _read(request)
            status, data, headers, hold, call = await self._answer(request, path, body, files)
        except Refusal as refused:
            body, status, data, headers, hold, call = None, refused.status, refused.body(), {}, None, None
        self._log(Request(request.method, path, body, arrived, status))
        if hold is not None:
            await hold.released.wait()
        lost = call is not None and status < 400 and self._wire.faults.loses_answer_to(call)
        if (lost or (hold is not None and hold.lost)) and request.transport is not None:
            request.transport.abort()
        return _response(status, data, headers)

    def _log(self, line: Request) -> None:
        self._wire.requests.append(line)
        self._wire.invalid_requests += line.status in _COUNTS_AS_INVALID
        self._wire.bell.ring()

    async def _answer(
        self, request: web.Request, path: str, body: Any, files: dict[str, bytes]
    ) -> tuple[int, Any, dict[str, str], Hold | None, Call | None]:
        found = self._routes.match(request.method, path)
        if found is None:
            self._wire.violate(f"unknown route: {request.method} {path}")
            return 404, {"message": "404: Not Found", "code": 0}, {}, None, None
        route, params = found
        call = Call(self._wire, request.method, path, route.template, params, dict(request.query), body, files)
        hold = self._wire.faults.hold_for(call)
        if hold is not None:
            hold.arrived.set()
            if hold.before:
                await hold.released.wait()
        status, data, headers = self._judge(call, request.headers.get("Authorization"), route.handler)
        if status < 400:
            await self._wire.faults.tell_accepted(call)
            if hold is not None:
                hold.accepted.set()
        return status, data, headers, hold, call

    def _judge(self, call: Call, authorization: str | None, handler: Any) -> tuple[int, Any, dict[str, str]]:
        """Token, limits, the shape of the body, then the deed itself."""
        failure = self._wire.faults.failure_for(call)
        if failure is not None:
            status, code = failure
            wait = {"retry_after": 0.1, "global": False} if status == 429 else {}
            return status, {"message": "set to fail", "code": code} | wait, {}
        if not call.path.startswith(_WITHOUT_TOKEN) and authorization != f"Bot {self._wire.token}":
            return 401, {"message": "401: Unauthorized", "code": 0}, {}
        too_many = self._wire.limits.judge(call)
        if too_many is not None:
            return 429, too_many.body(), too_many.headers
        headers = self._wire.limits.headers(call)
        try:
            self._check_shape(call)
            with self._watched(call):
                data = handler(call)
        except Refusal as refused:
            return refused.status, refused.body(), headers
        if self._wire.check_answers and self._wire.schema is not None and data is not None:
            flaw = self._wire.schema.flaw(call.method, call.template, data)
            if flaw is not None:
                self._wire.violate(f"flawed answer: {call.method} {call.template}: {flaw}")
        return (204 if data is None else 200), data, headers

    @contextlib.contextmanager
    def _watched(self, call: Call) -> Iterator[None]:
        """A stand-in that breaks must fail the test, never pass for a Discord in trouble."""
        try:
            yield
        except Refusal:
            raise
        except Exception as broken:
            self._wire.violate(f"the stand-in broke on {call.method} {call.path}: {traceback.format_exc()}")
            raise Refusal(501, 0, f"the stand-in broke: {broken}") from broken

    def _check_shape(self, call: Call) -> None:
        schema = self._wire.schema
        if schema is None or call.method in ("GET", "DELETE"):
            return
        problem = schema.problem(call.method, call.template, call.body)
        if problem is not None:
            self._wire.violate(f"refused body: {call.method} {call.path}: {problem}")
            raise Refusal(400, 50035, "Invalid Form Body", {"_errors": [{"code": "SCHEMA", "message": problem}]})
        for key in sorted(schema.unknown_keys(call.method, call.template, call.body)):
            self._wire.notes.append(f"{call.method} {call.template}: unknown key {key}")


async def _read(request: web.Request) -> tuple[Any, dict[str, bytes]]:
    """The JSON of a request and its files by name."""
    if request.content_type == "multipart/form-data":
        return await _read_form(request)
    raw = await request.read()
    if not raw:
        return None, {}
    if request.content_type != "application/json":
        raise refusal(50109)
    return _parse(raw), {}


async def _read_form(request: web.Request) -> tuple[Any, dict[str, bytes]]:
    body, files = None, dict[str, bytes]()
    form = await request.post()
    for name, value in form.items():
        if isinstance(value, web.FileField):
            files[value.filename] = value.file.read()
        elif name == "payload_json":
            body = _parse(str(value).encode())
    return body, files


def _parse(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        raise refusal(50109) from None


def _response(status: int, data: Any, headers: dict[str, str]) -> web.Response:
    # The type must be exact: with a charset after it, discord.py takes the body for text.
    fixed = {"Via": "1.1 google"} | ({"Content-Type": "application/json"} if status != 204 else {})
    return web.Response(
        status=status, body=None if status == 204 else json.dumps(data).encode(), headers=fixed | headers
    )
