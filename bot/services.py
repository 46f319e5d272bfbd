"""The composition root: opens storage, builds each service once, connects them, closes in reverse."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields
from datetime import timedelta

from tzdata import IANA_VERSION

from bot.audit import Audit
from bot.core.clock import Clock, utc_now
from bot.features.cases import Cases, Step
from bot.features.checkins import Checkins
from bot.features.groups import Groups, Rules
from bot.features.groups.desk import ServerOf
from bot.features.guidelines import Agreements, Guidelines
from bot.features.meetings import Meetings
from bot.features.privacy import Privacy
from bot.features.resources import Resources
from bot.features.setup import Setup
from bot.inbox import Inbox
from bot.outbox import Outbox
from bot.settings import Retention, Settings
from bot.storage import Database, Kept
from bot.timers import BellMaker, SchedulerBells, Timers


@dataclass(frozen=True, slots=True, kw_only=True)
class Mechanisms:
    """What every feature stands on."""

    clock: Clock
    make_bell: BellMaker
    db: Database
    outbox: Outbox
    inbox: Inbox
    timers: Timers
    audit: Audit


@dataclass(frozen=True, slots=True, kw_only=True)
class Services(Mechanisms):
    """Everything that is true and can be done, for the cogs."""

    settings: Settings
    setup: Setup
    groups: Groups
    guidelines: Guidelines
    meetings: Meetings
    checkins: Checkins
    privacy: Privacy
    resources: Resources
    cases: Cases


@asynccontextmanager
async def open_services(
    settings: Settings, *, clock: Clock = utc_now, make_bell: BellMaker | None = None, safety_tick: float = 30
) -> AsyncGenerator[Services]:
    """Open everything that the bot stands on; close it in reverse.

    ``make_bell``: by default bells of APScheduler; another where the event loop's time is virtual. ``safety_tick``:
    seconds after which timers look though nothing is known to be due. Raises ``OperatorError`` if it cannot start.
    """
    shards = settings.shards
    db = Database(settings.database_url, settings.key)
    bells = SchedulerBells(clock)
    try:
        await db.open(shards=shards.ids if shards else None)
        bells.start()
        services = _features(settings, _mechanisms(settings, db, clock, make_bell or bells.make, safety_tick))
        await services.meetings.zones.begin(IANA_VERSION)
        await services.checkins.begin()
        try:
            yield services
        finally:
            await services.timers.close()
            await services.checkins.close()
    finally:
        bells.stop()
        await db.close()


def _mechanisms(settings: Settings, db: Database, clock: Clock, make_bell: BellMaker, safety_tick: float) -> Mechanisms:
    shards = settings.shards
    outbox = Outbox(db, clock, shards=(shards.count, shards.ids) if shards else None)
    return Mechanisms(
        clock=clock,
        make_bell=make_bell,
        db=db,
        outbox=outbox,
        inbox=Inbox(db, clock, outbox),
        timers=Timers(db, clock, make_bell, at_most=safety_tick),
        audit=Audit(clock),
    )


def _features(settings: Settings, on: Mechanisms) -> Services:
    db, clock, outbox, inbox, timers, audit = on.db, on.clock, on.outbox, on.inbox, on.timers, on.audit
    setup = Setup(db, clock, outbox, inbox, timers, audit)
    server = setup.server
    agreed, kept = settings.guidelines, settings.retention
    groups = Groups(db, clock, outbox, inbox, timers, audit, rules=_rules(settings), server=server)
    groups.rooms.outgrown.append(setup.widen)
    setup.settled.append(groups.rooms.category_settled)
    agreements = Agreements(house=agreed.body, version=agreed.version, heading=settings.texts["guidelines.own_points"])
    guidelines = Guidelines(
        db, clock, outbox, timers, audit, groups, agreements=agreements, short=agreed.short, server=server
    )
    meetings = _meetings(settings, on, groups, server)
    meetings.ended.append(groups.visits.visited)
    checkins = _checkins(settings, on, groups, meetings, server)
    groups.departed.append(setup.presence.keeper_gone)
    setup.presence.returned += [guidelines.asking.returned, groups.returned]
    setup.presence.forgotten.append(checkins.forgotten)
    cases = Cases(
        db, clock, outbox, inbox, timers, audit, groups, server=server, steps=_steps(settings), evidence=kept.evidence
    )
    lengths, named = _lengths(kept), {Kept.AUDIT: kept.audit_identified}
    privacy = Privacy(
        db, clock, outbox, inbox, timers, audit, groups, retention=lengths, named=named, has_task=setup.has_task
    )
    privacy.retention.ending.append(groups.places.end_old)
    return Services(
        **{field.name: getattr(on, field.name) for field in fields(on)},
        settings=settings,
        setup=setup,
        groups=groups,
        guidelines=guidelines,
        meetings=meetings,
        checkins=checkins,
        privacy=privacy,
        resources=Resources(clock, settings.helplines),
        cases=cases,
    )


def _meetings(settings: Settings, on: Mechanisms, groups: Groups, server: ServerOf) -> Meetings:
    usual, asked = settings.meetings, {template.id for template in settings.checkins}
    return Meetings(
        on.db,
        on.clock,
        on.outbox,
        on.timers,
        on.audit,
        groups,
        inbox=on.inbox,
        minutes=usual.minutes,
        reminders=usual.reminders,
        server=server,
        opening=usual.opening,
        checkin=usual.checkin if usual.checkin in asked else "",
        turn=usual.turn,
        confirm=usual.confirm,
        absence_after=usual.absence_after,
    )


def _checkins(settings: Settings, on: Mechanisms, groups: Groups, meetings: Meetings, server: ServerOf) -> Checkins:
    checkins = Checkins(
        on.db,
        on.clock,
        on.outbox,
        on.timers,
        on.audit,
        groups,
        templates=settings.checkins,
        folder=settings.checkins_dir,
        server=server,
        last_met=meetings.held.last_met,
    )
    meetings.running.afterwards.append(checkins.open_after)
    meetings.running.usual.append(checkins.rhythms.after_meeting)
    return checkins


def _rules(settings: Settings) -> Rules:
    usual = settings.groups
    return Rules(
        capacity=usual.capacity,
        hard_capacity=usual.hard_capacity,
        request_lasts=settings.retention.request,
        offer_lasts=usual.offer_lasts,
        visits=usual.visits,
        visit_lasts=usual.visit_lasts,
        condition_words=usual.condition_words,
    )


def _steps(settings: Settings) -> dict[int, Step]:
    """When somebody else is called for a concern of each tier: at the first step of its ladder."""
    return {tier.tier: Step(after=tier.steps[0].after, repeat=tier.repeat) for tier in settings.ladder}


def _lengths(retention: Retention) -> dict[Kept, timedelta]:
    """How long each class is kept, of those that end by being counted."""
    return {
        Kept.MEMBERSHIP: retention.membership_after_leaving,
        Kept.REQUEST: retention.request,
        Kept.ATTENDANCE: retention.attendance,
        Kept.HEADCOUNT: retention.headcount,
        Kept.CASE: retention.cases_after_closing,
        Kept.EVIDENCE: retention.evidence,
        Kept.CHECKIN: retention.checkin_results,
        Kept.AUDIT: retention.audit,
        Kept.POST: retention.posts,
        Kept.WORD: retention.words,
    }
