"""``config/checkins/*.toml``: what check-ins ask, and what none of them may."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from bot.core.questions import MOST_QUESTIONS, Band, Option, Question, Template
from bot.settings.files import read_toml
from bot.settings.model import CheckinLimits
from bot.settings.never_asked import danger_in, illness_in, instrument_in, listed_in, same_words
from bot.settings.problems import Findings
from bot.settings.table import Table
from bot.settings.wording import faults

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_LONGEST_TITLE = 45
_LONGEST_LABEL = 45
_LONGEST_TEXT = 100
_LONGEST_OPTION = 100
_MOST_OPTIONS = 24
"""A list on Discord has 25, and the last is *Prefer not to say*."""
_SOONEST, _LATEST = timedelta(weeks=1), timedelta(weeks=52)
"""How rarely a group may be asked the same: sentences that come often tell too much of a few people."""

LICENSED = "i_have_a_licence_and_a_clinical_lead"
"""The operator's word that lets a clinical questionnaire through; it is repeated at every start."""


@dataclass(frozen=True, slots=True)
class _Rules:
    """What a template must not say: whether its operator has a licence, and the words of their own."""

    licensed: bool
    limits: CheckinLimits


def read_checkins(
    folder: Path, name: str, shipped: Path, limits: CheckinLimits, findings: Findings
) -> tuple[Template, ...]:
    """The templates by their titles; the shipped ones if the operator has no such folder."""
    if not folder.is_dir():
        findings.note(f"{name} is not there, so the shipped check-ins are used")
        folder, name = shipped, str(shipped)
    read = [_template(path, f"{name}/{path.name}", limits, findings) for path in sorted(folder.glob("*.toml"))]
    return tuple(sorted((one for one in read if one is not None), key=lambda one: one.title.casefold()))


def _template(path: Path, name: str, limits: CheckinLimits, findings: Findings) -> Template | None:
    if not _NAME.fullmatch(path.stem):
        findings.problem(name, None, "", "has a name that is hard to type", "small letters, digits and _: my_checkin")
    document = read_toml(path, name, findings)
    if document is None:
        return None
    table = Table.of(document, findings)
    rules = _Rules(table.flag(LICENSED, default=False), limits)
    if rules.licensed:
        findings.note(f"{name}: {LICENSED} is set; without both, take this check-in out")
    title = _words(table, "title", _LONGEST_TITLE, rules)
    _refuse_instrument(table, (path.stem.replace("_", " "), title), rules)
    apart = table.optional_duration("once", _SOONEST, least=_SOONEST, most=_LATEST, none="meeting")
    questions = _questions(table, rules)
    table.refuse_unknown()
    return Template(id=path.stem, title=title, questions=questions, apart=apart)


def _refuse_instrument(table: Table, named: tuple[str, ...], rules: _Rules) -> None:
    own = next((found for text in named if (found := instrument_in(text, among=rules.limits.never_use))), None)
    known = next((found for text in named if (found := instrument_in(text))), None)
    if own is not None:
        table.wrong("title", f"is that of {own}", "never_use in bot.toml keeps it out of check-ins")
    elif known is not None and not rules.licensed:
        allowed = f"your own questions; or, if you have a licence and a clinical lead, {LICENSED} = true"
        table.wrong("title", f"is that of {known}, which is not free to use or screens for illness", allowed)


def _questions(table: Table, rules: _Rules) -> tuple[Question, ...]:
    entries = list(table.tables("questions", if_empty="one to five questions, each beginning with [[questions]]"))
    if len(entries) > MOST_QUESTIONS:
        table.wrong("questions", f"has {len(entries)} entries", f"at most {MOST_QUESTIONS}, which a form has room for")
    questions = tuple(_question(entry, rules) for entry in entries)
    _refuse_twins(entries, "label", [question.label for question in questions], "question")
    _refuse_twins(entries, "text", [question.text for question in questions], "question")
    return questions


def _question(table: Table, rules: _Rules) -> Question:
    entries = list(table.tables("options", if_empty=f"three to {_MOST_OPTIONS} options to choose from"))
    question = Question(
        label=_words(table, "label", _LONGEST_LABEL, rules),
        text=_words(table, "text", _LONGEST_TEXT, rules),
        options=tuple(_option(entry, rules) for entry in entries),
        reversed=table.flag("reversed", default=False),
    )
    table.refuse_unknown()
    _refuse_twins(entries, "text", [option.text for option in question.options], "option")
    if len(entries) > _MOST_OPTIONS:
        table.wrong("options", f"has {len(entries)} entries", f"at most {_MOST_OPTIONS}")
    if question.options and not _in_order(question):
        ends = "low, then mid, then high" + (", or the other way round" if question.reversed else "")
        table.wrong("options", "do not go from one end to the other", f"first {ends}, each at least once")
    return question


def _in_order(question: Question) -> bool:
    """Whether the bands follow each other, all three of them: for these the rule of what may be said is proved."""
    bands = [option.band for option in question.options]
    rising = sorted(bands, key=list(Band).index)
    return set(bands) == set(Band) and (bands == rising or (question.reversed and bands == rising[::-1]))


def _option(table: Table, rules: _Rules) -> Option:
    text = _words(table, "text", _LONGEST_OPTION, rules)
    if same_words(text) == "prefer not to say":
        table.wrong("text", "is added by itself", "leave this option out")
    band = table.choice("band", tuple(Band))
    table.refuse_unknown()
    return Option(text=text, band=Band(band or Band.MID))


def _refuse_twins(tables: Sequence[Table], key: str, texts: Sequence[str], kind: str) -> None:
    """Nobody could say which of two alike is meant, and an answer given twice would count twice."""
    first: dict[str, int] = {}
    for place, (table, text) in enumerate(zip(tables, texts, strict=True), start=1):
        before = first.setdefault(same_words(text), place)
        if before != place and text:
            table.wrong(key, f"is that of {kind} {before}", "other words for each")


def _words(table: Table, key: str, longest: int, rules: _Rules) -> str:
    text = table.required_text(key, allowed="the words that people read, in quotes", longest=longest)
    if not text:
        return ""
    if not same_words(text):
        table.wrong(key, "shows nothing", "words that people can read")
    if len(text.splitlines()) > 1:
        table.wrong(key, "has more than one line", "one line, as there is room for on the form")
    for wrong, allowed in faults(text):
        table.wrong(key, wrong, allowed)
    if refused := _refusal(text, rules):
        said, allowed = refused
        table.wrong(key, f'says "{said}"', allowed)
    return text


def _refusal(text: str, rules: _Rules) -> tuple[str, str] | None:
    """What of a text no check-in may say, and why; danger before all else."""
    if danger := danger_in(text):
        return danger, "nothing about danger: nobody knows who answered, so nobody could help"
    if listed := listed_in(text, rules.limits.never_ask):
        return listed, "never_ask in bot.toml keeps it out of check-ins"
    if not rules.licensed and (illness := illness_in(text)):
        return illness, "nothing about illness, medicine, substances or abuse in an anonymous form"
    return None
