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

_ALPHABETS = {
    "ABEKMHOPCT": "\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422",  # Cyrillic
    "YXIJS": "\u0423\u0425\u0406\u0408\u0405",  # Cyrillic
    "aceopxyijs": "\u0430\u0441\u0435\u043e\u0440\u0445\u0443\u0456\u0458\u0455",  # Cyrillic
    "hdqw": "\u04bb\u0501\u051b\u051d",  # Cyrillic
    "ABEZHIKMNO": "\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f",  # Greek
    "PTYX": "\u03a1\u03a4\u03a5\u03a7",  # Greek
    "aovikupec": "\u03b1\u03bf\u03bd\u03b9\u03ba\u03c5\u03c1\u03b5\u03f2",  # Greek
    "ig": "\u0131\u0261",  # Latin
    "abcdefghijklmnoprstuvwyz": "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ",
}
"""Letters that are read as Latin ones, by these."""
_LOOK_ALIKES = {
    ord(look): letter for letters, looks in _ALPHABETS.items() for letter, look in zip(letters, looks, strict=True)
}

_WHOSE = r"(?:my|your|his|her|our|their|one ?s)"
_SELF = r"(?:my|your|him|her|our|them|one|one ?s) ?sel(?:f|ves)"
_AT_ONE_S_PACE = r"(?! (?:one|a|at|in|as|day|step|back)\b)"
_IN_SPEECH = r"(?! (?:off|short|out|free)\b)"
_WITH_SOMEBODY = r"(?! (?:alone|with|in|like)\b)"
_SOMEBODY = r"(?:someone|somebody|anyone|anybody|others?|another|people)"
_DANGER = (
    r"\w*suicid\w*",
    r"self ?(?:harm(?!on)|injur|mutilat|destruct|hurt)\w*",
    rf"(?:kill|hurt|harm|cut|injur|poison|hang|starv)(?:t?ing|e?d|e?s|e)? ?{_SELF}{_IN_SPEECH}",
    rf"burn(?:ing|ed|t|s)? {_SELF}(?! out\b)",
    r"(?:cut(?:ting)?|hurt(?:ing)?|harm(?:ing|ed)?) my (?:arms?|wrists?|legs?|skin|body)",
    rf"(?:kill|harm)(?:ing|ed|s)? {_SOMEBODY}",
    rf"end(?:ing|ed|s)? (?:it all|{_WHOSE} (?:own )?li(?:fe|ves))",
    rf"(?:tak(?:e|es|ing|en)|took) {_WHOSE} (?:own li(?:fe|ves)|li(?:fe|ves){_AT_ONE_S_PACE})",
    r"better off (?:dead|not being|without (?:me|us|you)|if (?:i|you))",
    r"wish\w* (?:\w+ ){0,4}(?:dead|never (?:been )?born|not (?:been )?born)",
    r"(?:want\w*|wish\w*|rather|like|ready|plan\w*) (?:to )?(?:die|be dead)",
    r"thoughts? (?:of|about) death",
    r"(?:thoughts?|think|thinking) (?:of|about) (?:dying|being dead|ending things)",
    r"death wish|never wake up|kms|nssi",
    rf"(?:not|dont|didnt|never|no longer) (?:want|wish)(?:ed)? to (?:be alive|wake up|live{_WITH_SOMEBODY})",
    r"fe(?:el|els|lt|eling) like dying",
    r"(?:reasons?|worth|point in|point of) (?:to live|for living|living|being alive)",
    r"life (?:is|was|isnt|wasnt)(?: not| no longer)? worth",
    r"overdos\w*",
    r"unaliv\w*",
    r"homicid\w*",
    r"in danger(?! of\b)",
    rf"danger to (?:{_SELF}|{_SOMEBODY})",
)
_ILLNESS = (
    r"symptom\w*",
    r"\w*diagnos\w*",
    r"disorders?|disordered (?:eating|sleep)",
    r"illness\w*|diseases?|(?:mentally|chronically|terminally|seriously) ill",
    r"(?:am|was|been|being|feel|felt) (?:ill|unwell)(?! at ease)|hospitali[sz]\w*|chemotherapy|insomnia",
    r"(?:anti ?)?depress\w*",
    r"psycho(?:s[ei]s|tic\w*|path\w*)|psychiatr\w*|schizo\w*|bipolar",
    r"ptsd|post ?traumatic|ocd|panic attacks?|anorexi\w*|bulimi\w*|dementia|hiv|cancer",
    r"\w*medicat\w*|medicin\w*|meds|prescri(?:b|pt)\w*|pills?|dosages?|side effects?",
    r"drugs?|drugged|substances|(?:poly)?substance (?:use|abuse|misuse|free)\w*",
    r"alcohol\w*|drinking|drunk\w*|drank|drinks? (?:too|more|less|again|any|every|alone)|booz\w*",
    r"addict\w*|relaps\w*|sober|sobriety|intoxicat\w*|hung ?over|hangovers?",
    r"detox\w*|rehab\w*",
    r"cannabis|marijuana|cocaine|heroin|opi(?:oid|ate)s?|amphetamin\w*|meth|methadone",
    r"nicotine|tobacco|vap(?:e|es|ed|ing)|smok\w* weed|g(?:et|ets|etting|ot) high|stay\w* clean",
    r"abus\w*|assault\w*|(?<!non )violen(?:ce|t|tly)|molest\w*|rap(?:e|es|ed|ing|ist|ists)|incest\w*",
    r"sexual\w* harass\w*|unsafe at home|(?:was|were|been|being|got) (?:hit|beaten|slapped|choked)",
)
_INSTRUMENTS = (
    *("PHQ-9", "PHQ-8", "PHQ-2", "Patient Health Questionnaire", "GAD-7", "C-SSRS", "ASQ", "WHO-5"),
    *("WEMWBS", "SWEMWBS", "Warwick-Edinburgh", "Herth Hope Index", "Adult Hope Scale", "State Hope Scale"),
    *("Empowerment Scale", "UCLA", "UCLA-20", "UCLA-3", "CORE-10", "K6", "K10", "EPDS"),
)
"""Questionnaires that screen for illness, or whose words belong to somebody."""

_DANGER_WORDS, _ILLNESS_WORDS = (re.compile(rf"\b(?:{'|'.join(words)})\b") for words in (_DANGER, _ILLNESS))


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
