"""What is wrong in the operator's files: gathered one by one, told all at once."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.core.errors import OperatorError

ENVIRONMENT = "environment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing to mend. ``line`` is None where a file has no such line yet, as for a missing key."""

    file: str
    line: int | None
    key: str
    wrong: str
    allowed: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        subject = f"{place}: {self.key}" if self.key else place
        return f"{subject}: {self.wrong}; {self.allowed}" if self.allowed else f"{subject}: {self.wrong}"


class SettingsError(OperatorError):
    """The settings cannot be used; carries every problem, and prints one to a line."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


@dataclass(slots=True)
class Findings:
    """What reading has found so far: problems, which stop the start, and notes, which do not."""

    problems: list[Problem] = field(default_factory=list[Problem])
    notes: list[str] = field(default_factory=list[str])

    def problem(self, file: str, line: int | None, key: str, wrong: str, allowed: str = "") -> None:
        self.problems.append(Problem(file=file, line=line, key=key, wrong=wrong, allowed=allowed))

    def note(self, words: str) -> None:
        self.notes.append(words)

    def raise_any(self) -> None:
        """Raise SettingsError if there is any problem."""
        if self.problems:
            raise SettingsError(tuple(self.problems))


def did_you_mean(wrong: str, known: Iterable[str]) -> str:
    """What to offer in place of an unknown name: the nearest known one, else all of them."""
    choices = sorted(known)
    near = difflib.get_close_matches(wrong, choices, n=1)
    if near:
        return f"did you mean {near[0]}?"
    return f"known here: {', '.join(choices)}" if choices else "leave it out"
