"""A group that can be asked something, on a real database and a real folder, and time that is moved by hand."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from bot.audit import Audit
from bot.core.ids import new_id
from bot.core.questions import Band, Option, Question, Template
from bot.features.checkins import Checkin, Checkins
from bot.features.checkins.opening import LATEST
from bot.features.groups import Group, Member, MemberState, Role
from bot.features.groups.store import put_member
from bot.storage import Tx
from tests.features.groups.village import FAY, GUILD, Village

LOW, MID, HIGH = range(3)
SCALE = tuple(Option(text=f"to the {band} end", band=band) for band in Band)
TWO = Template(
    id="two",
    title="Two questions",
    apart=timedelta(),
    questions=(
        Question(label="First", text="The first thing.", options=SCALE),
        Question(label="Second", text="The second thing.", options=SCALE),
    ),
)


def asking(about: str, title: str, apart: timedelta | None) -> Template:
    """Two questions that no other template has; their order and options are those of all."""
    questions = tuple(replace(question, text=f"{question.text} Of {about}.") for question in TWO.questions)
    return replace(TWO, id=about, title=title, apart=apart, questions=questions)


CLIMATE = asking("climate", "How was it?", None)
ROUND = asking("round", "How was the round?", None)
HEALTH = asking("health", "How are we?", timedelta(weeks=4))
COPY = replace(HEALTH, id="copy", title="How are we, once more?")
OTHER = replace(HEALTH, id="other", title="And this?", questions=(*HEALTH.questions[:1], *CLIMATE.questions[1:]))


@dataclass
class Asked(Village):
    folder: Path = field(kw_only=True)
    met: datetime | None = None
    """When the group's last meeting began."""
    people: list[int] = field(default_factory=list[int])
    group: Group = field(init=False)

    def start(self) -> None:
        super().start()
        self.checkins = Checkins(
            self.db,
            self.clock,
            self.outbox,
            self.timers,
            Audit(self.clock),
            self.groups,
            templates=[TWO, CLIMATE, ROUND, HEALTH, COPY, OTHER],
            folder=self.folder,
            server=self.setup.server,
            last_met=self.last_met,
        )

    async def last_met(self, tx: Tx, group: Group) -> datetime | None:
        return self.met

    async def again(self) -> None:
        """A new process over the same database and folder."""
        await self.checkins.close()
        self.start()
        await self.checkins.begin()

    async def seat(self, members: int = 7) -> None:
        self.group = await self.found()
        self.people = [40_000 + number for number in range(members)]
        for user_id in self.people:
            await self.bring(user_id)

    async def bring(self, user_id: int, role: Role = Role.MEMBER) -> Member:
        member = Member(
            id=new_id(),
            guild_id=GUILD,
            group_id=self.group.id,
            user_id=user_id,
            role=role,
            state=MemberState.ACTIVE,
            joined_at=self.clock(),
            left_at=None,
            consent_version="c1",
            agreement_version="v1",
            agreed_at=self.clock(),
        )
        async with self.db.begin() as tx:
            return await put_member(tx, member)

    async def open(self, closes: str = "", *, template: str = "two") -> Checkin:
        return await self.checkins.open(
            guild_id=GUILD, group_id=self.group.id, user_id=FAY, template=template, closes=closes
        )

    async def cancel(self) -> None:
        await self.checkins.cancel(guild_id=GUILD, group_id=self.group.id, user_id=FAY)

    async def part(self, user_id: int) -> None:
        """Somebody leaves."""
        await self.groups.leave(guild_id=GUILD, group_id=self.group.id, user_id=user_id)

    async def answer(self, checkin: Checkin, user_id: int, *options: int) -> None:
        chosen = dict(enumerate(options or (HIGH, HIGH)))
        await self.checkins.answer(
            guild_id=GUILD, group_id=self.group.id, checkin_id=checkin.id, user_id=user_id, chosen=chosen
        )

    async def due(self) -> None:
        """What is due now happens, and what must be posted is carried."""
        await self.timers.start()
        await self.timers.settled()
        await self.checkins.settled()
        await self.carry()

    async def end(self, checkin: Checkin) -> Checkin:
        """Let its time run out, and the delay with it."""
        self.clock.now = checkin.closes_at + timedelta(seconds=LATEST)
        await self.due()
        return await self.reread(checkin)

    async def reread(self, checkin: Checkin) -> Checkin:
        found = await self.checkins.get(GUILD, checkin.id)
        assert found is not None
        return found

    @property
    def files(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir()) if self.folder.is_dir() else []

    def posted(self, what: str) -> int:
        return self.kinds().count(f"checkins.{what}")
