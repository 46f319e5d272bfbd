"""Questions with other scales than five steps: long ones, and those of which more is harder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import discord

from bot.core.questions import Band, Option, Question, Template
from bot.ui.permissions import INVITE
from tests.cogs.test_checkins import COGS, LATEST, Circle
from tests.simcord_bot import running, said, sample_settings, shown


def scale(steps: int, *, falling: bool = False) -> tuple[Option, ...]:
    bands = [Band.LOW, *[Band.MID] * (steps - 2), Band.HIGH]
    places = range(steps - 1, -1, -1) if falling else range(steps)
    return tuple(Option(text=f"step {place}", band=bands[place]) for place in places)


SCALES = Template(
    id="scales",
    title="How were these days?",
    questions=(
        Question(label="Often first", text="How often was it loud?", options=scale(5, falling=True), reversed=True),
        Question(label="Nought to ten", text="How loud was it?", options=scale(11), reversed=True),
        Question(label="Nine", text="How bright was it?", options=scale(9)),
        Question(label="Ten", text="How warm was it?", options=scale(10)),
        Question(label="Many", text="How far did you get?", options=scale(24)),
    ),
)
OFTEN, LOUD = "0", "10"


def asked_in(form: Any) -> list[dict[str, Any]]:
    """The fields of a form that was shown, without their labels."""
    return [label["component"] for label in form.modal["components"]]


async def test_any_scale_can_be_answered_across_a_restart_and_is_summed_up_in_its_own_words(tmp_path: Path) -> None:
    async with running(sample_settings(tmp_path, checkins=(SCALES,)), extensions=COGS) as world:
        at = Circle(world, INVITE)
        await at.seat(members=6)
        await at.fay.slash(at.channel("tuesday-desk"), "checkin open", template="scales", closes="15 min")
        post = at.posts("Closes")[-1]
        forms = [await at.form_of(member, post) for member in at.members]
        fields = asked_in(forms[0])
        radio, select = discord.ComponentType.radio_group.value, discord.ComponentType.select.value
        assert [field["type"] for field in fields] == [radio, select, radio, select, select]
        for field, question in zip(fields, SCALES.questions, strict=True):
            words = [option["label"] for option in field["options"]]
            assert words == [*(option.text for option in question.options), "Prefer not to say"]
            assert field["required"] is False, "every question can be left out"
        await world.restart()
        given = {"question-0": OFTEN, "question-1": [LOUD], "question-2": "0", "question-3": ["unsaid"]}
        for member, form in zip(at.members, forms, strict=True):
            assert "Thank you" in said(await member.submit_modal(form, given))
        await world.pass_time(15 * 60 + LATEST)
        (results,) = at.posts("Thank you to anyone")
        sentences = [line for line in shown(results).splitlines() if line.startswith(("More", "No summary"))]
        assert sentences == [
            "More than half of the answers were towards *more often*.",
            "More than half of the answers were towards *more often*.",
            "More than half of the answers were towards the lower end.",
            "No summary this time.",
            "No summary this time.",
        ]
        past = said(await at.members[0].slash(at.room, "checkin results"))
        assert past.count("*more often*") == 2
