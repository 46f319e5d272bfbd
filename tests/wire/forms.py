"""Filling in a form as a person does, field by field by its label, with the checks of Discord's client."""

from __future__ import annotations

from typing import Any

from tests.wire import components, slash
from tests.wire.world import JSON, Guild, Modal, World

_PICKS = {5: slash.USER, 6: slash.ROLE, 7: slash.MENTIONABLE, 8: slash.CHANNEL}


def labels(modal: Modal) -> list[str]:
    """The labels of the fields, top to bottom."""
    return [label for label, _ in _fields(modal)]


def submitted(world: World, guild: Guild | None, modal: Modal, values: dict[str, Any]) -> JSON:
    """The data of a form that is sent with these values by label; what is not named keeps its default."""
    known = labels(modal)
    unknown = values.keys() - set(known)
    assert not unknown, f"the form has no field {sorted(unknown)}; it has {known}"
    picked: list[tuple[int, Any]] = []
    data: JSON = {
        "custom_id": modal.custom_id,
        "components": [_sent(each, values, picked) for each in modal.components],
    }
    found = slash.resolved(world, guild, picked)
    return data | ({"resolved": found} if found else {})


def _fields(modal: Modal) -> list[tuple[str, JSON]]:
    found: list[tuple[str, JSON]] = []
    for each in modal.components:
        if each["type"] == components.LABEL:
            found.append((each["label"], each["component"]))
        elif each["type"] == components.ROW:
            found += [(inside["label"], inside) for inside in each["components"]]
    return found


def _sent(each: JSON, values: dict[str, Any], picked: list[tuple[int, Any]]) -> JSON:
    if each["type"] == components.LABEL:
        answer = _answer(each["label"], each["component"], values, picked)
        return {"type": each["type"], "id": each["id"], "component": answer}
    if each["type"] == components.ROW:
        inside = [_answer(one["label"], one, values, picked) for one in each["components"]]
        return {"type": each["type"], "id": each["id"], "components": inside}
    return {"type": each["type"], "id": each["id"]}


def _answer(label: str, field: JSON, values: dict[str, Any], picked: list[tuple[int, Any]]) -> JSON:
    answer: JSON = {"type": field["type"], "id": field["id"], "custom_id": field["custom_id"]}
    given = label in values
    value = values.get(label)
    if field["type"] == components.TEXT_INPUT:
        return answer | {"value": _text(label, field, value if given else field.get("value") or "")}
    if field["type"] == components.CHECKBOX:
        return answer | {"value": bool(value if given else field.get("default"))}
    if field["type"] == components.RADIO_GROUP:
        chosen = _chosen(label, field, value if given else None, default=not given)
        assert chosen or field.get("required") is False, f"{label}: one option is required"
        return answer | {"value": chosen[0] if chosen else None}
    if field["type"] in _PICKS:
        people = value if isinstance(value, list) else [value] if given else []
        picked += [(_PICKS[field["type"]], each) for each in people]
        return answer | {"values": _counted(label, field, [str(each.id) for each in people])}
    return answer | {"values": _counted(label, field, _chosen(label, field, value, default=not given))}


def _text(label: str, field: JSON, value: str) -> str:
    assert value or field.get("required") is False, f"{label}: a text is required"
    low, high = field.get("min_length") or 0, field.get("max_length") or 4000
    assert not value or low <= len(value) <= high, f"{label}: {len(value)} characters, allowed are {low} to {high}"
    return value


def _chosen(label: str, field: JSON, value: Any, *, default: bool) -> list[str]:
    options: list[JSON] = field.get("options") or []
    if default:
        return [each["value"] for each in options if each.get("default")]
    wanted = [] if value is None else value if isinstance(value, list) else [value]
    by_name = {each["value"]: each["value"] for each in options} | {each["label"]: each["value"] for each in options}
    strange = [each for each in wanted if each not in by_name]
    assert not strange, f"{label}: {strange} not among {[each['label'] for each in options]}"
    return [by_name[each] for each in wanted]


def _counted(label: str, field: JSON, chosen: list[str]) -> list[str]:
    most = field.get("max_values")
    if most is None:
        most = len(field.get("options") or [None]) if field["type"] == components.CHECKBOX_GROUP else 1
    least = field.get("min_values")
    least = 1 if least is None else least
    if field.get("required") is False and not chosen:
        return chosen
    assert least <= len(chosen) <= most, f"{label}: {len(chosen)} chosen, allowed are {least} to {most}"
    return chosen
