"""An open meeting with people in it, a round, and what can be seen of the round from outside."""

from __future__ import annotations

from bot.features.meetings import Occasion
from bot.features.meetings.rounds import Heard, Press, Round, Rounds
from bot.features.meetings.rounds import store as rounds_store
from bot.features.meetings.running import store as running_store
from tests.features.meetings.house import FACILITATOR, GUILD, House

ANN, BEN, CAM, DEE, EVE, FAY = range(911, 917)


class Circle:
    """Acts for people by their ids, in the house as it is now: another process may have taken over."""

    def __init__(self, house: House, occasion: Occasion) -> None:
        self.house = house
        self.occasion = occasion
        self.round_id = 0

    @property
    def rounds(self) -> Rounds:
        return self.house.meetings.rounds

    async def come(self, *people: int) -> None:
        """They press **I'm here**."""
        meeting = {"meeting_id": self.occasion.meeting.id, "day": self.occasion.day}
        where = {"guild_id": GUILD, "group_id": self.occasion.group.id, **meeting}
        for user_id in people:
            await self.house.meetings.running.arrive(**where, user_id=user_id)

    async def close(self) -> None:
        which = {"guild_id": GUILD, "group_id": self.occasion.group.id}
        await self.house.meetings.running.close(**which, user_id=FACILITATOR)

    async def begin(self, seconds: int | None = None) -> bool:
        """Whether it is new."""
        circle, is_new = await self.rounds.begin(
            guild_id=GUILD, group_id=self.occasion.group.id, user_id=FACILITATOR, seconds=seconds
        )
        self.round_id = circle.id
        return is_new

    def press(self, user_id: int) -> Press:
        return Press(guild_id=GUILD, group_id=self.occasion.group.id, round_id=self.round_id, user_id=user_id)

    async def speak(self, user_id: int) -> tuple[Heard, int]:
        heard, before, _ = await self.rounds.speak(self.press(user_id))
        return heard, before

    async def let_pass(self, user_id: int) -> bool:
        return await self.rounds.let_pass(self.press(user_id))

    async def done(self, turn: int | None = None) -> None:
        """Who is at turn has finished."""
        circle = await self.now()
        assert circle is not None and circle.at_turn is not None
        await self.rounds.done(self.press(circle.at_turn.user_id), circle.turn if turn is None else turn)

    async def move_on(self, turn: int | None = None) -> bool:
        circle = await self.now()
        assert circle is not None
        return await self.rounds.move_on(self.press(FACILITATOR), circle.turn if turn is None else turn)

    async def pause(self) -> None:
        await self.rounds.pause(self.press(FACILITATOR))

    async def go_on(self) -> None:
        await self.rounds.go_on(self.press(FACILITATOR))

    async def end(self) -> None:
        await self.rounds.end(self.press(FACILITATOR))

    async def now(self) -> Round | None:
        """The round; None once it is over."""
        return await self.rounds.look(guild_id=GUILD, round_id=self.round_id)

    async def at_turn(self) -> int | None:
        circle = await self.now()
        seat = None if circle is None else circle.at_turn
        return None if seat is None else seat.user_id

    async def order(self) -> list[int]:
        """Everybody in the round in the order in which they would be called, who is at turn first."""
        async with self.house.db.read() as tx:
            circle = await rounds_store.get(tx, self.round_id)
        assert circle is not None
        return [seat.user_id for seat in sorted(circle.seats, key=lambda seat: seat.place)]


async def convene(house: House, *people: int, seconds: int | None = None) -> Circle:
    """A meeting that is open, with these people there, and a round that has begun."""
    circle = await gather(house, *people)
    await circle.begin(seconds)
    return circle


async def gather(house: House, *people: int, carried: bool = True) -> Circle:
    """A meeting that is open, and these people there; ``carried``: its opener stands in the room."""
    starts = house.clock.now.replace(minute=0, second=0)
    occasion = await house.schedule(starts=f"{starts:%Y-%m-%d} {(starts.hour + 2) % 24:02}:00")
    for user_id in people:
        await house.join(user_id)
    house.clock.now = occasion.starts_at
    await house.due()
    circle = Circle(house, occasion)
    await house.meetings.running.start(guild_id=GUILD, group_id=house.group.id, user_id=FACILITATOR, alone=True)
    async with house.db.begin() as tx:
        # who opens it is counted as there; this one only looks after the others
        await running_store.forget_person(tx, GUILD, house.group.id, FACILITATOR)
    if carried:
        await house.carry()
    await circle.come(*people)
    return circle
