"""A meeting that nobody holds: who is asked and when, and that members are told before they come."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.core.calendar import Repeat
from bot.core.errors import NotAllowed, UserError
from bot.core.reading import WallTime
from bot.features.groups import GroupState, Role
from bot.features.groups.model import Member
from bot.features.groups.store import set_state
from bot.features.meetings import Choice, Occasion, OccasionState
from bot.features.meetings import store as meetings_store
from bot.features.meetings.cover.store import cover, steps
from bot.inbox.model import Kept
from bot.outbox import Errand
from bot.storage import Database, Tx
from tests.conftest import StepClock
from tests.features.meetings.house import BACKUP, FACILITATOR, GUILD, LEAD, SAFEGUARDING, House

TUESDAY = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)  # 19:00 in Berlin; now it is Sunday
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
WEEK = 7 * DAY
GIL, ANN, MO = 904, 911, 912


class Keeping(House):
    """A house in which somebody must say that they will be there."""

    def __init__(self, db: Database, clock: StepClock) -> None:
        self.errands: list[Errand] = []
        super().__init__(db, clock, confirm=True)

    async def _deliver(self, errand: Errand) -> None:
        self.errands.append(errand)
        await super()._deliver(errand)

    async def settle(self) -> None:
        """Have everything happen that is due by now, and what is due because of it."""
        await self.until(self.clock())

    async def weekly(self) -> Occasion:
        return await self.schedule(starts="tue 19:00", repeat=Repeat.WEEKLY)

    def which(self, occasion: Occasion, user_id: int) -> dict[str, object]:
        ids = {"guild_id": GUILD, "group_id": self.group.id, "meeting_id": occasion.meeting.id, "day": occasion.day}
        return {**ids, "user_id": user_id}

    async def there(self, occasion: Occasion, user_id: int = FACILITATOR) -> None:
        await self.meetings.cover.confirm(**self.which(occasion, user_id))  # pyright: ignore[reportArgumentType]

    async def cannot(self, occasion: Occasion, user_id: int = FACILITATOR) -> None:
        await self.meetings.cover.take_back(**self.which(occasion, user_id))  # pyright: ignore[reportArgumentType]

    async def covers(self, occasion: Occasion, user_id: int) -> None:
        await self.meetings.cover.stand_in(**self.which(occasion, user_id))  # pyright: ignore[reportArgumentType]

    async def looks(self, occasion: Occasion, user_id: int) -> None:
        await self.meetings.cover.look_for(**self.which(occasion, user_id))  # pyright: ignore[reportArgumentType]

    async def answers(self, occasion: Occasion, user_id: int, choice: Choice) -> None:
        await self.meetings.answer(**self.which(occasion, user_id), choice=choice)  # pyright: ignore[reportArgumentType]

    async def holding(self, occasion: Occasion) -> set[int]:
        async with self.db.read() as tx:
            return set(await self.meetings.cover.confirmed(tx, await self.now(occasion)))

    async def now(self, occasion: Occasion) -> Occasion:
        which = {"guild_id": GUILD, "meeting_id": occasion.meeting.id, "day": occasion.day}
        found = await self.meetings.spoken_of(**which)
        assert found is not None
        return found

    async def off(self, occasion: Occasion) -> bool:
        return (await self.now(occasion)).state is OccasionState.CANCELLED

    async def moved(self, occasion: Occasion, to: WallTime) -> Occasion:
        async with self.db.begin() as tx:
            meeting = await meetings_store.get(tx, GUILD, occasion.meeting.id)
            assert meeting is not None
            now = Occasion(meeting=meeting, group=self.group, occurrence=occasion.occurrence)
            change = replace(now.change, moved=to, revision=now.change.revision + 1)
            meeting = await meetings_store.change(tx, meeting, change)
            await self.meetings._course.plan(tx, meeting)
        return await self.now(occasion)

    async def told(self, user_id: int, kind: str) -> list[Kept]:
        return [word for word in await self.inbox.all_of(guild_id=GUILD, user_id=user_id) if word.kind == kind]

    def asked(self) -> list[tuple[str, datetime]]:
        """Whom the posts in the leads' channel asked, and when."""
        posts = [errand for errand in self.errands if errand.kind == "meetings.cover_asked"]
        assert {post.channel_id for post in posts} <= {SAFEGUARDING}
        at = [carried.at for carried in self.of("meetings.cover_asked")]
        return [(str(post.params["task"]), when) for post, when in zip(posts, at, strict=True)]

    async def role(self, user_id: int) -> Role | None:
        async with self.db.read() as tx:
            member = await self.groups.member(tx, GUILD, self.group.id, user_id)
        return member.role if member is not None and member.active else None

    def opened_to(self, user_id: int) -> set[str]:
        return {str(errand.params["place"]) for errand in self.errands if errand.params.get("user") == user_id}


