"""People: they type, press, choose, fill in and send, and can do only what Discord's client lets them do."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Literal

from tests.wire import components, forms, payloads, slash
from tests.wire.message_deeds import REPLY, Draft
from tests.wire.permissions import Permission, in_channel
from tests.wire.world import JSON, Channel, Guild, Interaction, Message, Modal, User, walk

if TYPE_CHECKING:
    from tests.wire.server import Wire

Until = Literal["shown", "answered", "sent"]
COMMAND, COMPONENT, AUTOCOMPLETE, MODAL_SUBMIT = 2, 3, 4, 5
_THINKING_FOR = 15.0


class Person:
    """Someone with an account. Every act gives the Interaction, which fills with what the app answers.

    `until` says how long an act lasts: until something is `shown` (a deferred answer has been filled in), until the
    app has `answered` at all, or only until it is `sent`. Without an answer in three seconds an act fails, as it does
    on the screen.
    """

    def __init__(self, wire: Wire, user: User) -> None:
        self._wire = wire
        self.user = user

    def __repr__(self) -> str:
        return f"<{self.user.name}>"

    @property
    def id(self) -> int:
        return self.user.id

    @property
    def mention(self) -> str:
        return f"<@{self.user.id}>"

    async def slash(self, channel: Channel, line: str, *, until: Until = "shown", **options: Any) -> Interaction:
        """Type a command: `slash(channel, "group create", name="Tides")`."""
        self._must_be_able_to(channel, Permission.USE_APPLICATION_COMMANDS | Permission.SEND_MESSAGES)
        command = slash.typed(line, slash.offered(self._wire.commands, channel, self.id, slash.CHAT))
        data = slash.filled(self._wire.world, channel.guild, command, options)
        return await self._act(channel, COMMAND, data, until, f"/{line}")

    async def autocomplete(self, channel: Channel, line: str, option: str, text: str = "", **given: Any) -> list[str]:
        """The names of what is offered while typing `text` into an option of a command."""
        self._must_be_able_to(channel, Permission.USE_APPLICATION_COMMANDS | Permission.SEND_MESSAGES)
        command = slash.typed(line, slash.offered(self._wire.commands, channel, self.id, slash.CHAT))
        data = slash.half_filled(command, option, text, given)
        done = await self._act(channel, AUTOCOMPLETE, data, "answered", f"/{line} {option}:")
        return [choice["name"] for choice in done.choices or []]

    async def context_menu(self, target: Message, name: str, *, until: Until = "shown") -> Interaction:
        """Use an app's command from the menu of a message."""
        channel = target.channel
        self._must_see(target)
        self._must_be_able_to(channel, Permission.USE_APPLICATION_COMMANDS)
        menus = slash.offered(self._wire.commands, channel, self.id, slash.MESSAGE_MENU)
        assert name in menus, f"the message's menu has no {name!r}; it has {sorted(menus)}"
        full = payloads.message(target)
        data: JSON = {"id": menus[name]["id"], "name": name, "type": slash.MESSAGE_MENU, "target_id": str(target.id)}
        data["resolved"] = {"messages": {str(target.id): full}}
        if menus[name].get("guild_id"):
            data["guild_id"] = menus[name]["guild_id"]
        return await self._act(channel, COMMAND, data, until, name)

    async def click(
        self,
        at: Message | Interaction,
        label: str | None = None,
        *,
        custom_id: str | None = None,
        until: Until = "shown",
    ) -> Interaction:
        """Press the button with this label (or custom id) on a message or on the answer to an interaction."""
        message = self._message(at)
        button = self._component(message, (components.BUTTON,), label, custom_id)
        assert button.get("custom_id"), f"{label!r} is a link"
        data: JSON = {"custom_id": button["custom_id"], "component_type": components.BUTTON, "id": button["id"]}
        return await self._act(message.channel, COMPONENT, data, until, f"[{label}]", source=message)

    async def choose(
        self, at: Message | Interaction, menu: str | None, *values: Any, until: Until = "shown"
    ) -> Interaction:
        """Choose in the menu with this placeholder (None: the only menu), by label or as the person, role, channel."""
        message = self._message(at)
        select = self._component(message, components.SELECTS, menu, None)
        low, high = (1 if select.get(key) is None else select[key] for key in ("min_values", "max_values"))
        assert low <= len(values) <= high, f"{len(values)} chosen, allowed are {low} to {high}"
        data: JSON = {"custom_id": select["custom_id"], "component_type": select["type"], "id": select["id"]}
        if select["type"] == components.STRING_SELECT:
            by_name = {each["value"]: each["value"] for each in select["options"]}
            by_name |= {each["label"]: each["value"] for each in select["options"]}
            assert all(value in by_name for value in values), f"{values} not all among {sorted(by_name)}"
            data["values"] = [by_name[value] for value in values]
        else:
            data["values"] = [str(value.id) for value in values]
            picked = [(slash.MENTIONABLE, value) for value in values]
            data["resolved"] = slash.resolved(self._wire.world, message.channel.guild, picked)
        return await self._act(message.channel, COMPONENT, data, until, f"<{menu}>", source=message)

    async def submit(
        self, form: Modal | Interaction, values: dict[str, Any] | None = None, *, until: Until = "shown"
    ) -> Interaction:
        """Fill in the open form by labels and send it."""
        modal = form.modal if isinstance(form, Interaction) else form
        assert modal is not None, "no form is open"
        origin = modal.origin
        assert origin.user is self.user, "this form is open on someone else's screen"
        data = forms.submitted(self._wire.world, origin.channel.guild, modal, values or {})
        return await self._act(origin.channel, MODAL_SUBMIT, data, until, modal.title, source=origin.source)

    async def send(
        self, channel: Channel, content: str, *, reply_to: Message | None = None, files: dict[str, bytes] | None = None
    ) -> Message:
        """Write a message."""
        self._must_be_able_to(channel, Permission.SEND_MESSAGES)
        draft = Draft({"content": content}, files or {}, type=REPLY if reply_to else 0, reference=reply_to)
        return self._wire.message_deeds.post(channel, self.user, draft)

    async def edit(self, message: Message, content: str) -> None:
        """Change one's own message."""
        assert message.author is self.user, "only one's own messages can be edited"
        self._wire.message_deeds.edit(message, {"content": content}, {})

    async def delete(self, message: Message) -> None:
        """Delete one's own message, or with Manage Messages anyone's."""
        if message.author is not self.user:
            self._must_be_able_to(message.channel, Permission.MANAGE_MESSAGES)
        self._wire.message_deeds.delete(message)

    def sees(self, channel: Channel) -> list[Message]:
        """What this person sees in a channel, oldest first, private answers to them included."""
        return self._wire.visible_to(self, channel)

    async def _act(
        self, channel: Channel, kind: int, data: JSON, until: Until, what: str, *, source: Message | None = None
    ) -> Interaction:
        wire = self._wire
        act = Interaction(
            wire.world.snowflakes.new(), kind, wire.new_token(), self.user, channel, data, time.monotonic(), source
        )
        wire.world.interactions[act.id] = wire.world.tokens[act.token] = act
        payload = _payload(wire, act)
        wire.gateway.dispatch(
            "INTERACTION_CREATE", payload, guild_id=channel.guild.id if channel.guild else None, intents=0
        )
        if until == "sent":
            return act
        answered = await wire.bell.wait_for(lambda: act.response is not None, wire.answer_within + 0.1)
        assert answered, f"{self.user.name}, {what}: the application did not respond"
        if until == "shown":
            shown = await wire.bell.wait_for(lambda: act.shown or (act.message and act.message.deleted), _THINKING_FOR)
            assert shown, f"{self.user.name}, {what}: the application is still thinking"
        return act

    def _must_be_able_to(self, channel: Channel, needed: int) -> None:
        held = in_channel(channel, self.id)
        assert held & Permission.VIEW_CHANNEL, f"{self.user.name} cannot see #{channel.name}"
        assert held & needed == needed, f"{self.user.name} lacks {Permission(needed & ~held)!r} in #{channel.name}"
        assert not channel.deleted, f"#{channel.name} is gone"

    def _must_see(self, message: Message) -> None:
        assert not message.deleted, "the message is gone"
        assert message in self._wire.visible_to(self, message.channel), f"{self.user.name} cannot see this message"

    def _message(self, at: Message | Interaction) -> Message:
        message = at.message if isinstance(at, Interaction) else at
        assert message is not None, "nothing is shown"
        self._must_see(message)
        return message

    def _component(self, message: Message, kinds: tuple[int, ...], name: str | None, custom_id: str | None) -> JSON:
        every = [each for each in walk(message.components) if each["type"] in kinds]
        names = [each.get("label") or each.get("placeholder") for each in every]
        fitting = [
            each
            for each, shown in zip(every, names, strict=True)
            if (custom_id is None or each.get("custom_id") == custom_id) and (name is None or shown == name)
        ]
        assert len(fitting) == 1, f"{len(fitting)} match {name or custom_id!r}; there are {names}"
        assert not fitting[0].get("disabled"), f"{name or custom_id!r} is disabled"
        return fitting[0]


