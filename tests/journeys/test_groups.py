"""From an empty server to a member in a room and out again, as each person does it and sees it."""

from __future__ import annotations

from tests.harbour import Harbour, Opens, answers, harbour
from tests.simcord_bot import said, shown

__all__ = ["harbour"]


async def decline(at: Harbour, reason: str = "timing") -> str:
    form = await at.fay.click(at.card(), label="Not now")
    return said(await at.fay.submit_modal(form, {"reason": reason}))


async def test_somebody_finds_a_group_asks_and_is_welcomed_in(harbour: Opens) -> None:
    async with harbour() as at:
        await at.found("Tuesday")
        listed = await at.cleo.slash(at.hall, "group browse")
        assert listed.ephemeral
        assert "Tuesday" in said(listed)

        agreement = await at.cleo.click(listed.response, label="Ask to join")
        assert agreement.ephemeral
        assert "What is said here stays here" in said(agreement)
        form = await at.cleo.click(agreement.response, label="Go on")
        thanks = await at.cleo.submit_modal(form, answers(note="I'd rather listen at first"))
        assert thanks.ephemeral
        assert not at.sees(at.cleo)

        card = at.card()
        assert at.cleo.mention in shown(card)
        assert "rather listen at first" in shown(card)
        assert not at.called(at.cleo)
        assert not at.sees(at.cleo, "tuesday-desk")

        await at.fay.click(card, label="Welcome in")
        assert at.sees(at.cleo)
        assert not at.sees(at.cleo, "tuesday-desk")
        assert not at.sees(at.mo)
        assert "was welcomed in" in at.messages("tuesday-desk")[0]
        assert len(at.messages("tuesday-desk")) == 1


async def test_the_agreement_stands_in_the_room_once_and_pinned(harbour: Opens) -> None:
    async with harbour() as at:
        await at.found("Tuesday")
        (agreement,) = at.channel("tuesday").pinned_messages()
        assert "What is said here stays here" in shown(agreement)
        assert len(at.messages("tuesday")) == 1


async def test_who_is_welcomed_while_their_answer_is_open_is_told_there_with_the_way_in(harbour: Opens) -> None:
    async with harbour() as at:
        await at.found("Tuesday")
        asked = await at.ask(at.cleo)
        await at.fay.click(at.card(), label="Welcome in")
        assert "Welcome to **Tuesday**" in said(asked)
        assert "Open the room" in said(asked)
        assert all(message.ephemeral for message in asked.followups)
        assert at.direct_messages("cleo") == []


async def test_later_the_answer_waits_for_the_next_visit_and_is_told_once(harbour: Opens) -> None:
    async with harbour() as at:
        await at.found("Tuesday")
        await at.ask(at.cleo)
        await at.world.pass_time(3600)
        await decline(at)
        assert at.direct_messages("cleo") == []
        visit = await at.inbox(at.cleo)
        assert "Thank you for asking to join **Tuesday**" in visit
        assert "isn't a good moment" in visit
        assert "Thank you for asking" not in await at.inbox(at.cleo)
        assert "Ask to join" in await at.inbox(at.cleo), "they may ask again"


async def test_a_direct_message_that_was_allowed_names_no_group(harbour: Opens) -> None:
    async with harbour() as at:
        await at.found("Tuesday")
        await at.ask(at.cleo, message=True)
        await at.ask(at.mo, message=True)
        await at.world.pass_time(3600)
        await at.fay.click(at.card(), label="Welcome in")
        await decline(at)
        (no,), (yes,) = at.direct_messages("cleo"), at.direct_messages("mo")
        assert "It can't be right now" in no
        assert "Open the room" in yes
        assert "Tuesday" not in no + yes
        assert "tuesday" not in no + yes


async def test_a_closed_door_for_direct_messages_leaves_the_word_in_the_inbox(harbour: Opens) -> None:
    async with harbour() as at:
        await at.found("Tuesday")
        await at.ask(at.cleo, message=True)
        await at.world.pass_time(3600)
        at.env.inject_error("POST", "/users/@me/channels", status=403, code=50007)
        await at.fay.click(at.card(), label="Welcome in")
        assert at.direct_messages("cleo") == []
        assert "Welcome to **Tuesday**" in await at.inbox(at.cleo)


