"""Queries over every table that says of itself whose its rows are, and when they end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.features.privacy.model import Holding, Person
from bot.storage import Kept, Tx, metadata


def _tables() -> Iterator[sa.Table]:
    """Every table, those that refer to others first."""
    return reversed(metadata.sorted_tables)


def _person_tables() -> list[sa.Table]:
    return [table for table in _tables() if "person" in table.info]


def _column(table: sa.Table, said: str) -> sa.Column[Any]:
    """The column that the table names for this: ``person``, ``expires`` or ``ends``."""
    name: str = table.info[said]
    return table.c[name]


def _owner(table: sa.Table) -> sa.Column[Any]:
    return _column(table, "person")


def kept_of(column: sa.Column[Any]) -> Kept:
    return column.info["kept"]


def _belongs(table: sa.Table, person: Person) -> sa.ColumnElement[bool]:
    return sa.and_(table.c.guild_id == person.guild_id, _owner(table) == person.sealed)


def _some(table: sa.Table, which: sa.ColumnElement[bool], limit: int) -> sa.ColumnElement[bool]:
    """At most ``limit`` of these rows."""
    keys = list(table.primary_key.columns)
    return sa.tuple_(*keys).in_(sa.select(*keys).where(which).limit(limit))


# one person


async def holdings(tx: Tx, person: Person) -> tuple[Holding, ...]:
    """What is kept about this person, by class; what there is none of is left out."""
    counts = Counter[Kept]()
    for table in _person_tables():
        mine = sa.select(sa.func.count()).select_from(table).where(_belongs(table, person))
        counts[kept_of(_owner(table))] += int(await tx.scalar(mine))
    return tuple(Holding(kept=kept, count=counts[kept]) for kept in Kept if counts[kept])


async def erase(tx: Tx, person: Person, limit: int, *, needed: bool = False) -> int:
    """Delete or make nameless at most ``limit`` of this person's rows; gives how many it were.

    ``needed``: others count on them, so that the rows stay by which they are found for that.
    """
    touched = 0
    for table in _person_tables():
        if touched < limit and not (needed and _cannot_be_nameless(table)):
            which = _some(table, _belongs(table, person), limit - touched)
            touched += await tx.execute(_without_person(table).where(which))
    return touched


def _cannot_be_nameless(table: sa.Table) -> bool:
    """Whether its rows are to stay, and cannot stand without a name: they go once the person's task is over."""
    return not table.info["erase"] and not _owner(table).nullable


def _without_person(table: sa.Table) -> sa.Update | sa.Delete:
    if not table.info["erase"] and _owner(table).nullable:
        return sa.update(table).values({_owner(table).name: None})
    return sa.delete(table)


# everybody


async def delete_ended(tx: Tx, before: Mapping[Kept, datetime], now: datetime, limit: int) -> Counter[str]:
    """Delete at most ``limit`` rows whose time is over; gives how many of each table.

    ``before``: for each class, when what ends now began to count. A table's ``expires`` names the column it counts
    from, its ``ends`` one that holds the end itself.
    """
    deleted = Counter[str]()
    for table in _tables():
        over = _over(table, before, now)
        if over is not None and deleted.total() < limit:
            which = _some(table, over, limit - deleted.total())
            deleted[table.name] = await tx.execute(sa.delete(table).where(which))
    return +deleted


def _over(table: sa.Table, before: Mapping[Kept, datetime], now: datetime) -> sa.ColumnElement[bool] | None:
    over: list[sa.ColumnElement[bool]] = []
    if "expires" in table.info:
        since = _column(table, "expires")
        over += [since <= before[kept_of(since)]] if kept_of(since) in before else []
    if "ends" in table.info:
        over.append(_column(table, "ends") <= now)
    return sa.or_(*over) if over else None


async def delete_choices(tx: Tx, limit: int) -> Counter[str]:
    """Delete the choices of people who are in no group of that server, and ask to be in none."""
    deleted = Counter[str]()
    for table in _person_tables():
        if kept_of(_owner(table)) is Kept.PREFERENCE and deleted.total() < limit:
            which = _some(table, sa.not_(_has_a_place(table)), limit - deleted.total())
            deleted[table.name] = await tx.execute(sa.delete(table).where(which))
    return +deleted


def _has_a_place(table: sa.Table) -> sa.ColumnElement[bool]:
    places: list[sa.ColumnElement[bool]] = []
    for other in _person_tables():
        kept = kept_of(_owner(other))
        if kept in (Kept.MEMBERSHIP, Kept.REQUEST):
            same = sa.and_(other.c.guild_id == table.c.guild_id, _owner(other) == _owner(table))
            lasts = sa.true() if kept is Kept.REQUEST else _column(other, "expires").is_(None)
            places.append(sa.exists().where(same, lasts))
    return sa.or_(sa.false(), *places)


async def make_nameless(tx: Tx, before: Mapping[Kept, datetime], limit: int) -> Counter[str]:
    """Take the person out of at most ``limit`` rows that stay longer than their name does."""
    changed = Counter[str]()
    for table in _person_tables():
        owner = _owner(table)
        if kept_of(owner) in before and owner.nullable and changed.total() < limit:
            old = sa.and_(owner.is_not(None), _column(table, "expires") <= before[kept_of(owner)])
            which = _some(table, old, limit - changed.total())
            changed[table.name] = await tx.execute(sa.update(table).where(which).values({owner.name: None}))
    return +changed
