"""Time zones as people type them."""

from __future__ import annotations

import zoneinfo
from zoneinfo import ZoneInfo

import pytest

from bot.cli.main import main
from bot.core.errors import UserError
from bot.core.zones import read_zone, zone_names, zones_like


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        (" europe/berlin ", "Europe/Berlin"),
        ("berlin", "Europe/Berlin"),
        ("New York", "America/New_York"),
        ("america/new york", "America/New_York"),
        ("utc", "UTC"),
    ],
)
def test_a_zone_is_read_by_its_name_or_its_city(typed: str, meant: str) -> None:
    assert read_zone(typed) == meant


@pytest.mark.parametrize(
    ("typed", "near"),
    [("Europe/Berln", "Europe/Berlin"), ("Londn", "Europe/London")],
)
def test_an_unknown_zone_comes_with_the_nearest(typed: str, near: str) -> None:
    with pytest.raises(UserError) as error:
        read_zone(typed)
    assert error.value.key == "calendar.zone_unknown_like"
    assert error.value.values["text"] == typed
    assert near in str(error.value.values["like"])


@pytest.mark.parametrize("typed", ["", "EST", "GMT", "CET", "../../etc/passwd", "Mars/Olympus", "x" * 4000, "\0"])
def test_letters_that_stand_still_while_the_clocks_move_are_not_a_zone(typed: str) -> None:
    with pytest.raises(UserError) as error:
        read_zone(typed)
    assert error.value.key.startswith("calendar.zone_unknown")
    assert len(str(error.value.values["text"])) <= 60


def test_every_name_that_is_offered_can_be_used() -> None:
    assert len(zone_names()) > 400
    assert all(read_zone(name) == ZoneInfo(name).key for name in zone_names()[::10])


def test_what_is_half_typed_finds_the_cities_first() -> None:
    assert zones_like("berl", 25)[0] == "Europe/Berlin"
    assert zones_like("new y", 25) == ["America/New_York"]
    assert len(zones_like("", 25)) == 25
    assert zones_like("nowhere at all", 25) == []


def test_the_rules_come_from_the_installed_package_alone() -> None:
    zoneinfo.reset_tzpath(("/nowhere",))
    with pytest.raises(SystemExit):
        main(["--help"])
    assert zoneinfo.TZPATH == ()
