"""Posts: each appears once, in its turn, or is given back to the feature that put it."""

from __future__ import annotations

from bot.outbox import Lane
from tests.courier.conftest import MUTE, NOTE, Ferry
from tests.wire import Permission


async def test_a_post_appears_once_with_its_mark_and_nonce_and_its_feature_is_told(ferry: Ferry) -> None:
    await ferry.put(ferry.post("a", params={"meeting": 7}))
    await ferry.courier.settled()
    (message,) = ferry.messages()
    async with ferry.db.read() as tx:
        assert await ferry.outbox.message(tx, "a") == (ferry.room.id, message.id)
    assert message.text == "note a" and message.marks[0] > 1
    assert message.nonce and len(message.nonce) == 25
    (told,) = ferry.delivered
    assert (told.key, told.kind, told.params) == ("a", NOTE, {"meeting": 7})
    assert (told.channel_id, told.message_id) == (ferry.room.id, message.id)


async def test_the_same_key_again_changes_nothing(ferry: Ferry) -> None:
    await ferry.put(ferry.post("a"), ferry.post("a"))
    await ferry.courier.settled()
    await ferry.put(ferry.post("a"))
    await ferry.courier.settled()
    assert ferry.notes() == ["note a"] and len(ferry.delivered) == 1


async def test_a_post_for_later_comes_when_its_time_has_come(ferry: Ferry) -> None:
    await ferry.put(ferry.post("a", not_before=ferry.clock.after(seconds=1.2)))
    await ferry.courier.settled()
    assert ferry.notes() == []
    await ferry.told()
    assert ferry.notes() == ["note a"]


async def test_a_post_that_nobody_needs_any_more_is_not_sent_and_nobody_is_told(ferry: Ferry) -> None:
    await ferry.put(ferry.post("a", kind=MUTE))
    await ferry.courier.settled()
    await ferry.come_round(hours=1)
    assert ferry.asked.count("a") == 1
    assert ferry.notes() == [] and ferry.delivered == [] and ferry.returned == [] and await ferry.problems() == []


async def test_a_feature_that_fails_is_asked_again_and_stops_nobody_else(ferry: Ferry, caplog) -> None:
    ferry.trouble.add("a")
    other = ferry.wire.add_channel(ferry.guild, "other")
    await ferry.put(ferry.post("a"), ferry.post("b"), ferry.post("c", room=other))
    await ferry.told(2)
    assert ferry.notes() == ["note b"] and ferry.notes(other) == ["note c"]
    assert await ferry.problems() == [("waiting", "broken")]
    assert "(code " in caplog.text and "ZeroDivisionError" in caplog.text
    ferry.trouble.clear()
    await ferry.come_round(seconds=3)
    assert ferry.notes() == ["note b", "note a"] and await ferry.problems() == []


async def test_a_feature_that_failed_a_while_is_not_taken_for_a_post_that_may_have_arrived(ferry: Ferry) -> None:
    ferry.wire.set_bot_permissions(ferry.guild, Permission.VIEW_CHANNEL | Permission.SEND_MESSAGES)
    ferry.trouble.add("a")
    await ferry.put(ferry.post("a"))
    await ferry.courier.settled()
    ferry.trouble.clear()
    await ferry.come_round(hours=1)
    assert ferry.notes() == ["note a"]


async def test_nobody_is_called_but_those_whom_the_page_names(ferry: Ferry) -> None:
    bo = ferry.wire.add_member(ferry.guild, "bo")
    ferry.more_words, ferry.mentions = (f"<@{ferry.ana.id}> <@{bo.id}> @everyone",), (bo.id,)
    await ferry.put(ferry.post("a"))
    await ferry.courier.settled()
    (message,) = ferry.messages()
    assert message.pinged == {bo.id} and not message.mention_everyone


async def test_a_direct_message_reaches_the_person(ferry: Ferry) -> None:
    await ferry.put(ferry.post("a", user_id=ferry.ana.id, lane=Lane.PROMPT))
    await ferry.courier.settled()
    (message,) = ferry.messages(ferry.wire.direct(ferry.ana))
    (told,) = ferry.delivered
    assert (told.channel_id, told.message_id) == (message.channel.id, message.id)
