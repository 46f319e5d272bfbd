"""The lock files hold what pyproject.toml asks for, by hash, and nothing of where it was fetched from."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
RUN, TEST = "requirements.lock", "requirements-test.lock"
EXTRAS = {RUN: ["demo"], TEST: ["demo", "test"]}
PYTHONS = ["3.11", "3.12", "3.13", "3.14"]

ENTRY = re.compile(r"(?P<name>[a-z0-9-]+)==(?P<version>[0-9][0-9a-z.+]*)( ; (?P<marker>[^\\]+))?")
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def entries(lock: str) -> Iterator[list[str]]:
    """Each entry of the lock: the requirement itself, then its options."""
    whole = (ROOT / lock).read_text().replace("\\\n", "\n    ")
    for entry in re.split(r"\n(?=\S)", whole.strip()):
        yield [line.strip() for line in entry.splitlines() if line.strip()]


def locked(lock: str) -> dict[str, str]:
    found = (ENTRY.fullmatch(entry[0]) for entry in entries(lock))
    return {match["name"]: match["version"] for match in found if match}


def asked(lock: str) -> Iterator[Requirement]:
    wanted = [*PROJECT["dependencies"]]
    for extra in EXTRAS[lock]:
        wanted += PROJECT["optional-dependencies"][extra]
    for line in wanted:
        requirement = Requirement(line)
        if requirement.name != PROJECT["name"]:
            yield requirement


def lacking(lock: str, wanted: Iterator[Requirement]) -> list[str]:
    held = locked(lock)
    versions = ((requirement, held.get(canonicalize_name(requirement.name))) for requirement in wanted)
    return [str(r) for r, version in versions if version is None or not r.specifier.contains(version)]


def brought(lock: str, python: str) -> Iterator[Requirement]:
    """What the locked packages that are installed here ask for themselves, on Linux with that Python."""
    machine = {"python_version": python, "python_full_version": f"{python}.0", "sys_platform": "linux", "extra": ""}
    for name in locked(lock):
        try:
            requires = distribution(name).requires or []
        except ModuleNotFoundError:
            continue
        for requirement in map(Requirement, requires):
            if requirement.marker is None or requirement.marker.evaluate(machine):
                yield requirement


@pytest.mark.parametrize("lock", [RUN, TEST])
def test_every_entry_is_one_version_with_hashes_and_no_address(lock: str) -> None:
    wrong = [entry[0] for entry in entries(lock) if not ENTRY.fullmatch(entry[0]) or not entry[1:]]
    wrong += [option for entry in entries(lock) for option in entry[1:] if not HASH.fullmatch(option)]
    assert wrong == []


@pytest.mark.parametrize("lock", [RUN, TEST])
def test_everything_the_project_asks_for_is_locked_within_its_bounds(lock: str) -> None:
    assert lacking(lock, asked(lock)) == []


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("lock", [RUN, TEST])
def test_everything_a_locked_package_needs_is_locked_for_each_python(lock: str, python: str) -> None:
    assert lacking(lock, brought(lock, python)) == []


def test_the_tests_run_with_the_versions_that_operators_install() -> None:
    assert locked(RUN).items() <= locked(TEST).items()


def test_what_is_installed_here_is_what_is_locked() -> None:
    installed = {}
    for name in locked(TEST):
        try:
            installed[name] = distribution(name).version
        except ModuleNotFoundError:
            continue
    assert installed.items() <= locked(TEST).items()
    assert installed.keys() >= {canonicalize_name(requirement.name) for requirement in asked(RUN)}
