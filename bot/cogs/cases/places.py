"""Who should get a concern that is raised outside a group's rooms: the list in a form, and what was chosen."""

from __future__ import annotations

from typing import Any

import discord
from discord import ui

from bot.features.cases.model import Places
from bot.ui.components import Typed
from bot.ui.texts import Words

LEAD = "lead"
MOST = 24
"""Groups in the list, beside the lead: Discord takes 25 options."""


def where_label(words: Words, places: Places | None) -> list[ui.Item[Any]]:
    """Nothing to choose in a group's room, nor for somebody who is in no group: that goes to the lead."""
    if places is None or places.here is not None or not places.theirs:
        return []
    options = [discord.SelectOption(label=group.name[:100], value=str(group.id)) for group in places.theirs[:MOST]]
    options.append(discord.SelectOption(label=words("cases.where_lead_option"), value=LEAD))
    return [
        ui.Label[Any](
            text=words("cases.where_label"),
            component=ui.Select[Any](custom_id="where", options=options, min_values=1, max_values=1),
        )
    ]


def chosen_group(typed: Typed) -> int | None:
    chosen = typed.text("where")
    return int(chosen) if chosen.isdecimal() else None
