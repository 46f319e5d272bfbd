"""No text claims that the bot, or a group, makes anybody better: nobody has shown that it does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
WORDED = [path for path in sorted((ROOT / "config").rglob("*")) if path.suffix in (".toml", ".md")]
READ = [*(path for path in WORDED if path.name != "helplines.toml"), ROOT / "README.md"]
"""Helplines are called what they are called."""

BETTER = (
    r"(?:improv|increas|boost|strengthen|rais|build|restor|foster|promot|enhanc|giv|bring|grow|reduc|eas|lower|lessen"
    r"|reliev|lift|prevent|treat|cur|heal|overcom|speed|support)(?:e|es|ed|s|ing|ment)?"
)
OUTCOME = (
    r"(?:hope|hopeful|empower\w*|symptoms?|lonel\w*|isolation|recover\w*|well-?being|wellness|mental health"
    r"|resilien\w*|self-esteem|confidence|anxiety|depression|stress|trauma|quality of life)"
)
PROVEN = (
    r"(?:clinically|scientifically) \w+|evidence-based|proven to|therapeutic|(?:feel|get) better"
    r"|helps? you (?:heal|recover)"
)
CLAIM = re.compile(
    rf"\b{BETTER}\b(?:\W+\w+){{0,4}}?\W+{OUTCOME}\b|\b{OUTCOME}\W+(?:will )?{BETTER}\b|\b(?:{PROVEN})\b", re.IGNORECASE
)


def claims(text: str) -> list[str]:
    return [found[0] for found in CLAIM.finditer(" ".join(text.split()))]


@pytest.mark.parametrize("path", READ, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_text_claims_an_outcome(path: Path) -> None:
    assert claims(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "text",
    [
        "These groups improve hope.",
        "Check-ins increase people's empowerment.",
        "It reduces loneliness.",
        "Meetings ease the symptoms of many.",
        "Fewer symptoms: members feel better.",
        "A group that supports your recovery.",
        "Loneliness\nlessens week by week.",
        "Peer support is evidence-based.",
    ],
)
def test_a_claim_would_be_found(text: str) -> None:
    assert claims(text)


@pytest.mark.parametrize(
    "text",
    [
        "People who attend groups like these describe feeling listened to and less alone.",
        "This group helps me look ahead.",
        "I felt less alone during this meeting.",
        "We hope to see you.",
    ],
)
def test_what_people_say_of_themselves_is_no_claim(text: str) -> None:
    assert claims(text) == []
