"""Drafts, changing a group, removing somebody, and a duty to report."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from bot.audit.store import audit
from bot.core.errors import UserError
from bot.features.groups import Group, GroupState, Mode
from bot.features.groups.model import Candidate, Change, Edited, Plan
from bot.outbox import Errand, Lane, What
from bot.storage import Tx
from tests.features.groups.village import ADMIN, CLEO, FAY, GIL, GUILD, LEAD, MO, Village

FACILITATED = (Candidate(user_id=FAY),)
TELLING = Plan(name="Grief evenings", facilitators=(Candidate(user_id=FAY, duty=True), Candidate(user_id=GIL)))


async def draft(village: Village, plan: Plan = TELLING) -> Group:
    await village.set_up()
    made = await village.groups.create(guild_id=GUILD, actor_id=ADMIN, plan=plan)
    assert made.state is GroupState.DRAFT
    return made


async def use_name(village: Village, group: Group, *, by: int = LEAD) -> Group:
    return await village.groups.keeping.use_name(guild_id=GUILD, group_id=group.id, actor_id=by)


async def other_name(village: Village, group: Group, name: str, *, by: int = LEAD) -> Group:
    return await village.groups.keeping.other_name(guild_id=GUILD, group_id=group.id, actor_id=by, name=name)


async def edit(village: Village, group: Group, **change: Any) -> Edited:
    return await village.groups.keeping.edit(guild_id=GUILD, group_id=group.id, actor_id=FAY, change=Change(**change))


async def remove(village: Village, group: Group, user_id: int, *, by: int = FAY) -> None:
    keeping = village.groups.keeping
    member = await keeping.may_remove(guild_id=GUILD, group_id=group.id, user_id=user_id, actor_id=by)
    await keeping.remove(guild_id=GUILD, group_id=group.id, member_id=member.id, actor_id=by)


async def refused(awaited: Any) -> str:
    with pytest.raises(UserError) as caught:
        await awaited
    return caught.value.key


async def pass_time(village: Village, **by: float) -> None:
    village.clock.step(**by)
    await village.timers.start()
    await village.timers.settled()


async def trail(village: Village, action: str) -> list[dict[str, Any]]:
    async with village.db.read() as tx:
        rows = await tx.all(sa.select(audit.c.detail).where(audit.c.action == action))
    return [row["detail"] for row in rows]


class TestDrafts:
    async def test_nothing_of_a_draft_is_made_or_shown(self, village: Village) -> None:
        group = await draft(village)
        assert [errand.kind for errand in await village.carry()] == []
        async with village.db.read() as tx:
            assert await village.groups.all_in(tx, GUILD) == []
            assert await village.groups.runnable(tx, GUILD, FAY, facilitating=True, every=True) == []
            assert (await village.groups.standing(tx, GUILD, FAY, group_id=group.id)).facilitator is False
            assert (await village.groups.standing(tx, GUILD, FAY, code=group.code)).group is None
        assert await village.requests.listings(guild_id=GUILD, user_id=CLEO) == []
        assert await refused(village.requests.may_ask(guild_id=GUILD, group_id=group.id, user_id=CLEO))
        assert await trail(village, "groups.created") == []

    async def test_somebody_else_uses_the_name_after_a_restart_and_all_that_was_typed_holds(
        self, village: Village
    ) -> None:
        group = await draft(village)
        village.start()
        await use_name(village, group, by=LEAD)
        await village.carry()
        made = await village.read(group.id)
        assert (made.name, made.state) == ("Grief evenings", GroupState.OPEN)
        async with village.db.read() as tx:
            members = await village.groups.members(tx, GUILD, group.id)
        assert {(member.user_id, member.duty) for member in members} == {(FAY, True), (GIL, False)}
        assert await village.may_enter(made, FAY)
        await pass_time(village, days=2)
        assert (await village.read(group.id)).name == "Grief evenings"

    async def test_another_name_founds_it_and_one_that_tells_asks_again(self, village: Village) -> None:
        group = await draft(village)
        again = await other_name(village, group, "Cancer café")
        assert (again.state, again.name) == (GroupState.DRAFT, "Cancer café")
        founded = await other_name(village, group, "Tuesday")
        assert founded.state is GroupState.FORMING
        await village.carry()
        assert (await village.read(group.id)).state is GroupState.OPEN

    async def test_who_leaves_the_server_meanwhile_is_named_for_it_no_more(self, village: Village) -> None:
        group = await draft(village)
        await village.groups.gone(guild_id=GUILD, user_id=FAY)
        await use_name(village, group)
        await village.carry()
        async with village.db.read() as tx:
            assert [member.user_id for member in await village.groups.members(tx, GUILD, group.id)] == [GIL]
        alone = await draft(village, Plan(name="Cancer care", facilitators=FACILITATED))
        await village.groups.gone(guild_id=GUILD, user_id=FAY)
        assert await refused(use_name(village, alone)) == "groups.draft_gone", "a group is led by somebody"

    async def test_a_draft_that_nobody_decides_is_deleted_and_its_name_is_free(self, village: Village) -> None:
        group = await draft(village)
        await pass_time(village, hours=23)
        assert await village.groups.keeping.name_in_question(guild_id=GUILD, group_id=group.id)
        village.start()
        await pass_time(village, hours=2)
        assert await refused(use_name(village, group)) == "groups.draft_gone"
        async with village.db.read() as tx:
            assert await village.groups.group(tx, GUILD, group.id) is None
        assert (await draft(village)).id != group.id

    async def test_typing_it_again_types_the_draft_anew_and_the_first_page_still_works(self, village: Village) -> None:
        group = await draft(village)
        again = await draft(village, Plan(name="grief EVENINGS", facilitators=FACILITATED, capacity=5))
        assert again.id == group.id
        await use_name(village, group)
        await village.carry()
        made = await village.read(group.id)
        assert (made.name, made.capacity) == ("grief EVENINGS", 5)

    async def test_of_two_who_decide_at_once_one_does(self, village: Village) -> None:
        group = await draft(village)
        results = await asyncio.gather(
            use_name(village, group), other_name(village, group, "Tuesday"), return_exceptions=True
        )
        lost = [result for result in results if isinstance(result, UserError)]
        assert len(lost) == 1 or (await village.read(group.id)).name == "Tuesday"
        assert len(await trail(village, "groups.created")) == 1

    async def test_a_name_taken_meanwhile_is_not_used_twice(self, village: Village) -> None:
        group = await draft(village)
        await other_name(village, await draft(village, Plan(name="Cancer", facilitators=FACILITATED)), "Tuesday")
        assert await refused(other_name(village, group, "tuesday")) == "groups.name_taken"
        assert (await village.read(group.id)).name == "Grief evenings"


class TestEditing:
    async def test_only_what_is_given_changes_and_is_written_down_without_words(self, village: Village) -> None:
        group = await village.found()
        told: list[int] = []

        async def changed(tx: Tx, after: Group) -> None:
            told.append(after.capacity)

        village.groups.changed.append(changed)
        await edit(village, group, about="Quiet words")
        assert told == []
        edited = await edit(village, group, capacity=3, mode=Mode.CLOSED, joins_until="2026-12-20")
        assert told == [3]
        now = await village.read(group.id)
        assert now == edited.after
        assert (now.name, now.about, now.capacity, now.mode) == ("Evening", "Quiet words", 3, Mode.CLOSED)
        assert now.joins_until == date(2026, 12, 20)
        await edit(village, group, mode=Mode.OPEN)
        assert (await village.read(group.id)).joins_until is None
        written = await trail(village, "groups.edited")
        assert written == [
            {"about": True},
            {"capacity": 3, "mode": "closed", "window": True},
            {"mode": "open", "window": True},
        ]

    @pytest.mark.parametrize(
        ("change", "key"),
        [
            ({"name": " \u202e "}, "groups.name_empty"),
            ({"name": "n" * 101}, "groups.name_long"),
            ({"name": "SPOKEN"}, "groups.name_taken"),
            ({"capacity": 21}, "groups.capacity_range"),
            ({"mode": Mode.WINDOWS}, "groups.window_needs_dates"),
            ({"joins_until": "2026-12-01"}, "groups.dates_need_mode"),
            (
                {"mode": Mode.WINDOWS, "joins_from": "2026-12-09", "joins_until": "2026-12-01"},
                "groups.window_backwards",
            ),
        ],
    )
    async def test_what_cannot_be_so_changes_nothing(self, village: Village, change: dict[str, Any], key: str) -> None:
        await village.found(Plan(name="Spoken", facilitators=FACILITATED))
        group = await village.found()
        assert await refused(edit(village, group, **{"about": "new", **change})) == key
        assert await village.read(group.id) == group

    async def test_a_new_name_reaches_every_channel_in_the_lowest_lane(self, village: Village) -> None:
        group = await village.found(Plan(name="Evening", facilitators=FACILITATED, voice=True))
        await edit(village, group, name="Morning")
        renames = [errand for errand in await village.carry() if errand.what is What.RENAME]
        assert {errand.params["place"] for errand in renames} == {"room", "desk", "voice"}
        assert all(errand.lane is Lane.BULK and errand.channel_id is None for errand in renames)
        await edit(village, group, name="Morning")
        assert await village.carry() == []

    async def test_a_name_that_is_refused_is_told_on_the_desk_and_put_again(self, village: Village) -> None:
        group = await village.found()
        village.refusing["groups.rename"] = "forbidden"
        await edit(village, group, name="Morning")
        await village.carry()
        told = [errand for errand in village.carried if errand.kind == "groups.trouble"]
        assert [(one.channel_id, one.params["about"]) for one in told] == [(group.desk_id, "groups.trouble_rename")] * 2
        village.refusing.clear()
        village.carried.clear()
        await village.setup.again(GUILD)
        await village.carry()
        assert {errand.what for errand in village.carried} == {What.RENAME}
        assert await village.setup.again(GUILD) == 0

    async def test_a_room_being_made_under_the_old_name_is_looked_at_again(self, village: Village) -> None:
        await village.set_up()
        group = await village.groups.create(
            guild_id=GUILD, actor_id=ADMIN, plan=Plan(name="Evening", facilitators=FACILITATED)
        )
        claimed = await village.outbox.claim(busy=(), worst=Lane.BULK, limit=50)
        await edit(village, group, name="Morning")
        for number, errand in enumerate(claimed):
            await village.outbox.done(errand, message_id=None, channel_id=8001 + number)
        made = {str(errand.params["place"]): 8001 + number for number, errand in enumerate(claimed)}
        renamed: list[Errand] = []
        while again := await village.outbox.claim(busy=(), worst=Lane.BULK, limit=50):
            renamed += [errand for errand in again if errand.what is What.RENAME]
            for errand in again:
                rooms = errand.what is What.ENSURE_ROOM
                await village.outbox.done(
                    errand, message_id=None, channel_id=made[str(errand.params["place"])] if rooms else None
                )
        assert {errand.params["place"] for errand in renamed} == {"room", "desk"}

    async def test_a_name_that_tells_waits_and_the_rest_is_saved(self, village: Village) -> None:
        group = await village.found()
        edited = await edit(village, group, name="Grief", capacity=4)
        assert (edited.after.name, edited.after.pending_name, edited.after.capacity) == ("Evening", "Grief", 4)
        assert [errand for errand in await village.carry() if errand.what is What.RENAME] == []
        village.start()
        await use_name(village, group, by=GIL)
        assert (await village.read(group.id)).name == "Grief"
        assert await refused(use_name(village, group)) == "groups.draft_gone"
        await edit(village, group, name="Cancer")
        await pass_time(village, hours=25)
        kept = await village.read(group.id)
        assert (kept.name, kept.pending_name) == ("Grief", "")

    async def test_a_voice_room_is_added_and_never_deleted(self, village: Village) -> None:
        group = await village.found()
        village.refusing["groups.voice"] = "forbidden"
        await edit(village, group, voice=True)
        await village.carry()
        assert not (await edit(village, group, voice=False)).voice_stays
        village.refusing.clear()
        await edit(village, group, voice=True)
        assert (await village.carry())[0].kind == "groups.voice"
        assert (await village.read(group.id)).voice_id is not None
        edited = await edit(village, group, voice=False, about="Still")
        assert edited.voice_stays
        now = await village.read(group.id)
        assert (now.voice, now.about) == (True, "Still")

    async def test_a_smaller_size_removes_nobody(self, village: Village) -> None:
        group = await village.found()
        for person in (CLEO, MO):
            await village.join(group, person)
        assert (await edit(village, group, capacity=1)).members == 2
        assert await village.may_enter(group, CLEO)


class TestPeople:
    async def test_somebody_removed_loses_access_first_and_is_told_kindly(self, village: Village) -> None:
        group = await village.found()
        await village.join(group, CLEO)
        await remove(village, group, CLEO)
        taken = [errand for errand in await village.carry() if errand.kind == "groups.access"]
        assert taken and all(errand.lane is Lane.URGENT for errand in taken)
        assert not await village.may_enter(group, CLEO)
        assert (await village.kinds_told(CLEO))[-1] == "groups.removed"
        assert await trail(village, "groups.removed") == [{}]

    async def test_who_cannot_be_removed_is_said(self, village: Village) -> None:
        group = await village.found()
        assert await refused(remove(village, group, GIL)) == "groups.remove_facilitator"
        assert await refused(remove(village, group, FAY)) == "groups.remove_self"
        assert await refused(remove(village, group, CLEO)) == "groups.remove_gone"

    async def test_of_two_who_remove_at_once_one_does(self, village: Village) -> None:
        group = await village.found()
        await village.join(group, CLEO)
        results = await asyncio.gather(
            remove(village, group, CLEO), remove(village, group, CLEO, by=GIL), return_exceptions=True
        )
        (lost,) = [result for result in results if result is not None]
        assert isinstance(lost, UserError) and lost.key == "groups.remove_gone"
        assert (await village.kinds_told(CLEO)).count("groups.removed") == 1

    async def test_a_duty_to_report_is_said_of_oneself_and_kept(self, village: Village) -> None:
        group = await village.found()
        for duty in (True, True, False):
            await village.groups.keeping.set_duty(guild_id=GUILD, group_id=group.id, user_id=FAY, duty=duty)
        assert await trail(village, "groups.duty") == [{"reports": True}, {"reports": False}]
        key = await refused(village.groups.keeping.set_duty(guild_id=GUILD, group_id=group.id, user_id=CLEO, duty=True))
        assert key == "errors.for_facilitators"

    async def test_an_open_request_is_counted(self, village: Village) -> None:
        group = await village.found()
        await village.ask(group, CLEO)
        assert await village.groups.keeping.asked(guild_id=GUILD, group_id=group.id) == 1
