"""What every scene is played with."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import discord

from bot.demo.eyes import Field, Form
from bot.demo.night import THERE, Night
from bot.demo.people import Answer, Cast, Person, Stuck
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

    @asynccontextmanager
    async def administering(self, person: Person) -> AsyncGenerator[None]:
        """Have somebody hold the one role that Discord lets see everything."""
        guild, backend = person.actor.guild, self.world.env.backend
        role = guild.create_role("Caretakers", permissions=discord.Permissions(administrator=True))
        backend.add_member_role(guild.id, person.id, role.id)
        await self.world.env.settle()
        try:
            yield
        finally:
            backend.delete_role(guild.id, role.id)
            await self.world.env.settle()

    async def confirm(self, person: Person, asked: Answer) -> None:
        """Press the one button under a question."""
        self.stage.answer(asked)
        if not asked.seen or len(asked.seen[0].buttons) != 1:
            raise Stuck(f"{person.name} was to confirm {asked.did}, and reads: {asked.text or 'nothing'}")
        self.stage.answer(await person.press(asked.seen[0], asked.seen[0].buttons[0]))

    async def will_be_there(self) -> None:
        """The facilitators say so where they were asked last; else the meeting would be called off."""
        one, other = self.night.facilitators
        self.stage.answer(await one.press(one.find(self.night.desk, THERE), THERE))
        self.stage.brief(other, (await other.press(other.find(self.night.desk, THERE), THERE)).seen[0])

    def rooms_of(self, *people: Person) -> None:
        for person in people:
            self.stage.rooms(person, person.eyes.names(person.actor))


def option(field: Field, label: str) -> str:
    """What is sent for the option that reads so. Raises ``Stuck`` if it is not offered."""
    value = dict(field.options).get(label)
    if value is None:
        offered = ", ".join(label for label, _ in field.options) or "nothing"
        raise Stuck(f"Under “{field.label}” there is no “{label}”, but: {offered}.")
    return value


def filled(person: Person, form: Form) -> dict[str, object]:
    """The form as this person fills it in: all that must be ticked, and of the rest what they wish."""
    values: dict[str, object] = {}
    for field in form.fields:
        if field.ticks and (field.required or person.may_message):
            values[field.custom_id] = [value for _, value in field.options]
        elif not field.ticks and person.note:
            values[field.custom_id] = person.note
    return values
