"""Raising a concern, taking it, looking at it, and closing it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from bot.audit import Audit
from bot.core.clock import Clock
from bot.core.errors import NotFound, UserError
from bot.core.ids import new_id
from bot.features.cases import store
from bot.features.cases.handed import Handed
from bot.features.cases.ladder import Ladder, ServerOf
from bot.features.cases.model import (
    EVIDENCE_LASTS,
    NOTE_LENGTH,
    About,
    Case,
    CaseState,
    File,
    Outcome,
    Part,
    Places,
    Raised,
    Reach,
    Step,
    View,
)
from bot.features.groups import Groups, GroupState, Member
from bot.inbox import Inbox
from bot.outbox import Outbox
from bot.storage import Database, Tx
from bot.timers import Due, Timers

EVIDENCE: Final = "cases.evidence"


class Cases:
    def __init__(
        self,
        db: Database,
        clock: Clock,
        outbox: Outbox,
        inbox: Inbox,
        timers: Timers,
        audit: Audit,
        groups: Groups,
        *,
        server: ServerOf,
        steps: Mapping[int, Step],
        evidence: timedelta,
    ) -> None:
        """``steps``: for each tier, when somebody else is called; ``evidence``: how long after closing the copy of a
        flagged message is kept, nothing for not at all.
        """
        self._db = db
        self._clock = clock
        self._timers = timers
        self._audit = audit
        self._groups = groups
        self._evidence = evidence
        self.handed = Handed(clock)
        self._ladder = Ladder(clock, outbox, inbox, timers, groups, server=server, steps=steps)
        timers.on(EVIDENCE, self._evidence_over)
        groups.left.append(self._let_go)
        groups.concerns.append(self._open_in)

    # raising

    async def places(self, *, guild_id: int, user_id: int, channel_id: int | None) -> Places:
        """Where a concern that this person raises in this channel can go."""
        async with self._db.read() as tx:
            standing = await self._groups.standing(tx, guild_id, user_id, channel_id=channel_id)
            theirs = await self._groups.runnable(tx, guild_id, user_id, facilitating=False, every=False)
        here = standing.group if standing.group and standing.group.state is not GroupState.ARCHIVED else None
        return Places(here=here, theirs=tuple(theirs))

    async def bring(self, raised: Raised) -> Case:
        """Have somebody called for this; it is kept when this returns. A message that was flagged before stays one
        case. Raises ``UserError`` if there is nobody whom it could be brought to.
        """
        message_id = raised.flagged.message_id if raised.flagged else raised.reporter_id
        async with self._db.begin(urgent=True) as tx:
            await tx.lock("case", raised.guild_id, message_id)
            known = await self._same(tx, raised)
            case = await self._open(tx, raised) if known is None else await self._join(tx, known, raised)
            note = raised.note.strip()[:NOTE_LENGTH]
            await store.add_person(tx, case, Part.REPORTER, raised.reporter_id, named=raised.named, note=note)
            await self._keep_evidence(tx, case, raised)
            return case

    async def _same(self, tx: Tx, raised: Raised) -> Case | None:
        if raised.flagged is None:
            return None
        return await store.about_message(tx, raised.guild_id, raised.flagged.message_id, raised.about)

    async def _open(self, tx: Tx, raised: Raised) -> Case:
        group_id = await self._place(tx, raised)
        named = [raised.flagged.author_id] if raised.flagged and raised.flagged.author_id is not None else []
        reach = await self._ladder.reach_for(tx, raised.guild_id, group_id, raised.about, named)
        if reach is None:
            raise UserError("cases.not_set_up")
        if raised.about is About.LEAD:
            named.append(reach.server.lead_id)
            reach = await self._ladder.reach_for(tx, raised.guild_id, group_id, raised.about, named)
            assert reach is not None
        if not reach.rungs:
            raise UserError("cases.nobody_left")
        case = self._case(raised, group_id, reach)
        await store.add(tx, case)
        for user_id in dict.fromkeys(named):
            await store.add_person(tx, case, Part.ABOUT, user_id)
        await self._ladder.begin(tx, case, reach)
        await self._record(tx, case, None, "cases.opened", tier=case.tier, source=case.source)
        return case

    def _case(self, raised: Raised, group_id: int | None, reach: Reach) -> Case:
        flagged = raised.flagged
        return Case(
            id=new_id(),
            guild_id=raised.guild_id,
            group_id=group_id,
            tier=raised.tier,
            source=raised.source,
            reason=raised.reason,
            channel_id=flagged.channel_id if flagged else None,
            message_id=flagged.message_id if flagged else None,
            state=CaseState.OPEN,
            about=raised.about,
            at=reach.rungs[0],
            calls=0,
            due_at=None,
            opened_at=self._clock(),
        )

    async def _place(self, tx: Tx, raised: Raised) -> int | None:
        """The group in whose room it was, or the one that the person chose and is in; else it is for the lead."""
        guild_id = raised.guild_id
        if raised.flagged is not None:
            where = await self._groups.standing(tx, guild_id, raised.reporter_id, channel_id=raised.flagged.channel_id)
            if where.group is not None and where.group.state is not GroupState.ARCHIVED:
                return where.group.id
        if raised.group_id is None:
            return None
        chosen = await self._groups.standing(tx, guild_id, raised.reporter_id, group_id=raised.group_id)
        if chosen.group is None or chosen.group.state is GroupState.ARCHIVED:
            return None
        return chosen.group.id if chosen.member or chosen.visitor else None

    async def _join(self, tx: Tx, case: Case, raised: Raised) -> Case:
        if raised.tier > case.tier:
            await store.change(tx, case.id, tier=raised.tier)
            await self._ladder.hurry(tx, case, raised.tier)
            await self._record(tx, case, None, "cases.tier", tier=raised.tier)
        await self._ladder.show(tx, case)
        author_id = raised.flagged.author_id if raised.flagged else None
        if author_id is not None and await store.add_person(tx, case, Part.ABOUT, author_id):
            await self._go_past(tx, case)
        return case

    async def _keep_evidence(self, tx: Tx, case: Case, raised: Raised) -> None:
        if raised.evidence is None or not self._evidence:
            return
        ends_at = self._clock() + EVIDENCE_LASTS
        author_id = raised.flagged.author_id if raised.flagged else None
        if await store.add_evidence(tx, case, raised.evidence, author_id, ends_at):
            await self._timers.set(tx, EVIDENCE, str(case.id), ends_at, guild_id=case.guild_id)

    async def give_name(self, *, guild_id: int, case_id: int, user_id: int) -> bool:
        """Let those who look at it know who raised it. False if this person did not, or had said so before."""
        async with self._db.begin(urgent=True) as tx:
            case = await store.case(tx, guild_id, case_id)
            if case is None or not await store.name_person(tx, case, user_id):
                return False
            await self._ladder.show(tx, case)
            return True

    # taking

    async def take(self, *, guild_id: int, case_id: int, actor_id: int) -> Case:
        """Have it be this person's to see to. Of many who press at once one gets it, the others ``UserError``."""
        async with self._db.begin(urgent=True) as tx:
            await tx.lock("case", case_id)
            case = await self._known(tx, guild_id, case_id, actor_id)
            if not await store.acknowledge(tx, case_id, self._clock()):
                raise UserError(await self._why_not(tx, case, actor_id))
            await store.add_person(tx, case, Part.HOLDER, actor_id)
            await self._ladder.stop(tx, case)
            await self._ladder.show(tx, case)
            await self._record(tx, case, actor_id, "cases.taken")
            return case

    async def file(self, *, guild_id: int, case_id: int, actor_id: int) -> File:
        """What was flagged and written, for the one who has taken it. Raises ``UserError`` for anybody else."""
        async with self._db.read() as tx:
            case = await self._held(tx, guild_id, case_id, actor_id)
            about = await store.people(tx, case, Part.ABOUT)
            return File(
                case=case,
                voices=tuple(await store.voices(tx, case)),
                about_id=next(iter(about), None),
                evidence=await store.evidence(tx, case_id),
            )

    async def may_close(self, *, guild_id: int, case_id: int, actor_id: int) -> Case:
        """The case. Raises ``UserError`` if somebody else has it, or nobody."""
        async with self._db.read() as tx:
            return await self._held(tx, guild_id, case_id, actor_id)

    async def close(self, *, guild_id: int, case_id: int, actor_id: int, outcome: Outcome) -> Case:
        """It is seen to. The copy of what was flagged goes soon after."""
        async with self._db.begin(urgent=True) as tx:
            await tx.lock("case", case_id)
            case = await self._held(tx, guild_id, case_id, actor_id)
            now = self._clock()
            if not await store.close(tx, case_id, outcome, now):
                raise UserError("cases.closed_already")
            await self._end_evidence(tx, case, now)
            await self._ladder.show(tx, case)
            await self._record(tx, case, actor_id, "cases.closed", outcome=outcome)
            return case

    # looking

    async def view(self, guild_id: int, case_id: int) -> View | None:
        """What a card says; None once it is not kept any more."""
        async with self._db.read() as tx:
            case = await store.case(tx, guild_id, case_id)
            return None if case is None else await self._view(tx, case)

    async def listing(self, *, guild_id: int, actor_id: int, group_id: int | None) -> list[View]:
        """The cases, of this group or of the server, that are not closed and that this person may know of."""
        async with self._db.read() as tx:
            views = [
                await self._view(tx, case)
                for case in await store.unclosed(tx, guild_id)
                if group_id in (None, case.group_id)
            ]
        return [view for view in views if view is not None and view.reach.may_hold(actor_id)]

    async def _open_in(self, tx: Tx, guild_id: int, group_id: int, user_id: int) -> int:
        """How many cases of this group, of those that this person may know of, are not closed."""
        reaches = [
            await self._ladder.reach(tx, case)
            for case in await store.unclosed(tx, guild_id)
            if case.group_id == group_id
        ]
        return sum(reach is not None and reach.may_hold(user_id) for reach in reaches)

    async def _view(self, tx: Tx, case: Case) -> View | None:
        reach = await self._ladder.reach(tx, case)
        if reach is None:
            return None
        voices = await store.voices(tx, case)
        holders = await store.people(tx, case, Part.HOLDER)
        named = any(voice.user_id is not None for voice in voices)
        return View(case=case, reach=reach, holder_id=next(iter(holders), None), raised_by=len(voices), named=named)

    async def _known(self, tx: Tx, guild_id: int, case_id: int, actor_id: int) -> Case:
        """The case; to somebody who may not know of it there is none."""
        case = await store.case(tx, guild_id, case_id)
        reach = None if case is None else await self._ladder.reach(tx, case)
        if case is None or reach is None or not reach.may_hold(actor_id):
            raise NotFound("cases.gone")
        return case

    async def _held(self, tx: Tx, guild_id: int, case_id: int, actor_id: int) -> Case:
        case = await self._known(tx, guild_id, case_id, actor_id)
        if case.open:
            raise UserError("cases.take_first")
        if case.state is CaseState.CLOSED:
            raise UserError("cases.closed_already")
        if actor_id not in await store.people(tx, case, Part.HOLDER):
            raise UserError("cases.taken_already")
        return case

    async def _why_not(self, tx: Tx, case: Case, actor_id: int) -> str:
        if case.state is CaseState.CLOSED:
            return "cases.closed_already"
        return "cases.yours" if actor_id in await store.people(tx, case, Part.HOLDER) else "cases.taken_already"

    async def _record(self, tx: Tx, case: Case, actor_id: int | None, action: str, **detail: int | str) -> None:
        # who raised it and whom it names are not in the trail, which others read
        subject = f"case:{case.id}"
        await self._audit.record(tx, guild_id=case.guild_id, actor=actor_id, action=action, subject=subject, **detail)

    # ending

    async def _end_evidence(self, tx: Tx, case: Case, closed_at: datetime) -> None:
        ends_at = await store.evidence_ends(tx, case.id)
        if ends_at is not None:
            ends_at = min(ends_at, closed_at + self._evidence)
            await store.end_evidence(tx, case.id, ends_at)
            await self._timers.set(tx, EVIDENCE, str(case.id), ends_at, guild_id=case.guild_id)

    async def _evidence_over(self, tx: Tx, due: Due) -> None:
        await store.delete_evidence(tx, int(due.subject))

    async def _let_go(self, tx: Tx, member: Member) -> None:
        """A facilitator has left: what they had taken is open again, and the others are called."""
        for case in await store.held_by(tx, member.guild_id, member.user_id):
            if case.group_id == member.group_id:
                await self._go_past(tx, case)

    async def _go_past(self, tx: Tx, case: Case) -> None:
        """Who may know of it has changed: if those who were called, or who had taken it, may not, others are called."""
        reach = await self._ladder.reach(tx, case)
        if reach is None or case.state is CaseState.CLOSED:
            return
        gone = [user_id for user_id in await store.people(tx, case, Part.HOLDER) if not reach.may_hold(user_id)]
        if not gone and not (case.open and case.at not in reach.rungs):
            return
        for user_id in gone:
            await store.remove_person(tx, case, Part.HOLDER, user_id)
        await store.change(tx, case.id, state=CaseState.OPEN, acknowledged_at=None, told=False)
        changed = await store.case(tx, case.guild_id, case.id)
        assert changed is not None
        await self._ladder.begin(tx, changed, reach)
        await self._ladder.show(tx, changed)
        await self._record(tx, case, None, "cases.let_go")
