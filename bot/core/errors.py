"""The two kinds of error that are meant to be read: by a person in Discord, and by the operator."""

from __future__ import annotations


class UserError(Exception):
    """Something the person can understand and act on.

    ``key`` names the words in ``config/texts``; ``values`` fill its placeholders.
    """

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


class NotAllowed(UserError):
    """The person may not do this; the words say what the thing is for."""


class NotFound(UserError):
    """What the person pointed at is not there, or not theirs to see."""


class OperatorError(Exception):
    """The bot cannot start or go on; the message says in one or two plain lines what is wrong and what to do."""
