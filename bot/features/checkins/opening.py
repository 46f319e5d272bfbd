"""Opening a check-in: whether it can be, whom it is for, and the tally that is there before anybody is asked."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.audit import Audit
from bot.core.clock import Clock
from bot.core.errors import UserError
from bot.core.ids import new_id
from bot.core.questions import Template
from bot.features.checkins import store
from bot.features.checkins.limits import Limits
from bot.features.checkins.model import FEWEST_ELIGIBLE, Checkin, CheckinState, eligible, meant, read_closing
from bot.features.checkins.overheard import overhearing
from bot.features.checkins.posts import OPENED, Posts
from bot.features.checkins.tallies import Tallies
from bot.features.checkins.tally import MOST_ELIGIBLE
from bot.features.groups import Group, Groups, GroupState
from bot.features.groups.desk import ServerOf
from bot.storage import Tx
from bot.timers import Timers

log = logging.getLogger(__name__)

CLOSE: Final = "checkins.close"

SOONEST, LATEST = 10, 120
"""Seconds after its announced end at which a check-in is closed, drawn at random: when its sentences come says nothing
of the last answer, and one that was sent in time is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A check-in that is to be opened. ``closes``: when, as somebody typed it, or how long it stays open."""

    template: str
    closes: str | timedelta = ""
    user_id: int | None = None
    """Who opens it; None if it comes round by itself."""


class Opening:
    def __init__(
        self,
        clock: Clock,
        timers: Timers,
        audit: Audit,
        groups: Groups,
        *,
        templates: Mapping[str, Template],
        tallies: Tallies,
        limits: Limits,
        posts: Posts,
        server: ServerOf,
        undone: Callable[[int], None],
    ) -> None:
        """``undone``: called with the id of a check-in whose transaction was not kept, so that its tally goes."""
        self._clock = clock
        self._timers = timers
        self._audit = audit
        self._groups = groups
        self._templates = templates
        self._tallies = tallies
        self._limits = limits
        self._posts = posts
        self._server = server
        self._undone = undone

    def asked(self, template: str) -> Template:
        """The template of that id or title. Raises ``UserError`` if there is none."""
        asked = self._templates.get(self.id_of(template))
        if asked is None:
            raise UserError("checkins.no_template", template=template[:40])
        return asked

    def id_of(self, typed: str) -> str:
        """The id of the template that is meant; what was typed if there is none."""
        return meant(typed, self._templates)

    def knows(self, template: str) -> bool:
        return template in self._templates

    async def zone(self, tx: Tx, group: Group) -> ZoneInfo:
        return group.clocks(await self._server(tx, group.guild_id))

    async def open(self, tx: Tx, group: Group | None, wanted: Wanted) -> Checkin:
        """Ask everybody who is a member now, in ``tx``, which holds the group's lock.

        Raises ``UserError`` with the reason, before anything is written. If ``tx`` is not kept, no tally is left.
        """
        asked = self.asked(wanted.template)
        _unheard()
        group = await self._askable(tx, group)
        now, zone = self._clock(), await self.zone(tx, group)
        await self._limits.once(tx, group, asked, at=now, zone=zone)
        closes_at = (
            now + wanted.closes if isinstance(wanted.closes, timedelta) else read_closing(wanted.closes, now, zone)
        )
        people = _enough(eligible(await self._groups.members(tx, group.guild_id, group.id)))
        await self._limits.apart(tx, group, asked, people, now=now, closes_at=closes_at, zone=zone)
        checkin = Checkin(
            id=new_id(),
            guild_id=group.guild_id,
            group_id=group.id,
            asked=asked,
            state=CheckinState.OPEN,
            opened_at=now,
            closes_at=closes_at,
            eligible=len(people),
        )
        await self._make_tally(tx, checkin.id, people)
        await store.add(tx, checkin, people)
        await self._announce(tx, group, checkin, actor_id=wanted.user_id)
        return checkin

    async def _askable(self, tx: Tx, group: Group | None) -> Group:
        if group is None or group.room_id is None or group.state is not GroupState.OPEN:
            raise UserError("checkins.group_not_open")
        if await store.open_in(tx, group.guild_id, group.id) is not None:
            raise UserError("checkins.one_at_a_time")
        return group

    async def _make_tally(self, tx: Tx, checkin_id: int, people: list[int]) -> None:
        tx.if_undone(lambda: self._undone(checkin_id))
        try:
            await self._tallies.make(checkin_id, people)
        except OSError as error:
            self._undone(checkin_id)  # what is kept in ``tx`` in its place is kept
            log.error("no check-in can be opened, because its answers cannot be kept: %s", error)
            raise UserError("checkins.no_place") from error

    async def _announce(self, tx: Tx, group: Group, checkin: Checkin, *, actor_id: int | None) -> None:
        delay = SOONEST + secrets.randbelow(LATEST - SOONEST + 1)
        closes_at = checkin.closes_at + timedelta(seconds=delay)
        await self._timers.set(tx, CLOSE, str(checkin.id), closes_at, guild_id=group.guild_id)
        await self._posts.put(tx, group, checkin, OPENED, expires_at=checkin.closes_at)
        await self._audit.record(
            tx,
            guild_id=checkin.guild_id,
            actor=actor_id,
            action="checkins.opened",
            subject=f"group:{group.id}",
            template=checkin.asked.id,
        )


def _unheard() -> None:
    if heard := overhearing():
        log.error("no check-in can be opened: %s", "; ".join(heard))
        raise UserError("checkins.overheard")


def _enough(people: list[int]) -> list[int]:
    if len(people) < FEWEST_ELIGIBLE:
        raise UserError("checkins.too_few", fewest=FEWEST_ELIGIBLE, people=len(people))
    if len(people) > MOST_ELIGIBLE:
        raise UserError("checkins.too_many", most=MOST_ELIGIBLE)
    return people
