"""Messages, pins and direct conversations, as a bot sends and reads them."""

from __future__ import annotations

import asyncio
import io
from typing import Any

import discord
import pytest

from tests.wire import Permission, Wire
from tests.wire.barebot import BareBot, running
from tests.wire.conftest import BOT, Harbour
from tests.wire.message_deeds import PIN_LINE

NOBODY = discord.AllowedMentions.none()


@pytest.fixture
def channel(bot: BareBot, harbour: Harbour) -> discord.TextChannel:
    found = bot.get_channel(harbour.general.id)
    assert isinstance(found, discord.TextChannel)
    return found


async def refused(code: int, deed: Any) -> discord.HTTPException:
    """The refusal of a deed, which must have this code."""
    with pytest.raises(discord.HTTPException) as caught:
        await deed
    assert caught.value.code == code, caught.value
    return caught.value


def layout(*texts: str, mark: int | None = None) -> discord.ui.LayoutView:
    view = discord.ui.LayoutView(timeout=None)
    view.add_item(discord.ui.Container(*(discord.ui.TextDisplay(text) for text in texts), id=mark))
    return view


class TestNonce:
    async def test_the_same_nonce_gives_the_first_message(
        self, channel: discord.TextChannel, wire: Wire, harbour: Harbour
    ) -> None:
        first = await channel.send("once", nonce="meeting:12:24h")
        second = await channel.send("twice", nonce="meeting:12:24h")
        assert (first.id, second.content) == (second.id, "once")
        assert [message.content for message in wire.messages(harbour.general)] == ["once"]

    async def test_all_at_once_still_make_one(self, channel: discord.TextChannel, wire: Wire, harbour: Harbour) -> None:
        await asyncio.gather(*(channel.send("x", nonce="same") for _ in range(3)))
        assert len(wire.messages(harbour.general)) == 1

    async def test_it_is_forgotten_after_its_window_and_knows_its_channel(
        self, channel: discord.TextChannel, bot: BareBot, wire: Wire, harbour: Harbour
    ) -> None:
        other = wire.add_channel(harbour.guild, "other")
        await wire.settle()
        await channel.send("a", nonce="key")
        await bot.get_partial_messageable(other.id).send("b", nonce="key")
        assert len(wire.messages(other)) == 1
        wire.nonce_window = 0.0
        await channel.send("again", nonce="key")
        assert [message.content for message in wire.messages(harbour.general)] == ["a", "again"]

    async def test_it_has_25_characters(self, channel: discord.TextChannel, wire: Wire) -> None:
        if wire.schema:
            wire.expect_violation("nonce")
        await refused(50035, channel.send("x", nonce="n" * 26))
        await channel.send("x", nonce="n" * 25)

    async def test_history_does_not_tell_it(self, channel: discord.TextChannel) -> None:
        sent = await channel.send("x", nonce="key")
        assert sent.nonce == "key"
        assert (await channel.fetch_message(sent.id)).nonce is None


class TestLayouts:
    async def test_a_mark_is_kept(self, channel: discord.TextChannel, wire: Wire, harbour: Harbour) -> None:
        await channel.send(view=layout("Hello", mark=2_000_000_001))
        (read,) = [message async for message in channel.history()]
        assert read.components[0].id == 2_000_000_001
        assert wire.messages(harbour.general)[0].marks == [2_000_000_001]

    async def test_what_discord_refuses(self, channel: discord.TextChannel) -> None:
        await refused(50035, channel.send("beside", view=layout("Hello")))
        await refused(50035, channel.send(view=layout("x" * 2001, "x" * 2000)))
        await refused(50006, channel.send(" ".strip()))
        await refused(50035, channel.send("x" * 2001))

    async def test_a_layout_stays_a_layout(self, channel: discord.TextChannel) -> None:
        sent = await channel.send(view=layout("x" * 2000, "x" * 2000))
        await refused(50035, sent.edit(content="no longer a layout"))

    async def test_forty_components_and_no_more(self, channel: discord.TextChannel, bot: BareBot) -> None:
        text = {"type": 10, "content": "a"}
        body = {"flags": 1 << 15, "components": [{"type": 17, "components": [text] * 39}]}
        route = discord.http.Route("POST", "/channels/{channel_id}/messages", channel_id=channel.id)
        await bot.http.request(route, json=body)
        body["components"] = [{"type": 17, "components": [text] * 38}, {"type": 17, "components": [text]}]
        assert (await refused(50035, bot.http.request(route, json=body))).status == 400

    async def test_a_custom_id_is_used_once(self, channel: discord.TextChannel) -> None:
        view = discord.ui.View()
        for _ in range(2):
            view.add_item(discord.ui.Button(label="x", custom_id="same"))
        error = await refused(50035, channel.send(view=view))
        assert "CUSTOM_ID_DUPLICATED" in str(error) or "duplicated" in str(error)


