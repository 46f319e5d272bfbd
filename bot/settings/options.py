"""``config/bot.toml``: what each option is called, what it may be, and what it is when left out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import cast, get_args
from urllib.parse import urlsplit

from bot.core.durations import spell
from bot.settings.files import Document
from bot.settings.model import (
    DEFAULT_LADDER,
    CheckinLimits,
    DiscordOptions,
    GroupDefaults,
    LadderStep,
    LadderTier,
    MeetingDefaults,
    Organisation,
    Posting,
    Retention,
    Tell,
)
from bot.settings.never_asked import can_be_found
from bot.settings.problems import Findings
from bot.settings.table import Table

_SECOND = timedelta(seconds=1)
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_LONGEST_STEP = 7 * _DAY
_SHORTEST_TURN, _LONGEST_TURN = 10 * _SECOND, 30 * 60 * _SECOND
_TELLS: tuple[str, ...] = get_args(Tell)

# Longer than these there is no reason to keep it: domain practice, and Discord's own terms for API data.
_LONGEST_KEPT = {
    "membership_after_leaving": 90 * _DAY,
    "request": 180 * _DAY,
    "attendance": 365 * _DAY,
    "headcount": 1826 * _DAY,
    "cases_after_closing": 365 * _DAY,
    "evidence": 60 * _DAY,
    "checkin_results": 1826 * _DAY,
    "audit": 730 * _DAY,
    "audit_identified": 365 * _DAY,
    "posts": 90 * _DAY,
    "words": 180 * _DAY,
    "backups": 90 * _DAY,
}
# A flag may keep no copy at all; everything else needs to live long enough to be of use.
_SHORTEST_KEPT = {"evidence": timedelta()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """All of ``bot.toml``, in the shape of the settings."""

    organisation: Organisation
    discord: DiscordOptions
    groups: GroupDefaults
    meetings: MeetingDefaults
    checkin_limits: CheckinLimits
    ladder: tuple[LadderTier, ...]
    retention: Retention
    posting: Posting


def read_options(document: Document, findings: Findings) -> Options:
    top = Table.of(document, findings)
    options = Options(
        organisation=_organisation(top.table("organisation"), findings, document.name),
        discord=_discord(top.table("discord")),
        groups=_groups(top.table("groups")),
        meetings=_meetings(top.table("meetings")),
        checkin_limits=_checkin_limits(top.table("checkins")),
        ladder=_ladder(top.table("ladder")),
        retention=_retention(top.table("retention")),
        posting=_posting(top.table("posting")),
    )
    top.refuse_unknown()
    return options


def is_web_address(text: str, schemes: Sequence[str]) -> bool:
    """Whether ``text`` is a whole address of one of the schemes, with a host and without spaces."""
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    return parts.scheme in schemes and bool(host) and not any(sign.isspace() for sign in text)


def _organisation(table: Table, findings: Findings, file: str) -> Organisation:
    organisation = Organisation(
        name=table.required_text("name", allowed="the name people know you by"),
        privacy_policy=table.required_text("privacy_policy", allowed="the https address of your privacy policy"),
        contact=table.text("contact", ""),
    )
    address = organisation.privacy_policy
    if address and not is_web_address(address, ["https"]):
        table.wrong("privacy_policy", f"is {address!r}", "an address that begins with https://")
    elif address and (urlsplit(address).hostname or "").endswith(("example.org", "example.com")):
        findings.note(f"{file}: organisation.privacy_policy is still the example; put the address of your own policy")
    table.refuse_unknown()
    return organisation


def _discord(table: Table) -> DiscordOptions:
    options = DiscordOptions(server_members=table.flag("server_members", default=DiscordOptions().server_members))
    table.refuse_unknown()
    return options


def _groups(table: Table) -> GroupDefaults:
    usual = GroupDefaults()
    groups = GroupDefaults(
        capacity=table.whole("capacity", usual.capacity, least=2, most=100),
        hard_capacity=table.whole("hard_capacity", usual.hard_capacity, least=2, most=100),
        visits=table.whole("visits", usual.visits, least=1, most=10),
        visit_lasts=table.duration("visit_lasts", usual.visit_lasts, least=_DAY, most=180 * _DAY),
        offer_lasts=table.duration("offer_lasts", usual.offer_lasts, least=_HOUR, most=14 * _DAY),
        condition_words=table.texts("condition_words", allowed="words, each in quotes")
        if table.has("condition_words")
        else usual.condition_words,
    )
    if groups.capacity > groups.hard_capacity:
        key = "capacity" if table.has("capacity") else "hard_capacity"
        wrong = f"capacity {groups.capacity} is more than hard_capacity {groups.hard_capacity}"
        table.wrong(key, wrong, "capacity may be at most hard_capacity")
    table.refuse_unknown()
    return groups


def _meetings(table: Table) -> MeetingDefaults:
    usual = MeetingDefaults()
    meetings = MeetingDefaults(
        minutes=table.whole("minutes", usual.minutes, least=5, most=480),
        reminders=table.durations("reminders", usual.reminders, least=_SECOND, most=28 * _DAY, longest=5),
        turn=table.duration("turn", usual.turn, least=_SHORTEST_TURN, most=_LONGEST_TURN),
        opening=table.flag("opening", default=usual.opening),
        checkin=table.text("checkin", usual.checkin),
        confirm=table.flag("confirm", default=usual.confirm),
        absence_after=table.whole("absence_after", usual.absence_after, least=1, most=6),
    )
    table.refuse_unknown()
    return meetings


def _checkin_limits(table: Table) -> CheckinLimits:
    limits = CheckinLimits(never_ask=_findable(table, "never_ask"), never_use=_findable(table, "never_use"))
    table.refuse_unknown()
    return limits


def _findable(table: Table, key: str) -> tuple[str, ...]:
    texts = table.texts(key, allowed="words, each in quotes, or [] for none", least=0)
    for place, text in enumerate(texts):
        if not can_be_found(text):
            table.wrong(key, f"is {text!r}", "a word with at least one letter or digit", entry=place)
    return tuple(text for text in texts if can_be_found(text))


def check_checkin(document: Document, options: Options, known: Collection[str], findings: Findings) -> None:
    """Report a check-in after meetings that none of the ``known`` templates is."""
    wanted, values = options.meetings.checkin, document.values.get("meetings")
    # one that the operator did not name and took away does not come, and that is all
    if isinstance(values, dict) and "checkin" in values and wanted and wanted not in known:
        table = Table.of(document, findings).table("meetings")
        table.wrong("checkin", f"is {wanted!r}", f'"" for none, or one of: {", ".join(sorted(known))}')


def _ladder(table: Table) -> tuple[LadderTier, ...]:
    ladder = tuple(_tier(table.table(f"tier_{usual.tier}"), usual) for usual in DEFAULT_LADDER)
    table.refuse_unknown()
    return ladder


def _tier(table: Table, usual: LadderTier) -> LadderTier:
    tier = LadderTier(
        tier=usual.tier,
        acknowledge_within=table.duration(
            "acknowledge_within", usual.acknowledge_within, least=_SECOND, most=_LONGEST_STEP
        ),
        steps=_steps(table) if table.has("steps") else usual.steps,
        repeat=table.optional_duration("repeat", usual.repeat, least=_SECOND, most=_LONGEST_STEP),
    )
    if tier.tier > 0 and tier.steps and all(step.tell == "digest" for step in tier.steps):
        table.wrong("steps", "tells only the weekly digest", "a concern above tier 0 must come to a person")
    table.refuse_unknown()
    return tier


def _steps(table: Table) -> tuple[LadderStep, ...]:
    """The steps of one tier, each later than the one before."""
    steps: list[LadderStep] = []
    for entry in table.tables("steps", if_empty="at least one step, or nobody would ever be told"):
        after = entry.duration("after", timedelta(), least=_SECOND, most=_LONGEST_STEP)
        if not entry.has("after"):
            entry.wrong("after", "is missing", "how long after the concern this step comes")
        tell = entry.choice("tell", _TELLS)
        entry.refuse_unknown()
        if not after or tell is None:
            continue
        if steps and after <= steps[-1].after:
            entry.wrong("after", f"is {spell(after)}", f"later than the step before it ({spell(steps[-1].after)})")
        steps.append(LadderStep(after=after, tell=cast("Tell", tell)))
    return tuple(steps)


def _retention(table: Table) -> Retention:
    usual = Retention()
    kept = {
        key: table.duration(key, getattr(usual, key), least=_SHORTEST_KEPT.get(key, _DAY), most=most)
        for key, most in _LONGEST_KEPT.items()
    }
    retention = Retention(**kept)
    if retention.audit_identified > retention.audit:
        table.wrong(
            "audit_identified",
            f"is {spell(retention.audit_identified)}, longer than audit, which is {spell(retention.audit)}",
            "names in the trail go before the trail does",
        )
    table.refuse_unknown()
    return retention


def _posting(table: Table) -> Posting:
    usual = Posting()
    posting = Posting(
        per_second=table.number("per_second", usual.per_second, least=1, most=45),
        reserve=table.number("reserve", usual.reserve, least=0, most=49),
    )
    if posting.reserve >= posting.per_second:
        table.wrong(
            "reserve",
            f"is {posting.reserve:g} of {posting.per_second:g}, so nothing would be left for ordinary posts",
            "less than per_second",
        )
    table.refuse_unknown()
    return posting
