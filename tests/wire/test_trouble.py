"""What goes wrong on request, and what fails a test by itself."""

from __future__ import annotations

import asyncio
import os

import aiohttp
import discord
import pytest

from tests.wire import Wire, schema
from tests.wire.barebot import BareBot
from tests.wire.conftest import Harbour

MESSAGES = "/channels/*/messages"


def general(bot: BareBot, harbour: Harbour) -> discord.TextChannel:
    channel = bot.get_channel(harbour.general.id)
    assert isinstance(channel, discord.TextChannel)
    return channel


async def test_a_lost_answer_hides_a_deed_that_was_done(bot: BareBot, wire: Wire, harbour: Harbour) -> None:
    wire.lose_answer("POST", MESSAGES)
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await general(bot, harbour).send("once", nonce="key-1")
    assert [message.content for message in wire.messages(harbour.general)] == ["once"]
    again = await general(bot, harbour).send("once", nonce="key-1")
    assert [message.id for message in wire.messages(harbour.general)] == [again.id]


async def test_a_failure_is_answered_and_nothing_is_done(bot: BareBot, wire: Wire, harbour: Harbour) -> None:
    wire.fail("POST", f"/channels/{harbour.general.id}/messages", 503)
    with pytest.raises(discord.DiscordServerError):
        await general(bot, harbour).send("never")
    assert wire.messages(harbour.general) == []
    await general(bot, harbour).send("then")
    assert [each.status for each in wire.asked("POST", MESSAGES)] == [503, 200]


async def test_a_held_answer_comes_after_the_deed(bot: BareBot, wire: Wire, harbour: Harbour) -> None:
    hold = wire.hold("POST", MESSAGES)
    sending = asyncio.create_task(general(bot, harbour).send("held"))
    await asyncio.wait_for(hold.accepted.wait(), 2)
    assert [message.content for message in wire.messages(harbour.general)] == ["held"]
    assert not sending.done()
    hold.release()
    assert (await sending).content == "held"


async def test_a_request_can_be_held_before_the_deed_and_then_lost(bot: BareBot, wire: Wire, harbour: Harbour) -> None:
    hold = wire.hold("POST", MESSAGES, before=True)
    sending = asyncio.create_task(general(bot, harbour).send("held"))
    await asyncio.wait_for(hold.arrived.wait(), 2)
    assert wire.messages(harbour.general) == []
    hold.lose()
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await sending
    assert len(wire.messages(harbour.general)) == 1


async def test_each_deed_can_be_listened_for(bot: BareBot, wire: Wire, harbour: Harbour) -> None:
    said: list[str] = []
    wire.on_accepted("POST", MESSAGES, lambda call: said.append(call.fields["content"]))
    await general(bot, harbour).send("a")
    await general(bot, harbour).send("b")
    assert said == ["a", "b"]


async def test_an_unknown_route_fails_the_test() -> None:
    async def stray() -> None:
        async with (
            Wire() as wire,
            aiohttp.ClientSession() as session,
            session.get(f"{wire.api_url}/guilds/1/nothing") as answer,
        ):
            assert answer.status == 404

    with pytest.raises(AssertionError, match="unknown route: GET /guilds/1/nothing"):
        await stray()


async def test_a_violation_that_is_expected_must_come() -> None:
    with pytest.raises(AssertionError, match="expected and not seen"):
        async with Wire() as wire:
            wire.expect_violation("unknown route")


async def test_an_error_of_the_test_keeps_its_name_and_gets_a_note() -> None:
    async def fails() -> None:
        async with Wire() as wire:
            wire.violate("a thing")
            raise KeyError("of the test")

    with pytest.raises(KeyError) as caught:
        await fails()
    assert caught.value.__notes__ == ["Discord would have refused: a thing"]


@pytest.mark.skipif(schema.document_path() is None, reason="Discord's OpenAPI document is not at hand")
async def test_a_body_that_the_document_refuses_fails_the_test(bot: BareBot, wire: Wire, harbour: Harbour) -> None:
    wire.expect_violation(r"refused body: POST /channels/\d+/messages: components.0")
    route = discord.http.Route("POST", "/channels/{channel_id}/messages", channel_id=harbour.general.id)
    with pytest.raises(discord.HTTPException) as caught:
        await bot.http.request(route, json={"components": [{"type": 1, "components": [{"type": 2, "style": "red"}]}]})
    assert (caught.value.status, caught.value.code) == (400, 50035)
    assert wire.messages(harbour.general) == []


@pytest.mark.skipif(schema.document_path() is None, reason="Discord's OpenAPI document is not at hand")
class TestLooseness:
    """What Discord takes although its document, read to the letter, would not; and nothing beyond."""

    checked = schema.load(schema.document_path()) if schema.document_path() else None

    def problem(self, method: str, path: str, body: object) -> str | None:
        assert self.checked is not None
        return self.checked.problem(method, path, body)

    def test_digits_for_numbers_and_numbers_for_snowflakes(self) -> None:
        overwrites = "/channels/{channel_id}/permissions/{overwrite_id}"
        assert self.problem("PUT", overwrites, {"allow": "1024", "deny": "0", "type": 1}) is None
        assert self.problem("POST", "/users/@me/channels", {"recipient_id": 12345}) is None
        assert self.problem("PUT", overwrites, {"allow": "many"}) is not None
        assert self.problem("PUT", overwrites, {"type": 7}) is not None

    def test_an_absent_body_is_an_empty_one(self) -> None:
        assert self.problem("PATCH", "/channels/{channel_id}", None) is None

    def test_unknown_keys_are_noted_and_no_more(self) -> None:
        assert self.checked is not None
        body = {"content": "x", "colour": "red"}
        assert self.problem("POST", "/channels/{channel_id}/messages", body) is None
        assert self.checked.unknown_keys("POST", "/channels/{channel_id}/messages", body) == {"colour"}

    def test_a_fault_deep_in_a_layout_is_found(self) -> None:
        text = {"type": 10, "content": "a"}
        assert self.problem("POST", "/channels/{channel_id}/messages", {"components": [text]}) is None
        deep = {"type": 17, "components": [text, {"type": 1, "components": [{"type": 2, "style": 1, "label": 5}]}]}
        problem = self.problem("POST", "/channels/{channel_id}/messages", {"components": [deep]})
        assert problem is not None
        assert "components.0.components.1.components.0.label" in problem

    def test_a_channel_is_judged_as_a_channel_of_a_server(self) -> None:
        assert self.problem("PATCH", "/channels/{channel_id}", {"topic": 5}) is not None


def test_without_the_document_nothing_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_OPENAPI", os.devnull)
    assert schema.document_path() is None
