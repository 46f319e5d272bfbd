"""The composition root: opens storage, builds each service once, connects them, closes in reverse."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from bot.audit import Audit
from bot.core.clock import Clock, utc_now
from bot.features.cases import Cases, Step
from bot.features.checkins import Checkins
from bot.features.groups import Groups
from bot.features.guidelines import Guidelines
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
class Services:
    """Everything that is true and can be done, for the cogs."""

    settings: Settings
    clock: Clock
    make_bell: BellMaker
    db: Database
    outbox: Outbox
    inbox: Inbox
    timers: Timers
    audit: Audit
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
        services = _build(settings, db, clock, make_bell or bells.make, safety_tick)
        await services.checkins.begin()
        try:
            yield services
        finally:
            await services.timers.close()
            await services.checkins.close()
    finally:
        bells.stop()
        await db.close()


def _build(settings: Settings, db: Database, clock: Clock, make_bell: BellMaker, safety_tick: float) -> Services:
    shards, kept, limits = settings.shards, settings.retention, settings.groups
    outbox = Outbox(db, clock, shards=(shards.count, shards.ids) if shards else None)
    inbox = Inbox(db, clock, outbox)
    timers = Timers(db, clock, make_bell, at_most=safety_tick)
    audit = Audit(clock)
    setup = Setup(db, clock, outbox, inbox, audit)
    sizes = {"capacity": limits.capacity, "hard_capacity": limits.hard_capacity}
    groups = Groups(db, clock, outbox, inbox, timers, audit, **sizes, server=setup.server)
    agreed = settings.guidelines
    guidelines = Guidelines(
        db, clock, outbox, timers, audit, groups, agreement=agreed.body, short=agreed.short, version=agreed.version
    )
    minutes, reminders = settings.meetings.minutes, settings.meetings.reminders
    meetings = Meetings(
        db, clock, outbox, timers, audit, groups, minutes=minutes, reminders=reminders, server=setup.server
    )
    steps = _steps(settings)
    cases = Cases(
        db, clock, outbox, inbox, timers, audit, groups, server=setup.server, steps=steps, evidence=kept.evidence
    )
    lengths, named = _lengths(kept), {Kept.AUDIT: kept.audit_identified}
    privacy = Privacy(
        db, clock, outbox, inbox, timers, audit, groups, retention=lengths, named=named, has_task=setup.has_task
    )
    return Services(
        settings=settings,
        clock=clock,
        make_bell=make_bell,
        db=db,
        outbox=outbox,
        inbox=inbox,
        timers=timers,
        audit=audit,
        setup=setup,
        groups=groups,
        guidelines=guidelines,
        meetings=meetings,
        checkins=_checkins(settings, db, clock, outbox, timers, audit, groups, setup),
        privacy=privacy,
        resources=Resources(clock, settings.helplines),
        cases=cases,
    )


def _steps(settings: Settings) -> dict[int, Step]:
    """When somebody else is called for a concern of each tier: at the first step of its ladder."""
    return {tier.tier: Step(after=tier.steps[0].after, repeat=tier.repeat) for tier in settings.ladder}


def _checkins(
    settings: Settings,
    db: Database,
    clock: Clock,
    outbox: Outbox,
    timers: Timers,
    audit: Audit,
    groups: Groups,
    setup: Setup,
) -> Checkins:
    return Checkins(
        db,
        clock,
        outbox,
        timers,
        audit,
        groups,
        templates=settings.checkins,
        folder=settings.checkins_dir,
        server=setup.server,
    )


def _lengths(retention: Retention) -> dict[Kept, timedelta]:
    """How long each class is kept, of those that end by being counted."""
    return {
        Kept.MEMBERSHIP: retention.membership_after_leaving,
        Kept.REQUEST: retention.request,
        Kept.ATTENDANCE: retention.attendance,
        Kept.CASE: retention.cases_after_closing,
        Kept.EVIDENCE: retention.evidence,
        Kept.CHECKIN: retention.checkin_results,
        Kept.AUDIT: retention.audit,
        Kept.POST: retention.posts,
        Kept.WORD: retention.words,
    }
