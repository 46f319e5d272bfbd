"""What past check-ins came to: the newest of each, and one template's past in stretches that leave nothing out."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.core.errors import UserError
from bot.features.checkins import CheckinState
from bot.features.checkins.past import MOST_SHOWN, Stretch
from tests.features.checkins.asked import TWO, Asked
from tests.features.checkins.bygone import bygone
from tests.features.groups.village import GUILD

OTHER = replace(TWO, id="other", title="The other one")
A_WEEK = timedelta(days=7)
HALF = timedelta(milliseconds=500)


async def weeks(asked: Asked, count: int) -> list[datetime]:
    """So many of one template, a week apart; gives when they closed, the newest first."""
    days = [asked.clock() - A_WEEK * (number + 1) + HALF for number in range(count)]
    for day in days:
        await bygone(asked.db, asked.group, TWO, day)
    return days


async def stretch(asked: Asked, **when: Any) -> Stretch:
    past = asked.checkins.past
    return await past.stretch(guild_id=GUILD, group_id=asked.group.id, template="two", **when)


def days_of(found: Stretch) -> list[datetime]:
    return [one.closes_at for one in found.checkins]


async def test_of_each_template_the_newest_that_closed(asked: Asked) -> None:
    assert await asked.checkins.past.newest(guild_id=GUILD, group_id=asked.group.id) == []
    now = asked.clock()
    for age, template in ((5, TWO), (4, OTHER), (3, TWO)):
        await bygone(asked.db, asked.group, template, now - A_WEEK * age)
    for age, state in ((2, CheckinState.CANCELLED), (1, CheckinState.LOST)):
        await bygone(asked.db, asked.group, TWO, now - A_WEEK * age, state=state)
    newest = await asked.checkins.past.newest(guild_id=GUILD, group_id=asked.group.id)
    assert [(one.asked.id, one.closes_at) for one in newest] == [("two", now - A_WEEK * 3), ("other", now - A_WEEK * 4)]
    assert await asked.checkins.past.newest(guild_id=GUILD, group_id=asked.group.id + 1) == []


@pytest.mark.parametrize("count", [0, 1, MOST_SHOWN, MOST_SHOWN + 1, 2 * MOST_SHOWN, 2 * MOST_SHOWN + 3])
async def test_going_back_and_forth_passes_over_none_and_shows_none_twice(asked: Asked, count: int) -> None:
    days = await weeks(asked, count)
    await bygone(asked.db, asked.group, OTHER, asked.clock())
    found = await stretch(asked)
    assert not found.later
    read = days_of(found)
    while found.earlier:
        found = await stretch(asked, before=whole(found.checkins[-1].closes_at))
        assert found.later
        read += days_of(found)
    assert read == days
    back = days_of(found)
    while found.later:
        found = await stretch(asked, since=whole(found.checkins[0].closes_at) + timedelta(seconds=1))
        assert found.earlier
        back = days_of(found) + back
    assert back == days


def whole(at: datetime) -> datetime:
    """As a button remembers it."""
    return at.replace(microsecond=0)


async def test_where_nothing_is_left_the_newest_are_shown(asked: Asked) -> None:
    days = await weeks(asked, 2)
    assert days_of(await stretch(asked, before=days[-1] - A_WEEK)) == days
    assert days_of(await stretch(asked, since=asked.clock())) == days
    assert not (await stretch(asked, before=days[-1] - A_WEEK)).later


async def test_what_is_too_long_is_shortened_away_from_where_the_reader_comes_from(asked: Asked) -> None:
    days = await weeks(asked, 3)
    down, up = await stretch(asked), await stretch(asked, since=days[-1])
    assert days_of(down.shorter()) == days[:2] and down.shorter().earlier
    assert days_of(up.shorter()) == days[1:] and up.shorter().later


# what could overhear an answer


@contextmanager
def listening_at(level: int, name: str) -> Iterator[None]:
    # another test may have quietened the libraries, and then they do not listen as the root does
    loggers = [logging.getLogger(one) for one in ("discord", "aiohttp", name)]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.NOTSET)
    loggers[-1].setLevel(level)
    try:
        yield
    finally:
        for logger, was in zip(loggers, before, strict=True):
            logger.setLevel(was)


@pytest.mark.parametrize("name", ["discord", "discord.gateway", "discord.not_yet_seen", "aiohttp.client", ""])
async def test_none_is_opened_while_a_library_tells_its_log_of_whole_events(asked: Asked, name: str) -> None:
    with listening_at(logging.DEBUG, name), pytest.raises(UserError) as told:
        await asked.open()
    assert told.value.key == "checkins.overheard"
    assert asked.files == []
    with listening_at(logging.INFO, name):
        await asked.open()


async def test_none_is_opened_in_the_debug_mode_of_the_event_loop(asked: Asked) -> None:
    loop = asyncio.get_running_loop()
    loop.set_debug(True)
    try:
        with pytest.raises(UserError) as told:
            await asked.open()
    finally:
        loop.set_debug(False)
    assert told.value.key == "checkins.overheard"
