"""Who asks for it is reminded privately: once, in time, and as they wish; nobody else is ever written to."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, time, timedelta

import pytest
import sqlalchemy as sa

from bot.core.calendar import Repeat
from bot.core.errors import NotAllowed, UserError
from bot.core.reading import WallTime
from bot.features.groups import GroupState, Role
from bot.features.groups.store import set_state
from bot.features.meetings import OccasionState
from bot.features.meetings.private import Understood, Wanted
from bot.features.meetings.private.reminding import CLOSED, PRIVATE, PURPOSE, SOME
from bot.features.meetings.private.store import told, wishes
from bot.inbox import State
from bot.inbox.store import inbox
from bot.timers.store import timers
from tests.features.meetings.house import FACILITATOR, GUILD, House, Said

TUESDAY = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)  # 19:00 in Berlin
MINUTE, HOUR, DAY, WEEK = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
CLEO, MO = 1, 2


async def want(house: House, user_id: int = CLEO, **typed: str) -> Understood:
    return await house.meetings.private.choose(
        guild_id=GUILD, group_id=house.group.id, user_id=user_id, wanted=Wanted(**typed)
    )


async def stop(house: House, user_id: int = CLEO) -> bool:
    return await house.meetings.private.stop(guild_id=GUILD, group_id=house.group.id, user_id=user_id)


async def reminded(house: House, user_id: int = CLEO) -> list[datetime]:
    return [word.at for word in await house.words(user_id) if word.kind == PRIVATE]


async def allowed(house: House, user_id: int = CLEO) -> set[str]:
    async with house.db.read() as tx:
        return await house.inbox.purposes(tx, guild_id=GUILD, user_id=user_id)


async def rows(house: House, table: sa.Table) -> int:
    async with house.db.read() as tx:
        return int(await tx.scalar(sa.select(sa.func.count()).select_from(table)))


@pytest.fixture
async def circle(house: House) -> House:
    """A weekly meeting, and two who are in the group."""
    await house.schedule(starts="tue 19:00", repeat=Repeat.WEEKLY)
    await house.join(CLEO)
    await house.join(MO, Role.VISITOR)
    await house.due()
    return house


async def test_each_is_reminded_as_they_wish_by_direct_message_and_nobody_else_is(circle: House) -> None:
    understood = await want(circle, before="30 minutes")
    assert understood.first is not None
    assert understood.first.at == TUESDAY - 30 * MINUTE
    assert (await want(circle, MO, before="1 day 2 hours")).wish.before == 26 * HOUR
    await circle.until(TUESDAY + WEEK)
    assert await reminded(circle) == [TUESDAY - 30 * MINUTE, TUESDAY + WEEK - 30 * MINUTE]
    assert await reminded(circle, MO) == [TUESDAY - 26 * HOUR, TUESDAY + WEEK - 26 * HOUR]
    assert await circle.words(FACILITATOR) == []
    assert len(circle.of("inbox.word")) == 4
    assert {word.state for word in await circle.words(CLEO)} == {State.DELIVERED}


async def test_a_restart_between_the_timer_and_the_carrying_loses_and_doubles_nothing(circle: House) -> None:
    await want(circle)
    circle.clock.now = TUESDAY - HOUR
    for _ in range(2):
        circle.start()
        await circle.timers.start()
        await circle.timers.settled()
        circle.start()
        await circle.due()
    assert await reminded(circle) == [TUESDAY - HOUR]
    assert len(circle.of("inbox.word")) == 1


async def test_what_comes_late_is_said_while_it_has_not_begun_and_then_no_more(circle: House) -> None:
    await want(circle)
    circle.clock.now = TUESDAY - 10 * MINUTE
    await circle.due()
    assert await reminded(circle) == [TUESDAY - 10 * MINUTE]
    circle.clock.now = TUESDAY + WEEK
    await circle.due()
    assert len(await reminded(circle)) == 1
    await circle.until(TUESDAY + 2 * WEEK)
    assert await reminded(circle) == [TUESDAY - 10 * MINUTE, TUESDAY + 2 * WEEK - HOUR]


async def test_who_asks_when_it_is_too_late_is_told_what_comes_next(circle: House) -> None:
    circle.clock.now = TUESDAY - 30 * MINUTE
    understood = await want(circle)
    assert understood.first is not None
    assert understood.first.occurrence.starts_at == TUESDAY + WEEK
    await circle.until(TUESDAY + WEEK)
    assert await reminded(circle) == [TUESDAY + WEEK - HOUR]


async def test_a_moved_meeting_is_reminded_of_at_its_new_time_and_a_cancelled_one_not(circle: House) -> None:
    await want(circle)
    (meeting,) = await circle.meetings.coming(guild_id=GUILD, group_id=circle.group.id)
    day, meeting_id = meeting.day, meeting.meeting.id
    await circle.until(TUESDAY - 30 * MINUTE)
    await circle.change(meeting_id, day, moved=WallTime(day=day, time=time(21)))
    await circle.until(TUESDAY + 2 * HOUR)
    assert await reminded(circle) == [TUESDAY - HOUR, TUESDAY + HOUR]
    second, third = date(2026, 12, 1), date(2026, 12, 8)
    await circle.change(meeting_id, second, state=OccasionState.CANCELLED)
    # moved to so soon that its hour before is over already
    await circle.until(TUESDAY + WEEK)
    await circle.change(meeting_id, third, moved=WallTime(day=second, time=time(19, 20)))
    await circle.until(TUESDAY + 3 * WEEK - DAY)
    assert (await reminded(circle))[2:] == [TUESDAY + WEEK]
    # what is changed but for its time is not said again
    await circle.change(meeting_id, date(2026, 12, 15), title="Another title")
    await circle.until(TUESDAY + 3 * WEEK)
    await circle.change(meeting_id, date(2026, 12, 15), title="And another")
    await circle.due()
    assert (await reminded(circle))[3:] == [TUESDAY + 3 * WEEK - HOUR]


async def test_a_new_meeting_is_told_to_all_who_want_it_some_at_a_time(house: House) -> None:
    many = range(10, 10 + SOME + 2)
    for user_id in many:
        await house.join(user_id)
        await want(house, user_id, before="7 days")
    await house.schedule(starts="tomorrow 19:00", repeat=Repeat.DAILY)
    await house.until(house.clock())
    for user_id in many:
        assert len(await reminded(house, user_id)) == 1, "those that are late already come in one word"
    await house.until(house.clock() + DAY)
    assert {len(await reminded(house, user_id)) for user_id in many} == {2}


async def test_asking_is_the_permission_and_off_takes_it_back(circle: House) -> None:
    await want(circle)
    assert await allowed(circle) == {PURPOSE}
    assert await stop(circle)
    assert not await stop(circle)
    assert await allowed(circle) == set()
    await circle.until(TUESDAY)
    assert await circle.words(CLEO) == []


async def test_who_still_wants_it_of_another_group_goes_on_allowing_it(circle: House) -> None:
    await want(circle)
    first = circle.group
    await circle.found("Morning")
    await circle.join(CLEO)
    await want(circle)
    await circle.meetings.private.stop(guild_id=GUILD, group_id=first.id, user_id=CLEO)
    assert await allowed(circle) == {PURPOSE}


async def test_permission_taken_back_elsewhere_leaves_it_to_the_inbox(circle: House) -> None:
    await want(circle)
    async with circle.db.begin() as tx:
        await circle.inbox.withdraw(tx, guild_id=GUILD, user_id=CLEO, purpose=PURPOSE)
    await circle.until(TUESDAY - HOUR)
    assert await circle.words(CLEO) == [Said(PRIVATE, TUESDAY - HOUR, State.WAITING)]
    assert circle.of("inbox.word") == []
    circle.clock.now = TUESDAY
    assert await circle.inbox.waiting(guild_id=GUILD, user_id=CLEO) == [], "it has begun"


async def test_closed_direct_messages_are_said_once(circle: House) -> None:
    circle.refusing["inbox.word"] = "closed"
    await want(circle)
    await circle.until(TUESDAY + 3 * WEEK)
    told_of = await circle.words(CLEO)
    assert [word.kind for word in told_of].count(CLOSED) == 1
    assert [word.kind for word in told_of].count(PRIVATE) == 4
    assert {word.state for word in told_of} == {State.WAITING}


async def test_quiet_hours_bring_it_forward_and_too_late_for_that_it_waits_in_the_inbox(house: House) -> None:
    await house.join(CLEO)
    await house.join(MO)
    await house.schedule(starts="tue 08:00", repeat=Repeat.DAILY)
    await want(house, quiet_from="22:00", quiet_until="8am")
    tuesday = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
    await house.until(tuesday - 8 * HOUR)
    assert await reminded(house) == [tuesday - 10 * HOUR]
    # who asks in the night finds it in the inbox
    understood = await want(house, MO, quiet_from="10pm", quiet_until="08:00")
    assert understood.first is not None
    assert not understood.first.by_message
    await house.due()
    assert await house.words(MO) == [Said(PRIVATE, tuesday - 8 * HOUR, State.WAITING)]
    await house.until(tuesday + DAY)
    assert await reminded(house) == [tuesday - 10 * HOUR, tuesday + 14 * HOUR]


async def test_looking_at_the_choice_again_repeats_nothing(house: House) -> None:
    await house.join(CLEO)
    await house.schedule(starts="tue 08:30")
    await want(house, quiet_from="22:00", quiet_until="08:00")
    await house.until(datetime(2026, 11, 23, 23, 0, tzinfo=UTC))
    assert len(await reminded(house)) == 1
    assert (await want(house)).first is None
    await house.until(TUESDAY)
    assert len(await reminded(house)) == 1


async def test_in_a_break_nobody_is_reminded_and_afterwards_they_are_again(circle: House) -> None:
    await want(circle)
    async with circle.db.begin() as tx:
        await set_state(tx, circle.group.id, before=GroupState.OPEN, after=GroupState.PAUSED)
    await circle.until(TUESDAY)
    assert await reminded(circle) == []
    async with circle.db.begin() as tx:
        await set_state(tx, circle.group.id, before=GroupState.PAUSED, after=GroupState.OPEN)
    await circle.until(TUESDAY + WEEK)
    assert await reminded(circle) == [TUESDAY + WEEK - HOUR]


async def test_a_group_that_is_archived_and_brought_back(circle: House) -> None:
    await want(circle)
    await circle.groups.archive.archive(guild_id=GUILD, group_id=circle.group.id, actor_id=FACILITATOR)
    await circle.until(TUESDAY)
    assert await reminded(circle) == []
    await circle.groups.archive.bring_back(guild_id=GUILD, group_id=circle.group.id, actor_id=FACILITATOR)
    await circle.until(TUESDAY + WEEK)
    assert await reminded(circle) == [TUESDAY + WEEK - HOUR]


async def test_nothing_is_left_of_who_leaves_nor_said_to_them(circle: House) -> None:
    await want(circle, before="2 hours")
    await circle.until(TUESDAY - 2 * HOUR)
    assert await rows(circle, told) == 1
    await circle.groups.leave(guild_id=GUILD, group_id=circle.group.id, user_id=CLEO)
    assert (await rows(circle, wishes), await rows(circle, told)) == (0, 0)
    await circle.join(CLEO)
    await circle.until(TUESDAY + WEEK)
    assert len(await reminded(circle)) == 1, "who comes back is asked again"


async def test_a_word_says_only_what_is_still_so(circle: House) -> None:
    await want(circle)
    await circle.until(TUESDAY - HOUR)
    (word,) = await circle.inbox.all_of(guild_id=GUILD, user_id=CLEO)
    said = circle.meetings.private.said
    assert [one.starts_at for one in await said(guild_id=GUILD, params=word.params)] == [TUESDAY]
    (meeting,) = await circle.meetings.coming(guild_id=GUILD, group_id=circle.group.id)
    await circle.change(meeting.meeting.id, meeting.day, moved=WallTime(day=meeting.day, time=time(22)))
    assert await said(guild_id=GUILD, params=word.params) == []
    await circle.change(meeting.meeting.id, meeting.day)
    assert len(await said(guild_id=GUILD, params=word.params)) == 1
    await stop(circle)
    assert await said(guild_id=GUILD, params=word.params) == []


async def test_twenty_presses_at_once_are_one_choice(circle: House) -> None:
    await asyncio.gather(*(want(circle, before=f"{minutes} minutes") for minutes in range(10, 30)))
    assert await rows(circle, wishes) == 1
    await circle.until(TUESDAY)
    assert len(await reminded(circle)) == 1


async def test_the_end_of_a_meeting_ends_what_was_kept_of_it(circle: House) -> None:
    await want(circle)
    await circle.until(TUESDAY + 90 * MINUTE)
    assert await rows(circle, told) == 0


async def test_no_row_holds_the_id_of_anybody_open(circle: House) -> None:
    await circle.join(987_654_321)
    await want(circle, 987_654_321)
    await circle.until(TUESDAY)
    assert await reminded(circle, 987_654_321) == [TUESDAY - HOUR]
    async with circle.db.read() as tx:
        lines = [row for table in (wishes, told, inbox, timers) for row in await tx.all(sa.select(table))]
    assert len(lines) > 3
    assert not [row for row in lines if "987654321" in "".join(map(str, row.values()))]


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ({"before": "soon"}, "before_unclear"),
        ({"before": "30 seconds"}, "before_range"),
        ({"before": "8 days"}, "before_range"),
        ({"before": "90 seconds"}, "before_range"),
        ({"quiet_from": "22:00"}, "quiet_half"),
        ({"zone": "Europe/Paris"}, "quiet_half"),
        ({"quiet_from": "22:00", "quiet_until": "10pm"}, "quiet_always"),
        ({"quiet_from": "late", "quiet_until": "early"}, "time_unclear"),
        ({"quiet_from": "22:00", "quiet_until": "08:00", "zone": "Nowhere"}, "zone_unknown"),
    ],
)
async def test_what_cannot_be_understood_changes_nothing(circle: House, typed: dict[str, str], key: str) -> None:
    with pytest.raises(UserError, match=key):
        await want(circle, **typed)
    assert await rows(circle, wishes) == 0
    assert await allowed(circle) == set()


async def test_what_is_not_typed_stays_as_it_was(circle: House) -> None:
    await want(circle, before="2 hours", quiet_from="22:00", quiet_until="08:00", zone="tokyo")
    wish = (await want(circle, before="15 min")).wish
    assert (wish.before, wish.quiet and wish.quiet.zone) == (15 * MINUTE, "Asia/Tokyo")
    wish = (await want(circle, quiet_until="7:30")).wish
    assert wish.quiet is not None
    assert (wish.quiet.since, wish.quiet.until) == (time(22), time(7, 30))
    assert (await want(circle, quiet_from="None")).wish.quiet is None
    assert (await want(circle, quiet_from="23:00", quiet_until="06:00")).wish.quiet is not None


async def test_who_is_not_in_the_group_cannot_choose(circle: House) -> None:
    with pytest.raises(NotAllowed):
        await want(circle, 77)
