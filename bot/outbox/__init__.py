"""What must be posted or done on Discord, exactly once. Knows nothing of Discord: the courier carries it there."""

from bot.outbox.model import Deed, Delivered, Errand, Lane, Post, Returned, What
from bot.outbox.outbox import Outbox

__all__ = ["Deed", "Delivered", "Errand", "Lane", "Outbox", "Post", "Returned", "What"]
