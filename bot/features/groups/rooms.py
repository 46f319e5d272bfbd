"""The channels of groups, and each person's way into them: asked for here, done on Discord by the courier."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Final

from bot.features.groups import store
from bot.features.groups.desk import Desk, ServerOf
from bot.features.groups.model import Entry, Group, GroupState, Member, MemberState, Place, Role, Setback
from bot.features.groups.setbacks import Setbacks
from bot.outbox import Deed, Delivered, Lane, Outbox, Returned, What
from bot.storage import Tx

ACCESS: Final = "groups.access"
WELCOMED: Final = "groups.welcomed"
REMADE: Final = "groups.remade"
JOINING: Final = "joining"
"""What a direct message about a request to join was allowed for."""

RENAME: Final = "groups.rename"
CATEGORY_FULL: Final = "category_full"
"""Discord's refusal of one more channel in a category; it takes 50."""

OnGroup = Callable[[Tx, Group], Awaitable[None]]
OnPlace = Callable[[Tx, Group, Place], Awaitable[None]]
OnFull = Callable[[Tx, int, int | None], Awaitable[None]]
"""Told a server's id, and the id of the category that was the newest when the room was asked for."""
Restrains = Callable[[Tx, Group, Sequence[Member]], Awaitable[set[int]]]
"""Which of these members of the group only read and listen for now, by the ids of their rows."""


def kind_of(place: Place) -> str:
    """The kind of the deed by which a channel is made."""
    return f"groups.{place}"


