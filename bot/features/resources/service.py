"""Finding help for a country. It asks nobody, writes nothing and is told nothing about who looks."""

from __future__ import annotations

from collections.abc import Iterable

from bot.core.clock import Clock
from bot.core.helplines import Country
from bot.features.resources.model import Help, help_in


class Resources:
    def __init__(self, clock: Clock, countries: Iterable[Country]) -> None:
        self._clock = clock
        self._countries = {country.code: country for country in countries}

    @property
    def countries(self) -> tuple[Country, ...]:
        """By name, as people look for them."""
        return tuple(self._countries.values())

    def help(self, code: str) -> Help | None:
        """What may be shown today for the country of this code; None if it is not in the list."""
        country = self._countries.get(code)
        return None if country is None else help_in(country, self._clock().date())
