"""Where an exception came from, without what it says: its words may hold an id, or what somebody typed."""

from __future__ import annotations

import traceback


def outline(error: BaseException) -> str:
    """The kinds of exception and the lines they passed through, causes first, as in a traceback."""
    parts: list[str] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        parts.append(_one(current))
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return "\nwhich led to\n".join(reversed(parts))


def _one(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    lines = [f'  File "{frame.filename}", line {frame.lineno}, in {frame.name}\n' for frame in frames]
    kind = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    inner = [outline(one) for one in getattr(error, "exceptions", ())]
    return "".join(lines) + "\nand\n".join([kind, *inner])
