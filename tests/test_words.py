"""Every text that the code asks for is there, and every text that is there is asked for."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ASKING = {"words", "_words", "say", "UserError", "NotAllowed", "NotFound"}
"""What is called with the key of a text; ``words_of(interaction)(...)`` is known by its form."""
NAMING = {"label", "title", "placeholder"}
"""What components call their text by."""


@cache
def shipped() -> frozenset[str]:
    tables = tomllib.loads((ROOT / "config" / "texts" / "en.toml").read_text())
    return frozenset(f"{table}.{name}" for table, texts in tables.items() for name in texts)


@cache
def trees() -> dict[str, ast.Module]:
    return {str(path.relative_to(ROOT)): ast.parse(path.read_text()) for path in sorted((ROOT / "bot").rglob("*.py"))}


def patterns(node: ast.AST) -> Iterator[str]:
    """The keys that an expression may give, as patterns; none where it is not written down here."""
    match node:
        case ast.Constant(value=str() as key):
            yield re.escape(key)
        case ast.JoinedStr(values=parts):
            shape = "".join(re.escape(str(part.value)) if isinstance(part, ast.Constant) else r"\w+" for part in parts)
            yield shape
        case ast.IfExp(body=one, orelse=other):
            yield from patterns(one)
            yield from patterns(other)
        case _:
            return


def asked_for(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Where a text is asked for, and by which key."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _asks(node.func):
            for argument in node.args[:2]:
                yield from ((node.lineno, key) for key in patterns(argument))
        if isinstance(node, ast.ClassDef):
            yield from _named(node)


def _asks(called: ast.expr) -> bool:
    match called:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name in ASKING
        case ast.Call(func=ast.Name(id="words_of")):
            return True
        case _:
            return False


def _named(kind: ast.ClassDef) -> Iterator[tuple[int, str]]:
    bases = " ".join(ast.unparse(base) for base in kind.bases)
    for statement in kind.body:
        if isinstance(statement, ast.Assign) and re.search(r"Button|Select|Modal", bases):
            names = {target.id for target in statement.targets if isinstance(target, ast.Name)}
            if names & NAMING:
                yield from ((statement.lineno, key) for key in patterns(statement.value))


def fits(pattern: str) -> bool:
    return any(re.fullmatch(pattern, key) for key in shipped())


def test_every_text_that_is_asked_for_is_there() -> None:
    asked = [(name, line, key) for name, tree in trees().items() for line, key in asked_for(tree)]
    assert len(asked) > 50, "the code is read"
    missing = [f"{name}:{line} {key}" for name, line, key in asked if r"\." in key and not fits(key)]
    assert missing == []


def test_every_text_that_is_there_is_asked_for() -> None:
    # a key may be handed on as a value before it is used, so that every place it is written in counts
    written = {key for tree in trees().values() for node in ast.walk(tree) for key in patterns(node)}
    keys = {pattern for pattern in written if re.match(r"[a-z]+\\\.", pattern)}
    # most are written whole; what is left is looked for among those with a part that is filled in
    left = [key for key in shipped() if not key.startswith("commands.") and re.escape(key) not in keys]
    open_ones = [re.compile(pattern) for pattern in keys if r"\w" in pattern]
    assert sorted(key for key in left if not any(pattern.fullmatch(key) for pattern in open_ones)) == []


def test_a_text_that_nobody_wrote_would_be_missed() -> None:
    planted = ast.parse('class B(PersistentButton):\n    label = "a.b"\nsay(i, "c.d" if x else f"e.{y}_button")')
    assert {key for _, key in asked_for(planted)} == {r"a\.b", r"c\.d", r"e\.\w+_button"}
    assert not fits(r"c\.d")