@pytest.fixture
async def house(db: Database, clock: StepClock) -> AsyncGenerator[Keeping]:
    made = Keeping(db, clock)
    await made.found()
    yield made
    await made.empty()


async def rows(house: House) -> int:
    async with house.db.read() as tx:
        counts = [await tx.scalar(sa.select(sa.func.count()).select_from(table)) for table in (cover, steps)]
    return sum(map(int, counts))


async def test_while_nobody_will_be_there_one_after_the_other_is_asked_and_in_the_end_it_is_called_off(
    house: Keeping,
) -> None:
    occasion = await house.schedule(starts="2026-12-01 19:00", repeat=Repeat.WEEKLY)
    starts = occasion.starts_at
    await house.join(ANN)
    await house.answers(occasion, ANN, Choice.COMING)
    for before in (3 * DAY, DAY, 2 * HOUR, HOUR, timedelta(minutes=30), timedelta()):
        await house.until(starts - before)
        house.start()  # a new process at every turn
        await house.settle()
    assert house.of("meetings.card")[0].at == starts - 3 * DAY
    assert house.asked() == [("backup", starts - DAY), ("lead", starts - 2 * HOUR)]
    assert len(await house.told(FACILITATOR, "meetings.cover_again")) == 1
    assert await house.off(occasion)
    (notice,) = house.of("meetings.notice")
    assert notice.at == starts - timedelta(minutes=30)
    desk, leads = house.of("meetings.uncovered")
    assert {desk.at, leads.at} == {notice.at}
    assert len(await house.told(ANN, "meetings.changed")) == 1
    await house.until(starts + 4 * HOUR)
    assert len(house.asked()) == 2
    assert await rows(house) == 0
    await house.until(starts + WEEK - DAY)
    assert house.asked()[2:] == [("backup", starts + WEEK - DAY)], "the next time is asked about anew"


async def test_whoever_says_so_is_counted_on_until_it_is_over_and_nothing_of_it_stays(house: Keeping) -> None:
    occasion = await house.weekly()
    await house.join(GIL, Role.FACILITATOR)
    await house.until(TUESDAY - 2 * DAY)
    for _ in range(2):
        await house.there(occasion)
    await house.answers(occasion, GIL, Choice.COMING)
    assert await house.holding(occasion) == {FACILITATOR, GIL}
    await house.answers(occasion, GIL, Choice.LISTENING)
    assert await house.holding(occasion) == {FACILITATOR, GIL}
    await house.answers(occasion, GIL, Choice.AWAY)
    await house.answers(occasion, FACILITATOR, Choice.COMING)
    assert await house.holding(occasion) == {FACILITATOR}
    await house.until(TUESDAY + 2 * HOUR)
    assert house.asked() == []
    assert not await house.off(occasion)
    assert await rows(house) == 0
    with pytest.raises(UserError, match=r"meetings\.cover_ended"):
        await house.there(occasion)


async def test_what_members_answer_holds_no_meeting(house: Keeping) -> None:
    occasion = await house.weekly()
    await house.join(ANN)
    await house.answers(occasion, ANN, Choice.COMING)
    with pytest.raises(NotAllowed):
        await house.there(occasion, ANN)
    with pytest.raises(NotAllowed):
        await house.covers(occasion, ANN)
    assert await house.holding(occasion) == set()
    await house.until(TUESDAY)
    assert await house.off(occasion)


async def test_who_schedules_a_meeting_of_today_will_be_there(house: Keeping) -> None:
    occasion = await house.schedule(starts="today 19:00", repeat=Repeat.DAILY)
    assert await house.holding(occasion) == {FACILITATOR}
    await house.until(occasion.starts_at)
    assert not await house.off(occasion)
    tomorrow = occasion.starts_at + DAY
    assert house.asked() == [("backup", occasion.starts_at)], "but nobody has said so for tomorrow"
    await house.until(tomorrow)
    assert [task for task, _ in house.asked()] == ["backup", "lead", "backup"]


