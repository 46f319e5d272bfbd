"""Whatever happens to a group and around it: who can read its room is exactly who ``/group access`` names."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.cogs.groups.readers import Named, named
from bot.cogs.groups.rooms import access_of, allowed
from bot.cogs.groups.sight import channel_of, overwrites_of
from bot.core.errors import UserError
from bot.core.ids import new_code, new_id
from bot.features.groups import Group, GroupState, Member, MemberState, Mode, Place, Role, store
from bot.features.groups.closing.archive import ROOM_GONE
from bot.features.groups.handover import Handing
from bot.features.groups.handover.handovers import ASKED
from bot.features.groups.model import Candidate
from bot.features.groups.rooms import ACCESS
from bot.features.groups.watch.comparing import compare
from bot.features.groups.watch.effective import Ranks, readers
from bot.features.groups.watch.model import Declared, Expected, Kind
from bot.outbox import Errand, Lane, What
from bot.storage import Database, Tx
from tests.conftest import StepClock
from tests.databases import KEY
from tests.features.groups.village import Village
from tests.wire import Permission, Person, Wire, payloads
from tests.wire.permissions import EVERYONE, can_view
from tests.wire.world import Overwrite

PEOPLE, ROLES = 5, 3
VIEW = int(Permission.VIEW_CHANNEL)
HELD = [0, VIEW, int(Permission.ADMINISTRATOR), int(Permission.MANAGE_ROLES), EVERYONE]
SETTINGS = [None, (VIEW, 0), (0, VIEW), (0, 0), (EVERYONE, 0)]

BY_HAND = ("person set", "role set", "everyone set")

Act = tuple[str, int, int]
ACTS = st.tuples(
    st.sampled_from(
        [
            *("joins", "joins", "leaves", "visits", "leads", "hands over", "stays"),
            *("gets role", "loses role", "role holds", "person set", "role set", "everyone set"),
            *("goes", "is found gone", "comes", "archived", "restored", "weeks pass", "restart"),
        ]
    ),
    st.integers(0, PEOPLE - 1),
    st.integers(0, max(len(HELD), len(SETTINGS)) - 1),
)


class House:
    """One server on the stand-in for Discord, and the real services beside it, whose errands are done there."""

    def __init__(self, village: Village) -> None:
        self.village = village
        self.wire = Wire(limits=False)
        self.owner = self.wire.person("owner")
        self.guild = self.wire.add_guild("House", self.owner, bot_permissions=EVERYONE)
        self.roles = [self.wire.add_role(self.guild, f"role {number}") for number in range(ROLES)]
        self.people = [self.wire.add_member(self.guild, f"person {number}") for number in range(PEOPLE)]
        self.room = self.wire.add_channel(self.guild, "evening")
        self.wire.set_overwrite(self.room, self.guild, deny=VIEW)
        self.wire.set_overwrite(self.room, self.wire.world.bot, allow=VIEW)
        self.group = Group(
            id=new_id(),
            guild_id=self.guild.id,
            code=new_code(),
            name="Evening",
            about="",
            capacity=20,
            mode=Mode.OPEN,
            state=GroupState.OPEN,
            zone=None,
            room_id=self.room.id,
            desk_id=None,
            voice_id=None,
        )

    async def begin(self) -> None:
        async with self.village.db.begin() as tx:
            await store.add_group(tx, self.group, self.village.clock())
            await store.set_channel(tx, self.group.id, Place.ROOM, self.room.id)
        lead, backup = Candidate(user_id=self.owner.id), Candidate(user_id=self.people[0].id)
        await self.village.setup.start(
            guild_id=self.guild.id, admin_id=self.owner.id, lead=lead, backup=backup, zone="UTC"
        )

    async def act(self, act: Act) -> None:
        verb, who, which = act
        person, role = self.people[who], self.roles[which % ROLES]
        here = person.id in self.guild.members
        roles = {"joins": Role.MEMBER, "visits": Role.VISITOR, "leads": Role.FACILITATOR}
        if verb in roles and here and not (await self.now()).archived:
            async with self.village.db.begin() as tx:
                await self._seat(tx, person, roles[verb])
        elif verb == "restart":
            self.village.start()
        elif verb == "weeks pass":
            self.village.clock.step(days=22)
            await self.village.timers.start()
            await self.village.timers.settled()
        else:
            with suppress(UserError):
                await self._use(verb, person, self.people[which % PEOPLE])
            self._on_discord(verb, person, role, which)

    async def _use(self, verb: str, person: Person, other: Person) -> None:
        """What people do by a command or a button, as far as it is theirs to do."""
        groups = self.village.groups
        here = {"guild_id": self.guild.id, "group_id": self.group.id}
        match verb:
            case "leaves":
                await groups.leave(**here, user_id=person.id)
            case "stays":
                await groups.visits.stay(**here, user_id=person.id)
            case "is found gone" if person.id not in self.guild.members:
                await groups.gone(guild_id=self.guild.id, user_id=person.id)
            case "archived":
                await groups.archive.archive(**here, actor_id=person.id)
            case "restored":
                await groups.archive.bring_back(**here, actor_id=person.id)
            case "hands over" if other.id in self.guild.members:
                await self._hand_over(person, other)
            case _:
                pass

    async def _hand_over(self, person: Person, other: Person) -> None:
        to, handovers = Candidate(user_id=other.id), self.village.groups.handovers
        handing = Handing(group_id=self.group.id, asker_id=person.id, to=to, stay=False)
        await handovers.ask(guild_id=self.guild.id, handing=handing)
        told = await self.village.inbox.all_of(guild_id=self.guild.id, user_id=other.id)
        asked = int(str([word for word in told if word.kind == ASKED][-1].params["handover"]))
        await handovers.confirm(guild_id=self.guild.id, handover_id=asked, user_id=other.id, duty=False)

    async def now(self) -> Group:
        async with self.village.db.read() as tx:
            group = await self.village.groups.group(tx, self.guild.id, self.group.id)
        assert group is not None
        return group

    async def _seat(self, tx: Tx, person: Person, role: Role) -> None:
        member = Member(
            id=new_id(),
            guild_id=self.guild.id,
            group_id=self.group.id,
            user_id=person.id,
            role=role,
            state=MemberState.ACTIVE,
            joined_at=self.village.clock(),
            visit_ends_at=self.village.groups.visits.ends_at() if role is Role.VISITOR else None,
            left_at=None,
            consent_version=None,
            agreement_version=self.village.version,
            agreed_at=None,
        )
        kept = await store.put_member(tx, member)
        if role is Role.VISITOR:
            await self.village.groups.visits.begin(tx, kept)
        await self.village.groups.rooms.let_in(tx, self.group, kept)

    def _on_discord(self, verb: str, person: Person, role: payloads.Role, which: int) -> None:
        here = person.id in self.guild.members
        match verb:
            case "gets role" if here:
                self.wire.give_role(self.guild, person, role)
            case "loses role" if here:
                self.wire.take_role(self.guild, person, role)
            case "role holds":
                self.wire.guild_deeds.set_role_permissions(self.guild, role, HELD[which % len(HELD)])
            case "goes" if here:
                self.wire.remove_member(self.guild, person)
            case "comes" if not here:
                self.wire.add_member(self.guild, person)
            case "person set" | "role set" | "everyone set":
                target = {"person set": (person.id, 1), "role set": (role.id, 0), "everyone set": (self.guild.id, 0)}
                self._set(*target[verb], SETTINGS[which % len(SETTINGS)])
            case _:
                pass

    def _set(self, target_id: int, kind: int, setting: tuple[int, int] | None) -> None:
        if setting is not None:
            self.wire.guild_deeds.put_overwrite(self.room, Overwrite(target_id, kind, *setting))
        elif target_id in self.room.overwrites:
            self.wire.guild_deeds.drop_overwrite(self.room, target_id)

    async def carry(self) -> None:
        """Do on Discord what is on its way, by what the real bot would have each person's access be."""
        outbox = self.village.outbox
        while claimed := await outbox.claim(busy=(), worst=Lane.BULK, limit=50):
            for errand in claimed:
                await self._carry(errand)
                made = self.wire.world.snowflakes.new()
                await outbox.done(
                    errand,
                    message_id=made if errand.what is What.POST else None,
                    channel_id=made if errand.what is What.ENSURE_ROOM else None,
                )

    async def _carry(self, errand: Errand) -> None:
        if errand.params.get("group") != self.group.id or self.room.id not in self.guild.channels:
            return
        if errand.kind == ROOM_GONE:
            self.wire.delete_channel(self.room)
        elif errand.kind == ACCESS:
            entry = await self.village.groups.entry(
                guild_id=errand.guild_id,
                group_id=int(str(errand.params["group"])),
                user_id=int(str(errand.params["user"])),
                place=Place(str(errand.params["place"])),
            )
            if entry is not None:
                overwrite = access_of(entry).overwrite
                self._set(entry.user_id, 1, overwrite and (overwrite.allow, overwrite.deny))

    async def members(self) -> list[Member]:
        """Who is declared: nobody any more, of a group that is archived."""
        if (await self.now()).archived:
            return []
        async with self.village.db.read() as tx:
            return await self.village.groups.members(tx, self.guild.id, self.group.id)

    @property
    def ranks(self) -> Ranks:
        held = {role.id: role.permissions for role in self.guild.roles.values()}
        return Ranks(guild_id=self.guild.id, owner_id=self.guild.owner_id, roles=held)

    @property
    def ours(self) -> frozenset[int]:
        return frozenset({self.wire.bot_role(self.guild).id})

    async def answer(self, *, known: bool) -> Named:
        """What ``/group access`` says, with Discord's *Server Members* switch on or off."""
        people = {user_id: member.role_ids for user_id, member in self.guild.members.items()} if known else None
        found = readers(self.ranks, overwrites_of(payloads.channel(self.room)), people, ours=self.ours)
        return named(found, await self.members(), self.ranks, self.wire.world.bot.id)

    def able(self) -> set[int]:
        """Who can read the room by Discord's own judgement, besides the bot."""
        return {one for one in self.guild.members if can_view(self.room, one)} - {self.wire.world.bot.id}

    def admins(self) -> set[int]:
        roles = {role.id for role in self.guild.roles.values() if role.permissions & Permission.ADMINISTRATOR}
        held = {user_id for user_id, member in self.guild.members.items() if member.role_ids & roles}
        return held | {self.guild.owner_id}

    async def drifts(self) -> set[Kind]:
        most = [(member.user_id, allowed(member.role, Place.ROOM).value) for member in await self.members()]
        declared = Declared(
            group_id=self.group.id,
            place=Place.ROOM,
            channel_id=self.room.id,
            people=tuple(Expected(user_id=user_id, least=bits, most=bits) for user_id, bits in most),
        )
        found = compare(
            declared, channel_of(payloads.channel(self.room)), self.ranks, self.ours | {self.wire.world.bot.id}
        )
        here = set(self.guild.members) - self.admins()
        return {drift.kind for drift in found if drift.user_id is None or drift.user_id in here}


