"""A circle round: who is called, in which order, and what each press changes. Pure rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from random import Random

SHORTEST_TURN, LONGEST_TURN = 10, 1800  # seconds


class RoundState(StrEnum):
    GOING = "going"
    PAUSED = "paused"
    OVER = "over"


class SeatState(StrEnum):
    WAITING = "waiting"
    AT_TURN = "at_turn"
    SPEAKING = "speaking"
    """At turn, and they have said that they speak."""
    HEARD = "heard"
    OUT = "out"
    """Not to be called, because they passed or were silent twice. It is not kept which."""


class Heard(StrEnum):
    """What **Speak** comes to for the one who pressed it."""

    AT_TURN = "at_turn"
    WAITING = "waiting"
    HAD = "had"


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """Somebody of a group presses something about a round."""

    guild_id: int
    group_id: int
    round_id: int
    user_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    user_id: int
    place: int
    """Where in the order. Who passes keeps it, so that what is counted by places does not show that they did."""
    state: SeatState = SeatState.WAITING
    counted: bool = True
    """Whether a turn of theirs is among those that are counted and still to come."""
    silent: bool = False
    """Whether they were at turn once already, and said nothing."""

    @property
    def called(self) -> bool:
        return self.state in (SeatState.AT_TURN, SeatState.SPEAKING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One round of a meeting that is open. Whatever changes it gives a new one; what changes nothing gives it back."""

    id: int
    guild_id: int
    group_id: int
    meeting_id: int
    day: date
    number: int
    """The how manieth of this time of the meeting."""
    seconds: int
    """How long a turn is meant to be; nobody is cut off."""
    ends_at: datetime
    """When it is forgotten at the latest."""
    state: RoundState = RoundState.GOING
    turn: int = 0
    turns: int = 0
    """How many turns there are at most. It does not fall when somebody passes or leaves."""
    pauses: int = 0
    turn_ends_at: datetime | None = None
    """None while it is paused."""
    left: int = 0
    """Seconds that the turn had left when the round was paused."""
    troubled: bool = False
    """Whether the facilitators were told that the room could not be written to."""
    seats: tuple[Seat, ...] = ()

    @property
    def over(self) -> bool:
        return self.state is RoundState.OVER

    @property
    def at_turn(self) -> Seat | None:
        return next((seat for seat in self.seats if seat.called), None)

    def seat(self, user_id: int) -> Seat | None:
        return next((seat for seat in self.seats if seat.user_id == user_id), None)

    def before(self, user_id: int) -> int:
        """How many at most are before them, with the one at turn. Whether some of those have passed is not in it."""
        mine, now = self.seat(user_id), self.at_turn
        reached = -1 if now is None else now.place
        if mine is None or mine.called:
            return 0
        waiting = sum(seat.counted and reached < seat.place < mine.place for seat in self.seats)
        return waiting + (now is not None)

    # beginning and ending

    def begin(self, people: Sequence[int], now: datetime, shuffle: Random) -> Round:
        """Seat everybody who is there in an order that nobody chose, and call the first."""
        order = sorted(people)
        shuffle.shuffle(order)
        seats = tuple(Seat(user_id=user_id, place=place) for place, user_id in enumerate(order))
        return replace(self, seats=seats, turns=len(seats)).call_next(now)

    def end(self) -> Round:
        """Nothing of who was in it, nor of how many were called, is kept."""
        return replace(self, state=RoundState.OVER, seats=(), turn=0, turns=0, left=0, turn_ends_at=None)

    # what people press

    def arrive(self, user_id: int) -> Round:
        """Somebody has come: they are called last. Who has said that they pass is left in peace."""
        return self if self.seat(user_id) is not None else self._put_last(Seat(user_id=user_id, place=0, counted=False))

    def speak(self, user_id: int) -> Round:
        seat = self.seat(user_id)
        if seat is None:
            return self.arrive(user_id)
        match seat.state:
            case SeatState.AT_TURN:
                return self._with(replace(seat, state=SeatState.SPEAKING))
            case SeatState.OUT:
                return self._put_last(seat)
            case _:
                return self

    def heard(self, user_id: int) -> Heard:
        """What they may expect."""
        seat = self.seat(user_id)
        if seat is not None and seat.called:
            return Heard.AT_TURN
        return Heard.WAITING if seat is not None and seat.state is SeatState.WAITING else Heard.HAD

    def let_pass(self, user_id: int, now: datetime) -> Round:
        """Before their turn they are simply not called; at their turn the round moves on."""
        seat = self.seat(user_id)
        if seat is None:
            out = Seat(user_id=user_id, place=self._last_place + 1, state=SeatState.OUT, counted=False)
            return replace(self, seats=(*self.seats, out))
        if seat.called:
            return self._with(replace(seat, state=SeatState.OUT)).call_next(now)
        if seat.state is SeatState.WAITING:
            return self._with(replace(seat, state=SeatState.OUT))
        return self

    def done(self, user_id: int, turn: int, now: datetime) -> Round:
        seat = self.at_turn
        if seat is None or turn != self.turn or seat.user_id != user_id:
            return self
        return self._with(replace(seat, state=SeatState.HEARD)).call_next(now)

    def move_on(self, turn: int, now: datetime) -> Round:
        """A facilitator moves on. Who has said nothing gets one more turn, the last; who has spoken has been heard."""
        seat = self.at_turn
        if turn != self.turn:
            return self
        if seat is None:
            return self.call_next(now)
        if seat.state is SeatState.SPEAKING:
            return self._with(replace(seat, state=SeatState.HEARD)).call_next(now)
        if seat.silent:
            return self._with(replace(seat, state=SeatState.OUT)).call_next(now)
        return self._put_last(replace(seat, silent=True)).call_next(now)

    def leave(self, user_id: int, now: datetime) -> Round:
        """Somebody is not in the group any more."""
        seat = self.seat(user_id)
        if seat is None:
            return self
        rest = replace(self, seats=tuple(other for other in self.seats if other is not seat))
        return rest.call_next(now) if seat.called else rest

    def pause(self, now: datetime) -> Round:
        if self.turn_ends_at is None:
            return self
        left = max(0, int((self.turn_ends_at - now).total_seconds()))
        return replace(self, state=RoundState.PAUSED, left=left, turn_ends_at=None, pauses=self.pauses + 1)

    def go_on(self, now: datetime) -> Round:
        if self.state is not RoundState.PAUSED:
            return self
        return replace(self, state=RoundState.GOING, turn_ends_at=now + timedelta(seconds=self.left))

    def call_next(self, now: datetime) -> Round:
        """Call whoever waits longest; with nobody left the round is over."""
        waiting = sorted((seat for seat in self.seats if seat.state is SeatState.WAITING), key=lambda seat: seat.place)
        if not waiting:
            return self.end()
        called = self._with(replace(waiting[0], state=SeatState.AT_TURN, counted=False))
        paused = self.state is RoundState.PAUSED
        ends_at = None if paused else now + timedelta(seconds=self.seconds)
        return replace(called, turn=self.turn + 1, turn_ends_at=ends_at, left=self.seconds if paused else 0)

    # underneath

    @property
    def _last_place(self) -> int:
        return max((seat.place for seat in self.seats), default=-1)

    def _with(self, changed: Seat) -> Round:
        seats = tuple(changed if seat.user_id == changed.user_id else seat for seat in self.seats)
        return replace(self, seats=seats)

    def _put_last(self, seat: Seat) -> Round:
        last = replace(seat, place=self._last_place + 1, state=SeatState.WAITING, counted=True)
        others = tuple(other for other in self.seats if other.user_id != seat.user_id)
        return replace(self, seats=(*others, last), turns=self.turns + (not seat.counted))
