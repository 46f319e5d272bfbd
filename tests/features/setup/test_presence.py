"""A server that the bot is taken out of: everything waits for a week, and then that server is forgotten."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa

from bot.audit.store import audit
from bot.core.ids import new_id
from bot.features.cases.model import Evidence, Flagged, Raised, Source
from bot.features.checkins.rhythms import store as rhythms_store
from bot.features.checkins.rhythms.model import Rhythm
from bot.features.groups import Group, Place
from bot.features.groups.handover import Handing
from bot.features.groups.model import Asking, Candidate, Plan
from bot.features.groups.watch.model import Declared, Drift, Kind, Look, Sight
from bot.features.meetings import Change, Choice, Occasion, Proposal
from bot.features.meetings import store as meetings_store
from bot.features.meetings.changes.model import Doing, Typed
from bot.features.meetings.cover import store as cover_store
from bot.features.meetings.cover.model import Step
from bot.features.meetings.events import store as events_store
from bot.features.meetings.private import Wanted
from bot.features.meetings.rounds import Round
from bot.features.meetings.rounds import store as rounds_store
from bot.features.meetings.running import store as running_store
from bot.outbox import Errand, Lane, What
from bot.services import Services
from bot.storage import Tx, metadata
from bot.storage.absence import servers_away
from bot.timers.store import timers
from tests.conftest import StepClock
from tests.features.groups import village as there
from tests.features.groups.village import Village
from tests.features.privacy.full_house import ADMIN, BACKUP, LEAD, count, open_house, pass_time, settings_on
from tests.features.setup.test_setup import server_of

GUILD, OTHER = 7_001 << 22, 7_002 << 22
FAY, CLEO, MO, *REST = range(501, 510)


@pytest.fixture
async def services(database_url: str, tmp_path: Path, clock: StepClock) -> AsyncGenerator[Services]:
    async with open_house(settings_on(database_url, tmp_path), clock) as opened:
        yield opened


async def carry(services: Services, *, refusing: str = "") -> list[Errand]:
    carried: list[Errand] = []
    while errands := await services.outbox.claim(busy=(), worst=Lane.BULK, limit=50):
        for errand in errands:
            if errand.kind == refusing:
                await services.outbox.give_back(errand, "forbidden")
                continue
            made = new_id() if errand.what is What.ENSURE_ROOM else None
            posted = new_id() if errand.what is What.POST else None
            await services.outbox.done(errand, message_id=posted, channel_id=made)
            carried.append(errand)
    return carried


async def set_up(services: Services, guild_id: int) -> None:
    await services.setup.start(
        guild_id=guild_id, admin_id=ADMIN, lead=Candidate(user_id=LEAD), backup=Candidate(user_id=BACKUP), zone="UTC"
    )


async def settle(services: Services, clock: StepClock, guild_id: int) -> Group:
    """A server in which everything there is has happened once."""
    await set_up(services, guild_id)
    await carry(services)
    plan = Plan(name="Evening", facilitators=(Candidate(user_id=FAY),))
    made = await services.groups.create(guild_id=guild_id, actor_id=LEAD, plan=plan)
    await carry(services)
    for user_id in (CLEO, *REST):
        request_id = await ask(services, made, user_id)
        await services.groups.requests.welcome(guild_id=guild_id, group_id=made.id, request_id=request_id, actor_id=FAY)
    await ask(services, made, MO)
    invited = Candidate(user_id=max(REST) + 1)
    await services.groups.invitations.invite(guild_id=guild_id, group_id=made.id, actor_id=FAY, person=invited)
    async with services.db.read() as tx:
        group = await services.groups.group(tx, guild_id, made.id)
    assert group is not None
    await agree_on_more(services, group)
    await meet(services, group)
    await pass_time(services, clock, hours=3)
    await carry(services)
    await services.checkins.open(guild_id=guild_id, group_id=group.id, user_id=FAY, template="group_health")
    await carry(services, refusing="checkins.opened")
    await look(services, group)
    await flag(services, group)
    handing = Handing(group_id=group.id, asker_id=FAY, to=Candidate(user_id=REST[0]), stay=True, practical="Tuesdays")
    await services.groups.handovers.ask(guild_id=guild_id, handing=handing)
    return group


async def look(services: Services, group: Group) -> None:
    """Somebody reads the room who is not in the group."""
    roll = await services.groups.watch.roll(group.guild_id)
    assert roll is not None
    assert group.room_id is not None
    declared = Declared(group_id=group.id, place=Place.ROOM, channel_id=group.room_id, people=())
    found = Look(declared=declared, sight=Sight.SEEN, drifts=(Drift(kind=Kind.EXTRA_PERSON, user_id=MO),))
    await services.groups.watch.note(group.guild_id, roll, [found])
    await carry(services)


async def agree_on_more(services: Services, group: Group) -> None:
    which = {"guild_id": group.guild_id, "group_id": group.id}
    preview = await services.guidelines.edit(**which, typed="No phones.")
    stamp = {"version": preview.agreement.version, "number": preview.number}
    await services.guidelines.post(**which, user_id=FAY, **stamp)
    await carry(services)


async def ask(services: Services, group: Group, user_id: int) -> int:
    asking = Asking(
        user_id=user_id, group_id=group.id, note="", consent_version="c1", agreement_version="a1", may_message=True
    )
    await services.groups.requests.ask(guild_id=group.guild_id, asking=asking)
    card = next(errand for errand in await carry(services) if errand.kind == "groups.card")
    return int(str(card.params["request"]))


async def meet(services: Services, group: Group) -> None:
    starts = f"{services.clock() + timedelta(hours=26):%Y-%m-%d %H:%M}"
    which: dict[str, Any] = {"guild_id": group.guild_id, "group_id": group.id}
    proposed = await services.meetings.propose(**which, proposal=Proposal(title="Circle", starts=starts, places=2))
    meeting_id = proposed.meeting.id
    await services.meetings.schedule(**which, meeting_id=meeting_id, user_id=FAY)
    pressing = {"meeting_id": meeting_id, "day": proposed.day, "choice": Choice.COMING}
    for user_id in (CLEO, *REST[:2]):
        await services.meetings.answer(**which, **pressing, user_id=user_id)
    await services.meetings.private.choose(**which, user_id=CLEO, wanted=Wanted(before="2 days"))
    async with services.db.begin() as tx:
        await meetings_store.change(tx, proposed.meeting, Change(day=proposed.day, minutes=60))
        ends_at = proposed.ends_at
        await running_store.put_here(tx, proposed, CLEO, ends_at=ends_at)
        await running_store.put_aside(tx, proposed, CLEO, ends_at=ends_at)
        await running_store.put_headcount(tx, proposed, 5, services.clock())
        await cover_store.record(tx, proposed, Step.BACKUP, services.clock())
        await rounds_store.save(tx, a_round(group, proposed))
        await events_store.expect(tx, group.guild_id, group.id, meeting_id)
        await running_store.put_last(tx, group.guild_id, group.id, proposed.starts_at)
        await rhythms_store.put(tx, Rhythm(**which, template="meeting_climate", lasts=timedelta(hours=24)))
    await services.meetings.cover.confirm(**which, meeting_id=meeting_id, day=proposed.day, user_id=FAY)
    await services.meetings.absence.wish(**which, user_id=CLEO, message=False)
    skip = Typed(doing=Doing.SKIP, meeting_id=meeting_id, day=proposed.day)
    await services.meetings.changes.propose(**which, typed=skip)
    await carry(services)


def a_round(group: Group, occasion: Occasion) -> Round:
    meeting, ends_at = occasion.meeting, occasion.ends_at
    which = {"id": new_id(), "guild_id": group.guild_id, "group_id": group.id, "meeting_id": meeting.id}
    circle = Round(**which, day=occasion.day, number=1, seconds=120, ends_at=ends_at)
    return circle.begin([CLEO], occasion.starts_at, Random())


async def flag(services: Services, group: Group) -> None:
    assert group.room_id is not None
    flagged = Flagged(channel_id=group.room_id, message_id=77, author_id=REST[0])
    evidence = Evidence(words="I can't sleep.", attachments=0)
    raised = Raised(
        guild_id=group.guild_id, reporter_id=CLEO, tier=2, source=Source.FLAG, flagged=flagged, evidence=evidence
    )
    await services.cases.bring(raised)


async def rows(services: Services, guild_id: int) -> dict[str, int]:
    """How many rows each table has of this server."""
    tables = [metadata.tables[name] for name in with_server()]
    counts = {table.name: await count(services.db, table, table.c.guild_id == guild_id) for table in tables}
    return {name: found for name, found in counts.items() if found}


def with_server() -> set[str]:
    return {table.name for table in metadata.sorted_tables if "guild_id" in table.c}


async def named(services: Services, guild_id: int) -> list[str]:
    """Whatever text of whatever table holds this server's id."""
    found: list[str] = []
    for table in metadata.sorted_tables:
        async with services.db.read() as tx:
            lines = await tx.all(sa.select(table))
        found += [table.name for line in lines if any(str(guild_id) in str(value) for value in line.values())]
    return found


