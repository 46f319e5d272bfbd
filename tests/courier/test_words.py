"""Several words that one person is told at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.courier.words import together
from bot.inbox.model import Kept, State
from bot.ui.doors import help_door, talk_door
from bot.ui.pages import Page, Row

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def word(number: int) -> Kept:
    return Kept(
        id=number,
        guild_id=1,
        user_id=2,
        kind="groups.welcomed",
        params={},
        purpose=None,
        state=State.WAITING,
        created_at=NOON + timedelta(minutes=number),
    )


@pytest.mark.parametrize("newest_first", [False, True])
def test_a_button_stands_once_under_the_newest_word_that_has_it(newest_first: bool) -> None:
    """Two words that wait may offer the same help, and Discord refuses a message with one custom id twice."""
    said = [
        (word(1), Page("Earlier", Row(help_door(), talk_door(7)))),
        (word(2), Page("Later", Row(help_door()))),
    ]
    parts = list(together(said[::-1] if newest_first else said))
    shown = [part if isinstance(part, str) else [item.custom_id for item in part.items] for part in parts]
    earlier, later = ["Earlier", ["cases-talk:7"]], ["Later", ["resources-help"]]
    assert shown == (later + earlier if newest_first else earlier + later)
