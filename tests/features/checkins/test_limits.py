"""How rarely a group is asked, and why it is told so."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.features.checkins import Checkin, Sentence
from bot.features.checkins.limits import NotYet
from bot.features.checkins.store import asked as asked_table
from bot.features.checkins.store import checkins as table
from tests.features.checkins.asked import HIGH, Asked
from tests.features.groups.village import GUILD


async def refused(doing: Any) -> NotYet:
    with pytest.raises(NotYet) as told:
        await doing
    return told.value


async def told(asked: Asked, template: str = "two") -> Checkin:
    """One that ends with sentences."""
    checkin = await asked.open(template=template)
    for user_id in asked.people[:6]:
        await asked.answer(checkin, user_id, HIGH, HIGH)
    ended = await asked.end(checkin)
    assert ended.sentences == (Sentence.HIGH, Sentence.HIGH)
    return ended


async def test_four_weeks_are_four_weeks_of_the_calendar_whatever_the_clocks_do(asked: Asked) -> None:
    # a quarter past midnight in winter: four weeks later, in summer, is an hour sooner
    asked.clock.now = datetime(2027, 2, 28, 23, 15, tzinfo=UTC)
    await asked.end(await asked.open(template="health"))
    asked.clock.now = datetime(2027, 3, 28, 21, 55, tzinfo=UTC)
    not_yet = await refused(asked.open(template="health"))
    assert (not_yet.key, not_yet.day) == ("checkins.not_yet", date(2027, 3, 29))
    assert not_yet.values["last"] == datetime(2027, 2, 28, 23, 15, tzinfo=UTC)
    assert not_yet.values["day"] == datetime(2027, 3, 28, 22, tzinfo=UTC), "the first moment of that day in the group"
    asked.clock.now = datetime(2027, 3, 28, 22, 15, tzinfo=UTC)
    await asked.open(template="health")


async def test_another_template_has_a_count_of_its_own(asked: Asked) -> None:
    await asked.end(await asked.open(template="health"))
    await asked.end(await asked.open(template="climate"))


async def test_a_copy_under_another_name_has_no_count_of_its_own_and_one_that_shares_a_question_has(
    asked: Asked,
) -> None:
    opened_on = asked.clock().date()
    await asked.end(await asked.open(template="health"))
    assert (await refused(asked.open(template="copy"))).day == opened_on + timedelta(weeks=4)
    await asked.open(template="other")


async def test_one_that_came_to_nothing_does_not_count(asked: Asked) -> None:
    await asked.open(template="health")
    await asked.cancel()
    lost = await asked.open(template="health")
    for path in asked.folder.iterdir():
        path.unlink()
    await asked.end(lost)
    await asked.open(template="health")


async def test_once_a_meeting_and_again_after_the_next_has_begun(asked: Asked) -> None:
    asked.met = asked.clock()
    asked.clock.step(hours=2)
    await asked.end(await asked.open("15 min", template="climate"))
    asked.clock.step(days=20)
    not_yet = await refused(asked.open(template="climate"))
    assert (not_yet.key, not_yet.day) == ("checkins.once_a_meeting", None)
    asked.met = asked.clock()
    await asked.open(template="climate")


async def test_of_all_that_is_asked_once_a_meeting_one_is_asked(asked: Asked) -> None:
    asked.met = asked.clock()
    await asked.end(await asked.open("15 min", template="climate"))
    assert (await refused(asked.open(template="round"))).key == "checkins.once_a_meeting"
    await asked.end(await asked.open("15 min", template="health"))
    asked.met = asked.clock()
    await asked.open(template="round")


async def test_without_meetings_what_is_asked_once_a_meeting_is_asked_once_a_week(asked: Asked) -> None:
    opened_on = asked.clock().date()
    await asked.end(await asked.open("15 min", template="climate"))
    assert (await refused(asked.open(template="climate"))).day == opened_on + timedelta(days=7)
    asked.clock.step(days=7)
    await asked.open(template="climate")


@pytest.mark.parametrize(
    ("gone", "come", "fits"), [(0, 0, True), (1, 0, False), (0, 1, False), (1, 1, False), (1, 2, True), (0, 3, True)]
)
async def test_two_summaries_of_almost_the_same_people_are_kept_apart(
    asked: Asked, gone: int, come: int, fits: bool
) -> None:
    first = await told(asked)
    for user_id in asked.people[:gone]:
        await asked.part(user_id)
    for number in range(come):
        await asked.bring(60_000 + number)
    if fits:
        await asked.open()
        return
    not_yet = await refused(asked.open())
    assert (not_yet.key, not_yet.day) == ("checkins.not_yet_changed", first.closes_at.date() + timedelta(days=13))
    assert not any(str(user_id) in str(not_yet.values) for user_id in asked.people)
    asked.clock.now = first.closes_at + timedelta(days=13) - timedelta(hours=1)
    if asked.clock().date() < first.closes_at.date() + timedelta(days=13):
        await refused(asked.open())
    asked.clock.now = first.closes_at + timedelta(days=13)
    await asked.open()


async def test_one_that_stays_open_long_enough_is_far_enough_from_the_last(asked: Asked) -> None:
    await told(asked)
    await asked.part(asked.people[0])
    await refused(asked.open("12 days"))
    await asked.open("14 days")


async def test_who_had_themselves_erased_counts_as_gone_though_nobody_knows_who_it_was(asked: Asked) -> None:
    await told(asked)
    async with asked.db.begin() as tx:
        sealed = tx.vault.seal_id(asked.people[0], GUILD)
        await tx.execute(sa.delete(asked_table).where(asked_table.c.user == sealed))
    await asked.part(asked.people[0])
    assert (await refused(asked.open())).key == "checkins.not_yet_changed"


async def test_coming_back_after_an_erasure_does_not_hide_that_one_person_is_gone(asked: Asked) -> None:
    await told(asked)
    back = asked.people[0]
    async with asked.db.begin() as tx:
        await tx.execute(sa.delete(asked_table).where(asked_table.c.user == tx.vault.seal_id(back, GUILD)))
    await asked.part(asked.people[6])  # with whom it would be three that changed: one gone, one unknown, one new
    assert (await refused(asked.open())).key == "checkins.not_yet_changed"


async def test_going_and_coming_in_between_does_not_hide_that_two_summaries_differ_by_one_person(
    asked: Asked,
) -> None:
    first = await told(asked)
    for number in range(3):
        await asked.bring(60_000 + number)
    await told(asked)
    for number in range(3):
        await asked.part(60_000 + number)
    await asked.part(asked.people[6])  # four fewer than last time, and one fewer than the first
    not_yet = await refused(asked.open())
    assert (not_yet.key, not_yet.day) == ("checkins.not_yet_changed", first.closes_at.date() + timedelta(days=13))


async def test_a_question_that_two_templates_share_is_compared_across_them(asked: Asked) -> None:
    await told(asked, "health")
    await asked.part(asked.people[6])
    assert (await refused(asked.open(template="other"))).key == "checkins.not_yet_changed"
    await asked.open(template="climate")


async def test_what_showed_nothing_cannot_be_compared_and_it_is_forgotten_whom_it_was_for(asked: Asked) -> None:
    await asked.end(await asked.open())
    async with asked.db.read() as tx:
        assert await tx.scalar(sa.select(sa.func.count()).select_from(asked_table)) == 0
    await asked.part(asked.people[0])
    await asked.open()


async def test_the_last_that_said_something_counts_though_one_since_then_said_nothing(asked: Asked) -> None:
    await told(asked)
    await asked.end(await asked.open("15 min"))
    await asked.part(asked.people[0])
    assert (await refused(asked.open())).key == "checkins.not_yet_changed"


async def test_one_of_before_that_was_kept_stands_in_nobodys_way(asked: Asked) -> None:
    await told(asked)
    async with asked.db.begin() as tx:
        await tx.execute(sa.update(table).values(eligible=None))
        await tx.execute(sa.delete(asked_table))
    await asked.part(asked.people[0])
    await asked.open()


async def test_one_that_closes_late_is_known_for_as_long_after_that(asked: Asked) -> None:
    checkin = await asked.open()
    for user_id in asked.people[:6]:
        await asked.answer(checkin, user_id, HIGH, HIGH)
    asked.clock.now = checkin.closes_at + timedelta(days=10)  # nobody was there to close it
    await asked.due()
    shown = asked.clock()
    await asked.part(asked.people[0])
    assert (await refused(asked.open())).day == shown.date() + timedelta(days=13)


async def test_what_is_opened_with_something_that_fails_leaves_no_tally(asked: Asked) -> None:
    async def fail() -> None:
        async with asked.db.begin() as tx:
            await asked.checkins.open_after(tx, asked.group, "two", 1)
            assert len(asked.files) == 2
            raise ConnectionError

    with pytest.raises(ConnectionError):
        await fail()
    await asked.checkins.settled()
    assert asked.files == []
    await asked.open()
    assert len(asked.files) == 2