def files(services: Services) -> set[str]:
    folder = services.settings.checkins_dir
    return {path.name for path in folder.iterdir()} if folder.is_dir() else set()


def test_every_table_but_the_keys_says_of_which_server_its_rows_are() -> None:
    of_none = {"vault_keys", "meetings_zone_rules"}
    assert {table.name for table in metadata.sorted_tables if "guild_id" not in table.c} == of_none


async def test_after_a_week_nothing_is_left_of_that_server_and_all_of_another(
    services: Services, clock: StepClock
) -> None:
    await settle(services, clock, OTHER)
    kept, theirs = await rows(services, OTHER), files(services)
    await settle(services, clock, GUILD)
    assert set(await rows(services, GUILD)) == set(kept)
    assert set(kept) == with_server() - {"servers_away"}, "what nothing is put in here is not tested"
    tallies = files(services) - theirs
    assert tallies
    await services.setup.presence.removed(GUILD)
    await pass_time(services, clock, days=6.9)
    assert set(await rows(services, GUILD)) >= set(kept)
    assert tallies <= files(services)
    await pass_time(services, clock, days=0.1, minutes=5)
    assert await rows(services, GUILD) == {}
    assert await named(services, GUILD) == []
    assert not tallies & files(services), "the answers of an open check-in go with it"
    of_one_time = {"answers", "posts", "occasions", "drafts", "told", "waiting", "cover", "cover_steps"}
    of_an_evening = {"here", "asides", "rounds", "turns"}
    over = {f"meetings_{name}" for name in of_one_time | of_an_evening} | {"checkins_asked"}
    assert set(await rows(services, OTHER)) >= set(kept) - over, "the meeting and the check-in there have been"


