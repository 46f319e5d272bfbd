"""A line of people who wait for a place in a group, and what tests ask about it."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from bot.core.errors import UserError
from bot.features.groups import Group, GroupState
from bot.features.groups.model import Candidate, Plan
from bot.features.groups.places.model import Expected
from bot.features.groups.store import groups, set_state
from tests.features.groups.village import FAY, GIL, GUILD, Village

ZOE, ANN = 950, 951


def plan_of(**options: object) -> Plan:
    return Plan(name="Evening", facilitators=(Candidate(user_id=FAY), Candidate(user_id=GIL)), **options)  # pyright: ignore[reportArgumentType]


async def full(village: Village, *waiting: int, **options: object) -> Group:
    """A group with the lead's neighbour as its one member, and a line of people who wait."""
    group = await village.found(plan_of(capacity=1, **options))
    await village.join(group, ANN)
    for user_id in waiting:
        await village.put_off(group, user_id)
        village.clock.step(minutes=1)
    return group


async def expected(village: Village, group: Group, user_id: int) -> Expected | None:
    async with village.db.read() as tx:
        return await village.groups.places.expected(tx, GUILD, group.id, user_id)


async def offered(village: Village, group: Group, user_id: int) -> bool:
    place = await expected(village, group, user_id)
    return place is not None and place.offered


async def give_up(village: Village, group: Group, user_id: int, *, offered: bool = True) -> None:
    await village.groups.places.give_up(guild_id=GUILD, group_id=group.id, user_id=user_id, offered=offered)
    await village.carry()


async def refused_take(village: Village, group: Group, user_id: int) -> str:
    with pytest.raises(UserError) as refused:
        await village.take(group, user_id)
    return refused.value.key


async def move(village: Village, group: Group, before: GroupState, after: GroupState) -> None:
    async with village.db.begin() as tx:
        await set_state(tx, group.id, before=before, after=after)


async def change(village: Village, group: Group, **values: object) -> None:
    async with village.db.begin() as tx:
        await tx.execute(sa.update(groups).where(groups.c.id == group.id).values(values))
        for announce in village.groups.changed:
            await announce(tx, replace(group, **values))


async def invite(village: Village, group: Group, user_id: int, *, bot: bool = False, by: int = FAY) -> int:
    crowd = await village.groups.invitations.invite(
        guild_id=GUILD, group_id=group.id, actor_id=by, person=Candidate(user_id=user_id, bot=bot)
    )
    await village.carry()
    return crowd.taken


async def refused_invitation(village: Village, group: Group, user_id: int, *, bot: bool = False) -> str:
    with pytest.raises(UserError) as refused:
        await invite(village, group, user_id, bot=bot)
    return refused.value.key
