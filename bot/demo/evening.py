"""The evening itself: what the people do, scene by scene, and what is noted of it for the verdict."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.demo.eyes import Form, Seen
from bot.demo.night import (
    ASK,
    AWAY,
    COMING,
    GO_ON,
    LISTENING,
    NOT_NOW,
    VISIT,
    WELCOME_IN,
    DueReminder,
    Night,
)
from bot.demo.people import Answer, Cast, Person, Stuck
from bot.demo.scenes import CheckinScenes, ConcernScenes, HelpScenes, KeepingScenes, MeetingScenes, Play, filled
from bot.demo.stage import Stage
from bot.demo.traces import Traces
from bot.demo.watch import Watch
from bot.demo.world import World

BEGINS = datetime(2026, 3, 24, 17, 30, tzinfo=UTC)
"""The Tuesday before Europe's clocks go forward."""
ZONE = ZoneInfo("Europe/Berlin")
PLANNED = datetime(2026, 3, 26, 19, tzinfo=ZONE)
MEETS = (datetime(2026, 3, 26, 19, 30, tzinfo=ZONE), datetime(2026, 4, 2, 19, 30, tzinfo=ZONE))
"""Once it is moved: the same time on the wall, and an hour apart for everybody whose clock stays."""
MEETING_LASTS = timedelta(minutes=90)
A_DAY, AN_HOUR = timedelta(hours=24), timedelta(hours=1)

LOBBY = "lobby"
GROUP = "Lantern Circle"
ABOUT = "For people who look after somebody at home."
TITLE = "An hour for ourselves"
CAPACITY = 7
VISITING, DECLINED, LEAVING, FORGOTTEN, RESTARTED = "Henrik", "Farah", "Gwen", "Dilan", "Emil"
REASON = "timing"

Scene = tuple[str, Callable[[], Awaitable[None]]]


