"""`/group`: making one, looking around, asking, and who can read a room."""

from __future__ import annotations

from typing import Any

import discord
import pytest

from bot.settings.model import DiscordOptions
from bot.ui.permissions import INVITE, REASONS
from tests.harbour import Harbour, Opens, answers, harbour
from tests.simcord_bot import said, shown

__all__ = ["harbour"]

HOSTILE = (
    "@everyone **bold** [x](https://evil.invalid)",
    "\u202egnp.exe\u202c {code} {0} %s",
    "<@123456789012345678> `code` ||hidden||",
    "n" * 100,
    "🌊 Meer & Wind 🌊",
)


def without(name: str) -> discord.Permissions:
    kept = discord.Permissions(INVITE.value)
    kept.update(**{name: False})
    return kept


async def create(at: Harbour, person: str = "ada", **options: object) -> str:
    given = {"name": "Tuesday", "facilitator": at.fay} | options
    answer = await at.people[person].slash(at.hall, "group create", **given)
    assert answer.ephemeral
    return said(answer)


async def check(at: Harbour) -> str:
    return said(await at.ada.slash(at.hall, "setup check"))


async def test_its_answer_becomes_the_list_of_its_rooms(harbour: Opens) -> None:
    async with harbour() as at:
        await at.set_up()
        answer = await at.ada.slash(at.hall, "group create", name="Tuesday", facilitator=at.fay, voice=True)
        text = said(answer)
        assert "**Tuesday** is ready" in text
        assert at.channel("tuesday").mention in text
        assert at.channel("tuesday-desk").mention in text
        assert answer.followups == []


async def test_nobody_else_can_see_its_rooms_from_their_first_moment(harbour: Opens) -> None:
    async with harbour() as at:
        await at.found("Tuesday", voice=True)
        made = [request for request in at.env.http_requests if request.path.endswith("/channels") and request.json]
        for request in made[1:]:
            (everyone,) = [one for one in request.json["permission_overwrites"] if int(one["id"]) == at.guild.id]
            assert int(everyone["deny"]) & discord.Permissions(view_channel=True).value
        assert len(made) == 5
        for name in ("tuesday", "tuesday-desk"):
            assert at.sees(at.fay, name)
            assert not at.sees(at.ada, name)
            assert not at.sees(at.cleo, name)


async def test_the_bot_hands_out_only_what_it_was_given(harbour: Opens) -> None:
    async with harbour() as at:
        await at.found("Tuesday", voice=True)
        await at.join(at.cleo)
        handed = [
            int(one["allow"])
            for request in at.env.http_requests
            if isinstance(request.json, dict)
            for one in [request.json, *(request.json.get("permission_overwrites") or [])]
            if "allow" in one
        ]
        assert handed
        assert [allow for allow in handed if allow & ~INVITE.value] == []
        assert [allow for allow in handed if allow & discord.Permissions(manage_roles=True).value] == []


async def test_leads_may_make_groups_and_others_are_told_what_it_is_for(harbour: Opens) -> None:
    async with harbour() as at:
        await at.set_up()
        assert "is ready" in await create(at, "lea", name="One")
        assert "is ready" in await create(at, "ben", name="Two")
        refused = await create(at, "cleo", name="Three")
        assert "safeguarding lead" in refused
        assert "three" not in at.guild.channels


async def test_before_setup_it_says_what_to_do_first(harbour: Opens) -> None:
    async with harbour() as at:
        assert "/setup start" in await create(at)
        assert list(at.guild.channels) == ["hall"]


