"""What Discord refuses: given back to the feature that wanted it, or tried again, never lost and never doubled."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from bot.courier import courier as at_work
from tests.courier.conftest import Ferry
from tests.wire import Permission

MESSAGES = "/channels/*/messages"


async def given_back(ferry: Ferry, problem: str) -> None:
    """One post was tried once and given back for ``problem``, and is not tried again."""
    await ferry.courier.settled()
    assert [(told.key, told.problem) for told in ferry.returned] == [("a", problem)]
    tries = len(ferry.wire.requests)
    await ferry.come_round(hours=1)
    assert len(ferry.wire.requests) == tries and len(ferry.returned) == 1
    assert ferry.delivered == [] and await ferry.problems() == []


async def test_a_room_where_the_bot_may_not_write(ferry: Ferry) -> None:
    ferry.wire.set_overwrite(ferry.room, ferry.wire.bot_role(ferry.guild), deny=Permission.SEND_MESSAGES)
    await ferry.put(ferry.post("a"))
    await given_back(ferry, "forbidden")


async def test_a_room_that_is_gone(ferry: Ferry) -> None:
    ferry.wire.delete_channel(ferry.room)
    await ferry.put(ferry.post("a"))
    await given_back(ferry, "missing")


async def test_a_server_that_the_bot_was_thrown_out_of(ferry: Ferry) -> None:
    ferry.wire.remove_bot(ferry.guild)
    await ferry.put(ferry.post("a"))
    await given_back(ferry, "forbidden")


async def test_a_body_that_discord_cannot_take(ferry: Ferry) -> None:
    ferry.wire.fail("POST", MESSAGES, 400, code=50035)
    await ferry.put(ferry.post("a"))
    await given_back(ferry, "refused")


async def test_a_person_who_takes_no_direct_messages(ferry: Ferry) -> None:
    ferry.ana.user.dms_open = False
    await ferry.put(ferry.post("a", user_id=ferry.ana.id))
    await given_back(ferry, "closed")


@pytest.mark.parametrize(("status", "problem"), [(503, "unreachable"), (401, "unauthorized")])
async def test_a_discord_in_trouble_is_tried_again_until_it_answers(ferry: Ferry, status: int, problem: str) -> None:
    ferry.wire.fail("POST", MESSAGES, status, times=3)
    await ferry.put(ferry.post("a"))
    await ferry.courier.settled()
    for _ in range(2):
        assert await ferry.problems() == [("waiting", problem)] and ferry.returned == []
        await ferry.come_round(seconds=20)
    await ferry.come_round(seconds=20)
    assert ferry.notes() == ["note a"] and len(ferry.delivered) == 1 and await ferry.problems() == []


async def test_it_waits_longer_from_one_attempt_to_the_next(ferry: Ferry) -> None:
    ferry.wire.fail("POST", MESSAGES, 503, times=3)
    await ferry.put(ferry.post("a"))
    waits = list[float]()
    for _ in range(3):
        await ferry.courier.settled()
        at = await ferry.outbox.next_at()
        waits.append(round((at - ferry.clock()).total_seconds()))
        await ferry.come_round(seconds=waits[-1] + 0.5)
    assert waits == [2, 4, 8] and ferry.notes() == ["note a"]


async def test_a_refusal_to_be_that_fast_is_waited_out(ferry: Ferry) -> None:
    """Ten in one room are more than Discord takes at once; the library waits, and nothing is refused or lost."""
    await ferry.put(*(ferry.post(f"{number}") for number in range(7)))
    await ferry.told(7, timeout=20)
    assert ferry.notes() == [f"note {number}" for number in range(7)]
    assert not ferry.wire.rate_limited and ferry.returned == []


async def test_a_429_is_waited_out(ferry: Ferry) -> None:
    """Another who speaks with the same token, as an older process may, has used up what the room takes."""
    async with aiohttp.ClientSession(headers={"Authorization": f"Bot {ferry.wire.token}"}) as other:
        for number in range(5):
            address = f"{ferry.wire.api_url}/channels/{ferry.room.id}/messages"
            async with other.post(address, json={"content": f"before {number}"}) as answer:
                assert answer.status == 200
    await ferry.put(ferry.post("a"))
    await ferry.told(timeout=15)
    assert ferry.notes().count("note a") == 1 and ferry.wire.rate_limited["bucket"] >= 1
    assert ferry.returned == [] and await ferry.problems() == []


async def test_an_answer_that_does_not_come_is_given_up_and_looked_for(
    ferry: Ferry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(at_work, "ATTEMPT_LASTS", 0.3)
    hold = ferry.wire.hold("POST", MESSAGES)
    await ferry.put(ferry.post("a"))
    await asyncio.wait_for(hold.accepted.wait(), 5)
    await ferry.courier.settled()
    assert await ferry.problems() == [("waiting", "unreachable")]
    hold.lose()
    await ferry.come_round(seconds=3)
    assert ferry.notes() == ["note a"] and len(ferry.delivered) == 1


async def test_one_room_in_trouble_keeps_nobody_waiting(ferry: Ferry) -> None:
    hold = ferry.wire.hold("POST", f"/channels/{ferry.room.id}/messages")
    others = [ferry.wire.add_channel(ferry.guild, f"room-{number}") for number in range(20)]
    await ferry.put(ferry.post("a"), *(ferry.post(f"{room.name}", room=room) for room in others))
    await ferry.told(20, timeout=5)
    assert all(len(ferry.notes(room)) == 1 for room in others)
    hold.release()
    await ferry.told(21)


async def test_the_log_says_what_kind_and_why_and_names_nobody(ferry: Ferry, caplog) -> None:
    ferry.wire.delete_channel(ferry.room)
    await ferry.put(ferry.post("a"))
    await ferry.courier.settled()
    assert "a test.note could not be carried: missing" in caplog.text
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("bot.")]
    assert not any(str(ferry.room.id) in line or str(ferry.guild.id) in line for line in ours)
