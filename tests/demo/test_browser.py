"""Our page in the browser: only for who has its address, and never more than a person sees."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio
from aiohttp import ClientResponse, CookieJar
from aiohttp.test_utils import TestClient, TestServer
from rich.console import Console

from bot.demo.browser.house import House
from bot.demo.browser.server import Server
from bot.demo.evening import Evening
from bot.demo.people import Person
from bot.demo.playing import opened
from bot.demo.stage import Stage

FLAG = "Flag to facilitators"
SAID = "Nobody at home knows how tired I am."
pytestmark = pytest.mark.asyncio(loop_scope="module")


class Site:
    """The page as a browser asks for it."""

    def __init__(self, house: House, base: str, client: TestClient) -> None:
        self.house = house
        self.base = base
        self.client = client

    async def get(self, path: str = "", **asked: object) -> str:
        answer = await self.client.get(self.base + path, params={name: str(value) for name, value in asked.items()})
        assert answer.status == 200
        return await answer.text()

    async def post(self, path: str, **asked: object) -> str:
        """What the page is after something was done on it."""
        answer = await self.client.post(self.base + path, data={name: str(value) for name, value in asked.items()})
        assert answer.status == 200, await answer.text()
        assert answer.history[0].status == 303
        return await answer.text()

    async def refused(self, path: str, **asked: object) -> ClientResponse:
        return await self.client.post(self.base + path, data={name: str(value) for name, value in asked.items()})

    def room(self, person: Person, name: str) -> int:
        return next(room.id for room in self.house.rooms(person) if room.name == name)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def evening(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Evening]:
    """A server with one group, in whose room somebody has written something."""
    stage = Stage(Console(quiet=True), pauses=False)
    async with opened(tmp_path_factory.mktemp("browser"), stage) as evening:
        night, cast = evening.night, evening.night.cast
        place = {"lead": cast.lead.actor, "backup_lead": cast.backup.actor, "timezone": "Europe/Berlin"}
        await cast.admin.command(night.lobby, "setup start", **place)
        two = {"facilitator": cast.facilitator.actor, "co_facilitator": cast.co_facilitator.actor}
        await cast.admin.command(night.lobby, "group create", name="Lantern Circle", about="For people.", **two)
        night.room, night.desk = (name for name in cast.facilitator.eyes.names(cast.facilitator.actor)[1:])
        await cast.facilitator.actor.send(cast.facilitator.room(night.room), SAID)
        yield evening


@pytest_asyncio.fixture(loop_scope="module")
async def site(evening: Evening) -> AsyncGenerator[Site]:
    house = House(evening)
    server = Server(house)
    async with TestClient(TestServer(server.app), cookie_jar=CookieJar(unsafe=True)) as client:
        yield Site(house, server.base, client)


async def test_without_the_whole_address_nothing_is_shown(site: Site) -> None:
    for path in ("/", "/index.html", "/app.js", "/api/state", "/another-token/", site.base[:-2] + "/"):
        assert (await site.client.get(path)).status == 403, path
    assert (await site.client.post("/api/action", json={})).status == 403
    assert "Circlekeeper" in await site.get()


async def test_a_name_that_was_made_to_lead_here_is_refused(site: Site) -> None:
    for name in ("circlekeeper.example", "127.0.0.1", f"127.0.0.1.example:{site.client.port}", "127.0.0.1:1"):
        assert (await site.client.get(site.base, headers={"Host": name})).status == 403, name
    assert (await site.client.get(site.base, headers={"Host": f"localhost:{site.client.port}"})).status == 200


async def test_a_page_from_elsewhere_cannot_act(site: Site) -> None:
    before = site.house.now()
    for origin in ("https://circlekeeper.example", "null", "http://127.0.0.1:1"):
        answer = await site.client.post(f"{site.base}hour", headers={"Origin": origin})
        assert answer.status == 403
    assert site.house.now() == before


async def test_the_page_takes_nothing_from_elsewhere_and_tells_nobody_where_it_is(site: Site) -> None:
    answer = await site.client.get(site.base)
    assert re.findall(r"""(?:src|href|action)=["'](?!/|#)[^"']*""", await answer.text()) == []
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "HttpOnly" in answer.headers["Set-Cookie"] and "SameSite=Strict" in answer.headers["Set-Cookie"]


async def test_who_is_not_there_is_not_found(site: Site) -> None:
    assert (await site.client.get(site.base, params={"as": "Nobody"})).status == 404
    assert (await site.refused("open", **{"as": "Nobody", "room": 1})).status == 404
    assert (await site.refused("open", **{"as": "Bea"})).status == 404
    assert (await site.refused("open", **{"as": "Bea", "room": "that one"})).status == 404


async def test_everybody_is_offered_the_rooms_they_see_and_no_others(site: Site) -> None:
    night = site.house.evening.night
    desk = site.room(night.cast.facilitator, night.desk)
    assert f">{night.desk}<" in await site.get(**{"as": night.cast.facilitator.name})
    stranger = night.cast.stranger.name
    page = await site.get(**{"as": stranger})
    assert ">lobby<" in page
    assert night.room not in page
    assert (await site.refused("open", **{"as": stranger, "room": desk})).status == 404
    assert site.house.showing is None


async def test_a_room_opens_in_simcords_page_which_asks_for_its_own_key(site: Site) -> None:
    night = site.house.evening.night
    room = site.room(night.cast.facilitator, night.room)
    page = await site.post("open", **{"as": night.cast.facilitator.name, "room": room})
    (key,) = set(re.findall(r'src="/#([\w-]+)"', page))
    inside = await site.client.get("/")
    assert inside.status == 200
    assert inside.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert (await site.client.post("/api/pages", json={})).status == 401
    viewer = {"viewer_id": str(night.cast.facilitator.id)}
    shown = await site.client.post("/api/pages", json=viewer, headers={"X-Simcord-Capability": key})
    assert shown.status == 200
    assert SAID in await shown.text()
    assert "display: none" in await (await site.client.get("/preview.css")).text()


async def test_in_two_tabs_the_second_room_takes_the_place_of_the_first(site: Site) -> None:
    night = site.house.evening.night
    one, other = night.cast.facilitator, night.cast.stranger
    first = {"as": one.name, "room": site.room(one, night.room)}
    second = {"as": other.name, "room": site.room(other, night.lobby)}
    assert "<iframe" in await site.post("open", **first)
    stamp = await site.get("stamp")
    assert "<iframe" in await site.post("open", **second)
    assert await site.get("stamp") != stamp
    left = await site.get(**first)
    assert "<iframe" not in left
    assert "another is shown now" in left
    assert "<iframe" in await site.post("open", **first)


async def test_time_goes_by_and_the_bot_is_restarted_with_the_room_left_open(site: Site) -> None:
    night = site.house.evening.night
    where = {"as": night.cast.facilitator.name, "room": site.room(night.cast.facilitator, night.room)}
    await site.post("open", **where)
    before, bot, key = site.house.now(), site.house.world.bot, site.house.preview
    assert "An hour has gone by." in await site.post("hour", **where)
    assert (site.house.now() - before).total_seconds() == 3600
    page = await site.post("restart", **where)
    assert "stopped and started again" in page
    assert "<iframe" in page
    assert site.house.world.bot is not bot
    assert site.house.preview is key
    assert "That did not go well" not in await site.post("next", **where)


async def test_a_message_is_flagged_by_its_real_menu_and_the_form_answered_here(site: Site) -> None:
    night = site.house.evening.night
    flagging, lead = night.cast.co_facilitator, night.cast.lead
    where = {"as": flagging.name, "room": site.room(flagging, night.room)}
    page = await site.post("open", **where)
    message = next(seen.id for seen in site.house.messages(flagging, where["room"]) if seen.text == SAID)
    assert f'value="{FLAG}"' in page
    before = sum(room.news for room in site.house.rooms(lead))
    asked = await site.post("menu", **where, message=message, menu=FLAG)
    (reply,) = re.findall(r'name="reply" value="([^"]+)"', asked)
    reasons = re.findall(r'type="radio"[^>]*name="(field:[^"]+)" value="([^"]+)"', asked)
    empty = await site.post("form", **where, reply=reply)
    assert "could not be used" in empty
    (again,) = re.findall(r'name="reply" value="([^"]+)"', empty)
    thanked = await site.post("form", **where, reply=again, **dict(reasons[1:2]))
    assert f"Only {flagging.name} sees this" in thanked
    assert '<form class="asked"' not in thanked
    assert sum(room.news for room in site.house.rooms(lead)) > before, "it names a facilitator, so the lead is told"
    assert (await site.refused("form", **where, reply=again)).status == 404


async def test_nobody_uses_the_menu_of_a_message_they_do_not_see(site: Site) -> None:
    night = site.house.evening.night
    stranger = night.cast.stranger
    lobby = site.room(stranger, night.lobby)
    hidden = site.house.messages(night.cast.facilitator, site.room(night.cast.facilitator, night.room))[-1].id
    asked = {"as": stranger.name, "message": hidden, "menu": FLAG}
    assert (await site.refused("menu", **asked, room=lobby)).status == 404
    assert (await site.refused("menu", **asked, room=site.room(night.cast.facilitator, night.room))).status == 404


async def test_what_people_write_is_shown_as_words_and_never_as_a_page(site: Site) -> None:
    night = site.house.evening.night
    writing = night.cast.facilitator
    await writing.actor.send(writing.room(night.room), "<script>alert(1)</script>")
    page = await site.post("open", **{"as": writing.name, "room": site.room(writing, night.room)})
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


async def test_what_is_new_is_counted_for_those_who_have_not_looked(site: Site) -> None:
    night = site.house.evening.night
    writing, other = night.cast.facilitator, night.cast.co_facilitator
    room = site.room(writing, night.room)
    await writing.actor.send(writing.room(night.room), "Good evening.")
    news = {person.name: {one.id: one.news for one in site.house.rooms(person)} for person in (writing, other)}
    assert (news[writing.name][room], news[other.name][room]) == (0, 1)
    await site.post("open", **{"as": other.name, "room": room})
    assert {one.id: one.news for one in site.house.rooms(other)}[room] == 0
