"""Takes errands by lane, tries each, and records how it ended."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Awaitable, Callable

import discord

from bot.core.clock import Clock
from bot.core.drain import Crew, Drain
from bot.courier.budget import Budget
from bot.courier.deeds import Doer
from bot.courier.outcomes import CannotLook, Carried, Moot, Verdict, judge, retry_after
from bot.courier.posts import send
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
"""Seconds after which an attempt that still waits, inside the library, gives its channel back to others."""

ATTEMPT_LASTS = 100.0  # seconds; under the lease of two minutes
GRACE = 5.0  # seconds that attempts get to end when the bot stops; what is cut off is looked for at the next start

Renders = Callable[[Errand], Awaitable[Wanted | None]]
"""Says what should be posted or be so now, None if nothing any more. It reads what is true when it is called."""


class Courier:
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
    ) -> None:
        self._client = client
        self._words = words
        self._outbox = outbox
        self._clock = clock
        self._renders: dict[str, Renders] = {}
        self._teller = Teller(inbox, words)
        self._doer = Doer(client, words)
        self._crew = Crew()
        self._busy: dict[int, Errand] = {}
        self._drain = Drain(self._carry, name="courier")
        self._bell = make_bell("courier", self._drain.ring)
        self._per_second, self._reserve = per_second, reserve
        self._budget: Budget | None = None
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
        self._budget = Budget(time.monotonic, per_second=self._per_second, reserve=self._reserve)
        self._outbox.listen(self._drain.ring)
        self._teller.start()
        self._drain.ring()

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
        assert self._budget is not None
        while not self._drain.closing:
            worst, limit = self._allowance(self._budget)
            if limit > 0 and await self._start_some(worst, limit):
                continue
            if worst is Lane.BULK:
                await self._expect()
                return
            if len(self._crew) >= AT_ONCE:
                return  # an attempt that ends rings again
            await asyncio.sleep(self._budget.wait(Lane.BULK if limit > 0 else Lane.URGENT))

    def _allowance(self, budget: Budget) -> tuple[Lane, int]:
        """The worst lane that may be carried now, and how many errands of it."""
        ordinary = min(AT_ONCE - len(self._crew), budget.available(Lane.BULK))
        if ordinary > 0:
            return Lane.BULK, ordinary
        return Lane.URGENT, min(URGENT_AT_ONCE - len(self._crew), budget.available(Lane.URGENT))

    async def _start_some(self, worst: Lane, limit: int) -> int:
        assert self._budget is not None
        claimed = await self._outbox.claim(busy=set(self._busy), worst=worst, limit=limit)
        for errand in claimed:
            self._budget.spend(errand.lane)
            if errand.channel_id is not None:
                self._busy[errand.channel_id] = errand
            self._crew.start(self._attempt(errand), name=f"errand:{errand.seq}")
        return len(claimed)

    async def _expect(self) -> None:
        """Ring when something next may be carried."""
        at = await self._outbox.next_at()
        if at is not None:
            self._bell.ring_in(max((at - self._clock()).total_seconds(), PATIENCE))

    async def _attempt(self, errand: Errand) -> None:
        patience = asyncio.get_running_loop().call_later(PATIENCE, self._give_channel_back, errand)
        try:
            try:
                async with asyncio.timeout(ATTEMPT_LASTS):
                    carried = await self._try(errand)
            except Exception as error:
                await self._failed(errand, error)
            else:
                await self._outbox.done(errand, message_id=carried.message_id, channel_id=carried.channel_id)
        except Exception:
            # the lease runs out and the errand comes round again
            log.exception("an attempt at a %s could not be recorded", errand.kind)
        finally:
            patience.cancel()
            self._give_channel_back(errand)
            self._drain.ring()

    async def _try(self, errand: Errand) -> Carried:
        wanted = await self._renders[errand.kind](errand)
        if wanted is None:
            raise Moot
        if isinstance(wanted, Page):
            return await send(
                self._client,
                errand,
                wanted,
                words=self._words,
                now=self._clock(),
                spend=lambda: self._spend(errand),
            )
        return await self._doer.do(errand.guild_id, wanted, spend=lambda: self._spend(errand))

    async def _failed(self, errand: Errand, error: Exception) -> None:
        if isinstance(error, Moot):
            await self._outbox.moot(errand)
            return
        if isinstance(error, CannotLook):
            await self._outbox.hold(errand, "cannot_look")
            return
        verdict = judge(error)
        self._note(errand, error, verdict)
        if verdict.retry:
            after = verdict.after or retry_after(errand.attempts)
            unknown = verdict.unknown or errand.tried_at is not None
            await self._outbox.again(errand, after=after, unknown=unknown, problem=verdict.problem)
        else:
            await self._outbox.give_back(errand, verdict.problem)

    def _note(self, errand: Errand, error: Exception, verdict: Verdict) -> None:
        if verdict.problem == "broken":
            code = secrets.token_hex(4)
            log.error("a %s could not be made (code %s); it is tried again", errand.kind, code, exc_info=error)
        else:
            log.warning("a %s could not be carried: %s", errand.kind, verdict.problem)

    def _spend(self, errand: Errand) -> None:
        assert self._budget is not None
        self._budget.spend(errand.lane)

    def _give_channel_back(self, errand: Errand) -> None:
        if errand.channel_id is not None and self._busy.get(errand.channel_id) is errand:
            del self._busy[errand.channel_id]
            self._drain.ring()
