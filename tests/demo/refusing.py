"""A part of the bot that cannot be begun."""

from __future__ import annotations

from typing import Any

from bot.core.errors import OperatorError


async def setup(bot: Any) -> None:
    raise OperatorError("There is no coffee.")