async def test_not_now_is_between_the_facilitators_and_the_one_who_asked(harbour: Opens) -> None:
    async with harbour() as at:
        await at.found("Tuesday")
        await at.ask(at.mo)
        assert "kindly and privately" in await decline(at)
        (card,) = at.messages("tuesday-desk")
        assert "not now" in card
        assert "Welcome in" not in card
        assert not at.sees(at.mo)
        assert at.messages("hall") == []
        assert not at.called(at.mo)


async def test_a_restart_at_every_step_of_asking_loses_nothing(harbour: Opens) -> None:
    async with harbour() as at:
        await at.found("Tuesday")
        await at.world.restart()
        listed = await at.cleo.slash(at.hall, "group browse")
        await at.world.restart()
        agreement = await at.cleo.click(listed.response, label="Ask to join")
        await at.world.restart()
        form = await at.cleo.click(agreement.response, label="Go on")
        await at.world.restart()
        await at.cleo.submit_modal(form, answers(note="still here"))
        await at.world.restart()
        assert "still here" in shown(at.card())
        await at.fay.click(at.card(), label="Welcome in")
        assert at.sees(at.cleo)
        await at.world.restart()
        assert len(at.messages("tuesday-desk")) == 1
        assert len(at.messages("tuesday")) == 1


async def test_a_restart_while_the_reason_is_chosen_loses_nothing(harbour: Opens) -> None:
    async with harbour() as at:
        await at.found("Tuesday")
        await at.ask(at.cleo)
        form = await at.fay.click(at.card(), label="Not now")
        await at.world.restart()
        assert "Done" in said(await at.fay.submit_modal(form, {"reason": "size"}))
        assert "no room for more people" in await at.inbox(at.cleo)


async def test_the_second_facilitator_learns_that_it_is_answered(harbour: Opens) -> None:
    async with harbour() as at:
        await at.found("Tuesday", co_facilitator=at.gil)
        await at.ask(at.cleo)
        form = await at.gil.click(at.card(), label="Not now")
        await at.fay.click(at.card(), label="Welcome in")
        told = said(await at.gil.submit_modal(form, {"reason": "size"}))
        assert "answered already" in told
        assert "fay" not in told
        assert at.sees(at.cleo)
        assert "It can't be right now" not in await at.inbox(at.cleo)


async def test_somebody_who_left_the_server_is_not_welcomed_into_nothing(harbour: Opens) -> None:
    async with harbour() as at:
        await at.found("Tuesday")
        await at.ask(at.cleo)
        at.guild.remove_member(at.cleo)
        await at.env.settle()
        assert "isn't in this server any more" in said(await at.fay.click(at.card(), label="Welcome in"))
        assert "no longer waiting" in at.messages("tuesday-desk")[0]


async def test_leaving_takes_two_steps_ends_access_and_tells_nobody(harbour: Opens) -> None:
    async with harbour() as at:
        await at.found("Tuesday")
        await at.join(at.cleo)
        room, desk = at.messages("tuesday"), at.messages("tuesday-desk")
        asked = await at.cleo.slash(at.channel("tuesday"), "group leave")
        assert asked.ephemeral
        assert at.sees(at.cleo), "nothing happens before the second step"
        gone = await at.cleo.click(asked.response, label="Leave the group")
        assert "You have left **Tuesday**" in said(gone)
        assert not at.sees(at.cleo)
        assert (at.messages("tuesday"), at.messages("tuesday-desk")) == (room, desk)


async def test_the_only_facilitator_cannot_slip_away(harbour: Opens) -> None:
    async with harbour() as at:
        await at.found("Tuesday")
        told = said(await at.fay.slash(at.channel("tuesday-desk"), "group leave"))
        assert "only facilitator" in told
        assert at.sees(at.fay, "tuesday-desk")


async def test_a_full_group_grows_only_if_that_is_meant(harbour: Opens) -> None:
    async with harbour() as at:
        await at.found("Tuesday", capacity=1)
        await at.ask(at.cleo)
        first = at.card()
        await at.ask(at.mo)
        second = at.card()
        await at.fay.click(first, label="Welcome in")
        warned = await at.fay.click(second, label="Welcome in")
        assert warned.ephemeral
        assert "1 of 1 places" in said(warned)
        assert not at.sees(at.mo)
        assert "It is full just now" in await at.inbox(at.zoe)
        await at.world.restart()
        await at.fay.click(warned.response, label="Welcome in anyway")
        assert at.sees(at.mo)
