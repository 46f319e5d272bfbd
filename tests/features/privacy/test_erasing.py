"""Being forgotten: everything of one person goes, nothing of anybody else, and a crash in between only delays it."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.audit.store import audit
from bot.core.errors import UserError
from bot.core.ids import new_id
from bot.features.groups import Group, Reason
from bot.features.groups.model import Asking, Candidate, Plan
from bot.features.privacy.model import Person
from bot.inbox.model import Word
from bot.outbox import Errand, Lane, Post, What
from bot.outbox.store import outbox
from bot.services import Services
from bot.storage import Database, Tx
from bot.timers.store import timers
from tests.conftest import StepClock
from tests.features.privacy.full_house import (
    ADMIN,
    ANN,
    BACKUP,
    BEN,
    CLEO,
    GUILD,
    LEAD,
    OTHER_GUILD,
    count,
    fill,
    open_house,
    pass_time,
    person_tables,
    rows_of,
    settings_on,
)

ALONE = {"setup_servers", "outbox"}


@pytest.fixture
async def services(database_url: str, tmp_path: Path, clock: StepClock) -> AsyncGenerator[Services]:
    async with open_house(settings_on(database_url, tmp_path), clock) as opened:
        yield opened


async def carry(services: Services) -> list[Errand]:
    """Carry what waits, as Discord would take it."""
    carried: list[Errand] = []
    while errands := await services.outbox.claim(busy=(), worst=Lane.BULK, limit=50):
        for errand in errands:
            made = errand.what is What.ENSURE_ROOM
            posted = new_id() if errand.what is What.POST else None
            await services.outbox.done(errand, message_id=posted, channel_id=new_id() if made else None)
        carried += errands
    return carried


async def found_group(services: Services, *facilitators: int, name: str = "Evening") -> Group:
    await services.setup.start(
        guild_id=GUILD, admin_id=ADMIN, lead=Candidate(user_id=LEAD), backup=Candidate(user_id=BACKUP), zone="UTC"
    )
    await carry(services)
    plan = Plan(name=name, facilitators=tuple(Candidate(user_id=user_id) for user_id in facilitators))
    group = await services.groups.create(guild_id=GUILD, actor_id=LEAD, plan=plan)
    await carry(services)
    return group


async def ask(services: Services, group: Group, user_id: int, *, note: str = "") -> int:
    """Ask to join, with messages allowed; gives the request's id."""
    asking = Asking(
        user_id=user_id, group_id=group.id, note=note, consent_version="c1", agreement_version="a1", may_message=True
    )
    await services.groups.requests.ask(guild_id=GUILD, asking=asking)
    card = next(errand for errand in await carry(services) if errand.kind == "groups.card")
    return int(str(card.params["request"]))


async def join(services: Services, group: Group, user_id: int) -> None:
    request_id = await ask(services, group, user_id)
    await services.groups.requests.welcome(guild_id=GUILD, group_id=group.id, request_id=request_id, actor_id=CLEO)
    await carry(services)


async def erase(services: Services, user_id: int) -> None:
    """Look what would go, and confirm."""
    outlook = await services.privacy.outlook(guild_id=GUILD, user_id=user_id)
    await services.privacy.erase(guild_id=GUILD, user_id=user_id, groups=len(outlook.groups))


async def named_in_outbox(db: Database, user_id: int) -> list[str]:
    """The keys of errands that hold this person's id, opened as only the bot can."""
    async with db.read() as tx:
        rows = await tx.all(sa.select(outbox.c.key, outbox.c.sealed))
        opened = {row["key"]: json.loads(tx.vault.open(row["sealed"], "outbox", row["key"])) for row in rows}
    return [key for key, held in opened.items() if user_id in (held["user"], *held["params"].values())]


async def test_every_table_that_is_about_somebody_forgets_them_and_nobody_else(
    services: Services, clock: StepClock
) -> None:
    await fill(services.db, clock(), user_id=ANN, besides=ALONE)
    await fill(services.db, clock(), user_id=BEN, besides=ALONE)
    await fill(services.db, clock(), user_id=ANN, guild_id=OTHER_GUILD, besides=ALONE)
    everywhere = {table.name for table in person_tables()}
    assert set(await rows_of(services.db, ANN)) == everywhere
    await erase(services, ANN)
    assert await rows_of(services.db, ANN) == {}
    assert set(await rows_of(services.db, BEN)) == everywhere
    assert set(await rows_of(services.db, ANN, OTHER_GUILD)) == everywhere


