"""What the posts of check-ins say when they are carried."""

from __future__ import annotations

from bot.client import Bot
from bot.cogs.checkins.pages import opened_page, results_page
from bot.features.checkins import Checkin
from bot.features.checkins.posts import CANCELLED, OPENED, RESULTS
from bot.outbox import Errand
from bot.ui.pages import Page


class Posts:
    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._checkins = bot.services.checkins

    def register(self) -> None:
        self._bot.courier.renders(OPENED, self.opened)
        self._bot.courier.renders(RESULTS, self.results)
        self._bot.courier.renders(CANCELLED, self.cancelled)

    async def opened(self, errand: Errand) -> Page | None:
        """None once it takes no answers any more."""
        checkin = await self._checkin(errand)
        if checkin is None or not checkin.takes_answers(self._bot.services.clock()):
            return None
        return opened_page(self._bot.words, checkin)

    async def results(self, errand: Errand) -> Page | None:
        checkin = await self._checkin(errand)
        return None if checkin is None else results_page(self._bot.words, checkin)

    async def cancelled(self, errand: Errand) -> Page | None:
        checkin = await self._checkin(errand)
        words = self._bot.words
        if checkin is None:
            return None
        return Page(words("checkins.heading", title=checkin.asked.title), words("checkins.cancelled"))

    async def _checkin(self, errand: Errand) -> Checkin | None:
        """None once its group is archived: nothing more is said in its room."""
        # what is posted at the end says that the answers are destroyed
        await self._checkins.settled()
        checkin = await self._checkins.get(errand.guild_id, int(str(errand.params["checkin"])))
        if checkin is None:
            return None
        async with self._bot.services.db.read() as tx:
            group = await self._bot.services.groups.group(tx, errand.guild_id, checkin.group_id)
        return None if group is None or group.archived else checkin
