"""The one row that holds the wrapped data keys."""

from __future__ import annotations

import sqlalchemy as sa

from bot.storage.columns import Kept, column, metadata
from bot.storage.vault import Vault, WrappedKeys

vault_keys = sa.Table(
    "vault_keys",
    metadata,
    column("id", sa.Integer, primary_key=True, autoincrement=False, kept=Kept.KEY),
    column("ids", sa.LargeBinary, kept=Kept.KEY),
    column("texts", sa.LargeBinary, kept=Kept.KEY),
)


def open_vault(connection: sa.Connection, master: bytes) -> Vault:
    """The vault of this database; on the first start its data keys are made."""
    found = connection.execute(sa.select(vault_keys.c.ids, vault_keys.c.texts)).one_or_none()
    if found is not None:
        return Vault.unwrap(WrappedKeys(ids=found.ids, texts=found.texts), master)
    vault = Vault.fresh()
    wrapped = vault.wrap(master)
    connection.execute(sa.insert(vault_keys).values(id=1, ids=wrapped.ids, texts=wrapped.texts))
    return vault


def rewrap(connection: sa.Connection, vault: Vault, master: bytes) -> None:
    """Put the data keys under another operator's key; nothing else in the database changes."""
    wrapped = vault.wrap(master)
    connection.execute(sa.update(vault_keys).values(ids=wrapped.ids, texts=wrapped.texts))
