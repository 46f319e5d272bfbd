"""Places in groups: how full a group is, who waits for a place, who is offered one, who is visiting."""

from bot.features.groups.places.admission import Admission
from bot.features.groups.places.invitations import Invitations
from bot.features.groups.places.places import Places
from bot.features.groups.places.visits import Visits

__all__ = ["Admission", "Invitations", "Places", "Visits"]
