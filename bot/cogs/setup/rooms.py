"""Says what a server's own channels should be, when they are carried to Discord, and tells who set it up of trouble."""

from __future__ import annotations

from bot.client import Bot
from bot.courier import AccessWanted, Overwrite, RoomWanted
from bot.features.setup.model import SAFEGUARDING_CODE, Room
from bot.features.setup.service import ACCESS, CAME_BACK, kind_of
from bot.inbox.model import Kept
from bot.outbox import Errand
from bot.ui import permissions
from bot.ui.pages import Page


class Rooms:
    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    def register(self) -> None:
        courier = self._bot.courier
        courier.renders(kind_of(Room.CATEGORY), self.category)
        courier.renders(kind_of(Room.SAFEGUARDING), self.safeguarding)
        courier.renders(ACCESS, self.access)
        courier.tells(CAME_BACK, self.came_back)

    async def category(self, errand: Errand) -> RoomWanted:
        """Open to the bot itself: what it could not see it would not find again, and make a second time."""
        assert self._bot.user is not None
        ours = Overwrite(target_id=self._bot.user.id, member=True, allow=permissions.SEEING.value)
        number = int(str(errand.params.get("number", 1)))
        words = self._bot.words
        name = words("setup.category_name") if number == 1 else words("setup.next_category_name", number=number)
        return RoomWanted(type="category", name=name, overwrites=(ours,))

    async def safeguarding(self, errand: Errand) -> RoomWanted | None:
        """Private from its first moment, to the lead, the backup and the bot."""
        async with self._bot.services.db.read() as tx:
            server = await self._bot.services.setup.server(tx, errand.guild_id)
        if server is None:
            return None
        assert self._bot.user is not None
        words = self._bot.words
        people = [_overwrite(user_id) for user_id in (server.lead_id, server.backup_id)]
        return RoomWanted(
            type="text",
            name=words("setup.safeguarding_name"),
            code=SAFEGUARDING_CODE,
            topic=words("setup.safeguarding_topic", code=SAFEGUARDING_CODE),
            parent_id=server.category_id,
            overwrites=(
                # a server's @everyone role bears the server's id
                Overwrite(target_id=errand.guild_id, member=False, allow=0, deny=permissions.HIDDEN.value),
                Overwrite(target_id=self._bot.user.id, member=True, allow=permissions.BOT.value),
                *people,
            ),
        )

    async def access(self, errand: Errand) -> AccessWanted | None:
        """One person's way into the safeguarding channel, by what they are now."""
        user_id = int(str(errand.params["user"]))
        async with self._bot.services.db.read() as tx:
            named = await self._bot.services.setup.has_task(tx, errand.guild_id, user_id)
        if errand.channel_id is None:
            return None
        overwrite = _overwrite(user_id) if named else None
        return AccessWanted(channel_id=errand.channel_id, user_id=user_id, overwrite=overwrite)

    async def came_back(self, word: Kept) -> Page:
        words = self._bot.words
        return Page(
            words("setup.came_back", what=words(f"setup.room_{word.params['room']}")),
            words(f"setup.problem_{word.params['problem']}"),
            words("setup.came_back_mend"),
        )


def _overwrite(user_id: int) -> Overwrite:
    return Overwrite(target_id=user_id, member=True, allow=permissions.LEAD.value)
