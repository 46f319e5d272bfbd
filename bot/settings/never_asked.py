"""What no check-in may ask, found however it is written.

Nobody can help somebody whose name nobody knows, so danger is never asked about; illness, medicine, substances and
abuse are not asked about in a form that facilitators cannot answer; and questionnaires that screen for illness, or
whose words belong to somebody, are not used without a licence. All three are practice of those who run such groups.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

from bot.core.wording import plain_words

_LOOK_ALIKES = str.maketrans(
    "АВЕКМНОРСТУХІЈЅасеорхуіјѕһԁԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧαονικυρεϲᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢıɡ",
    "ABEKMHOPCTYXIJSaceopxyijshdqwABEZHIKMNOPTYXaovikupecabcdefghijklmnoprstuvwyzig",
)
"""Letters of other alphabets, and small capitals, that are read as Latin ones."""

_WHOSE = r"(?:my|your|his|her|our|their|one ?s)"
_SELF = r"(?:my|your|him|her|our|them|one|one ?s) ?sel(?:f|ves)"
_AT_ONE_S_PACE = r"(?! (?:one|a|at|in|as|day|step|back)\b)"
_WITH_SOMEBODY = r"(?! (?:alone|with|in|like)\b)"
_SOMEBODY = r"(?:someone|somebody|anyone|anybody|others?|another|people)"
_DANGER = (
    r"suicid\w*",
    r"\bself ?(?:harm(?!on)|injur|mutilat|destruct|hurt)\w*",
    rf"\b(?:kill|hurt|harm|cut|injur|poison|hang|starv)(?:t?ing|e?d|e?s|e)? ?{_SELF}\b",
    rf"\b(?:kill|harm)(?:ing|ed|s)? {_SOMEBODY}\b",
    rf"\bend(?:ing|ed|s)? (?:it all\b|{_WHOSE} (?:own )?li(?:fe|ves)\b)",
    rf"\b(?:tak(?:e|es|ing|en)|took) {_WHOSE} (?:own li(?:fe|ves)\b|li(?:fe|ves)\b{_AT_ONE_S_PACE})",
    r"\bbetter off (?:dead|without (?:me|us|you)|if (?:i|you))\b",
    r"\bwish\w* (?:\w+ ){0,4}(?:dead|never (?:been )?born|not (?:been )?born)\b",
    r"\b(?:want\w*|wish\w*|rather|like|ready|plan\w*) (?:to )?(?:die|be dead)\b",
    r"\bthoughts? (?:of|about) (?:death|dying|being dead)\b",
    rf"\b(?:not|dont|didnt|never|no longer) (?:want|wish)(?:ed)? to (?:be alive|wake up|live\b{_WITH_SOMEBODY})",
    r"\bfe(?:el|els|lt|eling) like dying\b",
    r"\b(?:reasons?|worth|point in|point of) (?:to live|for living|living|being alive)\b",
    r"\boverdos\w*",
    r"\bunaliv\w*",
    r"\bhomicid\w*",
    r"\bin danger\b(?! of)",
    rf"\bdanger to (?:{_SELF}|{_SOMEBODY})\b",
)
_ILLNESS = (
    r"\bsymptom\w*",
    r"diagnos\w*",
    r"\bdisorders?\b|\bdisordered (?:eating|sleep)\b",
    r"\billness\w*|\bdiseases?\b|\b(?:mentally|chronically|terminally|seriously) ill\b",
    r"\b(?:anti ?)?depress\w*",
    r"\bpsycho(?:s[ei]s|tic\w*|path\w*)\b|\bpsychiatr\w*|\bschizo\w*|\bbipolar\b",
    r"\bptsd\b|\bpost ?traumatic\b|\bocd\b|\bpanic attacks?\b|\banorexi\w*|\bbulimi\w*|\bdementia\b|\bhiv\b|\bcancer\b",
    r"medicat\w*|\bmedicin\w*|\bmeds\b|\bprescri(?:b|pt)\w*|\bpills?\b|\bdosages?\b|\bside effects?\b",
    r"\bdrugs?\b|\bdrugged\b|\bsubstances\b|\bsubstance (?:use|abuse|misuse)\w*",
    r"\balcohol\w*|\bdrinking\b|\bdrunk\w*|\bdrank\b|\bdrinks? (?:too|more|less|again|any|alone)\b|\bbooz\w*",
    r"\baddict\w*|\brelaps\w*|\bsober\b|\bsobriety\b|\bintoxicat\w*|\bhung ?over\b|\bhangovers?\b",
    r"\bdetox\w*|\brehab\w*",
    r"\bcannabis\b|\bmarijuana\b|\bcocaine\b|\bheroin\b|\bopi(?:oid|ate)s?\b|\bamphetamin\w*|\bmeth\b|\bmethadone\b",
    r"\babus\w*|\bassault\w*|\b(?<!non )violen(?:ce|t|tly)\b|\bmolest\w*|\brap(?:e|es|ed|ing|ist|ists)\b|\bincest\w*",
    r"\bsexual\w* harass\w*|\bunsafe at home\b",
)
_INSTRUMENTS = (
    *("PHQ-9", "PHQ-8", "PHQ-2", "Patient Health Questionnaire", "GAD-7", "C-SSRS", "ASQ", "WHO-5"),
    *("WEMWBS", "SWEMWBS", "Warwick-Edinburgh", "Herth Hope Index", "Adult Hope Scale", "State Hope Scale"),
    *("Empowerment Scale", "UCLA", "UCLA-20", "UCLA-3", "CORE-10", "K6", "K10", "EPDS"),
)
"""Questionnaires that screen for illness, or whose words belong to somebody."""

_DANGER_WORDS = re.compile("|".join(_DANGER))
_ILLNESS_WORDS = re.compile("|".join(_ILLNESS))


def danger_in(text: str) -> str | None:
    """The first words about danger to oneself or to others, in plain letters."""
    return _first(_DANGER_WORDS, text)


def illness_in(text: str) -> str | None:
    """The first words about illness, medicine, substances or abuse, in plain letters."""
    return _first(_ILLNESS_WORDS, text)


def listed_in(text: str, entries: Iterable[str]) -> str | None:
    """The first words that are among ``entries``, or their plural; an entry with a ``*`` at its end has any ending."""
    return next((found for entry in entries if (found := _first(_any_form(entry), text))), None)


def instrument_in(text: str, among: Iterable[str] = _INSTRUMENTS) -> str | None:
    """The questionnaire that a text names."""
    return next((name for name in among if _first(_named(name), text)), None)


def can_be_found(entry: str) -> bool:
    """Whether an operator's entry has a letter or digit by which it could be found."""
    return bool(_words(_folded(entry)))


