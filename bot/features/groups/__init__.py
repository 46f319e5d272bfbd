"""Groups, the people in them and the people who ask to join: who may be in which room, and why."""

from bot.features.groups.model import (
    Group,
    GroupState,
    Member,
    MemberState,
    Mode,
    Place,
    Reason,
    Request,
    RequestState,
    Role,
    Rules,
    Server,
    Standing,
)
from bot.features.groups.service import Groups

__all__ = [
    "Group",
    "GroupState",
    "Groups",
    "Member",
    "MemberState",
    "Mode",
    "Place",
    "Reason",
    "Request",
    "RequestState",
    "Role",
    "Rules",
    "Server",
    "Standing",
]