async def test_what_was_changed_stays_without_the_name(services: Services, clock: StepClock) -> None:
    await fill(services.db, clock(), user_id=ANN, besides=ALONE)
    await erase(services, ANN)
    assert await count(services.db, audit, audit.c.action != "privacy.erased") == 1
    assert await count(services.db, audit, audit.c.actor.is_not(None)) == 0


async def test_a_member_leaves_the_room_and_nothing_on_its_way_names_them_for_long(
    services: Services, clock: StepClock
) -> None:
    group = await found_group(services, CLEO)
    await join(services, group, ANN)
    await erase(services, ANN)
    assert await rows_of(services.db, ANN) == {}
    closing = await carry(services)
    assert {(errand.kind, errand.params["user"], errand.lane) for errand in closing if "user" in errand.params} == {
        ("groups.access", ANN, Lane.URGENT)
    }
    entry = await services.groups.entry(guild_id=GUILD, group_id=group.id, user_id=ANN, place=group.places[0])
    assert entry is not None
    assert entry.role is None
    await pass_time(services, clock, hours=2)
    assert await named_in_outbox(services.db, ANN) == []


async def test_a_message_that_was_on_its_way_to_them_is_not_sent(services: Services, clock: StepClock) -> None:
    post = Post(key="word:1", guild_id=GUILD, user_id=ANN, lane=Lane.PROMPT, kind="inbox.word", params={"word": 1})
    to_ben = Post(key="word:2", guild_id=GUILD, user_id=BEN, lane=Lane.PROMPT, kind="inbox.word", params={"word": 2})
    async with services.db.begin() as tx:
        await services.outbox.put(tx, post)
        await services.outbox.put(tx, to_ben)
    await erase(services, ANN)
    assert [errand.user_id for errand in await carry(services)] == [BEN]


async def test_an_unanswered_request_is_withdrawn(services: Services) -> None:
    group = await found_group(services, CLEO)
    request_id = await ask(services, group, ANN, note="I heard of you from a friend.")
    await erase(services, ANN)
    assert [errand.kind for errand in await carry(services)] == ["groups.answered_card"]
    with pytest.raises(UserError, match=r"groups\.request_gone"):
        await services.groups.requests.decline(
            guild_id=GUILD, group_id=group.id, request_id=request_id, actor_id=CLEO, reason=Reason.OTHER
        )


async def test_who_came_back_within_the_hour_is_left_alone(services: Services, clock: StepClock) -> None:
    group = await found_group(services, CLEO)
    await join(services, group, ANN)
    await erase(services, ANN)
    await carry(services)
    await join(services, group, ANN)
    again = await rows_of(services.db, ANN)
    sent = set(await named_in_outbox(services.db, ANN))
    await pass_time(services, clock, hours=2)
    assert await rows_of(services.db, ANN) == again
    assert sent & set(await named_in_outbox(services.db, ANN)), "the new membership's own errands are kept"


async def test_no_timer_and_no_key_names_the_person(services: Services, clock: StepClock) -> None:
    group = await found_group(services, CLEO)
    await join(services, group, ANN)
    await erase(services, ANN)
    async with services.db.read() as tx:
        texts = [row["subject"] for row in await tx.all(sa.select(timers))]
        texts += [row["key"] for row in await tx.all(sa.select(outbox))]
        texts += [f"{row['subject']} {row['detail']}" for row in await tx.all(sa.select(audit))]
    assert texts
    # as a number of its own: an id made by chance may hold the same digits
    assert [text for text in texts if str(ANN) in re.findall(r"\d+", text)] == []


# a crash in between


class PowerCut(Exception):
    """The process dies here."""


class FrailDatabase(Database):
    """Dies at the beginning of a transaction, once so many have been made since it was told to."""

    left: int | None = None

    @contextlib.asynccontextmanager
    async def begin(self, *, urgent: bool = False) -> AsyncGenerator[Tx]:
        if self.left is not None:
            if not self.left:
                raise PowerCut
            self.left -= 1
        async with super().begin(urgent=urgent) as tx:
            yield tx