class Evening(Play):
    """Plays on ``stage`` what happens in ``world``."""

    def __init__(self, world: World, cast: Cast, stage: Stage, traces: Traces, *, log: Path) -> None:
        night = Night(
            eyes=cast.admin.eyes,
            cast=cast,
            traces=traces,
            lobby=LOBBY,
            swallowed=lambda: world.env.errors,
            log=log,
        )
        super().__init__(world, cast, stage, night)
        self._checkin = CheckinScenes(world, cast, stage, night)
        self._concern = ConcernScenes(world, cast, stage, night)
        self._help = HelpScenes(world, cast, stage, night)
        self._keeping = KeepingScenes(world, cast, stage, night)
        self._meeting = MeetingScenes(world, cast, stage, night)
        night.meeting.unsafe = (GROUP, TITLE)
        for person in cast.everybody:
            traces.beware_of_person(person.id)
        traces.beware_of_words([GROUP, ABOUT, TITLE, *(person.note for person in cast.asking)])

    async def play(self) -> None:
        """Every scene in turn. Raises ``Stuck`` where somebody cannot do what the evening needs."""
        scenes: Sequence[Scene] = (
            ("An organiser sets the server up", self._set_up),
            ("A group is made", self._found),
            ("It adds a point of its own to the agreement", self._keeping.add_a_point),
            ("Eight people ask to join, and the bot is restarted", self._ask),
            ("The facilitators answer", self._answer),
            ("Who can read the room?", self._readers),
            ("The room is opened by hand, and that is noticed", self._keeping.open_by_hand),
            ("A meeting is scheduled, across the change of the clocks", self._schedule),
            ("Its reminder comes, and three people answer", self._remind),
            ("It is moved by half an hour, and one asks to be reminded in private", self._move),
            ("One who visited the meeting stays, and one waits for a place", self._after),
            ("The clocks change, and the bot is down when a reminder is due", self._outage),
            ("The meeting is opened, and somebody steps out for a moment", self._meeting.open),
            ("A round, in which it is fine to pass", self._meeting.go_round),
            ("It is closed, and a check-in follows", self._meeting.close),
            ("Six of the seven answer a check-in, each in private", self._checkin.answer),
            ("It closes, and the group reads what it came to", self._checkin.close),
            ("It is read again, and another is to come every four weeks", self._checkin.come_round),
            ("A message is flagged, and nobody takes it", self._concern.flag),
            ("A facilitator takes it after all, and closes it", self._concern.take),
            ("Somebody asks for help now", self._help.ask),
            ("Somebody looks, somebody leaves, somebody is forgotten", self._part),
            ("A place is free, and is offered to the one who waits", self._keeping.offer),
        )
        for number, (title, scene) in enumerate(scenes, start=1):
            self.stage.scene(number, len(scenes), title)
            await scene()
            self.night.traces.look()

    async def _set_up(self) -> None:
        cast, admin, lead = self.cast, self.cast.admin, self.cast.lead
        before = set(lead.eyes.names(lead.actor))
        answer = await admin.command(
            LOBBY, "setup start", lead=lead.actor, backup_lead=cast.backup.actor, timezone=ZONE.key
        )
        self.stage.answer(admin.again(answer))
        self.stage.answer(await admin.command(LOBBY, "setup check"))
        (self.night.safeguarding,) = self._new(lead, before, 1)
        self.rooms_of(lead, cast.stranger)

    async def _found(self) -> None:
        cast, admin = self.cast, self.cast.admin
        facilitator = cast.facilitator
        before = set(facilitator.eyes.names(facilitator.actor))
        answer = await admin.command(
            LOBBY,
            "group create",
            name=GROUP,
            facilitator=facilitator.actor,
            co_facilitator=cast.co_facilitator.actor,
            about=ABOUT,
            capacity=CAPACITY,
        )
        self.stage.answer(admin.again(answer))
        # by name, for either may be made first
        self.night.room, self.night.desk = sorted(self._new(facilitator, before, 2))
        self.rooms_of(facilitator, cast.stranger)
        self.stage.screen(facilitator, facilitator.sees(self.night.room)[:1])

    async def _ask(self) -> None:
        for person in self.cast.asking:
            full = person is self.cast.asking[0]
            form = await self._up_to_the_form(person, full=full)
            if person.name == RESTARTED:
                self.stage.tell(f"{person.name} has the form open. The bot is restarted.")
                await self.world.restart()
            answer = await person.fill(form, filled(person, form))
            if full or person.name == RESTARTED:
                self.stage.answer(answer)
            else:
                self.stage.brief(person, answer.seen[0])

    async def _up_to_the_form(self, person: Person, *, full: bool) -> Form:
        browsing = await person.command(LOBBY, "group browse")
        way = VISIT if person.name == VISITING else ASK
        agreement = await person.press(browsing.showing(way), way)
        consenting = await person.press(agreement.showing(GO_ON), GO_ON)
        if full:
            for answer in (browsing, agreement, consenting):
                self.stage.answer(answer)
        return person.form_of(consenting)

    async def _answer(self) -> None:
        cast, facilitator, night = self.cast, self.cast.facilitator, self.night
        await self.until(self.world.now() + timedelta(minutes=30))
        night.cards = [seen for seen in facilitator.sees(night.desk) if WELCOME_IN in seen.buttons]
        self.stage.screen(facilitator, night.cards[:2])
        night.answered_at = self.world.now()
        night.declined = cast.called(DECLINED)
        night.welcomed = tuple(person for person in cast.asking if person is not night.declined)
        for person in cast.asking:
            card = night.card_of(person)
            if card is None:
                raise Stuck(f"{facilitator.name} finds no card for {person.name} on the desk.")
            answer = await self._decide(facilitator, person, card)
            self.stage.brief(facilitator, answer.seen[0])
        for person in cast.asking:
            await self._hear(person)

    async def _decide(self, facilitator: Person, person: Person, card: Seen) -> Answer:
        if person is not self.night.declined:
            return await facilitator.press(card, WELCOME_IN)
        asked = await facilitator.press(card, NOT_NOW)
        self.stage.answer(asked)
        form = facilitator.form_of(asked)
        return await facilitator.fill(form, {form.fields[0].custom_id: REASON})

    async def _hear(self, person: Person) -> None:
        """Somebody learns how it went: by a direct message if they allowed one, else when they come by again."""
        letters = person.eyes.letters(person.actor)
        if letters and person is self.cast.asking[0]:
            self.stage.screen(person, letters)
        elif letters:
            self.stage.brief(person, letters[-1])
        elif person is self.night.declined:
            self.stage.answer(await person.command(LOBBY, "inbox"))
        else:
            answer = await person.command(LOBBY, "group browse")
            self.stage.brief(person, person.again(answer).seen[-1])

    async def _readers(self) -> None:
        somebody = self.cast.asking[1]
        self.stage.answer(await somebody.command(self.night.room, "group access"))
        self.rooms_of(somebody, self.cast.stranger)

    async def _schedule(self) -> None:
        facilitator = self.cast.facilitator
        proposed = await facilitator.command(
            self.night.desk, "meeting schedule", title=TITLE, starts=f"{PLANNED:%Y-%m-%d %H:%M}", repeat="weekly"
        )
        await self.confirm(facilitator, proposed)
        await self.will_be_there()

    async def _remind(self) -> None:
        cast, night = self.cast, self.night
        # it will have been moved by the time that anybody looks at it again
        await self._due(PLANNED - A_DAY, MEETS[0])
        for person in (cast.called("Emil"), cast.called("Bea")):
            self.stage.screen(person, person.sees(night.room)[-1:])
        self.stage.tell("The bot is restarted. Three people press buttons that were posted before.")
        await self.world.restart()
        for name, label in (("Amara", COMING), ("Bea", LISTENING), ("Chidi", AWAY)):
            person = cast.called(name)
            self.stage.answer(await person.press(person.find(night.room, label), label))
        await self.world.pass_time(60)
        desk = cast.facilitator.sees(night.desk)
        night.numbers = [seen for seen in desk if TITLE in seen.text and not seen.private]
        self.stage.screen(cast.facilitator, night.numbers)

    async def _move(self) -> None:
        night, somebody = self.night, self.cast.called("Emil")
        await self._meeting.move(MEETS[0])
        await self._due(MEETS[0] - A_DAY, MEETS[0])
        await self._meeting.ask_privately()
        await self._due(_an_hour_before(MEETS[0]), MEETS[0])
        self.stage.screen(somebody, somebody.sees(night.room)[-1:])
        self._meeting.show_letter()

    async def _after(self) -> None:
        night, visiting = self.night, self.cast.called(VISITING)
        watch, ends_at = Watch(self.cast), MEETS[0].astimezone(UTC) + MEETING_LASTS
        await self.until(MEETS[0])
        await self._meeting.hold_quietly(visiting, ends_at)
        await self._keeping.stay(visiting, ends_at, watch)
        if night.declined is None:
            raise Stuck("Nobody was turned away who could ask again.")
        await self._keeping.wait(night.declined)

    async def _outage(self) -> None:
        cast, night, world = self.cast, self.night, self.world
        second = MEETS[1]
        due = second - A_DAY
        await self.until(second - 2 * A_DAY)
        await self.will_be_there()
        await self.until(due - timedelta(minutes=2))
        await world.stop_bot()
        self.stage.tell("The bot is down. The time of the reminder comes and goes.")
        await world.env.advance_time(timedelta(minutes=7).total_seconds())
        await world.start_bot()
        night.due += (DueReminder(at=due.astimezone(UTC), starts_at=second.astimezone(UTC), back=world.now()),)
        self.stage.tell("It is back, five minutes late.")
        somebody = cast.called("Emil")
        self.stage.screen(somebody, somebody.sees(night.room)[-1:])
        self.stage.tell("The clocks have gone forward in Berlin. In New York they had done so before.")
        for person in (somebody, cast.called("Bea")):
            self.stage.answer(await person.command(night.room, "meeting list"))
        await self._due(_an_hour_before(second), second)
        await self.until(second)

    async def _part(self) -> None:
        cast, night = self.cast, self.night
        looking, leaving, forgotten = cast.called("Bea"), cast.called(LEAVING), cast.called(FORGOTTEN)
        self.stage.answer(await looking.command(LOBBY, "privacy show"))
        theirs = await leaving.offered(LOBBY, "group leave", "group")
        if GROUP not in theirs:
            raise Stuck(f"{leaving.name} is not offered {GROUP} to leave, but: {', '.join(theirs) or 'nothing'}.")
        watch = Watch(cast)
        await self.confirm(leaving, await leaving.command(LOBBY, "group leave", group=theirs[GROUP]))
        night.keeping.left = watch.changes()
        await self.confirm(forgotten, await forgotten.command(LOBBY, "privacy erase"))
        night.looks = [await person.command(LOBBY, "privacy show") for person in (forgotten, cast.stranger)]
        self.stage.answer(night.looks[0])
        night.gone = (leaving, forgotten)
        night.members = tuple(person for person in night.welcomed if person not in night.gone)
        self.rooms_of(leaving, forgotten)

    async def _due(self, at: datetime, meeting: datetime) -> None:
        """Let it be the time of a reminder of that meeting."""
        due = at.astimezone(UTC)
        self.night.due += (DueReminder(at=due, starts_at=meeting.astimezone(UTC)),)
        await self.until(due)
        self.stage.tell(f"It is {due.astimezone(ZONE):%A, %d %B, %H:%M} in Berlin.")

    def _new(self, person: Person, before: set[str], count: int) -> list[str]:
        """The channels that have come onto this person's screen. Raises ``Stuck`` if they are not so many."""
        new = [name for name in person.eyes.names(person.actor) if name not in before]
        if len(new) != count:
            raise Stuck(f"{person.name} expected {count} new channels, and sees: {', '.join(new) or 'nothing new'}.")
        return new


def _an_hour_before(meeting: datetime) -> datetime:
    return meeting.astimezone(UTC) - AN_HOUR
