"""A room's settings are changed by hand: who is told, and what they can do about it."""

from __future__ import annotations

from typing import Any

import discord
from simcord.backend.models import Overwrite
from simcord.enums import OverwriteType

from bot.features.groups.watch.effective import VIEW
from bot.ui.permissions import FACILITATOR
from tests.harbour import Harbour, Opens, harbour
from tests.simcord_bot import said, shown

__all__ = ["harbour"]


def cards(at: Harbour, channel: str = "tuesday-desk") -> list[Any]:
    """The cards about what is not as it should be, oldest first."""
    return [message for message in at.channel(channel).history() if "as it should be." in shown(message)]


def overwrite(target_id: int, kind: int, allow: int) -> Overwrite:
    return Overwrite(target_id, OverwriteType(kind), allow=allow, deny=0)


async def means(at: Harbour, card: Any, why: str) -> Any:
    form = await at.fay.click(card, label="It's meant to be so")
    return await at.fay.submit_modal(form, {"why": why})


async def test_somebody_is_given_the_room_by_hand(harbour: Opens) -> None:
    async with harbour() as at:
        await at.found()
        await at.join(at.cleo)
        assert cards(at) == []
        room = at.channel("tuesday")
        await at.open(room, at.zoe)
        for where in ("tuesday-desk", "safeguarding"):
            (card,) = cards(at, where)
            assert "Room of Tuesday" in shown(card)
            assert f"{at.zoe.mention} can see it" in shown(card)
        assert not at.called(at.zoe)
        assert at.sees(at.zoe), "nothing is repaired that nobody asked for"
        assert "Room of Tuesday (1)" in said(await at.ada.slash(at.hall, "setup check"))

        await at.world.restart()
        await at.world.pass_time(3600)
        assert len(cards(at)) == len(cards(at, "safeguarding")) == 1
        assert "is settled" not in said(await at.fay.click(cards(at)[0], label="Mend it"))
        assert not at.sees(at.zoe)
        (desk,), (lead,) = cards(at), cards(at, "safeguarding")
        assert "It has been put right" in shown(desk) and "It has been put right" in shown(lead)
        assert at.fay.mention in shown(lead) and at.fay.mention not in shown(desk)
        assert "not as it should be" not in said(await at.ada.slash(at.hall, "setup check"))

        await at.open(room, at.zoe)
        again = cards(at)[1]
        late = await at.lea.click(cards(at, "safeguarding")[1], label="It's meant to be so")
        assert "in a few words" in said(await means(at, again, "\u200b"))
        assert "kept that this is meant" in said(await means(at, again, "she translates"))
        assert "she translates" in shown(cards(at)[1])
        assert at.fay.mention in shown(cards(at, "safeguarding")[1]) and at.sees(at.zoe)
        assert "settled already" in said(await at.lea.submit_modal(late, {"why": "I know her"}))
        at.env.backend.delete_overwrite(room.id, at.zoe.id)
        await at.env.settle()
        assert "isn't so any more" in shown(cards(at)[1])
        await at.open(room, at.zoe)
        assert len(cards(at)) == len(cards(at, "safeguarding")) == 3


async def test_each_thing_that_is_changed_by_hand_is_put_back_by_a_press(harbour: Opens) -> None:
    async with harbour() as at:
        await at.found(co_facilitator=at.gil, voice=True)
        await at.join(at.cleo)
        room, backend, bot = at.channel("tuesday"), at.env.backend, at.world.bot
        helpers = at.guild.create_role("Helpers")
        gods = at.guild.create_role("Gods", permissions=discord.Permissions(administrator=True))
        live = bot.get_channel(room.id)
        assert isinstance(live, discord.TextChannel)
        before = {target.id: kept.pair() for target, kept in live.overwrites.items()}
        backend.set_overwrite(room.id, overwrite(helpers.id, 0, VIEW))
        backend.set_overwrite(room.id, overwrite(gods.id, 0, VIEW))
        backend.set_overwrite(room.id, overwrite(at.guild.id, 0, 0))
        backend.set_overwrite(room.id, overwrite(at.cleo.id, 1, 0))
        backend.set_overwrite(room.id, overwrite(at.gil.id, 1, FACILITATOR.value | 1 << 4))
        await live.edit(name="cancer-help", topic="", category=None)
        await at.env.settle()
        told = "\n".join(shown(card) for card in cards(at))
        for words in (
            "The role Helpers lets people see it",
            "no longer keeps everyone else out",
            f"{at.cleo.mention} should be able to take part",
            f"{at.gil.mention} may do more there than they should: manage channels",
            "It is called cancer-help now. It should be tuesday",
            "lost the code",
            "moved out of the bot's category",
        ):
            assert words in told
        assert len(cards(at)) == 7, "administrators see everything anyway"
        for card in cards(at, "safeguarding"):
            await at.lea.click(card, label="Mend it")
        assert all("put right" in shown(card) for card in cards(at))
        live = bot.get_channel(room.id)
        assert isinstance(live, discord.TextChannel)
        after = {target.id: kept.pair() for target, kept in live.overwrites.items() if target.id != gods.id}
        assert after == before
        assert live.name == "tuesday" and live.category is not None and live.category.name == "Groups"


