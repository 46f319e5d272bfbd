"""A group words its own points, looks, posts them, is asked for its yes, and is reminded: as people live it."""

from __future__ import annotations

from tests.harbour import Harbour, Opens, harbour
from tests.simcord_bot import said, shown

__all__ = ["harbour"]

A_DAY = 24 * 3600
A_WEEK = 7 * A_DAY


def standing(at: Harbour) -> str:
    (only,) = at.channel("tuesday").pinned_messages()
    return shown(only)


def reminders(at: Harbour) -> list[str]:
    return [text for text in at.messages("tuesday") if "A few words from our group agreement" in text]


async def test_own_points_from_the_form_to_the_reminder(harbour: Opens) -> None:
    async with harbour() as at:
        await at.found("Tuesday", co_facilitator=at.gil)
        await at.join(at.cleo)
        desk, room = at.channel("tuesday-desk"), at.channel("tuesday")
        naming = await at.word(f"Tea comes first, {at.mo.mention}.")
        assert "calls and names nobody" in said(naming)
        hostile = "No \u202ephones in the circle.\nTea comes first, @mo, <#1>."

        preview = await at.word(hostile)
        assert preview.ephemeral
        text = said(preview)
        assert "how the agreement would stand" in text
        assert "What is said here stays here" in text
        assert "**Our own points**\nNo phones in the circle." in text
        assert " New: No phones in the circle." in text
        assert "Members will be asked to agree again" in text
        assert "No phones" not in standing(at)

        await at.world.restart()
        opened = await at.gil.slash(desk, "guidelines edit")
        assert "No phones in the circle." in str(opened.modal), "what was typed is still there, for both"
        beside = await at.gil.slash(desk, "guidelines post")
        posted = await at.fay.click(preview.response, label="Post it")
        assert "being posted and pinned" in said(posted)
        assert "posted already" in said(await at.gil.click(beside.response, label="Post it"))
        assert "No phones in the circle." in standing(at)
        assert len(at.messages("tuesday")) == 1
        assert not at.called(at.mo)

        (agreement,) = room.pinned_messages()
        assert "earlier one" in said(await at.cleo.slash(room, "guidelines show"))
        assert "you can write" in said(await at.cleo.click(agreement, label="I agree"))
        assert "You agreed to this on" in said(await at.cleo.slash(room, "guidelines show"))
        assert any("1 of 1 members have agreed" in message for message in at.messages("tuesday-desk"))
        assert "No phones" in said(await at.zoe.slash(at.hall, "guidelines show", group=await at.code()))
        assert "No phones" not in said(await at.zoe.slash(at.hall, "guidelines show"))

        told = said(await at.fay.slash(desk, "guidelines remind", every="4 weeks"))
        assert "every 4 weeks" in told
        await at.world.pass_time(4 * A_WEEK + A_DAY)
        await at.world.restart()
        (reminder,) = reminders(at)
        assert "Read all of it" in reminder
        assert "Get help now" in reminder
        assert "not reminded" in said(await at.fay.slash(desk, "guidelines remind", every="never"))


async def test_words_that_cannot_be_used_are_given_back_with_the_reason(harbour: Opens) -> None:
    async with harbour() as at:
        await at.found("Tuesday")
        refused = said(await at.word("Ring 0800 123 4567 at night."))
        assert "phone number" in refused
        assert "0800" in refused
        assert "> Ring 0800 123 4567 at night." in refused
        assert "Nothing differs" in said(await at.fay.slash(at.channel("tuesday-desk"), "guidelines post"))


async def test_an_unpinned_post_is_pinned_again_and_a_deleted_one_is_posted_by_the_button(harbour: Opens) -> None:
    async with harbour() as at:
        await at.found("Tuesday")
        room = at.channel("tuesday")
        (agreement,) = room.pinned_messages()
        await at.fay.set_pinned(agreement, pinned=False)
        await at.world.pass_time(A_DAY)
        assert [message.id for message in room.pinned_messages()] == [agreement.id]
        assert len(at.messages("tuesday")) == 1

        await at.fay.delete(agreement)
        await at.world.pass_time(2 * A_DAY)
        (told,) = [one for one in at.channel("tuesday-desk").history() if "isn't in the room any more" in shown(one)]
        await at.world.restart()
        assert "being posted" in said(await at.fay.click(told, label="Post it again"))
        assert "What is said here stays here" in standing(at)
        assert "posted already" in said(await at.fay.click(told, label="Post it again"))
