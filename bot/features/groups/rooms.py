"""The channels of groups, and each person's way into them: asked for here, done on Discord by the courier."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from bot.features.groups import store
from bot.features.groups.desk import Desk
from bot.features.groups.model import Entry, Group, GroupState, Member, MemberState, Place, Role
from bot.features.groups.setbacks import Setbacks
from bot.outbox import Deed, Delivered, Lane, Outbox, Returned, What
from bot.storage import Tx

ACCESS: Final = "groups.access"
WELCOMED: Final = "groups.welcomed"
REMADE: Final = "groups.remade"
JOINING: Final = "joining"
"""What a direct message about a request to join was allowed for."""

OnGroup = Callable[[Tx, Group], Awaitable[None]]
OnPlace = Callable[[Tx, Group, Place], Awaitable[None]]


def kind_of(place: Place) -> str:
    """The kind of the deed by which a channel is made."""
    return f"groups.{place}"


class Rooms:
    def __init__(self, outbox: Outbox, desk: Desk, setbacks: Setbacks) -> None:
        self._outbox = outbox
        self._desk = desk
        self._setbacks = setbacks
        self.opened: list[OnGroup] = []
        self.remade: list[OnPlace] = []
        self.restrains: list[Callable[[Member], bool]] = []
        self.progressed: list[Callable[[int], None]] = []
        self.carried: list[Callable[[int], None]] = []
        """Rung with a server's id when a room, or somebody's access to one, has become what it should be."""
        for place in Place:
            outbox.delivered(kind_of(place), self._made)
            outbox.undeliverable(kind_of(place), self._not_made)
        outbox.delivered(ACCESS, self._access_done)
        outbox.undeliverable(ACCESS, self._access_refused)

    async def make(self, tx: Tx, group: Group) -> None:
        """Have every channel of the group made that is not there."""
        for place in group.places:
            await self._make(tx, group, place)

    async def make_again(self, tx: Tx, group: Group, place: Place) -> None:
        """Have one channel made in place of one that is gone. The others are not touched: one that the bot cannot see
        would be made a second time.
        """
        await self._make(tx, group, place, again=True)

    async def _make(self, tx: Tx, group: Group, place: Place, *, again: bool = False) -> None:
        await self._outbox.put(
            tx,
            Deed(
                key=f"group:{group.id}:{place}",
                guild_id=group.guild_id,
                what=What.ENSURE_ROOM,
                lane=Lane.PROMPT,
                kind=kind_of(place),
                params={"group": group.id, "place": place, "again": again},
            ),
        )

    async def let_in(self, tx: Tx, group: Group, member: Member) -> None:
        """Open the group's channels to a new member, and tell them once the room is open."""
        for place in group.places:
            if member.may_enter(place):
                await self._put_access(tx, group, member, place, Lane.PROMPT, welcome=place is Place.ROOM)

    async def shut_out(self, tx: Tx, group: Group, member: Member) -> None:
        """Take the person's access away, before anything else that waits."""
        for place in Place:
            if place is not Place.DESK or member.role is Role.FACILITATOR:
                await self._put_access(tx, group, member, place, Lane.URGENT)

    async def entry(self, tx: Tx, guild_id: int, group_id: int, user_id: int, place: Place) -> Entry | None:
        """Whether this person may now enter this channel; None if there is no such channel any more."""
        group = await store.group(tx, guild_id, group_id)
        channel_id = None if group is None else group.channel(place)
        if channel_id is None:
            return None
        member = await store.membership(tx, guild_id, group_id, user_id)
        role = member.role if member is not None and member.may_enter(place) else None
        restrained = member is not None and self.restrained(member)
        return Entry(channel_id=channel_id, user_id=user_id, place=place, role=role, restrained=restrained)

    def restrained(self, member: Member) -> bool:
        """Whether this person only reads and listens for now."""
        return any(restrains(member) for restrains in self.restrains)

    async def look_again(self, tx: Tx, group: Group, member: Member) -> None:
        """Have somebody's access made what it should be by now."""
        for place in group.places:
            if member.may_enter(place):
                await self._put_access(tx, group, member, place, Lane.PROMPT)

    async def _put_access(
        self, tx: Tx, group: Group, member: Member, place: Place, lane: Lane, *, welcome: bool = False
    ) -> None:
        channel_id = group.channel(place)
        if channel_id is None:
            return
        await self._outbox.put(
            tx,
            Deed(
                key=f"group:{group.id}:access:{member.id}:{place}",
                guild_id=group.guild_id,
                what=What.ENSURE_ACCESS,
                lane=lane,
                kind=ACCESS,
                channel_id=channel_id,
                # the person's id, because their row may be erased before this is done
                params={"group": group.id, "place": place, "user": member.user_id, "welcome": welcome},
            ),
        )

    async def _made(self, tx: Tx, done: Delivered) -> None:
        group_id, place = _subject(done)
        await self._setbacks.forget(tx, done.key)
        before = await store.group(tx, done.guild_id, group_id)
        if done.channel_id is None or before is None:
            return
        await store.set_channel(tx, group_id, place, done.channel_id)
        group = await store.group(tx, done.guild_id, group_id)
        assert group is not None
        if before.channel(place) != done.channel_id:
            await self._shut_out_who_left(tx, group, place)
        if group.ready and await store.set_state(tx, group_id, before=GroupState.FORMING, after=GroupState.OPEN):
            opened = await store.group(tx, done.guild_id, group_id)
            assert opened is not None
            for announce in self.opened:
                await announce(tx, opened)
        elif done.params.get("again") and before.channel(place) is None:
            await self._let_all_in(tx, group, place)
            await self._announce_remade(tx, group, place)
        elif place is Place.VOICE and group.ready:
            await self._let_all_in(tx, group, place)
        self._ring(tx, group)

    async def _let_all_in(self, tx: Tx, group: Group, place: Place) -> None:
        """Somebody may have come in while the channel was being made."""
        for member in await store.members(tx, group.guild_id, group.id):
            if member.may_enter(place):
                await self._put_access(tx, group, member, place, Lane.PROMPT)

    async def _announce_remade(self, tx: Tx, group: Group, place: Place) -> None:
        for announce in self.remade:
            await announce(tx, group, place)
        for member in await store.members(tx, group.guild_id, group.id):
            if member.may_enter(place):
                about = {"group": group.id, "place": place}
                await self._desk.say(tx, group.guild_id, member.user_id, REMADE, about)

    async def _shut_out_who_left(self, tx: Tx, group: Group, place: Place) -> None:
        """Somebody may have left while the channel was being made, with their access in it."""
        for member in await store.members(tx, group.guild_id, group.id, state=MemberState.LEFT):
            if place is not Place.DESK or member.role is Role.FACILITATOR:
                await self._put_access(tx, group, member, place, Lane.URGENT)

    async def _not_made(self, tx: Tx, returned: Returned) -> None:
        group_id, place = _subject(returned)
        news = await self._setbacks.remember(tx, returned, What.ENSURE_ROOM, Lane.PROMPT, group_id=group_id)
        group = await store.group(tx, returned.guild_id, group_id)
        if group is not None and news:
            await self._desk.tell(tx, group, f"groups.trouble_{place}", problem=returned.problem)
        if group is not None:
            self._ring(tx, group)

    async def _access_done(self, tx: Tx, done: Delivered) -> None:
        group_id, place = _subject(done)
        await self._setbacks.forget(tx, done.key)
        user_id = int(str(done.params["user"]))
        entry = await self.entry(tx, done.guild_id, group_id, user_id, place)
        if done.params["welcome"] and entry is not None and entry.role is not None:
            await self._desk.say(tx, done.guild_id, user_id, WELCOMED, {"group": group_id}, purpose=JOINING)
        self._ring_carried(tx, done.guild_id)

    async def _access_refused(self, tx: Tx, returned: Returned) -> None:
        group_id, place = _subject(returned)
        user_id = int(str(returned.params["user"]))
        entry = await self.entry(tx, returned.guild_id, group_id, user_id, place)
        group = await store.group(tx, returned.guild_id, group_id)
        if group is None or entry is None:
            await self._setbacks.forget(tx, returned.key)
            return
        entering = entry.role is not None
        if not entering and returned.problem == "missing":
            # the channel, or the person in it, is gone: so is the access
            await self._setbacks.forget(tx, returned.key)
            return
        lane = Lane.PROMPT if entering else Lane.URGENT
        if not await self._setbacks.remember(tx, returned, What.ENSURE_ACCESS, lane, group_id=group_id):
            return
        what = "access" if entering else "leaving"
        about = f"groups.trouble_{what}" + ("_voice" if place is Place.VOICE else "")
        await self._desk.tell(tx, group, about, problem=returned.problem, user_id=user_id)
        if place is Place.ROOM:
            # who has left allowed no message about that
            purpose = JOINING if entering else None
            await self._desk.say(
                tx, returned.guild_id, user_id, f"groups.{what}_failed", {"group": group_id}, purpose=purpose
            )

    def _ring(self, tx: Tx, group: Group) -> None:
        for ring in self.progressed:
            tx.after_commit(lambda ring=ring: ring(group.id))
        self._ring_carried(tx, group.guild_id)

    def _ring_carried(self, tx: Tx, guild_id: int) -> None:
        for ring in self.carried:
            tx.after_commit(lambda ring=ring: ring(guild_id))


def _subject(errand: Delivered | Returned) -> tuple[int, Place]:
    return int(str(errand.params["group"])), Place(str(errand.params["place"]))
