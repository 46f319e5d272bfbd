"""What a round shows: one message in the room, a call for each turn, the facilitators' panel, and their errands."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from bot.features.groups import Group, Groups
from bot.features.meetings.rounds import store
from bot.features.meetings.rounds.model import Round, RoundState
from bot.outbox import Deed, Delivered, Lane, Outbox, Post, Returned, What
from bot.outbox.model import Params
from bot.storage import Tx

ROUND: Final = "meetings.round"
ROUND_SHOWN: Final = "meetings.round_shown"
CALL: Final = "meetings.round_call"
CALL_GONE: Final = "meetings.round_call_gone"
BREATHER: Final = "meetings.round_breather"
PANEL: Final = "meetings.round_panel"
PANEL_SHOWN: Final = "meetings.round_panel_shown"


class Showing:
    """Nothing here tells who passed: what is posted, edited and deleted follows from turns and pauses alone.

    The errands hold no person's id; who is at turn is found when they are carried.
    """

    def __init__(self, outbox: Outbox, groups: Groups) -> None:
        self._outbox = outbox
        self._groups = groups
        outbox.delivered(ROUND, self._round_posted)
        outbox.delivered(PANEL, self._panel_posted)
        outbox.delivered(CALL, self._called)
        outbox.undeliverable(PANEL, self._no_panel)
        for kind in (ROUND, CALL, BREATHER):
            outbox.undeliverable(kind, self._room_refused)
        for kind in (CALL_GONE, ROUND_SHOWN):
            outbox.delivered(kind, self._mended)
            outbox.undeliverable(kind, self._not_mended)

    async def begun(self, tx: Tx, circle: Round, group: Group) -> None:
        await self._post(tx, circle, group.room_id, ROUND, round_key(circle.id))
        await self._post(tx, circle, group.desk_id, PANEL, panel_key(circle.id))
        await self._call(tx, circle, group)

    async def changed(self, tx: Tx, before: Round, after: Round, group: Group, *, neutral: bool = True) -> None:
        """Show what can be seen of the change. ``neutral``: whether a pause is announced in the room."""
        if call_key(before) == call_key(after) and before.state is after.state:
            return
        await self._shown(tx, after)
        if before.state is RoundState.GOING:
            await self._take_back(tx, before)
        if after.state is RoundState.GOING:
            await self._call(tx, after, group)
        elif after.state is RoundState.PAUSED and before.state is RoundState.GOING and neutral:
            await self._post(tx, after, group.room_id, BREATHER, breather_key(after))

    async def panel(self, tx: Tx, circle: Round) -> None:
        """Have the panel say what is so now."""
        await self._edit(tx, circle, PANEL_SHOWN, panel_key(circle.id))

    async def where(self, tx: Tx, key: str) -> tuple[int, int] | None:
        """Channel and message id of something that has been posted."""
        return await self._outbox.message(tx, key)

    async def _shown(self, tx: Tx, circle: Round) -> None:
        await self._edit(tx, circle, ROUND_SHOWN, round_key(circle.id))
        await self.panel(tx, circle)

    async def _call(self, tx: Tx, circle: Round, group: Group) -> None:
        await self._post(tx, circle, group.room_id, CALL, call_key(circle))

    async def _take_back(self, tx: Tx, circle: Round) -> None:
        """Nobody who was called stays named in the room."""
        await self._take_back_call(tx, circle.guild_id, call_key(circle), _params(circle.group_id, circle.id))

    async def _take_back_call(self, tx: Tx, guild_id: int, key: str, params: Params) -> None:
        gone = Deed(
            key=f"{key}:gone",
            guild_id=guild_id,
            what=What.DELETE,
            lane=Lane.ROUTINE,
            kind=CALL_GONE,
            params={"group": params["group"], "round": params["round"], "call": key},
        )
        await self._outbox.put(tx, gone)

    async def _post(self, tx: Tx, circle: Round, channel_id: int | None, kind: str, key: str) -> None:
        if channel_id is None:
            return
        post = Post(
            key=key,
            guild_id=circle.guild_id,
            channel_id=channel_id,
            lane=Lane.PROMPT,
            kind=kind,
            params=_params(circle.group_id, circle.id),
        )
        await self._outbox.put(tx, post)

    async def _edit(self, tx: Tx, circle: Round, kind: str, key: str) -> None:
        await self._put_edit(tx, circle.guild_id, kind, key, _params(circle.group_id, circle.id))

    async def _put_edit(self, tx: Tx, guild_id: int, kind: str, key: str, params: Params) -> None:
        deed = Deed(
            key=f"{key}:shown", guild_id=guild_id, what=What.EDIT, lane=Lane.PROMPT, kind=kind, params=dict(params)
        )
        await self._outbox.put(tx, deed)

    # what became of it

    async def _round_posted(self, tx: Tx, done: Delivered) -> None:
        # the round may have gone on between the writing of the message and now
        await self._put_edit(tx, done.guild_id, ROUND_SHOWN, done.key, done.params)

    async def _panel_posted(self, tx: Tx, done: Delivered) -> None:
        await self._put_edit(tx, done.guild_id, PANEL_SHOWN, done.key, done.params)

    async def _called(self, tx: Tx, done: Delivered) -> None:
        round_id = int(str(done.params["round"]))
        await lock(tx, round_id)
        circle = await store.get(tx, round_id)
        if circle is None or circle.state is not RoundState.GOING or call_key(circle) != done.key:
            await self._take_back_call(tx, done.guild_id, done.key, done.params)

    async def _room_refused(self, tx: Tx, returned: Returned) -> None:
        """The facilitators are told, once a round: they can end it from their desk."""
        round_id = int(str(returned.params["round"]))
        await lock(tx, round_id)
        circle = await store.get(tx, round_id)
        if circle is None or circle.over or circle.troubled:
            return
        await store.save(tx, replace(circle, troubled=True))
        group = await self._groups.group(tx, circle.guild_id, circle.group_id)
        if group is not None:
            await self._groups.desk.tell(tx, group, "meetings.trouble_round", problem=returned.problem)

    async def _mended(self, tx: Tx, done: Delivered) -> None:
        await self._groups.setbacks.forget(tx, done.key)

    async def _not_mended(self, tx: Tx, returned: Returned) -> None:
        """An administrator's check has it tried again: nobody stays named in the room."""
        if returned.problem != "missing":
            what = What.DELETE if returned.kind == CALL_GONE else What.EDIT
            group_id = int(str(returned.params["group"]))
            await self._groups.setbacks.remember(tx, returned, what, Lane.ROUTINE, group_id=group_id)

    async def _no_panel(self, tx: Tx, returned: Returned) -> None:
        """The desk cannot be told, so the lead is; `/meeting round` shows a facilitator the panel privately."""
        group_id = int(str(returned.params["group"]))
        about = "meetings.trouble_panel"
        await self._groups.desk.tell_lead(tx, returned.guild_id, group_id, about, problem=returned.problem)


async def lock(tx: Tx, round_id: int) -> None:
    """Always the last lock that a transaction takes."""
    await tx.lock("round", round_id)


def round_key(round_id: int) -> str:
    return f"meeting-round:{round_id}"


def panel_key(round_id: int) -> str:
    return f"meeting-round:{round_id}:panel"


def call_key(circle: Round) -> str:
    """Who is at turn is called once, and once more after each pause."""
    return f"meeting-round:{circle.id}:turn:{circle.turn}:{circle.pauses}"


def breather_key(circle: Round) -> str:
    return f"{round_key(circle.id)}:pause:{circle.pauses}"


def _params(group_id: int, round_id: int) -> dict[str, int | str | bool | None]:
    return {"group": group_id, "round": round_id}
