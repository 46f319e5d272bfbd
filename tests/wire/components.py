"""The rules for what is inside a message or a form, beyond the shape that the document describes."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from tests.wire.errors import invalid
from tests.wire.world import COMPONENTS_V2, JSON, walk

ROW, BUTTON, STRING_SELECT, TEXT_INPUT = 1, 2, 3, 4
SELECTS = (3, 5, 6, 7, 8)
SECTION, TEXT_DISPLAY, THUMBNAIL, FILE, SEPARATOR, CONTAINER, LABEL = 9, 10, 11, 13, 14, 17, 18
RADIO_GROUP, CHECKBOX_GROUP, CHECKBOX = 21, 22, 23
_ONLY_V2 = (9, 10, 11, 12, 13, 14, 17)
_DEFAULTS: dict[int, JSON] = {
    CONTAINER: {"accent_color": None, "spoiler": False},
    SEPARATOR: {"divider": True, "spacing": 1},
}
_MAX_COMPONENTS, _MAX_TEXT, _LINK = 40, 4000, 5


def of_message(components: list[JSON], flags: int) -> list[JSON]:
    """The components as kept, ids filled in; refuses what a message may not hold."""
    kept = copy.deepcopy(components)
    everything = list(walk(kept))
    if flags & COMPONENTS_V2:
        _check_layout(everything)
    else:
        _check_rows(kept, everything)
    for each in everything:
        _check_one(each)
    _check_unique(everything)
    _number(everything)
    for each in everything:
        each |= _DEFAULTS.get(each["type"], {}) | each
    return kept


def of_modal(data: JSON) -> list[JSON]:
    """The components of a form as shown, ids filled in; refuses what a form may not hold."""
    kept = copy.deepcopy(data.get("components") or [])
    if not 1 <= len(kept) <= 5:
        raise invalid("data.components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
    if not 1 <= len(data.get("title") or "") <= 45:
        raise invalid("data.title", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 45 in length.")
    if not 1 <= len(data.get("custom_id") or "") <= 100:
        raise invalid("data.custom_id", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")
    everything = list(walk(kept))
    for each in everything:
        _CHECKS.get(each["type"], _nothing_more)(each)
    _check_unique(everything)
    _number(everything)
    return kept


def attach(components: list[JSON], attachments: list[JSON]) -> None:
    """Turn `attachment://name` into the attachment of that name; refuses a name that was not uploaded."""
    by_name = {each["filename"]: each for each in attachments}
    for each in walk(components):
        for media in [each.get("file"), each.get("media"), *(item.get("media") for item in each.get("items") or [])]:
            if not media or not media["url"].startswith("attachment://"):
                continue
            name = media["url"].removeprefix("attachment://")
            if name not in by_name:
                reason = "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND"
                raise invalid("components", reason, f"The attachment {name} was not found")
            media |= {key: by_name[name][key] for key in ("url", "proxy_url")}
            media |= {"attachment_id": by_name[name]["id"], "id": by_name[name]["id"]}
            if each["type"] == FILE:
                each |= {"name": name, "size": by_name[name]["size"], "spoiler": bool(each.get("spoiler"))}


def _check_layout(everything: list[JSON]) -> None:
    if len(everything) > _MAX_COMPONENTS:
        raise invalid("components", "BASE_TYPE_MAX_LENGTH", f"Must be {_MAX_COMPONENTS} or fewer components in total.")
    if sum(len(each["content"]) for each in everything if each["type"] == TEXT_DISPLAY) > _MAX_TEXT:
        raise invalid("components", "COMPONENT_MAX_TEXT", f"Total text must be {_MAX_TEXT} or fewer in length.")


def _check_rows(rows: list[JSON], everything: list[JSON]) -> None:
    if any(each["type"] in _ONLY_V2 for each in everything) or any(each["type"] != ROW for each in rows):
        raise invalid("components.0", "UNION_TYPE_CHOICES", 'Value of field "type" must be one of (1,).')
    if len(rows) > 5:
        raise invalid("components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")


def _check_one(each: JSON) -> None:
    if each["type"] == TEXT_INPUT:
        raise invalid("components", "COMPONENT_TYPE_INVALID", "A text input cannot be in a message.")
    _CHECKS.get(each["type"], _nothing_more)(each)


def _nothing_more(_: JSON) -> None:
    return


def _check_row(row: JSON) -> None:
    inside = row["components"]
    selects = sum(each["type"] in SELECTS for each in inside)
    if not 1 <= len(inside) <= 5 or (selects and len(inside) > 1):
        raise invalid(
            "components", "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "The specified component exceeds the maximum width"
        )


def _check_button(button: JSON) -> None:
    has_id, has_url = bool(button.get("custom_id")), bool(button.get("url"))
    if has_id == has_url or has_url != (button["style"] == _LINK):
        raise invalid("components", "BUTTON_COMPONENT_INVALID", "A custom id or url must be given, to match the style")
    if not button.get("label") and not button.get("emoji"):
        raise invalid("components", "BUTTON_COMPONENT_INVALID_EMOJI", "A label or an emoji is required")
    _check_length(button, "label", 80)


def _check_select(select: JSON) -> None:
    if select["type"] == STRING_SELECT:
        _check_options(select, least=1, most=25)
    low, high = (1 if select.get(key) is None else select[key] for key in ("min_values", "max_values"))
    if not 0 <= low <= 25 or not 1 <= high <= 25 or low > high:
        raise invalid("components", "BASE_TYPE_BAD_LENGTH", "min_values must not be above max_values")
    _check_length(select, "placeholder", 150)


def _check_options(holder: JSON, *, least: int, most: int) -> None:
    options = holder.get("options") or []
    if not least <= len(options) <= most:
        raise invalid("components.options", "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")
    values = [option["value"] for option in options]
    if len(set(values)) != len(values):
        raise invalid(
            "components.options", "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", "The option value is used twice"
        )
    for option in options:
        for key in ("label", "value", "description"):
            _check_length(option, key, 100)


def _check_text(text: JSON) -> None:
    if not text["content"]:
        raise invalid("components.content", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 4000 in length.")


def _check_section(section: JSON) -> None:
    if not 1 <= len(section["components"]) <= 3 or not section.get("accessory"):
        raise invalid("components", "BASE_TYPE_BAD_LENGTH", "A section has 1 to 3 texts and an accessory.")


def _check_label(label: JSON) -> None:
    _check_length(label, "label", 45)
    _check_length(label, "description", 100)
    if label["component"]["type"] not in (TEXT_INPUT, *SELECTS, 19, RADIO_GROUP, CHECKBOX_GROUP, CHECKBOX):
        raise invalid("data.components", "COMPONENT_TYPE_INVALID", "This component cannot be in a label.")


def _check_text_input(text: JSON) -> None:
    _check_length(text, "placeholder", 100)
    low, high = text.get("min_length") or 0, text.get("max_length") or 4000
    if not 0 <= low <= high <= 4000 or len(text.get("value") or "") > high:
        raise invalid("data.components", "BASE_TYPE_BAD_LENGTH", "Lengths must fit each other and be within 4000.")


def _check_length(holder: JSON, key: str, most: int) -> None:
    if len(holder.get(key) or "") > most:
        raise invalid(f"components.{key}", "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.")


_CHECKS: dict[int, Callable[[JSON], None]] = {
    ROW: _check_row,
    BUTTON: _check_button,
    TEXT_INPUT: _check_text_input,
    SECTION: _check_section,
    TEXT_DISPLAY: _check_text,
    LABEL: _check_label,
    RADIO_GROUP: lambda each: _check_options(each, least=2, most=10),
    CHECKBOX_GROUP: lambda each: _check_options(each, least=1, most=10),
} | dict.fromkeys(SELECTS, _check_select)


def _check_unique(everything: list[JSON]) -> None:
    custom_ids = [each["custom_id"] for each in everything if each.get("custom_id")]
    if any(len(custom_id) > 100 for custom_id in custom_ids):
        raise invalid("components.custom_id", "BASE_TYPE_MAX_LENGTH", "Must be 100 or fewer in length.")
    if len(set(custom_ids)) != len(custom_ids):
        raise invalid("components", "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated")
    given = [each["id"] for each in everything if each.get("id")]
    if len(set(given)) != len(given):
        raise invalid("components", "COMPONENT_ID_DUPLICATED", "Component id cannot be duplicated")


def _number(everything: list[JSON]) -> None:
    """Give an id to each component that came without one (or with 0), counting from 1 past those taken."""
    taken = {each["id"] for each in everything if each.get("id")}
    following = 1
    for each in everything:
        if not each.get("id"):
            while following in taken:
                following += 1
            each["id"] = following
            taken.add(following)


def find(components: list[JSON], custom_id: str) -> Any:
    """The component with this custom id, or None."""
    return next((each for each in walk(components) if each.get("custom_id") == custom_id), None)
