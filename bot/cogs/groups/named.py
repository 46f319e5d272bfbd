"""People who are named in an option."""

from __future__ import annotations

import discord

from bot.core.errors import UserError
from bot.features.groups.model import Candidate


def candidate(person: discord.User | discord.Member, *, duty: bool = False) -> Candidate:
    """Somebody named in an option. Raises ``UserError`` if they are not in this server."""
    if not isinstance(person, discord.Member):
        raise UserError("groups.person_away")
    return Candidate(user_id=person.id, bot=person.bot, duty=duty)
