"""Setting a server up, changing it, and what comes back."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from bot.core.errors import UserError
from bot.features.groups.model import Candidate, Server
from bot.features.setup.model import Task
from bot.features.setup.store import setup_people
from bot.outbox import Lane
from tests.features.groups.village import ADMIN, BACKUP, CLEO, GUILD, LEAD, OTHER_GUILD, Village


async def server_of(village: Village, guild_id: int = GUILD) -> Server | None:
    async with village.db.read() as tx:
        return await village.setup.server(tx, guild_id)


async def start(village: Village, *, lead: Candidate, backup: Candidate, zone: str = "Europe/Berlin") -> None:
    await village.setup.start(guild_id=GUILD, admin_id=ADMIN, lead=lead, backup=backup, zone=zone)


async def test_the_category_comes_first_and_the_channel_after_it(village: Village) -> None:
    await village.set_up()
    assert village.kinds()[:2] == ["setup.category", "setup.safeguarding"]
    server = await server_of(village)
    assert server is not None
    assert (server.lead_id, server.backup_id, server.zone) == (LEAD, BACKUP, "Europe/Berlin")
    assert server.category_id
    assert server.safeguarding_id
    assert await server_of(village, OTHER_GUILD) is None


async def test_a_restart_between_the_two_loses_neither(village: Village) -> None:
    await start(village, lead=Candidate(user_id=LEAD), backup=Candidate(user_id=BACKUP))
    village.start()
    await village.carry()
    server = await server_of(village)
    assert server is not None
    assert server.safeguarding_id is not None


@pytest.mark.parametrize(
    ("lead", "backup", "zone", "key"),
    [
        (Candidate(user_id=LEAD), Candidate(user_id=LEAD), "Europe/Berlin", "setup.same_person"),
        (Candidate(user_id=LEAD, bot=True), Candidate(user_id=BACKUP), "Europe/Berlin", "setup.person_bot"),
        (Candidate(user_id=LEAD), Candidate(user_id=BACKUP, bot=True), "Europe/Berlin", "setup.person_bot"),
        (Candidate(user_id=LEAD), Candidate(user_id=BACKUP), "Europe/Berlim", "calendar.zone_unknown_like"),
        (Candidate(user_id=LEAD), Candidate(user_id=BACKUP), "", "calendar.zone_unknown"),
    ],
)
async def test_what_cannot_be_so_is_said_and_changes_nothing(
    village: Village, lead: Candidate, backup: Candidate, zone: str, key: str
) -> None:
    with pytest.raises(UserError) as refused:
        await start(village, lead=lead, backup=backup, zone=zone)
    assert refused.value.key == key
    assert await server_of(village) is None


async def test_starting_again_changes_people_and_moves_their_access(village: Village) -> None:
    await village.set_up()
    village.carried.clear()
    await start(village, lead=Candidate(user_id=CLEO), backup=Candidate(user_id=BACKUP), zone="lisbon")
    await village.carry()
    server = await server_of(village)
    assert server is not None
    assert (server.lead_id, server.zone) == (CLEO, "Europe/Lisbon")
    moved = {(errand.params["user"], errand.lane) for errand in village.carried if errand.kind == "setup.access"}
    assert moved == {(LEAD, Lane.URGENT), (CLEO, Lane.PROMPT)}
    async with village.db.read() as tx:
        assert await village.setup.has_task(tx, GUILD, CLEO)
        assert not await village.setup.has_task(tx, GUILD, LEAD)


async def test_a_server_whose_lead_is_named_no_more_is_set_up_anew(village: Village) -> None:
    await village.set_up()
    async with village.db.begin() as tx:
        await tx.execute(sa.delete(setup_people).where(setup_people.c.task == Task.LEAD))
    assert await server_of(village) is None
    village.carried.clear()
    await start(village, lead=Candidate(user_id=CLEO), backup=Candidate(user_id=BACKUP))
    await village.carry()
    server = await server_of(village)
    assert server is not None
    assert server.lead_id == CLEO
    assert CLEO in {errand.params["user"] for errand in village.carried if errand.kind == "setup.access"}


async def test_starting_again_unchanged_moves_nobody(village: Village) -> None:
    await village.set_up()
    village.carried.clear()
    await village.set_up()
    assert "setup.access" not in village.kinds()


async def test_what_discord_refuses_is_told_to_who_set_it_up_and_tried_again(village: Village) -> None:
    village.refusing["setup.category"] = "forbidden"
    await village.set_up()
    (word,) = await village.told(ADMIN)
    assert (word.kind, word.params["room"], word.params["problem"]) == ("setup.came_back", "category", "forbidden")
    (setback,) = (await village.setup.health(GUILD)).setbacks
    assert (setback.kind, setback.problem) == ("setup.category", "forbidden")
    assert await village.setup.again(GUILD) == 1
    await village.carry()
    assert len(await village.told(ADMIN)) == 1, "the same trouble is told once"
    village.refusing.clear()
    assert await village.setup.again(OTHER_GUILD) == 0
    await village.setup.again(GUILD)
    await village.carry()
    server = await server_of(village)
    assert server is not None
    assert server.safeguarding_id is not None
    assert (await village.setup.health(GUILD)).setbacks == ()


async def test_access_that_could_not_be_taken_from_a_former_lead_stays_to_be_taken(village: Village) -> None:
    await village.set_up()
    village.refusing["setup.access"] = "forbidden"
    await start(village, lead=Candidate(user_id=CLEO), backup=Candidate(user_id=BACKUP))
    await village.carry()
    waiting = {setback.params["user"]: setback.lane for setback in (await village.setup.health(GUILD)).setbacks}
    assert waiting == {LEAD: Lane.URGENT, CLEO: Lane.PROMPT}


async def test_who_was_replaced_while_the_channel_was_being_made_is_shut_out_of_it(village: Village) -> None:
    await start(village, lead=Candidate(user_id=LEAD), backup=Candidate(user_id=BACKUP))
    (category,) = await village.outbox.claim(busy=(), worst=Lane.BULK, limit=50)
    await village.outbox.done(category, channel_id=4001)
    (channel,) = await village.outbox.claim(busy=(), worst=Lane.BULK, limit=50)
    await start(village, lead=Candidate(user_id=CLEO), backup=Candidate(user_id=BACKUP))
    await village.outbox.done(channel, channel_id=4002)
    await village.carry()
    given = {(errand.params["user"], errand.lane) for errand in village.carried if errand.kind == "setup.access"}
    assert given == {(LEAD, Lane.URGENT), (CLEO, Lane.PROMPT), (BACKUP, Lane.PROMPT)}
