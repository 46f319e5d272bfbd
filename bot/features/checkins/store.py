"""The tables of check-ins, which name no member, and of whom they were for, and the queries on them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from bot.core.questions import Band, Option, Question, Template
from bot.features.checkins.model import Checkin, CheckinState
from bot.features.checkins.release import Sentence
from bot.storage import JsonText, Kept, Tx, UtcDateTime, column, metadata, person_table, sealed_id

ASKED_LASTS = timedelta(days=15)
"""How long after the end of a check-in it is known whom it was for: a day longer than that can matter."""

checkins = sa.Table(
    "checkins",
    metadata,
    column("id", sa.BigInteger, primary_key=True, autoincrement=False, kept=Kept.CHECKIN),
    column("guild_id", sa.BigInteger, kept=Kept.CHECKIN),
    column("group_id", sa.BigInteger, sa.ForeignKey("groups.id"), kept=Kept.CHECKIN),
    column("template", sa.Text, kept=Kept.CHECKIN),
    column("asked", JsonText, kept=Kept.CHECKIN),
    column("state", sa.Text, kept=Kept.CHECKIN),
    column("opened_at", UtcDateTime, kept=Kept.CHECKIN),
    column("closes_at", UtcDateTime, kept=Kept.CHECKIN),
    column("ended_at", UtcDateTime, nullable=True, index=True, kept=Kept.CHECKIN),
    column("sentences", JsonText, nullable=True, kept=Kept.CHECKIN),
    column("eligible", sa.Integer, nullable=True, kept=Kept.CHECKIN),
    sa.Index(None, "guild_id", "group_id", "state"),
    info={"expires": "ended_at"},
)

asked = person_table(
    "checkins_asked",
    column(
        "checkin_id",
        sa.BigInteger,
        sa.ForeignKey("checkins.id", ondelete="CASCADE"),
        primary_key=True,
        kept=Kept.ASKED,
    ),
    column("guild_id", sa.BigInteger, kept=Kept.ASKED),
    sealed_id("user", primary_key=True, kept=Kept.ASKED),
    column("ends_at", UtcDateTime, index=True, kept=Kept.ASKED),
    sa.Index(None, "guild_id", "user"),
    person="user",
)
"""Whom a check-in was for when it was opened; nothing in it changes when somebody answers."""
asked.info["ends"] = "ends_at"


def _checkin(row: RowMapping) -> Checkin:
    return Checkin(
        id=row["id"],
        guild_id=row["guild_id"],
        group_id=row["group_id"],
        asked=_template(row["template"], row["asked"]),
        state=CheckinState(row["state"]),
        opened_at=row["opened_at"],
        closes_at=row["closes_at"],
        ended_at=row["ended_at"],
        sentences=tuple(Sentence(code) for code in row["sentences"] or ()),
        eligible=row["eligible"],
    )


def _template(template_id: str, asked: Any) -> Template:
    questions = tuple(
        Question(
            label=question["label"],
            text=question["text"],
            options=tuple(Option(text=text, band=Band(band)) for text, band in question["options"]),
            # one that was opened before questions could be reversed does not say
            reversed=question.get("reversed", False),
        )
        for question in asked["questions"]
    )
    return Template(id=template_id, title=asked["title"], questions=questions)


def _asked(template: Template) -> dict[str, Any]:
    questions = [
        {
            "label": question.label,
            "text": question.text,
            "options": [(option.text, option.band) for option in question.options],
            "reversed": question.reversed,
        }
        for question in template.questions
    ]
    return {"title": template.title, "questions": questions}


async def add(tx: Tx, checkin: Checkin, people: Sequence[int]) -> None:
    """``people``: whom it is for."""
    await tx.execute(
        sa.insert(checkins).values(
            id=checkin.id,
            guild_id=checkin.guild_id,
            group_id=checkin.group_id,
            template=checkin.asked.id,
            asked=_asked(checkin.asked),
            state=checkin.state,
            opened_at=checkin.opened_at,
            closes_at=checkin.closes_at,
            eligible=len(people),
        )
    )
    same = {
        "checkin_id": checkin.id,
        "guild_id": checkin.guild_id,
        "ends_at": checkin.closes_at + ASKED_LASTS,
    }
    rows = [same | {"user": tx.vault.seal_id(user_id, checkin.guild_id)} for user_id in people]
    await tx.execute(sa.insert(asked), rows)


async def people_asked(tx: Tx, checkin: Checkin) -> set[int]:
    """Those whom a check-in was for, of whom that is still known."""
    rows = await tx.all(sa.select(asked.c.user).where(asked.c.checkin_id == checkin.id))
    return {tx.vault.open_id(row["user"], checkin.guild_id) for row in rows}


async def keep_asked(tx: Tx, checkin: Checkin, now: datetime) -> None:
    """It has ended now: count from here for how long it is known whom it was for."""
    same = asked.c.checkin_id == checkin.id
    await tx.execute(sa.update(asked).where(same).values(ends_at=now + ASKED_LASTS))


async def forget_asked(tx: Tx, checkin: Checkin) -> None:
    await tx.execute(sa.delete(asked).where(asked.c.checkin_id == checkin.id))


async def opened_since(tx: Tx, guild_id: int, group_id: int, since: datetime) -> list[Checkin]:
    """The group's from a time on, the newest first, but for those that came to nothing: ended too early, or lost."""
    here = sa.and_(checkins.c.guild_id == guild_id, checkins.c.group_id == group_id, checkins.c.opened_at >= since)
    counted = checkins.c.state.in_((CheckinState.OPEN, CheckinState.CLOSED))
    rows = await tx.all(sa.select(checkins).where(here, counted).order_by(checkins.c.opened_at.desc()))
    return [_checkin(row) for row in rows]


