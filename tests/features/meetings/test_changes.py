"""Moving, leaving out, changing and holding after all: confirmed first, told once, and what is ahead follows."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.core.calendar import Repeat
from bot.core.errors import NotFound, UserError
from bot.features.groups import GroupState
from bot.features.groups.store import set_state
from bot.features.meetings import Choice, Numbers, Occasion
from bot.features.meetings.changes import Reason
from bot.features.meetings.changes.model import Doing, Preview, Typed, Which
from bot.features.meetings.changes.store import drafts
from bot.features.meetings.model import MOST_PER_GROUP
from bot.features.meetings.private import Wanted
from bot.inbox.model import Kept, State
from tests.features.meetings.house import FACILITATOR, GUILD, House

TUESDAY = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)  # 19:00 in Berlin
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
ANN, BO = 1, 2


async def ask(house: House, occasion: Occasion, doing: Doing = Doing.MOVE, **typed: object) -> Preview:
    asked = Typed(doing=doing, meeting_id=occasion.meeting.id, day=occasion.day, **typed)  # pyright: ignore[reportArgumentType]
    return await house.meetings.changes.propose(guild_id=GUILD, group_id=house.group.id, typed=asked)


async def confirm(house: House, preview: Preview) -> Preview | None:
    return await house.meetings.changes.confirm(
        guild_id=GUILD, group_id=house.group.id, draft_id=preview.draft_id, actor_id=FACILITATOR
    )


async def do(house: House, occasion: Occasion, doing: Doing = Doing.MOVE, **typed: object) -> Occasion:
    done = await confirm(house, await ask(house, occasion, doing, **typed))
    assert done is not None
    return done.now or occasion


async def hold(house: House, occasion: Occasion) -> Occasion:
    return await house.meetings.changes.hold(
        guild_id=GUILD, group_id=house.group.id, meeting_id=occasion.meeting.id, day=occasion.day, actor_id=FACILITATOR
    )


async def answer(house: House, occasion: Occasion, user_id: int, choice: Choice = Choice.COMING) -> None:
    await house.join(user_id)
    await house.meetings.answer(
        guild_id=GUILD,
        group_id=house.group.id,
        meeting_id=occasion.meeting.id,
        day=occasion.day,
        user_id=user_id,
        choice=choice,
    )


async def told(house: House, user_id: int) -> list[Kept]:
    words = await house.inbox.all_of(guild_id=GUILD, user_id=user_id)
    return [word for word in words if word.kind == "meetings.changed"]


async def numbers(house: House, occasion: Occasion) -> Numbers:
    return await house.meetings.numbers(guild_id=GUILD, meeting_id=occasion.meeting.id, day=occasion.day)


async def weekly(house: House, **typed: object) -> Occasion:
    return await house.schedule(starts="tue 19:00", repeat=Repeat.WEEKLY, **typed)


async def coming(house: House) -> list[Occasion]:
    return await house.meetings.changes.ahead(guild_id=GUILD, group_ids=[house.group.id])


def keys(house: House) -> Sequence[str]:
    return [key for key, _ in house.reminded]


async def test_nothing_is_changed_before_it_is_confirmed_and_a_restart_between_loses_nothing(house: House) -> None:
    occasion = await weekly(house)
    preview = await ask(house, occasion, to="wed")
    assert preview.now is not None
    assert preview.now.starts_at == TUESDAY + DAY
    assert (await coming(house))[0].starts_at == TUESDAY
    house.start()
    done = await confirm(house, preview)
    assert done is not None and done.now is not None
    assert (await coming(house))[0].starts_at == TUESDAY + DAY
    assert await confirm(house, preview) is None, "to press again changes nothing"
    await house.carry()
    assert len(house.of("meetings.notice")) == 1


async def test_reminders_answers_and_words_follow_a_move(house: House) -> None:
    occasion = await weekly(house)
    await answer(house, occasion, ANN)
    await answer(house, occasion, BO, Choice.AWAY)
    await house.until(TUESDAY - 3 * HOUR)
    now = await do(house, occasion, to="wed 20:00")
    assert now.starts_at == TUESDAY + DAY + HOUR
    assert await numbers(house, now) == Numbers(coming=1, away=1)
    await house.until(TUESDAY + 2 * DAY)
    assert house.reminded[1:] == [
        ("2026-11-24:24h:r1", TUESDAY + HOUR),
        ("2026-11-24:1h:r1", TUESDAY + DAY),
    ]
    assert [len(await told(house, user_id)) for user_id in (ANN, BO)] == [1, 1]
    assert len(house.of("meetings.notice")) == 1
    assert len(house.of("meetings.standing")) == 2, "the first reminder and the card"
    assert len(house.of("meetings.card")) == 1
    await house.until(TUESDAY + WEEK)
    assert keys(house)[-2:] == ["2026-12-01:24h", "2026-12-01:1h"]


async def test_a_reminder_that_could_not_go_out_before_its_meeting_moved_is_no_trouble(house: House) -> None:
    occasion = await weekly(house)
    house.clock.now = TUESDAY - DAY
    await house.timers.start()
    await house.timers.settled()  # put, but Discord cannot be reached
    await do(house, occasion, to="wed 20:00")
    house.clock.now = TUESDAY + HOUR
    await house.due()
    assert house.of("meetings.undelivered") == []
    await house.until(TUESDAY + 2 * DAY)
    assert keys(house) == ["2026-11-24:24h:r1", "2026-11-24:1h:r1"]


async def test_what_was_not_told_yet_gives_way_to_the_newest(house: House) -> None:
    occasion = await weekly(house)
    await answer(house, occasion, ANN)
    await house.until(TUESDAY - 3 * HOUR)
    first = await do(house, occasion, to="wed 20:00")
    second = await do(house, first, to="thu 20:00")
    (word,) = await told(house, ANN)
    assert (word.params["revision"], word.params["was"]) == (2, int(TUESDAY.timestamp()))
    await house.inbox.told([word])
    await do(house, second, Doing.CANCEL, reason=Reason.HOLIDAY)
    words = await told(house, ANN)
    assert [(word.state, word.params["told"]) for word in words] == [
        (State.DELIVERED, "moved"),
        (State.FRESH, "cancelled"),
    ]
    assert await numbers(house, second) == Numbers()


async def test_a_direct_message_about_a_change_comes_from_the_group_that_it_was_asked_for_and_not_at_night(
    house: House,
) -> None:
    async def said(by_whom: House) -> State:
        await by_whom.due()
        return (await told(by_whom, ANN))[-1].state

    wish = {"guild_id": GUILD, "group_id": house.group.id, "user_id": ANN}
    occasion = await weekly(house)
    await answer(house, occasion, ANN)
    await house.meetings.private.choose(**wish, wanted=Wanted(quiet_from="22:00", quiet_until="08:00"))
    await house.until(datetime(2026, 11, 23, 18, 0, tzinfo=UTC))
    moved = await do(house, occasion, to="wed 20:00")
    assert await said(house) is State.DELIVERED
    await house.until(datetime(2026, 11, 23, 22, 0, tzinfo=UTC))
    await do(house, moved, Doing.SKIP)
    assert await said(house) is State.WAITING, "it is night where they are"
    await house.until(datetime(2026, 11, 24, 9, 0, tzinfo=UTC))
    await house.found("Morning")
    other = await weekly(house)
    await answer(house, other, ANN)
    await do(house, other, Doing.SKIP)
    assert await said(house) is State.WAITING, "of that group they asked for nothing"


async def test_held_after_all_it_is_told_to_whoever_had_heard_that_it_was_not(house: House) -> None:
    occasion = await weekly(house)
    await answer(house, occasion, ANN)
    await house.until(TUESDAY - 3 * HOUR)
    await do(house, occasion, Doing.SKIP)
    (off,) = await house.meetings.changes.called_off(guild_id=GUILD, group_id=house.group.id)
    for word in await told(house, ANN):
        await house.inbox.told([word])
    house.start()
    for _ in range(2):
        assert (await hold(house, off)).starts_at == TUESDAY
    assert [word.params["told"] for word in await told(house, ANN)] == ["cancelled", "held"]
    await house.until(TUESDAY)
    assert keys(house) == ["2026-11-24:24h", "2026-11-24:1h:r2"]
    assert len(house.of("meetings.notice")) == 2
    assert await house.meetings.changes.called_off(guild_id=GUILD, group_id=house.group.id) == []


async def test_once_it_would_have_begun_it_cannot_be_held_any_more(house: House) -> None:
    occasion = await weekly(house)
    await do(house, occasion, Doing.SKIP)
    await house.until(TUESDAY)
    with pytest.raises(UserError, match="hold_late"):
        await hold(house, occasion)


async def test_all_that_follow_move_with_it_and_keep_what_was_answered(house: House) -> None:
    occasion = await weekly(house, times=3)
    await answer(house, occasion, ANN)
    await do(house, (await coming(house))[1], to="wed 2 dec 20:00")
    await house.until(TUESDAY - 3 * HOUR)
    now = await do(house, occasion, to="wed 18:00", which=Which.FOLLOWING)
    assert (now.meeting.id, now.meeting.revision, now.meeting.schedule.times) == (occasion.meeting.id, 2, 3)
    assert await numbers(house, now) == Numbers(coming=1)
    assert [one.starts_at for one in await coming(house)] == [TUESDAY + DAY - HOUR + week * WEEK for week in range(3)]
    await house.until(TUESDAY + 4 * WEEK)
    days = ("2026-11-25", "2026-12-02", "2026-12-09")
    assert keys(house)[1:] == [f"{day}:{before}:r2" for day in days for before in ("24h", "1h")]
    assert len(await told(house, ANN)) == 1
    assert len(house.of("meetings.notice")) == 2


async def test_from_a_later_one_on_the_meeting_becomes_two(house: House) -> None:
    first = await weekly(house, times=5)
    third = (await coming(house))[2]
    await answer(house, third, ANN)
    now = await do(house, third, to="2026-12-10 19:00", which=Which.FOLLOWING)
    assert now.meeting.id != first.meeting.id
    assert await numbers(house, now) == Numbers(coming=1)
    assert [one.starts_at for one in await coming(house)] == [
        *(TUESDAY, TUESDAY + WEEK),
        *(TUESDAY + 2 * DAY + week * WEEK for week in (2, 3, 4)),
    ]
    assert [word.params["meeting"] for word in await told(house, ANN)] == [now.meeting.id]
    await house.until(TUESDAY + 10 * WEEK)
    assert keys(house)[::2] == [f"{day}:24h" for day in ("2026-11-24", "2026-12-01", "2026-12-10", "2026-12-17")] + [
        "2026-12-24:24h"
    ]
    assert await coming(house) == []


async def test_a_move_of_all_by_a_week_confuses_no_answer_with_anothers(house: House) -> None:
    await weekly(house)
    first, second, *_ = await coming(house)
    await answer(house, first, ANN)
    await answer(house, second, BO, Choice.AWAY)
    now = await do(house, first, to="2026-12-01 19:00", which=Which.FOLLOWING)
    assert await numbers(house, now) == Numbers(coming=1)
    third = await house.meetings.occasion(guild_id=GUILD, meeting_id=now.meeting.id, day=date(2026, 12, 8))
    assert third is not None
    assert await numbers(house, third) == Numbers(away=1)


async def test_none_of_those_that_would_follow(house: House) -> None:
    await weekly(house)
    first, second, *_ = await coming(house)
    await answer(house, second, ANN)
    await do(house, second, Doing.CANCEL, which=Which.FOLLOWING, reason=Reason.OTHER)
    assert [one.starts_at for one in await coming(house)] == [TUESDAY]
    assert [word.params["told"] for word in await told(house, ANN)] == ["ended"]
    await do(house, first, Doing.CANCEL, which=Which.FOLLOWING, reason=Reason.OTHER)
    assert await coming(house) == []
    await house.until(TUESDAY + 3 * WEEK)
    assert house.reminded == []
    assert len(house.of("meetings.notice")) == 2


async def test_an_edit_says_nothing_twice_and_a_title_is_not_told_in_the_room(house: House) -> None:
    occasion = await weekly(house)
    await answer(house, occasion, ANN)
    await house.until(TUESDAY - 3 * HOUR)
    now = await do(house, occasion, Doing.EDIT, title="Quiet\u202e circle", minutes=60)
    assert (now.title, now.minutes, now.ends_at) == ("Quiet circle", 60, TUESDAY + HOUR)
    await do(house, now, Doing.EDIT, title="Circle", which=Which.FOLLOWING)
    titles = [(one.title, one.minutes) for one in (await coming(house))[:2]]
    assert titles == [("Circle", 60), ("Circle", 90)]
    await house.until(TUESDAY)
    assert keys(house) == ["2026-11-24:24h", "2026-11-24:1h"]
    assert len(house.of("meetings.notice")) == 1
    assert len(await told(house, ANN)) == 1, "the second took the place of the first, which was not told yet"


async def test_an_edit_from_a_later_one_on_leaves_the_earlier_ones(house: House) -> None:
    await weekly(house)
    _, second, third, *_ = await coming(house)
    moved = await do(house, third, to="2026-12-09 19:00")
    await do(house, second, Doing.EDIT, minutes=45, where="By the lake", places=8, which=Which.FOLLOWING)
    one, two, three, *_ = await coming(house)
    assert [(each.minutes, each.place.words, each.meeting.places) for each in (one, two, three)] == [
        (90, "", None),
        (45, "By the lake", 8),
        (45, "By the lake", 8),
    ]
    assert three.starts_at == moved.starts_at, "what was moved alone stays moved"


@pytest.mark.parametrize(
    ("doing", "typed", "reason"),
    [
        (Doing.MOVE, {"to": "tue 19:00"}, "move_nowhere"),
        (Doing.MOVE, {"to": "2026-12-01 19:00"}, "same_time"),
        (Doing.MOVE, {"to": "thu 12:00"}, "same_time"),
        (Doing.MOVE, {"to": "today 12:00"}, "past"),
        (Doing.MOVE, {"to": "2029-01-01 19:00"}, "too_far"),
        (Doing.MOVE, {"to": "soon"}, "start_unclear"),
        (Doing.MOVE, {"to": "1/12"}, "date_unclear"),
        (Doing.MOVE, {"to": "2027-02-01 19:00", "which": Which.FOLLOWING}, "move_past_until"),
        (Doing.EDIT, {}, "edit_nothing"),
        (Doing.EDIT, {"title": " \u202e"}, "title_empty"),
        (Doing.EDIT, {"minutes": 4}, "minutes_range"),
        (Doing.EDIT, {"places": 4}, "places_of_all"),
        (Doing.EDIT, {"where": "Voice"}, "where_no_voice"),
        (Doing.EDIT, {"where": "x" * 201}, "where_long"),
    ],
)
async def test_what_cannot_be_is_refused_in_words(
    house: House, doing: Doing, typed: dict[str, object], reason: str
) -> None:
    occasion = await weekly(house, until="2027-01-12")
    await house.schedule("Lunch", starts="thu 12:00")
    with pytest.raises(UserError) as error:
        await ask(house, occasion, doing, **typed)
    assert error.value.key.rpartition(".")[2] == reason


async def test_of_two_at_once_one_does_it_and_the_other_is_told(house: House) -> None:
    occasion = await weekly(house)
    mine, theirs = await ask(house, occasion, to="wed"), await ask(house, occasion, Doing.SKIP)
    outcomes = await asyncio.gather(confirm(house, mine), confirm(house, theirs), return_exceptions=True)
    (refused,) = [outcome for outcome in outcomes if isinstance(outcome, UserError)]
    assert refused.key in ("meetings.changed_meanwhile", "meetings.change_called_off")
    await house.carry()
    assert len(house.of("meetings.notice")) == 1


async def test_what_has_begun_is_gone_or_paused_is_told_at_the_press(house: House) -> None:
    occasion = await weekly(house)
    preview, other = await ask(house, occasion, to="wed"), await ask(house, occasion, to="tue 18:00")
    for before, after in ((GroupState.OPEN, GroupState.PAUSED), (GroupState.PAUSED, GroupState.OPEN)):
        async with house.db.begin() as tx:
            await set_state(tx, house.group.id, before=before, after=after)
        if after is GroupState.PAUSED:
            with pytest.raises(UserError, match="group_not_open"):
                await confirm(house, preview)
    house.clock.now = TUESDAY - HOUR / 2
    with pytest.raises(UserError, match="move_passed"):
        await confirm(house, other)
    house.clock.now = TUESDAY
    with pytest.raises(UserError, match="change_begun"):
        await confirm(house, preview)
    await house.due()
    with pytest.raises(NotFound, match="change_gone"):
        await confirm(house, preview)
    async with house.db.read() as tx:
        assert await tx.scalar(sa.select(sa.func.count()).select_from(drafts)) == 0, "a day later they are forgotten"


async def test_another_group_can_neither_ask_nor_confirm(house: House) -> None:
    occasion = await weekly(house)
    preview = await ask(house, occasion, to="wed")
    for group_id, guild_id in ((house.group.id + 1, GUILD), (house.group.id, GUILD + 1)):
        with pytest.raises(NotFound):
            await house.meetings.changes.confirm(
                guild_id=guild_id, group_id=group_id, draft_id=preview.draft_id, actor_id=FACILITATOR
            )


async def test_a_group_that_is_full_of_meetings_cannot_divide_one(house: House) -> None:
    await weekly(house)
    for number in range(MOST_PER_GROUP - 1):
        await house.schedule(starts=f"2027-02-{number + 1:02} 12:00")
    second = next(one for one in await coming(house) if one.starts_at == TUESDAY + WEEK)
    preview = await ask(house, second, to="wed 2 dec 19:00", which=Which.FOLLOWING)
    with pytest.raises(UserError, match="too_many_parts"):
        await confirm(house, preview)
    assert (await coming(house))[1].starts_at == TUESDAY + WEEK


async def test_each_31st_stays_each_31st_when_a_short_month_is_moved(house: House) -> None:
    await house.schedule(starts="2026-12-31 19:00", repeat=Repeat.MONTHLY)
    _, january, february, *_ = await coming(house)
    with pytest.raises(UserError, match="move_short_month"):
        await ask(house, february, to="2027-02-28 20:00", which=Which.FOLLOWING)
    await do(house, january, to="2027-01-31 20:00", which=Which.FOLLOWING)
    assert [str(one.starts_at.date()) for one in (await coming(house))[:4]] == [
        "2026-12-31",
        "2027-01-31",
        "2027-02-28",
        "2027-03-31",
    ]


async def test_a_change_that_waits_is_refused_once_the_group_is_archived(house: House) -> None:
    occasion = await weekly(house)
    preview = await ask(house, occasion, Doing.SKIP)
    await house.groups.archive.archive(guild_id=GUILD, group_id=house.group.id, actor_id=1)
    with pytest.raises(UserError, match="group_not_open"):
        await confirm(house, preview)
