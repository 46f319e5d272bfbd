"""What is true on the stand-in's Discord: servers, channels, people, messages, as plain records without behaviour."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.wire.errors import refusal
from tests.wire.ids import Snowflakes

JSON = dict[str, Any]
EPHEMERAL = 1 << 6
LOADING = 1 << 7
COMPONENTS_V2 = 1 << 15


@dataclass(eq=False, slots=True)
class User:
    id: int
    name: str
    bot: bool = False
    dms_open: bool = True


@dataclass(eq=False, slots=True)
class Role:
    id: int
    name: str
    permissions: int
    position: int
    managed: bool = False
    mentionable: bool = False


@dataclass(slots=True)
class Overwrite:
    """Who it is for (a role's or a person's id; type 0 or 1), and the bits it allows and denies."""

    target_id: int
    type: int
    allow: int = 0
    deny: int = 0


@dataclass(eq=False, slots=True)
class Member:
    user: User
    role_ids: set[int]
    joined_at: float
    nick: str | None = None


@dataclass(eq=False, slots=True)
class Message:
    """A message as kept.

    `pinged` are the people it notified, `viewer` is set when only they can see it, `uploads` are its files by name.
    """

    id: int
    channel: Channel
    author: User
    content: str = ""
    type: int = 0
    components: list[JSON] = field(default_factory=list[JSON])
    embeds: list[JSON] = field(default_factory=list[JSON])
    attachments: list[JSON] = field(default_factory=list[JSON])
    flags: int = 0
    nonce: str | int | None = None
    mentions: list[User] = field(default_factory=list[User])
    mention_roles: list[int] = field(default_factory=list[int])
    mention_everyone: bool = False
    pinged: set[int] = field(default_factory=set[int])
    pinned_at: float | None = None
    edited_at: float | None = None
    uploads: dict[str, bytes] = field(default_factory=dict[str, bytes])
    reference: Message | None = None
    viewer: User | None = None
    interaction: Interaction | None = None
    deleted: bool = False

    @property
    def ephemeral(self) -> bool:
        return bool(self.flags & EPHEMERAL)

    @property
    def loading(self) -> bool:
        return bool(self.flags & LOADING)

    @property
    def text(self) -> str:
        """All that can be read in it, top to bottom; buttons are not text."""
        shown = [self.content, *(str(each["content"]) for each in walk(self.components) if each["type"] == 10)]
        embeds = [str(embed.get(key, "")) for embed in self.embeds for key in ("title", "description")]
        return "\n".join(part for part in shown + embeds if part)

    @property
    def buttons(self) -> list[str]:
        """The labels of its buttons, in order."""
        return [str(each.get("label")) for each in walk(self.components) if each["type"] == 2]

    @property
    def marks(self) -> list[int]:
        """The `id`s of its top components, as its author gave them."""
        return [each["id"] for each in self.components]


@dataclass(eq=False, slots=True)
class Channel:
    """A channel of a guild, or (type 1, no guild) a direct conversation between `recipients`, the bot among them."""

    id: int
    type: int
    name: str
    guild: Guild | None = None
    parent_id: int | None = None
    position: int = 0
    topic: str | None = None
    overwrites: dict[int, Overwrite] = field(default_factory=dict[int, Overwrite])
    recipients: list[User] = field(default_factory=list[User])
    messages: dict[int, Message] = field(default_factory=dict[int, Message])
    slowmode: int = 0
    nsfw: bool = False
    deleted: bool = False

    @property
    def parent(self) -> Channel | None:
        return self.guild.channels.get(self.parent_id) if self.guild and self.parent_id else None


@dataclass(eq=False, slots=True)
class ScheduledEvent:
    id: int
    guild: Guild
    creator: User
    data: JSON
    status: int = 1


@dataclass(eq=False, slots=True)
class Guild:
    id: int
    name: str
    owner_id: int
    roles: dict[int, Role] = field(default_factory=dict[int, Role])
    members: dict[int, Member] = field(default_factory=dict[int, Member])
    channels: dict[int, Channel] = field(default_factory=dict[int, Channel])
    events: dict[int, ScheduledEvent] = field(default_factory=dict[int, ScheduledEvent])


@dataclass(eq=False, slots=True)
class Modal:
    """A form that is open on one person's screen; `origin` is what they did to open it."""

    custom_id: str
    title: str
    components: list[JSON]
    origin: Interaction


@dataclass(eq=False, slots=True)
class Interaction:
    """Something a person did with the app, and all that the app answered."""

    id: int
    type: int
    token: str
    user: User
    channel: Channel
    data: JSON
    began: float
    source: Message | None = None
    response: int | None = None
    message: Message | None = None
    modal: Modal | None = None
    choices: list[JSON] | None = None
    followups: list[Message] = field(default_factory=list[Message])

    @property
    def shown(self) -> bool:
        """Whether the person has more before them than *thinking*."""
        return self.response is not None and not (self.response == 5 and self.message and self.message.loading)

    @property
    def text(self) -> str:
        """What the answer and its follow-ups say."""
        answers = [self.message] if self.message and self.response in (4, 5, 7) else []
        return "\n".join(each.text for each in [*answers, *self.followups])


@dataclass(eq=False)
class World:
    """All of it, and the bot that was invited into it."""

    bot: User
    snowflakes: Snowflakes
    users: dict[int, User] = field(default_factory=dict[int, User])
    guilds: dict[int, Guild] = field(default_factory=dict[int, Guild])
    channels: dict[int, Channel] = field(default_factory=dict[int, Channel])
    interactions: dict[int, Interaction] = field(default_factory=dict[int, Interaction])
    tokens: dict[str, Interaction] = field(default_factory=dict[str, Interaction])

    def channel(self, channel_id: int) -> Channel:
        if channel_id not in self.channels:
            raise refusal(10003)
        return self.channels[channel_id]

    def guild(self, guild_id: int) -> Guild:
        """A guild that the bot is in; any other is unknown to it."""
        guild = self.guilds.get(guild_id)
        if guild is None or self.bot.id not in guild.members:
            raise refusal(10004)
        return guild

    def direct(self, user: User) -> Channel:
        """The conversation between the bot and this person, opened if need be."""
        for channel in self.channels.values():
            if channel.type == 1 and user in channel.recipients:
                return channel
        channel = Channel(self.snowflakes.new(), 1, "", recipients=[user, self.bot])
        self.channels[channel.id] = channel
        return channel


def walk(components: list[JSON]) -> Iterator[JSON]:
    """Every component, with those inside it."""
    for each in components:
        yield each
        yield from walk(each.get("components") or [])
        yield from walk([each[key] for key in ("accessory", "component") if each.get(key)])
