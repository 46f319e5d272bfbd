"""`/guidelines`: reading the agreement, and posting it anew."""

from __future__ import annotations

import pytest

from tests.harbour import Opens, harbour
from tests.simcord_bot import said, shown

__all__ = ["harbour"]


async def test_anyone_may_read_it_privately(harbour: Opens) -> None:
    async with harbour() as at:
        answer = await at.zoe.slash(at.hall, "guidelines show")
        assert answer.ephemeral
        assert "What is said here stays here" in said(answer)


async def test_posting_anew_leaves_one_pinned_copy(harbour: Opens) -> None:
    async with harbour() as at:
        await at.found()
        (old,) = at.channel("tuesday").pinned_messages()
        answer = await at.fay.slash(at.channel("tuesday-desk"), "guidelines post")
        assert answer.ephemeral
        assert "Nothing differs" in said(answer)
        assert at.channel("tuesday").pinned_messages()[0].id == old.id, "so far it was only looked at"
        assert "being posted" in said(await at.fay.click(answer.response, label="Post it again"))
        (new,) = at.channel("tuesday").pinned_messages()
        assert new.id != old.id
        assert len(at.messages("tuesday")) == 1, "neither the old one nor the line about pinning stays"


async def test_it_is_for_facilitators_and_names_its_group_elsewhere(harbour: Opens) -> None:
    async with harbour() as at:
        await at.found()
        await at.join(at.cleo)
        assert "for the facilitators" in said(await at.cleo.slash(at.channel("tuesday"), "guidelines post"))
        assert "say which group" in said(await at.fay.slash(at.hall, "guidelines post"))
        offered = await at.fay.autocomplete(at.hall, "guidelines post", "group", "tue")
        assert [choice["name"] for choice in offered] == ["Tuesday"]
        assert await at.cleo.autocomplete(at.hall, "guidelines post", "group", "tue") == []
        answer = await at.fay.slash(at.hall, "guidelines post", group=offered[0]["value"])
        assert at.channel("tuesday").mention in said(answer)
        assert len(at.channel("tuesday").pinned_messages()) == 1


async def test_a_room_that_cannot_be_written_to_is_told_on_the_desk_and_posted_after_the_check(harbour: Opens) -> None:
    async with harbour() as at:
        await at.set_up()
        at.env.inject_error("POST", "/channels/*/messages", status=403, code=50013)
        await at.found()
        assert "agreement could not be posted" in at.messages("tuesday-desk")[-1]
        await at.ada.slash(at.hall, "setup check")
        (agreement,) = at.channel("tuesday").pinned_messages()
        assert "What is said here stays here" in shown(agreement)


async def test_a_pin_that_is_refused_is_told_and_done_after_the_check(harbour: Opens) -> None:
    async with harbour() as at:
        await at.set_up()
        at.env.inject_error("PUT", "/channels/*/*pins/*", status=403, code=50013)
        await at.found()
        assert at.channel("tuesday").pinned_messages() == []
        assert "could not be pinned" in at.messages("tuesday-desk")[-1]
        text = said(await at.ada.slash(at.hall, "setup check"))
        assert "pinning the group agreement" in text
        assert len(at.channel("tuesday").pinned_messages()) == 1
        assert len(at.messages("tuesday")) == 1


@pytest.mark.parametrize("status", [500, 503])
async def test_a_restart_while_discord_is_away_posts_it_once(harbour: Opens, status: int) -> None:
    async with harbour() as at:
        await at.set_up()
        at.env.inject_error("POST", "/channels/*/messages", status=status)
        await at.found()
        await at.world.restart()
        await at.world.pass_time(120)
        assert len(at.channel("tuesday").pinned_messages()) == 1
        assert len(at.messages("tuesday")) == 1
