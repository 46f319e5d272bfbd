"""Asking to join, and the facilitators' answer."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from bot.audit import Audit
from bot.core.clock import Clock
from bot.core.errors import NotFound, UserError
from bot.core.ids import new_id
from bot.features.groups import store
from bot.features.groups.desk import Desk
from bot.features.groups.model import (
    NOTE_LENGTH,
    Asking,
    Group,
    GroupState,
    Member,
    Mode,
    Reason,
    Request,
    RequestState,
    Role,
    Rules,
    Wish,
)
from bot.features.groups.places import Admission, Places
from bot.features.groups.places import store as places_store
from bot.features.groups.places.admission import OnMember
from bot.features.groups.places.model import Crowd, Listing, PutOff
from bot.features.groups.places.places import CLOSED
from bot.features.groups.rooms import JOINING
from bot.features.groups.setbacks import Setbacks
from bot.outbox import Deed, Delivered, Lane, Outbox, Post, Returned, What
from bot.storage import Database, Tx
from bot.timers import Due, Timers

CARD: Final = "groups.card"
ANSWERED_CARD: Final = "groups.answered_card"
DECLINED: Final = "groups.declined"
UNANSWERED: Final = "groups.unanswered"


class Requests:
    def __init__(
        self,
        db: Database,
        clock: Clock,
        outbox: Outbox,
        timers: Timers,
        audit: Audit,
        *,
        places: Places,
        admission: Admission,
        desk: Desk,
        setbacks: Setbacks,
        rules: Rules,
    ) -> None:
        self._db = db
        self._clock = clock
        self._outbox = outbox
        self._timers = timers
        self._audit = audit
        self._places = places
        self._admission = admission
        self._desk = desk
        self._setbacks = setbacks
        self._rules = rules
        outbox.delivered(CARD, self._card_posted)
        outbox.undeliverable(CARD, self._card_refused)
        outbox.delivered(ANSWERED_CARD, self._card_edited)
        outbox.undeliverable(ANSWERED_CARD, self._edit_refused)
        timers.on(UNANSWERED, self._nobody_answered)

    @property
    def joined(self) -> list[OnMember]:
        """Called, in the same transaction, when somebody has come in."""
        return self._admission.joined

    async def listings(self, *, guild_id: int, user_id: int) -> list[Listing]:
        """The groups of this server that take people today, as this person sees them, and those in which they wait for
        something or visit.
        """
        async with self._db.read() as tx:
            mine = {member.group_id: member.role for member in await store.memberships(tx, guild_id, user_id)}
            asked = {request.group_id for request in await store.requests_of(tx, guild_id, user_id)}
            expected = await self._places.all_of(tx, guild_id, user_id)
            groups = await store.groups_in(tx, guild_id)
            full = await self._places.full(tx, guild_id, groups)
            return [
                Listing(
                    group=group,
                    inside=group.id in mine,
                    asked=group.id in asked,
                    visiting=mine.get(group.id) is Role.VISITOR,
                    full=group.id in full,
                    expected=expected.get(group.id),
                )
                for group in groups
                if group.id in expected or group.id in asked or await self._shows(tx, group, mine.get(group.id))
            ]

    async def _shows(self, tx: Tx, group: Group, role: Role | None) -> bool:
        if role is Role.VISITOR:
            return True
        return group.state is GroupState.OPEN and await self._places.takes_people(tx, group)

    async def may_ask(self, *, guild_id: int, group_id: int, user_id: int) -> Group:
        """The group, if this person may ask to join it now. Raises ``UserError`` with the reason if not."""
        async with self._db.read() as tx:
            return await self._askable(tx, guild_id, group_id, user_id)

    async def ask(self, *, guild_id: int, asking: Asking) -> Group:
        """Bring the request before the facilitators. Raises ``UserError`` if the group cannot be asked for."""
        async with self._db.begin() as tx:
            await tx.lock("group", asking.group_id)
            group = await self._askable(tx, guild_id, asking.group_id, asking.user_id)
            request = _request(guild_id, asking, self._clock())
            await store.add_request(tx, request)
            lapses_at = request.asked_at + self._rules.request_lasts
            await self._timers.set(tx, UNANSWERED, f"{guild_id}:{request.id}", lapses_at, guild_id=guild_id)
            await self._admission.remember_choice(tx, guild_id, asking)
            await self._outbox.put(
                tx,
                Post(
                    key=_card_key(request.id),
                    guild_id=guild_id,
                    channel_id=group.desk_id,
                    lane=Lane.PROMPT,
                    kind=CARD,
                    params={"request": request.id, "group": group.id},
                ),
            )
            return group

    async def open_request(self, *, guild_id: int, group_id: int, request_id: int) -> Request:
        """The request, if nobody has answered it. Raises ``UserError`` if somebody has."""
        async with self._db.read() as tx:
            return await self._unanswered(tx, guild_id, group_id, request_id)

    async def crowd(self, *, guild_id: int, group_id: int) -> Crowd:
        """How full the group is. Raises ``UserError`` if it is not open."""
        async with self._db.read() as tx:
            return await self._places.crowd(tx, await self._places.open_group(tx, guild_id, group_id))

    async def welcome(
        self, *, guild_id: int, group_id: int, request_id: int, actor_id: int, anyway: bool = False
    ) -> Member:
        """Let the person in; above the group's capacity, or when it takes nobody new by its calendar, only if that is
        meant (``anyway``), above the most never.

        Of two who press at once one does; the other gets ``UserError``, as for a full group.
        """
        async with self._db.begin() as tx:
            await tx.lock("group", group_id)
            request = await self._unanswered(tx, guild_id, group_id, request_id)
            group = await self._places.open_group(tx, guild_id, group_id)
            crowd = await self._places.crowd(tx, group)
            if crowd.packed:
                raise UserError("groups.packed_for_facilitator", most=crowd.most)
            if crowd.full and not anyway:
                raise UserError("groups.full_for_facilitator", taken=crowd.taken, capacity=crowd.capacity)
            if crowd.closed and not anyway:
                raise UserError("groups.closed_for_facilitator")
            await self._answer(tx, request, RequestState.WELCOMED, actor_id=actor_id)
            return await self._admission.let_in(
                tx,
                group,
                request.user_id,
                visit=request.visit,
                consent_version=request.consent_version,
                agreement_version=request.agreement_version,
                agreed_at=request.asked_at,
            )

    async def put_off(self, *, guild_id: int, group_id: int, request_id: int, actor_id: int) -> PutOff:
        """Put the person on the waiting list; what they wrote is deleted. A place that is free is offered at once."""
        async with self._db.begin() as tx:
            await tx.lock("group", group_id)
            request = await self._unanswered(tx, guild_id, group_id, request_id)
            group = await store.group(tx, guild_id, group_id)
            if group is None or group.state is GroupState.ARCHIVED:
                raise NotFound("groups.gone")
            await self._answer(tx, request, RequestState.WAITING, actor_id=actor_id)
            await places_store.wipe_note(tx, request.id)
            offered = await self._places.add(tx, group, request)
            waiting, _ = await self._places.counts(tx, guild_id, group_id)
            return PutOff(offered=offered, waiting=waiting)

    async def decline(self, *, guild_id: int, group_id: int, request_id: int, actor_id: int, reason: Reason) -> None:
        """Say *not now*, kindly and privately. They may ask again."""
        async with self._db.begin() as tx:
            await tx.lock("group", group_id)
            request = await self._unanswered(tx, guild_id, group_id, request_id)
            await self._answer(tx, request, RequestState.DECLINED, actor_id=actor_id, reason=reason)
            params = {"group": group_id, "reason": reason}
            await self._desk.say(tx, guild_id, request.user_id, DECLINED, params, purpose=JOINING)

    async def close(self, *, guild_id: int, group_id: int, request_id: int) -> None:
        """The person has left the server: there is nobody to answer."""
        async with self._db.begin() as tx:
            await tx.lock("group", group_id)
            request = await self._unanswered(tx, guild_id, group_id, request_id)
            await self.withdraw(tx, request)

    async def card(self, guild_id: int, request_id: int) -> tuple[Request, Group] | None:
        """What the desk's card is about; None once it was erased."""
        async with self._db.read() as tx:
            request = await store.request(tx, guild_id, request_id)
            group = None if request is None else await store.group(tx, guild_id, request.group_id)
            return None if request is None or group is None else (request, group)

    async def take_back(self, *, guild_id: int, group_id: int, user_id: int) -> None:
        """The person does not want to join after all. Raises ``UserError`` if nothing of theirs waits for an answer."""
        async with self._db.begin() as tx:
            await tx.lock("group", group_id)
            if not await self.withdraw_from(tx, guild_id, group_id, user_id):
                raise UserError("groups.not_asked")

    async def withdraw_from(self, tx: Tx, guild_id: int, group_id: int, user_id: int) -> bool:
        """The person does not wait for an answer of this group any more; whether they did. Its lock is held by the
        caller.
        """
        asked = [one for one in await store.requests_of(tx, guild_id, user_id) if one.group_id == group_id]
        for request in asked:
            await self.withdraw(tx, request)
        return bool(asked)

    async def risen(self, tx: Tx, member: Member) -> None:
        """A member or visitor has become a facilitator, who takes no place: theirs is free. Its lock is held."""
        await self._places.freed(tx, member)

    async def withdraw(self, tx: Tx, request: Request) -> None:
        """The person waits for no answer any more. Whoever calls this holds the group."""
        await self._answer(tx, request, RequestState.WITHDRAWN, actor_id=None)

    async def erase_cards(self, tx: Tx, guild_id: int, user_id: int) -> None:
        """No card is to name this person."""
        for request_id, channel_id, card_id in await store.cards_of(tx, guild_id, user_id):
            await self._edit(tx, guild_id, request_id, (channel_id, card_id), erased=True)

    async def close_all(self, tx: Tx, group: Group) -> None:
        """The group is archived: nobody asks it for anything any more, and everyone who did is told."""
        for request_id in await places_store.asked_in(tx, group.guild_id, group.id):
            request = await store.request(tx, group.guild_id, request_id)
            if request is not None and request.state is RequestState.ASKED:
                await self.withdraw(tx, request)
                params = {"group": group.id}
                await self._desk.say(tx, group.guild_id, request.user_id, CLOSED, params, purpose=JOINING)
        await self._places.close(tx, group)

    async def forget_visitor(self, tx: Tx, member: Member) -> None:
        """Somebody has only visited: nothing is kept of them in this group, and no card is to name them."""
        for request_id, channel_id, card_id in await store.cards_of(tx, member.guild_id, member.user_id):
            request = await store.request(tx, member.guild_id, request_id)
            if request is not None and request.group_id == member.group_id:
                await self._edit(tx, member.guild_id, request_id, (channel_id, card_id), erased=True)
        await places_store.forget(tx, member)

    async def _askable(self, tx: Tx, guild_id: int, group_id: int, user_id: int) -> Group:
        group = await self._places.open_group(tx, guild_id, group_id)
        member = await store.membership(tx, guild_id, group_id, user_id)
        if member is not None and member.active:
            raise UserError("groups.already_in", name=group.name)
        if any(request.group_id == group_id for request in await store.requests_of(tx, guild_id, user_id)):
            raise UserError("groups.already_asked", name=group.name)
        expected = await self._places.expected(tx, guild_id, group_id, user_id)
        if expected is not None:
            raise UserError("groups.already_kept" if expected.offered else "groups.already_waiting", name=group.name)
        if not await self._places.takes_people(tx, group):
            raise UserError("groups.closed_to_new" if group.mode is Mode.CLOSED else "groups.outside_window")
        return group

    async def _unanswered(self, tx: Tx, guild_id: int, group_id: int, request_id: int) -> Request:
        request = await store.request(tx, guild_id, request_id)
        if request is None or request.group_id != group_id:
            raise NotFound("groups.request_gone")
        if request.state is not RequestState.ASKED:
            raise UserError("groups.already_answered")
        return request

    async def _answer(
        self, tx: Tx, request: Request, state: RequestState, *, actor_id: int | None, reason: Reason | None = None
    ) -> None:
        if not await store.answer_request(tx, request.id, state=state, reason=reason, now=self._clock()):
            raise UserError("groups.already_answered")
        await self._audit.record(
            tx,
            guild_id=request.guild_id,
            actor=actor_id,
            action=f"groups.{state}",
            subject=f"group:{request.group_id}",
        )
        # nothing is left to bring to the desk
        await self._setbacks.forget(tx, _card_key(request.id))
        await self._edit_card(tx, request)

    async def _nobody_answered(self, tx: Tx, due: Due) -> None:
        """Tell the person kindly that nobody answered, and close the request. One that was answered has no timer to
        cancel: it is left as it is when this is due.
        """
        guild_id, request_id = map(int, due.subject.split(":"))
        asked = await store.request(tx, guild_id, request_id)
        if asked is None:
            return
        await tx.lock("group", asked.group_id)
        request = await store.request(tx, guild_id, request_id)
        if request is None or request.state is not RequestState.ASKED:
            return
        await self._answer(tx, request, RequestState.WITHDRAWN, actor_id=None)
        params = {"group": request.group_id}
        await self._desk.say(tx, guild_id, request.user_id, UNANSWERED, params, purpose=JOINING)

    async def _edit_card(self, tx: Tx, request: Request) -> None:
        if request.card_channel_id is not None and request.card_id is not None:
            card = (request.card_channel_id, request.card_id)
            await self._edit(tx, request.guild_id, request.id, card, erased=False)

    async def _edit(self, tx: Tx, guild_id: int, request_id: int, card: tuple[int, int], *, erased: bool) -> None:
        """``card``: its channel and its message; ``erased``: whom it names is to be forgotten."""
        channel_id, message_id = card
        await self._outbox.put(
            tx,
            Deed(
                key=f"request:{request_id}:answered",
                guild_id=guild_id,
                what=What.EDIT,
                lane=Lane.PROMPT,
                kind=ANSWERED_CARD,
                channel_id=channel_id,
                params={"request": request_id, "card": message_id, "erased": erased},
            ),
        )

    async def _card_posted(self, tx: Tx, done: Delivered) -> None:
        await self._setbacks.forget(tx, done.key)
        assert done.channel_id is not None and done.message_id is not None
        request_id = int(str(done.params["request"]))
        await store.set_card(tx, request_id, channel_id=done.channel_id, message_id=done.message_id)
        request = await store.request(tx, done.guild_id, request_id)
        if request is None or request.state is not RequestState.ASKED:
            # answered, or erased, while it was on its way
            card = (done.channel_id, done.message_id)
            await self._edit(tx, done.guild_id, request_id, card, erased=request is None)

    async def _card_refused(self, tx: Tx, returned: Returned) -> None:
        request = await store.request(tx, returned.guild_id, int(str(returned.params["request"])))
        if request is None or request.state is not RequestState.ASKED:
            return
        group_id = request.group_id
        if not await self._setbacks.remember(tx, returned, What.POST, Lane.PROMPT, group_id=group_id):
            return
        await self._desk.tell_lead(tx, returned.guild_id, group_id, "groups.trouble_card", problem=returned.problem)
        params = {"group": group_id}
        await self._desk.say(tx, returned.guild_id, request.user_id, "groups.card_failed", params, purpose=JOINING)

    async def _card_edited(self, tx: Tx, done: Delivered) -> None:
        await self._setbacks.forget(tx, done.key)

    async def _edit_refused(self, tx: Tx, returned: Returned) -> None:
        # the card is gone with its message; one that cannot be edited tells who presses it that it is answered
        if returned.problem == "missing":
            await self._setbacks.forget(tx, returned.key)
        else:
            await self._setbacks.remember(tx, returned, What.EDIT, Lane.PROMPT, group_id=None)


def _card_key(request_id: int) -> str:
    return f"request:{request_id}:card"


def _request(guild_id: int, asking: Asking, now: datetime) -> Request:
    return Request(
        id=new_id(),
        guild_id=guild_id,
        group_id=asking.group_id,
        user_id=asking.user_id,
        note=asking.note.strip()[:NOTE_LENGTH],
        state=RequestState.ASKED,
        asked_at=now,
        consent_version=asking.consent_version,
        agreement_version=asking.agreement_version,
        visit=asking.wish is Wish.VISIT,
    )
