"""A server where nobody may anything by default, the bot in it with its invite, and its people doing what they do."""

from __future__ import annotations

import asyncio
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.client import ANSWERING, Bot
from bot.ui.permissions import BOT, INVITE
from tests.wire import Channel, Guild, Interaction, Message, Permission, Person, Role, Wire
from tests.wire.permissions import CATEGORY, EVERYONE, can_view

BERLIN = ZoneInfo("Europe/Berlin")
TICKED = {"Please tick both": ["consent", "agreement"]}
ALLOWED = {"How you hear from us": ["message"]}
NOT_NOW = {"What should we tell them?": "size"}
REFUSED = "Discord doesn't let the bot do it: a permission is missing."
ALL_WELL = "Nothing is waiting, and nothing is lost."


class Town:
    """ada owns the server, kim manages it, lea and ben are lead and backup, fay facilitates."""

    def __init__(self, wire: Wire, name: str = "Harbour", *, invite: int = INVITE.value) -> None:
        self.wire = wire
        self.ada = wire.person("ada")
        # what everyone may do would be the bot's too, and hide that its invite lacks something
        self.guild: Guild = wire.add_guild(name, self.ada, bot_permissions=invite, everyone=0)
        self.people: Role = wire.add_role(self.guild, "People", EVERYONE)
        keepers = wire.add_role(self.guild, "Keepers", Permission.MANAGE_GUILD)
        self.hall = wire.add_channel(self.guild, "hall")
        self.kim = self.joins("kim")
        wire.give_role(self.guild, self.kim, keepers)
        self.lea, self.ben, self.fay = (self.joins(name) for name in ("lea", "ben", "fay"))

    def joins(self, name: str) -> Person:
        return self.wire.add_member(self.guild, name, self.people)

    # what the bot may do

    def holds(self, permissions: int) -> None:
        """An admin has the bot's role hold exactly these."""
        self.wire.set_bot_permissions(self.guild, permissions)

    def hides(self, channel: Channel) -> None:
        """An admin takes away the bot's view of one channel."""
        self.wire.set_overwrite(channel, self.wire.world.bot, deny=Permission.VIEW_CHANNEL)

    def takes(self, channel: Channel, permission: int) -> None:
        """An admin takes one permission from the bot in one channel."""
        bot = self.wire.world.bot
        held = self.wire.overwrites(channel)[bot.id].allow
        self.wire.set_overwrite(channel, bot, allow=held & ~permission, deny=permission)

    def mends(self, channel: Channel) -> None:
        """An admin gives the bot back all that it had in one channel."""
        self.wire.set_overwrite(channel, self.wire.world.bot, allow=BOT.value)

    # what is there

    def channel(self, name: str) -> Channel:
        return self.wire.channels(self.guild)[name]

    @property
    def names(self) -> list[str]:
        """The names of all channels, those that are there twice twice."""
        return sorted(channel.name for channel in self.guild.channels.values())

    def texts(self, name: str) -> list[str]:
        return [message.text for message in self.wire.messages(self.channel(name))]

    def cards(self, desk: str = "tides-desk") -> list[Message]:
        """The requests on a desk, the newest last."""
        return [message for message in self.wire.messages(self.channel(desk)) if "asks to join" in message.text]

    def amiss(self, channel: str = "safeguarding") -> list[Message]:
        """The cards about what is not as it should be, oldest first."""
        return [each for each in self.wire.messages(self.channel(channel)) if "as it should be." in each.text]

    def sees(self, person: Person, name: str = "tides") -> bool:
        """Whether this person can read that channel."""
        return can_view(self.channel(name), person.id)

    def told(self, person: Person) -> list[str]:
        """The direct messages that this person got."""
        return [message.text for message in self.wire.messages(self.wire.direct(person))]

    # what people do

    async def set_up(self, *, by: Person | None = None) -> Interaction:
        return await (by or self.kim).slash(
            self.hall, "setup start", lead=self.lea, backup_lead=self.ben, timezone="Europe/Berlin"
        )

    async def check(self) -> str:
        return (await self.kim.slash(self.hall, "setup check")).text

    async def found(self, name: str = "Tides", *, voice: bool = True) -> Interaction:
        return await self.kim.slash(self.hall, "group create", name=name, facilitator=self.fay, voice=voice)

    async def ask(self, person: Person, **fields: object) -> Interaction:
        """Browse, press **Ask to join** on the only group that can be asked for, read, go on, tick and send."""
        listed = await person.slash(self.hall, "group browse")
        agreement = await person.click(listed, "Ask to join")
        form = await person.click(agreement, "Go on")
        return await person.submit(form, TICKED | fields)

    async def welcome(self, card: Message) -> Interaction:
        return await self.fay.click(card, "Welcome in")

    async def decline(self, card: Message) -> Interaction:
        form = await self.fay.click(card, "Not now")
        return await self.fay.submit(form, NOT_NOW)

    async def leave(self, person: Person) -> Interaction:
        asked = await person.slash(self.hall, "group leave", group=await self.picks(person, "group leave"))
        return await person.click(asked, "Leave the group")

    async def means(self, card: Message, why: str) -> Interaction:
        """The lead says that something is meant to be so."""
        form = await self.lea.click(card, "It's meant to be so")
        return await self.lea.submit(form, {"Why is it meant to be so?": why})

    async def archive(self) -> Interaction:
        asked = await self.fay.slash(self.hall, "group archive", group=await self.picks(self.fay, "group archive"))
        return await self.fay.click(asked, "Archive the group")

    async def schedule(self, starts_at: datetime) -> Interaction:
        """A meeting of Tides, typed by its facilitator, understood and confirmed."""
        starts = f"{starts_at.astimezone(BERLIN):%Y-%m-%d %H:%M}"
        group = await self.picks(self.fay, "meeting schedule")
        understood = await self.fay.slash(self.hall, "meeting schedule", title="Evening", starts=starts, group=group)
        return await self.fay.click(understood, "Schedule it")

    async def post_agreement(self) -> Interaction:
        group = await self.picks(self.fay, "guidelines post")
        preview = await self.fay.slash(self.hall, "guidelines post", group=group)
        return await self.fay.click(preview, "Post it again")

    async def picks(self, person: Person, line: str, name: str = "Tides") -> str:
        """The group as it is picked from what is offered while typing its name."""
        assert await person.autocomplete(self.hall, line, "group", name) == [name]
        act = max(self.wire.world.interactions.values(), key=lambda act: act.id if act.choices else 0)
        (choice,) = act.choices or []
        return choice["value"]

    async def inbox(self, person: Person) -> str:
        return (await person.slash(self.hall, "inbox")).text


