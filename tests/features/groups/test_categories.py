"""More rooms than fit a category: the next one is made, once, and the rooms after it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from bot.core.ids import new_id
from bot.features.groups import Group, GroupState
from bot.features.groups.model import Candidate, Plan, Server
from bot.outbox import Errand, Lane, What
from tests.features.groups.village import ADMIN, FAY, GUILD, LEAD, Village

LIMIT = 3
"""What a category takes here."""


@dataclass
class Discord:
    """Makes channels as long as they fit; a category that is looked for is found."""

    village: Village
    made: dict[str, int] = field(default_factory=dict[str, int])
    held: Counter[int] = field(default_factory=Counter[int])
    no_more: bool = False
    """Whether the server has all the channels it may have."""

    async def server(self) -> Server:
        async with self.village.db.read() as tx:
            server = await self.village.setup.server(tx, GUILD)
        assert server is not None
        return server

    async def claim(self, limit: int = 50) -> list[Errand]:
        return list(await self.village.outbox.claim(busy=(), worst=Lane.BULK, limit=limit))

    async def answer(self, errand: Errand, category_id: int | None) -> None:
        """``category_id``: where the room was asked for."""
        if errand.what is not What.ENSURE_ROOM or errand.key in self.made:
            await self.village.outbox.done(errand, message_id=None, channel_id=self.made.get(errand.key))
        elif self.no_more:
            await self.village.outbox.give_back(errand, "server_full")
        elif category_id is not None and self.held[category_id] >= LIMIT:
            await self.village.outbox.give_back(errand, "category_full")
        else:
            self.made[errand.key] = new_id()
            self.held[category_id or 0] += 1
            await self.village.outbox.done(errand, message_id=None, channel_id=self.made[errand.key])

    async def carry(self) -> None:
        for _ in range(100):
            errands = await self.claim(1)
            if not errands:
                return
            is_category = errands[0].kind == "setup.category"
            server = None if is_category else await self.server()
            await self.answer(errands[0], None if server is None else server.category_id)
        raise AssertionError("it goes round and round")

    @property
    def categories(self) -> list[str]:
        return [key for key in self.made if ":category" in key]


async def opened(village: Village) -> Discord:
    """A server that is set up, with room for two more in its category."""
    discord = Discord(village)
    await village.setup.start(
        guild_id=GUILD,
        admin_id=ADMIN,
        lead=Candidate(user_id=LEAD),
        backup=Candidate(user_id=FAY),
        zone="Europe/Berlin",
    )
    await discord.carry()
    return discord


async def found(village: Village, name: str) -> Group:
    plan = Plan(name=name, facilitators=(Candidate(user_id=FAY),))
    return await village.groups.create(guild_id=GUILD, actor_id=ADMIN, plan=plan)


async def test_rooms_that_do_not_fit_go_into_the_next_category_and_nobody_is_troubled(village: Village) -> None:
    discord = await opened(village)
    groups = [await found(village, name) for name in ("One", "Two", "Three")]
    await discord.carry()
    assert [(await village.read(group.id)).state for group in groups] == [GroupState.OPEN] * 3
    assert len(discord.categories) == 3
    server = await discord.server()
    assert len(server.categories) == 3 and server.category_id == server.categories[-1]
    assert sorted(discord.held.values()) == [1, 3, 3, 3]
    assert await village.told(ADMIN) == []
    assert await village.setup.again(GUILD) == 0


async def test_two_that_are_refused_at_once_make_one_category(village: Village) -> None:
    discord = await opened(village)
    discord.held[(await discord.server()).category_id or 0] = LIMIT
    one, two = await found(village, "One"), await found(village, "Two")
    first = (await discord.server()).category_id
    refused = await discord.claim()
    assert len(refused) == 4
    for errand in refused[:3]:
        await discord.answer(errand, first)
    await discord.carry()
    assert len(discord.categories) == 2
    # the last answer comes when the next category is there already
    await discord.answer(refused[3], first)
    await discord.carry()
    assert len(discord.categories) == 3, "three rooms filled the second"
    assert len((await discord.server()).categories) == 3
    for group in (one, two):
        assert (await village.read(group.id)).ready


async def test_a_restart_between_loses_no_room(village: Village) -> None:
    discord = await opened(village)
    discord.held[(await discord.server()).category_id or 0] = LIMIT
    group = await found(village, "One")
    for errand in await discord.claim():
        await discord.answer(errand, (await discord.server()).category_id)
    village.start()
    await discord.carry()
    assert (await village.read(group.id)).state is GroupState.OPEN


async def test_where_no_further_category_can_be_made_it_is_said_and_mended_by_a_check(village: Village) -> None:
    discord = await opened(village)
    discord.held[(await discord.server()).category_id or 0] = LIMIT
    group = await found(village, "One")
    for errand in await discord.claim():
        await discord.answer(errand, (await discord.server()).category_id)
    discord.no_more = True
    await discord.carry()
    health = await village.setup.health(GUILD)
    assert {setback.problem for setback in health.setbacks} == {"server_full"}
    assert [word.params["problem"] for word in await village.told(ADMIN)] == ["server_full"]
    assert not (await village.read(group.id)).ready
    discord.no_more = False
    await village.setup.again(GUILD)
    await discord.carry()
    assert (await village.read(group.id)).ready
    assert (await village.setup.health(GUILD)).setbacks == ()


async def test_setting_up_again_looks_for_every_category(village: Village) -> None:
    discord = await opened(village)
    discord.held[(await discord.server()).category_id or 0] = LIMIT
    await found(village, "One")
    await discord.carry()
    before = await discord.server()
    discord = Discord(village)
    await opened(village)
    after = await discord.server()
    assert len(after.categories) == 2
    assert not set(before.categories) & set(after.categories), "both were gone, and were made anew"
    assert after.category_id == after.categories[-1]
