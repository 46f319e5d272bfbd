"""What the operator decides: environment, ``.env`` and ``config/``, read once into one frozen Settings."""

from __future__ import annotations

from bot.settings.loading import load
from bot.settings.model import (
    Agreement,
    DiscordOptions,
    GroupDefaults,
    LadderStep,
    LadderTier,
    MeetingDefaults,
    Organisation,
    Posting,
    Retention,
    Settings,
    Shards,
)
from bot.settings.problems import Problem, SettingsError

__all__ = [
    "Agreement",
    "DiscordOptions",
    "GroupDefaults",
    "LadderStep",
    "LadderTier",
    "MeetingDefaults",
    "Organisation",
    "Posting",
    "Problem",
    "Retention",
    "Settings",
    "SettingsError",
    "Shards",
    "load",
]
