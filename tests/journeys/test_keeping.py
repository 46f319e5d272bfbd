"""A name is thought over, the group founded, changed, looked at, and somebody removed, as each person does it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.core.ids import new_id
from bot.features.groups import Member, MemberState, Role
from bot.features.groups.store import put_member
from tests.harbour import Harbour, Opens, custom_ids, harbour
from tests.simcord_bot import said

__all__ = ["harbour"]


async def test_a_group_is_named_changed_looked_at_and_somebody_removed(harbour: Opens) -> None:
    async with harbour() as at:
        await at.set_up()
        await think_over(at)
        await at.join(at.cleo)
        code = await at.code()
        await change(at, code)
        await look(at, code)
        await end_a_place(at)


async def think_over(at: Harbour) -> None:
    """Ada begins, lea types it again and goes on, and ada's page is of no use any more."""
    before = list(at.guild.channels)
    options: dict[str, Any] = {"name": "Gr1ef support", "facilitator": at.fay, "facilitator_reports": True}
    asked = await at.ada.slash(at.hall, "group create", **options)
    assert asked.ephemeral
    assert "tells something" in said(asked) and ": grief." in said(asked) and "lock screens" in said(asked)
    assert "No group takes new people" in said(await at.cleo.slash(at.hall, "group browse"))
    asked_again = await at.lea.slash(at.hall, "group create", about="Tea", **options)
    form = await at.lea.click(asked_again.response, label="Choose another name")
    assert form.modal["components"][0]["component"]["value"] == "Gr1ef support"
    still = await at.lea.submit_modal(form, {"name": "<@1> Cancer @everyone"})
    assert ": cancer." in said(still) and "@everyone" not in said(still) and "\\<@1>" in said(still)
    assert list(at.guild.channels) == before
    form = await at.lea.click(still.response, label="Choose another name")
    assert "is being made" in said(await at.lea.submit_modal(form, {"name": "Tuesday"}))
    assert {"tuesday", "tuesday-desk"} <= set(at.guild.channels)
    assert "nothing to decide" in said(await at.ada.click(asked.response, label="Use this name"))


async def change(at: Harbour, code: str) -> None:
    desk = at.channel("tuesday-desk")
    nothing = said(await at.fay.slash(desk, "group edit"))
    assert "Nothing was given" in nothing and "Tea" in nothing
    changed = await at.fay.slash(desk, "group edit", name="Depression", capacity=5, voice=True)
    text = said(changed)
    assert "up to 5 members" in text and "Voice room: yes" in text and ": depression." in text
    assert "tuesday" in at.guild.channels
    pages = (changed.response, *changed.followups)
    page = next(one for one in pages if any(name.startswith("groups-name-use") for name in custom_ids(one.components)))
    form = await at.fay.click(page, label="Choose another name")
    assert "called **Harbour lights**" in said(await at.fay.submit_modal(form, {"name": "Harbour lights"}))
    rooms = {"harbour-lights", "harbour-lights-desk", f"harbour-lights-{code}"}
    assert {name for name in at.guild.channels if name.startswith(("harbour", "tuesday"))} == rooms
    small = said(await at.lea.slash(at.hall, "group edit", group=code, capacity=1, voice=False))
    assert "deletes no channels" in small and "up to 1 members" in small


async def look(at: Harbour, code: str) -> None:
    inside = said(await at.cleo.slash(at.hall, "group about", group=code))
    assert "facilitators among them: 2" in inside and at.fay.mention in inside
    assert "legal duty" in inside and "/group access" in inside and at.cleo.mention not in inside
    assert "aren't told" in said(await at.fay.slash(at.hall, "group duty", group=code, reports=False))
    assert "legal duty" not in said(await at.cleo.slash(at.hall, "group about", group=code))
    people = await at.fay.slash(at.hall, "group people", group=code)
    assert people.ephemeral
    assert at.cleo.mention in said(people) and "**Members**" in said(people)
    assert at.cleo.mention not in said(await at.cleo.slash(at.hall, "group people", group=code))


async def end_a_place(at: Harbour) -> None:
    room, posts = at.channel("harbour-lights"), len(at.messages("harbour-lights"))
    for person, words in ((at.fay, "/group leave"), (at.mo, "isn't in the group")):
        assert words in said(await at.fay.slash(room, "group remove", person=person))
    await at.world.pass_time(3600)
    sure = await at.fay.slash(room, "group remove", person=at.cleo)
    assert at.sees(at.cleo, "harbour-lights")
    done = await at.fay.click(sure.response, label="Remove from the group")
    assert "isn't in the group any more" in said(done)
    assert not at.sees(at.cleo, "harbour-lights")
    assert "nothing was changed" in said(await at.fay.click(sure.response, label="Remove from the group"))
    word = await at.inbox(at.cleo)
    assert "Your place in **Harbour lights** has ended" in word and "/support" in word
    assert len(at.messages("harbour-lights")) == posts and not at.called(at.cleo)


async def test_many_people_are_shown_a_page_at_a_time(harbour: Opens) -> None:
    async with harbour() as at:
        await at.found("Tuesday")
        code = await at.code()
        async with at.world.services.db.begin() as tx:
            (group,) = await at.world.services.groups.all_in(tx, at.guild.id)
            for number in range(20):
                role = Role.MEMBER if number else Role.VISITOR
                await put_member(tx, person(at, group.id, 7000 + number, role))
        first = await at.fay.slash(at.hall, "group people", group=code)
        assert said(first).count("since") == 20 and "(21)" in said(first)
        await at.fay.click(first.response, label="More people")
        rest = said(first)
        assert rest.count("since") == 1 and "**Visitors**" in rest
        assert "<@7000>" in rest and "1 of 2 visits used, until" in rest
        assert "More people" not in rest


def person(at: Harbour, group_id: int, user_id: int, role: Role) -> Member:
    now = at.world.now()
    return Member(
        id=new_id(),
        guild_id=at.guild.id,
        group_id=group_id,
        user_id=user_id,
        role=role,
        state=MemberState.ACTIVE,
        joined_at=now,
        left_at=None,
        consent_version=None,
        agreement_version=at.world.settings.guidelines.version,
        agreed_at=None,
        visits=1,
        visit_ends_at=now + timedelta(days=7) if role is Role.VISITOR else None,
    )
