"""What every scene is played with."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.demo.eyes import Field
from bot.demo.night import Night
from bot.demo.people import Cast, Stuck
from bot.demo.stage import Stage
from bot.demo.world import World


class Play:
    """People on a stage in a world, and what is noted of what they do."""

    def __init__(self, world: World, cast: Cast, stage: Stage, night: Night) -> None:
        self.world = world
        self.cast = cast
        self.stage = stage
        self.night = night

    async def until(self, at: datetime) -> None:
        await self.world.pass_time((at.astimezone(UTC) - self.world.now()).total_seconds())


def option(field: Field, label: str) -> str:
    """What is sent for the option that reads so. Raises ``Stuck`` if it is not offered."""
    value = dict(field.options).get(label)
    if value is None:
        offered = ", ".join(label for label, _ in field.options) or "nothing"
        raise Stuck(f"Under “{field.label}” there is no “{label}”, but: {offered}.")
    return value
