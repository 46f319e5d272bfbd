"""Discord's own event: one or none, made, changed and removed, and found again by its code."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.core.clock import utc_now
from bot.courier import EventGoneWanted, EventWanted
from bot.outbox import What
from tests.courier.conftest import Ferry

EVENTS = "/guilds/*/scheduled-events"


def event_wanted(ferry: Ferry, **other: Any) -> EventWanted:
    begins = utc_now().replace(microsecond=0) + timedelta(days=1)
    wanted: dict[str, Any] = {
        "channel_id": ferry.wire.add_channel(ferry.guild, "Tides aloud", kind=2).id,
        "code": "k7m2xp",
        "name": "Tides",
        "description": "An hour together. Code k7m2xp",
        "starts_at": begins,
        "ends_at": begins + timedelta(hours=1),
    }
    return EventWanted(**(wanted | other))


def event_names(ferry: Ferry) -> list[str]:
    return [event.data["name"] for event in ferry.guild.events.values()]


async def test_an_event_is_made_changed_and_removed_and_found_by_its_code(ferry: Ferry) -> None:
    wanted = event_wanted(ferry)
    ferry.wire.lose_answer("POST", EVENTS)
    await ferry.do(What.EVENT, wanted)
    await ferry.courier.settled()
    await ferry.come_round(seconds=3)
    assert event_names(ferry) == ["Tides"]
    (made,) = ferry.guild.events.values()
    made.creator = ferry.ana.user
    await ferry.do(What.EVENT, wanted)
    await ferry.courier.settled()
    assert len(ferry.guild.events) == 2, "a copy that somebody made is theirs"
    del ferry.guild.events[made.id]
    elsewhere = ferry.wire.add_channel(ferry.guild, "Tides aloud, again", kind=2)
    await ferry.do(What.EVENT, replace(wanted, name="Tides, later", channel_id=elsewhere.id))
    await ferry.courier.settled()
    assert event_names(ferry) == ["Tides, later"]
    assert [event.data["channel_id"] for event in ferry.guild.events.values()] == [str(elsewhere.id)]
    for _ in range(2):
        await ferry.do(What.EVENT, EventGoneWanted(code=wanted.code))
        await ferry.courier.settled()
        assert ferry.guild.events == {}
    assert ferry.returned == []


async def test_an_event_that_somebody_has_begun_gives_way_to_the_next(ferry: Ferry) -> None:
    wanted = event_wanted(ferry)
    await ferry.do(What.EVENT, wanted)
    await ferry.courier.settled()
    (begun,) = ferry.guild.events.values()
    begun.status = 2
    await ferry.do(What.EVENT, replace(wanted, name="Tides, on"))
    await ferry.courier.settled()
    assert list(ferry.guild.events) == [begun.id], "the one that is meant is changed where it can be"
    await ferry.do(What.EVENT, replace(wanted, starts_at=wanted.ends_at, ends_at=wanted.ends_at + timedelta(hours=1)))
    await ferry.courier.settled()
    assert begun.id not in ferry.guild.events
    assert event_names(ferry) == ["Tides"]
    assert ferry.returned == []


async def test_an_event_that_is_as_it_should_be_is_left_alone(ferry: Ferry) -> None:
    wanted = event_wanted(ferry)
    for _ in range(3):
        await ferry.do(What.EVENT, wanted)
        await ferry.courier.settled()
    asked = [request.method for request in ferry.wire.requests if "scheduled-events" in request.path]
    assert asked == ["GET", "POST", "GET", "GET"]


async def test_an_event_that_is_deleted_while_it_is_looked_at_is_made_again(ferry: Ferry) -> None:
    wanted = event_wanted(ferry)
    await ferry.do(What.EVENT, wanted)
    await ferry.courier.settled()
    ferry.wire.on_accepted("GET", EVENTS, lambda _: ferry.guild.events.clear())
    await ferry.do(What.EVENT, replace(wanted, name="Later"))
    await ferry.courier.settled()
    assert event_names(ferry) == ["Later"]
    assert ferry.returned == []


async def test_an_event_in_a_channel_that_is_gone_comes_back(ferry: Ferry) -> None:
    await ferry.do(What.EVENT, event_wanted(ferry, channel_id=12345))
    await ferry.courier.settled()
    assert [told.problem for told in ferry.returned] == ["refused"]
