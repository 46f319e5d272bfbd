"""SimCord's page of the room that is shown, passed on from its own port so that it can stand inside ours."""

from __future__ import annotations

from urllib.parse import urlsplit

from aiohttp import ClientError, ClientSession, ClientTimeout, web

from bot.demo.browser.house import House

SECONDS = 30.0
PASSED_IN = ("Content-Type", "X-Simcord-Capability", "X-Simcord-Context")
KEPT_BACK = {"content-length", "content-encoding", "transfer-encoding", "connection", "date", "server"}
STANDS_IN_OURS = {
    "X-Frame-Options": "SAMEORIGIN",
    "Content-Security-Policy": (
        "default-src 'self'; connect-src 'self' blob:; img-src 'self' blob:; media-src 'self' blob:; "
        "object-src 'none'; base-uri 'none'; frame-ancestors 'self'"
    ),
}
STYLES = "/preview.css"


class Window:
    """Passes requests on to the preview that is open; it decides nothing about who may see what."""

    def __init__(self, house: House, calm: str) -> None:
        """``calm``: style rules to add to SimCord's own, which leave out what only a developer needs."""
        self._house = house
        self._calm = calm
        self._session: ClientSession | None = None

    async def open(self) -> None:
        self._session = ClientSession(timeout=ClientTimeout(total=SECONDS))

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    @property
    def key(self) -> str:
        """What SimCord's page asks of who opens it; empty if no room is shown."""
        preview = self._house.preview
        return "" if preview is None else urlsplit(preview.url).fragment

    async def look_through(self, request: web.Request) -> web.Response:
        """Answer as SimCord does. What acts waits its turn, so that it cannot meet what our own page does."""
        if request.method == "POST":
            async with self._house.alone():
                return await self._passed_on(request)
        return await self._passed_on(request)

    async def _passed_on(self, request: web.Request) -> web.Response:
        preview = self._house.preview
        if preview is None or self._session is None:
            raise web.HTTPGone(text="No room is shown at present.")
        port = urlsplit(preview.url).port
        headers = {name: request.headers[name] for name in PASSED_IN if name in request.headers}
        body = await request.read() if request.can_read_body else None
        try:
            async with self._session.request(
                request.method, f"http://127.0.0.1:{port}{request.rel_url}", headers=headers, data=body
            ) as got:
                content = await got.read()
        except ClientError:
            raise web.HTTPGone(text="The room is not shown any more.") from None
        kept = {name: value for name, value in got.headers.items() if name.lower() not in KEPT_BACK}
        if request.path == STYLES:
            content += self._calm.encode()
        return web.Response(status=got.status, body=content, headers={**kept, **STANDS_IN_OURS})
