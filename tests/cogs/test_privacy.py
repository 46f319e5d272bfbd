"""`/privacy` and `/inbox` as people meet them: what is kept is shown, taken back and erased, and words are read."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.inbox.model import Word
from tests.features.privacy.full_house import rows_of
from tests.harbour import Harbour, Opens, harbour
from tests.simcord_bot import said, sample_settings, texts
from tests.walk import filled

__all__ = ["harbour"]

ERASE = "Delete everything about me"


async def show(at: Harbour, person: Any) -> str:
    result = await person.slash(at.hall, "privacy show")
    assert result.ephemeral
    return said(result)


async def erase(at: Harbour, person: Any) -> Any:
    asked = await person.slash(at.hall, "privacy erase")
    assert asked.ephemeral
    return await person.click(asked.response, label=ERASE)


async def held(at: Harbour, person: Any) -> dict[str, int]:
    return await rows_of(at.world.services.db, person.id, at.guild.id)


async def put_word(at: Harbour, person: Any, *, reason: str = "size", days: float = 30) -> None:
    """A word as groups say it to somebody whom they could not take."""
    services = at.world.services
    async with services.db.begin() as tx:
        group = (await services.groups.all_in(tx, at.guild.id))[0]
        await services.inbox.put(
            tx,
            Word(
                guild_id=at.guild.id,
                user_id=person.id,
                kind="groups.declined",
                params={"group": group.id, "reason": reason},
                expires_at=at.world.now() + timedelta(days=days),
            ),
        )
    await at.env.settle()


# what is kept


async def test_who_has_nothing_here_is_told_so_and_where_the_policy_is(harbour: Opens) -> None:
    async with harbour() as at:
        told = await show(at, at.zoe)
        assert "keeps nothing about you in this server" in told
        assert at.world.settings.organisation.privacy_policy in told


async def test_a_member_reads_what_is_kept_why_and_for_how_long(harbour: Opens) -> None:
    async with harbour() as at:
        await at.found("Tuesday")
        await at.join(at.cleo)
        told = await show(at, at.cleo)
        assert "**Groups you are in, or have left** (1)" in told
        assert "30 days longer" in told
        assert "**Groups you asked to join** (1)" in told
        assert "it is kept for 60 days" in told
        assert "- **Tuesday**: you joined on <t:" in told
        assert "Never kept" in told
        assert str(at.cleo.id) not in told


async def test_a_facilitator_reads_that_their_changes_are_kept_and_their_name_for_less_long(harbour: Opens) -> None:
    async with harbour() as at:
        await at.found("Tuesday")
        await at.join(at.cleo)
        told = await show(at, at.fay)
        assert "**Changes you made** (1)" in told
        assert "Kept for 365 days, with your ID for the first 90 days" in told
        assert "because you were named to look after it" in told


async def test_nobody_reads_about_anybody_else(harbour: Opens) -> None:
    async with harbour() as at:
        await at.found("Tuesday")
        await at.join(at.cleo)
        for person in (at.zoe, at.ada):
            assert "Tuesday" not in await show(at, person)


@pytest.mark.parametrize("contact", ["", "Ask *Kim* at privacy@example.org"])
async def test_a_contact_is_told_where_there_is_one(harbour: Opens, tmp_path: Path, contact: str) -> None:
    organisation = replace(sample_settings(tmp_path / "settings").organisation, contact=contact)
    async with harbour(organisation=organisation) as at:
        told = await show(at, at.zoe)
        assert ("reach us" in told) == bool(contact)
        assert not contact or "reach us here: Ask \\*Kim\\* at privacy@example.org" in told


async def test_leave_to_message_is_listed_and_can_be_taken_back(harbour: Opens) -> None:
    async with harbour() as at:
        await at.found("Tuesday")
        await at.ask(at.cleo, message=True)
        shown = await at.cleo.slash(at.hall, "privacy show")
        assert "This bot may message you about: your request to join a group." in said(shown)
        await at.world.restart()
        result = await at.cleo.click(shown.response, label="Stop messages about your request to join a group")
        assert "won't message you about your request to join a group" in said(result)
        assert "inbox_permissions" not in await held(at, at.cleo)
        assert "You have not allowed this bot to message you" in await show(at, at.cleo)
        form = await at.fay.click(at.card(), label="Not now")
        await at.fay.submit_modal(form, filled(form.modal["components"]))
        assert at.cleo.id not in at.env.backend.dm_channels, "what is said then waits"
        assert "Tuesday" in said(await at.cleo.slash(at.hall, "inbox"))


# being forgotten


async def test_a_member_is_told_what_goes_and_then_it_goes(harbour: Opens) -> None:
    async with harbour() as at:
        await at.found("Tuesday")
        await at.join(at.cleo)
        asked = await at.cleo.slash(at.hall, "privacy erase")
        assert "no longer be able to read: Tuesday" in said(asked)
        assert at.sees(at.cleo), "nothing has happened yet"
        done = await at.cleo.click(asked.response, label=ERASE)
        assert said(done).startswith("It's done.")
        assert done.ephemeral
        assert await held(at, at.cleo) == {}
        assert not at.sees(at.cleo)
        assert "keeps nothing about you" in await show(at, at.cleo)


async def test_the_button_works_after_a_restart(harbour: Opens) -> None:
    async with harbour() as at:
        await at.found("Tuesday")
        await at.join(at.cleo)
        asked = await at.cleo.slash(at.hall, "privacy erase")
        await at.world.restart()
        done = await at.cleo.click(asked.response, label=ERASE)
        assert said(done).startswith("It's done.")
        assert await held(at, at.cleo) == {}
        assert not at.sees(at.cleo)


async def test_pressing_twice_is_as_pressing_once(harbour: Opens) -> None:
    async with harbour() as at:
        await at.found("Tuesday")
        await at.join(at.cleo)
        asked = await at.cleo.slash(at.hall, "privacy erase")
        await at.cleo.click(asked.response, label=ERASE)
        again = await at.cleo.click(asked.response, label=ERASE)
        assert "nothing has been deleted" in said(again), "what they were told they would lose is gone already"
        assert await held(at, at.cleo) == {}


async def test_who_joined_another_group_meanwhile_is_asked_again(harbour: Opens) -> None:
    async with harbour() as at:
        await at.found("Tuesday")
        await at.ask(at.cleo)
        asked = await at.cleo.slash(at.hall, "privacy erase")
        await at.fay.click(at.card(), label="Welcome in")
        result = await at.cleo.click(asked.response, label=ERASE)
        assert "Your groups have changed" in said(result)
        assert at.sees(at.cleo)


async def test_the_desk_does_not_keep_showing_who_had_asked(harbour: Opens) -> None:
    async with harbour() as at:
        await at.found("Tuesday")
        await at.ask(at.cleo, note="Please keep this between us.")
        assert "between us" in "\n".join(at.messages("tuesday-desk"))
        await erase(at, at.cleo)
        desk = "\n".join(at.messages("tuesday-desk"))
        assert "between us" not in desk
        assert str(at.cleo.id) not in desk


@pytest.mark.parametrize("answer", ["Welcome in", "Not now"])
async def test_the_desk_does_not_keep_showing_whom_it_answered(harbour: Opens, answer: str) -> None:
    async with harbour() as at:
        await at.found("Tuesday")
        await at.ask(at.cleo)
        pressed = await at.fay.click(at.card(), label=answer)
        if answer == "Not now":
            await at.fay.submit_modal(pressed, filled(pressed.modal["components"]))
        assert str(at.cleo.id) in "\n".join(at.messages("tuesday-desk"))
        await erase(at, at.cleo)
        assert str(at.cleo.id) not in "\n".join(at.messages("tuesday-desk"))


async def test_who_has_nothing_here_has_nothing_to_press(harbour: Opens) -> None:
    async with harbour() as at:
        asked = await at.zoe.slash(at.hall, "privacy erase")
        assert "nothing to delete" in said(asked)
        assert ERASE not in texts(asked.response.components)


@pytest.mark.parametrize("name", ["lea", "ben"])
async def test_whom_others_count_on_is_told_what_to_do_first(harbour: Opens, name: str) -> None:
    async with harbour() as at:
        await at.found("Tuesday")
        asked = await at.people[name].slash(at.hall, "privacy erase")
        assert asked.ephemeral
        assert "name somebody else with /setup start" in said(asked)
        assert ERASE not in texts(asked.response.components)


async def test_who_was_forgotten_can_come_back(harbour: Opens) -> None:
    async with harbour() as at:
        await at.found("Tuesday")
        await at.join(at.cleo)
        await erase(at, at.cleo)
        await at.join(at.cleo)
        assert at.sees(at.cleo)
        await at.world.pass_time(3 * 3600)
        assert at.sees(at.cleo)
        assert "groups_members" in await held(at, at.cleo)


# words


async def test_an_empty_inbox_says_so_kindly(harbour: Opens) -> None:
    async with harbour() as at:
        result = await at.zoe.slash(at.hall, "inbox")
        assert result.ephemeral
        assert said(result) == "There is nothing waiting for you."


async def test_a_word_is_read_once_by_itself_and_again_in_the_inbox(harbour: Opens) -> None:
    async with harbour() as at:
        await at.found("Tuesday")
        await put_word(at, at.cleo)
        first = await at.cleo.slash(at.hall, "inbox")
        assert first.ephemeral
        assert said(first).count("Tuesday") == 1
        other = await at.cleo.slash(at.hall, "group browse")
        assert len(other.followups) == 0, "it is not told a second time"
        again = await at.cleo.slash(at.hall, "inbox")
        assert said(again) == said(first)


async def test_all_of_many_words_are_shown_and_the_newest_comes_first(harbour: Opens) -> None:
    async with harbour() as at:
        await at.found("Tuesday")
        await put_word(at, at.mo, reason="fit")
        newest = words_in(await at.mo.slash(at.hall, "inbox"))
        for reason in ["size", "timing", "other", "fit"] * 10:
            await put_word(at, at.cleo, reason=reason)
            await at.world.pass_time(60)
        result = await at.cleo.slash(at.hall, "inbox")
        shown = words_in(result)
        assert len(shown) == 40
        assert [place for place, word in enumerate(shown) if [word] == newest] == list(range(0, 40, 4))
        assert len(result.followups) > 0, "they do not fit into one message"
        assert all(message.ephemeral for message in (result.response, *result.followups))
        assert (await at.cleo.slash(at.hall, "group browse")).followups == [], "all of them have been told"


def words_in(result: Any) -> list[str]:
    """What an inbox shows, without its heading."""
    return [text for message in (result.response, *result.followups) for text in texts(message.components)][1:]


async def test_nobody_reads_the_words_of_another_and_none_that_has_expired(harbour: Opens) -> None:
    async with harbour() as at:
        await at.found("Tuesday")
        await put_word(at, at.cleo, days=1)
        assert "Tuesday" not in said(await at.zoe.slash(at.hall, "inbox"))
        await at.world.pass_time(25 * 3600)
        assert said(await at.cleo.slash(at.hall, "inbox")) == "There is nothing waiting for you."


async def test_retention_runs_by_itself_and_goes_on_after_a_restart(harbour: Opens) -> None:
    async with harbour() as at:
        await at.found("Tuesday")
        await at.join(at.cleo)
        await at.leave(at.cleo)
        await at.world.pass_time(29 * 86_400)
        assert "groups_members" in await held(at, at.cleo)
        await at.world.restart()
        await at.world.pass_time(2 * 86_400)
        assert "groups_members" not in await held(at, at.cleo)
