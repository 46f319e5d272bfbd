"""How a change of a meeting is read back before it is made, and what is said once it is."""

from __future__ import annotations

from collections.abc import Sequence

from bot.cogs.meetings.change_buttons import ChangeButton, HoldButton
from bot.cogs.meetings.pages import clock_notes, local_start, repeat_words
from bot.cogs.meetings.where import where_words
from bot.features.meetings import Occasion
from bot.features.meetings.changes.model import Preview, Which, Wish
from bot.ui.pages import Page, Row
from bot.ui.texts import Words, day_words, instant


def preview_page(words: Words, preview: Preview) -> Page:
    """What will be, in every way that can show a mistake, and the button that has it so."""
    before, wish = preview.before, preview.wish
    button = Row(ChangeButton(before.group.id, preview.draft_id, wish.doing))
    is_now = words("meetings.change_of", title=before.title, **_when(words, before))
    return Page(words("meetings.change_check"), is_now, *_will(words, preview), *_consequences(words, preview), button)


def hold_rows(words: Words, called_off: Sequence[Occasion]) -> list[str | Row]:
    """For those who may: to hold what was called off after all."""
    rows: list[str | Row] = []
    for one in called_off:
        rows.append(words("meetings.hold_ask", when=instant(one.starts_at)))
        rows.append(Row(HoldButton(one.group.id, one.meeting.id, one.day.isoformat())))
    return rows


def _when(words: Words, occasion: Occasion) -> dict[str, object]:
    local = local_start(occasion)
    return {
        "day": day_words(words, local.date()),
        "time": f"{local:%H:%M}",
        "zone": occasion.meeting.schedule.zone,
        "when": instant(occasion.starts_at),
        "relative": instant(occasion.starts_at, "R"),
    }


def _will(words: Words, preview: Preview) -> list[str]:
    now, wish = preview.now, preview.wish
    if now is None:
        key = "meetings.will_end" if wish.which is Which.FOLLOWING else "meetings.will_be_off"
        why = [] if wish.reason is None else [words(f"meetings.why_{wish.reason}")]
        return [words(key), *why]
    if wish.to is not None:
        will = [words("meetings.will_move", **_when(words, now)), *clock_notes(words, wish.to, local_start(now))]
    else:
        will = [*_edits(words, wish, now)]
    if wish.which is Which.ONE:
        return will
    return [*will, words("meetings.will_follow"), repeat_words(words, now.meeting.schedule)]


def _edits(words: Words, wish: Wish, now: Occasion) -> list[str]:
    said: list[str] = []
    if wish.title is not None:
        said.append(words("meetings.will_title", title=now.title))
    if wish.minutes is not None:
        said.append(words("meetings.will_last", minutes=now.minutes, ends=instant(now.ends_at, "t")))
    if wish.place is not None:
        said.append(where_words(words, now))
    if wish.places is not None:
        said.append(words("meetings.will_hold", places=wish.places))
    return said


def _consequences(words: Words, preview: Preview) -> list[str]:
    count = preview.answered
    said: list[str] = [words("meetings.tells_nobody")]
    if count:
        said = [words("meetings.tells_one") if count == 1 else words("meetings.tells", count=count)]
    if preview.wish.tells_room:
        said.append(words("meetings.tells_room"))
    if preview.dropped:
        said.append(words("meetings.drops", count=preview.dropped))
    return said
