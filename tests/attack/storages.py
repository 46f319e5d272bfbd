"""Where answers are kept: as the bot keeps them, and in four ways that look anonymous and are not."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import Protocol

import sqlalchemy as sa

from bot.core.questions import Band
from bot.features.checkins import Checkin
from bot.services import Services
from bot.storage import Tx
from tests.attack.evidence import Answers

Statement = tuple[str, Mapping[str, object]]


class Storage(Protocol):
    async def open(self, services: Services, checkin: Checkin) -> None: ...

    async def keep(self, services: Services, checkin: Checkin, person: int, answers: Answers) -> None: ...


class Sealed:
    """The bot's own."""

    async def open(self, services: Services, checkin: Checkin) -> None:
        """It was made with the check-in."""

    async def keep(self, services: Services, checkin: Checkin, person: int, answers: Answers) -> None:
        which = {"guild_id": checkin.guild_id, "group_id": checkin.group_id, "checkin_id": checkin.id}
        asked = checkin.asked.questions
        options = [[option.band for option in question.options] for question in asked]
        chosen = {place: options[place].index(band) for place, band in enumerate(answers) if band is not None}
        await services.checkins.answer(**which, user_id=person, chosen=chosen)


class Naive:
    """In tables of the bot's own database, committed with each answer."""

    tables: tuple[str, ...] = ()

    async def open(self, services: Services, checkin: Checkin) -> None:
        async with services.db.begin() as tx:
            for table in self.tables:
                await tx.execute(sa.text(f"CREATE TABLE IF NOT EXISTS {table}"))
            await self.prepare(tx, checkin)

    async def prepare(self, tx: Tx, checkin: Checkin) -> None:
        """Whatever must be there before the first answer."""

    async def keep(self, services: Services, checkin: Checkin, person: int, answers: Answers) -> None:
        async with services.db.begin() as tx:
            for statement, values in self.statements(checkin.id, person, answers):
                await tx.execute(sa.text(statement).bindparams(**values))

    def statements(self, checkin_id: int, person: int, answers: Answers) -> list[Statement]:
        raise NotImplementedError


class InOrder(Naive):
    """Who answered in one table and the answers in another, with nothing in common but their order."""

    tables = (
        "naive_who (id INTEGER PRIMARY KEY AUTOINCREMENT, checkin INTEGER, person INTEGER)",
        "naive_what (id INTEGER PRIMARY KEY AUTOINCREMENT, checkin INTEGER, answers TEXT)",
    )

    def statements(self, checkin_id: int, person: int, answers: Answers) -> list[Statement]:
        return [
            ("INSERT INTO naive_who (checkin, person) VALUES (:c, :p)", {"c": checkin_id, "p": person}),
            ("INSERT INTO naive_what (checkin, answers) VALUES (:c, :a)", {"c": checkin_id, "a": words(answers)}),
        ]


class RandomKeys(Naive):
    """The same under random keys, which SQLite puts beside a number of its own that counts up."""

    without = ""

    @property
    def tables(self) -> tuple[str, ...]:  # pyright: ignore[reportIncompatibleVariableOverride]
        return (
            f"naive_who (id TEXT PRIMARY KEY, checkin INTEGER, person INTEGER) {self.without}",
            f"naive_what (id TEXT PRIMARY KEY, checkin INTEGER, answers TEXT) {self.without}",
        )

    def statements(self, checkin_id: int, person: int, answers: Answers) -> list[Statement]:
        who, what = secrets.token_hex(8), secrets.token_hex(8)
        return [
            ("INSERT INTO naive_who VALUES (:i, :c, :p)", {"i": who, "c": checkin_id, "p": person}),
            ("INSERT INTO naive_what VALUES (:i, :c, :a)", {"i": what, "c": checkin_id, "a": words(answers)}),
        ]


class WithoutRowid(RandomKeys):
    """The same without that number: the tables are in the order of random keys, and only the log has another."""

    without = "WITHOUT ROWID"


class Counters(Naive):
    """Only how many answered what, beside the set of those who did."""

    tables = (
        "naive_who (checkin INTEGER, person INTEGER, PRIMARY KEY (checkin, person)) WITHOUT ROWID",
        "naive_count (checkin INTEGER, question INTEGER, band TEXT, many INTEGER,"
        " PRIMARY KEY (checkin, question, band)) WITHOUT ROWID",
    )

    async def prepare(self, tx: Tx, checkin: Checkin) -> None:
        for question in range(len(checkin.asked.questions)):
            for band in Band:
                row = {"c": checkin.id, "q": question, "b": band.value}
                await tx.execute(sa.text("INSERT INTO naive_count VALUES (:c, :q, :b, 0)").bindparams(**row))

    def statements(self, checkin_id: int, person: int, answers: Answers) -> list[Statement]:
        more = "UPDATE naive_count SET many = many + 1 WHERE checkin = :c AND question = :q AND band = :b"
        counted = [
            (more, {"c": checkin_id, "q": question, "b": band.value})
            for question, band in enumerate(answers)
            if band is not None
        ]
        return [("INSERT INTO naive_who VALUES (:c, :p)", {"c": checkin_id, "p": person}), *counted]


def words(answers: Answers) -> str:
    return ",".join("unsaid" if band is None else band.value for band in answers)


REAL, COUNTED_UP, WITHOUT_ROWID = "the bot's own", "two tables, counted up", "the same, WITHOUT ROWID"
STORAGES: dict[str, Callable[[], Storage]] = {
    REAL: Sealed,
    COUNTED_UP: InOrder,
    "two tables, random keys": RandomKeys,
    WITHOUT_ROWID: WithoutRowid,
    "counters and a set": Counters,
}
