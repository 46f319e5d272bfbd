"""What the bot must never do because of a concern, each as it would be seen."""

from __future__ import annotations

import ast
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.outbox import What
from bot.outbox.store import outbox
from tests.lookout import Lookout, LooksOut, lookout
from tests.simcord_bot import said, shown

__all__ = ["lookout"]

ROOT = Path(__file__).resolve().parents[2]
CODE = [
    path
    for folder in ("bot/features/cases", "bot/cogs/cases", "bot/features/resources")
    for path in sorted((ROOT / folder).rglob("*.py"))
] + [ROOT / "bot" / "cogs" / "resources.py"]

PUNISHING = {
    "ban", "kick", "timeout", "edit_role", "add_roles", "remove_roles", "set_permissions", "purge", "move_to",
    "bulk_ban", "add_reaction", "reply", "pin", "unpin", "create_thread", "publish", "delete", "delete_messages",
    "suppress_embeds", "create_dm", "start_private_message", "fetch_member", "history",
}  # fmt: skip


def calls(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.func.attr


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_code_that_sees_to_a_concern_can_punish_hide_reply_or_write_to_anybody(path: Path) -> None:
    found = set(calls(path)) & PUNISHING
    if path.name == "store.py":
        found -= {"delete"}  # rows of its own tables
    assert found == set()


def deeds(path: Path) -> set[str]:
    """Every kind of deed that is named in the file."""
    return {
        node.attr
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "What"
    }


def test_of_all_deeds_a_concern_only_ever_edits_its_own_cards() -> None:
    assert set().union(*map(deeds, CODE)) <= {"EDIT", "POST"}
    assert {what.name for what in What} > {"EDIT", "POST"}


async def whole_way(at: Lookout) -> Any:
    """From a flag to the end, past the lead."""
    room = await at.ready()
    message = await at.mo.send(room, "I can't go on")
    before = len(at.env.http_requests)
    await at.flag(at.cleo, message, reason="danger")
    await at.world.pass_time(301)
    await at.world.pass_time(301)
    await at.take(at.fay)
    await at.fay.click(at.cards()[-1], label="Show what was flagged")
    await at.close(at.fay)
    for _ in range(8):
        await at.world.pass_time(86_400)
    return message, at.env.http_requests[before:]


async def test_nothing_in_the_room_changes_and_discord_is_asked_for_nothing_but_cards(lookout: LooksOut) -> None:
    async with lookout() as at:
        message, requests = await whole_way(at)
        room = at.channel("tuesday")
        cards = {f"/channels/{at.channel(name).id}/messages" for name in ("tuesday-desk", "safeguarding")}
        (agreement,) = [one for one in room.history() if one.pinned]
        # the daily look at the agreement, and the watch over who can read the rooms
        looks = (f"/channels/{room.id}/messages/{agreement.id}", f"/guilds/{room.guild.id}/")
        for request in requests:
            if request.path.startswith(("/interactions/", "/webhooks/")):
                continue
            if request.method == "GET" and request.path.startswith(looks):
                continue
            assert request.method in ("POST", "PATCH"), request
            assert any(request.path.startswith(path) for path in cards), request
        (still,) = [one for one in room.history() if one.id == message.id]
        assert (still.content, still.reactions, still.pinned, still.flags.has_thread) == (
            "I can't go on",
            [],
            False,
            False,
        )
        assert len(room.history()) == 2, "the agreement and the message"
        assert len(room.pinned_messages()) == 1


async def test_nobody_is_written_to_privately_but_who_is_on_duty(lookout: LooksOut) -> None:
    async with lookout() as at:
        await whole_way(at)
        assert [name for name in at.users if at.users[name].dm_channel and at.direct_messages(name)] == []


async def test_neither_the_flagged_nor_the_group_learns_of_it(lookout: LooksOut) -> None:
    async with lookout() as at:
        await whole_way(at)
        for person in (at.mo, at.zoe):
            assert not at.called(person)
            assert "flag" not in (await at.inbox(person)).lower()
        assert "Nothing" in said(await at.lea.slash(at.hall, "case list"))


async def test_who_flagged_is_nowhere_a_facilitator_or_lead_can_look(lookout: LooksOut) -> None:
    async with lookout() as at:
        room = await at.ready()
        await at.flag(at.cleo, await at.mo.send(room, "I can't go on"), note="look")
        await at.world.pass_time(1801)
        listed = said(await at.lea.slash(at.hall, "case list"))
        await at.take(at.lea, "safeguarding")
        seen = said(await at.lea.click(at.cards("safeguarding")[-1], label="Show what was flagged"))
        everywhere = [listed, seen, *map(shown, at.cards()), *map(shown, at.cards("safeguarding"))]
        assert all(str(at.cleo.id) not in text for text in everywhere)
        assert "look" in seen


async def test_the_errands_of_a_case_carry_ids_of_things_and_no_person(lookout: LooksOut) -> None:
    async with lookout() as at:
        await whole_way(at)
        people = {person.id for person in at.people.values()}
        async with at.world.services.db.read() as tx:
            rows = await tx.all(sa.select(outbox).where(outbox.c.kind.like("cases.%")))
            opened = [tx.vault.open(row["sealed"], "outbox", row["key"]) for row in rows]
        assert opened
        assert not any(str(user_id) in text for text in opened for user_id in people)


async def test_the_log_names_nobody_and_repeats_no_word(lookout: LooksOut, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    async with lookout() as at:
        await whole_way(at)
        ours = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("bot"))
        assert "go on" not in ours
        assert not any(str(person.id) in ours for person in at.people.values())
