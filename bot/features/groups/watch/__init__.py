"""Each room is as private as it says: what Discord has is compared with what is declared, and what differs is told."""

from bot.features.groups.watch.service import Watch

__all__ = ["Watch"]
