"""Names of time zones as people type them."""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache
from zoneinfo import available_timezones

from bot.core.errors import UserError

UTC_NAME = "UTC"
LIKE = 0.7
_LONGEST_SHOWN = 60


@cache
def zone_names() -> tuple[str, ...]:
    """Every zone that is named for a place, and UTC.

    Names without a place (EST, GMT, CET) are left out: they either stand still while the clocks of those who use the
    letters move, or mean several places.
    """
    places = (name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/")))
    return (*sorted(places), UTC_NAME)


def read_zone(text: str) -> str:
    """The IANA name that was meant. Raises ``UserError`` with the nearest ones if there is none."""
    names = zone_names()
    wanted = _plain(text)
    by_name = {_plain(name): name for name in names}
    if wanted in by_name:
        return by_name[wanted]
    cities = [name for name in names if _city(name) == wanted]
    if len(cities) == 1:
        return cities[0]
    near = cities or _near(wanted, by_name)
    shown = text.strip()[:_LONGEST_SHOWN]
    if not near:
        raise UserError("calendar.zone_unknown", text=shown)
    raise UserError("calendar.zone_unknown_like", text=shown, like=", ".join(near[:3]))


def zones_like(typed: str, limit: int) -> list[str]:
    """What may be meant by something half typed, those that begin with it first."""
    wanted = _plain(typed)
    fitting = [name for name in zone_names() if wanted in _plain(name)]
    return sorted(fitting, key=lambda name: (not _city(name).startswith(wanted), name))[:limit]


def _near(wanted: str, by_name: dict[str, str]) -> list[str]:
    by_city = {_city(name): name for name in by_name.values()}
    alike = get_close_matches(wanted, [*by_city, *by_name], n=3, cutoff=LIKE)
    return list(dict.fromkeys(by_city.get(found) or by_name[found] for found in alike))


def _plain(name: str) -> str:
    return "_".join(name.casefold().replace("_", " ").split())


def _city(name: str) -> str:
    return _plain(name.rpartition("/")[2])
