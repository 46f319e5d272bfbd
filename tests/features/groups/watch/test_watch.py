"""What was found is told once, to the desk and to the lead, and settled when it is so no more."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
import sqlalchemy as sa

from bot.core.errors import NotFound, UserError
from bot.features.groups import Group, Place
from bot.features.groups.model import Candidate
from bot.features.groups.rooms import ACCESS, REMADE
from bot.features.groups.watch import Watch
from bot.features.groups.watch.model import (
    AT_ONCE,
    SAFEGUARDING,
    Declared,
    Drift,
    Finding,
    Kind,
    Look,
    Roll,
    Sight,
    State,
)
from bot.features.groups.watch.service import CARD, MEND, SETTLED_CARD
from bot.features.groups.watch.store import groups_drift, groups_drift_people
from bot.outbox import Errand, What
from tests.features.groups.village import ADMIN, BACKUP, CLEO, FAY, GUILD, LEAD, MO, Village

STRANGER = Drift(kind=Kind.EXTRA_PERSON, user_id=MO)
ROLE = Drift(kind=Kind.EXTRA_ROLE, role_id=77)
GONE = Drift(kind=Kind.DELETED)


class Watcher:
    """Looks at one group, and finds what it is told to find."""

    def __init__(self, village: Village, group: Group) -> None:
        self.village = village
        self.group = group

    @property
    def watch(self) -> Watch:
        return self.village.groups.watch

    async def roll(self) -> Roll:
        roll = await self.watch.roll(GUILD)
        assert roll is not None
        return roll

    async def finds(self, *drifts: Drift, at: str = Place.ROOM, lost: Sequence[str] = (), unsure: int = 0) -> None:
        roll = await self.roll()
        group = await self.village.read(self.group.id)
        channels = {**{str(place): group.channel(place) for place in group.places}, SAFEGUARDING: 0}
        channels[SAFEGUARDING] = roll.server.safeguarding_id
        looks = [
            Look(
                declared=Declared(
                    group_id=None if place == SAFEGUARDING else group.id,
                    place=place,
                    channel_id=channel_id or 0,
                    people=(),
                    unsure=frozenset({unsure} - {0}),
                ),
                sight=self._sight(place, at, drifts, lost, channel_id),
                drifts=drifts if place == at else (),
            )
            for place, channel_id in channels.items()
        ]
        await self.watch.note(GUILD, roll, looks)
        await self.village.carry()

    def _sight(
        self, place: str, at: str, drifts: Sequence[Drift], lost: Sequence[str], channel_id: int | None
    ) -> Sight:
        if not channel_id:
            return Sight.UNKNOWN
        kinds = {drift.kind for drift in drifts} if place == at else set[Kind]()
        if Kind.DELETED in kinds:
            return Sight.DELETED
        return Sight.HIDDEN if Kind.HIDDEN in kinds or place in lost else Sight.SEEN

    async def held(self) -> list[Finding]:
        return await self.watch.open_findings(GUILD)

    async def state(self, finding: Finding) -> State:
        found = await self.watch.finding(GUILD, finding.id)
        assert found is not None
        return found[0].state

    def cards(self) -> list[Errand]:
        return [errand for errand in self.village.carried if errand.kind == CARD]

    def edits(self) -> list[str]:
        return [str(errand.params["at"]) for errand in self.village.carried if errand.kind == SETTLED_CARD]

    async def mean(self, finding: Finding, why: str = "a speaker") -> None:
        await self.watch.mean(
            guild_id=GUILD, group_id=finding.group_id or 0, finding_id=finding.id, actor_id=FAY, why=why
        )

    async def mend(self, finding: Finding) -> None:
        await self.watch.mend(guild_id=GUILD, group_id=finding.group_id or 0, finding_id=finding.id, actor_id=FAY)


@pytest.fixture
async def watcher(village: Village) -> Watcher:
    return Watcher(village, await village.found())


async def test_a_finding_is_told_once_on_the_desk_and_to_the_lead(village: Village, watcher: Watcher) -> None:
    await watcher.finds(STRANGER)
    await watcher.finds(STRANGER)
    assert [card.params["at"] for card in watcher.cards()] == ["desk", SAFEGUARDING]
    assert len(await village.told_in_safeguarding()) == 1
    village.start()
    await watcher.finds(STRANGER)
    assert len(watcher.cards()) == 2


async def test_it_settles_when_it_is_so_no_more_and_both_cards_say_so(watcher: Watcher) -> None:
    await watcher.finds(STRANGER, ROLE)
    (stranger,) = [finding for finding in await watcher.held() if finding.drift == STRANGER]
    await watcher.finds(ROLE)
    assert await watcher.state(stranger) is State.GONE
    assert watcher.edits() == ["desk", SAFEGUARDING]
    await watcher.finds(STRANGER, ROLE)
    assert len(watcher.cards()) == 6, "it is news again"


async def test_meant_to_be_so_holds_for_as_long_as_it_is_so(watcher: Watcher) -> None:
    await watcher.finds(STRANGER)
    (finding,) = await watcher.held()
    await watcher.mean(finding)
    await watcher.finds(STRANGER)
    assert await watcher.held() == []
    assert len(watcher.cards()) == 2
    found = await watcher.watch.finding(GUILD, finding.id)
    assert found is not None and (found[0].by_id, found[0].why) == (FAY, "a speaker")
    with pytest.raises(NotFound):
        await watcher.mend(finding)
    await watcher.finds()
    assert await watcher.state(finding) is State.GONE
    await watcher.finds(STRANGER)
    assert len(watcher.cards()) == 4


async def test_another_name_is_another_finding(watcher: Watcher) -> None:
    await watcher.finds(Drift(kind=Kind.RENAMED, detail="one"))
    await watcher.mean((await watcher.held())[0])
    await watcher.finds(Drift(kind=Kind.RENAMED, detail="two"))
    assert [finding.detail for finding in await watcher.held()] == ["two"]


async def test_mending_is_a_deed_and_the_next_look_says_whether_it_helped(village: Village, watcher: Watcher) -> None:
    await watcher.finds(STRANGER)
    (finding,) = await watcher.held()
    await watcher.mend(finding)
    await village.carry()
    (deed,) = [errand for errand in village.carried if errand.kind == MEND]
    assert (deed.what, deed.params) == (What.ENSURE_ACCESS, {"finding": finding.id})
    await watcher.finds()
    assert await watcher.state(finding) is State.MENDED


async def test_what_discord_refuses_stays_open_and_says_why(village: Village, watcher: Watcher) -> None:
    await watcher.finds(STRANGER)
    (finding,) = await watcher.held()
    village.refusing[MEND] = "forbidden"
    await watcher.mend(finding)
    await village.carry()
    (finding,) = await watcher.held()
    assert (finding.mending, finding.problem) == (False, "forbidden")
    village.refusing.clear()
    await watcher.mend(finding)
    await village.carry()
    await watcher.finds(STRANGER)
    (finding,) = await watcher.held()
    assert (finding.mending, finding.problem) == (False, None), "somebody did it again: it can be decided on again"


async def test_nothing_is_said_of_what_is_hidden_but_that_it_is(watcher: Watcher) -> None:
    await watcher.finds(STRANGER)
    (stranger,) = await watcher.held()
    await watcher.finds(Drift(kind=Kind.HIDDEN))
    held = {finding.kind: finding for finding in await watcher.held()}
    hidden = held.pop(Kind.HIDDEN)
    assert [kept.id for kept in held.values()] == [stranger.id], "whether it is still so is not known"
    with pytest.raises(UserError):
        await watcher.mend(hidden)
    await watcher.finds()
    assert await watcher.held() == []


async def test_a_lost_desk_leaves_it_to_the_lead_and_a_lost_channel_to_a_word(
    village: Village, watcher: Watcher
) -> None:
    await watcher.finds(Drift(kind=Kind.HIDDEN), at=Place.DESK)
    assert [card.params["at"] for card in watcher.cards()] == [SAFEGUARDING]
    await watcher.finds(Drift(kind=Kind.HIDDEN), at=SAFEGUARDING)
    assert len(watcher.cards()) == 1
    assert await village.kinds_told(LEAD) == [CARD]


async def test_a_channel_that_we_are_at_work_on_is_not_lost(village: Village, watcher: Watcher) -> None:
    await village.setup.start(
        guild_id=GUILD, admin_id=ADMIN, lead=Candidate(user_id=LEAD), backup=Candidate(user_id=BACKUP), zone="UTC"
    )
    roll = await watcher.roll()
    busy = Declared(group_id=None, place=SAFEGUARDING, channel_id=roll.server.safeguarding_id or 0, people=())
    room = Declared(group_id=watcher.group.id, place="room", channel_id=watcher.group.room_id or 0, people=())
    looks = [
        Look(declared=busy, sight=Sight.UNKNOWN),
        Look(declared=room, sight=Sight.SEEN, drifts=(STRANGER,)),
    ]
    await watcher.watch.note(GUILD, roll, looks)
    await village.carry()
    assert [card.params["at"] for card in watcher.cards()] == ["desk", SAFEGUARDING]


async def test_a_card_that_the_lead_does_not_get_waits_for_them(village: Village, watcher: Watcher) -> None:
    village.refusing[CARD] = "forbidden"
    await watcher.finds(STRANGER)
    assert await village.kinds_told(LEAD) == [CARD]


async def test_a_channel_that_was_deleted_is_made_again_alone(village: Village, watcher: Watcher) -> None:
    await village.join(watcher.group, CLEO)
    remade: list[Place] = []

    async def note(tx: object, group: Group, place: Place) -> None:
        remade.append(place)

    village.groups.remade.append(note)
    await watcher.finds(GONE)
    (finding,) = await watcher.held()
    made = village.kinds().count("groups.desk")
    await watcher.mend(finding)
    assert (await village.read(watcher.group.id)).room_id is None
    await watcher.finds()
    await village.carry()
    room_id = (await village.read(watcher.group.id)).room_id
    assert room_id not in (None, finding.channel_id)
    assert remade == [Place.ROOM]
    assert village.kinds().count("groups.desk") == made, "what may only be hidden is not made a second time"
    assert REMADE in await village.kinds_told(CLEO) and REMADE in await village.kinds_told(FAY)
    await watcher.finds()
    assert await watcher.state(finding) is State.MENDED


async def test_our_own_work_is_known_until_it_is_done(village: Village, watcher: Watcher) -> None:
    await village.welcome(watcher.group, await village.ask(watcher.group, CLEO))
    before = await watcher.roll()
    assert before.unsure(watcher.group.id, "room") == {CLEO}
    village.refusing[ACCESS] = "forbidden"
    await village.carry()
    assert (await watcher.roll()).unsure(watcher.group.id, "room") == {CLEO}, "told already"
    village.refusing.clear()
    async with village.db.begin() as tx:
        await village.groups.setbacks.put_again(tx, GUILD)
    assert (await watcher.roll()).unsure(watcher.group.id, "room") == {CLEO}
    await village.carry()
    after = await watcher.roll()
    assert after.unsure(watcher.group.id, "room") == frozenset()
    assert after != before
    assert not after.busy(None, SAFEGUARDING)


async def test_somebody_whose_access_is_on_its_way_settles_nothing(watcher: Watcher) -> None:
    await watcher.finds(STRANGER)
    await watcher.finds(unsure=MO)
    assert len(await watcher.held()) == 1


async def test_only_a_group_s_own_people_decide_on_its_findings(watcher: Watcher) -> None:
    await watcher.finds(STRANGER)
    (finding,) = await watcher.held()
    with pytest.raises(NotFound):
        await watcher.watch.may_decide(guild_id=GUILD, group_id=0, finding_id=finding.id)
    with pytest.raises(NotFound):
        await watcher.watch.may_decide(guild_id=GUILD + 1, group_id=watcher.group.id, finding_id=finding.id)


async def test_who_wants_to_be_forgotten_is_on_no_card(village: Village, watcher: Watcher) -> None:
    await watcher.finds(STRANGER)
    async with village.db.begin() as tx:
        await village.groups.leave_all(tx, GUILD, MO)
    await village.carry()
    assert watcher.edits() == ["desk", SAFEGUARDING]
    (forgotten,) = await watcher.held()
    async with village.db.begin() as tx:
        await tx.execute(sa.delete(groups_drift_people))
    with pytest.raises(UserError):
        await watcher.mend(forgotten)
    await watcher.finds(STRANGER)
    assert len(watcher.cards()) == 4, "they can still see it, which is news"
    async with village.db.read() as tx:
        open_ones = await tx.all(sa.select(groups_drift).where(groups_drift.c.state == State.OPEN))
    assert len(open_ones) == 1


async def test_of_two_who_decide_at_once_the_first_has_decided(village: Village, watcher: Watcher) -> None:
    await watcher.finds(STRANGER)
    (finding,) = await watcher.held()
    done = await asyncio.gather(watcher.mend(finding), watcher.mean(finding), return_exceptions=True)
    refused = [error for error in done if error is not None]
    assert len(refused) == 1 and isinstance(refused[0], UserError)
    await village.carry()
    mends = [errand for errand in village.carried if errand.kind == MEND]
    assert await watcher.state(finding) is (State.OPEN if mends else State.MEANT)


async def test_a_server_whose_last_group_is_gone_has_nothing_left_open(village: Village, watcher: Watcher) -> None:
    await watcher.finds(STRANGER)
    (finding,) = await watcher.held()
    await village.groups.archive.archive(guild_id=GUILD, group_id=watcher.group.id, actor_id=FAY)
    await village.carry()
    assert [group.id for group, _ in (await watcher.roll()).groups] == [watcher.group.id], "its rooms are still there"
    await village.pass_time(days=8)
    roll = await watcher.roll()
    assert roll.groups == () and await watcher.watch.guilds() == [GUILD]
    await watcher.watch.note(GUILD, roll, [])
    assert await watcher.state(finding) is State.GONE
    assert await watcher.watch.guilds() == [] and await watcher.watch.roll(GUILD) is None


async def test_one_look_tells_of_so_many_and_the_next_of_the_rest(village: Village, watcher: Watcher) -> None:
    many = [Drift(kind=Kind.EXTRA_PERSON, user_id=5_000 + number) for number in range(AT_ONCE + 3)]
    await watcher.finds(*many)
    assert len(await watcher.held()) == AT_ONCE
    await watcher.finds(*many)
    await watcher.finds(*many)
    assert len(await watcher.held()) == len(many)


async def test_who_was_told_of_by_name_stays_told_of_when_more_are_missing(village: Village, watcher: Watcher) -> None:
    first, *others = (Drift(kind=Kind.MISSING_PERSON, user_id=5_000 + number) for number in range(6))
    await watcher.finds(first)
    await watcher.mean((await watcher.held())[0])
    await watcher.finds(first, *others)
    await watcher.finds(first, *others[:1])
    (together,) = await watcher.held()
    assert together.kind is Kind.MISSING_PEOPLE
    await watcher.finds(first)
    assert await watcher.held() == [] and await watcher.state(together) is State.GONE
    assert len(watcher.cards()) == 4, "what is meant for one is not told again"
