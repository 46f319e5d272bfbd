"""Asking to join, and the facilitators' answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from bot.audit import Audit
from bot.core.clock import Clock
from bot.core.errors import NotFound, UserError
from bot.core.ids import new_id
from bot.features.groups import store
from bot.features.groups.desk import Desk, ServerOf
from bot.features.groups.model import (
    NOTE_LENGTH,
    Asking,
    Group,
    GroupState,
    Listing,
    Member,
    MemberState,
    Mode,
    Reason,
    Request,
    RequestState,
    Role,
    Rules,
)
from bot.features.groups.rooms import JOINING, Rooms
from bot.features.groups.setbacks import Setbacks
from bot.inbox import Inbox
from bot.outbox import Deed, Delivered, Lane, Outbox, Post, Returned, What
from bot.storage import Database, Tx
from bot.timers import Due, Timers

CARD: Final = "groups.card"
ANSWERED_CARD: Final = "groups.answered_card"
DECLINED: Final = "groups.declined"
UNANSWERED: Final = "groups.unanswered"

OnMember = Callable[[Tx, Member], Awaitable[None]]


class Requests:
    def __init__(
        self,
        db: Database,
        clock: Clock,
        outbox: Outbox,
        inbox: Inbox,
        timers: Timers,
        audit: Audit,
        *,
        rooms: Rooms,
        desk: Desk,
        setbacks: Setbacks,
        server: ServerOf,
        rules: Rules,
    ) -> None:
        self._db = db
        self._clock = clock
        self._outbox = outbox
        self._inbox = inbox
        self._timers = timers
        self._audit = audit
        self._rooms = rooms
        self._desk = desk
        self._setbacks = setbacks
        self._server = server
        self._rules = rules
        self.joined: list[OnMember] = []
        outbox.delivered(CARD, self._card_posted)
        outbox.undeliverable(CARD, self._card_refused)
        outbox.delivered(ANSWERED_CARD, self._card_edited)
        outbox.undeliverable(ANSWERED_CARD, self._edit_refused)
        timers.on(UNANSWERED, self._nobody_answered)

    async def listings(self, *, guild_id: int, user_id: int) -> list[Listing]:
        """The groups of this server that take people today, as this person sees them."""
        async with self._db.read() as tx:
            mine = {member.group_id for member in await store.memberships(tx, guild_id, user_id)}
            asked = {request.group_id for request in await store.requests_of(tx, guild_id, user_id)}
            people = await store.counts(tx, guild_id)
            return [
                Listing(group=group, inside=group.id in mine, asked=group.id in asked)
                for group in await store.groups_in(tx, guild_id)
                if group.takes(people.get(group.id, 0), await self._today(tx, group))
            ]

    async def may_ask(self, *, guild_id: int, group_id: int, user_id: int) -> Group:
        """The group, if this person may ask to join it now. Raises ``UserError`` with the reason if not."""
        async with self._db.read() as tx:
            return await self._askable(tx, guild_id, group_id, user_id)

    async def ask(self, *, guild_id: int, asking: Asking) -> Group:
        """Bring the request before the facilitators. Raises ``UserError`` if the group cannot be asked for."""
        async with self._db.begin() as tx:
            await tx.lock("group", asking.group_id)
            group = await self._askable(tx, guild_id, asking.group_id, asking.user_id)
            request = Request(
                id=new_id(),
                guild_id=guild_id,
                group_id=group.id,
                user_id=asking.user_id,
                note=asking.note.strip()[:NOTE_LENGTH],
                state=RequestState.ASKED,
                asked_at=self._clock(),
                consent_version=asking.consent_version,
                agreement_version=asking.agreement_version,
            )
            await store.add_request(tx, request)
            lapses_at = request.asked_at + self._rules.request_lasts
            await self._timers.set(tx, UNANSWERED, f"{guild_id}:{request.id}", lapses_at, guild_id=guild_id)
            choose = self._inbox.allow if asking.may_message else self._inbox.withdraw
            await choose(tx, guild_id=guild_id, user_id=asking.user_id, purpose=JOINING)
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

    async def welcome(self, *, guild_id: int, group_id: int, request_id: int, actor_id: int) -> Member:
        """Let the person in. Of two who press at once one does; the other gets ``UserError``, as for a full group."""
        async with self._db.begin() as tx:
            await tx.lock("group", group_id)
            request = await self._unanswered(tx, guild_id, group_id, request_id)
            group = await self._open_group(tx, guild_id, group_id)
            if await store.count(tx, group_id, Role.MEMBER) >= group.capacity:
                raise UserError("groups.full_for_facilitator", capacity=group.capacity)
            now = self._clock()
            member = await store.put_member(tx, _newcomer(request, now))
            await self._answer(tx, request, RequestState.WELCOMED, actor_id=actor_id)
            await self._rooms.let_in(tx, group, member)
            for announce in self.joined:
                await announce(tx, member)
            return member

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

    async def withdraw_from(self, tx: Tx, group: Group, user_id: int) -> None:
        """The person does not wait for an answer of this group any more. Its lock is held by the caller."""
        for request in await store.requests_of(tx, group.guild_id, user_id):
            if request.group_id == group.id:
                await self.withdraw(tx, request)

    async def withdraw(self, tx: Tx, request: Request) -> None:
        """The person waits for no answer any more. Whoever calls this holds the group."""
        await self._answer(tx, request, RequestState.WITHDRAWN, actor_id=None)

    async def erase_cards(self, tx: Tx, guild_id: int, user_id: int) -> None:
        """No card is to name this person."""
        for request_id, channel_id, card_id in await store.cards_of(tx, guild_id, user_id):
            await self._edit(tx, guild_id, request_id, (channel_id, card_id), erased=True)

    async def _askable(self, tx: Tx, guild_id: int, group_id: int, user_id: int) -> Group:
        group = await self._open_group(tx, guild_id, group_id)
        member = await store.membership(tx, guild_id, group_id, user_id)
        if member is not None and member.active:
            raise UserError("groups.already_in", name=group.name)
        if any(request.group_id == group_id for request in await store.requests_of(tx, guild_id, user_id)):
            raise UserError("groups.already_asked", name=group.name)
        if not group.open_on(await self._today(tx, group)):
            raise UserError("groups.closed_to_new" if group.mode is Mode.CLOSED else "groups.outside_window")
        if await store.count(tx, group_id, Role.MEMBER) >= group.capacity:
            raise UserError("groups.full", name=group.name)
        return group

    async def _open_group(self, tx: Tx, guild_id: int, group_id: int) -> Group:
        group = await store.group(tx, guild_id, group_id)
        if group is None or group.state is GroupState.ARCHIVED:
            raise NotFound("groups.gone")
        if group.state is not GroupState.OPEN:
            raise UserError("groups.not_open_yet" if group.state is GroupState.FORMING else "groups.paused")
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

    async def _today(self, tx: Tx, group: Group) -> date:
        server = await self._server(tx, group.guild_id)
        zone = group.zone or (server.zone if server else "UTC")
        return self._clock().astimezone(ZoneInfo(zone)).date()

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
        about = {"group": group_id, "about": "groups.trouble_card", "problem": returned.problem, "user": None}
        await self._desk.tell_lead(tx, returned.guild_id, about)
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


def _newcomer(request: Request, now: datetime) -> Member:
    return Member(
        id=new_id(),
        guild_id=request.guild_id,
        group_id=request.group_id,
        user_id=request.user_id,
        role=Role.MEMBER,
        state=MemberState.ACTIVE,
        joined_at=now,
        left_at=None,
        consent_version=request.consent_version,
        agreement_version=request.agreement_version,
        agreed_at=request.asked_at,
    )
