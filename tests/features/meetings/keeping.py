"""A house in which somebody must say that they will be there, or the meeting is called off."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.core.calendar import Repeat
from bot.core.reading import WallTime
from bot.features.groups import Role
from bot.features.meetings import Choice, Occasion, OccasionState
from bot.features.meetings import store as meetings_store
from bot.inbox.model import Kept
from bot.outbox import Errand
from bot.storage import Database
from tests.conftest import StepClock
from tests.features.meetings.house import FACILITATOR, GUILD, SAFEGUARDING, House

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
