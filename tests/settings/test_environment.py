"""Secrets and addresses, from the environment and from ``.env``."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from dotenv import dotenv_values

from bot.settings import Shards, load
from bot.settings.environment import KEYS, env_template
from bot.settings.keyfile import new_key
from bot.settings.starter import starter_dir
from tests.settings import only_problem_of, problems_of, sample_environ

CHECKOUT = Path(__file__).parents[2]


def write_key(file: Path, text: str, mode: int = 0o600) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    file.chmod(mode)


def with_key_file(tmp_path: Path, file: Path) -> dict[str, str]:
    environ = sample_environ(tmp_path)
    del environ["CIRCLEKEEPER_KEY"]
    return {**environ, "CIRCLEKEEPER_KEY_FILE": str(file)}


def test_a_small_environment_is_enough(tmp_path: Path) -> None:
    settings = load(sample_environ(tmp_path), start=tmp_path)
    assert settings.token == "invented.token.for-tests"
    assert settings.api_url is None
    assert len(settings.key) == 32
    assert settings.config_dir == tmp_path / "config"
    assert (settings.log_level, settings.log_format, settings.shards) == ("INFO", "console", None)


def test_only_the_token_and_a_key_are_needed(tmp_path: Path) -> None:
    environ = sample_environ(tmp_path)
    wanted = {name: environ[name] for name in ("DISCORD_TOKEN", "CIRCLEKEEPER_KEY")}
    settings = load({**wanted, "XDG_RUNTIME_DIR": "/run/user/77"}, start=tmp_path)
    assert settings.database_url == "sqlite:///data/circlekeeper.db"
    assert settings.config_dir == tmp_path / "config"
    assert settings.checkins_dir == Path("/run/user/77/circlekeeper")


def test_nothing_secret_is_in_the_repr(tmp_path: Path) -> None:
    environ = {**sample_environ(tmp_path), "DATABASE_URL": "postgresql://ada:open-sesame@db.invalid/circle"}
    settings = load(environ, start=tmp_path)
    assert settings.token not in repr(settings)
    assert repr(settings.key) not in repr(settings)
    assert "open-sesame" not in repr(settings)


def test_everything_is_told_at_once(tmp_path: Path) -> None:
    sample_environ(tmp_path)
    environ = {
        "DISCORD_API_URL": "ftp://example.org",
        "DATABASE_URL": "mysql://ada:open-sesame@db.invalid/circle",
        "CIRCLEKEEPER_LOG_LEVEL": "loud",
        "CIRCLEKEEPER_SHARDS": "8/8",
    }
    (tmp_path / "config" / "bot.toml").write_text("[organisation\n", encoding="utf-8")
    (tmp_path / "config" / "texts" / "en.toml").write_text('[errors]\nstale = ""\n', encoding="utf-8")
    (tmp_path / "config" / "guidelines" / "short.md").unlink()
    problems = problems_of(environ, tmp_path)
    assert [(problem.file, problem.line, problem.key) for problem in problems] == [
        ("environment", None, "DATABASE_URL"),
        ("environment", None, "DISCORD_TOKEN"),
        ("environment", None, "DISCORD_API_URL"),
        ("environment", None, "CIRCLEKEEPER_KEY"),
        ("environment", None, "CIRCLEKEEPER_LOG_LEVEL"),
        ("environment", None, "CIRCLEKEEPER_SHARDS"),
        ("config/bot.toml", 1, ""),
        ("config/texts/en.toml", 2, "errors.stale"),
        ("config/guidelines/short.md", None, ""),
    ]
    assert "open-sesame" not in "".join(map(str, problems))


def test_a_problem_is_one_line_that_says_where_what_and_what_instead(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("# mine\n\nCIRCLEKEEPER_LOG_FORMAT=xml\n", encoding="utf-8")
    problem = only_problem_of(sample_environ(tmp_path), tmp_path)
    assert str(problem) == ".env:3: CIRCLEKEEPER_LOG_FORMAT: is 'xml'; one of console, json"


@pytest.mark.parametrize(
    ("name", "value", "wrong"),
    [
        ("DISCORD_TOKEN", "", "not set"),
        ("DISCORD_TOKEN", "Bot abc", "a space"),
        ("DISCORD_API_URL", "discord.invalid", "not a web address"),
        ("DISCORD_API_URL", "http://[half", "not a web address"),
        ("DATABASE_URL", "sqlite:", "not complete"),
        ("DATABASE_URL", "sqlite:///", "not complete"),
        ("DATABASE_URL", "sqlite://data.db", "not complete"),
        ("DATABASE_URL", "postgres://db.invalid/circle", "begins with postgres://"),
        ("DATABASE_URL", "postgresql://", "not complete"),
        ("CIRCLEKEEPER_KEY", "not a key!", "not base64-url"),
        ("CIRCLEKEEPER_KEY", "c2hvcnQ=", "has 5 bytes"),
        ("CIRCLEKEEPER_CONFIG", "nowhere", "where no folder is"),
        ("CIRCLEKEEPER_CHECKINS", "data/checkins", "inside the data folder"),
        ("CIRCLEKEEPER_CHECKINS", "config/../data", "inside the data folder"),
        ("CIRCLEKEEPER_LOG_LEVEL", "LOUD", "'LOUD'"),
        ("CIRCLEKEEPER_SHARDS", "all", "'all'"),
        ("CIRCLEKEEPER_SHARDS", "3-1/8", "not shards of 8"),
        ("CIRCLEKEEPER_SHARDS", "0/0", "not shards of 0"),
    ],
)
def test_a_bad_value_is_refused(tmp_path: Path, name: str, value: str, wrong: str) -> None:
    problem = only_problem_of({**sample_environ(tmp_path), name: value}, tmp_path)
    assert (problem.file, problem.key) == ("environment", name)
    assert wrong in problem.wrong
    assert problem.allowed


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("DISCORD_API_URL", "http://127.0.0.1:8080/", "http://127.0.0.1:8080"),
        ("DATABASE_URL", "postgresql://db.invalid/circle", "postgresql://db.invalid/circle"),
        ("CIRCLEKEEPER_LOG_LEVEL", "debug", "DEBUG"),
        ("CIRCLEKEEPER_LOG_FORMAT", "json", "json"),
        ("CIRCLEKEEPER_SHARDS", "2/8", Shards(ids=(2,), count=8)),
        ("CIRCLEKEEPER_SHARDS", "0-3/8", Shards(ids=(0, 1, 2, 3), count=8)),
    ],
)
def test_a_good_value_is_taken(tmp_path: Path, name: str, value: str, read: object) -> None:
    settings = load({**sample_environ(tmp_path), name: value}, start=tmp_path)
    field = {"DISCORD_API_URL": "api_url", "DATABASE_URL": "database_url"}.get(
        name, name.removeprefix("CIRCLEKEEPER_").lower()
    )
    assert getattr(settings, field) == read


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    environ = sample_environ(tmp_path)
    text = "export CIRCLEKEEPER_LOG_LEVEL=ERROR\nCIRCLEKEEPER_LOG_FORMAT='json' # for machines\n"
    (tmp_path / ".env").write_text(text, encoding="utf-8")
    assert load(environ, start=tmp_path).log_level == "ERROR"
    settings = load({**environ, "CIRCLEKEEPER_LOG_LEVEL": "WARNING"}, start=tmp_path)
    assert (settings.log_level, settings.log_format) == ("WARNING", "json")


def test_the_file_does_not_borrow_from_the_environment_of_the_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOMEBODY", "else")
    environ = sample_environ(tmp_path)
    del environ["DISCORD_TOKEN"]
    (tmp_path / ".env").write_text("DISCORD_TOKEN=${SOMEBODY}\n", encoding="utf-8")
    assert load(environ, start=tmp_path).token == "${SOMEBODY}"


def test_a_line_that_is_no_assignment_is_told(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("CIRCLEKEEPER_LOG_LEVEL=INFO\nLOG FORMAT: json\n", encoding="utf-8")
    problem = only_problem_of(sample_environ(tmp_path), tmp_path)
    assert (problem.file, problem.line) == (".env", 2)


def test_a_file_with_a_token_should_be_private(tmp_path: Path) -> None:
    environ = sample_environ(tmp_path)
    file = tmp_path / ".env"
    file.write_text("DISCORD_TOKEN=invented\n", encoding="utf-8")
    file.chmod(0o644)
    assert any(".env can be read by other people" in note for note in load(environ, start=tmp_path).notes)
    file.chmod(0o600)
    assert not any(".env" in note for note in load(environ, start=tmp_path).notes)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("DISCORD_TOKN", "DISCORD_TOKEN"),
        ("DATABASE_URI", "DATABASE_URL"),
        ("CIRCLEKEEPER_SHARD", "CIRCLEKEEPER_SHARDS"),
        ("CIRCLEKEEPER_KEYFILE", "CIRCLEKEEPER_KEY_FILE"),
    ],
)
def test_a_slip_in_a_name_is_told_wherever_it_is(tmp_path: Path, name: str, meant: str) -> None:
    environ = sample_environ(tmp_path)
    problem = only_problem_of({**environ, name: "x"}, tmp_path)
    assert (problem.file, problem.key, problem.allowed) == ("environment", name, f"did you mean {meant}?")
    (tmp_path / ".env").write_text(f"\n{name}=x\n", encoding="utf-8")
    problem = only_problem_of(environ, tmp_path)
    assert (problem.file, problem.line, problem.allowed) == (".env", 2, f"did you mean {meant}?")


def test_what_others_set_is_none_of_our_business(tmp_path: Path) -> None:
    environ = sample_environ(tmp_path)
    (tmp_path / ".env").write_text("COMPOSE_PROJECT_NAME=circle\n", encoding="utf-8")
    load({**environ, "CIRCLEKEEPER_PORT": "tcp://10.0.0.1", "CIRCLEKEEPER_TEST_POSTGRES": "x"}, start=tmp_path)
    (tmp_path / ".env").write_text("CIRCLEKEEPER_PORT=80\n", encoding="utf-8")
    assert only_problem_of(environ, tmp_path).key == "CIRCLEKEEPER_PORT"


def test_the_key_may_be_in_a_file(tmp_path: Path) -> None:
    key = new_key()
    write_key(tmp_path / "keys" / "circle.key", key + "\n")
    environ = with_key_file(tmp_path, Path("keys/circle.key"))
    direct = {**sample_environ(tmp_path), "CIRCLEKEEPER_KEY": key.rstrip("=")}
    assert load(environ, start=tmp_path).key == load(direct, start=tmp_path).key


def test_no_key_says_how_to_make_one(tmp_path: Path) -> None:
    environ = sample_environ(tmp_path)
    del environ["CIRCLEKEEPER_KEY"]
    assert "circlekeeper init DIR" in only_problem_of(environ, tmp_path).allowed


def test_two_keys_are_one_too_many(tmp_path: Path) -> None:
    write_key(tmp_path / "circle.key", new_key())
    environ = {**sample_environ(tmp_path), "CIRCLEKEEPER_KEY_FILE": str(tmp_path / "circle.key")}
    assert only_problem_of(environ, tmp_path).allowed == "only one of the two"


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o610, 0o602])
def test_a_key_file_open_to_others_is_refused(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "circle.key"
    write_key(file, new_key(), mode)
    problem = only_problem_of(with_key_file(tmp_path, file), tmp_path)
    assert "can be read by other people" in problem.wrong
    assert problem.allowed == f"run: chmod 600 {file}"


@pytest.mark.parametrize("place", ["data/circle.key", "data/deep/circle.key", "config/../data/circle.key"])
def test_a_key_file_in_the_data_folder_is_refused(tmp_path: Path, place: str) -> None:
    write_key((tmp_path / place).resolve(), new_key())
    problem = only_problem_of(with_key_file(tmp_path, Path(place)), tmp_path)
    assert "inside the data folder" in problem.wrong


def test_a_link_out_of_the_data_folder_does_not_hide_a_key_in_it(tmp_path: Path) -> None:
    write_key(tmp_path / "data" / "circle.key", new_key())
    (tmp_path / "link.key").symlink_to(tmp_path / "data" / "circle.key")
    assert "inside the data folder" in only_problem_of(with_key_file(tmp_path, Path("link.key")), tmp_path).wrong


@pytest.mark.parametrize(("text", "wrong"), [("", "has 0 bytes"), ("schlüssel", "not base64-url"), (None, "no such")])
def test_a_key_file_without_a_key_is_refused(tmp_path: Path, text: str | None, wrong: str) -> None:
    file = tmp_path / "circle.key"
    if text is not None:
        write_key(file, text)
    problem = only_problem_of(with_key_file(tmp_path, file), tmp_path)
    assert problem.key == "CIRCLEKEEPER_KEY_FILE"
    assert wrong in problem.wrong


def test_the_example_file_has_every_key_and_no_other() -> None:
    example = CHECKOUT / ".env.example"
    assert list(dotenv_values(example, interpolate=False)) == [key.name for key in KEYS]
    assert example.read_text(encoding="utf-8") == env_template()


def test_importing_the_settings_reads_no_environment() -> None:
    code = (
        "import os\n"
        "class Closed(dict):\n"
        "    def __getitem__(self, name): raise AssertionError(name)\n"
        "    get = __contains__ = __getitem__\n"
        "import dotenv.parser, tempfile, urllib.parse, pathlib, difflib\n"
        "os.environ = Closed()\n"
        "import bot.settings, bot.settings.init\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=CHECKOUT)


def test_the_starter_is_the_shipped_config() -> None:
    assert (starter_dir() / "bot.toml").is_file()


@pytest.mark.parametrize(
    "address",
    [
        "sqlite:///:memory:",
        "sqlite:///data/x.db?foo=1",
        "postgresql://u:secret@host:abc/db",
        "postgresql://u:secret@host/db?connect_timeout=3",
    ],
)
def test_an_address_that_the_driver_would_stumble_over_is_refused_in_words(tmp_path: Path, address: str) -> None:
    problem = only_problem_of(sample_environ(tmp_path) | {"DATABASE_URL": address}, tmp_path)
    assert problem.key == "DATABASE_URL"
    assert "secret" not in str(problem)