def same_words(text: str) -> str:
    """What two texts have in common that a person would read as the same; empty for one in which nothing shows."""
    folded = " ".join(_folded(text).split())
    return folded.rstrip(" .!?") or folded


def _first(words: re.Pattern[str], text: str) -> str | None:
    return next((found[0] for spelling in _spellings(text) if (found := words.search(spelling))), None)


def _spellings(text: str) -> tuple[str, ...]:
    """The text with what is no letter read as a space, left out, and with letters that stand alone drawn together."""
    folded = _folded(text)
    apart = " ".join(_words(folded))
    joined = " ".join(re.sub(r"[^\w\s]|_", "", folded).split())
    together = re.sub(r"\b[^\W\d_](?: [^\W\d_]\b){3,}", lambda found: found[0].replace(" ", ""), apart)
    return apart, joined, together


def _folded(text: str) -> str:
    """In small Latin letters, without accents and without what does not show."""
    latin = unicodedata.normalize("NFKC", text).translate(_LOOK_ALIKES)
    unfolded = unicodedata.normalize("NFKD", plain_words(latin))
    return "".join(letter for letter in unfolded if unicodedata.category(letter) not in ("Mn", "Me", "Cf", "Cc"))


def _words(folded: str) -> list[str]:
    return re.findall(r"[^\W_]+", folded)


@cache
def _any_form(entry: str) -> re.Pattern[str]:
    ending = r"\w*" if entry.rstrip().endswith("*") else r"(?:e?s)?\b"
    return re.compile(rf"\b{' ?'.join(map(re.escape, _words(_folded(entry))))}{ending}")


@cache
def _named(name: str) -> re.Pattern[str]:
    return re.compile(rf"\b{' ?'.join(map(re.escape, _words(_folded(name))))}\b")
