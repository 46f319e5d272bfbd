"""Taking a case, looking at it and closing it; and what is kept of it, and for how long."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.audit.store import audit
from bot.core.errors import UserError
from bot.features.cases import Case, Evidence, Outcome
from bot.features.cases.handed import LASTS, MOST, Handed
from bot.features.cases.store import cases, cases_evidence, cases_people
from bot.features.groups import Role
from tests.conftest import StepClock
from tests.features.cases.watch import CLEO, FAY, GIL, MO, Watch, on_watch
from tests.features.privacy.full_house import BACKUP, GUILD, LEAD, settings_on

SEEN = Evidence(words="I can't go on", attachments=2)


async def close(watch: Watch, case: Case, actor_id: int) -> None:
    await watch.cases.close(guild_id=GUILD, case_id=case.id, actor_id=actor_id, outcome=Outcome.TALKED)
    await watch.carry()


async def file(watch: Watch, case: Case, actor_id: int) -> Any:
    return await watch.cases.file(guild_id=GUILD, case_id=case.id, actor_id=actor_id)


async def test_of_twenty_who_press_at_once_one_gets_it(watch: Watch) -> None:
    people = list(range(800, 820))
    for user_id in people:
        await watch.join(user_id, Role.FACILITATOR)
    case = await watch.flag()

    async def press(user_id: int) -> str:
        try:
            await watch.take(case, user_id)
        except UserError as told:
            return told.key
        return "got it"

    said = await asyncio.gather(*map(press, people))
    assert sorted(said) == ["cases.taken_already"] * 19 + ["got it"]
    assert (await watch.view(case)).holder_id == people[said.index("got it")]


async def test_pressing_again_says_that_it_is_yours(watch: Watch) -> None:
    case = await watch.flag()
    await watch.take(case, FAY)
    with pytest.raises(UserError, match=r"cases\.yours"):
        await watch.take(case, FAY)


async def test_only_who_has_taken_it_sees_and_closes_it(watch: Watch) -> None:
    case = await watch.flag(evidence=SEEN, note="at the bottom")
    with pytest.raises(UserError, match="take_first"):
        await file(watch, case, FAY)
    await watch.take(case, FAY)
    seen = await file(watch, case, FAY)
    assert (seen.evidence, seen.about_id) == (SEEN, MO)
    assert [voice.note for voice in seen.voices] == ["at the bottom"]
    for other in (GIL, LEAD):
        with pytest.raises(UserError, match="taken_already"):
            await file(watch, case, other)
        with pytest.raises(UserError, match="taken_already"):
            await close(watch, case, other)
    with pytest.raises(UserError, match=r"cases\.gone"):
        await file(watch, case, CLEO)
    await close(watch, case, FAY)
    with pytest.raises(UserError, match="closed_already"):
        await file(watch, case, FAY)
    with pytest.raises(UserError, match="closed_already"):
        await watch.take(case, GIL)
    assert await watch.cases.listing(guild_id=GUILD, actor_id=FAY, group_id=watch.group.id) == []


async def test_the_list_has_the_most_urgent_first(watch: Watch) -> None:
    calm, urgent = await watch.talk(tier=1), await watch.flag(tier=3)
    listed = await watch.cases.listing(guild_id=GUILD, actor_id=FAY, group_id=watch.group.id)
    assert [view.case.id for view in listed] == [urgent.id, calm.id]
    assert await watch.cases.listing(guild_id=GUILD, actor_id=FAY, group_id=1) == []


async def test_what_was_flagged_is_deleted_seven_days_after_closing(watch: Watch) -> None:
    case = await watch.flag(evidence=SEEN)
    await watch.pass_time(days=10)
    await watch.take(case, FAY)
    await close(watch, case, FAY)
    await watch.pass_time(days=7, seconds=-1)
    assert await watch.count(cases_evidence) == 1
    await watch.restart()
    await watch.pass_time(seconds=1)
    assert await watch.count(cases_evidence) == 0


async def test_what_was_flagged_is_deleted_after_sixty_days_though_nobody_closed_it(watch: Watch) -> None:
    case = await watch.flag(evidence=SEEN)
    await watch.take(case, FAY)
    await watch.pass_time(days=58)
    await close(watch, case, FAY)
    await watch.pass_time(days=2)
    assert await watch.count(cases_evidence) == 0


@pytest.fixture
async def keeping_none(database_url: str, tmp_path: Path, clock: StepClock) -> AsyncGenerator[Watch]:
    settings = settings_on(database_url, tmp_path)
    settings = replace(settings, retention=replace(settings.retention, evidence=timedelta()))
    async with on_watch(settings, clock) as made:
        yield made


async def test_an_operator_can_have_no_copy_kept(keeping_none: Watch) -> None:
    await keeping_none.flag(evidence=SEEN)
    assert await keeping_none.count(cases_evidence) == 0


async def test_nothing_readable_of_it_is_in_the_database_the_trail_or_the_log(
    watch: Watch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    case = await watch.flag(evidence=SEEN, note="at the bottom")
    await watch.take(case, FAY)
    await close(watch, case, FAY)
    async with watch.db.read() as tx:
        kept = [
            str(dict(row))
            for table in (cases, cases_people, cases_evidence, audit)
            for row in await tx.all(sa.select(table))
        ]
    everything = "\n".join([*kept, caplog.text])
    for secret in ("go on", "bottom"):
        assert secret not in everything
    # whole numbers: the random ids of rows may hold the same digits
    assert not {str(CLEO), str(MO)} & set(re.findall(r"\d+", caplog.text))
    async with watch.db.read() as tx:
        actors = await tx.all(sa.select(audit.c.actor, audit.c.action).where(audit.c.action.like("cases.%")))
        who = {row["action"]: row["actor"] and tx.vault.open_id(row["actor"], GUILD) for row in actors}
    assert who == {"cases.opened": None, "cases.taken": FAY, "cases.closed": FAY}


async def test_a_person_sees_that_there_is_something_and_can_have_it_forgotten(watch: Watch) -> None:
    case = await watch.flag(evidence=SEEN, note="at the bottom")
    for user_id, kinds in ((MO, {"case", "evidence"}), (CLEO, {"case"})):
        held = await watch.services.privacy.held(guild_id=GUILD, user_id=user_id)
        assert {str(one.kept) for one in held.holdings} >= kinds
        await watch.services.privacy.erase(guild_id=GUILD, user_id=user_id, groups=1)
    await watch.take(case, FAY)
    seen = await file(watch, case, FAY)
    assert (seen.voices, seen.about_id, seen.evidence) == ((), None, None)


async def test_a_closed_case_and_its_people_are_deleted_together(watch: Watch) -> None:
    await watch.services.privacy.retention.begin()
    case = await watch.flag(evidence=SEEN)
    unclosed = await watch.flag(message_id=78)
    await watch.take(case, FAY)
    await close(watch, case, FAY)
    for _ in range(95):
        await watch.pass_time(days=1)
    async with watch.db.read() as tx:
        left = [row["case_id"] for row in await tx.all(sa.select(cases_people.c.case_id).distinct())]
    assert (await watch.count(cases), left) == (1, [unclosed.id])


async def test_the_backup_can_take_what_is_in_the_leads_channel(watch: Watch) -> None:
    case = await watch.flag(FAY)
    await watch.take(case, BACKUP)
    assert (await watch.view(case)).holder_id == BACKUP


def test_what_was_handed_over_is_given_once_and_not_for_long(clock: StepClock) -> None:
    handed = Handed(clock)
    first, second = handed.keep(SEEN), handed.keep(SEEN)
    assert handed.take(first) == SEEN
    assert handed.take(first) is None
    clock.now += LASTS
    assert handed.take(second) is None
    tokens = [handed.keep(SEEN) for _ in range(MOST + 1)]
    assert handed.take(tokens[0]) is None
    assert handed.take(tokens[1]) == SEEN
    assert Handed(clock).take(tokens[2]) is None, "another process knows nothing of it"


async def test_a_group_ends_only_once_those_who_end_it_have_seen_to_what_they_know_of(watch: Watch) -> None:
    about_fay = await watch.flag(FAY)
    archive = watch.services.groups.archive
    which = {"guild_id": GUILD, "group_id": watch.group.id, "actor_id": FAY}
    assert (await archive.may_archive(**which)).id == watch.group.id, "that there is a concern about them is not told"
    case = await watch.flag(message_id=78)
    with pytest.raises(UserError, match=r"groups\.archive_held"):
        await archive.archive(**which)
    with pytest.raises(UserError) as refused:
        await archive.may_archive(guild_id=GUILD, group_id=watch.group.id, actor_id=LEAD)
    assert refused.value.values == {"count": 2}
    await watch.take(case, FAY)
    await close(watch, case, FAY)
    await archive.archive(**which)
    await watch.take(about_fay, LEAD)
    await close(watch, about_fay, LEAD)
