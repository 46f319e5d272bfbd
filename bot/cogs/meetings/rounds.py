"""Circle rounds as people touch them: `/meeting round`, **Speak** and **Pass**, and the facilitators' panel."""

from __future__ import annotations

from datetime import datetime

from discord import app_commands
from discord.ext import commands

from bot.client import Interaction
from bot.features.meetings.rounds import Heard, Press, Round
from bot.features.meetings.rounds.model import LONGEST_TURN, SHORTEST_TURN
from bot.ui.access import OF_A_GROUP, Access, Answers, group_choices, group_of, requires
from bot.ui.answer import answer, say, words_of
from bot.ui.components import PersistentButton
from bot.ui.pages import Page, Row
from bot.ui.texts import Words, instant

Seconds = app_commands.Range[int, SHORTEST_TURN, LONGEST_TURN]


class Circling(commands.Cog):
    """What the commands of meetings have of rounds."""

    @app_commands.command(name="round")
    @app_commands.autocomplete(group=group_choices(Access.FACILITATOR))
    @requires(Access.FACILITATOR, Answers.LATER)
    async def circle(self, interaction: Interaction, seconds: Seconds | None = None, group: str | None = None) -> None:
        """Begin a circle round, or see the one that goes on."""
        assert interaction.guild_id is not None
        circle, is_new = await interaction.client.services.meetings.rounds.begin(
            guild_id=interaction.guild_id,
            group_id=group_of(interaction).id,
            user_id=interaction.user.id,
            seconds=seconds,
        )
        words = words_of(interaction)
        told = words("meetings.round_begun" if is_new else "meetings.round_goes_on")
        await answer(interaction, Page(told, *panel_page(words, circle, interaction.client.services.clock()).parts))


class RoundButton(PersistentButton):
    """A button about one round. Subclasses say ``named``: what their custom id begins with."""

    answers = Answers.LATER
    named: str

    def __init_subclass__(cls, *, named: str, turned: bool = False) -> None:
        turn = r":(?P<turn>\d+)" if turned else ""
        super().__init_subclass__(template=rf"{named}:(?P<group>\d+):(?P<circle>\d+){turn}")
        cls.named = named

    def __init__(self, group: int, circle: int, turn: int | None = None) -> None:
        """``turn``: the one that is meant, so that of two who press at the same moment one moves the round on."""
        tail = "" if turn is None else f":{turn}"
        super().__init__(f"{self.named}:{group}:{circle}{tail}")
        self.group = group
        self.circle = circle
        self.turn = turn or 0

    def pressed(self, interaction: Interaction) -> Press:
        assert interaction.guild_id is not None
        return Press(
            guild_id=interaction.guild_id, group_id=self.group, round_id=self.circle, user_id=interaction.user.id
        )


class SpeakButton(RoundButton, named="round-speak"):
    access = OF_A_GROUP
    label = "meetings.speak_button"

    async def press(self, interaction: Interaction) -> None:
        rounds, words = interaction.client.services.meetings.rounds, words_of(interaction)
        heard, before, turn = await rounds.speak(self.pressed(interaction))
        match heard:
            case Heard.AT_TURN:
                page = Page(words("meetings.round_take_your_time"), Row(DoneButton(self.group, self.circle, turn)))
            case Heard.WAITING:
                how = "one" if before == 1 else "more"
                page = Page(words(f"meetings.round_before_{how}", count=before))
            case Heard.HAD:
                page = Page(words("meetings.round_had"))
        await answer(interaction, page)


class PassButton(RoundButton, named="round-pass"):
    access = OF_A_GROUP
    label = "meetings.pass_button"

    async def press(self, interaction: Interaction) -> None:
        at_turn = await interaction.client.services.meetings.rounds.let_pass(self.pressed(interaction))
        await say(interaction, "meetings.round_thanks" if at_turn else "meetings.round_passed")


class DoneButton(RoundButton, named="round-done", turned=True):
    access = OF_A_GROUP
    label = "meetings.round_done_button"

    async def press(self, interaction: Interaction) -> None:
        await interaction.client.services.meetings.rounds.done(self.pressed(interaction), self.turn)
        await say(interaction, "meetings.round_thanks")


class NextButton(RoundButton, named="round-next", turned=True):
    access = Access.FACILITATOR
    label = "meetings.round_next_button"

    async def press(self, interaction: Interaction) -> None:
        moved = await interaction.client.services.meetings.rounds.move_on(self.pressed(interaction), self.turn)
        await say(interaction, "meetings.round_moved" if moved else "meetings.round_moved_before")


class PauseButton(RoundButton, named="round-pause"):
    access = Access.FACILITATOR
    label = "meetings.round_pause_button"

    async def press(self, interaction: Interaction) -> None:
        await interaction.client.services.meetings.rounds.pause(self.pressed(interaction))
        await say(interaction, "meetings.round_paused_told")


class GoOnButton(RoundButton, named="round-go-on"):
    access = Access.FACILITATOR
    label = "meetings.round_go_on_button"

    async def press(self, interaction: Interaction) -> None:
        await interaction.client.services.meetings.rounds.go_on(self.pressed(interaction))
        await say(interaction, "meetings.round_goes_on_told")


class EndButton(RoundButton, named="round-end"):
    access = Access.FACILITATOR
    label = "meetings.round_end_button"

    async def press(self, interaction: Interaction) -> None:
        await interaction.client.services.meetings.rounds.end(self.pressed(interaction))
        await say(interaction, "meetings.round_ended")


def panel_page(words: Words, circle: Round, now: datetime) -> Page:
    """How far the round is, for facilitators: numbers and the time, and nobody's name."""
    told = words("meetings.round_panel", number=circle.number, turn=circle.turn, turns=circle.turns)
    which = circle.group_id, circle.id
    if circle.turn_ends_at is None:
        return Page(told, words("meetings.round_panel_paused"), Row(GoOnButton(*which), EndButton(*which)))
    if circle.turn_ends_at <= now:
        time = words("meetings.round_panel_time_over")
    else:
        time = words("meetings.round_panel_time", when=instant(circle.turn_ends_at, "R"))
    buttons = Row(NextButton(*which, circle.turn), PauseButton(*which), EndButton(*which))
    return Page(told, time, words("meetings.round_panel_next"), buttons)
