"""Compares a channel, as Discord has it, with what is declared."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from bot.features.groups.watch.effective import STEERS, VIEW, Overwrite, Ranks
from bot.features.groups.watch.model import Declared, Drift, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One channel as Discord shows it to the bot."""

    name: str
    topic: str
    parent_id: int | None
    overwrites: tuple[Overwrite, ...]


def compare(declared: Declared, channel: Channel, ranks: Ranks, ours: Collection[int]) -> tuple[Drift, ...]:
    """Everything that is not as declared. ``ours``: the ids of the bot and of roles that it alone holds.

    The owner and administrators see every channel, which is no drift. Nor is anything that is still on its way.
    """
    found = [*_strangers(declared, channel.overwrites, ranks, ours), *_people(declared, channel.overwrites, ranks)]
    return (*found, *_place(declared, channel))


def _strangers(
    declared: Declared, overwrites: Sequence[Overwrite], ranks: Ranks, ours: Collection[int]
) -> Iterator[Drift]:
    people = {one.user_id for one in declared.people} | {ranks.owner_id} | declared.unsure
    everyone = next((one for one in overwrites if not one.member and one.target_id == ranks.guild_id), None)
    if everyone is None or not everyone.deny & VIEW or everyone.allow & (VIEW | STEERS):
        yield Drift(kind=Kind.EVERYONE)
    for one in overwrites:
        if one.target_id in ours or one is everyone:
            continue
        if one.member and one.allow & VIEW and one.target_id not in people:
            yield Drift(kind=Kind.EXTRA_PERSON, user_id=one.target_id)
        known = one.target_id in ranks.roles and one.target_id not in ranks.admins
        if not one.member and known and one.allow & (VIEW | STEERS):
            yield Drift(kind=Kind.EXTRA_ROLE, role_id=one.target_id)


def _people(declared: Declared, overwrites: Sequence[Overwrite], ranks: Ranks) -> Iterator[Drift]:
    theirs = {one.target_id: one for one in overwrites if one.member}
    for expected in declared.people:
        if expected.user_id == ranks.owner_id or expected.user_id in declared.unsure:
            continue
        seen = theirs.get(expected.user_id)
        allowed = 0 if seen is None else seen.allow
        if expected.least & ~allowed:
            yield Drift(kind=Kind.MISSING_PERSON, user_id=expected.user_id)
        elif more := allowed & ~expected.most:
            yield Drift(kind=Kind.WRONG_PERSON, user_id=expected.user_id, detail=str(more))


def _place(declared: Declared, channel: Channel) -> Iterator[Drift]:
    if declared.name and _letters(declared.name) != _letters(channel.name):
        yield Drift(kind=Kind.RENAMED, detail=channel.name)
    if declared.code and declared.code not in channel.topic:
        yield Drift(kind=Kind.TOPIC)
    if declared.categories and channel.parent_id not in declared.categories:
        yield Drift(kind=Kind.MOVED, detail=str(channel.parent_id or ""))


def _letters(name: str) -> str:
    """A name without what Discord changes in the names of channels by itself."""
    line = unicodedata.normalize("NFKC", name).casefold()
    return "".join(letter for letter in line if letter.isalnum())
