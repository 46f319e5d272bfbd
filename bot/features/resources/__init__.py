"""Where help is outside this server: checked lines of the country somebody picks. Keeps nothing, needs no database."""

from bot.features.resources.model import Help, Shown
from bot.features.resources.service import Resources

__all__ = ["Help", "Resources", "Shown"]