async def _holds(village: Village, acts: list[Act]) -> None:
    house = House(village)
    await house.begin()
    for act in acts:
        await house.act(act)
    await house.carry()
    if house.room.id not in house.guild.channels:
        assert not await house.members()
        return
    known, by_role = await house.answer(known=True), await house.answer(known=False)
    assert house.able() == known.people & set(house.guild.members)
    assert known.people <= house.able() | {house.guild.owner_id}
    roles = {*by_role.admins, *by_role.roles}
    covered = {one for one, member in house.guild.members.items() if member.role_ids & roles}
    if by_role.everyone is None:
        assert house.able() <= by_role.people | covered
    if not any(verb in BY_HAND for verb, _, _ in acts):
        assert not await house.drifts(), "what we do ourselves is no drift"
    declared = {member.user_id for member in await house.members()}
    if not await house.drifts():
        assert house.able() <= declared | house.admins(), "without a drift nobody else can read it"
        assert declared & set(house.guild.members) <= house.able()


def test_who_can_read_a_room_is_who_is_named(size: str, tmp_path: Path) -> None:
    with asyncio.Runner() as runner:
        db = Database(f"sqlite:///{tmp_path / 'circlekeeper.db'}", KEY)
        runner.run(db.open())
        village = Village(db, StepClock())

        @settings(
            max_examples=20 if size == "ci" else 200,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=[HealthCheck.too_slow],
        )
        @given(st.lists(ACTS, min_size=1, max_size=12))
        def always(acts: list[Act]) -> None:
            runner.run(_holds(village, acts))

        always()
        runner.run(db.close())
