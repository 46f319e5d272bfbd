"""The agreement that members of a group keep to: which words, where they stand, who accepted which."""

from bot.features.guidelines.agreements import Agreements
from bot.features.guidelines.service import Guidelines

__all__ = ["Agreements", "Guidelines"]