class Rooms:
    def __init__(self, outbox: Outbox, desk: Desk, setbacks: Setbacks, server: ServerOf) -> None:
        self._outbox = outbox
        self._desk = desk
        self._setbacks = setbacks
        self._server = server
        self.outgrown: list[OnFull] = []
        self.opened: list[OnGroup] = []
        self.remade: list[OnPlace] = []
        self.restrains: list[Restrains] = []
        self.progressed: list[Callable[[int], None]] = []
        self.carried: list[Callable[[int], None]] = []
        """Rung with a server's id when a room, or somebody's access to one, has become what it should be, or cannot."""
        for place in Place:
            outbox.delivered(kind_of(place), self._made)
            outbox.undeliverable(kind_of(place), self._not_made)
        outbox.delivered(ACCESS, self._access_done)
        outbox.undeliverable(ACCESS, self._access_refused)
        outbox.delivered(RENAME, self._renamed)
        outbox.undeliverable(RENAME, self._not_renamed)

    async def make(self, tx: Tx, group: Group) -> None:
        """Have every channel of the group made that is not there."""
        for place in group.places:
            if group.channel(place) is None:
                await self._make(tx, group, place)

    async def make_again(self, tx: Tx, group: Group, place: Place) -> None:
        """Have one channel made in place of one that is gone. The others are not touched: one that the bot cannot see
        would be made a second time.
        """
        await self._make(tx, group, place, again=True)

    async def _make(self, tx: Tx, group: Group, place: Place, *, again: bool = False) -> None:
        server = await self._server(tx, group.guild_id)
        category_id = None if server is None else server.category_id
        await self._outbox.put(
            tx,
            Deed(
                key=_room_key(group.id, place),
                guild_id=group.guild_id,
                what=What.ENSURE_ROOM,
                lane=Lane.PROMPT,
                kind=kind_of(place),
                params={"group": group.id, "place": place, "category": category_id, "again": again},
            ),
        )

    async def rename(self, tx: Tx, group: Group) -> None:
        """Have every channel of the group called as the group is by now. One that is being made meanwhile is looked at
        again after that.
        """
        for place in group.places:
            if group.channel(place) is not None:
                await self._put_name(tx, group, place)
        await self.make(tx, group)

    async def _put_name(self, tx: Tx, group: Group, place: Place) -> None:
        await self._outbox.put(
            tx,
            Deed(
                key=f"group:{group.id}:name:{place}",
                guild_id=group.guild_id,
                what=What.RENAME,
                # Discord takes two a channel in ten minutes: it is not to hold up what else goes to the channel,
                # which is why it names none
                lane=Lane.BULK,
                kind=RENAME,
                params={"group": group.id, "place": place},
            ),
        )

    async def give_up(self, tx: Tx, group: Group, place: Place) -> None:
        """A channel that could not be made is not wanted any more."""
        await self._setbacks.forget(tx, _room_key(group.id, place))
        await self._never_made(tx, group, place)
        self._ring(tx, group.guild_id, group.id)

    async def category_settled(self, tx: Tx, guild_id: int, problem: str | None) -> None:
        """There is a category with room again, or, with a ``problem``, there is not going to be: put those rooms again
        that waited for it, or say that they cannot be made.
        """
        for setback in await self._setbacks.of(tx, guild_id):
            group = None if setback.group_id is None else await store.group(tx, guild_id, setback.group_id)
            if group is None or setback.problem != CATEGORY_FULL or setback.what is not What.ENSURE_ROOM:
                continue
            await self._setbacks.forget(tx, setback.key)
            if problem is None:
                await self.make(tx, group)
            else:
                await self._refused(
                    tx,
                    Returned(
                        key=setback.key,
                        guild_id=guild_id,
                        kind=setback.kind,
                        params=setback.params,
                        channel_id=None,
                        problem=problem,
                    ),
                )

    async def let_in(self, tx: Tx, group: Group, member: Member) -> None:
        """Open the group's channels to a new member, and tell them once the room is open."""
        await store.set_greeted(tx, member.id, greeted=False)
        await self.look_again(tx, group, member)

    async def shut_out(self, tx: Tx, group: Group, member: Member) -> None:
        """Take the person's access away, before anything else that waits."""
        for place in Place:
            if place is not Place.DESK or member.role is Role.FACILITATOR:
                await self._put_access(tx, group, member, place, Lane.URGENT)
                await self._shut_out_later(tx, group, member, place)

    async def _shut_out_later(self, tx: Tx, group: Group, member: Member, place: Place) -> None:
        """Remember to take away what a channel that is being made may give to somebody of whom no row may be left."""
        if group.channel(place) is not None:
            return
        making = await self._outbox.waiting(tx, group.guild_id, (kind_of(place),))
        if any(deed.key == _room_key(group.id, place) for deed in making):
            params = {"group": group.id, "place": place, "user": member.user_id, "welcome": False}
            key, guild_id = _access_key(group, member, place), group.guild_id
            late = Returned(key=key, guild_id=guild_id, kind=ACCESS, params=params, channel_id=None, problem="missing")
            await self._setbacks.remember(tx, late, What.ENSURE_ACCESS, Lane.URGENT, group_id=group.id)

    async def close(self, tx: Tx, group: Group, member: Member) -> None:
        """Take the rooms of an archived group away from somebody; facilitators keep the desk."""
        for place in (Place.ROOM, Place.VOICE):
            await self._put_access(tx, group, member, place, Lane.URGENT)

    async def entry(self, tx: Tx, guild_id: int, group_id: int, user_id: int, place: Place) -> Entry | None:
        """Whether this person may now enter this channel; None if there is no such channel any more.

        Of an archived group only the desk is left, to those who may bring the group back.
        """
        group = await store.group(tx, guild_id, group_id)
        channel_id = None if group is None else group.channel(place)
        if channel_id is None:
            return None
        member = await store.membership(tx, guild_id, group_id, user_id)
        closed = group is not None and group.archived and place is not Place.DESK
        role = member.role if member is not None and member.may_enter(place) and not closed else None
        restrained = group is not None and member is not None and bool(await self.restrained(tx, group, [member]))
        return Entry(channel_id=channel_id, user_id=user_id, place=place, role=role, restrained=restrained)

    async def restrained(self, tx: Tx, group: Group, members: Sequence[Member]) -> set[int]:
        """Which of these members of the group only read and listen for now, by the ids of their rows."""
        found: set[int] = set()
        for restrains in self.restrains:
            found |= await restrains(tx, group, members)
        return found

    async def look_again(self, tx: Tx, group: Group, member: Member) -> None:
        """Have somebody's access made what it should be by now."""
        for place in group.places:
            if member.may_enter(place):
                await self._put_access(tx, group, member, place, Lane.PROMPT)

    async def _put_access(self, tx: Tx, group: Group, member: Member, place: Place, lane: Lane) -> None:
        channel_id = group.channel(place)
        if channel_id is None:
            return
        await self._outbox.put(
            tx,
            Deed(
                key=_access_key(group, member, place),
                guild_id=group.guild_id,
                what=What.ENSURE_ACCESS,
                lane=lane,
                kind=ACCESS,
                channel_id=channel_id,
                # the person's id, because their row may be erased before this is done
                params={"group": group.id, "place": place, "user": member.user_id},
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
        else:
            # put again while it was being made, as it is when the group gets another name
            await self._put_name(tx, group, place)
        if group.archived:
            # it was archived while the channel was being made
            for member in await store.members(tx, group.guild_id, group.id):
                await self.close(tx, group, member)
        opened = await self.open(tx, group)
        if not opened and done.params.get("again") and before.channel(place) is None:
            await self.let_all_in(tx, group, place)
            await self._announce_remade(tx, group, place)
        elif not opened and place is Place.VOICE and group.ready:
            await self.let_all_in(tx, group, place)
        self._ring(tx, done.guild_id, group_id)

    async def let_all_in(self, tx: Tx, group: Group, place: Place) -> None:
        """Have the access of everybody who may enter it made what it should be."""
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

    async def open(self, tx: Tx, group: Group) -> bool:
        """Open a group whose room and desk are there for the first time; whether it was not open until now."""
        forming, begun = GroupState.FORMING, GroupState.OPEN
        if not group.ready or not await store.set_state(tx, group.id, before=forming, after=begun):
            return False
        opened = await store.group(tx, group.guild_id, group.id)
        assert opened is not None
        for announce in self.opened:
            await announce(tx, opened)
        return True

    async def _shut_out_who_left(self, tx: Tx, group: Group, place: Place) -> None:
        """Somebody may have left while the channel was being made, with their access in it."""
        for member in await store.members(tx, group.guild_id, group.id, state=MemberState.LEFT):
            if place is not Place.DESK or member.role is Role.FACILITATOR:
                await self._put_access(tx, group, member, place, Lane.URGENT)
        for late in await self._shut_out_late(tx, group, place):
            await self._setbacks.put(tx, replace(late, channel_id=group.channel(place)))

    async def _shut_out_late(self, tx: Tx, group: Group, place: Place) -> list[Setback]:
        """What is to be taken away in a channel once it is made."""
        which = (ACCESS, group.id, None)
        late = [s for s in await self._setbacks.of(tx, group.guild_id) if (s.kind, s.group_id, s.channel_id) == which]
        return [setback for setback in late if setback.params["place"] == place]

    async def _never_made(self, tx: Tx, group: Group, place: Place) -> None:
        """Nobody can have got access by a channel that is not there."""
        for late in await self._shut_out_late(tx, group, place):
            await self._setbacks.forget(tx, late.key)

    async def _not_made(self, tx: Tx, returned: Returned) -> None:
        if returned.problem != CATEGORY_FULL or not self.outgrown:
            await self._refused(tx, returned)
            return
        group_id, _ = _subject(returned)
        await self._setbacks.remember(tx, returned, What.ENSURE_ROOM, Lane.PROMPT, group_id=group_id)
        tried = returned.params.get("category")
        for announce in self.outgrown:
            await announce(tx, returned.guild_id, None if tried is None else int(str(tried)))
        self._ring(tx, returned.guild_id, group_id)

    async def _refused(self, tx: Tx, returned: Returned) -> None:
        group_id, place = _subject(returned)
        news = await self._setbacks.remember(tx, returned, What.ENSURE_ROOM, Lane.PROMPT, group_id=group_id)
        group = await store.group(tx, returned.guild_id, group_id)
        if group is not None and news:
            await self._desk.tell(tx, group, f"groups.trouble_{place}", problem=returned.problem)
        if group is not None:
            await self._never_made(tx, group, place)
        self._ring(tx, returned.guild_id, group_id)

    async def _renamed(self, tx: Tx, done: Delivered) -> None:
        await self._setbacks.forget(tx, done.key)
        self._ring_carried(tx, done.guild_id)

    async def _not_renamed(self, tx: Tx, returned: Returned) -> None:
        group_id, _ = _subject(returned)
        group = await store.group(tx, returned.guild_id, group_id)
        if group is None or returned.problem == "missing":
            # a channel that is gone has no name; whoever makes it again gives it the new one
            await self._setbacks.forget(tx, returned.key)
            return
        if await self._setbacks.remember(tx, returned, What.RENAME, Lane.BULK, group_id=group_id):
            await self._desk.tell(tx, group, "groups.trouble_rename", problem=returned.problem)

    async def _access_done(self, tx: Tx, done: Delivered) -> None:
        group_id, place = _subject(done)
        await self._setbacks.forget(tx, done.key)
        user_id = int(str(done.params["user"]))
        entry = await self.entry(tx, done.guild_id, group_id, user_id, place)
        if place is Place.ROOM and entry is not None and entry.role is not None:
            await self._greet(tx, done.guild_id, group_id, user_id)
        self._ring_carried(tx, done.guild_id)

    async def _greet(self, tx: Tx, guild_id: int, group_id: int, user_id: int) -> None:
        """Tell a new member that the room is open, once, however often their access is looked at."""
        member = await store.membership(tx, guild_id, group_id, user_id)
        if member is not None and await store.set_greeted(tx, member.id, greeted=True):
            await self._desk.say(tx, guild_id, user_id, WELCOMED, {"group": group_id}, purpose=JOINING)

    async def _access_refused(self, tx: Tx, returned: Returned) -> None:
        self._ring_carried(tx, returned.guild_id)
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
        if group.archived and not entering:
            await self._tell_once(tx, group, returned)
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

    async def _tell_once(self, tx: Tx, group: Group, returned: Returned) -> None:
        """The rooms of an archived group are closed to many at once: one word about it is enough."""
        setbacks = await self._setbacks.of(tx, group.guild_id)
        if sum(setback.group_id == group.id and setback.kind == ACCESS for setback in setbacks) == 1:
            about = "groups.trouble_closing"
            await self._desk.tell_lead(tx, group.guild_id, group.id, about, problem=returned.problem)

    def _ring(self, tx: Tx, guild_id: int, group_id: int) -> None:
        for ring in self.progressed:
            tx.after_commit(lambda ring=ring: ring(group_id))
        self._ring_carried(tx, guild_id)

    def _ring_carried(self, tx: Tx, guild_id: int) -> None:
        for ring in self.carried:
            tx.after_commit(lambda ring=ring: ring(guild_id))


def _subject(errand: Delivered | Returned) -> tuple[int, Place]:
    return int(str(errand.params["group"])), Place(str(errand.params["place"]))


def _access_key(group: Group, member: Member, place: Place) -> str:
    return f"group:{group.id}:access:{member.id}:{place}"


def _room_key(group_id: int, place: Place) -> str:
    return f"group:{group_id}:{place}"
