"""Watching that each room is as private as it says: what differs is told, and mended when somebody asks for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from bot.audit import Audit
from bot.core.clock import Clock
from bot.core.errors import NotFound, UserError
from bot.core.ids import new_id
from bot.features.groups import store as groups_store
from bot.features.groups.desk import Desk, ServerOf
from bot.features.groups.model import Group, Place, Server, Setback
from bot.features.groups.rooms import ACCESS, RENAME, Rooms, kind_of
from bot.features.groups.setbacks import Setbacks
from bot.features.groups.watch import store
from bot.features.groups.watch.model import (
    AT_ONCE,
    DESK,
    SAFEGUARDING,
    Card,
    Drift,
    Finding,
    Kind,
    Look,
    OnItsWay,
    Roll,
    Sight,
    State,
    gathered,
    is_known,
)
from bot.outbox import Deed, Delivered, Lane, Outbox, Post, Returned, What
from bot.outbox.model import Params, Waiting
from bot.storage import Database, Tx

CARD: Final = "groups.drift"
SETTLED_CARD: Final = "groups.drift_card"
MEND: Final = "groups.mend"
LEAD: Final = SAFEGUARDING

# the errands by which channels come to be what is declared: of groups, and of the server itself
ROOM_KINDS: Final = (*(kind_of(place) for place in Place), "setup.safeguarding")
ACCESS_KINDS: Final = (ACCESS, "setup.access")
OUR_WORK: Final = (*ROOM_KINDS, *ACCESS_KINDS, RENAME)


class Watch:
    def __init__(
        self,
        db: Database,
        clock: Clock,
        outbox: Outbox,
        audit: Audit,
        rooms: Rooms,
        desk: Desk,
        setbacks: Setbacks,
        *,
        server: ServerOf,
    ) -> None:
        self._db = db
        self._clock = clock
        self._outbox = outbox
        self._audit = audit
        self._rooms = rooms
        self._desk = desk
        self._setbacks = setbacks
        self._server = server
        self.mended: list[Callable[[int], None]] = []
        """Rung with a server's id when something was mended, or could not be: there is something to look at."""
        outbox.delivered(CARD, self._card_posted)
        outbox.undeliverable(CARD, self._card_refused)
        outbox.undeliverable(SETTLED_CARD, self._edit_refused)
        outbox.delivered(MEND, self._done)
        outbox.undeliverable(MEND, self._refused)

    # what is declared

    async def guilds(self) -> list[int]:
        """The servers in which there is something to watch."""
        async with self._db.read() as tx:
            return await store.guilds(tx)

    async def roll(self, guild_id: int) -> Roll | None:
        """What is declared in this server now; None if there is nothing to watch."""
        async with self._db.read() as tx:
            server = await self._server(tx, guild_id)
            groups = await groups_store.keeping_rooms(tx, guild_id)
            if server is None or not (groups or await store.unsettled(tx, guild_id)):
                return None
            people = [(group, tuple(await groups_store.members(tx, guild_id, group.id))) for group in groups]
            waiting = await self._outbox.waiting(tx, guild_id, OUR_WORK)
            setbacks = [one for one in await self._setbacks.of(tx, guild_id) if one.kind in OUR_WORK]
            mending = await self._being_mended(tx, guild_id)
            restrained = set[int]()
            for group, members in [one for one in people if not one[0].archived]:
                restrained |= await self._rooms.restrained(tx, group, members)
        return Roll(
            server=server,
            groups=tuple(people),
            on_its_way=(*map(_on_its_way, waiting), *map(_on_its_way, setbacks)),
            mending=mending,
            restrained=frozenset(restrained),
        )

    async def unsure(self, tx: Tx, guild_id: int, group_id: int, place: Place) -> frozenset[int]:
        """Whose access to this channel is on its way, in or out, or could not be changed."""
        waiting = await self._outbox.waiting(tx, guild_id, (ACCESS,))
        setbacks = [one for one in await self._setbacks.of(tx, guild_id) if one.kind == ACCESS]
        coming = [*map(_on_its_way, waiting), *map(_on_its_way, setbacks)]
        here = [one.user_id for one in coming if (one.group_id, one.place) == (group_id, place)]
        return frozenset(user_id for user_id in here if user_id is not None)

    async def _being_mended(self, tx: Tx, guild_id: int) -> frozenset[int]:
        return frozenset(_subject(one.params) for one in await self._outbox.waiting(tx, guild_id, (MEND,)))

    # what was found

    async def note(self, guild_id: int, roll: Roll, looks: Sequence[Look]) -> bool:
        """Tell of each drift that was not known, once; settle what is so no more. Whether there is more to tell of.

        ``looks``: one for each channel of ``roll``, which is what was declared before and after they were made.
        """
        async with self._db.begin() as tx:
            await tx.lock("watch", guild_id)
            server = await self._server(tx, guild_id)
            held = await store.that_hold(tx, guild_id)
            if server is None:
                return False
            looks = [gathered(look, held) for look in looks]
            over = [finding for finding in held if not finding.holds(looks)]
            for finding in over:
                await self._settle(tx, finding)
            mending = roll.mending | await self._being_mended(tx, guild_id)
            for finding in held:
                if finding.mending and finding not in over and finding.id not in mending:
                    await self._still_so(tx, finding, looks)
            known = [one for one in held if one not in over]
            news = [(look, drift) for look in looks for drift in look.drifts if not is_known(look, drift, known)]
            for look, drift in news[:AT_ONCE]:
                await self._tell(tx, server, self._finding(guild_id, look, drift), looks)
            return len(news) > AT_ONCE

    def _finding(self, guild_id: int, look: Look, drift: Drift) -> Finding:
        return Finding(
            id=new_id(),
            guild_id=guild_id,
            group_id=look.declared.group_id,
            place=look.declared.place,
            channel_id=look.declared.channel_id,
            kind=drift.kind,
            user_id=drift.user_id,
            role_id=drift.role_id,
            detail=drift.detail,
            state=State.OPEN,
            found_at=self._clock(),
            mending=False,
            problem=None,
        )

    async def _tell(self, tx: Tx, server: Server, finding: Finding, looks: Sequence[Look]) -> None:
        await store.add(tx, finding)
        group = await self._group(tx, finding)
        gone = (Sight.HIDDEN, Sight.DELETED)
        lost = {(look.declared.group_id, look.declared.place) for look in looks if look.sight in gone}
        if group is not None and group.desk_id is not None and (group.id, str(Place.DESK)) not in lost:
            await self._post(tx, finding, DESK, group.desk_id)
        if server.safeguarding_id is not None and (None, SAFEGUARDING) not in lost:
            await self._post(tx, finding, LEAD, server.safeguarding_id)
        else:
            await self._tell_lead(tx, server, finding.id)

    async def _post(self, tx: Tx, finding: Finding, at: str, channel_id: int) -> None:
        await self._outbox.put(
            tx,
            Post(
                key=f"drift:{finding.id}:{at}",
                guild_id=finding.guild_id,
                channel_id=channel_id,
                lane=Lane.PROMPT,
                kind=CARD,
                params={"finding": finding.id, "at": at},
            ),
        )

    async def _tell_lead(self, tx: Tx, server: Server, finding_id: int) -> None:
        await self._desk.say(tx, server.guild_id, server.lead_id, CARD, {"finding": finding_id, "at": LEAD})

    async def _settle(self, tx: Tx, finding: Finding) -> None:
        state = State.MENDED if finding.mending else State.GONE
        await store.settle(tx, [finding.id], state, self._clock())
        await self._edit(tx, finding)

    async def _still_so(self, tx: Tx, finding: Finding, looks: Sequence[Look]) -> None:
        """It was put right, and is not: somebody may have changed it once more. It can be decided on again."""
        seen = [look for look in looks if look.sight is Sight.SEEN and finding.is_at(look)]
        # everybody's access is given back one by one
        if any(finding.kind is not Kind.MISSING_PEOPLE or not look.declared.unsure for look in seen):
            await store.refuse(tx, finding.id, None)
            await self._edit(tx, finding)

    # what people decide

    async def finding(self, guild_id: int, finding_id: int) -> tuple[Finding, Group | None] | None:
        """What was found, and in which group; None once it is kept no more."""
        async with self._db.read() as tx:
            found = await store.finding(tx, guild_id, finding_id)
            return None if found is None else (found, await self._group(tx, found))

    async def open_findings(self, guild_id: int) -> list[Finding]:
        """What is not as declared, and nobody has said that it is meant to be so."""
        async with self._db.read() as tx:
            held = await store.that_hold(tx, guild_id)
        return [finding for finding in held if finding.state is State.OPEN]

    async def may_decide(self, *, guild_id: int, group_id: int, finding_id: int) -> Finding:
        """What is still open. ``group_id``: 0 for the server's own channel. Raises ``UserError`` if it is not."""
        async with self._db.read() as tx:
            return await self._open(tx, guild_id, group_id, finding_id)

    async def mend(self, *, guild_id: int, group_id: int, finding_id: int, actor_id: int) -> None:
        """Have it made as declared. Whether that was done is seen by looking again."""
        async with self._db.begin() as tx:
            await tx.lock("watch", guild_id)
            finding = await self._open(tx, guild_id, group_id, finding_id)
            if not finding.mendable:
                raise UserError("groups.drift_by_hand")
            await store.decide(tx, finding, state=State.OPEN, mending=True, by_id=actor_id)
            if finding.kind is Kind.DELETED:
                await self._make_again(tx, finding)
            elif finding.kind is Kind.MISSING_PEOPLE:
                await self._let_all_in(tx, finding)
            else:
                await self._put_deed(tx, finding)
            await self._edit(tx, finding)
            await self._record(tx, finding, actor_id, "groups.drift_mended")

    async def mean(self, *, guild_id: int, group_id: int, finding_id: int, actor_id: int, why: str) -> None:
        """Keep that it is meant to be so, and why: nothing more is said of it for as long as it is so."""
        async with self._db.begin() as tx:
            await tx.lock("watch", guild_id)
            finding = await self._open(tx, guild_id, group_id, finding_id)
            if finding.mending:
                raise UserError("groups.drift_mending")
            await store.decide(tx, finding, state=State.MEANT, mending=False, by_id=actor_id, why=why)
            await self._edit(tx, finding)
            await self._record(tx, finding, actor_id, "groups.drift_meant")

    async def forget(self, tx: Tx, guild_id: int, user_id: int) -> None:
        """No card is to name this person any more."""
        for card in await store.cards_naming(tx, guild_id, user_id):
            await self._edit_card(tx, guild_id, card, erased=True)

    async def _open(self, tx: Tx, guild_id: int, group_id: int, finding_id: int) -> Finding:
        finding = await store.finding(tx, guild_id, finding_id)
        if finding is None or (finding.group_id or 0) != group_id or finding.state is not State.OPEN:
            raise NotFound("groups.drift_settled")
        return finding

    async def _put_deed(self, tx: Tx, finding: Finding) -> None:
        await self._outbox.put(
            tx,
            Deed(
                key=f"drift:{finding.id}:mend",
                guild_id=finding.guild_id,
                what=_deed_for(finding.kind),
                # what lets somebody read who should not goes before all else
                lane=Lane.PROMPT if _of_the_channel(finding.kind) else Lane.URGENT,
                kind=MEND,
                # a new name may have to wait, and is not to hold up what else goes to the channel
                channel_id=None if finding.kind is Kind.RENAMED else finding.channel_id,
                params={"finding": finding.id},
            ),
        )

    async def _make_again(self, tx: Tx, finding: Finding) -> None:
        assert finding.group_id is not None
        await tx.lock("group", finding.group_id)
        group = await self._group(tx, finding)
        place = finding.group_place
        # somebody may have pressed before, and the new channel be there
        if group is not None and group.channel(place) == finding.channel_id:
            await groups_store.set_channel(tx, group.id, place, None)
            await self._rooms.make_again(tx, _without(group, place), place)

    async def _let_all_in(self, tx: Tx, finding: Finding) -> None:
        group = await self._group(tx, finding)
        if group is not None:
            await self._rooms.let_all_in(tx, group, finding.group_place)

    async def _record(self, tx: Tx, finding: Finding, actor_id: int, action: str) -> None:
        subject = "server" if finding.group_id is None else f"group:{finding.group_id}"
        await self._audit.record(
            tx,
            guild_id=finding.guild_id,
            actor=actor_id,
            action=action,
            subject=subject,
            kind=finding.kind,
            place=finding.place,
        )

    # cards

    async def _edit(self, tx: Tx, finding: Finding) -> None:
        """Have the cards say what is so by now."""
        for card in finding.cards:
            await self._edit_card(tx, finding.guild_id, card)

    async def _edit_card(self, tx: Tx, guild_id: int, card: Card, *, erased: bool = False) -> None:
        params: Params = {"finding": card.drift_id, "at": card.at, "card": card.message_id, "erased": erased}
        await self._outbox.put(
            tx,
            Deed(
                key=f"drift:{card.drift_id}:{card.at}:card",
                guild_id=guild_id,
                what=What.EDIT,
                lane=Lane.PROMPT,
                kind=SETTLED_CARD,
                channel_id=card.channel_id,
                params=params,
            ),
        )

    async def _card_posted(self, tx: Tx, done: Delivered) -> None:
        assert done.channel_id is not None and done.message_id is not None
        finding_id, at = _subject(done.params), str(done.params["at"])
        card = Card(drift_id=finding_id, at=at, channel_id=done.channel_id, message_id=done.message_id)
        await store.set_card(tx, card)
        finding = await store.finding(tx, done.guild_id, finding_id)
        if finding is not None and (finding.state is not State.OPEN or finding.mending or finding.problem):
            await self._edit_card(tx, done.guild_id, card)

    async def _card_refused(self, tx: Tx, returned: Returned) -> None:
        server = await self._server(tx, returned.guild_id)
        # what the desk does not get has been put before the lead as well
        if server is not None and returned.params["at"] == LEAD:
            await self._tell_lead(tx, server, _subject(returned.params))

    async def _edit_refused(self, tx: Tx, returned: Returned) -> None:
        """An old card stands as it was; its buttons answer that it is settled."""

    # mending

    async def _done(self, tx: Tx, done: Delivered) -> None:
        self._ring(tx, done.guild_id)

    async def _refused(self, tx: Tx, returned: Returned) -> None:
        finding_id = _subject(returned.params)
        await store.refuse(tx, finding_id, returned.problem)
        finding = await store.finding(tx, returned.guild_id, finding_id)
        if finding is not None:
            await self._edit(tx, finding)
        self._ring(tx, returned.guild_id)

    def _ring(self, tx: Tx, guild_id: int) -> None:
        for ring in self.mended:
            tx.after_commit(lambda ring=ring: ring(guild_id))

    async def _group(self, tx: Tx, finding: Finding) -> Group | None:
        if finding.group_id is None:
            return None
        return await groups_store.group(tx, finding.guild_id, finding.group_id)


def _without(group: Group, place: Place) -> Group:
    """The group without the channel at this place."""
    return replace(group, **{f"{place}_id": None})


def _subject(params: Params) -> int:
    return int(str(params["finding"]))


def _deed_for(kind: Kind) -> What:
    if kind is Kind.RENAMED:
        return What.RENAME
    return What.ENSURE_ROOM if _of_the_channel(kind) else What.ENSURE_ACCESS


def _of_the_channel(kind: Kind) -> bool:
    return kind in (Kind.RENAMED, Kind.MOVED, Kind.TOPIC)


def _on_its_way(one: Waiting | Setback) -> OnItsWay:
    params = one.params
    group, user = params.get("group"), params.get("user")
    return OnItsWay(
        key=one.key,
        kind=one.kind,
        revision=one.revision if isinstance(one, Waiting) else -one.times,
        group_id=None if group is None else int(str(group)),
        place=str(params.get("place", SAFEGUARDING)),
        user_id=None if user is None else int(str(user)),
    )
