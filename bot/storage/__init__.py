"""Where things are kept: one database, transactions, sealed ids and texts, and a retention class for every column."""

from bot.storage.columns import JsonText, Kept, UtcDateTime, column, metadata, person_table, sealed_id
from bot.storage.database import Database, Tx
from bot.storage.vault import Vault

__all__ = [
    "Database",
    "JsonText",
    "Kept",
    "Tx",
    "UtcDateTime",
    "Vault",
    "column",
    "metadata",
    "person_table",
    "sealed_id",
]
