"""Column types, and the retention class that every column must name."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator, TypeEngine

T = TypeVar("T")

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Kept(StrEnum):
    """Why a column exists and until when; lengths are set in ``config/bot.toml``, table ``[retention]``."""

    STRUCTURE = "structure"
    """Names no member: kept while the server, group or meeting exists."""
    MEMBERSHIP = "membership"
    """A person in a group: until they leave, then a short time, so that a mistake can be undone."""
    REQUEST = "request"
    """Somebody asked to join: until it is answered, then a short time."""
    PREFERENCE = "preference"
    """A member's own choice: until they leave or change it."""
    ATTENDANCE = "attendance"
    """A member's word on one meeting: until shortly after that meeting."""
    HEADCOUNT = "headcount"
    """How many came to a meeting, without names: long enough to plan by."""
    CASE = "case"
    """A concern and who has to do with it: until it is closed, then for as long as it may be asked about."""
    EVIDENCE = "evidence"
    """The sealed copy of a flagged message: until shortly after its case is closed, at the latest 60 days."""
    CHECKIN = "checkin"
    """A check-in and the sentences it came to; it names no member: from its end, long enough to learn from."""
    ASKED = "asked"
    """Whom a check-in was for, never who answered it: until shortly after what it came to was shown."""
    AUDIT = "audit"
    """Who changed what: a year, the person's id for a part of it."""
    POST = "post"
    """What was posted or done on Discord: a short time after it was done, so that it is not done twice."""
    WORD = "word"
    """A private word to one person: until it expires."""
    TIMER = "timer"
    """What must happen at a time: until it has happened."""
    KEY = "key"
    """Wrapped data keys and the schema version: as long as the database."""


class UtcDateTime(TypeDecorator[datetime]):
    """Aware instants in, aware UTC instants out; a naive one is a mistake in the code and raises ``ValueError``."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class JsonText(TypeDecorator[Any]):
    """Small plain data as JSON text, the same on every database."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> str | None:
        return None if value is None else json.dumps(value, separators=(",", ":"), sort_keys=True)

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> Any:
        return None if value is None else json.loads(value)


def column(
    name: str, type_: TypeEngine[T] | type[TypeEngine[T]], *parts: Any, kept: Kept, **options: Any
) -> sa.Column[T]:
    """A column with its retention class; not null unless ``nullable=True`` is said."""
    options.setdefault("nullable", False)
    return sa.Column(name, type_, *parts, info={"kept": kept}, **options)


def sealed_id(name: str, *parts: Any, kept: Kept, **options: Any) -> sa.Column[bytes]:
    """A Discord user id, sealed with its server's id: write ``tx.vault.seal_id``, never the id itself."""
    made = column(name, sa.LargeBinary(24), *parts, kept=kept, **options)
    made.info["person"] = True
    return made


def person_table(name: str, *parts: Any, person: str, erase: bool = True) -> sa.Table:
    """A table whose rows belong to one person, named by the sealed column ``person`` beside ``guild_id``.

    ``erase`` says whether the rows go when that person asks to be forgotten. What such tables hold is listed,
    exported and erased without further code.
    """
    return sa.Table(name, metadata, *parts, info={"person": person, "erase": erase})
