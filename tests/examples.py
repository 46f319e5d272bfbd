"""How many examples a rule is tried on that is slow to try."""

from __future__ import annotations

from hypothesis import settings


def examples(full: int, *, ci: int) -> int:
    """The number at the size of this run: see ``pytest_configure`` beside this."""
    return ci if settings.get_current_profile_name() == "few" else full
