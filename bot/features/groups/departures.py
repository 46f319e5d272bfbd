"""People who go from every group of a server at once: they left it, were sent away, or want to be forgotten."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from bot.features.groups import store
from bot.features.groups.desk import Desk, ServerOf
from bot.features.groups.keeping import store as kept
from bot.features.groups.model import Group, GroupState, Member, MemberState, Request, Role
from bot.features.groups.places import Places
from bot.features.groups.requests import Requests
from bot.storage import Database, Tx

PLACE_ENDED: Final = "groups.place_ended"
REQUEST_ENDED: Final = "groups.request_ended"

OnPerson = Callable[[Tx, int, int], Awaitable[None]]
"""Takes the transaction, the server's id and the person's."""
AskPerson = Callable[[Tx, int, int], Awaitable[set[int]]]
End = Callable[[Tx, Group, Member], Awaitable[None]]


class Departures:
    def __init__(
        self, db: Database, *, desk: Desk, requests: Requests, places: Places, server: ServerOf, end: End
    ) -> None:
        """``end`` ends one place."""
        self._db = db
        self._desk = desk
        self._requests = requests
        self._places = places
        self._server = server
        self._end = end
        self.departed: list[OnPerson] = []
        self.awaited: list[AskPerson] = []
        """Asked which groups wait for this person though they are in none of them."""

    async def gone(self, *, guild_id: int, user_id: int) -> None:
        """Somebody is not in the server any more. To say so again changes nothing."""
        async with self._db.read() as tx:
            if not await self._matters(tx, guild_id, user_id):
                return  # most who leave a server were never in a group, and nobody waits for them
        async with self._db.begin(urgent=True) as tx:
            places, requests = await self._everything(tx, guild_id, user_id)
            for group, member in places:
                await self.end_place(tx, group, member)
                # Discord asks for permission before a message: who comes back finds it
                await self._desk.say(tx, guild_id, user_id, PLACE_ENDED, {"group": group.id})
            for request in requests:
                await self._requests.withdraw(tx, request)
                await self._desk.say(tx, guild_id, user_id, REQUEST_ENDED, {"group": request.group_id})
            await kept.unname(tx, guild_id, user_id)
            for expected in await self._places.forget(tx, guild_id, user_id):
                if not expected.invited:
                    await self._desk.say(tx, guild_id, user_id, REQUEST_ENDED, {"group": expected.group_id})
            for announce in self.departed:
                await announce(tx, guild_id, user_id)

    async def leave_all(self, tx: Tx, guild_id: int, user_id: int) -> None:
        """Leave every group of the server and withdraw what was asked for: for a person who wants to be forgotten."""
        places, requests = await self._everything(tx, guild_id, user_id)
        for group, member in places:
            await self.end_place(tx, group, member)
        for request in requests:
            await self._requests.withdraw(tx, request)
        await self._places.forget(tx, guild_id, user_id)
        await self._requests.erase_cards(tx, guild_id, user_id)

    async def end_place(self, tx: Tx, group: Group, member: Member) -> None:
        """End one place. The safeguarding lead is told of a group that loses a facilitator."""
        await self._end(tx, group, member)
        if member.facilitates and not member.stands_in and group.state is not GroupState.ARCHIVED:
            left = await store.count(tx, group.id, Role.FACILITATOR)
            about = {0: "groups.trouble_unled", 1: "groups.trouble_led_alone"}.get(left, "groups.trouble_fewer_lead")
            await self._desk.tell_lead(tx, group.guild_id, group.id, about)

    async def _matters(self, tx: Tx, guild_id: int, user_id: int) -> bool:
        server = await self._server(tx, guild_id)
        leads = server is not None and user_id in (server.lead_id, server.backup_id)
        waiting = await self._waiting(tx, guild_id, user_id)
        return leads or bool(waiting) or await store.knows(tx, guild_id, user_id)

    async def _waiting(self, tx: Tx, guild_id: int, user_id: int) -> set[int]:
        """The groups that this person is not in, and may be in a moment from now."""
        found = {group_id for ask in self.awaited for group_id in await ask(tx, guild_id, user_id)}
        return found | set(await self._places.all_of(tx, guild_id, user_id))

    async def _everything(
        self, tx: Tx, guild_id: int, user_id: int
    ) -> tuple[list[tuple[Group, Member]], list[Request]]:
        """What they have in this server and what they have asked for, by group.

        Two people who go at once hold the groups they share in the same order, so that neither waits for the other.
        """
        places = await store.memberships(tx, guild_id, user_id, state=MemberState.NAMED)
        places += await store.memberships(tx, guild_id, user_id)
        requests = await store.requests_of(tx, guild_id, user_id)
        held = {one.group_id for one in (*places, *requests)} | await self._waiting(tx, guild_id, user_id)
        for group_id in sorted(held):
            await tx.lock("group", group_id)
        # what was answered or left before the locks were had is over
        still = sorted(await store.memberships(tx, guild_id, user_id), key=lambda member: member.group_id)
        mine = [(await store.group(tx, guild_id, one.group_id), one) for one in still if one.group_id in held]
        inside = [(group, member) for group, member in mine if group is not None]
        asked = [request for request in await store.requests_of(tx, guild_id, user_id) if request.group_id in held]
        return inside, sorted(asked, key=lambda request: request.group_id)
