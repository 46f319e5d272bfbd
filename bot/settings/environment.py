"""Secrets and addresses: the environment and the ``.env`` file beside the operator, the environment winning."""

from __future__ import annotations

import difflib
import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import cast, get_args

from dotenv.parser import parse_stream

from bot.settings.files import read_text, shown
from bot.settings.keyfile import read_key
from bot.settings.model import LogFormat, LogLevel, Shards
from bot.settings.options import is_web_address
from bot.settings.problems import ENVIRONMENT, Findings, did_you_mean

_PREFIX = "CIRCLEKEEPER_"
_ENV_FILE = ".env"
_SHARDS = re.compile(r"(?P<first>[0-9]{1,6})(?:-(?P<last>[0-9]{1,6}))?/(?P<count>[0-9]{1,6})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key of the environment: its name, what it is for, and what stands when it is not set."""

    name: str
    purpose: str
    default: str = ""


KEYS = (
    Key(
        name="DISCORD_TOKEN",
        purpose="The bot's token, from Discord's developer portal > your application > Bot > Reset Token. Required.",
    ),
    Key(
        name="DISCORD_API_URL",
        purpose="Where to reach Discord's API, if not at Discord itself: a REST proxy, http:// or https://.",
    ),
    Key(
        name="DATABASE_URL",
        purpose="Where the data lives: sqlite:///path (from the folder you start in, sqlite:////path from the root)\n"
        "or postgresql://user:password@host/name.",
        default="sqlite:///data/circlekeeper.db",
    ),
    Key(
        name="CIRCLEKEEPER_KEY",
        purpose="The key that everything personal is encrypted with: 32 bytes as base64-url text. Set this or\n"
        "CIRCLEKEEPER_KEY_FILE, not both. Keep a copy somewhere safe: without it the data cannot be read.",
    ),
    Key(
        name="CIRCLEKEEPER_KEY_FILE",
        purpose="The file that holds that key. Only you may be able to read it (chmod 600), and it must be outside\n"
        "the data folder, so that a copy of the data is not also a copy of the key.",
    ),
    Key(
        name="CIRCLEKEEPER_CONFIG",
        purpose="The folder with bot.toml, helplines.toml, texts/, guidelines/ and checkins/.",
        default="config",
    ),
    Key(
        name="CIRCLEKEEPER_CHECKINS",
        purpose="Where the sealed tally of an open check-in is kept. Best in memory, and never in a backup. Processes\n"
        "that share a database share it too. If not set: the runtime folder of the system.",
    ),
    Key(
        name="CIRCLEKEEPER_LOG_LEVEL",
        purpose="How much to log: DEBUG, INFO, WARNING or ERROR.",
        default="INFO",
    ),
    Key(
        name="CIRCLEKEEPER_LOG_FORMAT",
        purpose="How to log: console (for people) or json (for machines).",
        default="console",
    ),
    Key(
        name="CIRCLEKEEPER_SHARDS",
        purpose="Which shards this process runs, of how many: 2/8, or 0-3/8. If not set: all of them.",
    ),
)
_NAMES = tuple(key.name for key in KEYS)
_DEFAULTS = {key.name: key.default for key in KEYS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """What the environment says, in the shape of the settings."""

    token: str
    api_url: str | None
    database_url: str
    key: bytes
    config_dir: Path
    checkins_dir: Path
    log_level: LogLevel
    log_format: LogFormat
    shards: Shards | None


def env_template(values: Mapping[str, str] | None = None) -> str:
    """The text of a ``.env`` file: every key, what it is for, and its value from ``values`` or else its default."""
    given = values or {}
    lines = [
        "# Secrets and addresses for Circlekeeper. A variable of the environment wins over a line in this file;",
        "# a key without a value is as if it were not here.",
    ]
    for key in KEYS:
        lines += ["", *(f"# {line}" for line in key.purpose.splitlines())]
        lines.append(f"{key.name}={given.get(key.name, key.default)}")
    return "\n".join(lines) + "\n"


def read_environment(environ: Mapping[str, str], start: Path, findings: Findings) -> Environment:
    """Everything from the environment; what is wrong is reported, and something harmless stands in its place."""
    reader = _Reader(environ, start, findings)
    reader.refuse_unknown()
    database_url = reader.database_url()
    data = data_folder(database_url, start)
    return Environment(
        token=reader.token(),
        api_url=reader.api_url(),
        database_url=database_url,
        key=reader.key(data),
        config_dir=reader.config_dir(),
        checkins_dir=reader.checkins_dir(data),
        log_level=cast("LogLevel", reader.choice("CIRCLEKEEPER_LOG_LEVEL", get_args(LogLevel))),
        log_format=cast("LogFormat", reader.choice("CIRCLEKEEPER_LOG_FORMAT", get_args(LogFormat))),
        shards=reader.shards(),
    )


def data_folder(database_url: str, start: Path) -> Path | None:
    """The folder of the SQLite database, which is what backups copy; None for a database that is no file."""
    scheme, _, path = database_url.partition(":///")
    if scheme != "sqlite" or path in {"", ":memory:"}:
        return None
    return (start / path).resolve().parent


class _Reader:
    def __init__(self, environ: Mapping[str, str], start: Path, findings: Findings) -> None:
        self._environ = environ
        self._start = start
        self._findings = findings
        self._file_name = shown(start / _ENV_FILE, start)
        self._file, self._lines = self._read_file()

    def token(self) -> str:
        token = self._get("DISCORD_TOKEN")
        if not token:
            self._wrong("DISCORD_TOKEN", "is not set", "copy the token from Discord's developer portal")
        elif not token.isascii() or any(sign.isspace() for sign in token):
            self._wrong(
                "DISCORD_TOKEN", "has a space or a strange letter in it", "the token alone, as Discord shows it"
            )
        return token

    def api_url(self) -> str | None:
        address = self._get("DISCORD_API_URL")
        if address and not is_web_address(address, ["http", "https"]):
            self._wrong("DISCORD_API_URL", "is not a web address", "http://host or https://host, or leave it out")
        return address.rstrip("/") or None

    def database_url(self) -> str:
        """The address as given. It may hold a password, so no message repeats it."""
        address = self._get("DATABASE_URL")
        scheme, separator, rest = address.partition("://")
        if scheme == "sqlite" and separator and rest.startswith("/") and rest != "/":
            return address
        if scheme == "postgresql" and rest:
            return address
        wrong = (
            f"begins with {scheme}://" if separator and scheme not in {"sqlite", "postgresql"} else "is not complete"
        )
        self._wrong("DATABASE_URL", wrong, "sqlite:///path/to/file.db or postgresql://user:password@host/name")
        return _DEFAULTS["DATABASE_URL"]

    def key(self, data: Path | None) -> bytes:
        text, file = self._get("CIRCLEKEEPER_KEY"), self._get("CIRCLEKEEPER_KEY_FILE")
        if text and file:
            self._wrong("CIRCLEKEEPER_KEY", "is set, and so is CIRCLEKEEPER_KEY_FILE", "only one of the two")
            return b""
        if not text and not file:
            self._wrong(
                "CIRCLEKEEPER_KEY", "is not set, nor is CIRCLEKEEPER_KEY_FILE", "`circlekeeper init DIR` makes a key"
            )
            return b""
        try:
            return read_key(text, (self._start / file) if file else None, data)
        except ValueError as error:
            self._wrong("CIRCLEKEEPER_KEY_FILE" if file else "CIRCLEKEEPER_KEY", *map(str, error.args))
            return b""

    def config_dir(self) -> Path:
        folder = self._start / self._get("CIRCLEKEEPER_CONFIG")
        if not folder.is_dir():
            self._wrong("CIRCLEKEEPER_CONFIG", f"is {folder}, where no folder is", "`circlekeeper init DIR` writes one")
        return folder

    def checkins_dir(self, data: Path | None) -> Path:
        given = self._get("CIRCLEKEEPER_CHECKINS")
        if not given:
            return self._runtime_folder() / "circlekeeper"
        folder = self._start / given
        if data and folder.resolve().is_relative_to(data):
            self._wrong(
                "CIRCLEKEEPER_CHECKINS",
                "is inside the data folder, so a backup would copy the answers of an open check-in",
                "a folder elsewhere, best in memory",
            )
        return folder

    def choice(self, name: str, allowed: tuple[str, ...]) -> str:
        given = self._get(name)
        for value in allowed:
            if value.lower() == given.lower():
                return value
        self._wrong(name, f"is {given!r}", f"one of {', '.join(allowed)}")
        return _DEFAULTS[name]

    def shards(self) -> Shards | None:
        given = self._get("CIRCLEKEEPER_SHARDS")
        if not given:
            return None
        match = _SHARDS.fullmatch(given)
        allowed = "2/8 for one shard of eight, or 0-3/8 for the first four; shards count from 0"
        if not match:
            self._wrong("CIRCLEKEEPER_SHARDS", f"is {given!r}", allowed)
            return None
        first, count = int(match["first"]), int(match["count"])
        last = int(match["last"] or first)
        if not first <= last < count:
            self._wrong("CIRCLEKEEPER_SHARDS", f"is {given!r}, which are not shards of {count}", allowed)
            return None
        return Shards(ids=tuple(range(first, last + 1)), count=count)

    def refuse_unknown(self) -> None:
        """Report keys of ours that do not exist.

        The file is for us, so there any name with our prefix counts. The environment is for everyone (a container
        platform may well set CIRCLEKEEPER_PORT), so there only what looks like a slip of the pen does.
        """
        for name in self._file:
            if name not in _NAMES and (name.startswith(_PREFIX) or _slip(name)):
                self._wrong(name, "is not known", did_you_mean(name, _NAMES))
        for name in self._environ:
            if name not in _NAMES and name not in self._file and _slip(name):
                self._wrong(name, "is not known", did_you_mean(name, _NAMES))

    def _get(self, name: str) -> str:
        """The value, where an empty one is the same as none."""
        return self._environ.get(name, self._file.get(name, "")).strip() or _DEFAULTS[name]

    def _wrong(self, name: str, wrong: str, allowed: str) -> None:
        if name in self._environ or not self._lines:
            self._findings.problem(ENVIRONMENT, None, name, wrong, allowed)
        else:
            self._findings.problem(self._file_name, self._lines.get(name), name, wrong, allowed)

    def _read_file(self) -> tuple[Mapping[str, str], Mapping[str, int]]:
        path = self._start / _ENV_FILE
        text = read_text(path, self._file_name, self._findings) if path.exists() else None
        values: dict[str, str] = {}
        lines: dict[str, int] = {}
        for binding in parse_stream(StringIO(text or "")):
            written = binding.original.string
            line = binding.original.line + len(written[: len(written) - len(written.lstrip())].splitlines())
            if binding.error:
                self._findings.problem(self._file_name, line, "", "cannot be understood", "write NAME=value")
            elif binding.key is not None:
                values[binding.key], lines[binding.key] = binding.value or "", line
        if "DISCORD_TOKEN" in values and os.name == "posix" and path.stat().st_mode & 0o077:
            self._findings.note(f"{self._file_name} can be read by other people on this machine; run chmod 600 on it")
        return values, lines

    def _runtime_folder(self) -> Path:
        """A folder that is in memory where the system has one, and not in anybody's backup."""
        given = self._environ.get("XDG_RUNTIME_DIR")
        shared = Path("/dev/shm")  # noqa: S108 - a folder made private in it, not a file of guessable name
        if given:
            return Path(given)
        return shared if shared.is_dir() else Path(tempfile.gettempdir())


def _slip(name: str) -> bool:
    """Whether a name looks like one of ours with a letter wrong, the common beginnings left out of the comparison."""
    endings = [known.removeprefix(_PREFIX) for known in _NAMES if name.startswith(_PREFIX) == known.startswith(_PREFIX)]
    return bool(difflib.get_close_matches(name.removeprefix(_PREFIX), endings, n=1, cutoff=0.8))
