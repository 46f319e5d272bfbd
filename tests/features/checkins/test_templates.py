"""A check-in is read again as it was when it was opened, whatever its file says by then."""

from __future__ import annotations

from dataclasses import replace

import sqlalchemy as sa

from bot.core.questions import Template
from bot.features.checkins import store
from tests.features.checkins.asked import TWO, Asked

HARDER = replace(TWO, questions=(replace(TWO.questions[0], reversed=True), TWO.questions[1]))


async def opened(asked: Asked, template: Template) -> Template:
    asked.checkins.templates[template.id] = template
    return (await asked.reread(await asked.open())).asked


async def test_which_questions_are_reversed_is_kept_with_what_was_asked(asked: Asked) -> None:
    assert (await opened(asked, HARDER)).questions == HARDER.questions
    asked.checkins.templates[TWO.id] = TWO
    now = await asked.checkins.open_in(guild_id=asked.group.guild_id, group_id=asked.group.id)
    assert now is not None and now.asked.questions == HARDER.questions


async def test_one_that_was_opened_before_there_were_reversed_questions_has_none(asked: Asked) -> None:
    await opened(asked, TWO)
    async with asked.db.begin() as tx:
        (row,) = await tx.all(sa.select(store.checkins))
        questions = [
            {name: said for name, said in one.items() if name != "reversed"} for one in row["asked"]["questions"]
        ]
        await tx.execute(sa.update(store.checkins).values(asked={**row["asked"], "questions": questions}))
    now = await asked.checkins.open_in(guild_id=asked.group.guild_id, group_id=asked.group.id)
    assert now is not None and now.asked.questions == TWO.questions
