"""Whatever Discord refuses, ``/setup check`` can say what it was."""

from __future__ import annotations

import ast
import inspect
import textwrap
from pathlib import Path
from typing import Any

from bot.features.cases.ladder import NUDGE
from tests.conftest import StepClock
from tests.databases import migrated_sqlite
from tests.features.privacy.full_house import open_house, settings_on

NOT_KEPT = {NUDGE}
"""Its handler keeps what it shares with another kind; of this one somebody else is called at once."""


def keeps(handler: Any, seen: set[str] | None = None) -> bool:
    """Whether what comes back to this function may be remembered as a setback, by it or by what it calls."""
    seen = set() if seen is None else seen
    owner = handler.__self__
    for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(handler)))):
        match node:
            case ast.Call(func=ast.Attribute(attr="remember")):
                return True
            case ast.Call(func=ast.Attribute(value=ast.Name(id="self"), attr=name)) if name not in seen:
                seen.add(name)
                called = getattr(owner, name)
                if inspect.ismethod(called) and keeps(called, seen):
                    return True
            case _:
                pass
    return False


async def test_every_kind_that_may_be_kept_has_its_words(tmp_path: Path, clock: StepClock) -> None:
    settings = settings_on(migrated_sqlite(tmp_path), tmp_path)
    async with open_house(settings, clock) as services:
        kept = {kind for kind, handler in services.outbox._returned.items() if keeps(handler)} - NOT_KEPT
    assert {"groups.room", "groups.rename", "guidelines.pin", "checkins.results", "setup.access"} <= kept
    nameless = {kind for kind in kept if f"setup.errand_{kind.replace('.', '_')}" not in settings.texts}
    assert nameless == set()
    named = {f"setup.errand_{kind.replace('.', '_')}" for kind in kept}
    assert {key for key in settings.texts if key.startswith("setup.errand_")} == named
