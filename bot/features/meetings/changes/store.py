"""The tables of changes that wait to be confirmed and of the zone rules that were planned by, and their queries."""

from __future__ import annotations

import json
from datetime import date, datetime, time
from typing import Any

import sqlalchemy as sa

from bot.core.reading import WallTime
from bot.features.meetings.changes.model import Doing, Draft, Reason, Which, Wish
from bot.features.meetings.timetable import Place, Where
from bot.storage import Kept, Tx, UtcDateTime, column, metadata

drafts = sa.Table(
    "meetings_drafts",
    metadata,
    column("id", sa.BigInteger, primary_key=True, autoincrement=False, kept=Kept.STRUCTURE),
    column("guild_id", sa.BigInteger, index=True, kept=Kept.STRUCTURE),
    column("meeting_id", sa.BigInteger, sa.ForeignKey("meetings.id"), kept=Kept.STRUCTURE),
    column("sealed", sa.LargeBinary, kept=Kept.STRUCTURE),
    column("revision", sa.Integer, kept=Kept.STRUCTURE),
    column("done", sa.Boolean, kept=Kept.STRUCTURE),
    column("created_at", UtcDateTime, kept=Kept.STRUCTURE),
)
"""What somebody typed about a time of a meeting, until it is confirmed, or a day later."""

zone_rules = sa.Table(
    "meetings_zone_rules",
    metadata,
    column("id", sa.Integer, primary_key=True, autoincrement=False, kept=Kept.STRUCTURE),
    column("version", sa.Text, kept=Kept.STRUCTURE),
)
"""One row: by which edition of the rules of time zones everything ahead is planned."""

_THE_ONE = 1


async def put_draft(tx: Tx, guild_id: int, draft: Draft, now: datetime) -> None:
    sealed = tx.vault.seal(json.dumps(_written(draft.wish)), "meetings_drafts", draft.id)
    row = {"id": draft.id, "guild_id": guild_id, "meeting_id": draft.wish.meeting_id, "sealed": sealed}
    await tx.execute(
        sa.insert(drafts).values(**row, revision=draft.revision, done=draft.done, created_at=now),
    )


async def draft(tx: Tx, guild_id: int, draft_id: int) -> Draft | None:
    same = sa.and_(drafts.c.guild_id == guild_id, drafts.c.id == draft_id)
    row = await tx.first(sa.select(drafts).where(same))
    if row is None:
        return None
    wish = _read(row["meeting_id"], json.loads(tx.vault.open(row["sealed"], "meetings_drafts", row["id"])))
    return Draft(id=row["id"], wish=wish, revision=row["revision"], done=row["done"])


async def finish(tx: Tx, draft_id: int) -> None:
    await tx.execute(sa.update(drafts).where(drafts.c.id == draft_id).values(done=True))


async def remove_draft(tx: Tx, draft_id: int) -> None:
    await tx.execute(sa.delete(drafts).where(drafts.c.id == draft_id))


def _written(wish: Wish) -> dict[str, Any]:
    to, place = wish.to, wish.place
    return {
        "doing": wish.doing,
        "day": wish.day.isoformat(),
        "which": wish.which,
        "to": None if to is None else [to.day.isoformat(), to.time.isoformat()],
        "reason": wish.reason,
        "title": wish.title,
        "minutes": wish.minutes,
        "place": None if place is None else [place.where, place.words],
        "places": wish.places,
    }


def _read(meeting_id: int, kept: dict[str, Any]) -> Wish:
    to, place, reason = kept["to"], kept["place"], kept["reason"]
    return Wish(
        doing=Doing(kept["doing"]),
        meeting_id=meeting_id,
        day=date.fromisoformat(kept["day"]),
        which=Which(kept["which"]),
        to=to and WallTime(day=date.fromisoformat(to[0]), time=time.fromisoformat(to[1])),
        reason=reason and Reason(reason),
        title=kept["title"],
        minutes=kept["minutes"],
        place=place and Place(where=Where(place[0]), words=place[1]),
        places=kept["places"],
    )


async def rules(tx: Tx) -> str | None:
    """The edition by which everything ahead is planned; None before the first start."""
    return await tx.scalar(sa.select(zone_rules.c.version))


async def put_rules(tx: Tx, version: str) -> None:
    row = {"id": _THE_ONE, "version": version}
    await tx.execute(
        tx.upsert(zone_rules).values(row).on_conflict_do_update(index_elements=["id"], set_={"version": version})
    )
