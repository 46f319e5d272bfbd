"""The one place where an exception becomes words on a person's screen."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Sequence
from typing import Any

import aiohttp
import discord
from discord import app_commands

from bot.core.errors import UserError
from bot.ui.access import Refused
from bot.ui.answer import answer
from bot.ui.pages import Page, Row
from bot.ui.texts import Words, quote

log = logging.getLogger(__name__)


def reason_of(error: BaseException) -> BaseException:
    """What really happened, taken out of the library's wrappers."""
    match error:
        case Refused():
            return reason_of(error.reason)
        case app_commands.CommandInvokeError() | app_commands.TransformerError() if error.__cause__:
            return reason_of(error.__cause__)
        case _:
            return error


def describe(error: BaseException, words: Words) -> str | None:
    """The words for the person, or None if the mistake is ours and not theirs."""
    match reason_of(error):
        case UserError() as told:
            return words(told.key, **told.values)
        case app_commands.TransformerError() | app_commands.CommandSignatureMismatch() | app_commands.CommandNotFound():
            return words("errors.stale")
        case discord.Forbidden():
            return words("errors.discord_refused")
        case discord.DiscordServerError() | aiohttp.ClientError():
            return words("errors.discord_away")
        case _:
            return None


async def report(
    interaction: discord.Interaction[Any], error: BaseException, *, typed: str = "", doors: Sequence[Row] = ()
) -> None:
    """Tell the person privately what went wrong and what to do; give back ``typed``, so that nothing is lost.

    ``doors``: what is offered beneath, whatever went wrong.

    What is not for the person goes to the log, under a random code that they can quote.
    """
    words: Words = interaction.client.words
    text = describe(error, words)
    if text is None:
        code = secrets.token_hex(4)  # random: an interaction's id would give away a time and a person
        log.error("an interaction failed (code %s)", code, exc_info=reason_of(error))
        text = words("errors.unexpected", code=code)
    parts = (text, words("errors.wrote", text=quote(typed))) if typed else (text,)
    try:
        await answer(interaction, Page(*parts, *doors))
    except discord.HTTPException as failed:
        log.warning("a person could not be told what went wrong: HTTP %s, code %s", failed.status, failed.code)
    except (aiohttp.ClientError, OSError) as failed:
        log.warning("a person could perhaps not be told what went wrong: %s", type(failed).__name__)
