"""Errands that Discord refused, remembered until an administrator has mended the cause and they are put again."""

from __future__ import annotations

from bot.core.clock import Clock
from bot.features.groups.model import Setback
from bot.features.groups.setbacks import store
from bot.outbox import Deed, Lane, Outbox, Post, Returned, What
from bot.storage import Tx


class Setbacks:
    """What came back, of every feature. Holds no state of its own."""

    def __init__(self, outbox: Outbox, clock: Clock) -> None:
        self._outbox = outbox
        self._clock = clock

    async def remember(self, tx: Tx, returned: Returned, what: What, lane: Lane, *, group_id: int | None) -> bool:
        """Keep what is needed to put it again. False if it had come back before: who must know was told then."""
        setback = Setback(
            key=_first_key(returned.key),
            guild_id=returned.guild_id,
            group_id=group_id,
            kind=returned.kind,
            what=what,
            lane=lane,
            channel_id=returned.channel_id,
            params=returned.params,
            problem=returned.problem,
            times=1,
        )
        return await store.put(tx, setback, self._clock()) == 1

    async def forget(self, tx: Tx, key: str) -> None:
        """It was done after all."""
        await store.remove(tx, _first_key(key))

    async def of(self, tx: Tx, guild_id: int) -> list[Setback]:
        """What this server is waiting for."""
        return await store.of(tx, guild_id)

    async def put_again(self, tx: Tx, guild_id: int, *, kind: str | None = None, group_id: int | None = None) -> int:
        """Put those again that are not on their way, all or those of one kind and group; gives how many."""
        waiting = [
            setback
            for setback in await store.of(tx, guild_id)
            if not setback.on_its_way
            and (kind is None or setback.kind == kind)
            and (group_id is None or setback.group_id == group_id)
        ]
        for setback in waiting:
            await self._outbox.put(tx, _errand(setback))
            await store.send(tx, setback.key)
        return len(waiting)


def _errand(setback: Setback) -> Post | Deed:
    if setback.what is What.POST:
        return Post(
            # a post that was given up stays given up under its own key
            key=setback.key + "+" * setback.times,
            guild_id=setback.guild_id,
            channel_id=setback.channel_id,
            lane=setback.lane,
            kind=setback.kind,
            params=setback.params,
        )
    return Deed(
        key=setback.key,
        guild_id=setback.guild_id,
        what=setback.what,
        lane=setback.lane,
        kind=setback.kind,
        channel_id=setback.channel_id,
        params=setback.params,
    )


def _first_key(key: str) -> str:
    return key.rstrip("+")
