"""From files and environment to one frozen Settings, or to every problem at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from bot.core.helplines import Country
from bot.core.questions import Template
from bot.settings.checkins import read_checkins
from bot.settings.environment import read_environment
from bot.settings.files import Document, read_toml, shown
from bot.settings.guidelines import read_guidelines
from bot.settings.helplines import read_helplines
from bot.settings.model import Agreement, Settings
from bot.settings.options import Options, check_checkin, read_options
from bot.settings.problems import Findings
from bot.settings.starter import starter_dir
from bot.settings.texts import read_texts

_OPTIONS = Path("bot.toml")
_TEXTS = Path("texts", "en.toml")
_GUIDELINES = Path("guidelines")
_HELPLINES = Path("helplines.toml")
_CHECKINS = Path("checkins")


def load(environ: Mapping[str, str], *, start: Path) -> Settings:
    """Read everything the operator decides; paths and ``.env`` are looked up from the folder ``start``.

    Raises SettingsError with every problem there is.
    """
    start = start.absolute()
    findings = Findings()
    environment = read_environment(environ, start, findings)
    if not environment.config_dir.is_dir():
        findings.raise_any()
    config = _read_config(environment.config_dir, start, findings)
    findings.raise_any()
    parts = {field.name: getattr(part, field.name) for part in (environment, config.options) for field in fields(part)}
    return Settings(
        **parts,
        texts=config.texts,
        guidelines=config.guidelines,
        helplines=config.helplines,
        checkins=config.checkins,
        notes=tuple(findings.notes),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Config:
    options: Options
    texts: Mapping[str, str]
    guidelines: Agreement
    helplines: tuple[Country, ...]
    checkins: tuple[Template, ...]


def _read_config(folder: Path, start: Path, findings: Findings) -> _Config:
    name = shown(folder / _OPTIONS, start)
    document = read_toml(folder / _OPTIONS, name, findings)
    written = document or Document(name=name, values={}, lines={})
    options = read_options(written, _quiet_if(document, findings))
    config = _Config(
        options=options,
        texts=read_texts(folder / _TEXTS, shown(folder / _TEXTS, start), starter_dir() / _TEXTS, findings),
        guidelines=read_guidelines(folder / _GUIDELINES, shown(folder / _GUIDELINES, start), findings),
        helplines=read_helplines(
            folder / _HELPLINES, shown(folder / _HELPLINES, start), starter_dir() / _HELPLINES, findings
        ),
        checkins=read_checkins(
            folder / _CHECKINS,
            shown(folder / _CHECKINS, start),
            starter_dir() / _CHECKINS,
            options.checkin_limits,
            findings,
        ),
    )
    check_checkin(written, config.options, [template.id for template in config.checkins], findings)
    return config


def _quiet_if(document: Document | None, findings: Findings) -> Findings:
    """A file that could not be read has been reported; that all its options are missing then says nothing new."""
    return findings if document else Findings()
