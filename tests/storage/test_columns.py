"""Every column of every table says why it is kept, and none of them can name a person or hold their words in clear."""

from __future__ import annotations

import importlib
import inspect

import pytest
import sqlalchemy as sa

from bot.storage import Kept
from tests.storage.tables import COLUMNS, TABLES, store_modules

PEOPLE = {
    "user",
    "member",
    "person",
    "people",
    "actor",
    "author",
    "facilitator",
    "lead",
    "backup",
    "holder",
    "reporter",
}
WORDS = {"note", "notes", "title", "about", "words", "content", "body", "evidence", "comment", "points"}


def _binary(column: sa.Column[object]) -> bool:
    return isinstance(column.type, sa.LargeBinary)


def _tokens(column: sa.Column[object]) -> set[str]:
    return set(column.name.split("_"))


def test_the_walk_finds_the_stores_and_their_tables() -> None:
    assert {"bot.outbox.store", "bot.timers.store", "bot.storage.keys"} <= set(store_modules())
    assert {"outbox", "timers", "inbox", "audit", "vault_keys"} <= {table.name for table in TABLES}


@pytest.mark.parametrize("column", COLUMNS, ids=str)
def test_a_column_says_why_it_is_kept(column: sa.Column[object]) -> None:
    assert isinstance(column.info.get("kept"), Kept)


@pytest.mark.parametrize("column", [column for column in COLUMNS if _tokens(column) & PEOPLE], ids=str)
def test_a_column_named_after_a_person_is_sealed(column: sa.Column[object]) -> None:
    assert not isinstance(column.type, sa.Integer | sa.Text | sa.String), "a person's id in clear"
    assert not _binary(column) or column.info.get("person") is True, "use sealed_id"


@pytest.mark.parametrize("column", [column for column in COLUMNS if _tokens(column) & WORDS], ids=str)
def test_a_column_for_what_people_write_is_sealed(column: sa.Column[object]) -> None:
    assert _binary(column), "seal it with the vault and keep it as LargeBinary"


@pytest.mark.parametrize("table", [table for table in TABLES if any(map(_binary, table.columns))], ids=str)
def test_bytes_are_seals(table: sa.Table) -> None:
    """Bytes that are no sealed id are written by a store that seals texts; the wrapped keys are seals themselves."""
    plain = [column for column in table.columns if _binary(column) and not column.info.get("person")]
    owners = [module for name in store_modules() if table in vars(module := importlib.import_module(name)).values()]
    assert owners
    if plain and table.name != "vault_keys":
        assert any("vault.seal(" in inspect.getsource(module) for module in owners), "nothing here seals a text"


@pytest.mark.parametrize("column", [column for column in COLUMNS if column.info.get("person")], ids=str)
def test_a_sealed_id_stands_beside_its_server_in_a_table_that_can_be_exported_and_erased(
    column: sa.Column[object],
) -> None:
    assert "guild_id" in column.table.columns, "a seal opens only with its server's id"
    assert isinstance(column.type, sa.LargeBinary) and column.type.length == 24
    assert "person" in column.table.info, "use person_table"