class TestFiles:
    async def test_a_file_is_kept_and_shown_where_the_layout_names_it(
        self, channel: discord.TextChannel, wire: Wire, harbour: Harbour
    ) -> None:
        view = discord.ui.LayoutView()
        view.add_item(discord.ui.File("attachment://days.ics"))
        await refused(50035, channel.send(view=view))
        sent = await channel.send(view=view, file=discord.File(io.BytesIO(b"BEGIN"), "days.ics"))
        assert wire.messages(harbour.general)[0].uploads == {"days.ics": b"BEGIN"}
        assert sent.attachments[0].filename == "days.ics"


class TestMentions:
    async def test_only_who_is_allowed_is_notified(
        self, channel: discord.TextChannel, wire: Wire, harbour: Harbour
    ) -> None:
        text = f"{harbour.ana.mention} {harbour.bo.mention} @everyone"
        await channel.send(text, allowed_mentions=NOBODY)
        only_bo = discord.AllowedMentions(everyone=False, roles=False, users=[discord.Object(harbour.bo.id)])
        await channel.send(view=layout(text), allowed_mentions=only_bo)
        await channel.send(text)
        silent, bo, users = wire.messages(harbour.general)
        assert silent.pinged == set()
        assert bo.pinged == {harbour.bo.id}
        assert users.pinged == {harbour.ana.id, harbour.bo.id}, "the bot may not mention everyone"

    async def test_unnamed_kinds_stay_allowed(self, channel: discord.TextChannel, wire: Wire, harbour: Harbour) -> None:
        wire.set_bot_permissions(harbour.guild, BOT | Permission.MENTION_EVERYONE)
        await channel.send("@everyone", allowed_mentions=discord.AllowedMentions(users=True))
        assert harbour.bo.id in wire.messages(harbour.general)[0].pinged

    async def test_who_cannot_see_the_room_is_not_notified(
        self, channel: discord.TextChannel, wire: Wire, harbour: Harbour
    ) -> None:
        wire.set_overwrite(harbour.general, harbour.bo, deny=Permission.VIEW_CHANNEL)
        await channel.send(harbour.bo.mention)
        assert wire.messages(harbour.general)[0].pinged == set()

    async def test_an_edit_notifies_nobody(self, channel: discord.TextChannel, wire: Wire, harbour: Harbour) -> None:
        sent = await channel.send("hello")
        await sent.edit(content=f"hello {harbour.bo.mention}")
        (kept,) = wire.messages(harbour.general)
        assert kept.mentions == [harbour.bo.user]
        assert kept.pinged == set()


class TestHistory:
    async def test_pages_before_and_after(self, channel: discord.TextChannel, wire: Wire, harbour: Harbour) -> None:
        said = [await harbour.bo.send(harbour.general, str(number)) for number in range(7)]
        after = [message async for message in channel.history(limit=2, after=discord.Object(said[2].id))]
        assert [message.id for message in after] == [said[3].id, said[4].id]
        before = [message async for message in channel.history(limit=2, before=discord.Object(said[2].id))]
        assert [message.id for message in before] == [said[1].id, said[0].id]
        assert len([message async for message in channel.history(limit=None)]) == 7

    async def test_without_read_message_history_it_looks_empty(
        self, channel: discord.TextChannel, wire: Wire, harbour: Harbour
    ) -> None:
        sent = await channel.send("here")
        wire.set_overwrite(harbour.general, wire.world.bot, deny=Permission.READ_MESSAGE_HISTORY)
        assert [message async for message in channel.history()] == []
        await refused(50013, channel.fetch_message(sent.id))

    async def test_others_words_are_empty_without_the_switch(
        self, channel: discord.TextChannel, bot: BareBot, wire: Wire, harbour: Harbour
    ) -> None:
        said = await harbour.bo.send(harbour.general, "private words")
        called = await harbour.bo.send(harbour.general, f"<@{wire.world.bot.id}> for you")
        await wire.settle()
        assert [message.content for message in bot.heard] == ["", called.content]
        assert (await channel.fetch_message(said.id)).content == ""

    async def test_with_the_switch_they_can_be_read(self) -> None:
        async with Wire(approved={"message_content"}) as wire:
            ana = wire.person("ana")
            room = wire.add_channel(wire.add_guild("Harbour", ana, bot_permissions=BOT), "general")
            intents = discord.Intents(guilds=True, guild_messages=True, message_content=True)
            async with running(BareBot(intents), wire) as bot:
                await ana.send(room, "hello")
                await wire.settle()
                assert [message.content for message in bot.heard] == ["hello"]


