"""Whatever can be about one person can be told to them."""

from __future__ import annotations

from bot.cogs.privacy import HELD
from bot.storage import metadata


def test_every_class_that_can_be_about_a_person_has_words_for_them() -> None:
    personal = [
        table.c[table.info["person"]].info["kept"] for table in metadata.tables.values() if "person" in table.info
    ]
    assert len(set(personal)) >= 5
    assert set(personal) <= set(HELD)
