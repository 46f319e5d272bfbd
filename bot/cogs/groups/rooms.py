"""Says, when a group's channel or somebody's access to it is carried to Discord, what should then be there."""

from __future__ import annotations

import unicodedata

from discord import Permissions

from bot.client import Bot
from bot.courier import AccessWanted, Overwrite, RenameWanted, RoomWanted
from bot.features.groups import Group, Member, Place, Role
from bot.features.groups.model import Entry
from bot.features.groups.rooms import ACCESS, RENAME, kind_of
from bot.outbox import Errand
from bot.ui import permissions

LONGEST_NAME = 90  # of Discord's 100, with room for what is added


class Rooms:
    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    def register(self) -> None:
        for place in Place:
            self._bot.courier.renders(kind_of(place), self.room)
        self._bot.courier.renders(ACCESS, self.access)
        self._bot.courier.renders(RENAME, self.name)

    async def room(self, errand: Errand) -> RoomWanted | None:
        """The channel with everyone's access in it from its first moment, so that it is never seen by others."""
        groups, setup = self._bot.services.groups, self._bot.services.setup
        place = Place(str(errand.params["place"]))
        async with self._bot.services.db.read() as tx:
            group = await groups.group(tx, errand.guild_id, int(str(errand.params["group"])))
            server = await setup.server(tx, errand.guild_id)
            if group is None or server is None or place not in group.places:
                return None
            if group.archived and (group.archived_from is None or errand.tried_at is None):
                return None
            # one that may be there already, open to people, is found, and closed to them then
            members = [] if group.archived else await groups.members(tx, errand.guild_id, group.id)
            restrained = await groups.rooms.restrained(tx, group, members)
        code = f"{place}-{group.code}"
        written = place is not Place.VOICE
        return RoomWanted(
            type="text" if written else "voice",
            name=channel_name(group, place),
            # in a topic it says whose channel it is; in a name the group's own code must do
            code=code if written else f"-{group.code}",
            topic=self._bot.words(f"groups.{place}_topic", code=code) if written else "",
            parent_id=server.category_id,
            overwrites=(*self._ours(errand.guild_id, place), *_theirs(members, restrained, place)),
        )

    async def name(self, errand: Errand) -> RenameWanted | None:
        """What the channel is called now; nothing where there is none."""
        place = Place(str(errand.params["place"]))
        async with self._bot.services.db.read() as tx:
            group = await self._bot.services.groups.group(tx, errand.guild_id, int(str(errand.params["group"])))
        channel_id = None if group is None else group.channel(place)
        if group is None or channel_id is None:
            return None
        return RenameWanted(channel_id=channel_id, name=channel_name(group, place))

    async def access(self, errand: Errand) -> AccessWanted | None:
        """One person's overwrite as it should be now: none, if they have left in the meantime."""
        entry = await self._bot.services.groups.entry(
            guild_id=errand.guild_id,
            group_id=int(str(errand.params["group"])),
            user_id=int(str(errand.params["user"])),
            place=Place(str(errand.params["place"])),
        )
        return None if entry is None else access_of(entry)

    def _ours(self, guild_id: int, place: Place) -> tuple[Overwrite, Overwrite]:
        assert self._bot.user is not None
        ours = permissions.BOT | permissions.MEMBER_VOICE if place is Place.VOICE else permissions.BOT
        return (
            # a server's @everyone role bears the server's id
            Overwrite(target_id=guild_id, member=False, allow=0, deny=permissions.HIDDEN.value),
            Overwrite(target_id=self._bot.user.id, member=True, allow=ours.value),
        )


def _theirs(members: list[Member], restrained: set[int], place: Place) -> list[Overwrite]:
    return [
        _overwrite(member.user_id, member.role, place, restrained=member.id in restrained)
        for member in members
        if member.may_enter(place)
    ]


def allowed(role: Role, place: Place) -> Permissions:
    """What somebody of this role may do in this channel of a group."""
    if place is Place.VOICE:
        return permissions.MEMBER_VOICE
    return permissions.FACILITATOR if role is Role.FACILITATOR else permissions.MEMBER


def channel_name(group: Group, place: Place) -> str:
    """The name in the form that Discord gives to text channels, whatever the group is called."""
    kept = (letter if _fits(letter) else "-" for letter in unicodedata.normalize("NFKC", group.name).lower())
    name = "-".join(part for part in "".join(kept).split("-") if part)[:LONGEST_NAME] or f"group-{group.code}"
    match place:
        case Place.ROOM:
            return name
        case Place.DESK:
            return f"{name[: LONGEST_NAME - 5]}-desk"
        case Place.VOICE:
            # found again by its name, which must not be another group's
            return f"{name[: LONGEST_NAME - 10]}-{group.code}"


def _fits(letter: str) -> bool:
    return letter.isalnum() or unicodedata.category(letter) in ("Mn", "Mc", "So")


def access_of(entry: Entry) -> AccessWanted:
    """What should be so for one person in one channel: no overwrite for who may not enter it."""
    if entry.role is None:
        return AccessWanted(channel_id=entry.channel_id, user_id=entry.user_id, overwrite=None)
    theirs = _overwrite(entry.user_id, entry.role, entry.place, restrained=entry.restrained)
    return AccessWanted(channel_id=entry.channel_id, user_id=entry.user_id, overwrite=theirs)


def _overwrite(user_id: int, role: Role, place: Place, *, restrained: bool) -> Overwrite:
    usual = allowed(role, place)
    if not restrained:
        return Overwrite(target_id=user_id, member=True, allow=usual.value)
    kept = usual & (permissions.LISTENER if place is Place.VOICE else permissions.READER)
    # denied, and not only left out: the server may allow everyone to write
    return Overwrite(target_id=user_id, member=True, allow=kept.value, deny=usual.value & ~kept.value)