async def quiet(bot: Bot) -> None:
    """Return once the bot has nothing to do that it could do now: nobody is being answered, and every drain is empty.

    Drains ring for one another, so they are looked for by their name until none is left.
    """
    while True:
        await bot.courier.settled()
        busy = [task for task in asyncio.all_tasks() if task.get_name().startswith(("drain:", *ANSWERING))]
        if not busy:
            return
        await asyncio.wait(busy)


def nobody_waits(wire: Wire) -> None:
    """Everyone who did something was answered, and no answer still says that the bot is thinking."""
    waiting = [act for act in wire.world.interactions.values() if not act.shown]
    assert not waiting, f"left without an answer: {[(act.user.name, act.data) for act in waiting]}"


def rooms_are_private(town: Town) -> None:
    """Whatever was made is closed to everyone else from its first moment, and open to the bot."""
    for channel in town.guild.channels.values():
        if channel.name != "hall" and channel.type != CATEGORY:
            overwrites = town.wire.overwrites(channel)
            assert overwrites[town.guild.id].deny & Permission.VIEW_CHANNEL, channel.name
            assert overwrites[town.wire.world.bot.id].allow & Permission.VIEW_CHANNEL, channel.name


def all_is_there(town: Town) -> None:
    """Every channel once, the agreement once in the room and pinned, and no line that says so."""
    (voice,) = [name for name in town.names if name.startswith("tides-") and name != "tides-desk"]
    assert town.names == sorted(["Groups", "hall", "safeguarding", "tides", "tides-desk", voice])
    rooms_are_private(town)
    (agreement,) = town.wire.messages(town.channel("tides"))
    assert town.wire.pins(town.channel("tides")) == [agreement]
    assert town.sees(town.lea, "safeguarding") and town.sees(town.ben, "safeguarding")
    assert all(town.sees(town.fay, name) for name in ("tides", "tides-desk", voice))


async def opened(town: Town, bot: Bot) -> None:
    """Set up, with the group Tides open."""
    await town.set_up()
    await quiet(bot)
    await town.found()
    await quiet(bot)
    all_is_there(town)


async def let_in(town: Town, bot: Bot, person: Person) -> None:
    await town.ask(person)
    await quiet(bot)
    await town.welcome(town.cards()[-1])
    await quiet(bot)
    assert town.sees(person)
