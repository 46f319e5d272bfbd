"""What happens to people between opening the form and sending it."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest

from bot.features.checkins.tally import Tally, TallyFile
from bot.ui.permissions import INVITE
from tests.cogs.test_checkins import A_DAY, AGREE, COGS, DISAGREE, LATEST, QUESTIONS, Circle, filled
from tests.cogs.test_checkins_traces import prints
from tests.cogs.test_privacy import erase
from tests.features.privacy.full_house import rows_of
from tests.harbour import Harbour
from tests.simcord_bot import running, said, sample_settings, shown

NOT_ASKED = "members of the group when it was opened"


@pytest.fixture
async def at(tmp_path: Path) -> AsyncGenerator[Circle]:
    async with running(sample_settings(tmp_path), extensions=COGS) as world:
        circle = Circle(world, INVITE)
        await circle.seat(members=9)
        yield circle


def folder_of(at: Circle) -> Path:
    return at.world.settings.checkins_dir


def tally_of(at: Circle) -> Tally:
    (key,) = folder_of(at).glob("*.key")
    return TallyFile(folder_of(at), int(key.stem)).read()


async def take_over(at: Circle, member: Any) -> None:
    """The group changes hands: from now on this member facilitates it."""
    form = await at.fay.slash(at.hall, "group handover", to=member, stay=True, group=await at.code())
    await at.fay.submit_modal(form, {})
    asked = await member.slash(at.hall, "inbox")
    form = await member.click(asked.followups[-1] if asked.followups else asked.response, label="Take over")
    assert "You facilitate **Tuesday** now" in said(await member.submit_modal(form, {"duty": ["duty"]}))


async def test_who_left_erased_themselves_or_facilitates_by_now_counts_no_more_and_is_told_privately(
    at: Circle,
) -> None:
    post = await at.open()
    leaves, erases, leads, erased_after, *others = at.members
    forms = {member.id: await at.form_of(member, post) for member in at.members}
    await at.answer(erased_after, post, DISAGREE)
    before = prints(folder_of(at))
    await at.leave(leaves)
    for person in (erases, erased_after):
        await erase(at, person)
        assert await rows_of(at.world.services.db, person.id, at.guild.id) == {}
    await take_over(at, leads)
    for person in (leaves, erases):
        await Harbour.open(at, at.room, person)  # as an admin can; otherwise Discord takes the form from them
    await at.world.restart()
    told = [await person.submit_modal(forms[person.id], filled(AGREE)) for person in (leaves, erases, leads)]
    assert [one.ephemeral for one in told] == [True] * 3
    assert [NOT_ASKED in said(one) for one in told] == [True] * 3
    assert prints(folder_of(at)) == before, "neither going nor trying is to be seen in the folder"
    for member in others:
        assert "Thank you" in said(await member.submit_modal(forms[member.id], filled(AGREE)))
    assert (tally_of(at).of(0).low, tally_of(at).of(0).high) == (1, 5), "what was answered before stays in the sum"
    at.env.inject_error("POST", "/channels/{channel_id}/messages", status=503, times=2)
    await at.world.pass_time(A_DAY + LATEST)
    await at.world.pass_time(3600)
    (results,) = at.posts("Thank you to anyone")
    assert shown(results).count("towards the higher end") == QUESTIONS, "once, though Discord was away at the moment"
    assert list(folder_of(at).iterdir()) == []
