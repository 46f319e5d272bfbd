"""Shows the one who founds a group how far its rooms are, in the answer to their command."""

from __future__ import annotations

from bot.client import Bot, Interaction
from bot.features.groups import Group, Place
from bot.features.groups.model import Setback
from bot.features.groups.rooms import CATEGORY_FULL, kind_of
from bot.ui.crowding import crowded
from bot.ui.pages import Page
from bot.ui.progress import Progress, Step
from bot.ui.texts import channel


class Founding:
    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._progress = Progress(self._look, name="founding")
        bot.services.groups.progressed.append(self._progress.ring)

    async def follow(self, interaction: Interaction, group: Group) -> None:
        """Answer now, and edit the answer as the rooms are done."""
        await self._progress.follow(interaction, group.id)

    async def close(self) -> None:
        await self._progress.close()

    async def _look(self, interaction: Interaction, group_id: int) -> Step:
        guild_id = interaction.guild_id
        assert guild_id is not None
        groups = self._bot.services.groups
        async with self._bot.services.db.read() as tx:
            group = await groups.group(tx, guild_id, group_id)
            setbacks = await groups.setbacks.of(tx, guild_id)
        assert group is not None, "a group is never taken out of the database"
        refused = {
            setback.kind: setback
            for setback in setbacks
            # a further category is on its way, and the room after it
            if setback.group_id == group_id and setback.problem != CATEGORY_FULL
        }
        lines = [self._line(group, place, refused.get(kind_of(place))) for place in group.places]
        last = all(group.channel(place) is not None or kind_of(place) in refused for place in group.places)
        key = "groups.founded" if group.ready else "groups.founding"
        mend = (self._bot.words("groups.trouble_mend"),) if refused else ()
        page = Page(
            self._bot.words(key, name=group.name), "\n".join(lines), *mend, *crowded(self._bot.words, interaction.guild)
        )
        return Step(page, last)

    def _line(self, group: Group, place: Place, refused: Setback | None) -> str:
        words = self._bot.words
        what = words(f"groups.place_{place}")
        channel_id = group.channel(place)
        if channel_id is not None:
            return words("groups.place_ready", place=what, channel=channel(channel_id))
        if refused is None:
            return words("groups.place_coming", place=what)
        return words("groups.place_refused", place=what, why=words(f"setup.problem_{refused.problem}"))
