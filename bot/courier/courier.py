"""Takes errands by lane, tries each, and records how it ended."""

from __future__ import annotations

import asyncio
import functools
import logging
import secrets
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import discord

from bot.core.clock import Clock
from bot.core.drain import Crew, Drain
from bot.courier.budget import Budget
from bot.courier.channels import Channels
from bot.courier.deeds import Doer
from bot.courier.outcomes import CannotLook, CannotWrite, Carried, Moot, Verdict, judge, retry_after
from bot.courier.posts import find, send
from bot.courier.wanted import Wanted
from bot.courier.words import Teller, Tells
from bot.inbox import Inbox
from bot.outbox import Errand, Lane, Outbox
from bot.timers import BellMaker
from bot.ui.pages import Page
from bot.ui.texts import Words

log = logging.getLogger(__name__)

AT_ONCE = 16
URGENT_AT_ONCE = 24
"""How many attempts run beside each other; the last eight places are for the urgent alone."""

PATIENCE = 1.0
"""Seconds after which an attempt that still waits, inside the library, lets what is urgent into its channel."""

ATTEMPT_LASTS = 100.0  # seconds; under the lease of two minutes
TROUBLE_LASTS = 10.0  # seconds until the outbox is looked into again after it failed
LEASE_RUNS = timedelta(minutes=2)
GRACE = 5.0  # seconds that attempts get to end when the bot stops; what is cut off is looked for at the next start

Renders = Callable[[Errand], Awaitable[Wanted | None]]
"""Says what should be posted or be so now, None if nothing any more. It reads what is true when it is called."""


