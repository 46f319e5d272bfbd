"""Errands of any feature that Discord refused, kept until they can be put again."""

from bot.features.groups.setbacks.setbacks import Setbacks

__all__ = ["Setbacks"]
