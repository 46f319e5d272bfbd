"""A channel beside what is declared: what is drift, and what is not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.features.groups.watch.comparing import Channel, compare
from bot.features.groups.watch.effective import ADMINISTRATOR, HISTORY, MANAGE_ROLES, VIEW, Overwrite, Ranks
from bot.features.groups.watch.model import Declared, Drift, Expected, Kind

GUILD, OWNER, BOT, OURS, ANN, ZOE, ROLE, ADMINS, CATEGORY = 1, 2, 3, 4, 5, 6, 7, 8, 9
READ = VIEW | HISTORY
WRITE = 1 << 11
RANKS = Ranks(guild_id=GUILD, owner_id=OWNER, roles={GUILD: VIEW, OURS: VIEW, ROLE: VIEW, ADMINS: ADMINISTRATOR})
DECLARED = Declared(
    group_id=11,
    place="room",
    channel_id=12,
    people=(Expected(user_id=ANN, least=READ, most=READ | WRITE),),
    name="blue-tuesday",
    code="room-bcd",
    categories=(CATEGORY,),
)


def person(user_id: int, allow: int, deny: int = 0) -> Overwrite:
    return Overwrite(target_id=user_id, member=True, allow=allow, deny=deny)


def role(role_id: int, allow: int, deny: int = 0) -> Overwrite:
    return Overwrite(target_id=role_id, member=False, allow=allow, deny=deny)


SHUT, OURSELVES, INSIDE = role(GUILD, 0, VIEW), person(BOT, READ), person(ANN, READ | WRITE)
CHANNEL = Channel(
    name="blue-tuesday", topic="A room (room-bcd)", parent_id=CATEGORY, overwrites=(SHUT, OURSELVES, INSIDE)
)


def found(channel: Channel, declared: Declared = DECLARED) -> tuple[Drift, ...]:
    return compare(declared, channel, RANKS, {BOT, OURS})


def beside(*overwrites: Overwrite) -> Channel:
    """The channel with these overwrites in place of those for the same."""
    targets = {one.target_id for one in overwrites}
    return replace(
        CHANNEL, overwrites=(*(one for one in CHANNEL.overwrites if one.target_id not in targets), *overwrites)
    )


@pytest.mark.parametrize(
    "overwrite",
    [
        person(ZOE, 0, VIEW),
        person(OWNER, READ),
        role(OURS, READ),
        role(ADMINS, READ),
        role(99, READ),
        role(ROLE, WRITE, VIEW),
        person(ANN, READ),
        person(ANN, READ, WRITE),
    ],
    ids=["barred", "owner", "bot's role", "administrators", "role that is gone", "role kept out", "less", "restrained"],
)
def test_what_lets_nobody_in_is_no_drift(overwrite: Overwrite) -> None:
    assert found(CHANNEL) == found(beside(overwrite)) == ()


@pytest.mark.parametrize(
    ("overwrite", "drift"),
    [
        (person(ZOE, VIEW), Drift(kind=Kind.EXTRA_PERSON, user_id=ZOE)),
        (role(ROLE, VIEW), Drift(kind=Kind.EXTRA_ROLE, role_id=ROLE)),
        (role(ROLE, MANAGE_ROLES), Drift(kind=Kind.EXTRA_ROLE, role_id=ROLE)),
        (role(GUILD, 0), Drift(kind=Kind.EVERYONE)),
        (role(GUILD, VIEW), Drift(kind=Kind.EVERYONE)),
        (person(ANN, VIEW), Drift(kind=Kind.MISSING_PERSON, user_id=ANN)),
        (person(ANN, 0, VIEW), Drift(kind=Kind.MISSING_PERSON, user_id=ANN)),
        (
            person(ANN, READ | MANAGE_ROLES),
            Drift(kind=Kind.WRONG_PERSON, user_id=ANN, detail=str(MANAGE_ROLES)),
        ),
    ],
)
def test_each_drift_is_told_for_what_it_is(overwrite: Overwrite, drift: Drift) -> None:
    assert found(beside(overwrite)) == (drift,)


def test_without_any_overwrites_everything_is_amiss() -> None:
    kinds = [drift.kind for drift in found(replace(CHANNEL, overwrites=()))]
    assert kinds == [Kind.EVERYONE, Kind.MISSING_PERSON]


def test_whose_access_is_on_its_way_is_not_told_of() -> None:
    unsure = replace(DECLARED, unsure=frozenset({ANN, ZOE}))
    assert found(beside(person(ZOE, READ), person(ANN, 0)), unsure) == ()


@pytest.mark.parametrize("name", ["Blue-Tuesday", "blue--tuesday-", "\uff42lue-tuesday"])
def test_what_discord_makes_of_a_name_is_no_renaming(name: str) -> None:
    assert found(replace(CHANNEL, name=name)) == ()


def test_where_it_stands_and_what_it_is_called() -> None:
    other = replace(CHANNEL, name="cancer", topic="", parent_id=None)
    assert found(other) == (
        Drift(kind=Kind.RENAMED, detail="cancer"),
        Drift(kind=Kind.TOPIC),
        Drift(kind=Kind.MOVED),
    )
    assert found(other, replace(DECLARED, name="", code="", categories=())) == ()
