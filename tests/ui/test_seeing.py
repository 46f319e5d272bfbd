"""What the bot may take for the truth about a channel."""

from __future__ import annotations

from bot.ui.seeing import is_hidden


def test_a_channel_that_discord_keeps_from_the_bot_is_known_by_its_flag_and_by_its_name() -> None:
    assert is_hidden({"name": "tuesday", "flags": 1 << 17})
    assert is_hidden({"name": "___hidden___"})
    assert not is_hidden({"name": "tuesday", "flags": 1 << 4})
    assert not is_hidden({"name": "tuesday"})
