"""The shape of the repository: sizes, names, and what may be said and read where."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FILE_LINES = 400
FUNCTION_LINES = 50
TOP_LEVEL = {
    ".ci",
    ".env.example",
    ".gitignore",
    "ARCHITECTURE.md",
    "LICENSE",
    "README.md",
    "bot",
    "config",
    "pyproject.toml",
    "requirements-test.lock",
    "requirements.lock",
    "tests",
}
# Cogs that are not a feature's: `/inbox` shows the words of every feature, `/setup` looks at all of the server.
COGS_WITHOUT_A_FEATURE = {"inbox", "setup"}
VAGUE = {"util", "utils", "helper", "helpers", "manager", "managers", "misc", "common"}
# Paths of the machine it was written on, and hosts that packages came from.
FOREIGN = re.compile(r"(?<![\w.])/(work|root)/|/tmp/\w|file[:]///|https?[:]//\S+/(simple|packages)/")


@cache
def sources(folder: str) -> list[tuple[str, ast.Module]]:
    """Every Python file of a folder, as its path from the root and its syntax tree."""
    paths = sorted((ROOT / folder).rglob("*.py"))
    return [(str(path.relative_to(ROOT)), ast.parse(path.read_text())) for path in paths]


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def run_at_import(node: ast.AST) -> Iterator[ast.AST]:
    """What is evaluated when the module is imported: all but the bodies of functions."""
    for child in ast.iter_child_nodes(node):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and child in node.body:
            continue
        if isinstance(node, ast.Lambda):
            continue
        yield child
        yield from run_at_import(child)


def reads_environment(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute | ast.Name) and ast.unparse(node) in {"os.environ", "os.getenv", "environ"}


@cache
def tracked() -> list[str]:
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    listed = subprocess.run([git, "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def packages(folder: str) -> set[str]:
    """The names directly below a folder of modules and packages."""
    found = {path.parent.name for path in (ROOT / folder).glob("*/*.py")}
    return found | {path.stem for path in (ROOT / folder).glob("*.py")} - {"__init__"}


@pytest.mark.parametrize("folder", ["bot", "tests"])
def test_no_file_is_longer_than_can_be_read_at_a_sitting(folder: str) -> None:
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in (ROOT / folder).rglob("*.py")
    }
    assert {name: length for name, length in lengths.items() if length > FILE_LINES} == {}


@pytest.mark.parametrize("folder", ["bot", "tests"])
def test_no_function_is_longer_than_a_page(folder: str) -> None:
    long = {
        f"{name}:{function.lineno} {function.name}": (function.end_lineno or 0) - function.lineno + 1
        for name, tree in sources(folder)
        if "/migrations/versions/" not in name
        for function in functions(tree)
        if (function.end_lineno or 0) - function.lineno + 1 > FUNCTION_LINES
    }
    assert long == {}


def test_every_module_says_what_it_is() -> None:
    silent = [name for folder in ("bot", "tests") for name, tree in sources(folder) if not ast.get_docstring(tree)]
    assert [name for name in silent if (ROOT / name).stat().st_size] == []


@pytest.mark.parametrize("folder", ["bot", "tests"])
def test_no_name_is_vague(folder: str) -> None:
    names = [
        (name, node.name)
        for name, tree in sources(folder)
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    names += [(name, part) for name, _ in sources(folder) for part in Path(name).with_suffix("").parts]
    words = [(where, name, re.findall(r"[A-Z]?[a-z]+", name)) for where, name in names]
    assert [(where, name) for where, name, parts in words if VAGUE & {part.lower() for part in parts}] == []


def test_a_feature_is_called_the_same_in_its_cog_its_tests_and_its_texts() -> None:
    features = packages("bot/features")
    assert features, "there are features"
    texts = tomllib.loads((ROOT / "config" / "texts" / "en.toml").read_text())
    tests = {part for path in (ROOT / "tests").rglob("test_*.py") for part in (path.parent.name, path.stem[5:])}
    lacking = {
        feature: [
            what
            for what, names in (("cog", packages("bot/cogs")), ("tests", tests), ("texts", set(texts)))
            if feature not in names
        ]
        for feature in sorted(features)
    }
    assert {feature: whats for feature, whats in lacking.items() if whats} == {}
    assert packages("bot/cogs") <= features | COGS_WITHOUT_A_FEATURE


def test_a_feature_keeps_its_rules_its_use_cases_and_its_tables_apart() -> None:
    whole = {feature: packages(f"bot/features/{feature}") for feature in packages("bot/features")}
    tables = [
        name
        for name, tree in sources("bot/features")
        if Path(name).stem != "store" and any(ast.unparse(node) == "sa.Table" for node in ast.walk(tree))
    ]
    assert tables == []
    assert {feature: parts for feature, parts in whole.items() if "service" not in parts} == {}


def test_nothing_reads_the_environment_when_it_is_imported() -> None:
    early = [
        f"{name}:{getattr(node, 'lineno', 0)}"
        for name, tree in sources("bot")
        for node in run_at_import(tree)
        if reads_environment(node)
    ]
    assert early == []


def test_only_the_settings_and_the_command_line_read_the_environment() -> None:
    readers = {name for name, tree in sources("bot") if any(reads_environment(node) for node in ast.walk(tree))}
    assert {name for name in readers if not re.match(r"bot/(settings/|demo/|cli\b)", name)} == set()


def test_there_are_no_global_objects_to_reach_for() -> None:
    made = [
        f"{name}:{node.lineno}"
        for name, tree in sources("bot")
        for node in run_at_import(tree)
        if isinstance(node, ast.Call) and re.search(r"(Bot|Client|Database|Services|Courier)$", ast.unparse(node.func))
    ]
    declared = [name for name, tree in sources("bot") if any(isinstance(node, ast.Global) for node in ast.walk(tree))]
    fetched = [
        name
        for name, tree in sources("bot")
        if any(isinstance(node, ast.Attribute) and node.attr == "get_cog" for node in ast.walk(tree))
    ]
    assert (made, declared, fetched) == ([], [], [])


def test_no_test_pretends_to_be_discord_with_a_mock() -> None:
    mocking = [
        name
        for name, tree in sources("tests")
        for node in ast.walk(tree)
        if (isinstance(node, ast.ImportFrom) and re.match(r"unittest|mock", node.module or ""))
        or (isinstance(node, ast.Import) and any(re.match(r"unittest|mock", alias.name) for alias in node.names))
        or (isinstance(node, ast.arg) and node.arg == "mocker")
    ]
    assert mocking == []


def test_the_top_level_holds_only_what_belongs_there() -> None:
    assert {name.split("/")[0] for name in tracked()} <= TOP_LEVEL


def test_nothing_tells_of_the_machine_it_was_made_on() -> None:
    told = []
    for name in tracked():
        try:
            text = (ROOT / name).read_text()
        except UnicodeDecodeError:
            continue
        told += [f"{name}:{n}" for n, line in enumerate(text.splitlines(), start=1) if FOREIGN.search(line)]
    assert told == []