class Courier:
    _budget: Budget

    def __init__(
        self,
        client: discord.Client,
        words: Words,
        outbox: Outbox,
        inbox: Inbox,
        clock: Clock,
        make_bell: BellMaker,
        *,
        per_second: float,
        reserve: float,
        look_every: float | None = None,
    ) -> None:
        """``look_every``: seconds after which the outbox is looked into though nobody rang, where another process may
        put what this one has to carry.
        """
        self._client = client
        self._words = words
        self._outbox = outbox
        self._clock = clock
        self._renders: dict[str, Renders] = {}
        self._teller = Teller(inbox, words)
        self._doer = Doer(client, words)
        self._crew = Crew()
        self._channels = Channels()
        self._drain = Drain(self._carry, name="courier")
        self._bell = make_bell("courier", self._drain.ring)
        self._rates = (per_second, reserve)
        self._look_every = look_every
        self.renders(self._teller.KIND, self._teller.direct_message)

    def renders(self, kind: str, function: Renders) -> None:
        """``function`` finds what errands of this kind should say or do when they are carried."""
        self._renders[kind] = function

    def tells(self, kind: str, function: Tells) -> None:
        """``function`` finds what words of this kind say."""
        self._teller.tells(kind, function)

    @property
    def teller(self) -> Teller:
        return self._teller

    async def start(self) -> None:
        """Begin to carry, first what a dead process left. Raises ``OperatorError`` for a kind without an owner."""
        await self._outbox.start(self._renders)
        per_second, reserve = self._rates
        self._budget = Budget(time.monotonic, per_second=per_second, reserve=reserve)
        self._outbox.listen(self._drain.ring)
        self._teller.start()
        self._drain.ring()

    async def take_turn(self) -> None:
        """Wait until a cog may make a request of its own, and count it."""
        await self._budget.take(Lane.BULK)

    async def close(self) -> None:
        """Let what is being sent end and be recorded; the rest waits in the outbox."""
        await self._drain.close()
        await self._teller.close()
        await self._crew.close(grace=GRACE)

    async def settled(self) -> None:
        """Return once nothing that could be carried now is left."""
        while True:
            await self._drain.settled()
            if not len(self._crew):
                return
            await self._crew.settled()

    async def _carry(self) -> None:
        try:
            while not self._drain.closing:
                urgent, ordinary = self._room_for(Lane.URGENT), self._room_for(Lane.BULK)
                if await self._start_some(urgent, ordinary):
                    continue
                pause = self._pause(urgent, ordinary)
                if pause is None:
                    await self._expect()
                    return
                await asyncio.sleep(pause)
        except Exception:
            # nobody may ring for a long while, so it looks again by itself
            log.exception("errands could not be taken from the outbox; it is tried again")
            self._bell.ring_in(TROUBLE_LASTS)

    def _room_for(self, lane: Lane) -> int:
        """How many of this lane, and of those before it, may begin now."""
        places = URGENT_AT_ONCE if lane is Lane.URGENT else AT_ONCE
        return max(0, min(places - len(self._crew), self._budget.available(lane)))

    async def _start_some(self, urgent: int, ordinary: int) -> int:
        """Begin up to so many of what is due, the urgent first; gives how many were begun."""
        started = 0
        if not ordinary or self._channels.any_slow:
            started = await self._start_up_to(urgent, worst=Lane.URGENT)
        return started or await self._start_up_to(ordinary, worst=Lane.BULK)

    async def _start_up_to(self, limit: int, *, worst: Lane) -> int:
        if not limit:
            return 0
        claimed = await self._outbox.claim(busy=self._channels.closed_to(worst), worst=worst, limit=limit)
        for errand in claimed:
            self._budget.spend(errand.lane)
            self._channels.take(errand)
            self._crew.start(self._attempt(errand), name=f"errand:{errand.seq}")
        return len(claimed)

    def _pause(self, urgent: int, ordinary: int) -> float | None:
        """Seconds until more may begin, None if that takes a ring: nothing is due, or an attempt must end first."""
        if ordinary or len(self._crew) >= (AT_ONCE if urgent else URGENT_AT_ONCE):
            return None
        return self._budget.wait(Lane.BULK if urgent else Lane.URGENT)

    async def _expect(self) -> None:
        """Ring when something next may be carried."""
        at = await self._outbox.next_at()
        waits = [max((at - self._clock()).total_seconds(), PATIENCE)] if at is not None else []
        if self._look_every is not None:
            waits.append(self._look_every)
        if waits:
            self._bell.ring_in(min(waits))

    async def _attempt(self, errand: Errand) -> None:
        patience = asyncio.get_running_loop().call_later(PATIENCE, self._let_urgent_in, errand)
        try:
            try:
                async with asyncio.timeout(ATTEMPT_LASTS):
                    carried = await self._try(errand)
            except Exception as error:
                if isinstance(error, TimeoutError | discord.RateLimited):
                    self._end_waiting_of_all()
                await self._failed(errand, error)
            else:
                await self._outbox.done(errand, message_id=carried.message_id, channel_id=carried.channel_id)
        except Exception:
            log.exception("an attempt at a %s could not be recorded", errand.kind)
            await self._unrecorded(errand)
        finally:
            patience.cancel()
            self._channels.leave(errand)
            self._drain.ring()

    def _end_waiting_of_all(self) -> None:
        """Where Discord asks the whole bot to wait, the library lets nothing through until the request that was told so
        has waited. If that one is given up meanwhile, it would let nothing through ever again.
        """
        http: Any = self._client.http
        http._global_over.set()  # noqa: SLF001 - the library has no other way to end it

    async def _unrecorded(self, errand: Errand) -> None:
        """Have it shown as standing still; if even that fails, its lease runs out and it comes round again."""
        with suppress(Exception):
            after = max(retry_after(errand.attempts), LEASE_RUNS)
            await self._outbox.again(errand, after=after, unknown=True, problem="unrecorded")

    async def _try(self, errand: Errand) -> Carried:
        try:
            wanted = await self._renders[errand.kind](errand)
        except Exception as error:
            raise CannotWrite from error
        spend = functools.partial(self._budget.take, errand.lane)
        if wanted is None:
            found = await find(self._client, errand, spend=spend)
            if found is None:
                raise Moot
            return found
        if isinstance(wanted, Page):
            return await send(self._client, errand, wanted, words=self._words, now=self._clock(), spend=spend)
        return await self._doer.do(errand.guild_id, wanted, spend=spend)

    async def _failed(self, errand: Errand, error: Exception) -> None:
        match error:
            case Moot():
                await self._outbox.moot(errand)
            case CannotLook():
                await self._outbox.hold(errand, "cannot_look")
            case _:
                verdict = judge(error)
                self._note(errand, error, verdict)
                if verdict.retry:
                    after = verdict.after or retry_after(errand.attempts)
                    await self._outbox.again(errand, after=after, unknown=verdict.unknown, problem=verdict.problem)
                else:
                    await self._outbox.give_back(errand, verdict.problem)

    def _note(self, errand: Errand, error: Exception, verdict: Verdict) -> None:
        if verdict.problem == "broken":
            code = secrets.token_hex(4)
            log.error("a %s could not be made (code %s); it is tried again", errand.kind, code, exc_info=error)
        else:
            log.warning("a %s could not be carried: %s", errand.kind, verdict.problem)

    def _let_urgent_in(self, errand: Errand) -> None:
        self._channels.let_urgent_in(errand)
        self._drain.ring()
