"""A check-in: six of the seven answer, each in private, and the group reads what it came to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.core.errors import OperatorError
from bot.demo.eyes import Form, Seen
from bot.demo.making import made_settings, settings_in
from bot.demo.night import ANSWER
from bot.demo.people import Answer, Person
from bot.demo.scenes.play import Play
from bot.demo.watch import Watch

HEALTH, EVERY, STARTS = "group_health", "4 weeks", "in 4 weeks"
OWN = "nights.toml"
TOO_MUCH = """title = "How were your nights?"
[[questions]]
label = "Nights"
text = "I thought about hurting myself."
options = [
    { text = "Never", band = "low" },
    { text = "Once", band = "mid" },
    { text = "Often", band = "high" },
]
"""
"""A check-in as somebody may write it who means well."""

LATEST = timedelta(minutes=2, seconds=5)
"""After its end, by which its sentences are there."""
UNSAID = "-"
GIVEN = {
    "Amara": "43134",
    "Bea": "4411-",
    "Chidi": "3-023",
    "Dilan": "4-142",
    "Emil": "33203",
    "Gwen": "21322",
}
"""What each says to each question, from 0 for *Strongly disagree* to 4: enough for every sentence there is."""
SILENT, RESTARTED = "Henrik", "Dilan"


class CheckinScenes(Play):
    _watch: Watch

    async def answer(self) -> None:
        """Some are refused, six answer, and the bot is restarted in between."""
        cast, night, notes = self.cast, self.night, self.night.checkin
        asked = self.world.settings.meetings.checkin
        notes.asked = next(template for template in self.world.settings.checkins if template.id == asked)
        notes.given = GIVEN
        post = cast.called(SILENT).find(night.room, ANSWER)
        self.stage.screen(cast.called(SILENT), [post])
        await self._refusals(post)
        self._watch = Watch(cast)
        before = night.traces.state()
        for name in GIVEN:
            person = cast.called(name)
            form = await self._form(person)
            if name == RESTARTED:
                notes.files += ((before, night.traces.state()),)
                self.stage.tell(f"{name} has the form open. The bot is restarted.")
                await self.world.restart()
                before = night.traces.state()
            await self._send(person, form, GIVEN[name])
        notes.files += ((before, night.traces.state()),)
        notes.sealed = tuple(path.name for path in night.traces.sealed())
        self.stage.answer(await cast.called("Amara").press(post, ANSWER))
        self.stage.tell(f"{SILENT} does not answer. Nobody can see that, nor who has.")

    async def close(self) -> None:
        """Its time comes, and the sentences with it."""
        night, notes = self.night, self.night.checkin
        silent, reader = self.cast.called(SILENT), self.cast.called("Bea")
        closes_at = silent.find(night.room, ANSWER).instants[0]
        await self.until(closes_at - timedelta(minutes=1))
        notes.stirred = self._watch.changes()
        await self.until(closes_at + LATEST)
        self.stage.screen(reader, reader.sees(night.room)[-1:], whole=True)
        late = await silent.press(silent.find(night.room, ANSWER), ANSWER)
        self.stage.answer(late)

    async def come_round(self) -> None:
        """One reads it again, a facilitator has another open by itself, and an operator writes what cannot be asked."""
        night, notes = self.night, self.night.checkin
        reader, facilitator = self.cast.called("Bea"), self.cast.facilitator
        asked = self.world.settings.meetings.checkin
        notes.reread = await reader.command(night.room, "checkin results", template=asked)
        self.stage.answer(notes.reread)
        notes.rhythm = await facilitator.command(
            night.desk, "checkin schedule", template=HEALTH, every=EVERY, starts=STARTS
        )
        self.stage.answer(notes.rhythm)
        notes.listed = await reader.command(night.room, "checkin list")
        self.stage.answer(notes.listed)
        notes.refusal = _refusal()
        self.stage.tell("Whoever runs the bot writes a check-in that asks about danger. It does not start with that:")
        self.stage.tell(notes.refusal)

    async def _refusals(self, post: Seen) -> None:
        facilitator, stranger = self.cast.facilitator, self.cast.stranger
        refused = await facilitator.press(post, ANSWER)
        self.stage.answer(refused)
        async with self.administering(stranger):
            self.stage.tell(f"{stranger.name} is an administrator for a moment, and so can see every room.")
            other = await stranger.press(post, ANSWER)
        self.stage.brief(stranger, other.seen[0])
        self.night.checkin.refused = (refused, other)

    async def _form(self, person: Person) -> Form:
        opened = await person.press(person.find(self.night.room, ANSWER), ANSWER)
        if person.name == next(iter(GIVEN)):
            self.stage.answer(opened)
        return person.form_of(opened)

    async def _send(self, person: Person, form: Form, given: str) -> None:
        answer: Answer = await person.fill(form, _filled(form, given))
        if not self.night.checkin.thanked:
            self.stage.answer(answer)
        else:
            self.stage.brief(person, answer.seen[0])
        self.night.checkin.thanked += (answer,)


def _refusal() -> str:
    """What is said of a check-in that asks too much; nothing if it is taken."""
    with TemporaryDirectory(prefix="circlekeeper-demo-") as folder:
        written = Path(folder) / "bot"
        made_settings(written)
        (written / "config" / "checkins" / OWN).write_text(TOO_MUCH, encoding="utf-8")
        try:
            settings_in(written)
        except OperatorError as refused:
            return "\n".join(line for line in str(refused).splitlines() if OWN in line)
    return ""


def _filled(form: Form, given: str) -> Mapping[str, object]:
    """The last option of every question is that one would rather not say."""
    return {
        field.custom_id: field.options[-1 if place == UNSAID else int(place)][1]
        for field, place in zip(form.fields, given, strict=True)
    }
