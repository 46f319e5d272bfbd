"""Deeds: each says what should be, looks first, and is done once however often it is tried."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.courier import (
    AccessWanted,
    DeleteWanted,
    EditWanted,
    Overwrite,
    PinWanted,
    RenameWanted,
    RoomGoneWanted,
    RoomWanted,
)
from bot.outbox import Deed, Lane, What
from bot.ui.pages import Page
from tests.courier.conftest import DEED, Ferry
from tests.wire import Message, Permission

CHANNELS = "/guilds/*/channels"
PERMISSIONS = "/channels/*/permissions/*"
PINS = "/channels/*/messages/pins/*"
READ = int(Permission.VIEW_CHANNEL | Permission.READ_MESSAGE_HISTORY)
WRITE = READ | int(Permission.SEND_MESSAGES)
ROOM = RoomWanted(type="text", name="tides", code="k7m2xp", topic="A quiet room. Code k7m2xp")
PIN_LINE = 6


async def posted(ferry: Ferry, key: str = "agreement") -> Message:
    """A post of ours that is there."""
    await ferry.put(ferry.post(key))
    await ferry.courier.settled()
    return next(message for message in ferry.messages() if message.text == f"note {key}")


def named(ferry: Ferry, name: str) -> int:
    return [channel.name for channel in ferry.guild.channels.values()].count(name)


# rooms


async def test_a_room_is_made_with_its_overwrites_and_its_feature_is_told_where_it_is(ferry: Ferry) -> None:
    bot = ferry.wire.world.bot.id
    hidden = Overwrite(target_id=ferry.guild.id, member=False, allow=0, deny=int(Permission.VIEW_CHANNEL))
    overwrites = (hidden, *(Overwrite(target_id=who, member=True, allow=WRITE) for who in (bot, ferry.ana.id)))
    await ferry.do(What.ENSURE_ROOM, replace(ROOM, overwrites=overwrites))
    await ferry.courier.settled()
    room = ferry.wire.channels(ferry.guild)["tides"]
    assert [told.channel_id for told in ferry.delivered] == [room.id]
    assert room.topic == ROOM.topic and room.type == 0
    assert {who: (o.allow, o.deny) for who, o in room.overwrites.items()} == {
        ferry.guild.id: (0, int(Permission.VIEW_CHANNEL)),
        bot: (WRITE, 0),
        ferry.ana.id: (WRITE, 0),
    }


async def test_a_room_in_a_category_and_one_for_voice_are_found_again_by_name_and_place(ferry: Ferry) -> None:
    await ferry.do(What.ENSURE_ROOM, RoomWanted(type="category", name="Circles"), key="category")
    await ferry.courier.settled()
    category = ferry.wire.channels(ferry.guild)["Circles"]
    theirs = ferry.wire.add_channel(ferry.guild, "Tides aloud", kind=2)
    voice = RoomWanted(type="voice", name="Tides aloud", parent_id=category.id)
    for _ in range(2):
        await ferry.do(What.ENSURE_ROOM, RoomWanted(type="category", name="Circles"), key="category")
        await ferry.do(What.ENSURE_ROOM, voice, key="voice")
        await ferry.courier.settled()
    assert named(ferry, "Circles") == 1 and named(ferry, "Tides aloud") == 2
    ours = {told.channel_id for told in ferry.delivered if told.key == "voice"}
    assert len(ours) == 1 and theirs.id not in ours
    assert {told.channel_id for told in ferry.delivered if told.key == "category"} == {category.id}


async def test_a_room_whose_answer_was_lost_is_found_by_its_code_and_not_made_again(ferry: Ferry) -> None:
    ferry.wire.lose_answer("POST", CHANNELS)
    await ferry.do(What.ENSURE_ROOM, ROOM)
    await ferry.courier.settled()
    assert await ferry.problems() == [("waiting", "unreachable")]
    await ferry.come_round(seconds=3)
    assert named(ferry, "tides") == 1
    assert [told.channel_id for told in ferry.delivered] == [ferry.wire.channels(ferry.guild)["tides"].id]


async def test_a_room_that_was_renamed_is_still_the_room(ferry: Ferry) -> None:
    await ferry.do(What.ENSURE_ROOM, ROOM)
    await ferry.courier.settled()
    ferry.wire.channels(ferry.guild)["tides"].name = "new-tides"
    await ferry.do(What.ENSURE_ROOM, ROOM)
    await ferry.courier.settled()
    assert named(ferry, "tides") == 0 and len({told.channel_id for told in ferry.delivered}) == 1


async def test_a_category_that_is_full_is_said_to_be_full(ferry: Ferry) -> None:
    category = ferry.wire.add_channel(ferry.guild, "Circles", kind=4)
    for number in range(50):
        ferry.wire.add_channel(ferry.guild, f"room-{number}", parent=category)
    await ferry.do(What.ENSURE_ROOM, replace(ROOM, parent_id=category.id))
    await ferry.courier.settled()
    assert [told.problem for told in ferry.returned] == ["category_full"]


async def test_a_server_that_is_full_is_said_to_be_full(ferry: Ferry) -> None:
    for number in range(499):
        ferry.wire.add_channel(ferry.guild, f"room-{number}")
    await ferry.do(What.ENSURE_ROOM, ROOM)
    await ferry.courier.settled()
    assert [told.problem for told in ferry.returned] == ["server_full"]


async def test_without_manage_channels_the_feature_is_told(ferry: Ferry) -> None:
    ferry.wire.set_bot_permissions(ferry.guild, Permission.VIEW_CHANNEL)
    await ferry.do(What.ENSURE_ROOM, ROOM)
    await ferry.courier.settled()
    assert [told.problem for told in ferry.returned] == ["forbidden"]


async def test_a_room_that_is_to_go_is_deleted_once_and_one_that_is_gone_is_as_it_should_be(ferry: Ferry) -> None:
    there = ferry.wire.add_channel(ferry.guild, "tides")
    other = ferry.wire.add_channel(ferry.guild, "harbour")
    ferry.wire.lose_answer("DELETE", f"/channels/{there.id}")
    await ferry.do(What.DELETE_ROOM, RoomGoneWanted(channel_id=there.id))
    await ferry.courier.settled()
    await ferry.come_round(seconds=3)
    assert named(ferry, "tides") == 0 and named(ferry, "harbour") == 1
    assert [told.channel_id for told in ferry.delivered] == [there.id]
    ferry.wire.set_bot_permissions(ferry.guild, Permission.VIEW_CHANNEL)
    await ferry.do(What.DELETE_ROOM, RoomGoneWanted(channel_id=other.id), key="other")
    await ferry.courier.settled()
    assert named(ferry, "harbour") == 1
    assert [told.problem for told in ferry.returned] == ["forbidden"]


# names


async def test_a_channel_gets_its_name_once_and_is_looked_at_first(ferry: Ferry) -> None:
    wanted = RenameWanted(channel_id=ferry.room.id, name="calm")
    for _ in range(2):
        await ferry.do(What.RENAME, wanted)
        await ferry.courier.settled()
    assert ferry.room.name == "calm" and len(ferry.delivered) == 2
    assert len([call for call in ferry.wire.requests if call.method == "PATCH"]) == 1


async def test_a_third_name_waits_for_discord_and_keeps_nothing_else_waiting(
    ferry: Ferry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.courier.deeds.RENAME_WAITS", 0.5)
    for name in ("one", "two"):
        await ferry.do(What.RENAME, RenameWanted(channel_id=ferry.room.id, name=name))
        await ferry.courier.settled()
    await ferry.do(What.RENAME, RenameWanted(channel_id=ferry.room.id, name="three"))
    await ferry.put(ferry.post("meanwhile"))
    await ferry.courier.settled()
    assert [message.text for message in ferry.messages()] == ["note meanwhile"]
    assert ferry.room.name == "two" and ferry.returned == []
    assert ferry.wire.rate_limited["rename"] == 1
    ferry.wire.limits._windows.clear()  # ten minutes pass
    await ferry.come_round(minutes=10)
    assert ferry.room.name == "three"


async def test_a_voice_room_is_found_again_by_the_end_of_its_name(ferry: Ferry) -> None:
    for name in ("old-name-k7m2xp", "new-name-k7m2xp"):
        await ferry.do(What.ENSURE_ROOM, RoomWanted(type="voice", name=name, code="-k7m2xp"))
        await ferry.courier.settled()
    assert len({told.channel_id for told in ferry.delivered}) == 1


# access


async def test_access_is_given_changed_and_taken_and_looked_at_first(ferry: Ferry) -> None:
    given = AccessWanted(
        channel_id=ferry.room.id,
        user_id=ferry.ana.id,
        overwrite=Overwrite(target_id=ferry.ana.id, member=True, allow=WRITE),
    )
    changed = replace(given, overwrite=Overwrite(target_id=ferry.ana.id, member=True, allow=READ, deny=WRITE & ~READ))
    for wanted in (given, given, changed, changed, replace(given, overwrite=None), replace(given, overwrite=None)):
        await ferry.do(What.ENSURE_ACCESS, wanted)
        await ferry.courier.settled()
        there = ferry.wire.overwrites(ferry.room).get(ferry.ana.id)
        expected = wanted.overwrite and (wanted.overwrite.allow, wanted.overwrite.deny)
        assert (there and (there.allow, there.deny)) == expected
    assert len(ferry.wire.asked("PUT", PERMISSIONS)) == 2 and len(ferry.wire.asked("DELETE", PERMISSIONS)) == 1
    assert len(ferry.delivered) == 6


async def test_access_whose_answer_was_lost_is_not_given_twice(ferry: Ferry) -> None:
    overwrite = Overwrite(target_id=ferry.ana.id, member=True, allow=WRITE)
    hold = ferry.wire.hold("PUT", PERMISSIONS)
    await ferry.do(
        What.ENSURE_ACCESS, AccessWanted(channel_id=ferry.room.id, user_id=ferry.ana.id, overwrite=overwrite)
    )
    await asyncio.wait_for(hold.accepted.wait(), 5)
    hold.lose()
    await ferry.told()
    assert ferry.wire.overwrites(ferry.room)[ferry.ana.id].allow == WRITE and len(ferry.delivered) == 1


async def test_access_to_a_room_that_is_gone_is_given_back(ferry: Ferry) -> None:
    ferry.wire.delete_channel(ferry.room)
    await ferry.do(What.ENSURE_ACCESS, AccessWanted(channel_id=ferry.room.id, user_id=ferry.ana.id, overwrite=None))
    await ferry.courier.settled()
    assert [told.problem for told in ferry.returned] == ["missing"]


# pins


async def test_a_post_is_pinned_and_the_line_that_says_so_is_removed(ferry: Ferry) -> None:
    message = await posted(ferry)
    await ferry.ana.send(ferry.room, "I read it")
    await ferry.do(What.PIN, PinWanted(channel_id=ferry.room.id, message_id=message.id))
    await ferry.courier.settled()
    assert ferry.wire.pins(ferry.room) == [message]
    assert [each.text for each in ferry.wire.messages(ferry.room)] == ["note agreement", "I read it"]


async def test_a_pin_whose_answer_was_lost_is_pinned_once_and_its_line_is_removed(ferry: Ferry) -> None:
    message = await posted(ferry)
    hold = ferry.wire.hold("PUT", PINS)
    await ferry.do(What.PIN, PinWanted(channel_id=ferry.room.id, message_id=message.id))
    await asyncio.wait_for(hold.accepted.wait(), 5)
    hold.lose()
    await ferry.told(2)
    assert ferry.wire.pins(ferry.room) == [message] and len(ferry.wire.messages(ferry.room)) == 1


async def test_a_line_left_by_a_crash_is_removed_when_the_pin_is_tried_again(ferry: Ferry) -> None:
    message = await posted(ferry)
    ferry.wire.fail("DELETE", "/channels/*/messages/*", 503)
    await ferry.do(What.PIN, PinWanted(channel_id=ferry.room.id, message_id=message.id))
    await ferry.courier.settled()
    assert [each.type for each in ferry.wire.messages(ferry.room)] == [0, PIN_LINE]
    await ferry.come_round(seconds=3)
    assert ferry.wire.pins(ferry.room) == [message] and len(ferry.wire.messages(ferry.room)) == 1


async def test_the_line_of_somebody_elses_pin_stays(ferry: Ferry) -> None:
    theirs = await ferry.ana.send(ferry.room, "a good song")
    ferry.wire.message_deeds.pin(theirs, ferry.ana.user)
    message = await posted(ferry)
    await ferry.do(What.PIN, PinWanted(channel_id=ferry.room.id, message_id=message.id))
    await ferry.courier.settled()
    assert [each.author for each in ferry.wire.messages(ferry.room) if each.type == PIN_LINE] == [ferry.ana.user]


async def test_unpinning_what_is_pinned_what_is_not_and_what_is_gone(ferry: Ferry) -> None:
    message = await posted(ferry)
    pin = PinWanted(channel_id=ferry.room.id, message_id=message.id)
    await ferry.do(What.PIN, pin)
    await ferry.courier.settled()
    for _ in range(2):
        await ferry.do(What.UNPIN, replace(pin, pinned=False), key="unpin")
        await ferry.courier.settled()
        assert ferry.wire.pins(ferry.room) == []
    ferry.wire.message_deeds.delete(message)
    await ferry.do(What.UNPIN, replace(pin, pinned=False), key="unpin")
    await ferry.courier.settled()
    assert ferry.returned == [] and len(ferry.wire.asked("DELETE", PINS)) == 1


# edits, deletions


async def test_a_post_is_edited_and_one_that_is_gone_is_given_back(ferry: Ferry) -> None:
    message = await posted(ferry)
    edit = EditWanted(channel_id=ferry.room.id, message_id=message.id, page=Page("a newer agreement"))
    await ferry.do(What.EDIT, edit)
    await ferry.courier.settled()
    assert ferry.notes() == ["a newer agreement"] and message.pinged == set()
    ferry.wire.message_deeds.delete(message)
    await ferry.do(What.EDIT, edit)
    await ferry.courier.settled()
    assert [told.problem for told in ferry.returned] == ["missing"]


async def test_an_edit_whose_answer_was_lost_is_made_again(ferry: Ferry) -> None:
    message = await posted(ferry)
    ferry.wire.lose_answer("PATCH", "/channels/*/messages/*")
    await ferry.do(What.EDIT, EditWanted(channel_id=ferry.room.id, message_id=message.id, page=Page("newer")))
    await ferry.courier.settled()
    await ferry.come_round(seconds=3)
    assert ferry.notes() == ["newer"] and len(ferry.delivered) == 2


async def test_a_post_is_deleted_and_one_that_is_gone_is_as_it_should_be(ferry: Ferry) -> None:
    message = await posted(ferry)
    for _ in range(2):
        await ferry.do(What.DELETE, DeleteWanted(channel_id=ferry.room.id, message_id=message.id))
        await ferry.courier.settled()
    assert ferry.notes() == [] and ferry.returned == [] and len(ferry.delivered) == 3


# one deed, put more than once


async def test_a_deed_put_again_while_it_is_done_is_done_again_with_what_is_then_wanted(ferry: Ferry) -> None:
    given = AccessWanted(
        channel_id=ferry.room.id,
        user_id=ferry.ana.id,
        overwrite=Overwrite(target_id=ferry.ana.id, member=True, allow=WRITE),
    )
    hold = ferry.wire.hold("PUT", PERMISSIONS)
    await ferry.do(What.ENSURE_ACCESS, given)
    await asyncio.wait_for(hold.accepted.wait(), 5)
    await ferry.do(What.ENSURE_ACCESS, replace(given, overwrite=None), lane=Lane.URGENT)
    hold.release()
    await ferry.courier.settled()
    assert ferry.wire.overwrites(ferry.room) == {} and ferry.asked == ["deed", "deed"]


async def test_a_deed_that_nobody_wants_any_more_is_not_done(ferry: Ferry) -> None:
    before = len(ferry.wire.requests)
    await ferry.do(What.ENSURE_ROOM, None)
    await ferry.courier.settled()
    assert len(ferry.wire.requests) == before and ferry.delivered == [] and await ferry.problems() == []


@pytest.mark.parametrize("status", [403, 404])
async def test_a_deed_given_back_is_done_when_it_is_put_again(ferry: Ferry, status: int) -> None:
    ferry.wire.fail("POST", CHANNELS, status)
    await ferry.do(What.ENSURE_ROOM, ROOM)
    await ferry.courier.settled()
    assert len(ferry.returned) == 1
    await ferry.put(Deed(key="deed", guild_id=ferry.guild.id, what=What.ENSURE_ROOM, lane=Lane.PROMPT, kind=DEED))
    await ferry.courier.settled()
    assert named(ferry, "tides") == 1 and len(ferry.delivered) == 1
