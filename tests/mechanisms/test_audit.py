"""The trail: who changed what, written with the change itself, sealed, and never rewritten."""

from __future__ import annotations

import inspect

import pytest
import sqlalchemy as sa

from bot.audit import Audit
from bot.audit.store import audit as audit_table
from bot.storage import Database
from tests.mechanisms.conftest import SERVER

ROBIN = 300_000_000_000_000_001


async def _rows(db: Database) -> list[sa.RowMapping]:
    async with db.read() as tx:
        return list(await tx.all(sa.select(audit_table).order_by(audit_table.c.at)))


async def test_a_record_says_who_did_what_when_and_to_what(db: Database, clock) -> None:
    audit = Audit(clock)
    async with db.begin() as tx:
        await audit.record(tx, guild_id=SERVER, actor=ROBIN, action="moved", subject="meeting:5", days=7, quiet=True)
    began = clock()
    clock.step(minutes=1)
    async with db.begin() as tx:
        await audit.record(tx, guild_id=SERVER, actor=None, action="closed", subject="checkin:9")
    by_robin, by_the_bot = await _rows(db)
    assert (by_robin["action"], by_robin["subject"], by_robin["at"]) == ("moved", "meeting:5", began)
    assert by_robin["detail"] == {"days": 7, "quiet": True}
    assert (by_the_bot["actor"], by_the_bot["detail"]) == (None, {})


async def test_the_actor_is_sealed_for_the_server(db: Database, clock) -> None:
    async with db.begin() as tx:
        await Audit(clock).record(tx, guild_id=SERVER, actor=ROBIN, action="opened", subject="group:1")
    (row,) = await _rows(db)
    assert len(row["actor"]) == 24 and ROBIN.to_bytes(8) not in row["actor"]
    assert db.vault.open_id(row["actor"], SERVER) == ROBIN


async def test_a_change_that_is_taken_back_leaves_no_record(db: Database, clock) -> None:
    async def fail() -> None:
        async with db.begin() as tx:
            await Audit(clock).record(tx, guild_id=SERVER, actor=ROBIN, action="opened", subject="group:1")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await _rows(db) == []


async def test_the_same_thing_done_twice_is_two_records(db: Database, clock) -> None:
    async with db.begin() as tx:
        for _ in range(2):
            await Audit(clock).record(tx, guild_id=SERVER, actor=ROBIN, action="skipped", subject="meeting:5")
    assert len(await _rows(db)) == 2


def test_nothing_but_adding_is_offered() -> None:
    offered = [name for name, _ in inspect.getmembers(Audit, callable) if not name.startswith("_")]
    assert offered == ["record"]