async def test_what_cannot_be_so_is_answered_kindly_and_makes_nothing(harbour: Opens) -> None:
    async with harbour() as at:
        await at.set_up()
        robot = at.guild.add_member(at.env.create_user("robot", bot=True))
        before = list(at.guild.channels)
        assert "isn't a bot" in await create(at, facilitator=robot)
        assert "from 1 to 20" in await create(at, capacity=21)
        assert "from 1 to 20" in await create(at, capacity=0)
        assert "both joins_from and joins_until" in await create(at, mode="windows")
        assert "someday" in await create(at, mode="closed", joins_until="someday")
        assert list(at.guild.channels) == before


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_name_is_shown_as_words_and_calls_nobody(harbour: Opens, name: str) -> None:
    async with harbour() as at:
        await at.set_up()
        answer = await create(at, name=name, about=name, voice=True)
        listed = said(await at.cleo.slash(at.hall, "group browse"))
        for text in (answer, listed):
            assert "is ready" in text or "Ask to join" in text
            assert "@everyone" not in text
            assert "**bold**" not in text
            assert "[x](" not in text.replace("\\[", "")
            assert "<@123456789012345678>" not in text
            assert "\u202e" not in text
        rooms = [channel for channel in at.guild.channels if channel not in ("hall", "Groups", "safeguarding")]
        assert len(rooms) == 3
        assert all(len(room) <= 100 and "@" not in room for room in rooms)
        form = await at.form(at.cleo)
        asked = await at.cleo.submit_modal(form, answers(note=f"{name} @here"))
        assert "Thank you" in said(asked)
        desk = next(room for room in rooms if room.endswith("-desk"))
        card = shown(at.card(desk))
        assert "@here" not in card
        assert "<@123456789012345678>" not in card
        await at.fay.click(at.card(desk), label="Welcome in")
        await at.world.pass_time(1)


async def test_two_groups_with_names_alike_keep_their_own_rooms(harbour: Opens) -> None:
    async with harbour() as at:
        await at.set_up()
        await create(at, name="Tea!", voice=True)
        await create(at, name="Tea?", voice=True, facilitator=at.gil)
        async with at.world.services.db.read() as tx:
            groups = await at.world.services.groups.all_in(tx, at.guild.id)
        rooms = {room for group in groups for room in (group.room_id, group.desk_id, group.voice_id)}
        assert len(rooms) == 6
        assert None not in rooms


async def test_browsing_shows_a_page_at_a_time(harbour: Opens) -> None:
    async with harbour() as at:
        await at.set_up()
        for number in range(7):
            await create(at, name=f"Group {number}")
        first = await at.cleo.slash(at.hall, "group browse")
        assert said(first).count("Ask to join") == 5
        await at.cleo.click(first.response, label="More groups")
        assert said(first).count("Ask to join") == 2
        assert "Group 6" in said(first)


async def test_no_group_to_join_is_a_kind_answer(harbour: Opens) -> None:
    async with harbour() as at:
        assert "No group takes new people" in said(await at.cleo.slash(at.hall, "group browse"))


async def test_facilitators_see_that_they_are_in_and_askers_that_they_wait(harbour: Opens) -> None:
    async with harbour() as at:
        await at.found()
        await at.ask(at.cleo)
        inside, waiting = await at.inbox(at.fay), await at.inbox(at.cleo)
        assert "You are in this group" in inside
        assert "You have asked to join" in waiting
        assert "Ask to join" not in inside + waiting


async def test_a_request_is_taken_back_after_a_restart_and_nobody_has_to_answer_it(harbour: Opens) -> None:
    async with harbour() as at:
        await at.found()
        await at.ask(at.cleo)
        listed = await at.cleo.slash(at.hall, "group browse")
        await at.world.restart()
        assert "taken back" in said(await at.cleo.click(listed.response, label="Take back my request"))
        assert "nothing to take back" in said(await at.cleo.click(listed.response, label="Take back my request"))
        assert "no longer waiting" in shown(at.channel("tuesday-desk").history()[-1])
        assert "Ask to join" in await at.inbox(at.cleo)


