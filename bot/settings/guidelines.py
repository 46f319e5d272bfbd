"""The agreement in ``config/guidelines``: the operator's words, and three lines that no rewording can lose."""

from __future__ import annotations

import hashlib
import unicodedata
from pathlib import Path

from bot.core.wording import plain_words
from bot.settings.files import read_text
from bot.settings.model import Agreement
from bot.settings.problems import Findings
from bot.settings.wording import faults

# These three keep people safe, so they are in the code and not in a file that can be edited: a person must know,
# before saying anything, that there is a limit to confidentiality, that nobody may be looking when they ask for help,
# and where help is. Everything else in the agreement is the operator's to reword. A text that no longer says one of
# them, word for word (bold or not), has it appended.
LIMIT_OF_CONFIDENTIALITY = (
    "If we think someone may be in serious danger, a facilitator may tell the people who need to know."
)
NOBODY_WATCHES_ALWAYS = "No one watches this channel all the time."
WHERE_HELP_IS = "If you are in danger now, use **Get help now** or call your emergency number."
SAFETY_LINES = (LIMIT_OF_CONFIDENTIALITY, NOBODY_WATCHES_ALWAYS, WHERE_HELP_IS)

_LONGEST_BODY = 3500
_LONGEST_SHORT = 1000
_VERSION_LETTERS = 12


def read_guidelines(folder: Path, name: str, findings: Findings) -> Agreement:
    body = _read(folder / "agreement.md", f"{name}/agreement.md", _LONGEST_BODY, findings)
    short = _read(folder / "short.md", f"{name}/short.md", _LONGEST_SHORT, findings)
    return Agreement(body=body, short=short, version=version_of(body))


def with_safety_lines(text: str) -> str:
    """The text, followed by each safety line that it does not say itself."""
    said = plain_words(text)
    missing = [line for line in SAFETY_LINES if plain_words(line).rstrip(".") not in said]
    return "\n".join([text.strip(), *(["", *missing] if missing else [])]).strip()


def version_of(body: str) -> str:
    """A name for these words: the same for the same words, however lines end or spaces trail."""
    lines = unicodedata.normalize("NFC", body).strip().splitlines()
    normalised = "\n".join(line.rstrip() for line in lines)
    return hashlib.sha256(normalised.encode()).hexdigest()[:_VERSION_LETTERS]


def _read(path: Path, name: str, longest: int, findings: Findings) -> str:
    text = read_text(path, name, findings)
    if text is None:
        return ""
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            for wrong, allowed in faults(line):
                findings.problem(name, number, "", wrong, allowed)
    if not text.strip():
        findings.problem(name, None, "", "is empty", "the words members agree to")
        return ""
    whole = with_safety_lines(text)
    if len(whole) > longest:
        wrong = f"is {len(whole)} characters long with the lines that keep people safe"
        findings.problem(name, None, "", wrong, f"at most {longest}")
    return whole
