"""``config/helplines.toml``: emergency numbers and helplines by country, exactly as they were published."""

from __future__ import annotations

import re
from pathlib import Path

from bot.core.helplines import Channel, Contact, Country, Line
from bot.settings.files import read_toml
from bot.settings.options import is_web_address
from bot.settings.problems import Findings
from bot.settings.table import Table

_CODE = re.compile(r"[A-Z]{2}")
_NUMBER = re.compile(r"\+?[0-9(][0-9 ()./-]{0,30}")
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")
_NUMBER_WORDS = "the number as it is published, such as 116 123"
_CHANNELS = tuple(channel.value for channel in Channel)


def read_helplines(path: Path, name: str, shipped: Path, findings: Findings) -> tuple[Country, ...]:
    """The countries by name; the shipped ones if the operator has no such file."""
    if not path.exists():
        findings.note(f"{name} is not there, so the shipped helplines are used")
        path, name = shipped, str(shipped)
    document = read_toml(path, name, findings)
    if document is None:
        return ()
    top = Table.of(document, findings)
    seen: set[str] = set()
    countries = [_country(top, code, seen) for code in document.values]
    unchecked = sum(line.last_checked is None for country in countries for line in country.lines)
    if unchecked:
        findings.note(
            f"{name}: {unchecked} of the lines have no last_checked, and members are not shown them;"
            " check each, and write the day"
        )
    return tuple(sorted(countries, key=lambda country: country.name.casefold()))


def _country(top: Table, code: str, seen: set[str]) -> Country:
    if not _CODE.fullmatch(code):
        top.wrong(code, "is not the code of a country", "two capital letters, such as [NZ]")
    table = top.table(code)
    emergency = table.texts("emergency", allowed="at least one emergency number, such as 112, in quotes")
    for number in emergency:
        if not _NUMBER.fullmatch(number):
            table.wrong("emergency", f"has {number!r}, which is not a number", _NUMBER_WORDS)
    lines = (
        tuple(_line(line, seen) for line in table.tables("lines", if_empty="leave it out"))
        if table.has("lines")
        else ()
    )
    country = Country(
        code=code, name=table.required_text("name", allowed="what people call it"), emergency=emergency, lines=lines
    )
    table.refuse_unknown()
    return country


def _line(table: Table, seen: set[str]) -> Line:
    line = Line(
        id=table.required_text("id", allowed="a short name of its own, such as nz-1737"),
        name=table.required_text("name", allowed="what the line calls itself"),
        contacts=tuple(_contact(contact) for contact in table.tables("contacts", if_empty="how to reach the line")),
        last_checked=table.day("last_checked"),
    )
    if line.id in seen:
        table.wrong("id", f"is {line.id!r} again", "each line once")
    seen.add(line.id)
    table.refuse_unknown()
    return line


def _contact(table: Table) -> Contact:
    channel = table.choice("channel", _CHANNELS)
    contact = Contact(
        channel=Channel(channel or Channel.CALL),
        dial=table.text("dial", "", longest=60),
        url=table.text("url", ""),
        keyword=table.text("keyword", "", longest=20),
        hours=table.text("hours", "", longest=60),
        zone=table.text("zone", "", longest=40),
    )
    table.refuse_unknown()
    if channel is not None:
        _refuse_unreachable(table, contact)
    return contact


def _refuse_unreachable(table: Table, contact: Contact) -> None:
    match contact.channel:
        case Channel.CHAT:
            if not is_web_address(contact.url, ["https"]):
                table.wrong("url", f"is {contact.url!r}", "the chat's address, beginning with https://")
        case Channel.EMAIL:
            if not _ADDRESS.fullmatch(contact.dial):
                table.wrong("dial", f"is {contact.dial!r}", "an e-mail address")
        case _:
            if not _NUMBER.fullmatch(contact.dial):
                table.wrong("dial", f"is {contact.dial!r}", _NUMBER_WORDS)
