"""Flagging, asking to talk, taking and closing, as people press it and as it looks to everybody else."""

from __future__ import annotations

from typing import Any

import discord
import pytest

from bot.ui.permissions import INVITE
from tests.lookout import LooksOut, lookout, wishes
from tests.simcord_bot import said, shown

__all__ = ["lookout"]

HOSTILE = "**bold** @everyone <#1> [x](https://evil.invalid) \u202e"


def link(at: Any, message: Any) -> str:
    return f"https://discord.com/channels/{at.guild.id}/{message.channel.id}/{message.id}"


async def test_a_flag_is_answered_privately_and_calls_the_facilitators_alone(lookout: LooksOut) -> None:
    async with lookout() as at:
        room = await at.ready()
        message = await at.mo.send(room, "I can't go on")
        before = at.messages("tuesday")
        form = await at.form_for(at.cleo, message)
        answer = await at.cleo.submit_modal(form, {"reason": "worried", "note": "she sounds low"})
        assert answer.ephemeral
        assert "Thank you for looking out" in said(answer)
        assert "no hours are set" in said(answer)
        assert at.notified("tuesday-desk")[-1] == {"fay"}
        (card,) = at.cards()
        for secret in ("go on", "low", "worried", at.mo.mention, at.cleo.mention, "Tuesday"):
            assert secret not in shown(card)
        assert at.messages("tuesday") == before
        assert at.direct_messages("mo") == at.direct_messages("fay") == []


async def test_who_takes_it_sees_what_was_flagged_and_nobody_else_does(lookout: LooksOut) -> None:
    async with lookout() as at:
        room = await at.ready()
        await at.flag(at.cleo, await at.mo.send(room, "I can't go on"), note="she sounds low")
        assert "This is yours now" in await at.take(at.fay)
        assert f"{at.fay.mention} has this" in shown(at.cards()[0])
        seen = await at.fay.click(at.cards()[0], label="Show what was flagged")
        assert seen.ephemeral
        assert "> I can't go on" in said(seen)
        assert "she sounds low" in said(seen)
        assert at.cleo.mention not in said(seen)
        assert "It's closed" in await at.close(at.fay)
        assert "Closed" in shown(at.cards()[0])
        assert "I've got this" not in shown(at.cards()[0])


async def test_the_second_who_presses_is_told_kindly(lookout: LooksOut) -> None:
    async with lookout() as at:
        await at.found("Tuesday", co_facilitator=at.gil)
        await at.talk(at.fay, at.channel("tuesday"))
        listed = await at.gil.slash(at.channel("tuesday-desk"), "case list")
        await at.take(at.fay)
        told = said(await at.gil.click(listed.response, label="I've got this"))
        assert "Someone else has this already. Thank you" in told


async def test_a_flagged_facilitator_hears_nothing_of_it(lookout: LooksOut) -> None:
    async with lookout() as at:
        room = await at.ready()
        answer = await at.flag(at.cleo, await at.fay.send(room, "hm"), reason="hurtful")
        assert "people who look after the groups" in answer
        assert at.cards() == []
        assert at.notified("safeguarding") == [{"lea"}]
        listed = said(await at.fay.slash(at.channel("tuesday-desk"), "case list"))
        assert "Nothing is open" in listed
        assert "**today** - Tuesday" in said(await at.lea.slash(at.hall, "case list"))
        assert not at.called(at.fay)


async def test_what_is_about_the_lead_reaches_the_backup_alone(lookout: LooksOut) -> None:
    async with lookout() as at:
        room = await at.ready()
        answer = said(await at.talk(at.cleo, room, about="lead", note="it is about lea"))
        assert "backup lead alone" in answer
        assert at.cards() == []
        assert at.messages("safeguarding") == []
        (nudge,) = at.direct_messages("ben")
        assert "lea" not in nudge.replace("Please", "")
        told = await at.ben.slash(at.hall, "group browse")
        assert "Please check" in said(told)
        taken = await at.ben.click(told.followups[0], label="I've got this")
        seen = await at.ben.click(taken.response, label="Show what they wrote")
        assert "it is about lea" in said(seen)
        assert at.direct_messages("lea") == []
        assert "Nothing is open" in said(await at.lea.slash(at.hall, "case list"))


async def test_outside_the_rooms_a_member_picks_one_of_their_groups_or_the_lead(lookout: LooksOut) -> None:
    async with lookout() as at:
        await at.ready()
        message = await at.zoe.send(at.hall, "hello")
        group = str(await group_id(at))
        assert "to the facilitators" in await at.flag(at.cleo, message, where=[group])
        assert len(at.cards()) == 1
        other = await at.zoe.send(at.hall, "again")
        assert "people who look after the groups" in await at.flag(at.cleo, other, where=["lead"])
        assert at.notified("safeguarding") == [{"lea"}]