@pytest.mark.parametrize("day", ["2027-03-28", "2027-10-31"])
async def test_a_day_before_is_24_hours_whatever_the_clocks_do(house: Keeping, day: str) -> None:
    occasion = await house.schedule(starts=f"{day} 19:00")
    await house.until(occasion.starts_at)
    starts = occasion.starts_at
    assert house.asked() == [("backup", starts - timedelta(hours=24)), ("lead", starts - 2 * HOUR)]


async def test_if_the_leads_channel_takes_nothing_both_are_asked_privately(house: Keeping) -> None:
    occasion = await house.weekly()
    house.refusing["meetings.cover_asked"] = "forbidden"
    await house.until(TUESDAY - DAY)
    for user_id in (BACKUP, LEAD):
        assert len(await house.told(user_id, "meetings.cover_asked")) == 1
    house.refusing["meetings.uncovered"] = "missing"
    await house.until(TUESDAY)
    for user_id in (BACKUP, LEAD):
        assert len(await house.told(user_id, "meetings.cover_asked")) == 2
        assert len(await house.told(user_id, "meetings.uncovered")) == 1
    assert await house.off(occasion)


async def test_without_a_leads_channel_they_are_asked_privately(house: Keeping) -> None:
    house.safeguarding_id = None
    occasion = await house.weekly()
    await house.until(TUESDAY)
    assert await house.off(occasion)
    assert [len(await house.told(user_id, "meetings.cover_asked")) for user_id in (LEAD, BACKUP)] == [2, 2]
    assert [len(await house.told(user_id, "meetings.uncovered")) for user_id in (LEAD, BACKUP)] == [1, 1]


async def test_nobody_is_called_off_on_by_an_outage_of_ours_alone(house: Keeping) -> None:
    occasion = await house.weekly()
    await house.until(TUESDAY - 25 * HOUR)
    house.clock.now = TUESDAY - timedelta(minutes=20)
    house.start()
    await house.settle()
    assert [task for task, _ in house.asked()] == ["backup", "lead"]
    assert not await house.off(occasion)
    await house.until(TUESDAY - 11 * MINUTE)
    assert not await house.off(occasion)
    await house.until(TUESDAY - 10 * MINUTE)
    assert await house.off(occasion)


async def test_who_comes_back_after_the_start_calls_nothing_off(house: Keeping) -> None:
    occasion = await house.weekly()
    house.clock.now = TUESDAY + MINUTE
    house.start()
    await house.settle()
    assert not await house.off(occasion)
    assert house.asked() == []


async def test_who_cannot_come_after_all_is_replaced_in_time_or_members_are_told(house: Keeping) -> None:
    occasion = await house.weekly()
    await house.there(occasion)
    await house.until(TUESDAY - 20 * MINUTE)
    assert house.asked() == []
    await house.cannot(occasion)
    await house.settle()
    assert [task for task, _ in house.asked()] == ["backup", "lead"]
    await house.covers(occasion, BACKUP)
    await house.until(TUESDAY + HOUR)
    assert not await house.off(occasion)


async def test_a_meeting_that_was_opened_is_held(house: Keeping) -> None:
    occasion = await house.weekly()
    await house.until(TUESDAY - 40 * MINUTE)
    await house.meetings.running.start(**house.which(occasion, FACILITATOR))  # pyright: ignore[reportArgumentType]
    await house.until(TUESDAY + HOUR)
    assert (await house.now(occasion)).state is OccasionState.OPEN


async def test_in_a_break_nobody_is_asked_and_after_it_at_once(house: Keeping) -> None:
    occasion = await house.weekly()
    groups = house.groups
    await groups.breaks.begin(guild_id=GUILD, group_id=house.group.id, actor_id=FACILITATOR, until=None)
    await house.until(TUESDAY - 5 * HOUR)
    assert house.asked() == []
    await groups.breaks.end(guild_id=GUILD, group_id=house.group.id, actor_id=FACILITATOR)
    await house.settle()
    assert house.asked() == [("backup", TUESDAY - 5 * HOUR)]
    async with house.db.begin() as tx:
        await set_state(tx, house.group.id, before=GroupState.OPEN, after=GroupState.PAUSED)
    await house.until(TUESDAY + HOUR)
    assert not await house.off(occasion)


