"""A check-in as people do it: what each of them sees, and what of their answers can be found anywhere."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest

from bot.core.ids import new_id
from bot.features.groups import Group, Member, MemberState, Role
from bot.features.groups.store import put_member
from bot.ui.permissions import INVITE
from tests.harbour import Harbour
from tests.simcord_bot import running, said, sample_settings, shown

COGS = ("bot.cogs.setup", "bot.cogs.groups", "bot.cogs.guidelines", "bot.cogs.checkins", "bot.cogs.privacy")
A_DAY, LATEST = 24 * 3600, 121
AGREE, DISAGREE, BETWEEN, UNSAID = "4", "0", "2", "unsaid"
QUESTIONS = 5


class Circle(Harbour):
    """A group called Tuesday with fay as its facilitator and seven members."""

    members: list[Any]

    async def seat(self, members: int = 7, **options: Any) -> None:
        await self.found("Tuesday", **options)
        users = [self.env.create_user(f"member{number}") for number in range(members)]
        self.members = [self.guild.add_member(user) for user in users]
        for member in self.members:
            await self.join(member)

    async def group(self) -> Group:
        async with self.world.services.db.read() as tx:
            (group,) = await self.world.services.groups.all_in(tx, self.guild.id)
        return group

    async def let_visit(self, person: Any) -> None:
        """A visit for which nobody had to wait."""
        visitor = Member(
            id=new_id(),
            guild_id=self.guild.id,
            group_id=(await self.group()).id,
            user_id=person.id,
            role=Role.VISITOR,
            state=MemberState.ACTIVE,
            joined_at=self.world.now(),
            left_at=None,
            consent_version=None,
            agreement_version=None,
            agreed_at=None,
        )
        async with self.world.services.db.begin() as tx:
            await put_member(tx, visitor)

    @property
    def room(self) -> Any:
        return self.channel("tuesday")

    async def open(self, **options: Any) -> Any:
        await self.fay.slash(self.channel("tuesday-desk"), "checkin open", template="meeting_climate", **options)
        return self.posts("Closes")[-1]

    def posts(self, words: str) -> list[Any]:
        return [message for message in self.room.history() if "check-in" in shown(message) and words in shown(message)]

    async def form_of(self, person: Any, post: Any) -> Any:
        return await person.click(post, label="Answer privately")

    async def answer(self, person: Any, post: Any, option: str = AGREE) -> Any:
        return await person.submit_modal(await self.form_of(person, post), filled(option))


def filled(option: str) -> dict[str, str]:
    return {f"question-{place}": option for place in range(QUESTIONS)}


@pytest.fixture
async def at(tmp_path: Path) -> AsyncGenerator[Circle]:
    async with running(sample_settings(tmp_path), extensions=COGS) as world:
        circle = Circle(world, INVITE)
        await circle.seat()
        yield circle


async def test_six_of_seven_answer_and_the_sentences_appear_once_at_the_announced_time(at: Circle) -> None:
    post = await at.open()
    for member in at.members[:6]:
        told = await at.answer(member, post)
        assert told.ephemeral
        assert "Thank you" in said(told)
    assert at.posts("Thank you to anyone") == []
    assert len(at.posts("")) == 1, "nothing shows that anybody answers"
    await at.world.pass_time(A_DAY - 60)
    assert at.posts("Thank you to anyone") == []
    await at.world.pass_time(60 + LATEST)
    (results,) = at.posts("Thank you to anyone")
    assert shown(results).count("More than half of the answers were towards the higher end.") == QUESTIONS
    assert list((at.world.settings.checkins_dir).iterdir()) == []
    await at.world.pass_time(A_DAY)
    assert len(at.posts("Thank you to anyone")) == 1


async def test_a_restart_while_it_is_open_and_between_form_and_submission_loses_nothing(at: Circle) -> None:
    post = await at.open()
    for member in at.members[:3]:
        await at.answer(member, post)
    form = await at.form_of(at.members[3], post)
    await at.world.restart()
    assert "Thank you" in said(await at.members[3].submit_modal(form, filled(AGREE)))
    for member in at.members[4:6]:
        await at.answer(member, post)
    await at.world.restart()
    await at.world.pass_time(A_DAY + LATEST)
    (results,) = at.posts("Thank you to anyone")
    assert shown(results).count("towards the higher end") == QUESTIONS
    await at.world.restart()
    assert len(at.posts("Thank you to anyone")) == 1


async def test_closing_falls_due_while_the_bot_is_away(at: Circle) -> None:
    post = await at.open()
    for member in at.members[:5]:
        await at.answer(member, post, DISAGREE)
    await at.world.stop_bot()
    at.env.backend.advance_clock(2 * A_DAY)
    await at.world.start_bot()
    (results,) = at.posts("Thank you to anyone")
    assert shown(results).count("towards the lower end") == QUESTIONS


def look(result: Any) -> list[Any]:
    """What an answer looks like from afar: its components, and who sees it; not its words."""
    return [result.ephemeral, result.modal is None, *outline(result.response.components)]


def outline(components: Any) -> list[Any]:
    return [
        (one["type"], one.get("custom_id"), one.get("label"), outline(one.get("components") or ()))
        for one in components
    ]


async def test_whatever_comes_of_it_the_answer_is_private_and_looks_the_same(at: Circle) -> None:
    post = await at.open()
    early, twice = await at.form_of(at.members[6], post), await at.form_of(at.members[0], post)
    await at.join(at.cleo)
    # they may see the room, as an administrator can; one visits the group, the other is nobody in it
    everything = [at.guild.create_role("All", permissions=type(INVITE)(administrator=True))]
    guest, stranger = (at.guild.add_member(at.env.create_user(name), roles=everything) for name in ("guest", "nobody"))
    await at.let_visit(guest)
    not_asked = [await at.form_of(person, post) for person in (at.fay, at.cleo, guest, stranger)]
    assert len({said(one) for one in not_asked}) == 1
    assert "members of the group when it was opened" in said(not_asked[0])
    thanked = await at.answer(at.members[0], post)
    assert "Thank you" in said(thanked)
    again = [await at.members[0].submit_modal(twice, filled(DISAGREE)), await at.form_of(at.members[0], post)]
    assert all("You have answered this one" in said(one) for one in again)
    await at.world.pass_time(A_DAY + LATEST)
    late = [await at.members[6].submit_modal(early, filled(AGREE)), await at.form_of(at.members[6], post)]
    assert all("This check-in is closed" in said(one) for one in late)
    shapes = [look(one) for one in (thanked, *not_asked, *again, *late)]
    assert shapes == [shapes[0]] * len(shapes)
    assert shapes[0][0] is True
    assert all(label in said(late[0]) for label in ("Talk to a facilitator", "Get help now"))


OUTCOMES = {
    "higher end": [AGREE] * 6,
    "lower end": [DISAGREE] * 6,
    "spread out": [AGREE, AGREE, BETWEEN, BETWEEN, DISAGREE, DISAGREE],
    "No summary": [AGREE] * 4 + [UNSAID] * 2,
}


async def test_every_outcome_has_the_same_layout(at: Circle) -> None:
    for count, (sentence, given) in enumerate(OUTCOMES.items(), start=1):
        post = await at.open(closes="15 min")
        for member, option in zip(at.members, given, strict=False):
            await at.answer(member, post, option)
        await at.world.pass_time(15 * 60 + LATEST)
        results = at.posts("Thank you to anyone")
        assert len(results) == count
        (container,) = [component.to_dict() for component in results[-1].components]
        texts = [child["content"] for child in container["components"]]
        assert [sentence in text for text in texts] == [False, *[True] * QUESTIONS, False]
        assert not any(digit in "".join(texts) for digit in "0123456789"), "no number is ever given"
        await at.world.pass_time(7 * A_DAY)


async def test_a_lost_tally_is_told_to_those_who_answer_to_the_room_and_on_the_desk(at: Circle) -> None:
    post = await at.open()
    form = await at.form_of(at.members[0], post)
    for path in at.world.settings.checkins_dir.iterdir():
        path.unlink()
    lost = await at.members[0].submit_modal(form, filled(AGREE))
    assert "were lost" in said(lost) and "Get help now" in said(lost)
    await at.world.pass_time(A_DAY + LATEST)
    (results,) = at.posts("there is nothing to sum up")
    assert "No summary this time" in shown(results)
    assert any("file they were kept in is gone" in message for message in at.messages("tuesday-desk"))


async def test_too_few_are_refused_with_the_reason_and_nothing_is_left(tmp_path: Path) -> None:
    async with running(sample_settings(tmp_path), extensions=COGS) as world:
        at = Circle(world, INVITE)
        await at.seat(members=5)
        told = await at.fay.slash(at.channel("tuesday-desk"), "checkin open", template="meeting_climate")
        assert told.ephemeral
        assert "at least 6 members" in said(told)
        assert "has 5" in said(told)
        assert at.posts("") == []
        assert not any(at.world.settings.checkins_dir.glob("*"))


async def test_a_facilitator_ends_one_without_results(at: Circle) -> None:
    post = await at.open()
    for member in at.members:
        await at.answer(member, post)
    desk = at.channel("tuesday-desk")
    assert "one at once" not in said(await at.fay.slash(desk, "checkin open", template="meeting_climate"))
    assert "open in this group already" in said(await at.fay.slash(desk, "checkin open", template="meeting_climate"))
    asked = await at.fay.slash(desk, "checkin close")
    assert "What people have answered is destroyed" in said(asked)
    assert at.posts("ended before its time") == [], "nothing is lost by a command that was mistaken for another"
    await at.world.restart()
    assert "ended without results" in said(await at.fay.click(asked.response, label="End without results"))
    assert "No check-in is open" in said(await at.fay.click(asked.response, label="End without results"))
    assert list(at.world.settings.checkins_dir.iterdir()) == []
    assert len(at.posts("ended before its time")) == 1
    await at.world.pass_time(A_DAY + LATEST)
    assert at.posts("Thank you to anyone") == at.posts("ended before its time")
    assert "No check-in is open" in said(await at.fay.slash(desk, "checkin close"))


async def test_the_list_says_what_is_open_and_to_facilitators_what_can_be(at: Circle) -> None:
    member = at.members[0]
    assert "No check-in is open" in said(await member.slash(at.room, "checkin list"))
    assert "climate" not in said(await member.slash(at.room, "checkin list"))
    assert "climate" in said(await at.fay.slash(at.room, "checkin list"))
    offered = await at.fay.autocomplete(at.channel("tuesday-desk"), "checkin open", "template", "meet")
    assert [choice["value"] for choice in offered] == ["meeting_climate"]
    await at.fay.slash(at.channel("tuesday-desk"), "checkin open", template="how was the meeting?", closes="15 min")
    assert "How was the meeting?" in said(await member.slash(at.room, "checkin list")), "its title names it as well"


@pytest.mark.parametrize(
    ("closes", "why"),
    [
        ("soon", "read “soon” as an end"),
        ("3", "how long it stays open"),
        ("1 min", "from 5 minutes"),
        ("15 days", "from 5 minutes"),
        ("99999999 weeks", "from 5"),
    ],
)
async def test_an_end_that_cannot_be_is_explained(at: Circle, closes: str, why: str) -> None:
    desk = at.channel("tuesday-desk")
    told = await at.fay.slash(desk, "checkin open", template="meeting_climate", closes=closes)
    assert why in said(told)
    assert at.posts("") == []


async def test_opening_is_for_facilitators(at: Circle) -> None:
    told = await at.members[0].slash(at.room, "checkin open", template="meeting_climate")
    assert "for the facilitators" in said(told)
