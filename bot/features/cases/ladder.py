"""Calling somebody for a case, and somebody else if nobody comes, until a person has taken it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from bot.core.clock import Clock
from bot.features.cases import store
from bot.features.cases.model import About, Case, Part, Reach, Rung, Step
from bot.features.groups import Groups, Server
from bot.inbox import Inbox, Word
from bot.outbox import Deed, Delivered, Lane, Outbox, Post, Returned, What
from bot.storage import Tx
from bot.timers import Due, Timers

CARD: Final = "cases.card"
NUDGE: Final = "cases.nudge"
STATUS: Final = "cases.status"
OLD: Final = "cases.old"
CALLED: Final = "cases.called"
UNREACHED: Final = "cases.unreached"
STEP: Final = "cases.step"

LATE = timedelta(minutes=1)
WORDS_LAST = timedelta(days=60)

ServerOf = Callable[[Tx, int], Awaitable[Server | None]]


class Ladder:
    def __init__(
        self,
        clock: Clock,
        outbox: Outbox,
        inbox: Inbox,
        timers: Timers,
        groups: Groups,
        *,
        server: ServerOf,
        steps: Mapping[int, Step],
    ) -> None:
        """``steps``: for each tier, when somebody else is called."""
        self._clock = clock
        self._outbox = outbox
        self._inbox = inbox
        self._timers = timers
        self._groups = groups
        self._server = server
        self._steps = steps
        timers.on(STEP, self._due)
        outbox.delivered(CARD, self._card_posted)
        outbox.undeliverable(CARD, self._not_called)
        outbox.undeliverable(NUDGE, self._not_called)

    async def reach(self, tx: Tx, case: Case) -> Reach | None:
        """Who may be asked about it; None if this server is not set up."""
        about = await store.people(tx, case, Part.ABOUT)
        return await self.reach_for(tx, case.guild_id, case.group_id, case.about, about)

    async def reach_for(
        self, tx: Tx, guild_id: int, group_id: int | None, about: About, named: list[int]
    ) -> Reach | None:
        """Who may be asked about a concern that is ``about`` some, and names others."""
        server = await self._server(tx, guild_id)
        if server is None:
            return None
        group = None if group_id is None else await self._groups.group(tx, guild_id, group_id)
        members = [] if group is None else await self._groups.members(tx, guild_id, group.id)
        facilitators = frozenset(member.user_id for member in members if member.facilitates)
        concerned = frozenset(named)
        if about is About.FACILITATOR:
            # which of them it is was not said
            concerned |= facilitators
        return Reach(server=server, group=group, facilitators=facilitators, concerned=concerned, about=about)

    async def begin(self, tx: Tx, case: Case, reach: Reach) -> None:
        """Call the first who may be asked."""
        await self._call(tx, case, reach, next(iter(reach.rungs), None))

    async def hurry(self, tx: Tx, case: Case, tier: int) -> None:
        """It is more urgent than was thought: the next step comes as soon as that asks for."""
        due_at = self._clock() + self._steps[tier].after
        if case.due_at is not None and due_at < case.due_at:
            await self._expect(tx, case, due_at)

    async def stop(self, tx: Tx, case: Case) -> None:
        """A person has it."""
        await self._timers.cancel(tx, STEP, str(case.id))

    async def show(self, tx: Tx, case: Case) -> None:
        """Have the cards say how it stands now."""
        for channel_id in case.cards:
            await self._edit(
                tx, case, STATUS, f"case:{case.id}:status:{channel_id}", channel_id, case.cards[channel_id]
            )

    async def _due(self, tx: Tx, due: Due) -> None:
        await tx.lock("case", int(due.subject))
        case = await store.by_id(tx, int(due.subject))
        if case is None or not case.open:
            return
        reach = await self.reach(tx, case)
        if reach is None:
            return
        late = due.late > LATE
        # both leads read the lead's channel: to go on from there would reach nobody else
        rung = None if case.at is Rung.LEAD else reach.after(case.at)
        if rung is not None:
            await self._call(tx, case, reach, rung, late=late)
            return
        repeat = self._steps[case.tier].repeat
        if case.told and repeat is None:
            return
        await self._tell_the_truth(tx, case)
        top = case.at if case.at in reach.rungs else next(reversed(reach.rungs), None)
        await self._call(tx, case, reach, top, late=late, again=True)

    async def _call(
        self, tx: Tx, case: Case, reach: Reach, rung: Rung | None, *, late: bool = False, again: bool = False
    ) -> None:
        """Call this rung, or the next that can be; set when to look whether somebody came. ``again``: it was called
        before, and there is nobody above it.
        """
        while rung is not None and not rung.alone and reach.channel(rung) is None:
            rung = reach.after(rung)
        if rung is None:
            await self._tell_the_truth(tx, case)
            await self._expect(tx, case, self._later(case))
            return
        call = case.calls + 1
        await store.change(tx, case.id, at=rung, calls=call)
        params = {"case": case.id, "rung": rung, "call": call, "late": late, "again": again}
        if rung.alone:
            await self._call_privately(tx, case, reach, rung, params)
        else:
            await self._post(tx, case, CARD, params, channel_id=reach.channel(rung))
        step = self._steps[case.tier]
        wait = step.repeat if again else step.after
        await self._expect(tx, case, None if wait is None else self._clock() + wait)

    async def _call_privately(
        self, tx: Tx, case: Case, reach: Reach, rung: Rung, params: Mapping[str, int | str | bool]
    ) -> None:
        """One person alone, past every channel that somebody reads whom it names: the case waits in their inbox, and
        a direct message, which says nothing of it, sends them there. They took the task of being called.
        """
        (user_id,) = reach.people(rung)
        if not params["again"]:
            await self._say(tx, case, user_id, CALLED)
            await self.show(tx, case)
        await self._post(tx, case, NUDGE, params, user_id=user_id)

    async def _post(
        self,
        tx: Tx,
        case: Case,
        kind: str,
        params: Mapping[str, int | str | bool],
        *,
        channel_id: int | None = None,
        user_id: int | None = None,
    ) -> None:
        await self._outbox.put(
            tx,
            Post(
                key=f"case:{case.id}:call:{params['call']}",
                guild_id=case.guild_id,
                channel_id=channel_id,
                user_id=user_id,
                lane=Lane.URGENT,
                kind=kind,
                params=params,
            ),
        )

    def _later(self, case: Case) -> datetime:
        step = self._steps[case.tier]
        return self._clock() + (step.repeat or step.after)

    async def _expect(self, tx: Tx, case: Case, due_at: datetime | None) -> None:
        await store.change(tx, case.id, due_at=due_at)
        if due_at is None:
            await self._timers.cancel(tx, STEP, str(case.id))
        else:
            await self._timers.set(tx, STEP, str(case.id), due_at, guild_id=case.guild_id)

    async def _tell_the_truth(self, tx: Tx, case: Case) -> None:
        """Those who raised it learn that nobody has come, so that they do not wait."""
        if case.told:
            return
        await store.change(tx, case.id, told=True)
        for user_id in await store.people(tx, case, Part.REPORTER):
            await self._say(tx, case, user_id, UNREACHED)

    async def _say(self, tx: Tx, case: Case, user_id: int, kind: str) -> None:
        word = Word(
            guild_id=case.guild_id,
            user_id=user_id,
            kind=kind,
            params={"case": case.id},
            expires_at=self._clock() + WORDS_LAST,
        )
        await self._inbox.put(tx, word)

    async def _card_posted(self, tx: Tx, done: Delivered) -> None:
        await self._groups.setbacks.forget(tx, done.key)
        case_id = int(str(done.params["case"]))
        await tx.lock("case", case_id)
        case = await store.case(tx, done.guild_id, case_id)
        if case is None or done.channel_id is None or done.message_id is None:
            return
        older = case.cards.get(done.channel_id)
        cards = {**case.cards, done.channel_id: done.message_id}
        await store.change(tx, case_id, cards={str(channel): message for channel, message in cards.items()})
        if older is not None:
            await self._edit(tx, case, OLD, f"case:{case_id}:old:{older}", done.channel_id, older)
        # the others point to it; itself, if somebody was quicker than it was
        stale = {channel: card for channel, card in cards.items() if channel != done.channel_id or not case.open}
        await self.show(tx, replace(case, cards=stale))

    async def _edit(self, tx: Tx, case: Case, kind: str, key: str, channel_id: int, message_id: int) -> None:
        await self._outbox.put(
            tx,
            Deed(
                key=key,
                guild_id=case.guild_id,
                what=What.EDIT,
                lane=Lane.PROMPT,
                kind=kind,
                channel_id=channel_id,
                params={"case": case.id, "message": message_id},
            ),
        )

    async def _not_called(self, tx: Tx, returned: Returned) -> None:
        """Nobody was called by this: whoever is next is called at once."""
        case_id = int(str(returned.params["case"]))
        await tx.lock("case", case_id)
        case = await store.case(tx, returned.guild_id, case_id)
        if case is None or not case.open:
            await self._groups.setbacks.forget(tx, returned.key)
            return
        if returned.kind == CARD:
            await self._groups.setbacks.remember(tx, returned, What.POST, Lane.URGENT, group_id=case.group_id)
        if case.calls != returned.params["call"]:
            return  # somebody else was called since
        reach = await self.reach(tx, case)
        if reach is None:
            return
        await self._call(tx, case, reach, reach.after(case.at))
