"""People who are named in a command or form, as Discord knows them."""

from __future__ import annotations

from contextlib import suppress

import discord

from bot.core.errors import UserError
from bot.features.groups.model import Candidate


def candidate(person: discord.User | discord.Member, *, duty: bool = False) -> Candidate:
    """Somebody named in an option. Raises ``UserError`` if they are not in this server."""
    if not isinstance(person, discord.Member):
        raise UserError("groups.person_away")
    return Candidate(user_id=person.id, bot=person.bot, duty=duty)


async def found(guild: discord.Guild, user_id: int) -> Candidate:
    """Somebody named earlier, as they are now. Raises ``UserError`` if they are not in this server any more."""
    with suppress(discord.NotFound):
        return candidate(await guild.fetch_member(user_id))
    raise UserError("groups.person_away")
