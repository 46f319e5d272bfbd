"""From what a person types to the data of a command interaction, as Discord's client builds and checks it."""

from __future__ import annotations

from typing import Any

from tests.wire import payloads
from tests.wire.permissions import ALL, in_channel
from tests.wire.world import JSON, Channel, Guild, World

CHAT, USER_MENU, MESSAGE_MENU = 1, 2, 3
SUBCOMMAND, GROUP, STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER = range(1, 11)
_RESOLVED = (USER, CHANNEL, ROLE, MENTIONABLE)


class Typed:
    """A command as far as it is typed: the registered one, the innermost options, and the way to them."""

    def __init__(self, command: JSON, way: list[JSON]) -> None:
        self.command = command
        self.way = way
        self.options: list[JSON] = (way[-1] if way else command).get("options") or []

    def data(self, options: list[JSON], resolved: JSON) -> JSON:
        for step in reversed(self.way):
            options = [{"name": step["name"], "type": step["type"], "options": options}]
        data: JSON = {"id": self.command["id"], "name": self.command["name"], "type": CHAT, "options": options}
        if self.command.get("guild_id"):
            data["guild_id"] = self.command["guild_id"]
        return data | ({"resolved": resolved} if resolved else {})


def offered(commands: dict[int | None, list[JSON]], channel: Channel, user_id: int, kind: int) -> dict[str, JSON]:
    """The commands of a kind that the client offers this person here, the server's own before the global ones."""
    here = {each["name"]: each for each in commands.get(None, []) if each["type"] == kind}
    if channel.guild is not None:
        own = [each | {"guild_id": str(channel.guild.id)} for each in commands.get(channel.guild.id, [])]
        here |= {each["name"]: each for each in own if each["type"] == kind}
    return {name: each for name, each in here.items() if _is_open(each, channel, user_id)}


def _is_open(command: JSON, channel: Channel, user_id: int) -> bool:
    context = 0 if channel.guild else 1
    contexts = command.get("contexts")
    if contexts is not None and context not in contexts:
        return False
    if contexts is None and channel.guild is None and command.get("dm_permission") is False:
        return False
    needed = command.get("default_member_permissions")
    if needed is None or channel.guild is None:
        return True
    held = in_channel(channel, user_id)
    return held == ALL or (int(needed) != 0 and held & int(needed) == int(needed))


def typed(line: str, commands: dict[str, JSON]) -> Typed:
    """The command that `group create` names among those offered."""
    first, *rest = line.lstrip("/").split()
    assert first in commands, f"/{first} is not offered here; offered are {sorted(commands)}"
    command, way = commands[first], list[JSON]()
    options: list[JSON] = command.get("options") or []
    for word in rest:
        step = next((each for each in options if each["name"] == word and each["type"] in (SUBCOMMAND, GROUP)), None)
        assert step is not None, f"/{line}: no {word!r} among {[each['name'] for each in options]}"
        way.append(step)
        options = step.get("options") or []
    assert not any(each["type"] in (SUBCOMMAND, GROUP) for each in options), f"/{line} needs a subcommand"
    return Typed(command, way)


def filled(world: World, guild: Guild | None, command: Typed, given: dict[str, Any]) -> JSON:
    """The data of a command that is sent, every option checked as the client checks it."""
    known = {option["name"]: option for option in command.options}
    unknown = given.keys() - known.keys()
    assert not unknown, f"the command has no option {sorted(unknown)}; it has {sorted(known)}"
    missing = [name for name, option in known.items() if option.get("required") and name not in given]
    assert not missing, f"required and not given: {missing}"
    for name, value in given.items():
        _check(known[name], value)
    options = [_option(known[name], value) for name, value in given.items()]
    return command.data(options, resolved(world, guild, [(known[name]["type"], given[name]) for name in given]))


def half_filled(command: Typed, focused: str, text: str, given: dict[str, Any]) -> JSON:
    """The data of an autocomplete: what is there so far, nothing resolved, one option still being typed."""
    known = {option["name"]: option for option in command.options}
    assert focused in known, f"the command has no option {focused!r}; it has {sorted(known)}"
    assert known[focused].get("autocomplete"), f"the option {focused!r} does not autocomplete"
    options = [_option(known[name], value) for name, value in given.items()]
    options.append({"name": focused, "type": known[focused]["type"], "value": text, "focused": True})
    return command.data(options, {})


def _option(option: JSON, value: Any) -> JSON:
    kind = option["type"]
    if kind in _RESOLVED:
        return {"name": option["name"], "type": kind, "value": str(value.id)}
    for choice in option.get("choices") or []:
        if value in (choice["name"], choice["value"]):
            value = choice["value"]
    return {"name": option["name"], "type": kind, "value": value}


def _check(option: JSON, value: Any) -> None:
    name, kind = option["name"], option["type"]
    fitting: dict[int, Any] = {STRING: str, INTEGER: int, BOOLEAN: bool, NUMBER: (int, float)}
    if kind in fitting:
        is_bool = isinstance(value, bool)
        assert isinstance(value, fitting[kind]) and is_bool == (kind == BOOLEAN), (
            f"{name}: {value!r} is of another type"
        )
    else:
        assert hasattr(value, "id"), f"{name}: a person, channel or role is picked, not {value!r}"
    choices = [part for choice in option.get("choices") or [] for part in (choice["name"], choice["value"])]
    assert not choices or value in choices, f"{name}: {value!r} is not among {choices}"
    if kind == STRING:
        low, high = option.get("min_length") or 0, option.get("max_length") or 6000
        assert low <= len(value) <= high, f"{name}: {len(value)} characters, allowed are {low} to {high}"
    if kind in (INTEGER, NUMBER):
        low, high = option.get("min_value"), option.get("max_value")
        assert (low is None or value >= low) and (high is None or value <= high), f"{name}: {value} is out of range"
    if kind == CHANNEL and option.get("channel_types"):
        assert value.type in option["channel_types"], f"{name}: a channel of this type is not offered"


def resolved(world: World, guild: Guild | None, picked: list[tuple[int, Any]]) -> JSON:
    """The people, roles and channels that were picked, in full."""
    data: JSON = {}
    for kind, value in picked:
        if kind not in _RESOLVED:
            continue
        key = str(value.id)
        if value.id in world.users:
            data.setdefault("users", {})[key] = payloads.user(world.users[value.id])
            if guild is not None and value.id in guild.members:
                member = payloads.member(guild.members[value.id], with_user=False)
                data.setdefault("members", {})[key] = member | {"permissions": "0"}
        elif value.id in world.channels:
            channel = payloads.channel(world.channels[value.id])
            data.setdefault("channels", {})[key] = channel | {"permissions": "0"}
        elif guild is not None:
            data.setdefault("roles", {})[key] = payloads.role(guild.roles[value.id])
    return data