async def test_after_a_move_those_who_had_confirmed_are_asked_again_and_only_they(house: Keeping) -> None:
    occasion = await house.weekly()
    await house.join(GIL, Role.FACILITATOR)
    await house.there(occasion)
    before = occasion.starts_at
    moved = await house.moved(occasion, WallTime(day=occasion.day, time=datetime(2026, 1, 1, 21, 0).time()))
    await house.settle()
    assert moved.starts_at == before + 2 * HOUR
    assert await house.holding(occasion) == set()
    assert [len(await house.told(user_id, "meetings.cover_again")) for user_id in (FACILITATOR, GIL)] == [1, 0]
    await house.until(before)
    assert house.asked() == [("backup", moved.starts_at - DAY), ("lead", moved.starts_at - 2 * HOUR)]
    back = await house.moved(occasion, WallTime(day=occasion.day, time=datetime(2026, 1, 1, 20, 0).time()))
    await house.settle()
    assert [task for task, _ in house.asked()] == ["backup", "lead", "backup", "lead"], "it is another time"
    await house.until(back.starts_at - 31 * MINUTE)
    assert not await house.off(occasion)
    await house.until(back.starts_at)
    assert await house.off(occasion)
    assert await rows(house) == 0


async def test_a_change_of_how_it_is_called_or_how_long_it_lasts_leaves_it_held(house: Keeping) -> None:
    occasion = await house.weekly()
    await house.covers(occasion, LEAD)
    async with house.db.begin() as tx:
        now = await house.now(occasion)
        change = replace(now.change, title="Another", minutes=180, revision=now.change.revision + 1)
        await house.meetings._course.plan(tx, await meetings_store.change(tx, now.meeting, change))
    await house.settle()
    assert await house.holding(occasion) == {LEAD}
    await house.until(TUESDAY + 3 * HOUR + 2 * HOUR)
    assert await house.role(LEAD) is Role.FACILITATOR, "until some hours after its end, which is later now"
    await house.until(TUESDAY + 6 * HOUR)
    assert await house.role(LEAD) is None


async def test_a_lead_who_covers_it_is_in_the_group_for_as_long_as_it_takes(house: Keeping) -> None:
    occasion = await house.weekly()
    left: list[int] = []

    async def note(_: Tx, member: Member) -> None:
        left.append(member.user_id)

    await house.until(TUESDAY - DAY)
    house.groups.left.append(note)
    for _ in range(2):
        await house.covers(occasion, BACKUP)
    await house.settle()
    assert house.opened_to(BACKUP) == {"room", "desk"}
    roll = await house.groups.watch.roll(GUILD)
    assert roll is not None
    declared = {member.user_id: member.role for _, members in roll.groups for member in members}
    assert declared[BACKUP] is Role.FACILITATOR, "what is declared is no drift"
    await house.until(TUESDAY + HOUR)
    assert house.asked() == [("backup", TUESDAY - DAY)]
    assert await house.role(BACKUP) is Role.FACILITATOR
    end = occasion.ends_at + 3 * HOUR
    await house.until(end - MINUTE)
    assert left == []
    house.start()
    house.groups.left.append(note)
    for _ in range(2):
        await house.until(end)
        house.start()
        await house.settle()
    assert left == [BACKUP]
    assert await house.role(BACKUP) is None
    assert house.of("groups.trouble") == [], "no group has lost a facilitator by that"


async def test_the_group_does_not_count_on_who_covers_a_meeting(house: Keeping) -> None:
    occasion = await house.weekly()
    await house.covers(occasion, LEAD)
    which = {"guild_id": GUILD, "group_id": house.group.id}
    with pytest.raises(UserError, match=r"groups\.sole_facilitator"):
        await house.groups.leave(**which, user_id=FACILITATOR)
    await house.groups.leave(**which, user_id=LEAD)
    assert await house.holding(occasion) == set()
    await house.covers(occasion, LEAD)
    await house.groups.gone(guild_id=GUILD, user_id=LEAD)
    await house.carry()
    assert house.of("groups.trouble") == []
    await house.groups.gone(guild_id=GUILD, user_id=FACILITATOR)
    await house.carry()
    assert len(house.of("groups.trouble")) == 1, "the group has nobody any more"