async def test_somebody_in_no_group_reaches_the_lead_without_having_to_choose(lookout: LooksOut) -> None:
    async with lookout() as at:
        await at.ready()
        form = await at.form_for(at.zoe, await at.cleo.send(at.hall, "hello"))
        assert "where" not in [field["component"].get("custom_id") for field in form.modal["components"]]
        await at.zoe.submit_modal(form, {"reason": "other"})
        assert at.notified("safeguarding") == [{"lea"}]


async def group_id(at: Any) -> int:
    async with at.world.services.db.read() as tx:
        return (await at.world.services.groups.all_in(tx, at.guild.id))[0].id


async def test_the_bots_own_messages_are_not_flagged_but_the_way_to_talk_is_shown(lookout: LooksOut) -> None:
    async with lookout() as at:
        room = await at.ready()
        agreement = room.history()[0]
        told = await at.form_for(at.cleo, agreement)
        assert "This bot wrote that message" in said(told)
        form = await at.cleo.click(told.response, label="Talk to a facilitator")
        assert "passed on to the facilitators" in said(await at.cleo.submit_modal(form, wishes(name="with")))


async def test_ones_own_message_asks_for_oneself(lookout: LooksOut) -> None:
    async with lookout() as at:
        room = await at.ready()
        answer = await at.flag(at.cleo, await at.cleo.send(room, "help"))
        assert "Thank you for telling us" in answer
        assert len(at.cards()) == 1


async def test_a_message_that_is_deleted_while_the_form_is_open_is_flagged_with_its_copy(lookout: LooksOut) -> None:
    async with lookout() as at:
        room = await at.ready()
        message = await at.mo.send(room, "I can't go on")
        form = await at.form_for(at.cleo, message)
        await at.mo.delete(message)
        await at.cleo.submit_modal(form, {"reason": "worried"})
        await at.take(at.fay)
        assert "> I can't go on" in said(await at.fay.click(at.cards()[0], label="Show what was flagged"))


async def test_after_a_restart_the_form_still_counts_and_no_copy_is_kept(lookout: LooksOut) -> None:
    async with lookout() as at:
        room = await at.ready()
        form = await at.form_for(at.cleo, await at.mo.send(room, "I can't go on"))
        await at.world.restart()
        assert "Thank you" in said(await at.cleo.submit_modal(form, {"reason": "worried"}))
        await at.take(at.fay)
        seen = said(await at.fay.click(at.cards()[0], label="Show what was flagged"))
        assert "No copy was kept" in seen
        assert "go on" not in seen
        assert at.mo.mention in seen


async def test_a_message_flagged_by_several_is_one_card(lookout: LooksOut) -> None:
    async with lookout() as at:
        room = await at.ready()
        message = await at.mo.send(room, "I can't go on")
        for person in (at.cleo, at.fay, at.cleo):
            await at.flag(person, message)
        (card,) = at.cards()
        assert "2 people have raised this" in shown(card)


async def test_thoughts_of_suicide_show_help_first_and_ask_once_for_the_name(lookout: LooksOut) -> None:
    async with lookout() as at:
        room = await at.ready()
        told = await at.talk(at.cleo, room, urgency="might_act")
        lines = said(told)
        assert lines.index("call your local emergency number") < lines.index("Get help now") < lines.index("Thank you")
        assert "Please check: now" in shown(at.cards()[0])
        assert "write to them" not in shown(at.cards()[0])
        given = said(await at.cleo.click(told.response, label="Let them know my name"))
        assert "will know who you are" in given
        assert "write to them" in shown(at.cards()[0])
        assert at.cleo.mention not in shown(at.cards()[0])
        await at.take(at.fay)
        assert at.cleo.mention in said(await at.fay.click(at.cards()[0], label="Show what they wrote"))
        help_page = await at.cleo.click(told.response, label="Get help now")
        assert "pick your country" in said(help_page)


async def test_without_a_name_the_form_says_that_nobody_can_write_back(lookout: LooksOut) -> None:
    async with lookout() as at:
        room = await at.ready()
        form = await at.cleo.slash(room, "support")
        assert "nobody can write back" in str(form.modal)
        assert "nobody can write back" in said(await at.cleo.submit_modal(form, wishes()))


@pytest.mark.parametrize("text", ["hello", "https://discord.com/channels/1/2/3", "https://evil.invalid/channels/1/2/3"])
async def test_a_link_that_is_none_is_refused_in_words(lookout: LooksOut, text: str) -> None:
    async with lookout() as at:
        room = await at.ready()
        assert "Copy Message Link" in said(await at.cleo.slash(room, "support", message=text))


