"""``config/texts/en.toml``: every word people read; the shipped file declares the texts and their placeholders."""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import cast

from bot.settings.files import Document, read_toml
from bot.settings.positions import KeyPath
from bot.settings.problems import Findings, did_you_mean
from bot.settings.wording import faults

# Discord's own limits, by what a text is for; the last part of its key says so.
_LIMITS = {
    "_button": 80,
    "_title": 45,
    "_label": 45,
    "_hint": 100,
    "_option": 100,
    "_placeholder": 150,
}
_LONGEST_COMMAND_DESCRIPTION = 100
_LONGEST = 3500


@dataclass(frozen=True, slots=True, kw_only=True)
class _Text:
    key: str
    path: KeyPath
    value: object


def read_texts(path: Path, name: str, shipped: Path, findings: Findings) -> Mapping[str, str]:
    """All texts by key ("groups.group_full"); what the operator's file leaves out is taken from the shipped one."""
    declared = _declared(shipped, findings)
    if not path.exists():
        findings.note(f"{name} is not there, so the shipped words are used")
        return MappingProxyType(declared)
    document = read_toml(path, name, findings)
    if document is None:
        return MappingProxyType(declared)
    texts = dict(declared)
    for text in _walk(document.values):
        report = _Reporter(findings, document, text)
        if text.key not in declared:
            report("is not known", did_you_mean(text.key, declared))
        elif not isinstance(text.value, str):
            report("is not words", "write them in quotes")
        else:
            _check(text.key, text.value, declared[text.key], report)
            texts[text.key] = text.value.strip()
    given = {text.key for text in _walk(document.values)}
    for key in declared:
        if key not in given:
            findings.note(f"{name}: {key} is not there, so the shipped words are used")
    return MappingProxyType(texts)


def placeholders(text: str) -> frozenset[str]:
    """The names in braces. Raises ValueError if a brace stands alone, or if braces hold more than a name."""
    names: set[str] = set()
    for _, name, form, conversion in string.Formatter().parse(text):
        if name is None:
            continue
        if not name.isidentifier() or form or conversion:
            raise ValueError(f"has {{{name}}} with something other than a plain name in its braces")
        names.add(name)
    return frozenset(names)


def longest(key: str) -> int:
    """How many characters the text with this key may have."""
    if key.startswith("commands."):
        return _LONGEST_COMMAND_DESCRIPTION
    return next((limit for suffix, limit in _LIMITS.items() if key.endswith(suffix)), _LONGEST)


@dataclass(frozen=True, slots=True)
class _Reporter:
    findings: Findings
    document: Document
    text: _Text

    def __call__(self, wrong: str, allowed: str) -> None:
        line = self.document.line(self.text.path)
        self.findings.problem(self.document.name, line, self.text.key, wrong, allowed)


def _declared(shipped: Path, findings: Findings) -> dict[str, str]:
    document = read_toml(shipped, str(shipped), findings)
    if document is None:
        return {}
    return {text.key: text.value.strip() for text in _walk(document.values) if isinstance(text.value, str)}


def _walk(values: Mapping[str, object], path: KeyPath = ()) -> Iterator[_Text]:
    for name, value in values.items():
        here = (*path, name)
        if isinstance(value, dict):
            yield from _walk(cast("Mapping[str, object]", value), here)
        else:
            yield _Text(key=".".join(map(str, here)), path=here, value=value)


def _check(key: str, text: str, shipped: str, report: _Reporter) -> None:
    for wrong, allowed in faults(text):
        report(wrong, allowed)
    limit = longest(key)
    if len(text.strip()) > limit:
        report(f"is {len(text.strip())} characters long", f"at most {limit}")
    try:
        found, wanted = placeholders(text), placeholders(shipped)
    except ValueError as error:
        report(_brace_words(error), "only {name} as in the shipped words; a brace of its own is written twice")
        return
    has = ", ".join(f"{{{name}}}" for name in sorted(wanted)) or "none"
    for name in sorted(found - wanted):
        report(f"has the unknown placeholder {{{name}}}", f"placeholders here: {has}")
    for name in sorted(wanted - found):
        report(f"leaves out the placeholder {{{name}}}", f"placeholders here: {has}")


def _brace_words(error: ValueError) -> str:
    words = str(error)
    return words if words.startswith("has ") else "has a brace that stands alone"
