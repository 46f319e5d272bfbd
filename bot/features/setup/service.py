"""Setting a server up, and knowing what stands still in it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

from bot.audit import Audit
from bot.core.clock import Clock
from bot.core.errors import UserError
from bot.core.ids import new_id
from bot.core.zones import read_zone
from bot.features.groups.model import Candidate, Server
from bot.features.groups.setbacks import Setbacks
from bot.features.setup import store
from bot.features.setup.model import Health, Room, Task
from bot.features.setup.presence import Presence
from bot.inbox import Inbox
from bot.inbox.model import Word
from bot.outbox import Deed, Delivered, Lane, Outbox, Returned, What
from bot.outbox.model import Params
from bot.storage import Database, Tx
from bot.timers import Timers

ACCESS = "setup.access"
CAME_BACK = "setup.came_back"
WORDS_LAST = timedelta(days=60)
CATEGORY_FULL = "category_full"
OnSettled = Callable[[Tx, int, str | None], Awaitable[None]]
FORMERLY = ("former_lead", "former_backup")


def kind_of(room: Room) -> str:
    """The kind of the deed by which a channel is made."""
    return f"setup.{room}"


class Setup:
    def __init__(self, db: Database, clock: Clock, outbox: Outbox, inbox: Inbox, timers: Timers, audit: Audit) -> None:
        self._db = db
        self._clock = clock
        self._outbox = outbox
        self._inbox = inbox
        self._audit = audit
        self._setbacks = Setbacks(outbox, clock)
        self.settled: list[OnSettled] = []
        """Told whether a further category is there: with None, or with the problem for which it cannot be."""
        self.presence = Presence(db, clock, outbox, inbox, timers, audit)
        self.progressed: list[Callable[[int], None]] = []
        """Rung with a server's id when one of its channels was made or opened to somebody, or could not be."""
        for room in Room:
            outbox.delivered(kind_of(room), self._made)
            outbox.undeliverable(kind_of(room), self._came_back)
        outbox.delivered(ACCESS, self._access_done)
        outbox.undeliverable(ACCESS, self._came_back)

    async def server(self, tx: Tx, guild_id: int) -> Server | None:
        """The server's set-up; None before ``/setup start``, and where its lead or backup is named no more."""
        return await store.server(tx, guild_id)

    async def start(self, *, guild_id: int, admin_id: int, lead: Candidate, backup: Candidate, zone: str) -> Server:
        """Set the server up, or change its set-up. Its channels follow. Raises ``UserError`` for what cannot be so."""
        if lead.bot or backup.bot:
            raise UserError("setup.person_bot")
        if lead.user_id == backup.user_id:
            raise UserError("setup.same_person")
        zone = read_zone(zone)
        async with self._db.begin() as tx:
            await tx.lock("setup", guild_id)
            before = await store.server(tx, guild_id)
            await store.put_server(tx, guild_id, {"zone": zone, "set_up_at": self._clock()})
            for task, user_id in ((Task.LEAD, lead.user_id), (Task.BACKUP, backup.user_id), (Task.ADMIN, admin_id)):
                await store.put_person(tx, guild_id, task, user_id)
            after = await store.server(tx, guild_id)
            assert after is not None
            # looked for and, only if it is gone, made again; the private channel follows it
            for number in sorted({1, *await store.categories(tx, guild_id)}):
                await self._make_category(tx, guild_id, number, _formerly(before, after))
            await self._change_people(tx, before, after)
            await self._audit.record(
                tx,
                guild_id=guild_id,
                actor=admin_id,
                action="setup.started",
                subject="server",
                again=before is not None,
            )
            return after

    async def health(self, guild_id: int) -> Health:
        """What stands still in this server."""
        async with self._db.read() as tx:
            server = await store.server(tx, guild_id)
            setbacks = tuple(await self._setbacks.of(tx, guild_id))
        stuck = tuple(one for one in await self._outbox.stuck() if one.guild_id == guild_id)
        return Health(server=server, setbacks=setbacks, stuck=stuck)

    async def again(self, guild_id: int) -> int:
        """Put again what Discord had refused, and look anew for what may have arrived; gives how much that was."""
        async with self._db.begin() as tx:
            released = await self._outbox.release_held(tx, guild_id)
            return released + await self._setbacks.put_again(tx, guild_id)

    async def widen(self, tx: Tx, guild_id: int, full_id: int | None) -> None:
        """A room did not fit where the category ``full_id`` was the newest: have the next one made, once.

        Discord takes 50 channels in a category and 500 in a server.
        """
        await tx.lock("setup", guild_id)
        server = await store.server(tx, guild_id)
        if server is None:
            return
        if server.category_id != full_id:
            # it is there by now
            await self._settle(tx, guild_id, None)
        else:
            await self._make_category(tx, guild_id, max(await store.categories(tx, guild_id), default=0) + 1, {})

    async def _settle(self, tx: Tx, guild_id: int, problem: str | None) -> None:
        server = await store.server(tx, guild_id)
        for setback in await self._setbacks.of(tx, guild_id):
            ours = setback.kind == kind_of(Room.SAFEGUARDING) and setback.problem == CATEGORY_FULL
            if problem is None and ours and server is not None:
                await self._setbacks.forget(tx, setback.key)
                await self._make_safeguarding(tx, server, _kept_formerly(setback.params))
        for announce in self.settled:
            await announce(tx, guild_id, problem)

    async def has_task(self, tx: Tx, guild_id: int, user_id: int) -> bool:
        """Whether this person is the lead or the backup now."""
        return bool(await store.tasks_of(tx, guild_id, user_id) & {Task.LEAD, Task.BACKUP})

    async def _make_category(self, tx: Tx, guild_id: int, number: int, formerly: Params) -> None:
        key = f"setup:{guild_id}:{Room.CATEGORY}" + (f":{number}" if number > 1 else "")
        await self._put(tx, guild_id, key, Room.CATEGORY, {"number": number, **formerly})

    async def _make_safeguarding(self, tx: Tx, server: Server, formerly: Params) -> None:
        """``formerly``: whom the channel may be made open to though they have no task any more."""
        key = f"setup:{server.guild_id}:{Room.SAFEGUARDING}"
        newest: Params = {"category": server.category_id}
        await self._put(tx, server.guild_id, key, Room.SAFEGUARDING, {**newest, **formerly})

    async def _put(self, tx: Tx, guild_id: int, key: str, room: Room, params: Params) -> None:
        await self._outbox.put(
            tx,
            Deed(
                key=key,
                guild_id=guild_id,
                what=What.ENSURE_ROOM,
                lane=Lane.PROMPT,
                kind=kind_of(room),
                params={"room": room, **params},
            ),
        )

    async def _change_people(self, tx: Tx, before: Server | None, after: Server) -> None:
        if after.safeguarding_id is None:
            return  # whoever makes the channel opens it to those who are named then
        old, new = _people(before), _people(after)
        for user_id in old - new:
            await self._give_access(tx, after, user_id, Lane.URGENT)
        for user_id in new - old:
            await self._give_access(tx, after, user_id, Lane.PROMPT)

    async def _give_access(self, tx: Tx, server: Server, user_id: int, lane: Lane) -> None:
        await self._outbox.put(
            tx,
            Deed(
                key=f"setup:{server.guild_id}:access:{new_id()}",
                guild_id=server.guild_id,
                what=What.ENSURE_ACCESS,
                lane=lane,
                kind=ACCESS,
                channel_id=server.safeguarding_id,
                params={"user": user_id, "room": Room.SAFEGUARDING},
            ),
        )

    async def _made(self, tx: Tx, done: Delivered) -> None:
        room = Room(str(done.params["room"]))
        await self._setbacks.forget(tx, done.key)
        if done.channel_id is None:
            return
        await tx.lock("setup", done.guild_id)
        before = await store.server(tx, done.guild_id)
        if room is Room.CATEGORY:
            await self._category_made(tx, done, done.channel_id)
            self._ring(tx, done.guild_id)
            return
        await store.set_channel(tx, done.guild_id, room, done.channel_id)
        if before is not None and before.safeguarding_id is None:
            server = await store.server(tx, done.guild_id)
            assert server is not None
            # one that was found, and not made, may be open to neither; nor may one whose people changed meanwhile
            for user_id in (server.lead_id, server.backup_id):
                await self._give_access(tx, server, user_id, Lane.PROMPT)
        await self._close_to_former(tx, done)
        self._ring(tx, done.guild_id)

    async def _category_made(self, tx: Tx, done: Delivered, channel_id: int) -> None:
        number = int(str(done.params.get("number", 1)))
        await store.set_category(tx, done.guild_id, number, channel_id)
        server = await store.server(tx, done.guild_id)
        if server is not None and number == 1:
            await self._make_safeguarding(tx, server, _kept_formerly(done.params))
        else:
            await self._settle(tx, done.guild_id, None)

    async def _close_to_former(self, tx: Tx, done: Delivered) -> None:
        """Who was replaced while the channel was being made may be in it."""
        server = await store.server(tx, done.guild_id)
        for key in FORMERLY:
            if server is not None and done.params.get(key) is not None:
                await self._give_access(tx, server, int(str(done.params[key])), Lane.URGENT)

    async def _access_done(self, tx: Tx, done: Delivered) -> None:
        await self._setbacks.forget(tx, done.key)
        self._ring(tx, done.guild_id)

    async def _came_back(self, tx: Tx, returned: Returned) -> None:
        room = str(returned.params["room"])
        if returned.problem == CATEGORY_FULL:
            # it is put again once there is a further category
            await self._setbacks.remember(tx, returned, What.ENSURE_ROOM, Lane.PROMPT, group_id=None)
            tried = returned.params.get("category")
            await self.widen(tx, returned.guild_id, None if tried is None else int(str(tried)))
            return
        if returned.params.get("number", 1) != 1:
            await self._settle(tx, returned.guild_id, returned.problem)
        what = What.ENSURE_ACCESS if returned.kind == ACCESS else What.ENSURE_ROOM
        takes_away = what is What.ENSURE_ACCESS and not await self.has_task(
            tx, returned.guild_id, int(str(returned.params["user"]))
        )
        if takes_away and returned.problem == "missing":
            # the channel, or the person in it, is gone: so is the access
            await self._setbacks.forget(tx, returned.key)
            return
        lane = Lane.URGENT if takes_away else Lane.PROMPT
        news = await self._setbacks.remember(tx, returned, what, lane, group_id=None)
        admin_id = await store.person(tx, returned.guild_id, Task.ADMIN)
        if news and admin_id is not None:
            word = Word(
                guild_id=returned.guild_id,
                user_id=admin_id,
                kind=CAME_BACK,
                params={"kind": returned.kind, "room": room, "problem": returned.problem},
                expires_at=self._clock() + WORDS_LAST,
            )
            await self._inbox.put(tx, word)
        self._ring(tx, returned.guild_id)

    def _ring(self, tx: Tx, guild_id: int) -> None:
        for ring in self.progressed:
            tx.after_commit(lambda ring=ring: ring(guild_id))


def _formerly(before: Server | None, after: Server) -> Params:
    if after.safeguarding_id is not None:
        return {}  # it is there, and each one's access is changed by itself
    return dict(zip(FORMERLY, sorted(_people(before) - _people(after)), strict=False))


def _kept_formerly(params: Params) -> Params:
    return {key: value for key, value in params.items() if key in FORMERLY}


def _people(server: Server | None) -> set[int]:
    return set() if server is None else {server.lead_id, server.backup_id}
