"""From an empty server to a member in a room, as each person does it and sees it."""

from __future__ import annotations

from tests.harbour import Opens, answers, harbour
from tests.simcord_bot import said, shown

__all__ = ["harbour"]


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
        assert "was welcomed in" in at.messages("tuesday-desk")[0]


async def test_the_agreement_stands_in_the_room_once_and_pinned(harbour: Opens) -> None:
    async with harbour() as at:
        await at.found("Tuesday")
        (agreement,) = at.channel("tuesday").pinned_messages()
        assert "What is said here stays here" in shown(agreement)
        assert len(at.messages("tuesday")) == 1
