"""What is kept about a person: shown to them, erased when they ask, and deleted when its time is over."""

from bot.features.privacy.model import Given, Held, Holding, Outlook, Person
from bot.features.privacy.service import Privacy

__all__ = ["Given", "Held", "Holding", "Outlook", "Person", "Privacy"]
