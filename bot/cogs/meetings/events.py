"""What Discord's own event about a meeting says: nothing but that there is one."""

from __future__ import annotations

from datetime import timedelta

from bot.client import Bot
from bot.courier import EventGoneWanted, EventWanted
from bot.features.meetings.events import EVENT
from bot.outbox import Errand

TOO_LATE = timedelta(minutes=1)
"""Discord takes no event that has begun, and does not let one begin at another time that is past."""


class MeetingEvents:
    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    def register(self) -> None:
        self._bot.courier.renders(EVENT, self.event)

    async def event(self, errand: Errand) -> EventWanted | EventGoneWanted | None:
        """The event about the meeting's next time; one that has begun is left as it is until it is over."""
        meeting_id, services = int(str(errand.params["meeting"])), self._bot.services
        # its mark, by which it is found again; the ids are random and name nothing
        code = f"{meeting_id:014x}"
        occasion = await services.meetings.events.next(guild_id=errand.guild_id, meeting_id=meeting_id)
        if occasion is None or occasion.group.voice_id is None:
            return EventGoneWanted(code=code)
        if occasion.starts_at <= services.clock() + TOO_LATE:
            return None
        return EventWanted(
            channel_id=occasion.group.voice_id,
            code=code,
            name=self._bot.words("meetings.event_label"),
            description=self._bot.words("meetings.event_hint", code=code),
            starts_at=occasion.starts_at,
            ends_at=occasion.ends_at,
        )
