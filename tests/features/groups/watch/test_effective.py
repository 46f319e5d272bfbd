"""What people may do in a channel, beside the answer of the stand-in for Discord, which was written by itself."""

from __future__ import annotations

import random

from bot.features.groups.watch.effective import HISTORY, STEERS, VIEW, Overwrite, Ranks, Why, permissions, readers
from tests.wire import world
from tests.wire.permissions import ALL, Permission, in_channel

SERVERS = 10_000
BITS = [
    Permission.VIEW_CHANNEL,
    Permission.VIEW_CHANNEL,
    Permission.READ_MESSAGE_HISTORY,
    Permission.SEND_MESSAGES,
    Permission.MANAGE_ROLES,
    Permission.MANAGE_CHANNELS,
]
ASKED = VIEW | HISTORY | STEERS | int(Permission.SEND_MESSAGES)


class RandomServer:
    """A server with one text channel, and overwrites for people and roles that may not be there any more."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        guild_id, role_ids, user_ids = 1000, range(100, 100 + chance.randint(0, 4)), range(1, 2 + chance.randint(0, 5))
        self.guild = world.Guild(guild_id, "Random", chance.choice([*user_ids, 77]))
        for role_id in (guild_id, *role_ids):
            admin = Permission.ADMINISTRATOR if chance.random() < 0.08 else 0
            self.guild.roles[role_id] = world.Role(role_id, "role", self._bits(0.35) | admin, 0)
        for user_id in user_ids:
            held = {role_id for role_id in role_ids if chance.random() < 0.4}
            self.guild.members[user_id] = world.Member(world.User(user_id, "person"), held, 0.0)
        self.channel = world.Channel(5000, 0, "room", self.guild)
        for target_id, kind in [
            (guild_id, 0),
            *((one, 0) for one in (*role_ids, 190)),
            *((one, 1) for one in (*user_ids, 78)),
        ]:
            if chance.random() < 0.5:
                self.channel.overwrites[target_id] = world.Overwrite(target_id, kind, self._bits(0.3), self._bits(0.3))

    def _bits(self, chance: float) -> int:
        held = 0
        for bit in BITS:
            held |= bit if self._chance.random() < chance else 0
        return int(held)

    @property
    def ranks(self) -> Ranks:
        roles = {role.id: role.permissions for role in self.guild.roles.values()}
        return Ranks(guild_id=self.guild.id, owner_id=self.guild.owner_id, roles=roles)

    @property
    def overwrites(self) -> tuple[Overwrite, ...]:
        return tuple(
            Overwrite(target_id=one.target_id, member=one.type == 1, allow=one.allow, deny=one.deny)
            for one in self.channel.overwrites.values()
        )

    @property
    def people(self) -> dict[int, set[int]]:
        return {user_id: member.role_ids for user_id, member in self.guild.members.items()}

    def judged(self, user_id: int) -> int:
        return in_channel(self.channel, user_id)


def test_ten_thousand_servers_are_judged_as_discord_judges_them() -> None:
    chance = random.Random(4)
    alike = readers_seen = closed = 0
    for _ in range(SERVERS):
        server = RandomServer(chance)
        for user_id, role_ids in server.people.items():
            held, judged = permissions(server.ranks, server.overwrites, user_id, role_ids), server.judged(user_id)
            assert held & ASKED == judged & ASKED, server.__dict__
            assert (held == ALL) == (judged == ALL)
            alike += 1
            readers_seen += bool(held)
            closed += not held
    assert min(readers_seen, closed) > alike // 5, "both happen often"


def test_who_can_read_is_named_by_person_and_by_role_in_any_server() -> None:
    chance = random.Random(5)
    for _ in range(SERVERS // 2):
        server = RandomServer(chance)
        able = {user_id for user_id in server.people if server.judged(user_id) & VIEW}
        known = readers(server.ranks, server.overwrites, server.people)
        assert {one.user_id for one in known.people} == able
        for one in known.people:
            assert one.history == bool(server.judged(one.user_id) & HISTORY)
            assert bool(one.roles) == (one.why in (Why.ADMIN, Why.ROLE))
        unknown = readers(server.ranks, server.overwrites, None)
        named, roles = {one.user_id for one in unknown.people}, {*unknown.admin_roles, *unknown.roles}
        covered = {user_id for user_id, held in server.people.items() if held & roles or unknown.everyone}
        assert able <= named | covered


def test_roles_that_let_nobody_in_and_may_change_that_are_told() -> None:
    shut = Overwrite(target_id=1, member=False, allow=0, deny=VIEW)
    ranks = Ranks(guild_id=1, owner_id=2, roles={1: VIEW, 10: STEERS, 11: VIEW, 12: STEERS, 13: 1 << 3})
    found = readers(ranks, (shut,), None, ours=(12,))
    assert (found.steering, found.roles, found.admin_roles, found.everyone) == ((10,), (), (13,), False)