async def test_a_link_to_a_facilitators_message_goes_past_them(lookout: LooksOut) -> None:
    async with lookout() as at:
        room = await at.ready()
        message = await at.fay.send(room, "hm")
        await at.talk(at.cleo, at.hall, link(at, message))
        assert at.cards() == []
        assert at.notified("safeguarding") == [{"lea"}]
        await at.take(at.ben, "safeguarding")
        seen = said(await at.ben.click(at.cards("safeguarding")[0], label="Show what was flagged"))
        assert at.fay.mention in seen
        assert "No copy was kept" in seen


async def test_a_link_to_a_message_that_is_gone_still_reaches_somebody(lookout: LooksOut) -> None:
    async with lookout() as at:
        room = await at.ready()
        message = await at.mo.send(room, "hm")
        address = link(at, message)
        await at.mo.delete(message)
        await at.talk(at.cleo, room, address)
        assert len(at.cards()) == 1


async def test_hostile_words_stay_words(lookout: LooksOut) -> None:
    async with lookout() as at:
        room = await at.ready()
        await at.flag(at.cleo, await at.mo.send(room, HOSTILE), note=HOSTILE)
        await at.take(at.fay)
        seen = said(await at.fay.click(at.cards()[0], label="Show what was flagged"))
        assert "@everyone" not in seen
        assert "**bold**" not in seen
        assert " <#1>" not in seen.replace("\\<#1>", "")


async def test_if_the_desk_is_closed_to_the_bot_the_lead_is_called_at_once(lookout: LooksOut) -> None:
    async with lookout() as at:
        room = await at.ready()
        at.env.inject_error("POST", f"/channels/{at.channel('tuesday-desk').id}/messages", status=403, code=50013)
        await at.flag(at.cleo, await at.mo.send(room, "I can't go on"))
        assert at.notified("safeguarding") == [{"lea"}]


async def test_if_nobody_can_be_reached_the_person_is_told_while_they_look(lookout: LooksOut) -> None:
    async with lookout() as at:
        room = await at.ready()
        for name in ("tuesday-desk", "safeguarding"):
            path = f"/channels/{at.channel(name).id}/messages"
            at.env.inject_error("POST", path, status=403, code=50013, times=9)
        at.env.inject_error("POST", "/users/@me/channels", status=403, code=50007, times=9)
        form = await at.form_for(at.cleo, await at.mo.send(room, "I can't go on"))
        answer = await at.cleo.submit_modal(form, {"reason": "danger"})
        assert "Nobody here has been able to answer yet" in said(answer)
        assert "Get help now" in said(answer)


async def test_before_setup_the_person_is_told_the_truth_with_help(lookout: LooksOut) -> None:
    async with lookout() as at:
        told = await at.flag(at.cleo, await at.mo.send(at.hall, "hm"), note="please")
        assert "isn't set up" in told
        assert "findahelpline.com" in told
        assert "> please" in told


async def test_members_and_strangers_can_neither_take_see_nor_list(lookout: LooksOut) -> None:
    async with lookout() as at:
        room = await at.ready()
        await at.flag(at.cleo, await at.mo.send(room, "I can't go on"))
        for person, where in ((at.mo, room), (at.zoe, at.hall), (at.gil, at.hall)):
            assert "Please check" not in said(await person.slash(where, "case list"))
        listed = await at.lea.slash(at.hall, "case list")
        assert "Tuesday" in said(listed)
        assert "This is yours now" in said(await at.lea.click(listed.response, label="I've got this"))


async def test_a_hostile_group_name_stays_a_name_in_the_list(lookout: LooksOut) -> None:
    async with lookout() as at:
        await at.found(HOSTILE)
        await at.talk(at.fay, at.channel(next(name for name in at.guild.channels if name.endswith("-desk"))))
        listed = said(await at.lea.slash(at.hall, "case list"))
        assert "bold" in listed
        assert "@everyone" not in listed
        assert "\u202e" not in listed


@pytest.mark.parametrize("lacking", ["manage_messages", "pin_messages", "embed_links"])
async def test_a_case_needs_no_more_than_posting(lookout: LooksOut, lacking: str) -> None:
    permissions = discord.Permissions(INVITE.value)
    async with lookout() as at:
        room = await at.ready()
        permissions.update(**{lacking: False})
        at.grant(permissions)
        await at.flag(at.cleo, await at.mo.send(room, "I can't go on"))
        assert "This is yours now" in await at.take(at.fay)
