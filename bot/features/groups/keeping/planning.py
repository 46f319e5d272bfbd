"""Reads what is typed about a group, when it is founded and when it is edited: what can be so, and what cannot."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

from bot.core.clock import Clock
from bot.core.errors import UserError
from bot.core.ids import new_code, new_id
from bot.core.reading import read_day
from bot.features.groups.keeping.names import words_that_tell
from bot.features.groups.model import (
    ABOUT_LENGTH,
    NAME_LENGTH,
    Change,
    Group,
    GroupState,
    Mode,
    Plan,
    Rules,
    tidy,
)


class Planning:
    def __init__(self, clock: Clock, rules: Rules) -> None:
        self._clock = clock
        self._rules = rules

    def group(self, guild_id: int, plan: Plan, zone: str) -> Group:
        """The group that was asked for, not made yet. Raises ``UserError`` for what cannot be so."""
        joins_from = self._day(plan.joins_from, zone)
        joins_until = self._day(plan.joins_until, zone)
        _check_window(plan.mode, joins_from, joins_until)
        name = self.name(plan.name)
        return Group(
            id=new_id(),
            guild_id=guild_id,
            code=new_code(),
            name=name,
            about=_about(plan.about),
            capacity=self._capacity(self._rules.capacity if plan.capacity is None else plan.capacity),
            mode=plan.mode,
            state=GroupState.DRAFT if self.telling(name) else GroupState.FORMING,
            zone=None,
            room_id=None,
            desk_id=None,
            voice_id=None,
            voice=plan.voice,
            joins_from=joins_from,
            joins_until=joins_until,
        )

    def changed(self, group: Group, change: Change, zone: str) -> Group:
        """The group as it will be; a name that has to be thought over waits. Raises ``UserError`` as for a new one."""
        mode = change.mode or group.mode
        kept = (None, None) if mode is Mode.OPEN else (group.joins_from, group.joins_until)
        joins_from = self._day(change.joins_from or "", zone) or kept[0]
        joins_until = self._day(change.joins_until or "", zone) or kept[1]
        _check_window(mode, joins_from, joins_until)
        return replace(
            self._renamed(group, change.name),
            about=group.about if change.about is None else _about(change.about),
            capacity=group.capacity if change.capacity is None else self._capacity(change.capacity),
            mode=mode,
            joins_from=joins_from,
            joins_until=joins_until,
            voice=group.voice if change.voice is None else change.voice,
        )

    def name(self, typed: str) -> str:
        name = tidy(typed)
        if not name:
            raise UserError("groups.name_empty")
        if len(name) > NAME_LENGTH:
            raise UserError("groups.name_long", longest=NAME_LENGTH)
        return name

    def telling(self, name: str) -> tuple[str, ...]:
        """The words in a name that say what the group's people share."""
        return words_that_tell(name, self._rules.condition_words)

    def _renamed(self, group: Group, typed: str | None) -> Group:
        if typed is None:
            return group
        name = self.name(typed)
        if name != group.name and self.telling(name):
            return replace(group, pending_name=name)
        return replace(group, name=name, pending_name="")

    def _capacity(self, capacity: int) -> int:
        if not 1 <= capacity <= self._rules.hard_capacity:
            raise UserError("groups.capacity_range", most=self._rules.hard_capacity)
        return capacity

    def _day(self, typed: str, zone: str) -> date | None:
        return read_day(typed, self._clock(), ZoneInfo(zone)) if typed.strip() else None


def _about(typed: str) -> str:
    return tidy(typed)[:ABOUT_LENGTH]


def _check_window(mode: Mode, joins_from: date | None, joins_until: date | None) -> None:
    if mode is Mode.OPEN and (joins_from or joins_until):
        raise UserError("groups.dates_need_mode")
    if mode is Mode.WINDOWS and (joins_from is None or joins_until is None):
        raise UserError("groups.window_needs_dates")
    if joins_from and joins_until and joins_until < joins_from:
        raise UserError("groups.window_backwards")
