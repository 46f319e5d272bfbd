"""Our page on 127.0.0.1: for those who have its address, under its own name, with nothing from elsewhere."""

from __future__ import annotations

import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from importlib.resources import files
from urllib.parse import urlencode

from aiohttp import web

from bot.demo.browser.house import House, NotThere, Reply, Room
from bot.demo.browser.markup import FIELD, form_values
from bot.demo.browser.pages import View, page
from bot.demo.browser.window import Window
from bot.demo.people import Person

LOOPBACK = "127.0.0.1"
LARGEST = 27 * 1024 * 1024
"""Bytes of one request: what Discord lets a member upload in one message, and the little around it."""
OF_OURS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
}
Asked = Mapping[str, list[str]]
Act = Callable[[Asked], Awaitable[Reply | None]]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
FILES = {"page.css": "text/css", "page.js": "text/javascript", "mark.svg": "image/svg+xml"}


class Server:
    """Everything is under a path that only the one who started it is told; SimCord's page asks for a cookie instead."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._token = secrets.token_urlsafe(24)
        self._window = Window(house, _file("calm.css"))
        self.app = self._app()

    @property
    def base(self) -> str:
        return f"/{self._token}/"

    def _app(self) -> web.Application:
        app = web.Application(client_max_size=LARGEST, middlewares=[self._admit])
        app.router.add_get(self.base, self._page)
        app.router.add_get(f"{self.base}stamp", self._stamp)
        for name in FILES:
            app.router.add_get(f"{self.base}{name}", self._file)
        acts: dict[str, Act] = {
            "open": self._open,
            "hour": lambda _: self._house.an_hour_later(),
            "next": lambda _: self._house.to_the_next_due(),
            "restart": lambda _: self._house.restart(),
            "menu": self._menu,
            "form": self._form,
        }
        for name, act in acts.items():
            app.router.add_post(f"{self.base}{name}", _then_shown(self.base, act))
        app.router.add_route("*", "/{rest:.*}", self._window.look_through)
        app.cleanup_ctx.append(self._running)
        return app

    async def _running(self, _: web.Application) -> AsyncGenerator[None]:
        await self._window.open()
        yield
        await self._window.close()
        await self._house.close()

    @web.middleware
    async def _admit(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Refuse who does not know the address, and a page elsewhere whose name was made to lead here."""
        named = request.headers.get("Host", "")
        if named not in {f"{host}:{_port(request)}" for host in (LOOPBACK, "localhost")}:
            raise web.HTTPForbidden(text="This page is not here under that name.")
        if request.headers.get("Origin", f"http://{named}") != f"http://{named}":
            raise web.HTTPForbidden(text="Another page may not ask this.")
        brought = request.cookies.get(_cookie(request), "").encode()
        if not request.path.startswith(self.base) and not secrets.compare_digest(brought, self._token.encode()):
            raise web.HTTPForbidden(text="Open the whole address that was printed when the demo was opened.")
        return await handler(request)

    async def _page(self, request: web.Request) -> web.Response:
        response = web.Response(text=page(self._view(request)), content_type="text/html", headers=OF_OURS)
        response.set_cookie(_cookie(request), self._token, httponly=True, samesite="Strict")
        return response

    async def _stamp(self, _: web.Request) -> web.Response:
        return web.Response(text=self._house.stamp(), headers=OF_OURS)

    async def _file(self, request: web.Request) -> web.Response:
        name = request.path.rpartition("/")[2]
        return web.Response(text=_file(name), content_type=FILES[name], headers=OF_OURS)

    def _view(self, request: web.Request) -> View:
        asked = request.query
        person = _person_of(self._house, asked["as"]) if "as" in asked else None
        room = _room_of(self._house, person, asked["room"]) if person and "room" in asked else None
        if person and room and self._house.showing == (person.name, room.id):
            self._house.look_at(person, room.id)
        return View(
            house=self._house,
            base=self.base,
            key=self._window.key,
            person=person,
            room=room,
            reply=self._house.reply(asked.get("reply", "")),
        )

    async def _open(self, asked: Asked) -> None:
        await self._house.open(self._house.person(_one(asked, "as")), _number(asked, "room"))

    async def _menu(self, asked: Asked) -> Reply:
        person = self._house.person(_one(asked, "as"))
        return await self._house.use_menu(
            person, _number(asked, "room"), _number(asked, "message"), _one(asked, "menu")
        )

    async def _form(self, asked: Asked) -> Reply:
        reply = self._house.reply(_one(asked, "reply"))
        if reply is None or reply.form is None:
            raise NotThere("That form is not open any more.")
        typed = {name.removeprefix(FIELD): values for name, values in asked.items() if name.startswith(FIELD)}
        return await self._house.fill(reply.id, form_values(reply.form, typed), typed)


def _then_shown(base: str, act: Act) -> Handler:
    """Do it, and lead the browser back to the page it was done on, which shows what came of it."""

    async def handle(request: web.Request) -> web.StreamResponse:
        given = await request.post()
        asked = {name: [str(value) for value in given.getall(name)] for name in given}
        try:
            reply = await act(asked)
        except NotThere as missing:
            raise web.HTTPNotFound(text=str(missing)) from None
        where = {name: asked[name][0] for name in ("as", "room") if name in asked}
        if reply is not None:
            where["reply"] = reply.id
        raise web.HTTPSeeOther(f"{base}?{urlencode(where)}")

    return handle


def _person_of(house: House, name: str) -> Person:
    try:
        return house.person(name)
    except NotThere as missing:
        raise web.HTTPNotFound(text=str(missing)) from None


def _room_of(house: House, person: Person, room_id: str) -> Room | None:
    """The room a tab looks at; none if it has gone from this person's screen meanwhile."""
    return next((room for room in house.rooms(person) if str(room.id) == room_id), None)


def _one(asked: Asked, name: str) -> str:
    if name not in asked:
        raise NotThere(f"It was not said which {name} is meant.")
    return asked[name][0]


def _number(asked: Asked, name: str) -> int:
    try:
        return int(_one(asked, name))
    except ValueError:
        raise NotThere(f"There is no such {name}.") from None


def _port(request: web.Request) -> int:
    return 0 if request.transport is None else request.transport.get_extra_info("sockname")[1]


def _cookie(request: web.Request) -> str:
    # a browser gives a cookie to every port of a host
    return f"circlekeeper-{_port(request)}"


def _file(name: str) -> str:
    return files("bot.demo.browser").joinpath(name).read_text(encoding="utf-8")
