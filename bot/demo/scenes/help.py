"""Somebody asks for help now, and nobody will ever know."""

from __future__ import annotations

from datetime import timedelta

from bot.demo.night import HELP
from bot.demo.people import Stuck
from bot.demo.scenes.play import Play
from bot.demo.watch import Watch

ASKS, COUNTRY = "Amara", "GB"


class HelpScenes(Play):
    async def ask(self) -> None:
        """She presses the button under an old post, and picks where she is."""
        night, notes = self.night, self.night.help
        person = self.cast.called(ASKS)
        notes.country = next((one for one in self.world.settings.helplines if one.code == COUNTRY), None)
        if notes.country is None:
            raise Stuck(f"The country {COUNTRY} is not in the list of helplines.")
        await self.world.pass_time(timedelta(hours=3).total_seconds())
        watch, before = Watch(self.cast), night.traces.state()
        asked = await person.press(person.find(night.room, HELP), HELP)
        self.stage.answer(asked)
        notes.first = asked.seen
        picked = await person.choose(asked.showing(notes.country.name), notes.country.name)
        notes.picked = person.again(asked).seen
        self.stage.does(person, f"picks {picked.did}")
        self.stage.screen(person, notes.picked)
        notes.files = ((before, night.traces.state()),)
        notes.stirred = watch.changes()
        self.stage.tell("Nobody was told. Neither the database nor the log has changed by a byte.")