async def test_much_goes_in_small_steps_and_a_restart_in_between_loses_nothing(
    database_url: str, tmp_path: Path, clock: StepClock
) -> None:
    settings = settings_on(database_url, tmp_path)
    async with open_house(settings, clock) as services:
        await settle(services, clock, GUILD)
        row = {"guild_id": GUILD, "at": clock(), "actor": None, "action": "a", "subject": "s", "detail": {}}
        async with services.db.begin() as tx:
            await tx.execute(sa.insert(audit), [row | {"id": new_id()} for _ in range(450)])
        await services.setup.presence.removed(GUILD)
        steps: list[int] = []

        async def stop(tx: Tx, guild_id: int) -> None:
            steps.append(await count(services.db, audit, audit.c.guild_id == GUILD))
            if len(steps) == 2:
                raise ConnectionError

        services.setup.presence.forgotten.append(stop)
        await pass_time(services, clock, days=7, minutes=5)
        assert await rows(services, GUILD) != {}
    async with open_house(settings, clock) as services:
        for _ in range(5):
            await pass_time(services, clock, minutes=1)
        assert await rows(services, GUILD) == {}
        assert await named(services, GUILD) == []


async def test_what_has_begun_to_be_forgotten_is_forgotten_though_the_bot_is_back(
    services: Services, clock: StepClock
) -> None:
    await settle(services, clock, GUILD)
    presence = services.setup.presence
    await presence.removed(GUILD)
    steps: list[int] = []

    async def stop(tx: Tx, guild_id: int) -> None:
        steps.append(guild_id)
        if len(steps) == 2:
            raise ConnectionError

    row = {"guild_id": GUILD, "at": clock(), "actor": None, "action": "a", "subject": "s", "detail": {}}
    async with services.db.begin() as tx:
        await tx.execute(sa.insert(audit), [row | {"id": new_id()} for _ in range(450)])
    presence.forgotten.append(stop)
    await pass_time(services, clock, days=7, minutes=5)
    assert await rows(services, GUILD) != {}
    await presence.back(GUILD)
    assert await count(services.db, servers_away) == 1, "half of what was there is worse than nothing"
    for _ in range(5):
        await pass_time(services, clock, minutes=1)
    assert await rows(services, GUILD) == {}
    assert await named(services, GUILD) == []
    await set_up(services, GUILD)
    assert await carry(services), "it can be set up anew"


async def test_a_server_that_took_the_bot_back_while_it_was_off_is_not_forgotten(
    database_url: str, tmp_path: Path, clock: StepClock
) -> None:
    settings = settings_on(database_url, tmp_path)
    async with open_house(settings, clock) as services:
        await settle(services, clock, GUILD)
        before = await rows(services, GUILD)
        await services.setup.presence.removed(GUILD)
    async with open_house(settings, clock) as services:
        # timers run before Discord has said in which servers the bot is
        await pass_time(services, clock, days=8)
        assert set(await rows(services, GUILD)) >= set(before)
        await services.setup.presence.compare([GUILD], ours=lambda guild_id: True)
        await pass_time(services, clock, days=1)
        assert set(await rows(services, GUILD)) >= {"groups", "groups_members", "setup_servers"}


