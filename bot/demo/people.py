"""The invented people of the evening, and how they act: as anyone does in Discord, and no other way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

import discord
from simcord.actors import MemberActor
from simcord.backend.errors import BackendError, SetupError
from simcord.builders import ChannelHandle, GuildHandle
from simcord.env import Env
from simcord.results import InteractionResult

from bot.demo.eyes import Eyes, Form, Seen, list_with


class Stuck(Exception):
    """Somebody could not do what the evening needs; the message says who, what and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """Somebody before they come into the server."""

    name: str
    zone: str
    note: str = ""
    may_message: bool = False


ADMIN = Sketch(name="Ilse", zone="Europe/Berlin")
LEAD = Sketch(name="Ruth", zone="Europe/Berlin")
BACKUP = Sketch(name="Anselm", zone="Europe/Vienna")
FACILITATOR = Sketch(name="Tomasz", zone="Europe/Warsaw")
CO_FACILITATOR = Sketch(name="Ines", zone="Europe/Lisbon")
STRANGER = Sketch(name="Viktor", zone="Europe/Paris")
ASKING = (
    Sketch(name="Amara", zone="Europe/London", note="My sister suggested this to me in spring.", may_message=True),
    Sketch(name="Bea", zone="America/New_York"),
    Sketch(name="Chidi", zone="Africa/Lagos", note="I mostly like to listen at first.", may_message=True),
    Sketch(name="Dilan", zone="Europe/Istanbul"),
    Sketch(name="Emil", zone="Europe/Berlin", note="I was in a choir once and miss having a circle.", may_message=True),
    Sketch(name="Farah", zone="Asia/Karachi"),
    Sketch(name="Gwen", zone="Europe/Dublin", may_message=True),
    Sketch(name="Henrik", zone="Europe/Oslo", note="Is it all right to come only now and then?"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a person got for something they did."""

    person: Person
    did: str
    seen: tuple[Seen, ...]
    form: Form | None
    result: InteractionResult

    @property
    def text(self) -> str:
        return "\n".join(seen.text for seen in self.seen)

    def showing(self, label: str) -> Seen:
        """The message of this answer with that button or choice. Raises ``Stuck`` if there is none."""
        for seen in self.seen:
            if label in seen.buttons or label in dict(seen.choices):
                return seen
        raise Stuck(f"{self.person.name} looked for [{label}] after {self.did}, and it was not there.")


@dataclass(slots=True, kw_only=True)
class Person:
    """One person at their own screen."""

    name: str
    zone: str
    note: str
    may_message: bool
    actor: MemberActor
    eyes: Eyes
    journal: list[Answer] = field(repr=False)
    """Everything that anybody did, in order; shared by all."""

    @property
    def id(self) -> int:
        return self.actor.id

    @property
    def place(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    def room(self, name: str) -> ChannelHandle:
        """A channel on this person's screen. Raises ``Stuck`` if it is not there."""
        channel = self.eyes.channels(self.actor).get(name)
        if channel is None:
            raise Stuck(f"{self.name} cannot see #{name}.")
        return channel

    def sees(self, name: str) -> list[Seen]:
        """The messages of a channel as they stand on this person's screen; none if it is not there."""
        channel = self.eyes.channels(self.actor).get(name)
        return [] if channel is None else self.eyes.look(self.actor, channel)

    def find(self, place: str, label: str) -> Seen:
        """The newest message there with that button. Raises ``Stuck`` if there is none."""
        for seen in reversed(self.sees(place)):
            if label in seen.buttons:
                return seen
        raise Stuck(f"{self.name} looked for [{label}] in #{place}, and it was not there.")

    async def command(self, place: str, name: str, /, **options: Any) -> Answer:
        did = f"/{name}"
        channel = self.room(place)
        try:
            return self._noted(did, await self.actor.slash(channel, name, **options))
        except (SetupError, BackendError) as error:
            raise self._stuck(did, error) from error

    async def offered(self, place: str, name: str, option: str, typed: str = "") -> dict[str, str]:
        """What an option of a command offers this person while they type: what they read, and what is sent."""
        try:
            offers = await self.actor.autocomplete(self.room(place), name, option, typed)
        except (SetupError, BackendError) as error:
            raise self._stuck(f"/{name}", error) from error
        return {offer["name"]: offer["value"] for offer in offers}

    async def press(self, seen: Seen, label: str) -> Answer:
        did = f"[{label}]"
        try:
            return self._noted(did, await self.actor.click(seen.message, label=label))
        except (SetupError, BackendError) as error:
            raise self._stuck(did, error) from error

    async def choose(self, seen: Seen, label: str) -> Answer:
        """Pick one thing from the list in a message, by what it is called."""
        did = f"“{label}”"
        try:
            value, custom_id = dict(seen.choices)[label], list_with(seen.message, label)
            return self._noted(did, await self.actor.select(seen.message, [value], custom_id=custom_id))
        except (SetupError, BackendError) as error:
            raise self._stuck(did, error) from error

    async def menu(self, seen: Seen, name: str) -> Answer:
        """Pick something from the menu of a message."""
        did = f"“{name}”"
        try:
            return self._noted(did, await self.actor.context_menu(self.room(seen.place), name, seen.message))
        except (SetupError, BackendError) as error:
            raise self._stuck(did, error) from error

    async def say(self, place: str, words: str) -> None:
        """Write a message, as people do."""
        try:
            await self.actor.send(self.room(place), words)
        except (SetupError, BackendError) as error:
            raise Stuck(f"{self.name} could not write in #{place}: {error}") from error

    async def fill(self, form: Form, values: Mapping[str, Any]) -> Answer:
        """Send a form, with ``values`` by the custom ids of its fields."""
        did = f"the form “{form.title}”"
        try:
            return self._noted(did, await self.actor.submit_modal(form.opened, dict(values)))
        except (SetupError, BackendError) as error:
            raise self._stuck(did, error) from error

    def again(self, answer: Answer) -> Answer:
        """The same answer as it stands now: some are edited, and some are followed by more."""
        return replace(answer, seen=tuple(self.eyes.answer(self.actor, answer.result)))

    def form_of(self, answer: Answer) -> Form:
        """The form that opened. Raises ``Stuck`` if none did."""
        if answer.form is None:
            raise Stuck(f"{self.name} expected a form from {answer.did}, and got: {answer.text or 'nothing'}")
        return answer.form

    def _noted(self, did: str, result: InteractionResult) -> Answer:
        seen = tuple(self.eyes.answer(self.actor, result))
        form = self.eyes.form(result)
        answer = Answer(person=self, did=did, seen=seen, form=form, result=result)
        self.journal.append(answer)
        if not result.acknowledged:
            raise Stuck(f"{self.name} used {did} and got no answer.")
        return answer

    def _stuck(self, did: str, error: Exception) -> Stuck:
        return Stuck(f"{self.name} could not use {did}: {error}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Everybody in the server, by what they are to the story."""

    admin: Person
    lead: Person
    backup: Person
    facilitator: Person
    co_facilitator: Person
    stranger: Person
    asking: tuple[Person, ...]
    journal: list[Answer] = field(repr=False)

    @property
    def everybody(self) -> tuple[Person, ...]:
        keepers = (self.admin, self.lead, self.backup, self.facilitator, self.co_facilitator)
        return (*keepers, self.stranger, *self.asking)

    def called(self, name: str) -> Person:
        return next(person for person in self.everybody if person.name == name)


def gather(env: Env, guild: GuildHandle) -> Cast:
    """Have the people join the server: one of them may manage it, and nobody else has any power there."""
    eyes = Eyes(env, guild)
    journal: list[Answer] = []
    managing = guild.create_role("Organisers", permissions=discord.Permissions(manage_guild=True))

    def come(sketch: Sketch, *roles: Any) -> Person:
        user = env.create_user(sketch.name.lower(), global_name=sketch.name)
        actor = guild.add_member(user, roles=roles)
        return Person(
            name=sketch.name,
            zone=sketch.zone,
            note=sketch.note,
            may_message=sketch.may_message,
            actor=actor,
            eyes=eyes,
            journal=journal,
        )

    return Cast(
        admin=come(ADMIN, managing),
        lead=come(LEAD),
        backup=come(BACKUP),
        facilitator=come(FACILITATOR),
        co_facilitator=come(CO_FACILITATOR),
        stranger=come(STRANGER),
        asking=tuple(come(sketch) for sketch in ASKING),
        journal=journal,
    )
