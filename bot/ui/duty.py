"""Facilitators with a legal duty to report some kinds of harm are named as such to the people of their group."""

from __future__ import annotations

from collections.abc import Iterable

from bot.features.groups import Member
from bot.ui.texts import Raw, Words, mention


def duties(words: Words, members: Iterable[Member], *, inside: bool) -> list[str]:
    """One line about all who have that duty; none where nobody has it. Who is not ``inside`` is told no names."""
    bound = [mention(member.user_id) for member in members if member.facilitates and member.duty]
    if not bound:
        return []
    return [words("groups.duty", people=Raw(", ".join(bound))) if inside else words("groups.duty_unnamed")]