async def test_what_discord_refuses_is_said_on_the_card(harbour: Opens) -> None:
    async with harbour() as at:
        await at.found()
        await at.open(at.channel("tuesday-desk"), at.zoe)
        at.env.inject_error("DELETE", "/channels/*/permissions/*", status=403, code=50013)
        await at.lea.click(cards(at, "safeguarding")[0], label="Mend it")
        assert "could not be put right. Discord doesn't let the bot do it" in shown(cards(at, "safeguarding")[0])
        await at.lea.click(cards(at, "safeguarding")[0], label="Mend it")
        assert not at.sees(at.zoe, "tuesday-desk")
        assert "It has been put right" in shown(cards(at)[0])


async def test_a_room_that_was_deleted_is_made_again_and_everybody_in_it_told_where(harbour: Opens) -> None:
    async with harbour() as at:
        await at.found()
        await at.join(at.cleo)
        room: Any = at.world.bot.get_channel(at.channel("tuesday").id)
        await room.delete()
        await at.env.settle()
        assert "It was deleted" in shown(cards(at)[0])
        code = await at.code()
        assert "there any more" in said(await at.cleo.slash(at.hall, "group access", group=code))
        await at.world.pass_time(3600)
        await at.fay.click(cards(at)[0], label="Mend it")
        assert at.sees(at.cleo) and at.sees(at.fay) and not at.sees(at.zoe)
        assert "has been put right" in shown(cards(at)[0])
        assert f"made again: {at.channel('tuesday').mention}" in await at.inbox(at.cleo)


async def test_the_lead_s_own_channel_is_watched_too(harbour: Opens) -> None:
    async with harbour() as at:
        await at.found()
        await at.open(at.channel("safeguarding"), at.fay)
        (card,) = cards(at, "safeguarding")
        assert cards(at) == []
        await at.fay.click(card, label="Mend it")
        assert at.sees(at.fay, "safeguarding"), "that is not for her to decide"
        await at.ben.click(card, label="Mend it")
        assert not at.sees(at.fay, "safeguarding")


async def test_who_is_not_in_the_server_any_more_is_found_by_the_sweep(harbour: Opens) -> None:
    async with harbour() as at:
        await at.found()
        await at.join(at.cleo)
        at.guild.remove_member(at.cleo)
        await at.env.settle()
        await at.world.pass_time(6 * 3600 + 60)
        async with at.world.services.db.read() as tx:
            services = at.world.services
            (group,) = await services.groups.all_in(tx, at.guild.id)
            members = await services.groups.members(tx, at.guild.id, group.id)
        assert [member.user_id for member in members] == [at.fay.id]


async def test_nobody_is_told_by_the_list_of_readers_that_somebody_left(harbour: Opens) -> None:
    async with harbour() as at:
        await at.found()
        await at.join(at.cleo)
        await at.join(at.mo)
        code = await at.code()
        at.env.inject_error("DELETE", "/channels/*/permissions/*", status=403, code=50013, times=9)
        await at.leave(at.cleo)
        assert at.sees(at.cleo)
        told = said(await at.mo.slash(at.hall, "group access", group=code))
        assert at.cleo.mention not in told and "People whose access is just ending: 1" in told
        await at.open(at.channel("tuesday"), at.zoe)
        assert at.zoe.mention in said(await at.mo.slash(at.hall, "group access", group=code))
        for number in range(3):
            at.guild.create_role(f"Crew {number}")
        at.env.backend.set_overwrite(at.channel("tuesday").id, overwrite(at.guild.id, 0, 0))
        await at.env.settle()
        told = said(await at.mo.slash(at.hall, "group access", group=code))
        assert "Everyone in this server" in told and "Crew" not in told
