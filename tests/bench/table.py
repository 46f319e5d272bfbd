"""The table that a run ends with, and how many measurements become one number."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line: a budget of none means that it is for comparison only."""

    what: str
    measured: str
    baseline: str
    ratio: float | None = None
    budget: str = ""
    met: bool | None = None

    def cells(self) -> tuple[str, ...]:
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}" if self.ratio >= 0.1 else f"{self.ratio:.4f}"
        met = {True: "yes", False: "**no**", None: ""}[self.met]
        return self.what, self.measured, self.baseline, ratio, self.budget, met


HEAD = ("what", "measured", "baseline", "ratio", "budget", "met")


def markdown(rows: Sequence[Row]) -> str:
    lines = [HEAD, ("---",) * len(HEAD), *(row.cells() for row in rows)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest of the values that ``share`` (0 to 1) of them do not exceed."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def median(values: Sequence[float]) -> float:
    return percentile(values, 0.5)


def ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"


def spread(seconds: Sequence[float]) -> str:
    return f"p50 {ms(median(seconds))}, p99 {ms(percentile(seconds, 0.99))}"
