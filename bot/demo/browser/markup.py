"""Words as Discord marks them, and forms as Discord opens them, as HTML on our own page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from html import escape
from itertools import pairwise
from typing import Any

from rich.text import Text

from bot.demo.browser.house import Reply
from bot.demo.eyes import Form, walk
from bot.demo.people import Person
from bot.demo.wording import shown

_TEXT, _LABEL, _WORDS = 4, 18, 10
_SELECT, _RADIO, _TICKS, _TICK = 3, 21, 22, 23
_LONG = 2
_TAGS = (("bold", "strong"), ("italic", "em"), ("underline", "u"), ("reverse", "code"), ("dim", "small"))
FIELD = "field:"
"""Before the name of everything that a form of the bot asks for, so that it meets no name of ours."""


def words(text: str, person: Person, now: datetime) -> str:
    """One paragraph for each line of what the bot said."""
    lines = shown(text, person, now).split("\n", allow_blank=True)
    return "".join(f"<p>{_line(line)}</p>" for line in lines if line.plain.strip())


def _line(line: Text) -> str:
    """The same marks as on the stage, as tags."""
    cuts = sorted({0, len(line), *(span.start for span in line.spans), *(span.end for span in line.spans)})
    made = ""
    for start, end in pairwise(cuts):
        styles = f"{line.style} " + " ".join(str(s.style) for s in line.spans if s.start <= start and end <= s.end)
        piece = escape(line.plain[start:end])
        for style, tag in _TAGS:
            if style in styles.split():
                piece = f"<{tag}>{piece}</{tag}>"
        made += piece
    return made


def form_fields(reply: Reply, form: Form, person: Person, now: datetime) -> str:
    """What there is to fill in, with what was filled in already."""
    made = ""
    for part in _top(form):
        if part.get("type") == _WORDS:
            made += words(part["content"], person, now)
        elif part.get("type") == _LABEL:
            made += _field(part, reply.typed)
    return made


def form_values(form: Form, typed: Mapping[str, Sequence[str]]) -> dict[str, object]:
    """What was filled in, as Discord sends it; what was left empty is left out."""
    values: dict[str, object] = {}
    for part in _top(form):
        if part.get("type") != _LABEL:
            continue
        inner: Mapping[str, Any] = part["component"]
        kind, given = inner["type"], [one for one in typed.get(inner["custom_id"], ()) if one]
        if kind == _TICK:
            values[inner["custom_id"]] = bool(given)
        elif kind in (_TEXT, _RADIO) and given:
            values[inner["custom_id"]] = given[0].replace("\r\n", "\n")
        elif kind in (_SELECT, _TICKS) and given:
            values[inner["custom_id"]] = list(given)
    return values


def _top(form: Form) -> Sequence[Mapping[str, Any]]:
    modal = form.opened.modal or {}
    return [part for part in walk(modal.get("components") or ()) if part.get("type") in (_WORDS, _LABEL)]


def _field(label: Mapping[str, Any], typed: Mapping[str, Sequence[str]]) -> str:
    inner: Mapping[str, Any] = label["component"]
    given = typed.get(inner["custom_id"])
    make = _FIELDS.get(inner["type"])
    hint = label.get("description") or ""
    if make is None:
        return f"<p>“{escape(label.get('label') or '')}” can only be answered in Discord itself.</p>"
    return make(inner, escape(label.get("label") or ""), escape(hint), given)


def _text(inner: Mapping[str, Any], label: str, hint: str, given: Sequence[str] | None) -> str:
    name, value = _name(inner), escape(given[0] if given else inner.get("value") or "")
    limits = "".join(
        f' {attribute}="{int(inner[key])}"'
        for key, attribute in (("max_length", "maxlength"), ("min_length", "minlength"))
        if inner.get(key)
    )
    held = f'id="{name}" name="{name}" placeholder="{escape(inner.get("placeholder") or "")}"{limits}{_needed(inner)}'
    held += f' aria-describedby="{name}-hint"' if hint else ""
    if inner.get("style") == _LONG:
        control = f'<textarea rows="3" {held}>{value}</textarea>'
    else:
        control = f'<input type="text" autocomplete="off" value="{value}" {held}>'
    said = f'<span class="hint" id="{name}-hint">{hint}</span>' if hint else ""
    return f'<div class="field"><label for="{name}">{label}{_star(inner)}</label>{said}{control}</div>'


def _choices(inner: Mapping[str, Any], label: str, hint: str, given: Sequence[str] | None) -> str:
    """A list, as buttons of which one can be on, or as boxes of which several can."""
    name = _name(inner)
    options = inner.get("options") or ()
    one = inner["type"] == _RADIO or (inner["type"] == _SELECT and inner.get("max_values", 1) == 1)
    made = ""
    for number, option in enumerate(options):
        on = option["value"] in given if given is not None else bool(option.get("default"))
        needed = _needed(inner) if one else ""
        kind = "radio" if one else "checkbox"
        more = f"<small>{escape(option['description'])}</small>" if option.get("description") else ""
        made += (
            f'<label class="choice"><input type="{kind}" id="{name}-{number}" name="{name}"'
            f' value="{escape(option["value"])}"{" checked" if on else ""}{needed}>'
            f"<span>{escape(option['label'])}{more}</span></label>"
        )
    said = f'<span class="hint">{hint}</span>' if hint else ""
    return f'<fieldset class="field"><legend>{label}{_star(inner)}</legend>{said}{made}</fieldset>'


def _tick(inner: Mapping[str, Any], label: str, hint: str, given: Sequence[str] | None) -> str:
    name = _name(inner)
    on = bool(given) if given is not None else bool(inner.get("default"))
    more = f"<small>{hint}</small>" if hint else ""
    return (
        f'<div class="field"><label class="choice"><input type="checkbox" id="{name}" name="{name}" value="yes"'
        f"{' checked' if on else ''}><span>{label}{more}</span></label></div>"
    )


_FIELDS: Mapping[int, Callable[[Mapping[str, Any], str, str, Sequence[str] | None], str]] = {
    _TEXT: _text,
    _SELECT: _choices,
    _RADIO: _choices,
    _TICKS: _choices,
    _TICK: _tick,
}


def _name(inner: Mapping[str, Any]) -> str:
    return escape(f"{FIELD}{inner['custom_id']}")


def _needed(inner: Mapping[str, Any]) -> str:
    return " required" if inner.get("required", True) else ""


def _star(inner: Mapping[str, Any]) -> str:
    return '<span class="star" aria-hidden="true"> *</span>' if inner.get("required", True) else ""
