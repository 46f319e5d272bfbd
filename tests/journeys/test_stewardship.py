"""A group changes hands, rests, ends and comes back, as each person does it and sees it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.courier import RoomWanted
from bot.outbox import Errand, Lane, What
from tests.harbour import Harbour, Opens, harbour
from tests.simcord_bot import said, shown

__all__ = ["harbour"]

DAY = 86_400


async def hand_over(at: Harbour, person: Any, to: Any, *, group: str | None = None, **written: str) -> str:
    """What the one who asks is told."""
    form = await person.slash(at.hall, "group handover", to=to, stay=False, group=group or await at.code())
    assert ("your own place in the group ends" in str(form.modal)) is (person is not at.lea), "a lead has none in it"
    return said(await person.submit_modal(form, written))


async def test_a_group_changes_hands_once_both_have_said_so(harbour: Opens) -> None:
    async with harbour() as at:
        await at.found("Tuesday")
        sent = await hand_over(at, at.fay, at.gil, practical="We begin with a round.", needs="Captions, please.")
        assert "/inbox" in sent
        assert at.direct_messages("gil") == []
        await at.world.restart()

        asked = await at.gil.slash(at.hall, "inbox")
        word = asked.followups[-1] if asked.followups else asked.response
        assert at.fay.mention in said(asked)
        assert "**Tuesday**" in said(asked)
        assert "We begin with a round" not in said(asked), "only once they have taken over"
        assert not at.sees(at.gil, "tuesday-desk")

        form = await at.gil.click(word, label="Take over")
        await at.world.restart()
        taken = await at.gil.submit_modal(form, {"duty": ["duty"]})
        assert "You facilitate **Tuesday** now" in said(taken)
        told = said(taken) + await at.inbox(at.gil)  # below the answer, or the next time if that was not there yet
        assert told.count("We begin with a round.") == 1
        assert told.count("Captions, please.") == 1
        assert at.sees(at.gil, "tuesday-desk")
        assert at.sees(at.gil)
        assert not at.sees(at.fay, "tuesday-desk")
        assert not at.sees(at.fay)
        assert "Your place in the group has ended" in await at.inbox(at.fay)
        (news,) = [text for text in at.messages("safeguarding") if "changed hands" in text]
        assert at.gil.mention in news
        assert at.fay.mention not in news
        assert "answered or withdrawn" in said(await at.gil.click(word, label="Take over"))
        assert "for the facilitators" in said(await at.fay.slash(at.hall, "group pause", group=await at.code()))
        assert "legal duty" in said(await ask_about(at))


async def ask_about(at: Harbour) -> Any:
    listed = await at.cleo.slash(at.hall, "group browse")
    return await at.cleo.click(listed.response, label="Ask to join")


async def test_what_cannot_be_handed_over_is_said_kindly(harbour: Opens) -> None:
    async with harbour() as at:
        await at.found("Tuesday", co_facilitator=at.gil)
        robot = at.guild.add_member(at.env.create_user("robot", bot=True))
        code = await at.code()

        async def refused(person: Any, to: Any) -> str:
            return said(await person.slash(at.hall, "group handover", to=to, group=code))

        assert "isn't a bot" in await refused(at.fay, robot)
        assert "to yourself" in await refused(at.fay, at.fay)
        assert "facilitates this group already" in await refused(at.fay, at.gil)
        assert "has a facilitator" in await refused(at.lea, at.mo)
        assert "safeguarding lead" in await refused(at.cleo, at.mo)
        form = await at.fay.slash(at.hall, "group handover", to=at.mo, group=code)
        at.env.backend.remove_member(at.guild.id, at.mo.id)
        answer = said(await at.fay.submit_modal(form, {"practical": "Do not lose this."}))
        assert "isn't in this server" in answer
        assert "Do not lose this." in answer


async def test_a_break_is_announced_once_and_ends_by_itself(harbour: Opens) -> None:
    async with harbour() as at:
        await at.found("Tuesday")
        await at.join(at.cleo)
        desk = at.channel("tuesday-desk")
        day = f"{at.world.now():%Y-%m-%d}"
        asked = await at.fay.slash(desk, "group pause", until=day)
        assert "Shall **Tuesday** have a break?" in said(asked)
        await at.world.restart()
        assert "is having a break" in said(await at.fay.click(asked.response, label="Begin the break"))
        assert "already" in said(await at.fay.click(asked.response, label="Begin the break"))
        begins = [text for text in at.messages("tuesday") if "taking a break" in text]
        assert len(begins) == 1
        assert "Talk to a facilitator" in begins[0]
        assert at.sees(at.cleo)
        assert "No group takes new people" in said(await at.mo.slash(at.hall, "group browse"))
        await at.world.pass_time(DAY)
        await at.world.restart()
        assert len([text for text in at.messages("tuesday") if "Our break is over" in text]) == 1
        assert "Tuesday" in said(await at.mo.slash(at.hall, "group browse"))

        await at.fay.click((await at.fay.slash(desk, "group pause")).response, label="Begin the break")
        over = await at.fay.slash(desk, "group pause")
        await at.fay.click(over.response, label="The break is over")
        assert "isn't having a break" in said(await at.fay.click(over.response, label="The break is over"))
        assert len([text for text in at.messages("tuesday") if "Our break is over" in text]) == 2


async def archive(at: Harbour, person: Any) -> str:
    asked = await person.slash(at.hall, "group archive", group=await at.code())
    assert "lose" in said(asked)
    return said(await person.click(asked.response, label="Archive the group"))


def newest(at: Harbour, channel: str, words: str) -> Any:
    return [message for message in at.channel(channel).history() if words in shown(message)][-1]


async def made_unseen(at: Harbour, code: str) -> None:
    """A room may be there though its making was never answered: it is found and closed, not left to its people."""
    async with at.world.services.db.read() as tx:
        group = (await at.world.services.groups.standing(tx, at.guild.id, at.fay.id, code=code)).group
    assert group is not None
    new = Errand(
        seq=1,
        key="k",
        guild_id=at.guild.id,
        what=What.ENSURE_ROOM,
        lane=Lane.PROMPT,
        kind="groups.room",
        channel_id=None,
        user_id=None,
        params={"group": group.id, "place": "room"},
        mark=1,
        revision=1,
        attempts=0,
        tried_at=None,
    )
    renders = at.world.bot.courier._renders["groups.room"]
    assert await renders(new) is None, "nothing is made for a group that has ended"
    wanted = await renders(replace(new, tried_at=at.world.now()))
    assert isinstance(wanted, RoomWanted)
    assert wanted.code == f"room-{code}"
    assert {one.target_id for one in wanted.overwrites} == {at.guild.id, at.env.bot.user.id}


async def test_a_group_ends_comes_back_and_ends_for_good(harbour: Opens) -> None:
    async with harbour() as at:
        await at.found("Tuesday", voice=True)
        await at.join(at.cleo)
        await at.join(at.mo)
        code = await at.code()
        room = at.channel("tuesday")
        await at.world.pass_time(3600)
        assert "**Tuesday** has come to an end" in await archive(at, at.fay)
        for person in (at.cleo, at.mo, at.fay):
            assert not at.sees(person)
        assert at.sees(at.fay, "tuesday-desk")
        await at.world.restart()
        await made_unseen(at, code)
        assert "has come to an end" in await at.inbox(at.cleo)
        assert "has come to an end" in said(await at.cleo.slash(at.hall, "group leave", group=code))
        assert "already" in said(await at.lea.slash(at.hall, "group archive", group=code))
        assert "There is a group called" in said(
            await at.ada.slash(at.hall, "group create", name="Tuesday", facilitator=at.gil)
        )

        card = newest(at, "tuesday-desk", "can be brought back")
        assert "**Tuesday** is back" in said(await at.fay.click(card, label="Bring the group back"))
        assert "nothing to bring back" in said(await at.fay.click(card, label="Bring the group back"))
        for person in (at.cleo, at.mo, at.fay):
            assert at.sees(person)
        assert "your place is still yours" in await at.inbox(at.mo)
        await at.leave(at.mo)

        await archive(at, at.lea)
        await at.world.pass_time(6 * DAY)
        card = newest(at, "safeguarding", "can be brought back")
        assert "is back" in said(await at.lea.click(card, label="Bring the group back"))
        assert at.sees(at.cleo)
        assert not at.sees(at.mo), "they have left since"

        await archive(at, at.fay)
        await at.world.pass_time(8 * DAY)
        assert [name for name in at.guild.channels if "tuesday" in name] == []
        assert room.id not in [channel.id for channel in at.guild.channels.values()]
        assert "can't be brought back" in said(await at.lea.click(card, label="Bring the group back"))
        answer = said(await at.ada.slash(at.hall, "group create", name="Tuesday", facilitator=at.gil))
        assert "is ready" in answer


async def test_rooms_that_cannot_be_deleted_are_told_of_and_deleted_later(harbour: Opens) -> None:
    async with harbour() as at:
        await at.found("Tuesday")
        await archive(at, at.fay)
        for name in ("tuesday", "tuesday-desk"):
            at.env.inject_error("DELETE", f"/channels/{at.channel(name).id}", status=403, code=50013)
        await at.world.pass_time(8 * DAY)
        assert any("could not be deleted" in text for text in at.messages("safeguarding"))
        assert "tuesday" in at.guild.channels
        await at.ada.slash(at.hall, "setup check")
        assert [name for name in at.guild.channels if "tuesday" in name] == []
