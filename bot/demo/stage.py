"""Where the evening is shown: scenes with their number, people's screens, and the list of what was found at the end."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime

from rich.box import ROUNDED
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.rule import Rule
from rich.text import Text

from bot.demo.eyes import Field, Form, Seen
from bot.demo.people import Answer, Person
from bot.demo.verdict import Finding
from bot.demo.wording import local, plain, shown

SHORT, LONG = 0.09, 0.27
LINES = 8
"""More of one message than this is cut off on the stage, though not for the person."""
CHOICES = 6
IN_A_ROW = 20
"""Options no longer than this are shown beside each other."""


class Stage:
    """Prints. It is told what was seen, and decides nothing."""

    now: Callable[[], datetime]
    """What time it is in the world that is shown."""

    def __init__(self, console: Console, *, pauses: bool) -> None:
        """``pauses``: whether somebody is watching who needs time to read."""
        self._console = console
        self._pauses = pauses

    def title(self, words: str, *lines: str) -> None:
        self._console.print()
        self._console.print(Text(words, style="bold"))
        for line in lines:
            self._console.print(Text(line, style="dim"))
        self._wait(LONG)

    def scene(self, number: int, of: int, words: str) -> None:
        self._console.print()
        self._console.print(Rule(Text(f"{number} of {of} · {words}", style="bold magenta"), align="left"))
        self._wait(SHORT)

    def tell(self, words: str) -> None:
        """What a narrator says between two screens."""
        self._console.print(Text(f"  {words}", style="italic"))
        self._wait(SHORT)

    def does(self, person: Person, what: str) -> None:
        self._console.print(Text("  ▸ ", style="bold green").append(person.name, style="bold").append(f" {what}"))
        self._wait(SHORT)

    def answer(self, answer: Answer, *, end: bool = False) -> None:
        """The screen of somebody who has done something: what came back, or the form that opened.

        ``end``: of what is too long, show the end.
        """
        self.does(answer.person, f"uses {answer.did}")
        if answer.form is not None:
            self.form(answer.person, answer.form)
        if answer.seen:
            self.screen(answer.person, answer.seen, end=end)

    def screen(self, person: Person, messages: Sequence[Seen], *, whole: bool = False, end: bool = False) -> None:
        """``whole``: cut nothing off, however long it is. ``end``: of what is too long, show the end."""
        parts: list[RenderableType] = []
        for number, seen in enumerate(messages):
            if number:
                parts.append(Rule(style="dim"))
            parts.append(self._message(person, seen, len(seen.text) if whole else LINES, end=end))
        if not parts:
            parts.append(Text("nothing", style="dim italic"))
        place = messages[-1].place if messages else ""
        only = bool(messages) and messages[-1].private and place != "direct message"
        where = f"{'' if place == 'direct message' else '#'}{place}{' · only to them' if only else ''}"
        self._panel(person, where, Group(*parts))

    def form(self, person: Person, form: Form) -> None:
        parts: list[RenderableType] = [shown(words, person, self.now()) for words in form.words]
        parts += [self._field(person, field) for field in form.fields]
        self._panel(person, f"form · {form.title}", Group(*parts), style="yellow")

    def rooms(self, person: Person, names: Sequence[str]) -> None:
        """The channels on the left of somebody's screen."""
        listed = "  ".join(f"#{name}" for name in names)
        self._console.print(Text(f"    {person.name:<8} ", style="bold").append("has  ", "dim").append(listed, "blue"))
        self._wait(SHORT)

    def brief(self, person: Person, seen: Seen) -> None:
        """One line of a screen, where many people see the like."""
        words = " ".join(plain(seen.text, person, self.now()).split())
        width = self._console.width - 16
        cut = words if len(words) <= width else f"{words[: width - 1]}…"
        self._console.print(Text(f"    {person.name:<8} ", style="bold").append(cut, style="default"))
        self._wait(SHORT / 2)

    def findings(self, findings: Sequence[Finding]) -> None:
        self._console.print()
        self._console.print(Rule(Text("What the evening shows of itself", style="bold magenta"), align="left"))
        for finding in findings:
            mark = Text("  ✗ ", style="bold red") if finding.problems else Text("  ✓ ", style="bold green")
            self._console.print(mark.append(finding.what, style="bold" if finding.problems else "default"))
            for problem in finding.problems[:5]:
                self._console.print(Text(f"      {problem}", style="red"))
            self._wait(SHORT / 3)

    def end(self, words: str, *, good: bool) -> None:
        self._console.print()
        self._console.print(Text(words, style="bold green" if good else "bold red"))

    def _message(self, person: Person, seen: Seen, most: int, *, end: bool) -> RenderableType:
        words = shown("\n".join(seen.words), person, self.now())
        lines = words.split("\n", allow_blank=True)
        if len(lines) > most and end:
            words = Text("… (it begins before this)\n", style="dim").append(Text("\n").join(lines[-most:]))
        elif len(lines) > most:
            words = Text("\n").join(lines[:most]).append("\n… (goes on)", style="dim")
        if seen.pinned:
            words = Text("📌 pinned\n", style="dim").append(words)
        if seen.by:
            words = Text(seen.by, style="bold").append("  ").append(words)
        labels = [f"[{label}]" for label in seen.buttons] + [f"({label})" for label, _ in seen.choices[:CHOICES]]
        if len(seen.choices) > CHOICES:
            labels.append(f"({len(seen.choices) - CHOICES} more to choose from)")
        return Group(words, Text("  ".join(labels), style="bold cyan")) if labels else words

    def _field(self, person: Person, field: Field) -> RenderableType:
        made = Text(field.label, style="bold")
        if field.hint:
            made.append(f"\n{field.hint}", style="dim")
        row = not field.ticks and all(len(label) <= IN_A_ROW for label, _ in field.options)
        for number, (label, _) in enumerate(field.options):
            start = "   • " if row and number else "\n• "
            made.append("\n☐ " if field.ticks else start).append(shown(label, person, self.now()))
        return made if field.options else made.append("\n☐" if field.ticks else "\n▁▁▁▁▁▁▁▁▁▁▁▁", style="dim")

    def _panel(self, person: Person, where: str, inside: RenderableType, style: str = "blue") -> None:
        clock = local(self.now(), person.zone, "t")
        title = Text(f" {person.name} sees ", style=f"bold {style}").append(f"{where} ", style="default")
        subtitle = Text(f" {clock} {person.zone.rpartition('/')[2].replace('_', ' ')} ", style="dim")
        panel = Panel(
            inside,
            title=title,
            title_align="left",
            subtitle=subtitle,
            subtitle_align="right",
            box=ROUNDED,
            border_style=style,
            padding=(0, 1),
        )
        self._console.print(panel)
        self._wait(LONG)

    def _wait(self, seconds: float) -> None:
        if self._pauses:
            time.sleep(seconds)
