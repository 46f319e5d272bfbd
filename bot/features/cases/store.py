"""The tables of cases, the people in them and the copies of what was flagged, and the queries on them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from bot.core.ids import new_id
from bot.features.cases.model import About, Case, CaseState, Evidence, Outcome, Part, Reason, Rung, Source, Voice
from bot.storage import JsonText, Kept, Tx, UtcDateTime, column, metadata, person_table, sealed_id

cases = sa.Table(
    "cases",
    metadata,
    column("id", sa.BigInteger, primary_key=True, autoincrement=False, kept=Kept.CASE),
    column("guild_id", sa.BigInteger, kept=Kept.CASE),
    column("group_id", sa.BigInteger, nullable=True, kept=Kept.CASE),
    column("tier", sa.SmallInteger, kept=Kept.CASE),
    column("source", sa.Text, kept=Kept.CASE),
    column("reason", sa.Text, nullable=True, kept=Kept.CASE),
    column("channel_id", sa.BigInteger, nullable=True, kept=Kept.CASE),
    column("message_id", sa.BigInteger, nullable=True, kept=Kept.CASE),
    column("state", sa.Text, kept=Kept.CASE),
    column("concerns", sa.Text, kept=Kept.CASE),
    column("at", sa.Text, kept=Kept.CASE),
    column("calls", sa.Integer, kept=Kept.CASE),
    column("due_at", UtcDateTime, nullable=True, kept=Kept.CASE),
    column("opened_at", UtcDateTime, kept=Kept.CASE),
    column("acknowledged_at", UtcDateTime, nullable=True, kept=Kept.CASE),
    column("closed_at", UtcDateTime, nullable=True, index=True, kept=Kept.CASE),
    column("outcome", sa.Text, nullable=True, kept=Kept.CASE),
    column("cards", JsonText, kept=Kept.CASE),
    column("told", sa.Boolean, kept=Kept.CASE),
    sa.Index(None, "guild_id", "state"),
    sa.Index(None, "guild_id", "message_id"),
    info={"expires": "closed_at"},
)

cases_people = person_table(
    "cases_people",
    column("id", sa.BigInteger, primary_key=True, autoincrement=False, kept=Kept.CASE),
    column("case_id", sa.BigInteger, sa.ForeignKey("cases.id", ondelete="CASCADE"), index=True, kept=Kept.CASE),
    column("guild_id", sa.BigInteger, kept=Kept.CASE),
    sealed_id("user", kept=Kept.CASE),
    column("part", sa.Text, kept=Kept.CASE),
    column("named", sa.Boolean, kept=Kept.CASE),
    column("note", sa.LargeBinary, kept=Kept.CASE),
    column("closed_at", UtcDateTime, nullable=True, index=True, kept=Kept.CASE),
    sa.UniqueConstraint("case_id", "part", "user"),
    sa.Index(None, "guild_id", "user"),
    person="user",
)
cases_people.info["expires"] = "closed_at"

cases_evidence = person_table(
    "cases_evidence",
    column(
        "case_id", sa.BigInteger, sa.ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True, kept=Kept.EVIDENCE
    ),
    column("guild_id", sa.BigInteger, kept=Kept.EVIDENCE),
    # whose words they are: with that person's wish to be forgotten they go too
    sealed_id("user", nullable=True, kept=Kept.EVIDENCE),
    column("sealed", sa.LargeBinary, kept=Kept.EVIDENCE),
    column("attachments", sa.Integer, kept=Kept.EVIDENCE),
    column("ends_at", UtcDateTime, index=True, kept=Kept.EVIDENCE),
    person="user",
)
cases_evidence.info["ends"] = "ends_at"


def _case(row: RowMapping) -> Case:
    return Case(
        id=row["id"],
        guild_id=row["guild_id"],
        group_id=row["group_id"],
        tier=row["tier"],
        source=Source(row["source"]),
        reason=Reason(row["reason"]) if row["reason"] else None,
        channel_id=row["channel_id"],
        message_id=row["message_id"],
        state=CaseState(row["state"]),
        about=About(row["concerns"]),
        at=Rung(row["at"]),
        calls=row["calls"],
        due_at=row["due_at"],
        opened_at=row["opened_at"],
        acknowledged_at=row["acknowledged_at"],
        closed_at=row["closed_at"],
        outcome=Outcome(row["outcome"]) if row["outcome"] else None,
        cards={int(channel): message for channel, message in row["cards"].items()},
        told=row["told"],
    )


async def add(tx: Tx, case: Case) -> None:
    await tx.execute(
        sa.insert(cases).values(
            id=case.id,
            guild_id=case.guild_id,
            group_id=case.group_id,
            tier=case.tier,
            source=case.source,
            reason=case.reason,
            channel_id=case.channel_id,
            message_id=case.message_id,
            state=case.state,
            concerns=case.about,
            at=case.at,
            calls=case.calls,
            opened_at=case.opened_at,
            cards={},
            told=False,
        )
    )


async def case(tx: Tx, guild_id: int, case_id: int) -> Case | None:
    row = await tx.first(sa.select(cases).where(cases.c.guild_id == guild_id, cases.c.id == case_id))
    return None if row is None else _case(row)


async def by_id(tx: Tx, case_id: int) -> Case | None:
    """For timers, whose subject is the case alone."""
    row = await tx.first(sa.select(cases).where(cases.c.id == case_id))
    return None if row is None else _case(row)


async def about_message(tx: Tx, guild_id: int, message_id: int, about: About) -> Case | None:
    """The oldest case about this message that is not closed, and that goes past those who are to be gone past."""
    same = sa.and_(cases.c.guild_id == guild_id, cases.c.message_id == message_id, cases.c.state != CaseState.CLOSED)
    past = sa.true() if about is About.OTHER else cases.c.concerns == about
    row = await tx.first(sa.select(cases).where(same, past).order_by(cases.c.opened_at))
    return None if row is None else _case(row)


async def unclosed(tx: Tx, guild_id: int) -> list[Case]:
    """The most urgent first, and of those the oldest."""
    here = (cases.c.guild_id == guild_id, cases.c.state != CaseState.CLOSED)
    rows = await tx.all(sa.select(cases).where(*here).order_by(cases.c.tier.desc(), cases.c.opened_at).limit(200))
    return [_case(row) for row in rows]


async def change(tx: Tx, case_id: int, **values: Any) -> None:
    await tx.execute(sa.update(cases).where(cases.c.id == case_id).values(values))


async def acknowledge(tx: Tx, case_id: int, now: datetime) -> bool:
    """Whether it was still open: of twenty who press at once, one gets it."""
    still = sa.and_(cases.c.id == case_id, cases.c.state == CaseState.OPEN)
    taken = {"state": CaseState.ACKNOWLEDGED, "acknowledged_at": now, "due_at": None}
    return await tx.execute(sa.update(cases).where(still).values(taken)) > 0


async def close(tx: Tx, case_id: int, outcome: Outcome, now: datetime) -> bool:
    """Whether it was held until now."""
    held = sa.and_(cases.c.id == case_id, cases.c.state == CaseState.ACKNOWLEDGED)
    closed = {"state": CaseState.CLOSED, "closed_at": now, "outcome": outcome}
    if not await tx.execute(sa.update(cases).where(held).values(closed)):
        return False
    await tx.execute(sa.update(cases_people).where(cases_people.c.case_id == case_id).values(closed_at=now))
    return True


# people


async def add_person(tx: Tx, case: Case, part: Part, user_id: int, *, named: bool = False, note: str = "") -> bool:
    """Whether they were not yet this to the case."""
    row_id = new_id()
    row = {
        "id": row_id,
        "case_id": case.id,
        "guild_id": case.guild_id,
        "user": tx.vault.seal_id(user_id, case.guild_id),
        "part": part,
        "named": named,
        "note": tx.vault.seal(note, "cases_people", row_id),
    }
    return await tx.execute(tx.upsert(cases_people).values(row).on_conflict_do_nothing()) > 0


def _is(tx: Tx, case: Case, part: Part, user_id: int) -> sa.ColumnElement[bool]:
    table, sealed = cases_people, tx.vault.seal_id(user_id, case.guild_id)
    return sa.and_(table.c.case_id == case.id, table.c.part == part, table.c.user == sealed)


async def remove_person(tx: Tx, case: Case, part: Part, user_id: int) -> None:
    await tx.execute(sa.delete(cases_people).where(_is(tx, case, part, user_id)))


async def name_person(tx: Tx, case: Case, user_id: int) -> bool:
    """Whether this person, who raised the case, was nameless until now."""
    nameless = sa.and_(_is(tx, case, Part.REPORTER, user_id), cases_people.c.named.is_(False))
    return await tx.execute(sa.update(cases_people).where(nameless).values(named=True)) > 0


async def people(tx: Tx, case: Case, part: Part) -> list[int]:
    table = cases_people
    rows = await tx.all(sa.select(table.c.user).where(table.c.case_id == case.id, table.c.part == part))
    return [tx.vault.open_id(row["user"], case.guild_id) for row in rows]


async def voices(tx: Tx, case: Case) -> list[Voice]:
    """Those who raised it, in no order that tells anything; a name only where it was given."""
    table = cases_people
    raised = sa.select(table).where(table.c.case_id == case.id, table.c.part == Part.REPORTER).order_by(table.c.id)
    return [
        Voice(
            user_id=tx.vault.open_id(row["user"], case.guild_id) if row["named"] else None,
            note=tx.vault.open(row["note"], "cases_people", row["id"]),
        )
        for row in await tx.all(raised)
    ]


async def held_by(tx: Tx, guild_id: int, user_id: int) -> list[Case]:
    """The cases that this person has taken and not closed."""
    table, sealed = cases_people, tx.vault.seal_id(user_id, guild_id)
    mine = sa.select(table.c.case_id).where(
        table.c.guild_id == guild_id, table.c.user == sealed, table.c.part == Part.HOLDER
    )
    held = sa.and_(cases.c.id.in_(mine), cases.c.state == CaseState.ACKNOWLEDGED)
    return [_case(row) for row in await tx.all(sa.select(cases).where(held).limit(200))]


# what was flagged


async def add_evidence(tx: Tx, case: Case, evidence: Evidence, author_id: int | None, ends_at: datetime) -> bool:
    """Whether there was none yet."""
    row = {
        "case_id": case.id,
        "guild_id": case.guild_id,
        "user": None if author_id is None else tx.vault.seal_id(author_id, case.guild_id),
        "sealed": tx.vault.seal(evidence.words, "cases_evidence", case.id),
        "attachments": evidence.attachments,
        "ends_at": ends_at,
    }
    return await tx.execute(tx.upsert(cases_evidence).values(row).on_conflict_do_nothing()) > 0


async def evidence(tx: Tx, case_id: int) -> Evidence | None:
    row = await tx.first(sa.select(cases_evidence).where(cases_evidence.c.case_id == case_id))
    if row is None:
        return None
    words = tx.vault.open(row["sealed"], "cases_evidence", case_id)
    return Evidence(words=words, attachments=row["attachments"])


async def evidence_ends(tx: Tx, case_id: int) -> datetime | None:
    return await tx.scalar(sa.select(cases_evidence.c.ends_at).where(cases_evidence.c.case_id == case_id))


async def end_evidence(tx: Tx, case_id: int, at: datetime) -> None:
    await tx.execute(sa.update(cases_evidence).where(cases_evidence.c.case_id == case_id).values(ends_at=at))


async def delete_evidence(tx: Tx, case_id: int) -> None:
    await tx.execute(sa.delete(cases_evidence).where(cases_evidence.c.case_id == case_id))
