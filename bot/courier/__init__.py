"""Carries posts, deeds and words to Discord: by lane, within the budget, looking before it sends again."""

from bot.courier.courier import Courier
from bot.courier.wanted import (
    AccessWanted,
    DeleteWanted,
    EditWanted,
    EventGoneWanted,
    EventWanted,
    Overwrite,
    PinWanted,
    PlaceWanted,
    RenameWanted,
    RoleWanted,
    RoomGoneWanted,
    RoomWanted,
    Wanted,
)

__all__ = [
    "AccessWanted",
    "Courier",
    "DeleteWanted",
    "EditWanted",
    "EventGoneWanted",
    "EventWanted",
    "Overwrite",
    "PinWanted",
    "PlaceWanted",
    "RenameWanted",
    "RoleWanted",
    "RoomGoneWanted",
    "RoomWanted",
    "Wanted",
]