async def test_nobody_more_than_needed_is_let_in(house: Keeping) -> None:
    occasion = await house.weekly()
    outcomes = await asyncio.gather(
        house.covers(occasion, LEAD), house.covers(occasion, BACKUP), return_exceptions=True
    )
    (refused,) = [outcome for outcome in outcomes if outcome is not None]
    assert isinstance(refused, UserError)
    assert refused.key == "meetings.cover_taken"
    assert [await house.role(user_id) for user_id in (LEAD, BACKUP)].count(Role.FACILITATOR) == 1


async def test_who_comes_to_the_group_for_themselves_is_not_asked_to_lead_it(house: Keeping) -> None:
    occasion = await house.weekly()
    await house.join(BACKUP)
    await house.until(TUESDAY - DAY)
    assert [task for task, _ in house.asked()] == ["lead"]
    with pytest.raises(UserError, match=r"meetings\.cover_inside"):
        await house.covers(occasion, BACKUP)
    assert await house.role(BACKUP) is Role.MEMBER


async def test_a_lead_who_facilitates_the_group_only_says_so(house: Keeping) -> None:
    occasion = await house.weekly()
    await house.join(LEAD, Role.FACILITATOR)
    await house.there(occasion)
    await house.covers(occasion, LEAD)
    assert await house.holding(occasion) == {FACILITATOR, LEAD}
    await house.until(TUESDAY + DAY)
    assert await house.role(LEAD) is Role.FACILITATOR


async def test_who_looks_for_somebody_is_shown_and_the_asking_goes_on(house: Keeping) -> None:
    occasion = await house.weekly()
    await house.until(TUESDAY - DAY)
    await house.looks(occasion, BACKUP)
    await house.settle()
    assert len(house.of("meetings.cover_shown")) >= 1
    assert (await house.meetings.cover.covered(await house.now(occasion))).looking == (BACKUP,)
    await house.until(TUESDAY - HOUR)
    assert [task for task, _ in house.asked()] == ["backup", "lead"]
    await house.groups.gone(guild_id=GUILD, user_id=BACKUP)
    await house.until(TUESDAY)
    assert await house.off(occasion)


async def test_a_meeting_that_is_off_lets_go_of_who_was_to_cover_it(house: Keeping) -> None:
    occasion = await house.weekly()
    for ends in ("called off", "taken back", "archived"):
        await house.covers(occasion, LEAD)
        assert await house.role(LEAD) is Role.FACILITATOR
        if ends == "taken back":
            await house.cannot(occasion, LEAD)
        elif ends == "archived":
            await house.groups.archive.archive(guild_id=GUILD, group_id=house.group.id, actor_id=FACILITATOR)
        else:
            async with house.db.begin() as tx:
                await house.meetings.changes.call_off(tx, await house.now(occasion), "other", actor_id=FACILITATOR)
        await house.settle()
        assert await house.role(LEAD) is None, ends
        if ends == "called off":
            coming = await house.meetings.coming(guild_id=GUILD, group_id=house.group.id)
            occasion = coming[0]


async def test_who_covers_two_meetings_stays_for_the_second(house: Keeping) -> None:
    first = await house.weekly()
    second = await house.schedule("Another", starts="tue 22:00")
    await house.covers(first, LEAD)
    await house.covers(second, LEAD)
    await house.until(first.ends_at + 3 * HOUR)
    assert await house.role(LEAD) is Role.FACILITATOR
    await house.until(second.ends_at + 3 * HOUR)
    assert await house.role(LEAD) is None


async def test_a_facilitator_who_is_gone_holds_nothing(house: Keeping) -> None:
    occasion = await house.weekly()
    await house.join(GIL, Role.FACILITATOR)
    await house.there(occasion, GIL)
    await house.until(TUESDAY - 5 * HOUR)
    assert house.asked() == []
    await house.groups.leave(guild_id=GUILD, group_id=house.group.id, user_id=GIL)
    await house.settle()
    assert house.asked() == [("backup", TUESDAY - 5 * HOUR)]


async def test_where_nobody_has_to_confirm_nothing_of_this_happens(db: Database, clock: StepClock) -> None:
    house = Keeping(db, clock)
    house.confirming = False
    house.start()
    await house.found()
    occasion = await house.weekly()
    await house.until(TUESDAY + HOUR)
    assert house.asked() == []
    assert not await house.off(occasion)
    assert house.of("meetings.card")[0].at == TUESDAY - DAY
