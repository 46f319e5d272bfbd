"""How an attempt ended, and what each of Discord's refusals means for what happens next."""

from __future__ import annotations

from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import timedelta

import aiohttp
import discord

CLOSED_DM = {50007, 50278, 40003}
FULL = 30016
FULL_SERVER = 30013
PINS_FULL = 30003
FULL_CATEGORY = 50035
FIRST_RETRY = timedelta(seconds=2)
LONGEST_RETRY = timedelta(minutes=10)


class CannotLook(Exception):
    """It may have been sent, and the channel's history cannot be read to see whether it was."""


class CannotWrite(Exception):
    """Its own feature could not say what it says; nothing was sent."""


class Expired(Exception):
    """Its time is over, and an earlier attempt did not arrive."""


class Moot(Exception):
    """Nothing should be sent or done any more."""


@dataclass(frozen=True, slots=True)
class Carried:
    message_id: int | None = None
    channel_id: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """``problem`` is a short code. Given up for good unless ``retry``; ``unknown`` if Discord may have acted."""

    problem: str
    retry: bool
    unknown: bool = False
    after: timedelta | None = None


def gone_already() -> AbstractContextManager[None]:
    """What is gone is as it was wanted."""
    return suppress(discord.NotFound)


def judge(error: Exception) -> Verdict:
    """What a failed attempt means. What is not known to have failed counts as perhaps done."""
    match error:
        case CannotWrite():
            return Verdict("broken", retry=True)
        case Expired():
            return Verdict("expired", retry=False)
        case discord.RateLimited():
            return Verdict("limited", retry=True, after=timedelta(seconds=error.retry_after))
        case discord.HTTPException() if error.status < 500:
            return _refusal(error)
        case discord.HTTPException() | aiohttp.ClientError() | OSError() | TimeoutError():
            return Verdict("unreachable", retry=True, unknown=True)
        case _:
            return Verdict("broken", retry=True, unknown=True)


def _refusal(error: discord.HTTPException) -> Verdict:
    if error.code in CLOSED_DM:
        return Verdict("closed", retry=False)
    if error.code == PINS_FULL:
        return Verdict("pins_full", retry=False)
    if error.code == FULL:
        return Verdict("full", retry=False)
    if error.code == FULL_SERVER:
        return Verdict("server_full", retry=False)
    if error.code == FULL_CATEGORY and _full(error):
        return Verdict("category_full", retry=False)
    match error.status:
        case 401:  # the token was reset: nothing is wrong with what is to be said
            return Verdict("unauthorized", retry=True)
        case 403:
            return Verdict("forbidden", retry=False)
        case 404:
            return Verdict("missing", retry=False)
        case 429:
            return Verdict("limited", retry=True)
        case _:
            return Verdict("refused", retry=False)


def _full(error: discord.HTTPException) -> bool:
    return "CHANNEL_PARENT_MAX_CHANNELS" in error.text or "Maximum number of channels" in error.text


def retry_after(attempts: int) -> timedelta:
    """2 s, 4 s, 8 s ... up to ten minutes."""
    return min(FIRST_RETRY * 2 ** min(attempts, 12), LONGEST_RETRY)
