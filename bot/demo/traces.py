"""Looks into the files that the bot keeps for what must not stand there in plain: ids of people, and their words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path


class Traces:
    """What was found in the files of ``folders``, over several looks: a journal file is emptied again and again."""

    def __init__(self, *folders: Path) -> None:
        self._folders = folders
        self._needles: dict[bytes, str] = {}
        self.looked_at: set[str] = set()
        """The names of the files that were read."""
        self.found: set[str] = set()
        """What was found and in which file; it does not repeat what was found."""

    def beware_of_person(self, user_id: int) -> None:
        for way, needle in (
            ("as digits", str(user_id).encode()),
            ("in hexadecimal", f"{user_id:x}".encode()),
            ("as a number", user_id.to_bytes(8, "big")),
            ("as a number", user_id.to_bytes(8, "little")),
        ):
            self._needles[needle] = f"a person's id {way}"

    def beware_of_words(self, words: Iterable[str]) -> None:
        for written in words:
            if written:
                self._needles[written.encode()] = "somebody's words"
                self._needles[written.encode("utf-16-le")] = "somebody's words"

    def look(self) -> None:
        for path in self._files():
            content = path.read_bytes()
            self.looked_at.add(path.name)
            self.found |= {f"{path.name} holds {what}" for needle, what in self._needles.items() if needle in content}

    def _files(self) -> Iterator[Path]:
        for folder in self._folders:
            yield from (path for path in sorted(folder.rglob("*")) if path.is_file())
