"""From a message that worries somebody to a person who has seen to it, as each of them does it and sees it."""

from __future__ import annotations

from tests.lookout import LooksOut, lookout
from tests.simcord_bot import said, shown

__all__ = ["lookout"]


async def test_flagged_not_taken_the_lead_is_called_a_facilitator_takes_and_closes_it(lookout: LooksOut) -> None:
    async with lookout() as at:
        room = await at.ready()
        message = await at.mo.send(room, "I can't go on")
        assert "passed on to the facilitators" in await at.flag(at.cleo, message)
        assert at.notified("tuesday-desk")[-1] == {"fay"}
        assert at.messages("safeguarding") == []

        await at.world.pass_time(29 * 60)
        assert at.messages("safeguarding") == []
        await at.world.pass_time(61)
        assert at.notified("safeguarding") == [{"lea"}]
        (desk,) = at.cards()
        (lead,) = at.cards("safeguarding")
        assert "the safeguarding lead has been called" in shown(desk)
        assert str(lead.id) in shown(desk), "the older card points to the newer"
        assert at.lea.mention in shown(lead)

        assert "This is yours now" in await at.take(at.fay)
        for card in (*at.cards(), *at.cards("safeguarding")):
            assert f"{at.fay.mention} has this" in shown(card)
        late = said(await at.lea.click(at.cards("safeguarding")[0], label="Close"))
        assert "Someone else has this already" in late

        assert "> I can't go on" in said(await at.fay.click(at.cards()[0], label="Show what was flagged"))
        await at.close(at.fay, outcome="signposted")
        for card in (*at.cards(), *at.cards("safeguarding")):
            assert "I said where help is" in shown(card)
            assert "I've got this" not in shown(card)
        await at.world.pass_time(86_400)
        assert len(at.messages("safeguarding")) == 1


async def test_a_restart_at_every_step_loses_and_doubles_nothing(lookout: LooksOut) -> None:
    async with lookout() as at:
        room = await at.ready()
        form = await at.form_for(at.cleo, await at.mo.send(room, "I can't go on"))
        await at.world.restart()
        await at.cleo.submit_modal(form, {"reason": "worried", "note": "still here"})
        await at.world.restart()
        assert len(at.cards()) == 1
        await at.world.pass_time(1801)
        await at.world.restart()
        assert (len(at.cards()), len(at.cards("safeguarding"))) == (1, 1)
        await at.take(at.fay)
        await at.world.restart()
        assert "still here" in said(await at.fay.click(at.cards()[0], label="Show what was flagged"))
        closing = await at.fay.click(at.cards()[0], label="Close")
        await at.world.restart()
        assert "It's closed" in said(await at.fay.submit_modal(closing, {"outcome": "talked"}))
        await at.world.restart()
        await at.world.pass_time(86_400)
        assert (len(at.cards()), len(at.cards("safeguarding"))) == (1, 1)


async def test_a_step_that_comes_due_while_the_bot_is_away_runs_when_it_is_back_and_says_so(lookout: LooksOut) -> None:
    async with lookout() as at:
        room = await at.ready()
        await at.flag(at.cleo, await at.mo.send(room, "I can't go on"), reason="danger")
        await at.world.stop_bot()
        at.env.backend.advance_clock(3 * 3600)
        await at.world.start_bot()
        (card,) = at.cards("safeguarding")
        assert "This comes late" in shown(card)
        assert at.notified("safeguarding") == [{"lea"}]


async def test_nobody_comes_for_long_and_the_person_is_told_the_truth(lookout: LooksOut) -> None:
    async with lookout() as at:
        room = await at.ready()
        told = await at.talk(at.cleo, room, urgency="might_act", name="with")
        for _ in range(4):
            await at.world.pass_time(601)
        assert said(told).count("Nobody here has been able to answer yet") == 1
        assert "Nobody here has been able" not in await at.inbox(at.cleo), "told once"
        calls = at.notified("safeguarding")
        assert calls[0] == {"lea"}
        assert calls[1:] == [{"lea", "ben"}] * (len(calls) - 1)
        assert len(calls) >= 3
        newest, *older = at.cards("safeguarding")[::-1]
        assert "Nobody has answered this yet" in shown(newest)
        assert all("newer card" in shown(card) for card in older)
        await at.take(at.ben, "safeguarding")
        await at.world.pass_time(86_400)
        assert at.notified("safeguarding") == calls


async def test_somebody_asks_for_a_person_and_is_written_to_by_name(lookout: LooksOut) -> None:
    async with lookout() as at:
        room = await at.ready()
        told = await at.talk(at.cleo, room, urgency="urgent", name="with", note="can we talk?")
        assert "nobody can write back" not in said(told)
        assert "would like you to write to them" in shown(at.cards()[0])
        await at.take(at.fay)
        seen = said(await at.fay.click(at.cards()[0], label="Show what they wrote"))
        assert f"{at.cleo.mention} raised this" in seen
        assert "> can we talk?" in seen
        await at.close(at.fay)
