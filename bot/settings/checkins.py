"""``config/checkins/*.toml``: what check-ins ask, and what none of them may."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

from bot.core.questions import MOST_QUESTIONS, Band, Option, Question, Template
from bot.core.wording import plain_words
from bot.settings.files import read_toml
from bot.settings.problems import Findings
from bot.settings.table import Table
from bot.settings.wording import faults

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_LONGEST_TITLE = 45
_LONGEST_LABEL = 45
_LONGEST_TEXT = 100
_LONGEST_OPTION = 100
_MOST_OPTIONS = 9
"""Discord shows ten, and the last is *Prefer not to say*."""
_SOONEST, _LATEST = timedelta(weeks=1), timedelta(weeks=52)
"""How rarely a group may be asked the same: sentences that come often tell too much of a few people."""

LICENSED = "i_have_a_licence_and_a_clinical_lead"
"""The operator's word that lets a clinical questionnaire through; it is repeated at every start."""

# Nobody can help somebody whose name nobody knows, so these are in the code, and no word of the operator's lets
# them through.
_RISK = re.compile(
    r"\b(?:suicid\w*|self[\s-]?(?:harm|injur)\w*|(?:kill|hurt|harm|cut|injure)(?:ing)? (?:my|your|one)sel\w+"
    r"|(?:end|ending|take|taking) (?:my|your|one'?s) (?:own )?life|overdos\w*|better off dead|wish\w* .{0,12}dead)\b"
)
_CLINICAL = re.compile(
    r"\b(?:symptom\w*|diagnos\w*|disorder\w*|depress\w*|psycho\w*|medicat\w*|medicin\w*|prescri\w+|antidepress\w*"
    r"|pills?|drugs?|substance\w*|alcohol\w*|drink|drinking|drunk|addict\w*|relaps\w*|abus\w+|assault\w*|violen\w+)\b"
)
_INSTRUMENTS = (
    *("PHQ-9", "PHQ-8", "PHQ-2", "GAD-7", "C-SSRS", "ASQ", "WHO-5", "WEMWBS", "SWEMWBS", "Herth Hope Index"),
    *("Adult Hope Scale", "State Hope Scale", "Empowerment Scale", "UCLA", "CORE-10", "K6", "K10", "EPDS"),
)
"""Questionnaires that screen for illness, or whose words belong to somebody."""


def read_checkins(folder: Path, name: str, shipped: Path, findings: Findings) -> tuple[Template, ...]:
    """The templates by their titles; the shipped ones if the operator has no such folder."""
    if not folder.is_dir():
        findings.note(f"{name} is not there, so the shipped check-ins are used")
        folder, name = shipped, str(shipped)
    read = [_template(path, f"{name}/{path.name}", findings) for path in sorted(folder.glob("*.toml"))]
    return tuple(sorted((one for one in read if one is not None), key=lambda one: one.title.casefold()))


def _template(path: Path, name: str, findings: Findings) -> Template | None:
    if not _NAME.fullmatch(path.stem):
        findings.problem(name, None, "", "has a name that is hard to type", "small letters, digits and _: my_checkin")
    document = read_toml(path, name, findings)
    if document is None:
        return None
    table = Table.of(document, findings)
    licensed = table.flag(LICENSED, default=False)
    if licensed:
        findings.note(f"{name}: {LICENSED} is set; without both, take this check-in out")
    title = _words(table, "title", _LONGEST_TITLE, licensed=licensed)
    instrument = next((one for one in _INSTRUMENTS if _names(one, path.stem) or _names(one, title)), None)
    if instrument is not None and not licensed:
        allowed = f"your own questions; or, if you have a licence and a clinical lead, {LICENSED} = true"
        table.wrong("title", f"is that of {instrument}, which is not free to use or screens for illness", allowed)
    entries = list(table.tables("questions", if_empty="one to five questions, each beginning with [[questions]]"))
    if len(entries) > MOST_QUESTIONS:
        table.wrong("questions", f"has {len(entries)} entries", f"at most {MOST_QUESTIONS}, which a form has room for")
    questions = tuple(_question(entry, licensed=licensed) for entry in entries)
    apart = table.optional_duration("once", _SOONEST, least=_SOONEST, most=_LATEST, none="meeting")
    table.refuse_unknown()
    return Template(id=path.stem, title=title, questions=questions, apart=apart)


def _question(table: Table, *, licensed: bool) -> Question:
    question = Question(
        label=_words(table, "label", _LONGEST_LABEL, licensed=licensed),
        text=_words(table, "text", _LONGEST_TEXT, licensed=licensed),
        options=tuple(
            _option(entry, licensed=licensed) for entry in table.tables("options", if_empty="two to nine options")
        ),
        reversed=table.flag("reversed", default=False),
    )
    table.refuse_unknown()
    if len(question.options) > _MOST_OPTIONS:
        table.wrong("options", f"has {len(question.options)} entries", f"at most {_MOST_OPTIONS}")
    bands = [option.band for option in question.options]
    order = list(Band)
    # the rule for what may be said of a check-in is proved for three bands, each of which is possible
    if bands and (set(bands) != set(Band) or bands != sorted(bands, key=order.index)):
        table.wrong(
            "options", "do not go from one end to the other", "first low, then mid, then high, each at least once"
        )
    return question


def _option(table: Table, *, licensed: bool) -> Option:
    text = _words(table, "text", _LONGEST_OPTION, licensed=licensed)
    band = table.choice("band", tuple(Band))
    table.refuse_unknown()
    return Option(text=text, band=Band(band or Band.MID))


def _words(table: Table, key: str, longest: int, *, licensed: bool) -> str:
    text = table.required_text(key, allowed="the words that people read, in quotes")
    if len(text) > longest:
        table.wrong(key, f"is {len(text)} characters long", f"at most {longest}")
    for wrong, allowed in faults(text) if text else ():
        table.wrong(key, wrong, allowed)
    plain = plain_words(text)
    if risk := _RISK.search(plain):
        table.wrong(key, f'says "{risk[0]}"', "nothing about danger: nobody knows who answered, so nobody could help")
    elif (clinical := _CLINICAL.search(plain)) and not licensed:
        allowed = "nothing about illness, medicine, substances or abuse in an anonymous form"
        table.wrong(key, f'says "{clinical[0]}"', allowed)
    return text


def _names(instrument: str, text: str) -> bool:
    pattern = r"[\s_-]?".join(re.escape(part) for part in re.split(r"[\s-]", instrument.casefold()))
    return re.search(rf"(?<![a-z0-9]){pattern}(?![a-z0-9])", plain_words(text.replace("_", " "))) is not None