@pytest.mark.parametrize("transactions", [1, 2, 3])
async def test_a_crash_at_any_step_only_delays_it(
    database_url: str,
    tmp_path: Path,
    clock: StepClock,
    monkeypatch: pytest.MonkeyPatch,
    transactions: int,
) -> None:
    settings = settings_on(database_url, tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr("bot.services.Database", FrailDatabase)
        async with open_house(settings, clock) as services:
            group = await found_group(services, CLEO)
            await join(services, group, ANN)
            await put_words(services, clock, 450)
            assert isinstance(services.db, FrailDatabase)
            services.db.left = transactions
            with pytest.raises(PowerCut):
                await erase(services, ANN)
    async with open_house(settings, clock) as services:
        assert await rows_of(services.db, ANN)
        await pass_time(services, clock, minutes=2)
        assert await rows_of(services.db, ANN) == {}
        assert await carry(services), "the room is closed to them all the same"
        await pass_time(services, clock, hours=2)
        assert await named_in_outbox(services.db, ANN) == []
        assert await count(services.db, timers, timers.c.kind.like("privacy.erase%")) == 0


async def put_words(services: Services, clock: StepClock, number: int) -> None:
    expires_at = clock() + timedelta(days=60)
    async with services.db.begin() as tx:
        for _ in range(number):
            word = Word(guild_id=GUILD, user_id=ANN, kind="groups.declined", expires_at=expires_at)
            await services.inbox.put(tx, word)


async def test_each_step_touches_at_most_two_hundred_rows(services: Services, clock: StepClock) -> None:
    await put_words(services, clock, 450)
    left: list[int] = []
    done = False
    async with services.db.begin() as tx:
        person = Person(guild_id=GUILD, sealed=tx.vault.seal_id(ANN, GUILD))
        await services.timers.set(tx, "privacy.erase", person.subject, clock() + timedelta(hours=1), guild_id=None)
    while not done:
        async with services.db.begin() as tx:
            done = await services.privacy._erase_some(tx, person)
        left.append((await rows_of(services.db, ANN)).get("inbox", 0))
    assert left == [250, 50, 0]


async def test_to_be_forgotten_twice_is_the_same_as_once(services: Services) -> None:
    group = await found_group(services, CLEO)
    await join(services, group, ANN)
    await erase(services, ANN)
    await carry(services)
    await erase(services, ANN)
    assert await rows_of(services.db, ANN) == {}
    assert await carry(services) == []


# whom others count on


@pytest.mark.parametrize("user_id", [LEAD, BACKUP])
async def test_who_looks_after_the_server_is_told_to_hand_over_first(services: Services, user_id: int) -> None:
    await found_group(services, CLEO)
    with pytest.raises(UserError, match=r"privacy\.has_task"):
        await erase(services, user_id)
    assert await rows_of(services.db, user_id)


async def test_who_was_named_lead_before_the_erasing_went_on_stays_the_lead(
    services: Services, clock: StepClock
) -> None:
    await found_group(services, CLEO)
    await put_words(services, clock, 1)
    async with services.db.begin() as tx:
        person = Person(guild_id=GUILD, sealed=tx.vault.seal_id(ANN, GUILD))
        await services.timers.set(tx, "privacy.erase", person.subject, clock() + timedelta(minutes=1), guild_id=None)
    await services.setup.start(
        guild_id=GUILD, admin_id=ADMIN, lead=Candidate(user_id=ANN), backup=Candidate(user_id=BACKUP), zone="UTC"
    )
    await pass_time(services, clock, minutes=2)
    assert await rows_of(services.db, ANN) == {"setup_people": 1}
    async with services.db.read() as tx:
        server = await services.setup.server(tx, GUILD)
    assert server is not None
    assert server.lead_id == ANN


async def test_an_admin_who_once_set_the_server_up_can_go(services: Services) -> None:
    await found_group(services, CLEO)
    await erase(services, ADMIN)
    assert await rows_of(services.db, ADMIN) == {}


async def test_the_only_facilitator_can_go_and_the_group_is_said_to_have_none(services: Services) -> None:
    await found_group(services, CLEO)
    await erase(services, CLEO)
    assert await rows_of(services.db, CLEO) == {}
    (trouble,) = [errand for errand in await carry(services) if errand.kind == "groups.trouble"]
    assert trouble.params["about"] == "groups.trouble_unled"


async def test_one_of_two_facilitators_can_go(services: Services) -> None:
    await found_group(services, CLEO, BEN)
    await erase(services, CLEO)
    assert await rows_of(services.db, CLEO) == {}


async def test_what_has_changed_since_they_looked_stops_it(services: Services) -> None:
    group = await found_group(services, CLEO)
    outlook = await services.privacy.outlook(guild_id=GUILD, user_id=ANN)
    await join(services, group, ANN)
    before = await rows_of(services.db, ANN)
    with pytest.raises(UserError, match=r"privacy\.changed_meanwhile"):
        await services.privacy.erase(guild_id=GUILD, user_id=ANN, groups=len(outlook.groups))
    assert await rows_of(services.db, ANN) == before