async def test_an_old_button_says_what_has_changed(harbour: Opens) -> None:
    async with harbour() as at:
        await at.found()
        listed = await at.cleo.slash(at.hall, "group browse")
        form = await at.form(at.cleo)
        await at.fay.slash(at.channel("tuesday-desk"), "group invite", person=at.cleo)
        assert "is kept for you" in said(await at.cleo.click(listed.response, label="Ask to join"))
        late = said(await at.cleo.submit_modal(form, answers(note="I wrote this with care")))
        assert "is kept for you" in late
        assert "I wrote this with care" in late, "what they wrote is given back"


async def test_asking_twice_from_an_old_form_changes_nothing(harbour: Opens) -> None:
    async with harbour() as at:
        await at.found()
        first, second = await at.form(at.cleo), await at.form(at.cleo)
        await at.cleo.submit_modal(first, answers())
        assert "already asked" in said(await at.cleo.submit_modal(second, answers()))
        assert len(at.messages("tuesday-desk")) == 1


async def test_a_changed_agreement_is_read_again_before_it_is_agreed_to(harbour: Opens) -> None:
    async with harbour() as at:
        await at.found()
        listed = await at.cleo.slash(at.hall, "group browse")
        old = await at.cleo.click(listed.response, label="Ask to join")
        form = await at.cleo.click(old.response, label="Go on")
        await at.fay.click((await at.word("No phones, please.")).response, label="Post it")
        assert "has changed in the meantime" in said(await at.cleo.click(old.response, label="Go on"))
        assert "has changed in the meantime" in said(await at.cleo.submit_modal(form, answers()))
        assert at.messages("tuesday-desk") == []


async def test_only_the_groups_own_facilitators_answer_its_cards(harbour: Opens) -> None:
    async with harbour() as at:
        await at.found()
        await create(at, name="Wednesday", facilitator=at.gil)
        await at.ask(at.cleo, note="hello")
        await at.open(at.channel("tuesday-desk"), at.gil)
        await at.open(at.channel("tuesday-desk"), at.mo)
        for person in (at.gil, at.mo):
            assert "for the facilitators" in said(await person.click(at.card(), label="Welcome in"))
            assert "for the facilitators" in said(await person.click(at.card(), label="Not now"))
        assert not at.sees(at.cleo)


async def test_people_are_offered_their_own_groups_only(harbour: Opens) -> None:
    async with harbour() as at:
        await at.found()
        await create(at, name="Friday", facilitator=at.gil)
        await at.open(at.channel("tuesday"), at.cleo)

        async def offered(person: Any) -> list[str]:
            choices = await person.autocomplete(at.hall, "group leave", "group", "")
            return [choice["name"] for choice in choices]

        assert await offered(at.fay) == ["Tuesday"]
        assert await offered(at.gil) == ["Friday"]
        assert await offered(at.cleo) == []


async def test_access_says_who_can_read_the_room_and_why(harbour: Opens) -> None:
    async with harbour() as at:
        await at.found()
        await at.join(at.cleo)
        gods = at.guild.create_role("Gods", permissions=discord.Permissions(administrator=True))
        at.guild.add_member(at.env.create_user("zeus"), roles=[gods])
        answer = await at.cleo.slash(at.channel("tuesday"), "group access")
        assert answer.ephemeral
        text = said(answer)
        assert f"Its facilitators: {at.fay.mention}" in text
        assert "besides the facilitators: 1" in text
        assert "The role Gods" in text
        assert "1 people" in text
        assert at.guild.owner.mention in text
        assert at.world.bot.user.mention in text
        assert "not as it should be" not in text
        assert at.cleo.mention not in text, "members are counted, not listed"


async def test_with_the_members_switch_on_access_names_who_holds_a_role(harbour: Opens) -> None:
    async with harbour(discord=DiscordOptions(server_members=True)) as at:
        await at.found()
        gods = at.guild.create_role("Gods", permissions=discord.Permissions(administrator=True))
        zeus = at.guild.add_member(at.env.create_user("zeus"), roles=[gods])
        assert zeus.mention in said(await at.fay.slash(at.channel("tuesday"), "group access"))


