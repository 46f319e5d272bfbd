"""Sealing: what is stored says nothing without the key, and cannot be moved or changed unseen."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from bot.audit import Audit
from bot.core.errors import OperatorError
from bot.inbox import Inbox, Word
from bot.outbox import Deed, Lane, Outbox, Post, What
from bot.storage import Database, Tx, Vault
from tests.databases import KEY

OTHER_KEY = bytes(range(1, 33))
SNOWFLAKES = st.integers(min_value=0, max_value=2**64 - 1)
VAULT = Vault.fresh()
PERSON, SERVER = 300_000_000_000_000_001, 100_000_000_000_000_001
SECRET = "a-choice-that-says-much"


@given(SNOWFLAKES, SNOWFLAKES, SNOWFLAKES)
def test_an_id_has_one_seal_per_server_and_opens_only_there(person: int, server: int, other: int) -> None:
    sealed = VAULT.seal_id(person, server)
    assert sealed == VAULT.seal_id(person, server) and len(sealed) == 24
    assert VAULT.open_id(sealed, server) == person
    if other != server:
        assert VAULT.seal_id(person, other) != sealed
        with pytest.raises(InvalidTag):
            VAULT.open_id(sealed, other)


@given(st.text(), st.integers(min_value=0))
def test_a_text_opens_in_its_row_and_nowhere_else(text: str, row: int) -> None:
    sealed = VAULT.seal(text, "cases", row)
    assert VAULT.open(sealed, "cases", row) == text
    assert VAULT.seal(text, "cases", row) != sealed
    for table, elsewhere in (("cases", row + 1), ("inbox", row)):
        with pytest.raises(InvalidTag):
            VAULT.open(sealed, table, elsewhere)


@given(st.binary(min_size=24, max_size=24), st.binary(max_size=80))
def test_what_was_not_sealed_does_not_open(junk_id: bytes, junk_text: bytes) -> None:
    with pytest.raises(InvalidTag):
        VAULT.open_id(junk_id, SERVER)
    with pytest.raises(InvalidTag):
        VAULT.open(junk_text, "cases", 1)


def test_another_vault_seals_differently() -> None:
    assert Vault.fresh().seal_id(PERSON, SERVER) != VAULT.seal_id(PERSON, SERVER)


def test_the_wrong_key_opens_nothing() -> None:
    with pytest.raises(OperatorError, match="CIRCLEKEEPER_KEY"):
        Vault.unwrap(VAULT.wrap(KEY), OTHER_KEY)


async def _fill(db: Database, clock) -> Outbox:
    outbox, audit = Outbox(db, clock), Audit(clock)
    inbox = Inbox(db, clock, outbox)
    params = {"choice": SECRET, "person": PERSON}
    async with db.begin() as tx:
        post = Post(key="note:1", guild_id=SERVER, lane=Lane.PROMPT, kind="note", user_id=PERSON, params=params)
        await outbox.put(tx, post)
        access, lane = What.ENSURE_ACCESS, Lane.URGENT
        await outbox.put(tx, Deed(key="a:1", guild_id=SERVER, what=access, lane=lane, kind="a", params=params))
        word = Word(
            guild_id=SERVER, user_id=PERSON, kind="place", expires_at=clock.now.replace(year=2027), params=params
        )
        await inbox.put(tx, word)
        await inbox.allow(tx, guild_id=SERVER, user_id=PERSON, purpose="place")
        await audit.record(tx, guild_id=SERVER, actor=PERSON, action="opened", subject="group:1")
    return outbox


async def test_nothing_of_a_person_or_a_text_can_be_read_from_the_files(tmp_path: Path, clock) -> None:
    place = tmp_path / "data" / "circlekeeper.db"
    db = Database(f"sqlite:///{place}", KEY)
    await db.open()
    outbox = await _fill(db, clock)
    await outbox.claim(busy=(), worst=Lane.BULK, limit=10)
    with_wal = {path.name: path.read_bytes() for path in place.parent.iterdir()}
    await db.close()
    files = with_wal | {f"{path.name} at rest": path.read_bytes() for path in place.parent.iterdir()}
    assert len(with_wal["circlekeeper.db-wal"]) > 1000
    forms = [str(PERSON).encode(), PERSON.to_bytes(8), PERSON.to_bytes(8, "little"), SECRET.encode(), KEY]
    assert [(name, form) for name, content in files.items() for form in forms if form in content] == []
    # the same look does find what is meant to be readable
    assert any(b"note:1" in content for content in files.values())


async def _contents(tx: Tx) -> dict[str, Sequence[object]]:
    tables = sa.MetaData()
    await tx._connection.run_sync(lambda connection: tables.reflect(connection))
    return {
        name: [tuple(row.values()) for row in await tx.all(sa.select(table).order_by(*table.columns))]
        for name, table in tables.tables.items()
    }


async def test_a_new_key_rewrites_the_wrapped_keys_and_nothing_else(db: Database, database_url: str, clock) -> None:
    await _fill(db, clock)
    async with db.read() as tx:
        before = await _contents(tx)
    await db.rewrap(OTHER_KEY)
    async with db.read() as tx:
        after = await _contents(tx)
    assert {name for name in before if before[name] != after[name]} == {"vault_keys"}
    assert all(before[name] for name in ("outbox", "inbox", "inbox_permissions", "audit"))
    await db.close()
    with pytest.raises(OperatorError):
        await Database(database_url, KEY).open()
    renewed = Database(database_url, OTHER_KEY)
    await renewed.open()
    waiting = await Outbox(renewed, clock).claim(busy=(), worst=Lane.BULK, limit=10)
    await renewed.close()
    assert [errand.params["choice"] for errand in waiting] == [SECRET, SECRET]
