"""Sending one post so that it appears once."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import discord

from bot.courier.budget import Spend
from bot.courier.outcomes import CannotLook, Carried, Expired, judge
from bot.outbox import Errand, What
from bot.ui.pages import Page, layout
from bot.ui.texts import Words

NONCE_HOLDS = timedelta(seconds=60)
"""For so long Discord answers a repeated nonce with the first message ("a few minutes" by its documentation)."""

CLOCKS_DIFFER = timedelta(minutes=15)
"""How far this machine's clock may be ahead of Discord's for a message still to be found."""

PAGE = 100
PAGES = 30  # 3,000 messages: beyond them it cannot be said whether ours is there


async def send(
    client: discord.Client, errand: Errand, page: Page, *, words: Words, now: datetime, spend: Spend
) -> Carried:
    """Send ``page``, unless an earlier attempt of this errand turns out to have arrived.

    ``spend`` is called for each further request. Raises what the library raises, ``CannotLook`` and ``Expired``.
    """
    channel_id = await _channel_of(client, errand, spend)
    guild_id = errand.guild_id if errand.user_id is None else None
    expired = errand.expires_at is not None and errand.expires_at <= now
    if errand.tried_at is not None and (expired or not _just_tried(errand.tried_at, now)):
        found = await look(client, channel_id, errand, spend=spend)
        if found is not None:
            return Carried(message_id=found, channel_id=channel_id)
        await spend()
    if expired:
        raise Expired
    channel = client.get_partial_messageable(channel_id, guild_id=guild_id)
    view = layout(page, words, mark=errand.mark)
    try:
        sent = await channel.send(view=view, nonce=errand.nonce, allowed_mentions=page.allowed_mentions)
    except discord.HTTPException as refusal:
        if errand.tried_at is None or judge(refusal).retry:
            raise
        # this attempt did not arrive, which says nothing about the one before
        await spend()
        found = await look(client, channel_id, errand, spend=spend)
        if found is None:
            raise
        return Carried(message_id=found, channel_id=channel_id)
    return Carried(message_id=sent.id, channel_id=channel_id)


async def find(client: discord.Client, errand: Errand, *, spend: Spend) -> Carried | None:
    """Where a post that is not wanted any more stands, if an earlier attempt arrived. Raises as ``look`` does."""
    if errand.tried_at is None or errand.what is not What.POST:
        return None
    with suppress(discord.NotFound):
        channel_id = await _channel_of(client, errand, spend)
        found = await look(client, channel_id, errand, spend=spend)
        return None if found is None else Carried(message_id=found, channel_id=channel_id)
    return None


async def _channel_of(client: discord.Client, errand: Errand, spend: Spend) -> int:
    if errand.user_id is not None:
        opened = await client.http.start_private_message(errand.user_id)
        await spend()
        return int(opened["id"])
    assert errand.channel_id is not None, "a post goes to a channel or to a person"
    return errand.channel_id


def _just_tried(tried_at: datetime, now: datetime) -> bool:
    # a time that lies ahead tells that the clock was set back meanwhile, and nothing of how long it was
    return timedelta(0) <= now - tried_at < NONCE_HOLDS


async def look(client: discord.Client, channel_id: int, errand: Errand, *, spend: Spend) -> int | None:
    """The id of our own message that bears the errand's mark, among those since it was first tried.

    ``spend`` is called between requests. Raises ``CannotLook`` if it cannot be said whether it is there.
    """
    assert errand.tried_at is not None and client.user is not None
    after = discord.utils.time_snowflake(errand.tried_at - CLOCKS_DIFFER)
    for page in range(PAGES):
        if page:
            await spend()
        try:
            messages = await client.http.logs_from(channel_id, PAGE, after=after)
        except discord.Forbidden as error:
            raise CannotLook from error
        for message in messages:
            if int(message["author"]["id"]) == client.user.id and _mark(message) == errand.mark:
                return int(message["id"])
        if not page and not messages:
            await spend()
            await _be_sure_that_history_is_shown(client, channel_id)
        if len(messages) < PAGE:
            return None
        after = max(int(message["id"]) for message in messages)
    raise CannotLook


async def _be_sure_that_history_is_shown(client: discord.Client, channel_id: int) -> None:
    """Without Read Message History a channel looks empty. One message is refused then, and is not found otherwise."""
    with suppress(discord.NotFound):
        try:
            await client.http.get_message(channel_id, channel_id)
        except discord.Forbidden as error:
            raise CannotLook from error


def _mark(message: Any) -> int | None:
    components: list[dict[str, Any]] = message.get("components") or [{}]
    return components[0].get("id")