class TestDeeds:
    async def test_one_edits_ones_own_and_deletes_ones_own(
        self, channel: discord.TextChannel, wire: Wire, harbour: Harbour
    ) -> None:
        said = await harbour.bo.send(harbour.general, "mine")
        theirs = channel.get_partial_message(said.id)
        await refused(50005, theirs.edit(content="changed"))
        await refused(50013, theirs.delete())
        wire.set_bot_permissions(harbour.guild, BOT | Permission.MANAGE_MESSAGES)
        await theirs.delete()
        await refused(10008, theirs.delete())
        sent = await channel.send("own")
        await sent.delete()
        assert wire.messages(harbour.general) == []

    async def test_pinning_posts_a_line_and_needs_its_own_permission(
        self, channel: discord.TextChannel, wire: Wire, harbour: Harbour
    ) -> None:
        sent = await channel.send("keep me")
        await sent.pin()
        await sent.pin()
        assert [message.content for message in wire.pins(harbour.general)] == ["keep me"]
        line = wire.messages(harbour.general)[-1]
        assert (line.type, line.author, len(wire.messages(harbour.general))) == (PIN_LINE, wire.world.bot, 2)
        await refused(50021, channel.get_partial_message(line.id).pin())
        await channel.get_partial_message(line.id).delete()
        assert [message.id async for message in channel.pins()] == [sent.id]
        wire.set_bot_permissions(harbour.guild, (BOT | Permission.MANAGE_MESSAGES) & ~Permission.PIN_MESSAGES)
        await refused(50013, sent.unpin())
        await refused(50013, sent.pin())

    async def test_who_may_not_see_or_write_is_told_which(
        self, channel: discord.TextChannel, wire: Wire, harbour: Harbour
    ) -> None:
        wire.set_overwrite(harbour.general, harbour.guild, deny=Permission.SEND_MESSAGES)
        await refused(50013, channel.send("x"))
        wire.set_overwrite(harbour.general, harbour.guild, deny=Permission.VIEW_CHANNEL)
        await refused(50001, channel.send("x"))
        wire.delete_channel(harbour.general)
        await refused(10003, channel.send("x"))

    async def test_a_reply_names_what_it_answers(
        self, channel: discord.TextChannel, wire: Wire, harbour: Harbour
    ) -> None:
        said = await harbour.bo.send(harbour.general, "question")
        await channel.send("answer", reference=channel.get_partial_message(said.id))
        (_, reply) = wire.messages(harbour.general)
        assert reply.reference is said
        assert reply.pinged == {harbour.bo.id}


class TestDirect:
    async def test_a_message_reaches_who_is_open(self, bot: BareBot, wire: Wire, harbour: Harbour) -> None:
        await (await bot.fetch_user(harbour.bo.id)).send("hello bo")
        (message,) = harbour.bo.sees(wire.direct(harbour.bo))
        assert (message.text, message.pinged) == ("hello bo", set())
        await harbour.bo.send(wire.direct(harbour.bo), "hello bot")
        await wire.settle()
        assert bot.heard[-1].content == "hello bot"

    async def test_closed_doors_and_strangers(self, bot: BareBot, wire: Wire, harbour: Harbour) -> None:
        shy = wire.add_member(harbour.guild, wire.person("cy", dms_open=False))
        await refused(50007, (await bot.fetch_user(shy.id)).send("hello"))
        wire.remove_member(harbour.guild, harbour.bo)
        await refused(50007, (await bot.fetch_user(harbour.bo.id)).send("come back"))
