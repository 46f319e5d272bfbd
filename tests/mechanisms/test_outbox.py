"""The outbox: what is put is carried once, in its order, at its time, or given back once."""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.errors import OperatorError
from bot.outbox import Deed, Lane, Outbox, What
from bot.storage import Database
from tests.databases import KEY
from tests.mechanisms.conftest import KIND, ROOM, SERVER, Desk, post

HOUR = timedelta(hours=1)


def access(key: str = "access:1", *, lane: Lane = Lane.PROMPT, **params: object) -> Deed:
    return Deed(key=key, guild_id=SERVER, what=What.ENSURE_ACCESS, lane=lane, kind=KIND, params=params)


async def test_what_is_put_is_there_with_the_transaction_and_rings_after_it(desk: Desk) -> None:
    rung = list[int]()
    desk.outbox.listen(lambda: rung.append(1))
    async with desk.db.begin() as tx:
        await desk.outbox.put(tx, post("kept", params={"meeting": 7}))
        assert rung == []
    assert rung == [1]
    errand = await desk.one()
    assert (errand.key, errand.params, errand.channel_id, errand.tried_at) == ("kept", {"meeting": 7}, ROOM, None)


async def test_what_is_put_in_a_transaction_that_fails_was_never_put(desk: Desk) -> None:
    rung = list[int]()
    desk.outbox.listen(lambda: rung.append(1))

    async def fail() -> None:
        async with desk.db.begin() as tx:
            await desk.outbox.put(tx, post("lost"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await desk.claim() == [] and rung == []


async def test_the_same_key_is_one_post_before_and_after_it_was_carried(desk: Desk) -> None:
    await desk.put(post("a", params={"n": 1}), post("a", params={"n": 2}))
    errand = await desk.one()
    assert errand.params == {"n": 1}
    await desk.put(post("a"))
    await desk.outbox.done(errand, message_id=5)
    await desk.put(post("a"))
    assert await desk.claim() == [] and len(desk.delivered) == 1


async def test_a_deed_put_again_is_done_again_with_what_it_now_carries(desk: Desk) -> None:
    await desk.put(access(person=1))
    await desk.outbox.done(await desk.one())
    await desk.put(access(person=2))
    errand = await desk.one()
    assert errand.params == {"person": 2}
    await desk.outbox.done(errand)
    assert await desk.claim() == []


async def test_a_deed_put_again_while_it_waits_is_one_deed_in_the_better_lane(desk: Desk) -> None:
    await desk.put(access(lane=Lane.BULK, person=1), access(lane=Lane.URGENT, person=2))
    await desk.put(access(lane=Lane.ROUTINE, person=3))
    errand = await desk.one()
    assert (errand.params, errand.lane) == ({"person": 3}, Lane.URGENT)


@pytest.mark.parametrize("ending", ["done", "give_back", "moot", "again"])
async def test_a_deed_put_again_while_it_is_carried_comes_round_when_that_ends(desk: Desk, ending: str) -> None:
    await desk.put(access(person=1))
    errand = await desk.one()
    await desk.put(access(person=2))
    assert await desk.claim() == []  # never two at the same deed
    if ending == "again":
        await desk.outbox.again(errand, after=HOUR, unknown=False, problem="server")
    elif ending == "give_back":
        await desk.outbox.give_back(errand, "forbidden")
    else:
        await (desk.outbox.done(errand) if ending == "done" else desk.outbox.moot(errand))
    renewed = await desk.one()
    assert renewed.params == {"person": 2}
    await desk.outbox.done(renewed)
    assert await desk.claim() == []
    # a wish that was overtaken by another is not given up, so nobody is told that it was
    assert desk.returned == [] and len(desk.delivered) == (2 if ending == "done" else 1)


async def test_a_deed_put_again_after_it_was_given_back_or_held_is_tried_again(desk: Desk) -> None:
    await desk.put(access("a"), access("b"))
    for errand in await desk.claim():
        await (desk.outbox.give_back(errand, "full") if errand.key == "a" else desk.outbox.hold(errand, "cannot_look"))
    await desk.put(access("a"), access("b"))
    assert sorted(await desk.keys()) == ["a", "b"]


async def test_better_lanes_go_first_and_in_a_lane_the_one_that_came_first(desk: Desk, clock) -> None:
    for number, lane in enumerate([Lane.BULK, Lane.ROUTINE, Lane.PROMPT, Lane.URGENT, Lane.ROUTINE]):
        await desk.put(post(f"{lane.name.lower()} {number}", lane=lane, room=ROOM + number))
        clock.step(seconds=1)
    assert await desk.keys() == ["urgent 3", "prompt 2", "routine 1", "routine 4", "bulk 0"]


async def test_no_worse_lane_than_asked_for_and_nothing_to_a_busy_channel(desk: Desk) -> None:
    person = 300_000_000_000_000_001
    await desk.put(
        post("here", room=ROOM), post("there", room=ROOM + 1), post("dm", room=None, user_id=person), access()
    )
    await desk.put(post("bulk", lane=Lane.BULK, room=ROOM + 2))
    assert await desk.keys(worst=Lane.ROUTINE, busy=(ROOM,)) == ["access:1", "there", "dm"]
    assert await desk.keys(worst=Lane.ROUTINE) == ["here"]
    assert await desk.keys() == ["bulk"]


async def test_one_at_a_time_to_a_channel(desk: Desk) -> None:
    await desk.put(post("first"), post("second"), post("elsewhere", room=ROOM + 1))
    assert await desk.keys() == ["first", "elsewhere"]
    assert await desk.keys(busy=(ROOM, ROOM + 1)) == []
    assert await desk.keys() == ["second"]


async def test_no_more_than_asked_for(desk: Desk) -> None:
    await desk.put(*(post(f"{number}", room=ROOM + number) for number in range(5)))
    assert [len(await desk.claim(limit=2)) for _ in range(4)] == [2, 2, 1, 0]


async def test_nothing_goes_before_its_time(desk: Desk, clock) -> None:
    await desk.put(post("later", not_before=clock() + HOUR))
    assert await desk.claim() == []
    assert await desk.outbox.next_at() == clock() + HOUR
    clock.step(hours=1)
    assert await desk.keys() == ["later"]


async def test_a_time_that_has_passed_is_now(desk: Desk, clock) -> None:
    await desk.put(post("a", not_before=clock() - HOUR))
    assert await desk.keys() == ["a"]


async def test_what_expired_is_given_back_once_and_not_sent(desk: Desk, clock) -> None:
    await desk.put(post("old", expires_at=clock() + HOUR), post("still good", expires_at=clock() + 3 * HOUR))
    clock.step(hours=1)
    assert await desk.keys(limit=1) == ["still good"]  # what expired takes nobody's place
    assert [(told.key, told.problem) for told in desk.returned] == [("old", "expired")]
    clock.step(minutes=30)
    await desk.claim()
    assert len(desk.returned) == 1


async def test_what_expired_but_may_have_arrived_is_carried_to_be_looked_for(desk: Desk, clock) -> None:
    await desk.put(post("perhaps", expires_at=clock() + HOUR))
    began = clock()
    await desk.claim()
    clock.step(hours=2)
    errand = await desk.one()
    assert (errand.tried_at, errand.expires_at) == (began, began + HOUR) and desk.returned == []


async def test_a_feature_that_fails_at_what_expired_keeps_nobody_else_waiting(
    desk: Desk, clock, caplog: pytest.LogCaptureFixture
) -> None:
    await desk.put(post("old", lane=Lane.URGENT, expires_at=clock() + HOUR), post("other", room=ROOM + 1))
    clock.step(hours=1)
    desk.fails = True
    with caplog.at_level(logging.ERROR):
        assert await desk.keys() == ["other"]
    assert "ZeroDivisionError" in caplog.text and desk.returned == []
    assert [stuck.problem for stuck in await desk.outbox.stuck()] == ["expired"]
    desk.fails = False
    clock.step(minutes=2)
    await desk.claim()
    assert [told.problem for told in desk.returned] == ["expired"]


async def test_an_expired_post_whose_giving_back_was_cut_off_is_still_never_sent(desk: Desk, db, clock) -> None:
    await desk.put(post("old", expires_at=clock() + HOUR))
    clock.step(hours=1)
    await desk.outbox._take((), Lane.BULK, 10)  # the process dies between leasing it and giving it back
    successor = Desk(db, Outbox(db, clock))
    await successor.outbox.start([KIND])
    assert await successor.claim() == []
    assert [told.problem for told in successor.returned] == ["expired"]


async def test_delivered_says_where_and_is_found_again(desk: Desk) -> None:
    await desk.put(post("a", params={"n": 1}))
    await desk.outbox.done(await desk.one(), message_id=42)
    (told,) = desk.delivered
    assert (told.key, told.params, told.channel_id, told.message_id) == ("a", {"n": 1}, ROOM, 42)
    async with desk.db.read() as tx:
        assert await desk.outbox.message(tx, "a") == (ROOM, 42)
        assert await desk.outbox.message(tx, "unheard of") is None


@pytest.mark.parametrize("ending", ["done", "give_back"])
async def test_a_feature_that_fails_takes_the_ending_back_with_it(desk: Desk, clock, ending: str) -> None:
    await desk.put(post("a"))
    errand = await desk.one()
    desk.fails = True
    end = desk.outbox.done(errand, message_id=1) if ending == "done" else desk.outbox.give_back(errand, "forbidden")
    with pytest.raises(ZeroDivisionError):
        await end
    desk.fails = False
    clock.step(minutes=2)
    again = await desk.one()  # nobody was told, so it is not over
    assert again.tried_at == clock() - timedelta(minutes=2)
    await desk.outbox.done(again, message_id=1)
    assert len(desk.delivered) == 1 and desk.returned == []


async def test_moot_ends_it_and_tells_nobody(desk: Desk, clock) -> None:
    await desk.put(post("a"))
    await desk.outbox.moot(await desk.one())
    clock.step(hours=1)
    assert await desk.claim() == [] and desk.delivered == [] and desk.returned == []


async def test_held_stays_unsent_until_released_and_is_shown(desk: Desk, clock) -> None:
    await desk.put(post("a"))
    began = clock()
    await desk.outbox.hold(await desk.one(), "cannot_look")
    clock.step(hours=1)
    assert await desk.claim() == []
    (stuck,) = await desk.outbox.stuck()
    assert (stuck.guild_id, stuck.kind, stuck.state, stuck.problem, stuck.count) == (
        SERVER, KIND, "held", "cannot_look", 1,
    )  # fmt: skip
    await desk.release()
    assert (await desk.one()).tried_at == began


async def test_a_kind_that_nothing_renders_any_more_refuses_the_start_by_name(desk: Desk) -> None:
    await desk.put(post("a", kind="poems"), post("b", kind="songs", room=ROOM + 1))
    with pytest.raises(OperatorError, match="poems, songs"):
        await desk.outbox.start([KIND])
    for errand in await desk.claim():
        await desk.outbox.moot(errand)
    await desk.outbox.start([KIND])  # what is over needs no owner


async def test_the_urgent_is_claimed_before_two_thousand_that_wait(desk: Desk, clock) -> None:
    for start in range(0, 2000, 200):
        await desk.put(*(post(f"{start + n}", lane=Lane.BULK, room=ROOM + n) for n in range(200)))
    clock.step(seconds=1)
    await desk.put(post("concern", lane=Lane.URGENT))
    assert (await desk.keys(limit=16))[0] == "concern"


async def test_next_at_is_the_earliest_and_a_lease_counts_until_its_end(desk: Desk, clock) -> None:
    assert await desk.outbox.next_at() is None
    await desk.put(post("later", not_before=clock() + HOUR), post("now"))
    assert await desk.outbox.next_at() == clock()
    errand = await desk.one()
    assert await desk.outbox.next_at() == clock() + timedelta(minutes=2)
    await desk.outbox.done(errand, message_id=1)
    assert await desk.outbox.next_at() == clock() + HOUR


async def test_processes_carry_only_what_belongs_to_their_shards(db: Database, clock) -> None:
    servers = {f"{shard}": (shard + 4 * 999_999) << 22 | 12345 for shard in range(4)}
    desks = {
        "0, 3": Desk(db, Outbox(db, clock, shards=(4, (0, 3)))),
        "1": Desk(db, Outbox(db, clock, shards=(4, (1,)))),
        "2": Desk(db, Outbox(db, clock, shards=(4, (2,)))),
    }
    for name, server in servers.items():
        deed = Deed(key=name, guild_id=server, what=What.ENSURE_ROOM, lane=Lane.PROMPT, kind=KIND)
        await desks["1"].put(deed)
    claimed = {name: await desk.claim() for name, desk in desks.items()}
    taken = {name: [errand.key for errand in errands] for name, errands in claimed.items()}
    assert taken == {"0, 3": ["0", "3"], "1": ["1"], "2": ["2"]}
    clock.step(seconds=5)
    await desks["1"].outbox.start([KIND])  # it starts again and frees what it had, and nobody else's
    assert [await desk.keys() for desk in desks.values()] == [[], ["1"], []]
    assert await desks["2"].outbox.next_at() == clock() + timedelta(minutes=2) - timedelta(seconds=5)


async def test_the_nonce_fits_is_the_same_for_every_attempt_and_unlike_for_every_key(desk: Desk, clock) -> None:
    await desk.put(*(post(f"meeting:{number}:2026-12-01:24h", room=ROOM + number) for number in range(50)))
    first = {errand.key: errand.nonce for errand in await desk.claim()}
    clock.step(minutes=3)
    second = await desk.claim()
    assert {errand.key: errand.nonce for errand in second} == first
    assert {len(nonce) for nonce in first.values()} == {25} and len(set(first.values())) == 50
    assert len({errand.mark for errand in second}) == 50 and all(0 < errand.mark < 2**31 for errand in second)


async def test_what_an_errand_carries_cannot_be_read_from_the_file(tmp_path: Path, clock) -> None:
    place = tmp_path / "data" / "circlekeeper.db"
    db = Database(f"sqlite:///{place}", KEY)
    await db.open()
    desk = Desk(db, Outbox(db, clock))
    person = 300_000_000_000_000_001
    await desk.put(post("a:1", user_id=person, params={"reason": "tier-three", "person": person}))
    await desk.outbox.again(await desk.one(), after=HOUR, unknown=True, problem="server")
    await db.close()
    content = b"".join(path.read_bytes() for path in place.parent.iterdir())
    assert b"a:1" in content and b"server" in content
    assert b"tier-three" not in content and str(person).encode() not in content
