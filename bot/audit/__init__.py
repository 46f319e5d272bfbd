"""Who changed what, without content: an append-only trail."""

from bot.audit.trail import Audit

__all__ = ["Audit"]
