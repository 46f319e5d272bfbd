"""Whether a facilitator wants to talk after a meeting: asked privately, and told to the safeguarding lead alone."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Final

from bot.features.groups import Groups
from bot.features.groups.desk import ServerOf
from bot.features.groups.model import Server
from bot.features.meetings.model import Occasion
from bot.outbox import Lane, Outbox, Post, Returned
from bot.outbox.model import Params
from bot.storage import Database, Tx

ASKED: Final = "meetings.debrief"
WANTED: Final = "meetings.debrief_wanted"

ASKED_FOR = timedelta(days=7)
"""How long the question waits for a facilitator."""


class Debriefs:
    """An answer is written down nowhere, but for the card or word by which the lead is told."""

    def __init__(self, db: Database, outbox: Outbox, groups: Groups, *, server: ServerOf) -> None:
        self._db = db
        self._outbox = outbox
        self._groups = groups
        self._server = server
        outbox.undeliverable(WANTED, self._refused)

    async def ask(self, tx: Tx, occasion: Occasion, here: Collection[int | None]) -> None:
        """Ask each facilitator of the group who was there."""
        guild_id, group_id = occasion.meeting.guild_id, occasion.group.id
        for member in await self._groups.members(tx, guild_id, group_id):
            if member.facilitates and member.user_id in here:
                desk = self._groups.desk
                await desk.say(tx, guild_id, member.user_id, ASKED, {"group": group_id}, lasts=ASKED_FOR)

    async def want(self, *, guild_id: int, group_id: int, user_id: int, asked: int) -> int | None:
        """Tell the lead, or the backup where it is the lead who wants to talk; gives whom. None without a set-up.

        ``asked``: a name for the question that was asked, so that to press again tells nobody twice.
        """
        async with self._db.begin() as tx:
            server = await self._server(tx, guild_id)
            if server is None:
                return None
            params: Params = {"group": group_id, "user": user_id}
            if server.safeguarding_id is None:
                await self._say(tx, server, params)
            else:
                post = Post(
                    key=f"meeting-debrief:{asked}",
                    guild_id=guild_id,
                    channel_id=server.safeguarding_id,
                    lane=Lane.PROMPT,
                    kind=WANTED,
                    params=params,
                )
                await self._outbox.put(tx, post)
            return listener(server, user_id)

    async def _refused(self, tx: Tx, card: Returned) -> None:
        server = await self._server(tx, card.guild_id)
        if server is not None:
            await self._say(tx, server, card.params)

    async def _say(self, tx: Tx, server: Server, params: Params) -> None:
        to = listener(server, int(str(params["user"])))
        await self._groups.desk.say(tx, server.guild_id, to, WANTED, params)


def listener(server: Server, user_id: int) -> int:
    """Who gets in touch with this facilitator."""
    return server.backup_id if user_id == server.lead_id else server.lead_id
