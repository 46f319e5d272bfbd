"""The audit table; rows are added and, by retention alone, thinned."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from bot.core.ids import new_id
from bot.storage import JsonText, Kept, Tx, UtcDateTime, column, person_table, sealed_id

audit = person_table(
    "audit",
    column("id", sa.BigInteger, primary_key=True, autoincrement=False, kept=Kept.AUDIT),
    column("guild_id", sa.BigInteger, index=True, kept=Kept.AUDIT),
    column("at", UtcDateTime, index=True, kept=Kept.AUDIT),
    sealed_id("actor", nullable=True, kept=Kept.AUDIT),
    column("action", sa.Text, kept=Kept.AUDIT),
    column("subject", sa.Text, kept=Kept.AUDIT),
    column("detail", JsonText, kept=Kept.AUDIT),
    person="actor",
    erase=False,
)
audit.info["expires"] = "at"


async def add(
    tx: Tx,
    *,
    guild_id: int,
    at: datetime,
    actor: int | None,
    action: str,
    subject: str,
    detail: dict[str, int | str | bool | None],
) -> None:
    sealed = None if actor is None else tx.vault.seal_id(actor, guild_id)
    row = {"guild_id": guild_id, "at": at, "actor": sealed, "action": action, "subject": subject, "detail": detail}
    await tx.execute(sa.insert(audit).values(id=new_id(), **row))
