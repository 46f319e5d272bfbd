"""**Get help now**: private, at once, and without a trace.

Nothing here looks anything up in the database, writes a line to the log, or remembers the interaction: it works when
nothing else does, and nobody can find out that it was pressed.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from datetime import UTC, datetime, time

import discord

from bot.client import Bot, Interaction
from bot.core.helplines import Contact, Country
from bot.features.resources import Help, Resources, Shown
from bot.ui.access import Access, Answers
from bot.ui.answer import answer, replace, words_of
from bot.ui.components import PersistentButton, PersistentSelect
from bot.ui.doors import HELP, talk_door
from bot.ui.pages import Page, Row
from bot.ui.texts import Raw, Words, instant

ON_A_LIST = 25
"""Options that Discord takes in one select."""


class HelpButton(PersistentButton, template=HELP):
    access = Access.ANYONE
    answers = Answers.NOW
    afterwards = False
    label = "resources.help_button"
    style = discord.ButtonStyle.danger

    def __init__(self) -> None:
        super().__init__(HELP)

    async def press(self, interaction: Interaction) -> None:
        await answer(interaction, start_page(words_of(interaction), interaction.client.services.resources))


class CountrySelect(PersistentSelect, template=r"resources-country:(?P<part>\d{1,2})"):
    access = Access.ANYONE
    answers = Answers.NOW
    afterwards = False
    placeholder = "resources.country_placeholder"

    def __init__(self, part: int, countries: Sequence[Country] = ()) -> None:
        """``part``: which of the lists of countries this is."""
        options = [discord.SelectOption(label=country.name[:100], value=country.code) for country in countries]
        super().__init__(f"resources-country:{part}", options)
        self._letters = {"first": countries[0].name[0], "last": countries[-1].name[0]} if countries else {}

    def dress(self, words: Words) -> None:
        self.item.placeholder = words(self.placeholder, **self._letters)

    async def choose(self, interaction: Interaction, value: str) -> None:
        words, resources = words_of(interaction), interaction.client.services.resources
        found = resources.help(value)
        page = start_page(words, resources) if found is None else country_page(words, resources, found)
        await replace(interaction, page)


def start_page(words: Words, resources: Resources) -> Page:
    """The country is not known, so no number is shown: it could be another country's."""
    return Page(words("resources.help_no_country"), *_lists(resources), *_ending(words))


def country_page(words: Words, resources: Resources, found: Help) -> Page:
    country = found.country
    numbers = functools.reduce(
        lambda one, other: words("resources.either", one=one, other=other), map(Raw, country.emergency)
    )
    danger = words("resources.help_danger", country=country.name, emergency_numbers=numbers)
    if found.lines:
        lines = Raw("\n".join(_line(words, shown) for shown in found.lines))
        listeners = words("resources.help_lines", country=country.name, helplines=lines, emergency_numbers=numbers)
    else:
        listeners = words("resources.help_unchecked", country=country.name)
    return Page(danger, listeners, *_ending(words), *_lists(resources))


def _ending(words: Words) -> tuple[str | Row, ...]:
    return (
        words("resources.help_talk", coverage_line=words("resources.coverage_none")),
        Row(talk_door(0)),
        words("resources.help_private"),
    )


def _lists(resources: Resources) -> list[Row]:
    """Selects of about the same length, each of at most 25 countries."""
    countries = resources.countries
    lists = -(-len(countries) // ON_A_LIST)
    longest = -(-len(countries) // lists) if lists else 0
    return [Row(CountrySelect(part, countries[part * longest : (part + 1) * longest])) for part in range(lists)]


def _line(words: Words, shown: Shown) -> str:
    contacts = Raw("; ".join(_contact(words, contact) for contact in shown.line.contacts))
    line = words("resources.line", name=shown.line.name, contacts=contacts)
    if shown.checked is None:
        return line
    noon = datetime.combine(shown.checked, time(12), tzinfo=UTC)
    return words("resources.line_checked", line=line, date=instant(noon, "D"))


def _contact(words: Words, contact: Contact) -> Raw:
    """Exactly as it is published: the settings take no number that holds more than digits and their usual marks."""
    how = f"resources.contact_{contact.channel}{'_keyword' if contact.keyword else ''}"
    key = how if words.has(how) else f"resources.contact_{contact.channel}"
    values = {"dial": Raw(contact.dial), "url": Raw(contact.url), "keyword": contact.keyword}
    said = words(key, **values)
    if not contact.hours:
        return said
    hours = words("resources.hours_zone", hours=contact.hours, zone=contact.zone) if contact.zone else contact.hours
    return words("resources.contact_hours", contact=said, hours=hours)


async def setup(bot: Bot) -> None:
    bot.add_components(HelpButton, CountrySelect)