async def test_access_shows_where_discord_and_the_membership_differ(harbour: Opens) -> None:
    async with harbour() as at:
        await at.found()
        await at.join(at.cleo)
        await at.open(at.channel("tuesday"), at.zoe)
        await at.shut(at.channel("tuesday"), at.cleo)
        text = said(await at.fay.slash(at.channel("tuesday-desk"), "group access"))
        assert f"can read it all the same: {at.zoe.mention}" in text
        assert "Discord keeps 1 of them out" in text


async def test_access_of_a_room_that_the_bot_cannot_see_is_not_guessed(harbour: Opens) -> None:
    async with harbour() as at:
        await at.found()
        at.env.inject_error("GET", f"/channels/{at.channel('tuesday').id}", status=403, code=50001)
        text = said(await at.fay.slash(at.channel("tuesday-desk"), "group access"))
        assert "can't see this room" in text


async def test_access_and_leaving_are_for_members(harbour: Opens) -> None:
    async with harbour() as at:
        await at.found()
        code = await at.code()
        for command in ("group access", "group leave"):
            assert "for members" in said(await at.cleo.slash(at.hall, command, group=code))
            assert "group" in said(await at.fay.slash(at.hall, command))
        assert at.sees(at.fay)


@pytest.mark.parametrize("name", sorted(set(REASONS) - {"view_channel", "add_reactions"}))
async def test_each_missing_permission_is_told_and_mended_by_check(harbour: Opens, name: str) -> None:
    async with harbour() as at:
        await at.set_up()
        at.give_everyone(view_channel=True, use_application_commands=True)
        at.grant(without(name))
        answer = await create(at, voice=True)
        text = await check(at)
        assert REASONS[name] in text
        if "is ready" not in answer:
            assert "could not be made" in answer
        at.grant(INVITE)
        await check(at)
        await at.world.pass_time(120)
        assert "Could not be done" not in await check(at)
        assert {"tuesday", "tuesday-desk"} <= set(at.guild.channels)
        assert len(at.channel("tuesday").pinned_messages()) == 1
        assert len(at.messages("tuesday")) == 1


async def test_access_that_discord_refuses_is_told_to_desk_and_member_and_mended(harbour: Opens) -> None:
    async with harbour() as at:
        await at.found()
        at.env.inject_error("PUT", "/channels/*/permissions/*", status=403, code=50013)
        asked = await at.ask(at.cleo)
        await at.fay.click(at.card(), label="Welcome in")
        assert not at.sees(at.cleo)
        trouble = at.messages("tuesday-desk")[-1]
        assert at.cleo.mention in trouble
        assert "could not be opened" in trouble
        assert "hasn't let us open the room" in said(asked)
        assert "tried again now" in await check(at)
        assert at.sees(at.cleo)
        assert "Welcome to **Tuesday**" in said(asked)


async def test_access_that_cannot_be_taken_away_is_told_and_taken_later(harbour: Opens) -> None:
    async with harbour() as at:
        await at.found()
        await at.join(at.cleo)
        at.env.inject_error("DELETE", "/channels/*/permissions/*", status=403, code=50013)
        left = await at.leave(at.cleo)
        assert at.sees(at.cleo)
        assert "hasn't let us close the room" in said(left)
        assert "may still be able to read it" in at.messages("tuesday-desk")[-1]
        await check(at)
        assert not at.sees(at.cleo)


async def test_a_desk_that_is_gone_keeps_the_request_and_tells_the_lead(harbour: Opens) -> None:
    async with harbour() as at:
        await at.found()
        await at.world.bot.get_channel(at.channel("tuesday-desk").id).delete()
        asked = await at.ask(at.cleo)
        assert "couldn't bring it to the facilitators" in said(asked)
        assert "has asked to join" in at.messages("safeguarding")[-1]