def _payload(wire: Wire, act: Interaction) -> JSON:
    """The INTERACTION_CREATE of an act."""
    guild, channel, bot = act.channel.guild, act.channel, wire.world.bot
    data: JSON = {
        "id": str(act.id),
        "application_id": str(bot.id),
        "type": act.type,
        "token": act.token,
        "version": 1,
        "data": act.data,
        "channel_id": str(channel.id),
        "channel": payloads.channel(channel) | {"permissions": str(in_channel(channel, act.user.id))},
        "locale": "en-US",
        "entitlements": [],
        "app_permissions": str(in_channel(channel, bot.id)),
        "attachment_size_limit": 10_485_760,
        "context": 0 if guild else 1,
        "authorizing_integration_owners": {"0": str(guild.id) if guild else "0"},
    }
    if act.source is not None:
        data["message"] = payloads.message(act.source)
    if guild is None:
        return data | {"user": payloads.user(act.user)}
    held = in_channel(channel, act.user.id)
    member = payloads.member(guild.members[act.user.id]) | {"permissions": str(held)}
    return data | {"guild_id": str(guild.id), "guild": _about(guild), "guild_locale": "en-US", "member": member}


def _about(guild: Guild) -> JSON:
    return {"id": str(guild.id), "locale": "en-US", "features": []}