async def test_of_two_events_at_once_the_later_holds(services: Services, clock: StepClock) -> None:
    await set_up(services, GUILD)
    presence = services.setup.presence
    async with services.db.begin() as tx:
        await tx.lock("presence", GUILD)
        left = asyncio.create_task(presence.removed(GUILD))
        await asyncio.sleep(0.1)
        joined = asyncio.create_task(presence.back(GUILD))
        await asyncio.sleep(0.1)
    await asyncio.gather(left, joined)
    assert await count(services.db, servers_away) == 0


async def test_nothing_is_carried_and_nothing_comes_due_while_the_bot_is_away(
    services: Services, clock: StepClock
) -> None:
    await settle(services, clock, GUILD)
    await services.setup.presence.removed(GUILD)
    assert await carry(services) == []
    assert await services.outbox.next_at() is None, "nobody looks again and again"
    before = await rows(services, GUILD)
    await pass_time(services, clock, days=3)
    assert await rows(services, GUILD) == before, "no ladder climbs, no reminder is put, nobody's place ends"
    await services.setup.presence.removed(GUILD)
    async with services.db.read() as tx:
        due = await tx.first(sa.select(timers).where(timers.c.kind == "setup.forget"))
    assert due is not None
    assert due["due_at"] == clock() + timedelta(days=4), "to be told again moves nothing"


async def test_whoever_takes_the_bot_back_finds_all_that_waited(services: Services, clock: StepClock) -> None:
    await settle(services, clock, GUILD)
    returned: list[int] = []

    async def remember(tx: Tx, guild_id: int) -> None:
        returned.append(guild_id)

    services.setup.presence.returned.append(remember)
    await services.setup.presence.removed(GUILD)
    await pass_time(services, clock, days=1)
    for _ in range(2):
        await services.setup.presence.back(GUILD)
    await services.timers.settled()
    assert returned == [GUILD]
    words = await services.inbox.all_of(guild_id=GUILD, user_id=ADMIN)
    assert [word.kind for word in words].count("setup.back") == 1
    carried = [errand.kind for errand in await carry(services)]
    assert carried.count("cases.card") == 2, "the call that waited, and one for the next step, which is overdue"
    await pass_time(services, clock, days=5)
    assert await count(services.db, servers_away) == 0
    assert await rows(services, GUILD), "it is not forgotten any more"


async def test_what_happened_while_nobody_looked_is_seen_at_the_next_start(
    services: Services, clock: StepClock
) -> None:
    presence = services.setup.presence
    for guild_id in (GUILD, OTHER):
        await services.setup.start(
            guild_id=guild_id,
            admin_id=ADMIN,
            lead=Candidate(user_id=LEAD),
            backup=Candidate(user_id=BACKUP),
            zone="UTC",
        )

    async def away() -> set[int]:
        async with services.db.read() as tx:
            return {row["guild_id"] for row in await tx.all(sa.select(servers_away))}

    await presence.compare([OTHER], ours=lambda guild_id: guild_id != GUILD)
    assert await away() == set(), "another process is told of that server"
    await presence.compare([OTHER], ours=lambda guild_id: True)
    assert await away() == {GUILD}
    await presence.compare([GUILD, OTHER, 1], ours=lambda guild_id: True)
    assert await away() == set()
    await presence.removed(1)
    assert await away() == set(), "of a server that was never set up there is nothing to keep"


async def test_a_lead_who_leaves_is_told_of_once_and_still_leads(village: Village) -> None:
    await village.set_up()
    for _ in range(2):
        await village.groups.gone(guild_id=there.GUILD, user_id=there.LEAD)
        await village.groups.gone(guild_id=there.GUILD, user_id=there.CLEO)
    for reader_id in (there.BACKUP, there.ADMIN):
        (word,) = await village.told(reader_id)
        assert (word.kind, word.params["task"]) == ("setup.gone", "lead")
    assert await village.told(there.LEAD) == []
    server = await server_of(village)
    assert server is not None
    assert server.lead_id == there.LEAD
    await village.setup.presence.keeper_back(guild_id=there.GUILD, user_id=there.LEAD)
    await village.groups.gone(guild_id=there.GUILD, user_id=there.LEAD)
    assert await village.kinds_told(there.BACKUP) == ["setup.gone"] * 2
