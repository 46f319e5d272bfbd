"""Discord's marks as a person's own screen shows them: names, local times, bold and lists, in a terminal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from rich.text import Text

from bot.demo.people import Person

_TOKEN = re.compile(
    r"\\(?P<plain>[^\w\s])"
    r"|<t:(?P<at>-?\d+)(?::(?P<style>[tTdDfFsSR]))?>"
    r"|<@!?(?P<user>\d+)>"
    r"|<#(?P<channel>\d+)>"
    r"|</(?P<command>[^:>]+):\d+>"
    r"|\[(?P<link>[^\]]+)\]\(https?://[^)\s]+\)"
    r"|\*\*(?P<bold>.+?)\*\*"
    r"|`(?P<code>[^`]+)`"
    r"|(?<![\w*])\*(?P<slant>[^*\n]+)\*(?![\w*])"
)
_STYLES = {"bold": "bold", "slant": "italic", "link": "underline"}
_FORMATS = {
    "t": "%H:%M",
    "T": "%H:%M:%S",
    "d": "%d/%m/%Y",
    "D": "%d %B %Y",
    "f": "%d %B %Y %H:%M",
    "F": "%A, %d %B %Y %H:%M",
}
_UNITS = (("a", "day", 86_400), ("an", "hour", 3_600), ("a", "minute", 60), ("a", "second", 1))


def local(at: datetime, zone: str, style: str = "f") -> str:
    """A time as somebody in ``zone`` reads it."""
    return at.astimezone(ZoneInfo(zone)).strftime(_FORMATS.get(style, _FORMATS["f"]))


def relative(at: datetime, now: datetime) -> str:
    """How far away a time is, rounded as Discord does: ``in an hour``, ``5 minutes ago``."""
    seconds = (at - now).total_seconds()
    article, unit, size = next((found for found in _UNITS if abs(seconds) >= found[2]), _UNITS[-1])
    count = round(abs(seconds) / size)
    words = f"{article} {unit}" if count == 1 else f"{count} {unit}s"
    return f"in {words}" if seconds >= 0 else f"{words} ago"


def shown(words: str, person: Person, now: datetime) -> Text:
    """Words as they stand on this person's screen at this time."""
    made = Text()
    for number, line in enumerate(words.splitlines()):
        if number:
            made.append("\n")
        made.append(_line(line, person, now))
    return made


def plain(words: str, person: Person, now: datetime) -> str:
    return shown(words, person, now).plain


def _line(line: str, person: Person, now: datetime) -> Text:
    heading = re.match(r"#{1,3} ", line)
    if heading:
        return _marked(line[heading.end() :], person, now, "bold underline")
    if line.startswith("-# "):
        return _marked(line[3:], person, now, "dim")
    if line.startswith("> "):
        return Text("▏ ", style="dim").append(_marked(line[2:], person, now, "italic"))
    bullet = re.match(r"(\s*)[-*] ", line)
    if bullet:
        return Text(f"{bullet[1]}• ").append(_marked(line[bullet.end() :], person, now))
    return _marked(line, person, now)


def _marked(line: str, person: Person, now: datetime, style: str = "") -> Text:
    made = Text(style=style)
    for piece, how in _pieces(line, person, now):
        made.append(piece, style=how)
    return made


def _pieces(line: str, person: Person, now: datetime) -> Iterator[tuple[str, str]]:
    end = 0
    for token in _TOKEN.finditer(line):
        yield line[end : token.start()], ""
        yield from _piece(token, person, now)
        end = token.end()
    yield line[end:], ""


def _piece(token: re.Match[str], person: Person, now: datetime) -> Iterator[tuple[str, str]]:
    kind, value = token.lastgroup, token[token.lastgroup or 0]
    if kind in ("at", "style"):
        at = datetime.fromtimestamp(int(token["at"]), UTC)
        style = token["style"] or "f"
        yield relative(at, now) if style == "R" else local(at, person.zone, style), "cyan"
    elif kind == "user":
        yield f"@{person.eyes.person_name(int(value))}", "bold blue"
    elif kind == "channel":
        yield f"#{person.eyes.channel_name(person.actor, int(value))}", "bold blue"
    elif kind == "command":
        yield f"/{value}", "bold blue"
    elif kind in _STYLES:
        for piece, how in _pieces(value, person, now):
            yield piece, f"{how} {_STYLES[kind]}".strip()
    else:
        yield value, "reverse dim" if kind == "code" else ""