async def get(tx: Tx, guild_id: int, checkin_id: int) -> Checkin | None:
    row = await tx.first(sa.select(checkins).where(checkins.c.guild_id == guild_id, checkins.c.id == checkin_id))
    return None if row is None else _checkin(row)


async def whose_timer(tx: Tx, checkin_id: int) -> Checkin | None:
    """The check-in that a timer of ours is about, whatever its server."""
    row = await tx.first(sa.select(checkins).where(checkins.c.id == checkin_id))
    return None if row is None else _checkin(row)


async def open_in(tx: Tx, guild_id: int, group_id: int) -> Checkin | None:
    """The group's open check-in; there is one at most."""
    here = sa.and_(checkins.c.guild_id == guild_id, checkins.c.group_id == group_id)
    row = await tx.first(sa.select(checkins).where(here, checkins.c.state == CheckinState.OPEN))
    return None if row is None else _checkin(row)


def _closed(guild_id: int, group_id: int) -> sa.ColumnElement[bool]:
    """Those of the group that ended with their sentences."""
    here = sa.and_(checkins.c.guild_id == guild_id, checkins.c.group_id == group_id)
    return sa.and_(here, checkins.c.state == CheckinState.CLOSED)


async def newest_closed(tx: Tx, guild_id: int, group_id: int) -> list[Checkin]:
    """Of each template the newest that ended with its sentences; of these the newest first."""
    last = sa.func.max(checkins.c.closes_at).label("last")
    newest = sa.select(checkins.c.template, last).where(_closed(guild_id, group_id)).group_by(checkins.c.template)
    of_each = newest.subquery()
    is_it = sa.and_(checkins.c.template == of_each.c.template, checkins.c.closes_at == of_each.c.last)
    found = sa.select(checkins).join(of_each, is_it).where(_closed(guild_id, group_id))
    return [_checkin(row) for row in await tx.all(found.order_by(checkins.c.closes_at.desc(), checkins.c.id))]


async def closed_before(
    tx: Tx, guild_id: int, group_id: int, template: str, before: datetime | None, limit: int
) -> list[Checkin]:
    """The last of one template that ended with their sentences, before a time if it is given; the newest first."""
    found = sa.select(checkins).where(_closed(guild_id, group_id), checkins.c.template == template)
    if before is not None:
        found = found.where(checkins.c.closes_at < before)
    rows = await tx.all(found.order_by(checkins.c.closes_at.desc(), checkins.c.id).limit(limit))
    return [_checkin(row) for row in rows]


async def closed_since(
    tx: Tx, guild_id: int, group_id: int, template: str, since: datetime, limit: int
) -> list[Checkin]:
    """The first of one template that ended with their sentences from a time on; the oldest first."""
    found = sa.select(checkins).where(_closed(guild_id, group_id), checkins.c.template == template)
    found = found.where(checkins.c.closes_at >= since)
    rows = await tx.all(found.order_by(checkins.c.closes_at, checkins.c.id).limit(limit))
    return [_checkin(row) for row in rows]


async def ended_since(tx: Tx, guild_id: int, group_id: int, since: datetime) -> list[Checkin]:
    """Those whose sentences were there from a time on."""
    found = sa.select(checkins).where(_closed(guild_id, group_id), checkins.c.ended_at >= since)
    return [_checkin(row) for row in await tx.all(found)]


async def end(tx: Tx, checkin: Checkin, state: CheckinState, now: datetime, sentences: Sequence[Sentence] = ()) -> bool:
    """Whether it was still open: it ends once."""
    still = sa.and_(checkins.c.id == checkin.id, checkins.c.state == CheckinState.OPEN)
    ended = {"state": state, "ended_at": now, "sentences": list(sentences)}
    return await tx.execute(sa.update(checkins).where(still).values(ended)) > 0


async def open_on(tx: Tx, guild_id: int) -> list[int]:
    """The ids of a server's open check-ins: a group has one at most."""
    here = sa.and_(checkins.c.guild_id == guild_id, checkins.c.state == CheckinState.OPEN)
    return [row["id"] for row in await tx.all(sa.select(checkins.c.id).where(here))]


async def any_open(tx: Tx) -> bool:
    return await tx.scalar(sa.select(checkins.c.id).where(checkins.c.state == CheckinState.OPEN).limit(1)) is not None


async def states(tx: Tx, ids: Sequence[int]) -> dict[int, CheckinState]:
    """How those of these check-ins stand that the database knows."""
    rows = await tx.all(sa.select(checkins.c.id, checkins.c.state).where(checkins.c.id.in_(ids)))
    return {row["id"]: CheckinState(row["state"]) for row in rows}
