"""Retention: what has had its time goes, daily, a little at a time, and nothing else does."""

from __future__ import annotations

import logging
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.audit.store import audit
from bot.core.ids import new_id
from bot.features.groups.places.store import groups_places
from bot.features.groups.store import groups_members, groups_requests
from bot.inbox.store import inbox, inbox_permissions
from bot.storage import Kept, metadata
from bot.timers.store import timers
from tests.conftest import StepClock
from tests.features.privacy.full_house import ANN, BEN, GUILD, count, fill, open_house, pass_time, settings_on

WITHOUT_END = {Kept.STRUCTURE, Kept.TIMER, Kept.KEY}
"""Classes whose rows go with what they are about, and not by being counted."""


def classes(table: sa.Table) -> set[Kept]:
    return {column.info["kept"] for column in table.columns}


@pytest.mark.parametrize("table", metadata.sorted_tables, ids=lambda table: table.name)
def test_every_table_says_when_its_rows_end(table: sa.Table) -> None:
    counted = classes(table) - WITHOUT_END - {Kept.PREFERENCE}
    assert bool(counted) == bool({"expires", "ends"} & set(table.info))


@pytest.mark.parametrize("table", metadata.sorted_tables, ids=lambda table: table.name)
def test_every_column_with_a_person_in_it_is_found_by_their_name(table: sa.Table) -> None:
    people = [column.name for column in table.columns if column.info.get("person")]
    assert people == ([table.info["person"]] if "person" in table.info else [])
    assert not people or "guild_id" in table.c


async def test_everything_that_has_an_end_comes_to_it(database_url: str, tmp_path: Path, clock: StepClock) -> None:
    async with open_house(settings_on(database_url, tmp_path), clock) as services:
        filled = clock()
        await fill(services.db, filled, user_id=ANN)
        await services.privacy.retention.begin()
        await pass_time(services, clock, days=1)
        assert await count(services.db, inbox) == 0, "that word had its own end"
        assert await count(services.db, groups_requests) == 1
        longest = max(services.privacy.retention.lengths.values())
        while clock() < filled + longest:
            await pass_time(services, clock, days=100)
        left = {table.name for table in metadata.sorted_tables if await count(services.db, table)}
    assert left == {table.name for table in metadata.sorted_tables if classes(table) <= WITHOUT_END}


async def test_each_class_is_kept_for_as_long_as_the_operator_says(
    database_url: str, tmp_path: Path, clock: StepClock
) -> None:
    settings = settings_on(database_url, tmp_path)
    longer = replace(settings.retention, request=timedelta(days=100), membership_after_leaving=timedelta(days=10))
    async with open_house(replace(settings, retention=longer), clock) as services:
        await fill(services.db, clock(), user_id=ANN)
        await services.privacy.retention.begin()
        await pass_time(services, clock, days=9.9)
        assert await count(services.db, groups_members) == 1
        await pass_time(services, clock, days=1)
        assert await count(services.db, groups_members) == 0
        await pass_time(services, clock, days=89)
        assert await count(services.db, groups_requests) == 1
        await pass_time(services, clock, days=1)
        assert await count(services.db, groups_requests) == 0


async def test_nobody_is_taken_off_a_waiting_list_without_a_word(
    database_url: str, tmp_path: Path, clock: StepClock
) -> None:
    async with open_house(settings_on(database_url, tmp_path), clock) as services:
        await fill(services.db, clock(), user_id=ANN)
        await services.privacy.retention.begin()
        await pass_time(services, clock, days=59.9)
        assert (await count(services.db, groups_places), await count(services.db, inbox)) == (1, 0)
        await pass_time(services, clock, days=1)
        assert (await count(services.db, groups_places), await count(services.db, inbox)) == (0, 1)


async def test_who_changed_something_is_forgotten_before_what_was_changed(
    database_url: str, tmp_path: Path, clock: StepClock
) -> None:
    async with open_house(settings_on(database_url, tmp_path), clock) as services:
        await fill(services.db, clock(), user_id=ANN)
        await services.privacy.retention.begin()
        await pass_time(services, clock, days=89)
        assert await count(services.db, audit, audit.c.actor.is_not(None)) == 1
        await pass_time(services, clock, days=2)
        assert await count(services.db, audit, audit.c.actor.is_not(None)) == 0
        assert await count(services.db, audit) == 1


async def test_who_is_in_a_group_keeps_membership_and_choices(
    database_url: str, tmp_path: Path, clock: StepClock
) -> None:
    async with open_house(settings_on(database_url, tmp_path), clock) as services:
        await fill(services.db, clock(), user_id=ANN)
        await fill(services.db, clock(), user_id=BEN, besides={"setup_servers"})
        sealed = services.db.vault.seal_id(ANN, GUILD)
        async with services.db.begin() as tx:
            await tx.execute(sa.update(groups_members).where(groups_members.c.user == sealed).values(left_at=None))
        await services.privacy.retention.begin()
        await pass_time(services, clock, days=200)
        assert await count(services.db, groups_members) == 1
        assert await count(services.db, inbox_permissions) == 1
        assert await count(services.db, inbox_permissions, inbox_permissions.c.user == sealed) == 1


async def test_much_goes_in_small_steps_and_the_log_only_counts(
    database_url: str, tmp_path: Path, clock: StepClock, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_house(settings_on(database_url, tmp_path), clock) as services:
        row = {"guild_id": GUILD, "at": clock(), "actor": None, "action": "a", "subject": "s", "detail": {}}
        async with services.db.begin() as tx:
            await tx.execute(sa.insert(audit), [row | {"id": new_id()} for _ in range(450)])
        await services.privacy.retention.begin()
        with caplog.at_level(logging.INFO, logger="bot.features.privacy"):
            await pass_time(services, clock, days=366)
        assert await count(services.db, audit) == 0
    steps = [int(number) for number in re.findall(r"'audit': (\d+)", caplog.text)]
    assert steps == [200, 200, 50]
    assert str(GUILD) not in caplog.text


async def test_it_comes_round_every_day_and_after_a_long_stop_once(
    database_url: str, tmp_path: Path, clock: StepClock
) -> None:
    settings = settings_on(database_url, tmp_path)
    for _ in range(2):
        async with open_house(settings, clock) as services:
            await services.privacy.retention.begin()
            await pass_time(services, clock, days=30)
            async with services.db.read() as tx:
                due = await tx.all(sa.select(timers).where(timers.c.kind == "privacy.retention"))
            assert [row["due_at"] for row in due] == [clock() + timedelta(days=1)]


async def test_a_request_counts_from_its_answer(database_url: str, tmp_path: Path, clock: StepClock) -> None:
    async with open_house(settings_on(database_url, tmp_path), clock) as services:
        await fill(services.db, clock(), user_id=ANN)
        async with services.db.begin() as tx:
            await tx.execute(sa.update(groups_requests).values(answered_at=None))
        await services.privacy.retention.begin()
        await pass_time(services, clock, days=100)
        assert await count(services.db, groups_requests) == 1
